"""Find the phrases, codes and hosts of a catalog in a text.

Every phrase is filed under its rarest pair of neighbouring words, or under its rarest word if it
has no pair. A text is cut into words once; only phrases filed under one of its pairs or words are
looked at, so the cost grows with the text and hardly with the catalog. Which pair that is depends
on the whole catalog and decides only speed, never an answer.
"""

from __future__ import annotations

import collections
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, final

from ndrcodes._phrase import Phrase, join
from ndrcodes._schema import Data
from ndrcodes._text import fold
from ndrcodes.records import ProviderKind, StatusPattern

#: What a phrase stands for: words that name a cause; words that name none (of a symptom or
#: wrapper record); a provider's own code; a provider's mark or host.
CAUSE: Final = "cause"
FRAME: Final = "frame"
VENDOR_CODE: Final = "vendor-code"
MARK: Final = "mark"
HOST: Final = "host"

#: A phrase as it is stored: source, what it stands for, the id of that.
Row = tuple[str, str, str]

_SHORTEST_VENDOR_CODE = 4


#: A phrase that stands in the text: what for, the id of that, the phrase.
Hit = tuple[str, str, Phrase]


class Hits(NamedTuple):
    """The phrases that stand in a text, sorted by what they stand for."""

    causes: list[Hit]
    frames: list[Hit]
    vendor_codes: list[Hit]
    names: list[Hit]


_FIELDS: Final = {CAUSE: 0, FRAME: 1, VENDOR_CODE: 2, MARK: 3, HOST: 3}

#: The only chunk of a phrase, or "" if it has several; its words; the hit it makes; the field of
#: `Hits` that it goes into.
_Entry = tuple[str, frozenset[str], Hit, int]


@final
class Index:
    """Where the words, codes and hosts of a catalog lead. Immutable to its users."""

    __slots__ = ("_anchors", "_buckets", "_codes", "_hosts", "_ids", "_replies")

    def __init__(
        self,
        ids: list[str],
        anchors: Mapping[str, Mapping[str, list[Any]]],
        codes: Mapping[str, list[str]],
        replies: Mapping[str, list[str]],
        hosts: Mapping[str, str],
    ) -> None:
        """Take what `build` made or `dump` returned.

        Args:
            ids: of the records and providers that the phrases stand for.
            anchors: for a word and the next one ("" for a word alone), the phrases filed there:
                source, number of the kind in `_FIELDS`, number of the id, and so on.
            codes: for a status key, ids of records.
            replies: for an SMTP reply code, ids of records.
            hosts: for a host or mailbox domain, the id of the provider.
        """
        self._ids = ids
        self._anchors = anchors
        self._codes = codes
        self._replies = replies
        self._hosts = hosts
        # Compiled on first use; two threads may both compile a bucket, with equal results.
        self._buckets: dict[tuple[str, str], tuple[_Entry, ...]] = {}

    @classmethod
    def build(cls, data: Data) -> Index:
        """Index checked data."""
        return cls(
            *_file_phrases(_phrases(data)),
            *_file_codes(data),
            {
                host: identity
                for identity, provider in sorted(data.providers.items(), reverse=True)
                for host in (*provider.get("hosts", ()), *provider.get("domains", ()))
            },
        )

    def dump(self) -> dict[str, Any]:
        """Return what `Index(**dump)` needs, ready for JSON."""
        return {
            "ids": self._ids,
            "anchors": self._anchors,
            "codes": self._codes,
            "replies": self._replies,
            "hosts": self._hosts,
        }

    def find(self, words: list[str]) -> Hits:
        """Return every phrase that stands in a text of these words."""
        text = join(words)
        hits = Hits([], [], [], [])
        found: set[tuple[str, str]] = set()
        get = self._anchors.get
        first = ""
        seconds: Mapping[str, list[Any]] | None = None
        for word in words:
            if seconds is not None and word in seconds:
                found.add((first, word))
            first = word
            seconds = get(word)
            if seconds is not None and "" in seconds:
                found.add((word, ""))
        present = set(words)
        buckets = self._buckets
        for anchor in found:
            for chunk, needed, hit, field in buckets.get(anchor) or self._compile(anchor):
                if (chunk in text) if chunk else (needed <= present and hit[2].locate(text)):
                    hits[field].append(hit)
        return hits

    def by_status(self, status: str) -> tuple[list[str], list[str], list[str]]:
        """Return the records of the very code, of its subject, and of its class."""
        klass, subject, detail = status.split(".")
        get = self._codes.get
        return (
            get(status, []) + get(f"x.{subject}.{detail}", []),
            get(f"{klass}.{subject}.x", []) + get(f"x.{subject}.x", []),
            get(f"{klass}.x.x", []),
        )

    def by_reply(self, reply: int) -> list[str]:
        """Return the records that are known by this SMTP reply code alone."""
        return self._replies.get(str(reply), [])

    def by_host(self, host: str) -> str | None:
        """Return the provider whose host or mailbox domain this is, or None."""
        rest = host.strip(" .[]<>").lower()
        while rest:
            provider = self._hosts.get(rest)
            if provider is not None:
                return provider
            rest = rest.partition(".")[2]
        return None

    def _compile(self, anchor: tuple[str, str]) -> tuple[_Entry, ...]:
        compiled: list[_Entry] = []
        flat = self._anchors[anchor[0]][anchor[1]]
        kinds = list(_FIELDS)
        for at in range(0, len(flat), 3):
            phrase = Phrase.compile(flat[at])
            kind = kinds[flat[at + 1]]
            chunk = "" if phrase.gaps else phrase.chunks[0]
            hit = (kind, self._ids[flat[at + 2]], phrase)
            compiled.append((chunk, phrase.words, hit, _FIELDS[kind]))
        return self._buckets.setdefault(anchor, tuple(compiled))


