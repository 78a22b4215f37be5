import datetime
import email
import email.message
import email.policy
import json
import pathlib
import pickle
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

import pytest

from ndrcodes import Category, MessageKind, read_message

SAMPLES = pathlib.Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def test_the_fields_of_a_report() -> None:
    message = read_message(sample("rfc3464"))
    assert message.kind is MessageKind.BOUNCE
    assert message.reporting_mta == "mx.example.org"
    assert message.arrival_date == datetime.datetime(2026, 11, 25, 8, 15, tzinfo=datetime.UTC)
    assert message.original_message_id == "<1234@example.org>"
    assert message.original_subject == "Hello"
    assert message.original_from == "Ann <ann@example.org>"
    assert message.original_to == "bob@example.com"
    assert message.original_list_id == "<list.example.org>"
    assert message.feedback_type is None
    bob, amy = message.recipients
    assert bob.original_address == "bobby@example.com"
    assert bob.remote_mta == "mx.example.com"
    assert bob.action == "failed"
    assert bob.diagnostic == "552 5.2.2 <bob@example.com>: Mailbox is full"
    assert (amy.original_address, amy.remote_mta, amy.action) == (None, None, "failed")


def test_xtext_and_actual_recipient() -> None:
    (one,) = read_message(sample("rfc3464-xtext")).recipients
    assert one.original_address == "bob+tag@example.com"


def test_two_reports_of_one_recipient_become_one() -> None:
    (one,) = read_message(sample("rfc3464-twice-the-same")).recipients
    assert one.original_address == "old@example.com"
    assert one.diagnostic == "552 5.2.2 mailbox full"


def test_the_original_in_the_text() -> None:
    message = read_message(sample("qmail"))
    assert message.original_message_id == "<1234@example.org>"
    assert message.original_subject == "Hello"


def test_complaint() -> None:
    message = read_message(sample("arf"))
    assert (message.feedback_type, message.original_subject) == ("abuse", "Earn money")
    assert message.recipients[0].explanation.action == "suppress"


def test_an_automatic_reply_keeps_its_words() -> None:
    (one,) = read_message(sample("vacation")).recipients
    assert one.diagnostic == "I am away until Monday."
    assert one.explanation.action == "none"


def test_delay_is_no_failure() -> None:
    (one,) = read_message(sample("rfc3464-delayed")).recipients
    assert (one.action, one.explanation.action) == ("delayed", "retry")
    (one,) = read_message(sample("exim-delay")).recipients
    assert one.action == "delayed"


def test_a_parsed_message_is_taken_too() -> None:
    for policy in (email.policy.compat32, email.policy.default):
        parsed = email.message_from_bytes(sample("rfc3464"), policy=policy)
        assert read_message(parsed) == read_message(sample("rfc3464"))


def built_with(header: str, text: str) -> email.message.Message:
    """Return a bounce that a program has built and never turned into bytes."""
    message = MIMEMultipart()
    message["From"] = "MAILER-DAEMON@example.net"
    message["Subject"] = header
    part = MIMENonMultipart("text", "plain")
    part.set_payload(text)
    message.attach(part)
    return message


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Delivery failed", "<bob@example.com>: mailbox is full"),
        ("Delivery failed \u5b9b", "<bob@example.com>: mailbox is full \xfc"),
        ("Delivery failed \ud800", "<bob@example.com>: mailbox is full"),
        ("Delivery failed \udcff", "<bob@example.com>: mailbox is full \udcff"),
    ],
)
def test_a_message_in_parts_is_taken_as_it_was_built(header: str, text: str) -> None:
    (one,) = read_message(built_with(header, text)).recipients
    assert (one.address, one.explanation.category) == ("bob@example.com", "mailbox-full")


def test_text_that_no_message_can_hold_is_passed_over() -> None:
    message = read_message(built_with("Delivery failed", "\ufffd\udcff"))
    assert (message.kind, message.recipients) == ("bounce", ())


