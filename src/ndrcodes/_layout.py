"""Read reports that are written for people only: where the recipient and the reason stand.

What the layouts look like is data (`catalog/formats.toml`); this module only knows how to apply
it: marks are phrases, the other patterns describe one line.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, final

from ndrcodes._phrase import Phrase, join
from ndrcodes._text import fold, without_surrogates

#: Lines of a report that are read; what follows is never the reason.
LINES: Final = 600
_LINE_LENGTH: Final = 2000
_JSON_DEPTH: Final = 12
_JSON_ITEMS: Final = 200
# Full-width colons, brackets and stops end an address as ":", "<" and "." do.
_ADDRESS_PATTERN = (
    r"[<'\"]?(?i:mailto:|smtp:|rfc822;\s?|dns;\s?)?"
    r"(\"[^\"\n]{1,64}\"@[A-Za-z0-9.-]{1,253}"
    r"|[^\s<>\"@,;:()\[\]\u2000-\u206f\u3001-\u3011\uff08\uff09\uff1a-\uff1e]{1,64}@"
    r"[A-Za-z0-9._\u0080-\u1fff\u3040-\ufeff-]{1,253}[A-Za-z0-9\u0080-\u1fff\u3040-\ufeff])[>'\"]?"
)
ADDRESS = re.compile(_ADDRESS_PATTERN)
_VARIABLE = re.compile(r"\{address\}|\{reason\}|\{name\}|\{code\}|\.\.\.")
_VARIABLES = {
    "{address}": _ADDRESS_PATTERN,
    "{reason}": r"(?P<reason>.{0,2000}?)",
    "{name}": r"[^\s@<>:]{1,64}",
    "{code}": r"(?P<code>[245][0-9]{2}(?:[ -][245]\.[0-9]{1,3}\.[0-9]{1,3})?)",
    "...": r".{0,120}?",
}
_WORD = re.compile(r"[^\W\d_]{2,}")
_REPLY = re.compile(r"[245][0-9]{2}\b")
#: What empty lines and lines drawn across a text are made of.
_RULER: Final = " \t\r\f\v\u00a0\u3000-=_*#+.~"


def line_pattern(source: str) -> re.Pattern[str]:
    """Compile the description of a line, `The following ... {address}: {reason}`.

    White space in it stands for any white space, and a full stop may follow an address at its
    end. The variables are bounded, and a line is never longer than 2,000 characters, so the cost
    of looking stays linear in the text.

    Raises:
        ValueError: it holds no words and no address.
    """
    parts = []
    at = 0
    for found in _VARIABLE.finditer(source):
        parts += [_literal(source[at : found.start()]), _VARIABLES[found[0]]]
        at = found.end()
    parts.append(_literal(source[at:]))
    pattern = "".join(parts)
    if "{address}" not in source and not _VARIABLE.sub("", source).strip():
        msg = "a line pattern must hold more than variable parts, or {address}"
        raise ValueError(msg)
    end = r"\.?" if source.endswith("{address}") else ""
    return re.compile(rf"\s*(?:>+\s?)?{pattern}{end}\s*")


def _literal(text: str) -> str:
    """Match words in either case, and white space for white space.

    The flag is set for the words alone: with it, the many characters that an address may hold
    would take milliseconds to compile.
    """
    words = r"\s{0,8}".join(re.escape(word) for word in re.split(r"\s+", text))
    return f"(?i:{words})" if words else ""


#: What a line must hold to be as its description says, its longest word, and the description.
_Line = tuple[str, re.Pattern[str]]


def _compile_lines(sources: list[str]) -> list[_Line]:
    return [
        (
            max(_VARIABLE.sub(" ", source).split(), key=len, default="").lower(),
            line_pattern(source),
        )
        for source in sources
    ]


def _possible(patterns: list[_Line], lines: list[str]) -> list[_Line]:
    """Return the descriptions that a line can fit; most are ruled out by looking for a word."""
    text = "\n".join(lines).lower()
    return [(word, pattern) for word, pattern in patterns if word in text]


def _fitting(patterns: list[_Line], line: str) -> re.Match[str] | None:
    """Hold a line against descriptions; return the match of the first that it fits, or None."""
    lowered = line.lower()
    for word, pattern in patterns:
        if word in lowered:
            found = pattern.fullmatch(line)
            if found:
                return found
    return None


@final
class Words:
    """The words of a text, as phrases are looked for in them."""

    __slots__ = ("joined", "present")

    def __init__(self, text: str) -> None:
        words = fold(text)
        self.joined = join(words)
        self.present = set(words)


@final
class Layouts:
    """Every known layout, compiled. Immutable to its users."""

    def __init__(self, formats: Mapping[str, Mapping[str, Any]]) -> None:
        self._formats = formats

    def _every(self, field: str, kind: str | None = None) -> list[str]:
        return [
            text
            for identity in sorted(self._formats)
            for text in self._formats[identity].get(field, ())
            if kind is None or self._formats[identity].get("kind", "bounce") == kind
        ]

    @functools.cached_property
    def _recipient_lines(self) -> dict[str, list[_Line]]:
        return {field: _compile_lines(self._every(field)) for field in ("recipient", "fallback")}

    @functools.cached_property
    def _original(self) -> list[_Line]:
        return _compile_lines(self._every("original"))

    @functools.cached_property
    def _until(self) -> list[_Line]:
        return _compile_lines(self._every("until"))

    @functools.cached_property
    def _phrases(self) -> dict[tuple[str, str], list[Phrase]]:
        kinds = ("bounce", "delay", "delivered", "auto-reply", "complaint")
        return {
            (field, kind): [Phrase.compile(source) for source in self._every(field, kind)]
            for field in ("sender", "subject", "mark", "header")
            for kind in kinds
        }

    def report_from_json(self, text: str) -> str:
        """Turn a notification in JSON into the fields of a report, or return an empty text."""
        names = {
            key: field
            for table in self._formats.values()
            for key, field in table.get("json", {}).items()
        }
        groups = list(_json_groups(text, names, _JSON_DEPTH))
        return "\n\n".join("\n".join(group) for group in groups)

    def has(self, field: str, kind: str, words: Words) -> bool:
        """Tell whether one of the phrases of a field, for a kind of message, is in the text."""
        for phrase in self._phrases[field, kind]:
            if phrase.words <= words.present and phrase.locate(words.joined) is not None:
                return True
        return False

    def human_part(self, text: str) -> list[str]:
        """Return the lines before the returned original."""
        lines = [line[:_LINE_LENGTH].rstrip() for line in text.split("\n", LINES)[:LINES]]
        original = _possible(self._original, lines)
        for at, line in enumerate(lines):
            if line and (_starts_header(lines, at) or _fitting(original, line)):
                return lines[:at]
        return lines

    def original_in(self, text: str) -> str:
        """Return the returned original that follows the words of a report, or an empty text."""
        lines = text.split("\n")
        start = len(self.human_part(text))
        for at in range(start, min(start + 12, len(lines))):
            if _HEADER.match(lines[at]):
                return "\n".join(lines[at:])
        return ""

    def recipients(self, lines: list[str], ignore: Iterable[str]) -> list[tuple[str, str]]:
        """Find the addresses of the recipients, each with the text that belongs to it."""
        skipped = {address.lower() for address in ignore}
        return self._search("recipient", lines, skipped) or self._search("fallback", lines, skipped)

    def _search(self, field: str, lines: list[str], skipped: set[str]) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        stop = following = len(lines)
        for at, address, reason in reversed(self._starts(field, lines, skipped)):
            if at != following:
                stop, following = following, at
            block = self._block(lines, at + 1, stop, reason)
            if not block and field == "recipient" and _speaks(lines[at]):
                block = lines[at].strip()  # the reason stands before the address
            elif not block and found and stop == at + 1:
                block = found[-1][1]  # addresses one below the other share what follows
            found.append((address, block))
        return found[::-1]

    def _starts(
        self, field: str, lines: list[str], skipped: set[str]
    ) -> list[tuple[int, str, str]]:
        """Find the lines that name a recipient: their numbers, addresses and reasons."""
        starts: list[tuple[int, str, str]] = []
        naming = [(at, line) for at, line in enumerate(lines) if "@" in line]
        patterns = _possible(self._recipient_lines[field], [line for _, line in naming])
        for at, line in naming:
            found = _fitting(patterns, line)
            if found is None:
                continue
            told = found.groupdict()
            reason = told.get("reason") or ""
            addresses = dict.fromkeys(ADDRESS.findall(_without(line, reason)))
            words = reason.strip(" .-")
            if not _REPLY.match(words):
                words = f"{told.get('code') or ''} {words}".strip()
            starts += [
                (at, address, words) for address in addresses if address.lower() not in skipped
            ]
        return starts

    def _block(self, lines: list[str], start: int, stop: int, reason: str) -> str:
        """Collect what follows a recipient: its reason, up to an empty line behind words."""
        block = [reason] if reason else []
        for line in lines[start:stop]:
            if not line.strip(_RULER):
                if block and not block[-1].endswith(":"):
                    break
                continue
            if _fitting(self._until, line):
                break
            block.append(line.strip())
        return "\n".join(block)


#: A header field that begins a returned original.
_HEADER_START = re.compile(
    r"(?:Received|Return-Path|Delivered-To|X-Original-To|Message-ID|DKIM-Signature|Date"
    r"|MIME-Version|X-[A-Za-z-]{3,40}|From|Content-Type):\s?\S",
    re.IGNORECASE,
)


def _starts_header(lines: list[str], at: int) -> bool:
    """Tell whether a returned original begins at this line with its header."""
    alone = at == 0 or not lines[at - 1].strip(_RULER)
    return alone and _HEADER_START.match(lines[at]) is not None


_HEADER = re.compile(r"\s{0,4}[!-9;-~]{2,60}:\s?\S")


def _json_groups(value: object, names: Mapping[str, str], depth: int) -> Iterator[list[str]]:
    """Yield the fields of every object that names one; JSON inside a text is read too."""
    if depth == 0:
        return
    if isinstance(value, str):
        if value.lstrip()[:1] == "{":
            import json  # noqa: PLC0415 - rarely needed

            try:
                inner, _ = json.JSONDecoder(strict=False).raw_decode(value.lstrip())
                yield from _json_groups(inner, names, depth - 1)
            except (ValueError, RecursionError):
                return
    elif isinstance(value, list):
        for one in value[:_JSON_ITEMS]:
            yield from _json_groups(one, names, depth - 1)
    elif isinstance(value, dict):
        known = {names[key]: one for key, one in value.items() if key in names}
        fields = _json_fields((name, one) for name, one in known.items())
        lists = [(name, every) for name, every in known.items() if isinstance(every, list)]
        several = _json_fields((name, one) for name, every in lists for one in every[:_JSON_ITEMS])
        if fields and not several:
            yield fields
        yield from ([one, *fields] for one in several)
        for one in value.values():
            yield from _json_groups(one, names, depth - 1)


def _json_fields(pairs: Iterable[tuple[str, object]]) -> list[str]:
    texts = [(name, " ".join(one.split())) for name, one in pairs if isinstance(one, str)]
    return [f"{name}: {without_surrogates(text)}" for name, text in texts]


def _speaks(line: str) -> bool:
    """Tell whether there is more than an address in a line."""
    return len(_WORD.findall(ADDRESS.sub(" ", line))) > 1


def _without(line: str, reason: str) -> str:
    return line.replace(reason, "", 1) if reason else line


def paragraphs(lines: list[str]) -> list[str]:
    """Return the text between empty lines and rulers."""
    result: list[str] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip(_RULER):
            block.append(line.strip())
        elif block:
            result.append("\n".join(block))
            block = []
    return result