def vendor_phrase(code: str) -> str | None:
    """Return the phrase that a vendor code makes, or None if it could be an ordinary word."""
    words = fold(code)
    text = "".join(words)
    if len(text) < _SHORTEST_VENDOR_CODE or text.isdigit():
        return None
    if text.isalpha() and len(words) == 1:
        return None
    return " ".join(words)


def _phrases(data: Data) -> Iterable[Row]:
    for identity, record in data.records.items():
        kind = FRAME if record.get("symptom") or record.get("wrapper") else CAUSE
        for phrases in (record.get("phrases", ()), *record.get("localized", {}).values()):
            for phrase in phrases:
                yield phrase, kind, identity
        code = record.get("vendor_code")
        if code is not None and (phrase := vendor_phrase(code)):
            yield phrase, VENDOR_CODE, identity
    for identity, provider in data.providers.items():
        for phrase in provider.get("marks", ()):
            yield phrase, MARK, identity
        for host in provider.get("hosts", ()):
            yield host, HOST, identity


def _file_phrases(rows: Iterable[Row]) -> tuple[list[str], dict[str, dict[str, list[Any]]]]:
    """Return the ids, and the phrases under their anchors; see `Index`."""
    keys = [(row, _anchors_of(Phrase.compile(row[0]))) for row in sorted(set(rows))]
    frequency = collections.Counter(key for _, every in keys for key in every)
    ids = sorted({identity for (_, _, identity), _ in keys})
    number = {identity: at for at, identity in enumerate(ids)}
    kinds = list(_FIELDS)
    anchors: dict[str, dict[str, list[Any]]] = {}
    for (source, kind, identity), every in keys:
        first, second = min(every, key=lambda key: (frequency[key], -len("".join(key)), key))
        filed = anchors.setdefault(first, {}).setdefault(second, [])
        filed += [source, kinds.index(kind), number[identity]]
    return ids, anchors


def _anchors_of(phrase: Phrase) -> set[tuple[str, str]]:
    """Return the pairs of neighbouring words of a phrase, or its words if there are none."""
    pairs = {pair for chunk in phrase.chunks for pair in itertools.pairwise(chunk.split())}
    return pairs or {(word, "") for word in phrase.words}


def _file_codes(data: Data) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    codes: dict[str, list[str]] = {}
    replies: dict[str, list[str]] = {}
    for identity, record in sorted(data.records.items()):
        kind = data.providers.get(identity.partition("/")[0], {}).get("kind")
        if kind == ProviderKind.GENERIC:
            continue  # its status patterns choose between equal words; they answer no code
        for key in status_keys(record.get("status", ())):
            if kind == ProviderKind.REGISTRY or "x" not in key[1:]:
                codes.setdefault(key, []).append(identity)
        if kind == ProviderKind.REGISTRY and not {"status", "phrases"} & record.keys():
            for reply in record.get("replies", ()):
                replies.setdefault(str(reply), []).append(identity)
    return codes, replies


def status_keys(patterns: Iterable[str]) -> list[str]:
    """Spell out patterns as the keys of codes: 5.7.1, x.7.1, x.7.x; a range becomes many."""
    keys: list[str] = []
    for text in patterns:
        pattern = StatusPattern.parse(text)
        if pattern.details is None or pattern.subject is None:
            keys.append(text)
        else:
            stem = text.rpartition(".")[0]
            low, high = pattern.details
            keys += [f"{stem}.{detail}" for detail in range(low, high + 1)]
    return keys


_HOST_CHARACTER = re.compile(r"[a-z0-9._-]", re.IGNORECASE)


def names_host(text: str, host: str) -> bool:
    """Tell whether a host name stands in the text other than behind an @."""
    text = text.lower()
    at = text.find(host)
    while at >= 0:
        start = at
        while start and _HOST_CHARACTER.match(text[start - 1]) and at - start < 255:  # noqa: PLR2004 - RFC 1035
            start -= 1
        if not start or text[start - 1] != "@":
            return True
        at = text.find(host, at + 1)
    return False