@pytest.mark.parametrize("policy", [email.policy.compat32, email.policy.default])
def test_a_parsed_message_may_hold_what_cannot_be_encoded_again(
    policy: email.policy.Policy,
) -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: Delivery failed \xe9 =?x?B?\xff?=\n"
        b"Content-Type: text/plain; charset=x\0y\n\n<bob@example.com>: mailbox is full \xe9\n"
    )
    assert read_message(email.message_from_bytes(raw, policy=policy)) == read_message(raw)


def test_bytes_like() -> None:
    assert read_message(bytearray(sample("qmail"))) == read_message(sample("qmail"))
    with pytest.raises(TypeError, match=r"expected bytes or an email\.message\.Message, got str"):
        read_message("From: x")  # type: ignore[arg-type]


def test_verp() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nTo: bounces+bob=example.com@lists.example.org\n"
        b"Subject: failure notice\n\nSorry, mailbox is full.\n"
    )
    (one,) = read_message(raw, verp="bounces+{local}={domain}@lists.example.org").recipients
    assert one.address == "bob@example.com"
    assert one.explanation.category is Category.MAILBOX_FULL
    assert read_message(raw, verp="b+{local}={domain}@lists.example.org").recipients == ()
    assert read_message(raw).recipients == ()
    with pytest.raises(ValueError, match=r"holds \{local\} and \{domain\}"):
        read_message(raw, verp="bounces@lists.example.org")


def test_recipients_of_the_original_at_last() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nTo: ann@example.org\nSubject: Undelivered Mail\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nMailbox is full.\n--b\n'
        b"Content-Type: message/rfc822\n\nX-Original-To: list@example.com\nSubject: x\n\n--b--\n"
    )
    (one,) = read_message(raw).recipients
    assert (one.address, one.explanation.category) == ("list@example.com", "mailbox-full")


def test_status_from_the_rest_of_the_words() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<bob@example.com>:\n"
        b"sorry\n\nThe transcript:\n550 5.1.1 see above\n"
    )
    (one,) = read_message(raw).recipients
    assert (str(one.status), one.reply) == ("5.1.1", 550)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (b"From: MAILER-DAEMON@x.example\nSubject: Delivery delayed", "delay"),
        (b"From: postmaster@x.example\nSubject: Delivered: Hi", "delivered"),
        (b"From: a@x.example\nX-Autoreply: yes\nSubject: Hi", "auto-reply"),
        (b"From: a@x.example\nSubject: Undeliverable: Hi", "not-a-bounce"),
        (b"From: a@x.example\nSubject: Re: Undeliverable: Hi", "not-a-bounce"),
        (b"Return-Path: <>\nFrom: a@x.example\nSubject: Hi", "bounce"),
    ],
)
def test_kinds_without_a_report(headers: bytes, kind: str) -> None:
    text = {
        "delay": b"Delivery attempts will continue for some time.",
        "delivered": b"Your message was successfully delivered.",
    }.get(kind, b"Your message could not be delivered.")
    assert read_message(headers + b"\n\n" + text).kind == kind


def test_a_warning_without_a_telling_subject() -> None:
    raw = b"From: MAILER-DAEMON@x.example\nSubject: Mail\n\nIt has not yet been delivered.\n"
    assert read_message(raw).kind is MessageKind.DELAY


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\n\n\n",
        b"\0",
        b"From ",
        b"Content-Type: multipart/mixed\n\n",
        b"Content-Type: multipart/mixed; boundary=\n\n--\n",
        b'Content-Type: multipart/mixed; boundary="a\n\n--a\n\n--a--',
        b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe",
        b"Content-Type: text/plain; charset=utf-16\n\n\xff",
        b"Content-Type: text/plain; charset=x\0y\n\n\xff",
        b"Content-Transfer-Encoding: base64\n\n====\xff",
        b"Subject: =?utf-8?B?!!!?=\n\nx",
        b"Subject: =?utf-8?B?A?=\nFrom: =?x-unknown?Q?=FF?=\n\nx",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822\n\n",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;\nStatus: 5.01.1\n",
        b"Content-Type: message/delivery-status\n\nArrival-Date: never\n\nFinal-Recipient: a\n",
        b"Content-Type: message/feedback-report\n\n",
        b"\n{",
        b"\n" + b'{"emailAddress": "a@example.com", "x": [1, {"y": "{"}]}',
        b"\n" + b'{"a":' * 50,
        b"From: MAILER-DAEMON@x\nSubject: failure notice\n\n" + b"@" * 3000,
    ],
)
def test_hostile_messages(raw: bytes) -> None:
    message = read_message(raw)
    assert pickle.loads(pickle.dumps(message)) == message


