"""Phrases: how a record of the catalog recognises its text.

A phrase is a run of words with variable parts, `blocked using {domain}` or `mailbox ... full`.
It is no regular expression: its words are found by plain substring search and its variable parts
are bounded distances between them, so looking for one is linear in the text, whatever the text.
"""

from __future__ import annotations

import re
from typing import final

import attrs

from ndrcodes._text import fold

#: How many characters of folded text a variable part may take. A bound for each kind is what
#: keeps `{ip}` from reaching into the next sentence.
PLACEHOLDERS = {
    "ip": 64,
    "domain": 100,
    "host": 140,
    "address": 160,
    "url": 200,
    "number": 24,
    "id": 90,
    "any": 120,
}
GAP = 40

_VARIABLE = re.compile(r"\{([^{}]*)\}|\.\.\.")


@final
@attrs.frozen
class Phrase:
    """A compiled phrase.

    Its chunks are runs of words with a space at both ends, as they stand in `joined` text.
    """

    source: str
    chunks: tuple[str, ...]
    #: The widest distance to the next chunk, and the placeholder that stands there, if any.
    gaps: tuple[tuple[int, str], ...]
    words: frozenset[str]
    #: How much a text must agree for the phrase to be found: a letter in its words is one, and a
    #: number, which mostly is part of a code, is one too.
    weight: int
    #: For each chunk but the first: itself, and how far behind the last one it must have ended.
    rest: tuple[tuple[str, int], ...]
    #: The placeholders before the first and after the last word, or "". They take a value from
    #: the text and decide nothing.
    lead: str = ""
    tail: str = ""

    @classmethod
    def compile(cls, source: str) -> Phrase:
        """Read a phrase.

        Raises:
            ValueError: it holds no word, starts or ends with a gap, or names an unknown
                placeholder.
        """
        chunks: list[str] = []
        gaps: list[tuple[int, str]] = []
        lead = ""
        at = 0
        for found in _VARIABLE.finditer(source):
            name = found[1] or ""
            if name not in PLACEHOLDERS and found[0] != "...":
                msg = f"unknown placeholder {{{name}}}; use one of {', '.join(PLACEHOLDERS)}"
                raise ValueError(msg)
            words = fold(source[at : found.start()])
            gap = (PLACEHOLDERS.get(name, GAP), name)
            if words:
                chunks.append(join(words))
                gaps.append(gap)
            elif gaps:
                gaps[-1] = (gaps[-1][0] + gap[0], gaps[-1][1] or name)
            elif name:
                lead = lead or name
            else:
                msg = "a phrase cannot begin with a gap"
                raise ValueError(msg)
            at = found.end()
        words = fold(source[at:])
        tail = ""
        if words:
            chunks.append(join(words))
        elif gaps and gaps[-1][1]:
            tail = gaps.pop()[1]
        else:
            msg = "a phrase cannot end with a gap" if gaps else "a phrase must hold a word"
            raise ValueError(msg)
        every = " ".join(chunks).split()
        weight = sum(1 if word.isdigit() else len(word) for word in every)
        rest = tuple(
            (chunk, width + len(chunk)) for chunk, (width, _) in zip(chunks[1:], gaps, strict=True)
        )
        return cls(source, tuple(chunks), tuple(gaps), frozenset(every), weight, rest, lead, tail)

    def locate(self, text: str) -> tuple[int, ...] | None:
        """Find the phrase in `joined` text: where each chunk begins, or None."""
        first = self.chunks[0]
        start = at = text.find(first)
        if at < 0:
            return None
        starts = [at]
        # Neighbouring chunks share the space between them, hence the -1.
        end = at + len(first) - 1
        for chunk, reach in self.rest:
            at = text.find(chunk, end, end + reach)
            if at < 0:
                return self._follow(text, start)
            starts.append(at)
            end = at + len(chunk) - 1
        return tuple(starts)

    def _follow(self, text: str, at: int) -> tuple[int, ...] | None:
        """Find the phrase where the first occurrences are too far apart.

        Every occurrence of every chunk is looked at once, so this too is linear in the text.
        """
        length = len(self.chunks[0]) - 1
        reached: list[tuple[int, ...]] = [
            (start,) for start in _occurrences(text, self.chunks[0], at)
        ]
        for chunk, reach in self.rest:
            step: list[tuple[int, ...]] = []
            nearest = 0
            for start in _occurrences(text, chunk, reached[0][-1] + length):
                while nearest + 1 < len(reached) and reached[nearest + 1][-1] + length <= start:
                    nearest += 1
                if start + len(chunk) <= reached[nearest][-1] + length + reach:
                    step.append((*reached[nearest], start))
            if not step:
                return None
            reached = step
            length = len(chunk) - 1
        return reached[0]


def join(words: list[str]) -> str:
    """Join words as phrases expect them: one space between, before and after."""
    return f" {' '.join(words)} "


def _occurrences(text: str, chunk: str, at: int) -> list[int]:
    starts: list[int] = []
    at = text.find(chunk, at)
    while at >= 0:
        starts.append(at)
        at = text.find(chunk, at + 1)
    return starts
