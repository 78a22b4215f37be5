"""Read what a rejection says before any catalog is asked: codes, hosts, addresses and the like.

`find_codes` is on the path of every explanation and does only what the answer needs; `parse` lifts
out the rest. All patterns have bounded repetition, so reading is linear in the text.
"""

from __future__ import annotations

import bisect
import functools
import operator
import re
from typing import Final, final

import attrs

from ndrcodes._text import tidy
from ndrcodes.errors import InvalidStatusCode
from ndrcodes.records import StatusCode

__all__ = ["Diagnostic", "Mention", "parse"]

#: How credible a mention is, from 4 down to 0.
FOLLOWS_REPLY: Final = 4  # "550 5.1.1": the form of RFC 2034, section 4
LABELLED: Final = 3  # "Status: 5.1.1", "dsn=5.1.1", "(#5.1.1)", or at the start of a line
PROSE: Final = 2  # among words
VAGUE: Final = 2  # what a code with subject 0 loses: it only wraps or says nothing
_SUCCESS: Final = 8  # more than any credibility

_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9A-Za-z_@]|[.:/-][0-9])")
#: What every status code begins with; looking for these is several times faster than `_STATUS`.
_BEGINNINGS: Final = ("5.", "4.", "2.")
_REPLY_BEFORE = re.compile(r"(?<![0-9.])([245][0-9]{2})[\s\-_:,;#('\"]{1,3}\Z")
_LABEL_BEFORE = re.compile(
    r"(?:^\s*|[\r\n;#(\[<>'\"=]|\b(?:status|code|dsn|stat|error|diagnostic|said|returned|smtp))"
    r"[\s:#(\[<'\"=]{0,4}\Z",
    re.IGNORECASE,
)
#: Words before a number with dots that make it a version, a section or a measure. The names are
#: of programs that write their version into banners and headers.
_NO_CODE_BEFORE = re.compile(
    r"(?:\b(?:version|ver|release|rev|revision|build|section|sections|sec|chapter|clause|score|hits"
    r"|required|level|python|php|perl|openssl|exim|postfix|sendmail|qmail|exchange|spamassassin"
    r"|amavisd?|amavisd-new|clamav|mailscanner|dovecot|opensmtpd|mdaemon|zimbra|mimedefang|rspamd"
    r"|haraka|courier|cyrus|domino|notes|imail|smtpsvc|thunderbird|outlook|evolution)[\s:=(]{1,3}v?"
    r"|\brfc[\s-]?[0-9]{3,4},?\s{0,2}(?:section|sec\.?|§)?\s{0,2}|§\s?)\Z",
    re.IGNORECASE,
)
_JOINS_BEFORE = frozenset("._@/+,")

#: Where a reply code can stand (RFC 5321, section 4.2): at the start of a line or of what a
#: server is quoted to have said. A bare number among words is none.
_REPLY = re.compile(
    r"(?:(?:^\s*|[\r\n][ \t]{0,20}|[;:#'\"(\[<>]|\b(?:smtp|esmtp|error|code|status|response|reply"
    r"|replied|returned|said|with|was|got)[\s:=]|->|=>|<--?)[\s:#'\"(\[]{0,3}([245][0-7][0-9])"
    r"(?=[ \t\r\n\-:;,)\]'\"#<_]|\.(?:\s|$)|$)|\b([245][0-5][0-9])(?=-['\"]))",
    re.IGNORECASE,
)
_INNER = re.compile(
    r"\bsaid\b|\breturned\b|\breplied\b|\bresponded\b|\bresponse\b|->|\bremote server\b"
    r"|<(?=[245][0-9]{2}[ -])",
    re.IGNORECASE,
)


@final
@attrs.frozen
class Mention:
    """A code that stands in a text, `text[start:end]`."""

    #: An enhanced status code, or an SMTP reply code as a number.
    code: StatusCode | int
    #: Where it begins, in characters.
    start: int
    #: The first character behind it.
    end: int
    #: 4: directly after a reply code; 3: labelled or at the start of a line; 2: among words.
    #: A code of subject 0, which says nothing, has two less.
    credibility: int

    @property
    def klass(self) -> int:
        """The class: the first digit of either kind of code."""
        return self.code // 100 if isinstance(self.code, int) else self.code.klass


@final
@attrs.frozen(kw_only=True)
class Diagnostic:
    """What a rejection says by itself, without any catalog."""

    #: The text, as given.
    text: str
    #: The most credible enhanced status code, or None.
    status: StatusCode | None
    #: The most credible SMTP reply code, or None.
    reply: int | None
    #: Every code found, in the order of the text.
    mentions: tuple[Mention, ...] = ()
    #: The host that answered, or None.
    remote_host: str | None = None
    #: The IP addresses, in the order of the text.
    ips: tuple[str, ...] = ()
    #: Those of them that belong to servers that answered or were to be reached.
    remote_ips: tuple[str, ...] = ()
    #: The mail addresses, in the order of the text.
    addresses: tuple[str, ...] = ()
    #: The web addresses, in the order of the text.
    urls: tuple[str, ...] = ()
    #: The SMTP command that was answered ("RCPT TO"), or None.
    command: str | None = None
    #: Seconds to wait before the next try, or None.
    retry_after: int | None = None
    #: Providers' own codes: "AS(7171)", "S3150", "TSS04", "RTR:BL".
    vendor_codes: tuple[str, ...] = ()