def test_deep_nesting_ends() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(50)
    )
    assert read_message(raw).kind is MessageKind.NOT_A_BOUNCE
    assert read_message(b'\n{"a":' + b"[" * 5000).kind is MessageKind.NOT_A_BOUNCE
    nested = '{"emailAddress": "a@example.com"}'
    for _ in range(14):
        nested = json.dumps({"Message": nested[:100_000]})
    assert read_message(b"\n" + nested.encode()).kind is MessageKind.NOT_A_BOUNCE


def test_a_large_message_is_read_to_its_limit() -> None:
    start = b"From: MAILER-DAEMON@example.net\nX-Filler: "
    told = b"\nSubject: failure notice\n\n<bob@example.com>:\nmailbox is full\n"
    fits = 2 * 1024 * 1024 - len(start) - len(told)
    assert len(read_message(start + b"x" * fits + told).recipients) == 1
    assert len(read_message(start + b"x" * (fits + len(told)) + told).recipients) == 0


@pytest.mark.parametrize(("before", "read"), [(98, 1), (99, 0)])
def test_parts_are_read_to_a_number(before: int, read: int) -> None:
    raw = (
        b"From: MAILER-DAEMON@x\nSubject: failure notice\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSorry.\n"
    )
    told = b"--b\n\n<bob@example.com>:\nmailbox is full\n--b--\n"
    assert len(read_message(raw + b"--b\n\n\n" * before + told).recipients) == read


@pytest.mark.parametrize(("before", "read"), [(598, 1), (599, 0)])
def test_lines_for_people_are_read_to_a_number(before: int, read: int) -> None:
    raw = b"From: MAILER-DAEMON@x\nSubject: failure notice\n\nSorry.\n"
    told = b"<bob@example.com>: mailbox is full\n"
    assert len(read_message(raw + b"\n" * before + told).recipients) == read


def test_a_bounce_in_forwarded_bounces_is_read_to_a_depth() -> None:
    bounce = b"From: MAILER-DAEMON@x\nSubject: failure notice\n\n<bob@example.com>:\nno such user\n"
    forwarded = b"From: MAILER-DAEMON@x\nContent-Type: message/rfc822\n\n"
    assert len(read_message(forwarded * 3 + bounce).recipients) == 1
    assert read_message(forwarded * 2000 + bounce).recipients == ()


def test_half_a_character_is_replaced() -> None:
    report = (
        "From: MAILER-DAEMON@x\nContent-Type: message/{}\n\nReporting-MTA: dns; x\n\n"
        "Final-Recipient: utf-8; {}\nAction: failed\nStatus: 5.1.1\n"
    )
    raw = report.format("global-delivery-status", r"b\x{D800}b\x{fc}@example.com").encode()
    (one,) = read_message(raw).recipients
    assert one.address == "b\ufffdb\u00fc@example.com"
    raw = (
        b"From: MAILER-DAEMON@x\nSubject: failure notice\nContent-Type: text/plain; charset=utf-7\n"
        b"\n<bob@example.com>:\nuser unknown +2AA-\xff\n"
    )
    (one,) = read_message(raw).recipients
    assert "user unknown \ufffd" in one.diagnostic
    raw = b'Subject: x\n\n{"emailAddress": "b@example.com", "diagnosticCode": "550 no \\ud800"}'
    (one,) = read_message(raw).recipients
    assert one.diagnostic == "550 no \ufffd"


