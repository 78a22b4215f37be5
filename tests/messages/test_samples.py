"""A message of each format, with what must be read from it."""

import pathlib

import pytest

from ndrcodes import read_message

from ..helpers import told_of

SAMPLES = pathlib.Path(__file__).parent / "samples"

#: Kind, and for each recipient: address, status, reply, category.
EXPECTED: dict[str, tuple[str, list[tuple[str, str | None, int | None, str]]]] = {
    "antispam-appliance": (
        "bounce",
        [
            ("bob@example.com", None, None, "spam"),
        ],
    ),
    "aol": (
        "bounce",
        [
            ("bob@aol.com", None, 550, "recipient-unknown"),
        ],
    ),
    "arf-without-report": (
        "complaint",
        [
            ("bob@example.com", None, None, "complaint"),
        ],
    ),
    "arf": (
        "complaint",
        [
            ("bob@example.net", None, None, "complaint"),
        ],
    ),
    "courier": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "domino": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "exchange-2003": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "exchange-2007": (
        "bounce",
        [
            ("bob@example.com", "5.2.3", 550, "message-too-large"),
        ],
    ),
    "exchange-online-html": (
        "bounce",
        [
            ("bob@example.com", "5.7.705", 550, "sender-suspended"),
        ],
    ),
    "exim-delay": (
        "delay",
        [
            ("bob@example.com", None, None, "connection-failed"),
        ],
    ),
    "exim": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "forwarded-by-a-program": (
        "bounce",
        [
            ("bob@example.com", "5.2.2", 552, "mailbox-full"),
            ("amy@example.net", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "gmail": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "gmx": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "groupwise": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "imail": (
        "bounce",
        [
            ("bob@example.com", None, None, "mailbox-full"),
        ],
    ),
    "iplanet": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "iso-2022-jp": (
        "bounce",
        [
            ("bob@example.jp", None, None, "recipient-unknown"),
        ],
    ),
    "lotus-notes": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "mail-ru": (
        "bounce",
        [
            ("bob@mail.ru", None, 550, "recipient-unknown"),
        ],
    ),
    "mailenable": (
        "bounce",
        [
            ("bob@example.com", None, 550, "recipient-unknown"),
        ],
    ),
    "mailing-list-manager": (
        "not-a-bounce",
        [],
    ),
    "mdaemon": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "mobile-carrier": (
        "bounce",
        [
            ("bob@carrier.example.jp", None, 550, "recipient-unknown"),
        ],
    ),
    "opensmtpd": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "ordinary-calendar": (
        "not-a-bounce",
        [],
    ),
    "ordinary-mail-that-quotes-a-report": (
        "not-a-bounce",
        [],
    ),
    "ordinary-newsletter": (
        "not-a-bounce",
        [],
    ),
    "ordinary-question": (
        "not-a-bounce",
        [],
    ),
    "ordinary-reply-that-quotes-a-bounce": (
        "not-a-bounce",
        [],
    ),
    "postfix-without-report": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "qmail": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
            ("amy@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464-as-text": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "rfc3464-base64": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464-delayed": (
        "delay",
        [
            ("bob@example.com", "4.4.1", None, "connection-failed"),
        ],
    ),
    "rfc3464-delivered": (
        "delivered",
        [
            ("bob@example.com", "2.0.0", 250, "delivered"),
        ],
    ),
    "rfc3464-indented": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464-missing-blank-lines": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
            ("amy@example.com", "5.2.2", None, "mailbox-full"),
        ],
    ),
    "rfc3464-says-less-than-the-words": (
        "bounce",
        [
            ("bob@example.com", "5.0.0", 550, "mailbox-full"),
        ],
    ),
    "rfc3464-status-comment": (
        "bounce",
        [
            ("bob@example.com", "5.2.2", None, "mailbox-full"),
        ],
    ),
    "rfc3464-twice-the-same": (
        "bounce",
        [
            ("Bob@example.com", "5.2.2", 552, "mailbox-full"),
        ],
    ),
    "rfc3464-wrong-boundary": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464-xtext": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464": (
        "bounce",
        [
            ("bob@example.com", "5.2.2", 552, "mailbox-full"),
            ("amy@example.net", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "rfc6533-utf8": (
        "bounce",
        [
            ("jörg@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "sendmail-transcript": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "sendmail-v5": (
        "bounce",
        [
            ("bob@example.net", None, 550, "domain-unknown"),
        ],
    ),
    "sns-bounce": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "sns-complaint": (
        "complaint",
        [
            ("bob@example.com", None, None, "complaint"),
        ],
    ),
    "supplementary-info": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "unsubscribe-complaint": (
        "complaint",
        [],
    ),
    "vacation-by-subject": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "vacation": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "x400": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "yahoo": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "yandex": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "arf-original-names-the-recipient": (
        "complaint",
        [
            ("bob@example.com", None, None, "complaint"),
        ],
    ),
    "carrier-without-a-bounce-subject": (
        "bounce",
        [
            ("bob@example.com", None, None, "mailbox-full"),
        ],
    ),
    "domino-two": (
        "bounce",
        [
            ("bob@example.com", None, None, "recipient-unknown"),
            ("amy@example.com", None, None, "mailbox-full"),
        ],
    ),
    "exchange-2000-quoted": (
        "bounce",
        [
            ("bob@example.com", "5.5.0", 550, "recipient-unknown"),
        ],
    ),
    "exchange-2013-german": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "exchange-2013-japanese-html": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "exchange-2013-without-diagnostics": (
        "bounce",
        [
            ("bob@example.com", None, None, "unknown"),
        ],
    ),
    "exchange-delivered": (
        "delivered",
        [
            ("bob@example.com", None, None, "delivered"),
        ],
    ),
    "exchange-online-french": (
        "bounce",
        [
            ("bob@example.com", "5.1.10", 550, "recipient-unknown"),
        ],
    ),
    "exim-delay-greylisted": (
        "delay",
        [
            ("bob@example.com", "4.7.1", 451, "greylisted"),
        ],
    ),
    "gmail-two": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
            ("amy@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "gmx-two": (
        "bounce",
        [
            ("bob@example.com", "5.2.2", 552, "mailbox-full"),
            ("amy@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "html-table": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "imail-two": (
        "bounce",
        [
            ("bob@example.com", None, None, "mailbox-full"),
            ("amy@example.com", None, None, "recipient-unknown"),
        ],
    ),
    "iplanet-delay": (
        "delay",
        [
            ("bob@example.com", None, None, "unknown"),
        ],
    ),
    "japanese-filter": (
        "bounce",
        [
            ("bob@example.com", "5.2.2", 552, "mailbox-full"),
            ("amy@example.com", "5.2.2", 552, "mailbox-full"),
        ],
    ),
    "mailmarshal": (
        "bounce",
        [
            ("bob@example.com", None, None, "domain-unknown"),
            ("amy@example.com", None, None, "domain-unknown"),
        ],
    ),
    "not-a-member": (
        "bounce",
        [
            ("list@example.com", None, None, "recipient-restricted"),
        ],
    ),
    "opensmtpd-delay": (
        "delay",
        [
            ("bob@example.com", None, None, "domain-unknown"),
        ],
    ),
    "ordinary-order": (
        "not-a-bounce",
        [],
    ),
    "ordinary-parcel": (
        "not-a-bounce",
        [],
    ),
    "ordinary-receipt": (
        "not-a-bounce",
        [],
    ),
    "ordinary-spam-report": (
        "not-a-bounce",
        [],
    ),
    "ordinary-vacation-photos": (
        "not-a-bounce",
        [],
    ),
    "postfix-notice": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "qmail-bounce-of-a-bounce": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", None, "recipient-unknown"),
        ],
    ),
    "rfc3464-octet-stream": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "rfc3464-without-action": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "rfc3464-without-action-delivered": (
        "delivered",
        [
            ("bob@example.com", "2.0.0", 250, "delivered"),
        ],
    ),
    "sendgrid": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "sendmail-expanded-from": (
        "bounce",
        [
            ("bob@example.com", "5.3.0", 554, "server-error"),
        ],
    ),
    "shared-reason": (
        "bounce",
        [
            ("bob@example.com", None, None, "mailbox-full"),
            ("amy@example.com", None, None, "mailbox-full"),
        ],
    ),
    "sns-delivery": (
        "delivered",
        [
            ("bob@example.com", "2.6.0", 250, "delivered"),
        ],
    ),
    "surfcontrol": (
        "bounce",
        [
            ("bob@example.com", None, 550, "recipient-unknown"),
        ],
    ),
    "two-errors-in-brackets": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
            ("amy@example.com", "5.2.2", 552, "mailbox-full"),
        ],
    ),
    "unsubscribe-by-header": (
        "complaint",
        [],
    ),
    "vacation-apple": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "vacation-german": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "vacation-japanese": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "vacation-without-sender": (
        "auto-reply",
        [
            ("bob@example.com", None, None, "auto-reply"),
        ],
    ),
    "bounce-from-an-ordinary-address": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "two-on-a-line": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
            ("amy@example.com", "5.1.1", 550, "recipient-unknown"),
        ],
    ),
    "exchange-2013-two": (
        "bounce",
        [
            ("bob@example.com", "5.1.1", 550, "recipient-unknown"),
            ("amy@example.com", "5.2.2", 552, "mailbox-full"),
        ],
    ),
    "exim-delay-two": (
        "delay",
        [
            ("bob@example.com", None, None, "connection-failed"),
            ("amy@example.com", None, None, "connection-failed"),
        ],
    ),
    "gateway-delay": (
        "delay",
        [
            ("bob@example.com", None, None, "unknown"),
        ],
    ),
    "gmail-delay": (
        "delay",
        [
            ("bob@example.com", None, None, "server-error"),
        ],
    ),
    "zoho-response-code": (
        "bounce",
        [
            ("bob@example.com", None, 421, "connection-failed"),
        ],
    ),
}


def test_every_sample_has_an_expectation() -> None:
    assert {path.stem for path in SAMPLES.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(name: str) -> None:
    message = read_message((SAMPLES / f"{name}.eml").read_bytes())
    recipients = [tuple(one) for one in told_of(message)]
    assert (message.kind, recipients) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("change", ["crlf", "cr", "mbox", "nul", "upper-case fields"])
def test_the_wrapping_of_a_message_does_not_matter(name: str, change: str) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    changed = {
        "crlf": raw.replace(b"\n", b"\r\n"),
        "cr": raw.replace(b"\n", b"\r"),
        "mbox": b"From MAILER-DAEMON Wed Nov 25 00:00:00 2026\n" + raw,
        "nul": raw.replace(b"\n\n", b"\n\0\n", 1).replace(b"Subject", b"Sub\0ject"),
        "upper-case fields": raw.replace(b"Content-Type:", b"CONTENT-TYPE:"),
    }[change]
    message = read_message(changed)
    addresses = [one.address for one in message.recipients]
    kind, recipients = EXPECTED[name]
    assert (message.kind, addresses) == (kind, [address for address, _, _, _ in recipients])
