"""Take a raw message apart: headers, parts, decoded text.

The standard library's parser is not used for the structure. It turns a delivery-status part into
`Message` objects before it undoes the transfer encoding, and leaves everything behind a wrong
boundary in a preamble; both are common in bounces. It is also slower (the figures are in the
performance page). Encoded words, transfer encodings and charsets are the standard library's.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast, final

import attrs

from ndrcodes._text import without_surrogates

if TYPE_CHECKING:
    from email.message import Message

#: Bytes of a message that are read. The report comes first and the returned original last, so a
#: larger one loses nothing but the end of its attachments.
LIMIT: Final = 2_097_152
_DEPTH: Final = 12
#: Characters of a field in which encoded words are looked for; decoding takes quadratic time.
_ENCODED_LENGTH: Final = 16_384
_PARTS: Final = 100

_FIELD = re.compile(r"^([!-9;-~]{1,200})[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FOLDED = re.compile(r"\n[ \t]+")
_TYPE = re.compile(r"\s*([a-z0-9.+-]{1,80}/[a-z0-9.+*_-]{1,80})", re.IGNORECASE)
_PARAMETER = r";?\s*{}\*?\s*=\s*(?:\"([^\"]{{0,300}})\"?|([^\s;\"]{{1,300}}))"
_BOUNDARY = re.compile(_PARAMETER.format("boundary"), re.IGNORECASE)
_CHARSET = re.compile(_PARAMETER.format("charset"), re.IGNORECASE)
_REPORT_TYPE = re.compile(_PARAMETER.format("report-type"), re.IGNORECASE)
#: Codecs of Python that are no charsets of mail. The first two can take quadratic time.
_NO_CHARSETS: Final = frozenset(
    {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"}
)
_GUESSED = re.compile(rb"^--([^\s][^\n]{0,200}?)[ \t]*\n(?=[Cc]ontent-)", re.MULTILINE)
_JIS = re.compile(rb"\x1b\$[@B]")

_BREAK = re.compile(
    r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|hr|/?pre|/?ul)\b[^<>]{0,2000}>", re.IGNORECASE
)
_CELL = re.compile(r"</t[dh]\b[^<>]{0,200}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(style|script|head|title)\b[^<>]{0,2000}>[^<]{0,65536}", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]{0,4000}>")


@final
@attrs.frozen
class Headers:
    """The header fields of a message or part, or the fields of a report."""

    fields: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Headers:
        """Read a block of fields; lines that are none are passed over."""
        return cls(
            tuple(
                (name.lower(), (_FOLDED.sub(" ", value) if "\n" in value else value).strip())
                for name, value in _FIELD.findall(text)
            )
        )

    def get(self, name: str) -> str:
        """Return the first field of this name (lower case), or an empty text."""
        for key, value in self.fields:
            if key == name:
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return every field of this name."""
        return [value for key, value in self.fields if key == name]


