"""Lift out of a rejection what it carries besides codes: hosts, addresses, links, waiting times."""

from __future__ import annotations

import re

_HOST_NAME = r"(?:[a-z0-9](?:[a-z0-9_-]{0,62})\.){1,8}[a-z]{2,24}"
_HOST = re.compile(
    r"(?:\bhost |\brelay=|\btalking to |\bconnect(?:ion)? (?:to|with) |\bremote-mta: ?dns; ?|\bH="
    r"|\bmx-host[=:] ?|\bremote server (?:at )?|\bserver )[\[<(\"']?(" + _HOST_NAME + r")",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"(" + _HOST_NAME + r")(?:\s?[\[(][0-9a-f.:x]{3,45}[\])])? said\b", re.IGNORECASE
)
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{0,39}:[0-9A-Fa-f:]{1,39}(?![0-9A-Za-z:])")
_REMOTE_IP = re.compile(
    # host mx.example.com[192.0.2.7] said: (Postfix); host mx.example.com [192.0.2.7]: (Exim)
    r"(?:\bhost "
    + _HOST_NAME
    + r" ?\[([0-9A-Fa-f.:]{3,45})\](?=:| said| refused|\s{1,8}SMTP error)"
    r"|(?:\brelay=|\btalking to |\bconnect(?:ion|ed)? (?:to|with) |\bconversation with )"
    r"[\[<(\"']?(?:" + _HOST_NAME + r"\.?)? ?[\[(]?([0-9A-Fa-f.:]{3,45})"
    r"|\bcalled:\s{1,4}([0-9A-Fa-f.:]{3,45})"
    # 192.0.2.7 does not like recipient. (qmail)
    r"|(?:^|\s)([0-9A-Fa-f.:]{3,45})[ _](?:does[ _]not[ _]like|failed[ _]after)(?![A-Za-z]))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,62}(?![A-Za-z0-9@])"
)
_URL = re.compile(r"\bhttps?://[^\s<>\"'\u200b]{1,2000}", re.IGNORECASE)
_COMMAND = re.compile(
    r"(?:\b(?:in reply to|after|response to|sending|during)|>>>)\s{0,2}"
    r"(?:the |end of |final |\(end of )?"
    r"(RCPT(?: TO)?|MAIL(?: FROM)?|DATA|BDAT|EHLO|HELO|LHLO|AUTH|STARTTLS|VRFY|RSET|QUIT)\b",
    re.IGNORECASE,
)
_DOT = re.compile(
    r"\bafter end of data\b|\bend of DATA\b|\bafter pipelined end of data\b", re.IGNORECASE
)
_WAIT = re.compile(
    r"\b(?:again|retry|retries|wait|for|in|after|delay|within|greylisted?|greylisting)\b[^0-9\n]{0,16}"
    r"([0-9]{1,6})\s?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b",
    re.IGNORECASE,
)
_WAIT_CUE = re.compile(
    r"\bagain\b|\bretry|\bretries\b|\bwait\b|\bgr[ea]ylist|\bdefer|\bdelay|\blater\b", re.IGNORECASE
)
_UNITS = {"s": 1, "m": 60, "h": 3600}
_VENDOR = re.compile(
    r"\bAS\([0-9]{1,9}\)|\((?:AS[0-9]{3,9})\)|\((S[0-9]{3,8})\)"
    r"|\[([A-Z]{2,6}[0-9]{1,6}(?:-[A-Z0-9]{1,6})?)\]|\(([A-Z]{2,4}:[A-Z0-9]{1,5})\)"
    r"|(?<![A-Za-z0-9_./-])([A-Z]{2,5}[_-]?[0-9]{3,6}[a-z]?)(?![A-Za-z0-9_./-])"
)


#: What a placeholder of a phrase may take as its value; {any} and {id} take what stands there.
_VALUES = {
    "domain": re.compile(_HOST_NAME, re.IGNORECASE),
    "host": re.compile(_HOST_NAME, re.IGNORECASE),
    "address": _ADDRESS,
    "url": _URL,
    "number": re.compile(r"[0-9][0-9.,]{0,20}"),
}


def value_of(placeholder: str, text: str) -> str | None:
    """Return what a placeholder takes from the text that stands in its place, or None."""
    if placeholder in ("id", "any"):
        return text.strip(" \t\r\n.,;:<>()[]{}'\"") or None
    if placeholder == "ip":
        return next(iter(ips(text)), None)
    found = _VALUES[placeholder].search(text)
    return found[0].rstrip(".,;:)]>'\"") if found else None


def _unique(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[0] for found in pattern.finditer(text)))


def addresses(text: str) -> tuple[str, ...]:
    """Return the mail addresses."""
    return _unique(_ADDRESS, text)


def urls(text: str) -> tuple[str, ...]:
    """Return the web addresses, without the punctuation behind them."""
    return tuple(url.rstrip(".,;:)]>'\"") for url in _unique(_URL, text))


def remote_host(text: str) -> str | None:
    """Return the host that answered, or None."""
    found = _SAID.search(text) or _HOST.search(text)
    return found[1].lower() if found else None


def ips(text: str) -> tuple[str, ...]:
    """Return the IP addresses, in the order of the text."""
    found = [(m.start(), m[0]) for m in _IPV4.finditer(text)]
    if "::" in text or text.count(":") > 3:  # noqa: PLR2004 - fewer colons make no IPv6 address
        found += [(m.start(), m[0]) for m in _IPV6.finditer(text) if m[0].count(":") > 1]
    return tuple(dict.fromkeys(ip for _, ip in sorted(found) if _is_ip(ip)))


def remote_ips(text: str) -> tuple[str, ...]:
    """Return the IP addresses of the servers that answered or were to be reached."""
    found = (next(filter(None, one.groups())) for one in _REMOTE_IP.finditer(text))
    return tuple(dict.fromkeys(filter(_is_ip, (ip.rstrip(":.") for ip in found))))


def _is_ip(text: str) -> bool:
    import ipaddress  # noqa: PLC0415 - few texts hold an address, and most callers ask for none

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def command(text: str) -> str | None:
    """Return the SMTP command that was answered, or None."""
    if _DOT.search(text):
        return "DATA"
    found = _COMMAND.search(text)
    if found is None:
        return None
    name = found[1].upper()
    return {"RCPT": "RCPT TO", "MAIL": "MAIL FROM"}.get(name, name)


def retry_after(text: str) -> int | None:
    """Return the seconds to wait before the next try, or None."""
    if not _WAIT_CUE.search(text):
        return None
    found = _WAIT.search(text)
    return int(found[1]) * _UNITS[found[2][0].lower()] if found else None


def vendor_codes(text: str) -> tuple[str, ...]:
    """Return providers' own codes."""
    codes = (
        next(filter(None, found.groups()), found[0].strip("()")) for found in _VENDOR.finditer(text)
    )
    return tuple(
        dict.fromkeys(code if "(" not in code else code + ")" * (")" not in code) for code in codes)
    )