def test_encoded_words_are_decoded_at_the_start_of_a_field() -> None:
    raw = sample("rfc3464").replace(b"Subject: Hello", b"Subject: " + b"=?utf-8?q?Hi?= " * 1500)
    subject = read_message(raw).original_subject
    assert subject is not None
    assert subject.startswith("HiHiHi")
    assert subject.endswith("=?utf-8?q?Hi?=")


def test_quoted_printable_and_8_bit() -> None:
    raw = (
        "From: MAILER-DAEMON@example.net\nSubject: R\u00fccksendung: failure notice\n"
        "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n\n"
        "<bob@example.com>:\nPostfach =C3=BCberf=C3=BCllt, the mailbox=\n is full\n"
    ).encode("latin-1")
    (one,) = read_message(raw).recipients
    assert one.diagnostic == "Postfach \u00fcberf\u00fcllt, the mailbox is full"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode-escape", "zlib", "no-such", ""])
def test_what_is_no_charset_is_read_as_utf_8(charset: str) -> None:
    raw = (
        "From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
        f"Content-Type: text/plain; charset={charset}\n\n"
        "<bob@example.com>:\nPostfach-ist-\u00fcberf\u00fcllt\\x21\n"
    ).encode()
    (one,) = read_message(raw).recipients
    assert one.diagnostic == "Postfach-ist-\u00fcberf\u00fcllt\\x21"


def test_html_only_when_there_is_no_plain_text() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
        b'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
        b"<bob@example.com>:\nmailbox is full\n--b\nContent-Type: text/html\n\n"
        b"<p>amy@example.com<br>user unknown</p>\n--b--\n"
    )
    (one,) = read_message(raw).recipients
    assert one.address == "bob@example.com"


def test_a_status_field_of_an_impossible_form_is_passed_over() -> None:
    raw = (
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@example.com\n"
        b"Status: 5.01.1\nDiagnostic-Code: smtp; nothing known\n"
    )
    (one,) = read_message(raw).recipients
    assert (one.status, one.diagnostic) == (None, "nothing known")


def test_a_code_in_the_status_field_explains_words_that_say_nothing() -> None:
    raw = (
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@example.com\n"
        b"Status: 5.2.2\nDiagnostic-Code: smtp; nothing known\n"
    )
    (one,) = read_message(raw).recipients
    assert (str(one.status), one.explanation.category) == ("5.2.2", "mailbox-full")
    assert one.diagnostic == "nothing known"


def test_a_recipient_in_the_header_that_the_words_name_too() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
        b"X-Failed-Recipients: bob@example.com\n\n"
        b"<amy@example.com>:\nuser unknown\n\n<BOB@example.com>:\nmailbox is full\n"
    )
    (one,) = read_message(raw).recipients
    assert (one.address, one.explanation.category) == ("bob@example.com", "mailbox-full")


def test_an_original_without_fields() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\n<bob@example.com>:\nuser unknown\n'
        b"--b\nContent-Type: message/rfc822\n\n\n\n--b--\n"
    )
    message = read_message(raw)
    assert message.original_subject is None
    assert [one.address for one in message.recipients] == ["bob@example.com"]


def test_json_that_is_none() -> None:
    raw = b'From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n{"x": "{broken", "y": 5}\n'
    assert read_message(raw).recipients == ()
    assert read_message(raw.replace(b'"{broken"', b'"{broken')).recipients == ()


def test_json_that_is_too_deep() -> None:
    deep: object = {"emailAddress": "a@example.com"}
    for _ in range(14):
        deep = [deep]
    raw = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n"
    assert read_message(raw + json.dumps({"x": deep}).encode()).recipients == ()


