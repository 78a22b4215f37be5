import pytest

from ndrcodes import StatusCode, parse


def status_of(text: str) -> str | None:
    found = parse(text).status
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("text", "status", "reply"),
    [
        ("550 5.1.1 User unknown", "5.1.1", 550),
        ("550-5.7.26 This mail\r\n550 5.7.26 is bad", "5.7.26", 550),
        ("550-5.7.26 This mail\n550-5.7.26 is\n550 5.7.26 bad", "5.7.26", 550),
        ("smtp;550 5.1.1 x", "5.1.1", 550),
        ("smtp; 421 Too many", None, 421),
        ("#550 5.1.1 RESOLVER.ADR", "5.1.1", 550),
        ("#5.1.1 x", "5.1.1", None),
        ("no mailbox (#5.1.1)", "5.1.1", None),
        ("<mx.example.com #5.1.1 smtp;550 5.1.1 x>", "5.1.1", 550),
        ("Status: 5.2.2 (mailbox full)", "5.2.2", None),
        ("to=<a@example.com>, dsn=5.1.1, stat=User unknown", "5.1.1", None),
        ("host mx.example.com[192.0.2.7] said: 452 4.2.2 full (in reply to RCPT)", "4.2.2", 452),
        ("Remote Server returned '554 5.7.1 <x>: denied'", "5.7.1", 554),
        ("<b>550</b>&nbsp;5.1.1 <br>unknown", "5.1.1", 550),
        ("550\u00a05.1.1 \u201cunknown\u201d", "5.1.1", 550),
        ("\u200b5.1.1\u200b", "5.1.1", None),
        ("5.1.0 - Unknown address error 550-'5.2.2 mailbox full'", "5.2.2", 550),
        ("550 5.0.350 Remote server returned an error -> 550 5.1.1 unknown", "5.1.1", 550),
        ("554 4.4.7 Message expired <421 4.4.2 Connection timed out>", "4.4.2", 421),
        ("250 2.1.0 Ok 250 2.1.5 Ok 451 4.3.0 queue file write error", "4.3.0", 451),
        ("220 ready\n250 ok\n550 no", None, 550),
        ("--> RCPT TO:<a@example.com>\n<-- 550 no such user", None, 550),
        ("250 ok", None, 250),
        ("nothing here", None, None),
        ("", None, None),
    ],
)
def test_codes(text: str, status: str | None, reply: int | None) -> None:
    found = parse(text)
    assert (status_of(text), found.reply) == (status, reply)
    for mention in found.mentions:
        assert text[mention.start : mention.end] == str(mention.code)
        assert mention.klass in (2, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Exim 4.94.2",
        "Exim 4.9.2",
        "ESMTP Postfix 2.1.5 ready",
        "v4.2.1",
        "version 4.2.1",
        "4.2.1.7",
        "192.4.2.1",
        "4.2.1/24",
        "RFC 5321 4.2.1",
        "section 4.2.1",
        "score 5.2.1",
        "5.01.1",
        "5.1.01",
        "5.1.1000",
        "1.1.1",
        "3.1.1",
        "6.1.1",
        "x5.1.1",
        "5.1.1x",
        "a-5.1.1",
        "\uff15.1.1",
        "5.11.2026",
        "+5.1.1",
        "10:5.1.1",
    ],
)
def test_no_code(text: str) -> None:
    assert parse(f"see {text} for it").status is None


def test_others_stay_in_the_mentions() -> None:
    text = "550 5.1.1 <a@example.com>: host said: 550 5.7.1 no, see 4.2.2"
    found = parse(text)
    assert [str(mention.code) for mention in found.mentions] == [
        "550",
        "5.1.1",
        "550",
        "5.7.1",
        "4.2.2",
    ]
    assert status_of(text) == "5.7.1"  # the inner server's word
    assert found.mentions[-1].credibility < found.mentions[1].credibility


def test_of_many_equal_codes_the_inner_errors_counts() -> None:
    codes = " ".join(f"5.1.{detail}" for detail in range(100, 200))
    assert status_of(f"{codes} {codes}") == "5.1.100"
    assert status_of(f"{codes} mx.example.com said 5.7.1 {codes}") == "5.7.1"
    assert status_of(f"{codes} said 5.7.1 {codes} returned 5.7.2 {codes}") == "5.7.2"


