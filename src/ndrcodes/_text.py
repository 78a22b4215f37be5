"""Make a pasted, wrapped or logged text comparable, without losing where its words stand.

Two steps. `tidy` blanks what belongs to the layout and not to the words (HTML tags, entities,
repeated reply prefixes) and keeps the length, so that offsets into the result are offsets into
the original. `fold` turns the tidied text into bare lower-case words; phrases of the catalog go
through the same function, so that case, accents, punctuation and white space never matter.
"""

from __future__ import annotations

import functools
import re
import unicodedata

#: Characters that are read of any text. A rejection is far shorter; what is pasted with it
#: (a whole message, a log) may be of any length and must not cost more than this.
LIMIT = 65_536

#: Takes the place of a character that must vanish inside a word; `fold` drops it.
_NOTHING = "\u200b"

_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|body|br|center|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img"
    r"|li|meta|o:p|ol|p|pre|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|tt|u"
    r"|ul)(?=[\s/>])[^<>]{0,2000}>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\[rnt]")

_PLAIN = "".join(chr(i).lower() if chr(i).isalnum() else " " for i in range(128))
_PLAIN_BYTES = _PLAIN.encode() + bytes(128)


def tidy(text: str) -> str:
    """Blank the layout in the first `LIMIT` characters; the length stays the same."""
    if len(text) > LIMIT:
        text = text[:LIMIT]
    if "&" in text:
        text = _ENTITY.sub(_decode, text)
    if ">" in text:
        text = _TAG.sub(_blank, text)
    if "\\" in text:
        text = _ESCAPE.sub("  ", text)
    return text


def unfold(text: str, reply: int | None) -> str:
    """Blank the reply code where a multi-line reply repeats it; the length stays the same."""
    if reply is None:
        return text
    digits = str(reply)
    at = text.find(f"{digits}-")
    if at < 0 or text.find(digits, at + 1) < 0:
        return text  # as nearly always: the code stands there once
    first = _continued(digits).search(text)
    if first is None:
        return text
    return text[: first.end()] + _again(digits, first[1]).sub(_blank, text[first.end() :])


# A reply that goes over several lines repeats its code on each (RFC 5321, section 4.2.1):
# "550-5.7.26 first 550-5.7.26 second 550 5.7.26 last", on lines or joined by a logger.


@functools.lru_cache(maxsize=256)
def _continued(reply: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9.]){reply}-([245]\.[0-9]{{1,3}}\.[0-9]{{1,3}}(?=\s))?")


@functools.lru_cache(maxsize=256)
def _again(reply: str, status: str | None) -> re.Pattern[str]:
    code = re.escape(status) + r"(?=\s)" if status else ""
    return re.compile(rf"(?<![0-9.]){reply}(?:-(?:{code})?| {code}|(?<=[\n\r]{reply}) )")


def without_surrogates(text: str) -> str:
    """Replace halves of characters, which UTF-7 and JSON can hold and nobody can print."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def fold(text: str) -> list[str]:
    """Return the words of the text: lower case, no accents, letters and digits only."""
    if text.isascii():
        # Bytes are translated several times faster than text.
        return text.encode().translate(_PLAIN_BYTES).decode().split()
    return text.translate(_FOLDED).split()


#: How German and Nordic letters are written where only ASCII is at hand.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe", "Æ": "Ae"}
)


def spellings(phrase: str) -> tuple[str, ...]:
    """Return the phrase, and as servers spell it that write no accents: "ueberfuellt"."""
    phrase = " ".join(phrase.split())
    spelled_out = phrase.translate(_SPELLED_OUT)
    return (phrase,) if spelled_out == phrase else (phrase, spelled_out)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where each word of `fold(text)` stands in the text."""
    spans: list[tuple[int, int]] = []
    start = end = -1
    for at, char in enumerate(text):
        folded = _fold_character(ord(char))
        if folded and not folded.isspace():
            if folded[0] == " " and start >= 0:
                spans.append((start, end))
                start = -1
            if start < 0:
                start = at
            end = at + 1
        if start >= 0 and folded[-1:] == " ":
            spans.append((start, end))
            start = -1
    if start >= 0:
        spans.append((start, end))
    return spans


def _blank(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def _decode(found: re.Match[str]) -> str:
    from html import unescape  # noqa: PLC0415 - its table of entities is large and rarely needed

    entity = found[0]
    char = unescape(entity)
    if len(char) >= len(entity):
        return entity
    return char + _NOTHING * (len(entity) - len(char))


@functools.lru_cache(maxsize=8192)
def _fold_character(code: int) -> str:
    char = chr(code)
    if code < 128:  # noqa: PLR2004 - the end of ASCII
        return _PLAIN[code]
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me"}:
        return ""
    if not char.isalnum():
        return " "
    if _is_word_by_itself(code):
        return f" {char} "
    bare = unicodedata.normalize("NFD", char.casefold())
    bare = "".join(c for c in bare if unicodedata.category(c) != "Mn")
    return bare.translate(_LOOKALIKES) if bare.isalnum() else " "


#: Letters that accent stripping leaves alone and that mail texts spell both ways.
_LOOKALIKES = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d"})


def _is_word_by_itself(code: int) -> bool:
    """Tell scripts that put no spaces between words: Thai to Khmer, Hangul, kana, Han."""
    return (
        0x0E00 <= code <= 0x0EFF  # noqa: PLR2004
        or 0x1100 <= code <= 0x11FF  # noqa: PLR2004
        or 0x2E80 <= code <= 0x9FFF  # noqa: PLR2004
        or 0xA960 <= code <= 0xA97F  # noqa: PLR2004
        or 0xAC00 <= code <= 0xD7FF  # noqa: PLR2004
        or 0xF900 <= code <= 0xFAFF  # noqa: PLR2004
        or 0x20000 <= code <= 0x3FFFF  # noqa: PLR2004
    )


class _Folded(dict[int, str]):
    """The table of `str.translate` for text beyond ASCII; what is not ASCII is computed."""

    def __missing__(self, code: int) -> str:
        return _fold_character(code)


_FOLDED = _Folded(enumerate(_PLAIN))