def test_parts_that_are_no_text_are_passed_over() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\n<bob@example.com>:\nuser unknown\n'
        b"--b\nContent-Type: application/ms-tnef\n\n<amy@example.com>: no\n--b--\n"
    )
    assert [one.address for one in read_message(raw).recipients] == ["bob@example.com"]


def test_the_first_of_two_equal_texts_is_the_diagnostic() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<bob@example.com>:\n"
        b"mailbox is full\n\n<bob@example.com>:\nmailbox is full, really\n\n"
        b"<bob@example.com>:\nsorry\n"
    )
    (one,) = read_message(raw).recipients
    assert one.diagnostic == "mailbox is full"


def test_a_bounce_from_an_ordinary_address_names_its_recipient() -> None:
    raw = (
        b"From: a@x.example\nSubject: Undeliverable: Hi\n\n"
        b"Your message could not be delivered.\n\n<bob@example.com>:\nuser unknown\n"
    )
    message = read_message(raw)
    assert (message.kind, message.recipients[0].address) == ("bounce", "bob@example.com")


def dsn(*fields: str, kind: str = "message/delivery-status", text: str = "") -> bytes:
    """Build a report with one group of fields about a recipient."""
    return "\n".join(
        [
            "From: MAILER-DAEMON@mx.example.org",
            "Subject: Undelivered Mail",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            text,
            "--b",
            f"Content-Type: {kind}",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            *fields,
            "--b--",
            "",
        ]
    ).encode()


@pytest.mark.parametrize(
    "final", ["LOCAL; bob", "x400; /S=bob/P=acme/C=gb/", "rfc822;bob@ims-ms-daemon"]
)
def test_a_final_recipient_that_takes_no_mail(final: str) -> None:
    raw = dsn(
        "Original-Recipient: rfc822;bob@example.com",
        f"Final-Recipient: {final}",
        "Action: failed",
        "Status: 5.1.1",
    )
    assert [one.address for one in read_message(raw).recipients] == ["bob@example.com"]


def test_a_report_that_names_nobody_leaves_it_to_the_text() -> None:
    raw = dsn(
        "Final-Recipient: rfc822;",
        "Action: failed",
        text="<bob@example.com>:\n550 5.2.2 mailbox full\n",
    )
    (one,) = read_message(raw).recipients
    assert (one.address, one.explanation.category) == ("bob@example.com", Category.MAILBOX_FULL)


def test_an_original_recipient_of_the_whole_message_is_no_recipient() -> None:
    raw = dsn("Final-Recipient: rfc822;bob@example.com", "Action: failed", "Status: 5.1.1")
    raw = raw.replace(
        b"Reporting-MTA:", b"Original-Recipient: rfc822;amy@example.com\nReporting-MTA:"
    )
    assert [one.address for one in read_message(raw).recipients] == ["bob@example.com"]


def test_an_address_that_is_longer_than_smtp_allows() -> None:
    address = (
        "IMCEAEX-_O=EXAMPLE_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP_CN=RECIPIENTS_CN=bob@example.com"
    )
    raw = dsn(f"Final-Recipient: rfc822;{address}", "Action: failed", "Status: 5.1.1")
    assert [one.address for one in read_message(raw).recipients] == [address]


def test_a_report_of_no_type_that_begins_with_an_empty_line() -> None:
    raw = dsn(
        "Final-Recipient: rfc822;bob@example.com",
        "Action: failed",
        "Status: 5.2.2",
        kind="application/octet-stream",
    ).replace(b"Reporting-MTA:", b"\nReporting-MTA:")
    (one,) = read_message(raw).recipients
    assert (one.address, str(one.status)) == ("bob@example.com", "5.2.2")