@final
@attrs.frozen
class Part:
    """A message or a part of one."""

    headers: Headers
    body: bytes
    parts: tuple[Part, ...]
    type: str

    @property
    def report_type(self) -> str:
        """The `report-type` parameter (RFC 6522, section 3)."""
        return _parameter(_REPORT_TYPE, self.headers.get("content-type")).lower()

    def text(self) -> str:
        """Return the body with transfer encoding and charset undone."""
        encoding = self.headers.get("content-transfer-encoding").lower()
        content = self.body
        if "base64" in encoding:
            content = _base64(content)
        elif "quoted-printable" in encoding:
            content = binascii.a2b_qp(content)
        charset = _parameter(_CHARSET, self.headers.get("content-type"))
        return decode(content, charset).replace("\r\n", "\n").replace("\r", "\n")

    def walk(self) -> Iterator[Part]:
        """Yield the part and those inside it, but not what is inside a returned message."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parse(raw: bytes) -> Part:
    """Take a message apart. Never raises for any bytes."""
    raw = raw[:LIMIT].replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    if raw.startswith((b"From ", b">From ")):  # the separator line of an mbox file
        raw = raw.partition(b"\n")[2]
    return _parse(raw.lstrip(b"\n"), _DEPTH)


def flatten(message: Message, depth: int = _DEPTH) -> bytes:
    """Return as bytes what the standard library has parsed or a program has built. Never raises.

    `Message.as_bytes` raises for what it cannot encode, such as letters beyond ASCII in a header.
    """
    fields = [(name, str(value)) for name, value in message.raw_items()]
    if not message.is_multipart():
        return _head(_without_encoding(fields)) + _decoded_body(message)
    inner = cast("list[Message]", message.get_payload())
    pieces = [flatten(one, depth - 1) for one in inner] if depth else []
    content_type = next((value for name, value in fields if name.lower() == "content-type"), "")
    if content_type.strip().lower().startswith("message/"):  # an original, or groups of fields
        return _head(fields) + b"\n".join(pieces)
    boundary = _parameter(_BOUNDARY, content_type)
    if not boundary:
        boundary = "=_parts"
        fields.insert(0, ("Content-Type", f'multipart/mixed; boundary="{boundary}"'))
    line = f"\n--{boundary}"
    return (
        _head(fields)
        + b"".join(_encode(f"{line}\n") + piece for piece in pieces)
        + _encode(f"{line}--\n")
    )


def _without_encoding(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [field for field in fields if field[0].lower() != "content-transfer-encoding"]


def _decoded_body(message: Message) -> bytes:
    try:
        content: object = message.get_payload(decode=True)
    except ValueError:  # of letters that were put there undecoded
        content = None
    return content if isinstance(content, bytes) else b""


def _head(fields: list[tuple[str, str]]) -> bytes:
    return _encode("".join(f"{name}: {value}\n" for name, value in fields) + "\n")


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _parse(raw: bytes, depth: int) -> Part:
    head, _, body = raw.partition(b"\n\n")
    if raw.startswith(b"\n"):
        head, body = b"", raw[1:]
    headers = Headers.parse(decode(head, ""))
    content_type = headers.get("content-type")
    found = _TYPE.match(content_type)
    kind = found[1].lower() if found else "text/plain"
    parts: tuple[Part, ...] = ()
    if kind.startswith("multipart/") and depth:
        parts = tuple(
            _parse(piece, depth - 1)
            for piece in _split(body, _parameter(_BOUNDARY, content_type))[:_PARTS]
        )
        if not parts:
            kind = "text/plain"
    return Part(headers, body, parts, kind)


def _split(body: bytes, boundary: str) -> list[bytes]:
    """Cut a multipart body (RFC 2046, section 5.1.1); a wrong boundary is guessed."""
    line = b"--" + boundary.encode("utf-8", "surrogateescape")
    text = b"\n" + body
    if not boundary or b"\n" + line not in text:
        guessed = _GUESSED.search(body)
        if guessed is None:
            return []
        line = b"--" + guessed[1]
    pieces = []
    for piece in text.split(b"\n" + line)[1:]:
        rest, newline, content = piece.partition(b"\n")
        if rest.startswith(b"--"):
            break
        if newline and not rest.strip():
            pieces.append(content)
    return pieces


def _parameter(pattern: re.Pattern[str], value: str) -> str:
    found = pattern.search(value)
    return (found[1] or found[2] or "").strip() if found else ""


def _base64(content: bytes) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + b"===")


def decode(content: bytes, charset: str) -> str:
    """Decode with the charset that is named, or the one that fits. Never raises."""
    if content.isascii():
        if _JIS.search(content):
            return content.decode("iso2022_jp_2", "replace")
        return content.decode("ascii")
    known = _charset(charset)
    for name in filter(None, (known, "utf-8")):
        try:
            return without_surrogates(content.decode(name))
        except (LookupError, UnicodeError):
            continue
    return without_surrogates(content.decode(known or "latin-1", "replace"))


def _charset(name: str) -> str:
    """Return what Python calls a charset, or "" if it is none."""
    try:
        known = codecs.lookup(name).name
        bytes(4).decode(known)  # refuses what turns bytes into bytes, such as zlib
    except (LookupError, UnicodeError, ValueError):
        return ""
    return "" if known in _NO_CHARSETS else known


def decode_words(value: str) -> str:
    """Undo the encoded words in the first part of a field (RFC 2047). Never raises."""
    if "=?" not in value:
        return value
    from email.header import decode_header  # noqa: PLC0415 - slow to import, rarely needed

    head, rest = value[:_ENCODED_LENGTH], value[_ENCODED_LENGTH:]
    try:
        pieces = decode_header(head)
    except Exception:  # noqa: BLE001 - broken base64 raises errors of several kinds
        return value
    decoded = (
        piece if isinstance(piece, str) else decode(piece, charset or "")
        for piece, charset in pieces
    )
    return "".join(decoded) + rest


def html_to_text(html: str) -> str:
    """Return the words of an HTML text with its line breaks."""
    from html import unescape  # noqa: PLC0415 - its table of entities is large

    text = _HIDDEN.sub(" ", html)
    text = re.sub(r"[ \t\n]+", " ", text)
    text = _TAG.sub("", _BREAK.sub("\n", _CELL.sub(" ", text)))
    return re.sub(r"[ \t\u00a0]+", " ", unescape(text))