def test_a_reply_code_is_no_part_of_a_status_code() -> None:
    found = parse("it said 5.7.450-'no'")
    assert [str(mention.code) for mention in found.mentions] == ["5.7.450"]


def test_a_long_text_is_read_to_its_limit() -> None:
    code = " 5.1.1"
    assert status_of("x" * (65_536 - len(code)) + code) == "5.1.1"
    assert parse("x" * (65_537 - len(code)) + code).status is None


@pytest.mark.parametrize(
    "text",
    [
        "host mx.example.com[203.0.113.5] said: 550 no",
        "host mx.example.com[203.0.113.5] refused to talk to me: 554 no",
        "host mx.example.com [203.0.113.5]: 550 no",
        "host mx.example.com [203.0.113.5]\n    SMTP error from remote mail server: 550 no",
        "to=<bob@example.org>, relay=mx.example.com[203.0.113.5]:25, delay=1",
        "connect to mx.example.com[203.0.113.5]:25: Connection timed out",
        "conversation with mx.example.com[203.0.113.5] timed out",
        "Connected to 203.0.113.5 but greeting failed.",
        "203.0.113.5 does not like recipient.\nRemote host said: 550 no",
        "deferral: 203.0.113.5_does_not_like_recipient./Remote_host_said:_451_no/",
        "Called:   203.0.113.5\nSent:     RCPT TO:<bob@example.org>",
    ],
)
def test_the_address_of_a_server_that_answered(text: str) -> None:
    assert parse(f"{text} 192.0.2.7").remote_ips == ("203.0.113.5",)


@pytest.mark.parametrize(
    "text",
    [
        "554 5.7.1 Client host [192.0.2.7] blocked",
        "550 Your host mail.example.net [192.0.2.7] is listed",
        "421 Too many connections from host 192.0.2.7",
        "550 relay=none connect to []",
        "550 relay=mx.example.com[192.0.2.700]",
    ],
)
def test_the_address_of_a_client_is_no_servers(text: str) -> None:
    assert parse(text).remote_ips == ()


def test_what_else_a_rejection_carries() -> None:
    found = parse(
        "host MX1.Example.com[192.0.2.7] said: 451 4.7.1 [TSS04] <bob@example.org>: greylisted,"
        " try again in 5 minutes (AS(7171)) (S3150) (RTR:BL) IB212 2001:db8::1"
        " see https://example.com/why?x=1. (in reply to RCPT TO command)"
    )
    assert found.remote_host == "mx1.example.com"
    assert found.ips == ("192.0.2.7", "2001:db8::1")
    assert found.remote_ips == ("192.0.2.7",)
    assert found.addresses == ("bob@example.org",)
    assert found.urls == ("https://example.com/why?x=1",)
    assert found.command == "RCPT TO"
    assert found.retry_after == 300
    assert found.vendor_codes == ("TSS04", "AS(7171)", "S3150", "RTR:BL", "IB212")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("(in reply to end of DATA command)", "DATA"),
        ("after end of data: 550", "DATA"),
        (">>> MAIL From:<a@example.com>", "MAIL FROM"),
        ("after RCPT TO:<a@example.com>", "RCPT TO"),
        ("in reply to HELO command", "HELO"),
        ("no command", None),
    ],
)
def test_command(text: str, command: str | None) -> None:
    assert parse(text).command == command


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("greylisted, retry in 60 seconds", 60),
        ("please wait 2 hours and try again", 7200),
        ("try again later", None),
        ("sent in 5 minutes", None),
    ],
)
def test_retry_after(text: str, seconds: int | None) -> None:
    assert parse(text).retry_after == seconds


def test_an_address_with_impossible_numbers_is_no_ip() -> None:
    found = parse("from 999.1.1.1 and a:b:c:d:e and 10:20:30:40")
    assert found.ips == ()


def test_only_text_is_parsed() -> None:
    with pytest.raises(TypeError, match="expected a str, got bytes"):
        parse(b"550")  # type: ignore[arg-type]


def test_status_of_the_first_example() -> None:
    assert parse("550 5.7.705 Access denied").status == StatusCode(5, 7, 705)