@pytest.mark.parametrize(
    ("written", "action"),
    [("success", "delivered"), ("error", "failed"), ("delay", "delayed"), ("relayed", "relayed")],
)
def test_actions_in_other_words(written: str, action: str) -> None:
    raw = dsn("Final-Recipient: rfc822;bob@example.com", f"Action: {written}")
    assert [one.action for one in read_message(raw).recipients] == [action]


def test_a_complaint_that_names_the_recipient_twice() -> None:
    raw = (
        b"From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.7\n"
        b"X-HmXmrOriginalRecipient: Bob@example.com\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: bob@example.com\n"
        b"From: news@example.org\nSubject: News\n\nHello\n--b--\n"
    )
    message = read_message(raw)
    assert message.kind is MessageKind.COMPLAINT
    assert [one.address for one in message.recipients] == ["Bob@example.com"]


def test_what_a_program_sends_by_itself_answers_nothing() -> None:
    raw = b"From: root@example.org\nSubject: Cron report\nAuto-Submitted: auto-generated\n\nDone.\n"
    assert read_message(raw).kind is MessageKind.NOT_A_BOUNCE
    answer = raw.replace(b"\nAuto", b"\nIn-Reply-To: <1@example.org>\nAuto")
    assert read_message(answer).kind is MessageKind.AUTO_REPLY


def test_a_newsletter_is_no_bounce_whatever_its_sender_is_called() -> None:
    raw = (
        b"From: Mail Delivery System Weekly <mailer-daemon@news.example.org>\n"
        b"Subject: Delivery failed: why it happens\nList-Unsubscribe: <https://example.org/u>\n\n"
        b"<bob@example.com>:\n550 5.1.1 User unknown\nis what servers say.\n"
    )
    assert read_message(raw).kind is MessageKind.NOT_A_BOUNCE
    reported = raw.replace(b"\nList", b"\nX-Failed-Recipients: bob@example.com\nList")
    assert read_message(reported).kind is MessageKind.BOUNCE


def test_a_reason_in_the_subject_alone() -> None:
    raw = (
        b"From: postmaster@example.org\nSubject: Undeliverable mail: 5.2.2 mailbox full\n"
        b"X-Failed-Recipients: bob@example.com\n\nSee subject.\n"
    )
    (one,) = read_message(raw).recipients
    assert (one.explanation.category, str(one.status)) == (Category.MAILBOX_FULL, "5.2.2")


def test_what_a_person_forwards_is_no_bounce() -> None:
    raw = dsn("Final-Recipient: rfc822;bob@example.com", "Action: failed", "Status: 5.1.1")
    sent = (
        raw.replace(b"MAILER-DAEMON@mx.example.org", b"Eve <eve@example.org>")
        .replace(b"Subject: ", b"Subject: FW: ")
        .replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
    )
    assert read_message(raw).kind is MessageKind.BOUNCE
    assert read_message(sent).kind is MessageKind.NOT_A_BOUNCE


def test_a_question_is_no_bounce() -> None:
    raw = (
        b"From: Ann <ann@example.com>\nSubject: delivery failed?\n\nI got this:\n\n"
        b"550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown\n"
    )
    assert read_message(raw).kind is MessageKind.NOT_A_BOUNCE


def test_the_address_that_the_bounce_came_back_to_is_no_recipient() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.com\nTo: ann@example.org\nSubject: Mail failure\n\n"
        b"Your message from ann@example.org to:\n\n  ann@example.org\n  bob@example.com\n\n"
        b"was not delivered: 550 user unknown\n"
    )
    assert [one.address for one in read_message(raw).recipients] == ["bob@example.com"]


def test_a_server_s_reply_says_more_than_the_words_around_it() -> None:
    raw = (
        b"From: postmaster@example.com\nTo: ann@example.org\nSubject: Mail delivery failed\n\n"
        b"Unable to deliver message to <bob@example.com>.\n\n"
        b"Received >>> 554 Transaction failed\n"
    )
    (one,) = read_message(raw).recipients
    assert one.reply == 554