def parse(text: str) -> Diagnostic:
    """Read a rejection: reply, log line, or whatever people paste.

    Only the first 65,536 characters are read.

    Raises:
        TypeError: the argument is no `str`. No text raises anything.

    Example:
        >>> parse("550 5.7.705 Access denied, tenant has exceeded threshold").status
        StatusCode(klass=5, subject=7, detail=705)
    """
    if not isinstance(text, str):
        msg = f"expected a str, got {type(text).__name__}"
        raise TypeError(msg)
    from ndrcodes import _extract  # noqa: PLC0415 - explaining needs only the codes

    plain = tidy(text)
    statuses = _find_statuses(plain)
    mentions = [Mention(one.code, one.start, one.end, one.credibility) for one in statuses]
    mentions += _find_replies(plain, statuses)
    mentions.sort(key=lambda mention: mention.start)
    best = _choose(plain, statuses)
    return Diagnostic(
        text=text,
        status=None if best is None else best.code,
        reply=_reply_of(plain, best),
        mentions=tuple(mentions),
        remote_host=_extract.remote_host(plain),
        ips=_extract.ips(plain),
        remote_ips=_extract.remote_ips(plain),
        addresses=_extract.addresses(plain),
        urls=_extract.urls(plain),
        command=_extract.command(plain),
        retry_after=_extract.retry_after(plain),
        vendor_codes=_extract.vendor_codes(plain),
    )


@final
@attrs.define(eq=False, repr=False)
class Sighting:
    """A status code in a text, `text[start:end]`, and the reply code that it follows."""

    code: StatusCode
    reply: int | None
    start: int
    end: int
    credibility: int


def find_codes(text: str) -> tuple[int | None, Sighting | None]:
    """Return the most credible reply code and status code of a tidied text."""
    best = _choose(text, _find_statuses(text))
    return _reply_of(text, best), best


def _find_statuses(text: str) -> list[Sighting]:
    sightings: list[Sighting] = []
    for beginning in _BEGINNINGS:
        start = text.find(beginning)
        while start >= 0:
            found = _STATUS.match(text, start)
            if found and (sighting := _judge(text, found)):
                sightings.append(sighting)
            start = text.find(beginning, start + 2)
    if len(sightings) > 1:
        sightings.sort(key=operator.attrgetter("start"))
    return sightings


def _judge(text: str, found: re.Match[str]) -> Sighting | None:
    """Tell whether what looks like a status code is one, and how credible."""
    start, end = found.span()
    code, reply = _read(text[max(0, start - 8) : start], found[0])
    if code is None:
        return None
    credibility = FOLLOWS_REPLY if reply is not None else _credibility(text, start)
    if credibility < 0 or (code.subject > _LAST_SUBJECT and credibility < FOLLOWS_REPLY):
        return None  # RFC 3463 defines subjects 0 to 7; among words, 4.94.2 is a version
    return Sighting(code, reply, start, end, credibility - (0 if code.subject else VAGUE))


_LAST_SUBJECT: Final = 7


@functools.lru_cache(maxsize=4096)
def _read(before: str, code: str) -> tuple[StatusCode | None, int | None]:
    """Read a status code, and the reply code that it follows.

    The same few stand in nearly every text, hence the cache.
    """
    found = _REPLY_BEFORE.search(before)
    try:
        return StatusCode.parse(code), int(found[1]) if found else None
    except InvalidStatusCode:
        return None, None


def _credibility(text: str, start: int) -> int:
    """Judge what stands before a code; below 0: it is none."""
    if start == 0:
        return LABELLED
    before = text[max(0, start - 40) : start]
    last = before[-1]
    if last == ":":
        joined = before[-2:-1].isdigit()
    elif last == "-":
        joined = before[-2:-1].isalnum()
    else:
        joined = last.isalnum() or last in _JOINS_BEFORE
    if joined or _NO_CODE_BEFORE.search(before):
        return -1
    if _LABEL_BEFORE.search(before):
        return LABELLED
    return PROSE


def _choose(text: str, sightings: list[Sighting]) -> Sighting | None:
    """Return the most credible status code; among equals the inner error's, or the first."""
    if not sightings:
        return None
    best = sightings[0]
    if len(sightings) == 1:
        return best
    # Where a server is quoted next; looked for once a place, so that this is linear in the text.
    quoted = _INNER.search(text, best.end)
    for one in sightings[1:]:
        more = _credence(one) - _credence(best)
        if more == 0 and one.code != best.code:
            more = quoted is not None and quoted.end() <= one.start
        if more > 0:
            best = one
            if quoted is not None and quoted.start() < best.end:
                quoted = _INNER.search(text, best.end)
    return best


def _credence(sighting: Sighting) -> int:
    """Rank a code; in a transcript with both, a failure tells more than a success."""
    return sighting.credibility - (_SUCCESS if sighting.code.klass == 2 else 0)  # noqa: PLR2004


def _reply_of(text: str, status: Sighting | None) -> int | None:
    """Return the reply code that goes with the status, or the first one of the text."""
    if status is not None and status.reply is not None:
        return status.reply
    first: int | None = None
    for found in _REPLY.finditer(text):
        reply = int(found[1] or found[2])
        klass = reply // 100
        # A transcript begins with successes; the failure is what counts.
        if klass == status.code.klass if status else klass != 2:  # noqa: PLR2004
            return reply
        first = first or reply
    return first


def _find_replies(text: str, statuses: list[Sighting]) -> list[Mention]:
    starts = [status.start for status in statuses]
    found_at: dict[tuple[int, int], int] = {}
    for found in _REPLY.finditer(text):
        status = bisect.bisect_left(starts, found.end()) - 1  # the last that begins before its end
        if status < 0 or found.end() > statuses[status].end:
            found_at[found.span(found.lastindex or 0)] = LABELLED
    for start in starts:
        before = _REPLY_BEFORE.search(text, max(0, start - 8), start)
        if before:
            found_at[before.span(1)] = FOLLOWS_REPLY
    return [
        Mention(int(text[start:end]), start, end, credibility)
        for (start, end), credibility in found_at.items()
    ]
