"""Read the fields of a delivery report (RFC 3464), and mend what programs get wrong in them."""

from __future__ import annotations

import datetime
import re
import sys
from typing import Final

from ndrcodes._layout import ADDRESS
from ndrcodes._mime import Headers, Part, decode_words
from ndrcodes.errors import InvalidStatusCode
from ndrcodes.records import StatusCode

FINAL: Final = "final-recipient"
_REPORT_FIELD = re.compile(
    r"^[ \t>]{0,4}(?:Final|Original)-Recipient[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_REPORT_START = re.compile(
    r"^[ \t]{0,4}(?:Reporting-MTA|Final-Recipient|Original-Recipient|Original-Envelope-Id"
    r"|Arrival-Date)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_INDENT = re.compile(r"^[ \t]{1,8}(?=[A-Za-z-]{4,40}:[ \t])", re.MULTILINE)
_UNINDENTED = re.compile(r"\n(?=[^\s])(?![A-Za-z][!-9;-~]{1,60}[ \t]*:)")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_NEXT_RECIPIENT = re.compile(
    r"\n(?=(?:Original-Recipient[ \t]*:[^\n]*\n)?Final-Recipient[ \t]*:)", re.IGNORECASE
)
_HAS_FINAL = re.compile(r"^Final-Recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_TYPED = re.compile(r"\s*(?:[A-Za-z0-9-]{1,40}\s*;)?\s*(.*)", re.DOTALL)
#: An address whose local part is longer than SMTP allows, as Exchange's IMCEAEX-... often is.
_LONG_ADDRESS = re.compile(r"<?([^\s<>\"@;,]{65,400}@[A-Za-z0-9.-]{1,253})>?")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UTF8_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_STATUS = re.compile(r"\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_HOST = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,63}")
#: What some programs write instead of the actions of RFC 3464.
_OTHER_WORDS: Final = {
    "success": "delivered",
    "successful": "delivered",
    "delay": "delayed",
    "deferred": "delayed",
    "warning": "delayed",
    "failure": "failed",
    "fail": "failed",
    "error": "failed",
    "bounced": "failed",
    "undeliverable": "failed",
}
_REPORT_TYPES: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/delivery-status-report",
    }
)


def find_report(text: str) -> int | None:
    """Return where the fields of a report begin in a text, or None."""
    start = _REPORT_START.search(text)
    return start.start() if start and _REPORT_FIELD.search(text) else None


def is_report(part: Part) -> bool:
    """Tell whether a part is a report, by its type or by how it begins."""
    return part.type in _REPORT_TYPES or (
        part.type == "application/octet-stream" and bool(_REPORT_START.match(part.text().lstrip()))
    )


def groups_of(text: str) -> list[Headers]:
    """Cut a report into its groups of fields (RFC 3464, section 2.1).

    Three faults are mended: an indented report, an unindented continuation line, and a missing
    empty line between recipients.
    """
    if text[:1] in (" ", "\t"):
        text = _INDENT.sub("", text)
    text = _UNINDENTED.sub("\n ", text)
    groups: list[Headers] = []
    for block in _EMPTY_LINE.split(text):
        pieces: list[str] = []
        for piece in _NEXT_RECIPIENT.split(block):
            if pieces and not _HAS_FINAL.search(pieces[-1]):
                pieces[-1] += f"\n{piece}"
            else:
                pieces.append(piece)
        groups += [group for group in map(Headers.parse, pieces) if group.fields]
    return groups


def address_in(field: str) -> str:
    """Read the address of a recipient field: type, xtext (RFC 3461), comments and brackets."""
    kind, semicolon, value = field.partition(";")
    if not semicolon:
        kind, value = "", field
    value = value.strip()
    if "utf-8" in kind.lower():
        value = _UTF8_XTEXT.sub(_character, value)
    found = _LONG_ADDRESS.fullmatch(value) or ADDRESS.search(value)
    if found:
        return found[1]
    value = _XTEXT.sub(lambda one: chr(int(one[1], 16)), value)
    found = ADDRESS.search(value)
    return found[1] if found else value.strip("<> ").split(" ")[0] if value else ""


def _character(found: re.Match[str]) -> str:
    """Return the character that a number stands for; half of a surrogate pair is none."""
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > sys.maxunicode else chr(code)  # noqa: PLR2004


def addresses_of(group: Headers) -> tuple[str, str]:
    """Return the recipient's address, and the one that the sender wrote or the mail went to, or "".

    A final recipient that takes no mail, such as "joe" or an X.400 address, gives way to the one
    that the sender wrote.
    """
    final = address_in(group.get(FINAL))
    original = address_in(group.get("original-recipient"))
    actual = address_in(group.get("x-actual-recipient"))
    address = final or original or actual
    if not _is_mailable(address) and _is_mailable(original):
        address = original
    return address, original or (actual if actual != address else "")


def is_about_a_recipient(group: Headers) -> bool:
    """Tell the fields of a recipient from those of the whole message."""
    if address_in(group.get(FINAL)):
        return True
    told = any(group.get(name) for name in ("action", "status", "diagnostic-code"))
    return told and bool(address_in(group.get("original-recipient")))


def _is_mailable(address: str) -> bool:
    """Tell whether an address has a domain with a dot: not "joe", "joe@daemon", "/S=joe/C=gb/"."""
    return "@" in address and "." in address.rpartition("@")[2]


def action_of(group: Headers) -> str:
    """Return what was done with the message, in the words of RFC 3464 where they are known."""
    action = re.split(r"[\s(;]", group.get("action").strip().lower())[0]
    return _OTHER_WORDS.get(action, action)


def status_of(group: Headers) -> tuple[str, str]:
    """Return the code of the Status field as it is written, and the comment behind it."""
    field = group.get("status")
    found = _STATUS.search(field)
    return (found[1], field[found.end() :].strip(" ()")) if found else ("", "")


def status_in(code: str) -> StatusCode | None:
    """Read a status code that may be none, such as 5.01.1."""
    try:
        return StatusCode.parse(code)
    except InvalidStatusCode:
        return None


def diagnostic_of(group: Headers) -> str:
    """Return the server's words of a group: Diagnostic-Code, or a vendor's own field."""
    for name in ("diagnostic-code", "x-diagnostic-code"):
        values = [one for one in map(_without_type, group.all(name)) if one]
        if values:
            return one_line(" ".join(dict.fromkeys(values)))
    return one_line(group.get("x-supplementary-info") or group.get("x-display-text"))


def _without_type(field: str) -> str:
    """Take the type off a field; a mere number, such as "X-Unix; 69", means nothing without."""
    found = _TYPED.match(field)
    value = found[1].strip() if found else ""
    return field.strip() if value.isdecimal() else value


def one_line(text: str) -> str:
    """Undo encoded words (RFC 2047) and folding."""
    return " ".join(decode_words(text).split())


def host_in(field: str) -> str | None:
    """Read the host name of a field such as Remote-MTA, or return None."""
    found = _TYPED.match(field)
    host = _HOST.search(found[1]) if found else None
    return host[0] if host else None


def date_in(field: str) -> datetime.datetime | None:
    """Read a date field (RFC 5322, section 3.3), or return None."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import

    try:
        return parsedate_to_datetime(field) if field else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
