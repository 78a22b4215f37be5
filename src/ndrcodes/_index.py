"""Find the phrases, codes and hosts of a catalog in a text.

Every phrase is filed under its rarest pair of neighbouring words, or under its rarest word if it
has no pair: that which stands in the fewest samples of the catalog, and so in the fewest texts. A
text is cut into words once; only phrases filed under one of its pairs or words are looked at, so
the cost grows with the text and hardly with the catalog. Which pair that is depends on the whole
catalog and decides only speed, never an answer.
"""

from __future__ import annotations

import collections
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, final

import attrs

from ndrcodes._phrase import Phrase, join
from ndrcodes._schema import Data
from ndrcodes._text import fold, spellings
from ndrcodes.records import ProviderKind, StatusPattern

#: What a phrase stands for: words that name a cause; such words that also stand inside words that
#: name none; words that name none (of a symptom or wrapper record); a provider's own code; a
#: provider's mark or host.
CAUSE: Final = "cause"
CONTAINED: Final = "contained"
FRAME: Final = "frame"
VENDOR_CODE: Final = "vendor-code"
MARK: Final = "mark"
HOST: Final = "host"

#: A phrase as it is stored: source, what it stands for, the id of that.
Row = tuple[str, str, str]

_SHORTEST_VENDOR_CODE = 4
#: RFC 1035, section 2.3.4.
_LONGEST_HOST = 255


#: A phrase that stands in the text: its weight, the id of what it stands for, the phrase.
Hit = tuple[int, str, Phrase]


class Hits(NamedTuple):
    """The phrases that stand in a text, sorted by what they stand for."""

    causes: list[Hit]
    contained: list[Hit]
    frames: list[Hit]
    vendor_codes: list[Hit]
    marks: list[Hit]
    hosts: list[Hit]


#: What a phrase stands for, in the order of the fields of `Hits`.
_KINDS: Final = (CAUSE, CONTAINED, FRAME, VENDOR_CODE, MARK, HOST)


#: The chunk of a phrase to look for first, whether it has others, its field of `Hits`, its hit.
_Entry = tuple[str, bool, int, Hit]


@final
@attrs.frozen(eq=False, repr=False)
class Index:
    """Where the words, codes and hosts of a catalog lead. Immutable to its users."""

    #: The ids of the records and providers that the phrases stand for.
    ids: list[str]
    #: For a word and the next one, the phrases filed there, a line each: the number of the kind
    #: in `_KINDS`, that of the id, that of the chunk to look for first, the source.
    pairs: dict[str, Mapping[str, str]]
    #: For a word alone, the phrases filed there in the same way.
    words: Mapping[str, str]
    #: For a status key, ids of records.
    codes: Mapping[str, list[str]]
    #: For an SMTP reply code, ids of records.
    replies: Mapping[str, list[str]]
    #: For a host or mailbox domain, the id of the provider.
    hosts: Mapping[str, str]
    #: What of `pairs` is still JSON. It is decoded when a text has the word, since most words stand
    #: in no text of a short-lived program.
    undecoded: Mapping[str, bytes] = attrs.field(factory=dict)
    #: What was filed together, compiled on first use. Two threads may both compile it, or decode a
    #: word, with equal results.
    _compiled: dict[str, tuple[_Entry, ...]] = attrs.field(init=False, factory=dict)

    @classmethod
    def build(cls, data: Data) -> Index:
        """Index checked data."""
        return cls(
            *_file_phrases(_phrases(data), _frequencies(data)),
            *_file_codes(data),
            {
                host: identity
                for identity, provider in sorted(data.providers.items(), reverse=True)
                for host in (*provider.get("hosts", ()), *provider.get("domains", ()))
            },
        )

    def dump(self) -> dict[str, Any]:
        """Return what `Index` needs beside the pairs, ready for JSON."""
        names = ("ids", "words", "codes", "replies", "hosts")
        return {name: getattr(self, name) for name in names}

    def find(self, words: list[str]) -> Hits:
        """Return every phrase that stands in a text of these words."""
        text = join(words)
        hits = Hits([], [], [], [], [], [])
        found: set[str] = set()
        alone = self.words
        after = self.pairs.get
        undecoded = self.undecoded
        following: Mapping[str, str] | None = None
        for word in words:
            if following is not None and word in following:
                found.add(following[word])
            following = after(word)
            if following is None and word in undecoded:
                following = self._decode(word)
            if word in alone:
                found.add(alone[word])
        compiled = self._compiled.get
        for filed in found:
            for chunk, gapped, field, hit in compiled(filed) or self._compile(filed):
                if chunk in text and not (gapped and hit[2].locate(text) is None):
                    hits[field].append(hit)
        return hits

    def by_status(self, status: str) -> tuple[list[str], list[str], list[str]]:
        """Return the records of the very code, of its subject, and of its class."""
        klass, subject, detail = status.split(".")
        get = self.codes.get
        return (
            get(status, []) + get(f"x.{subject}.{detail}", []),
            get(f"{klass}.{subject}.x", []) + get(f"x.{subject}.x", []),
            get(f"{klass}.x.x", []),
        )

    def by_reply(self, reply: int) -> list[str]:
        """Return the records that are known by this SMTP reply code alone."""
        return self.replies.get(str(reply), [])

    def by_host(self, host: str) -> str | None:
        """Return the provider whose host or mailbox domain this is, or None."""
        rest = host[-_LONGEST_HOST:].strip(" .[]<>").lower()
        while rest:
            provider = self.hosts.get(rest)
            if provider is not None:
                return provider
            rest = rest.partition(".")[2]
        return None

    def _decode(self, word: str) -> Mapping[str, str]:
        return self.pairs.setdefault(word, json.loads(self.undecoded[word]))

    def _compile(self, filed: str) -> tuple[_Entry, ...]:
        entries: list[_Entry] = []
        for line in filed.split("\n"):
            kind, identity, telling, source = line.split(" ", 3)
            phrase = Phrase.compile(source)
            hit = (phrase.weight, self.ids[int(identity)], phrase)
            entries.append((phrase.chunks[int(telling)], bool(phrase.rest), int(kind), hit))
        return self._compiled.setdefault(filed, tuple(entries))


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
                for spelling in spellings(phrase):
                    yield spelling, kind, identity
        code = record.get("vendor_code")
        if code is not None and (phrase := vendor_phrase(code)):
            yield phrase, VENDOR_CODE, identity
    for identity, provider in data.providers.items():
        for phrase in provider.get("marks", ()):
            yield " ".join(phrase.split()), MARK, identity
        for host in provider.get("hosts", ()):
            yield host, HOST, identity


def _file_phrases(
    rows: Iterable[Row], seen: Mapping[tuple[str, ...], int]
) -> tuple[list[str], dict[str, Mapping[str, str]], dict[str, str]]:
    """Return the ids, and the phrases under pairs and words; see `Index`."""
    phrases = [(row, Phrase.compile(row[0])) for row in sorted(set(rows))]
    keys = [(row, phrase.chunks, _anchors_of(phrase)) for row, phrase in phrases]
    frequency = collections.Counter(key for _, _, every in keys for key in every)
    # A word is as common as the phrases that hold it, not only those that it could file.
    frequency.update((word,) for _, phrase in phrases for word in phrase.words)
    ids = sorted({identity for (_, _, identity), _ in phrases})
    number = {identity: at for at, identity in enumerate(ids)}
    framed = {
        run
        for (_, kind, _), phrase in phrases
        if kind == FRAME
        for chunk in phrase.chunks
        for run in _runs(chunk)
    }
    filed: dict[tuple[str, ...], list[str]] = {}
    for (source, kind, identity), chunks, every in keys:
        if kind == CAUSE and len(chunks) == 1 and chunks[0] in framed:
            kind = CONTAINED  # noqa: PLW2901 - known only when all phrases are
        anchor = min(every, key=lambda key: (seen.get(key, 0), frequency[key], key))
        line = f"{_KINDS.index(kind)} {number[identity]} {_telling(chunks, anchor)} {source}"
        filed.setdefault(anchor, []).append(line)
    pairs: collections.defaultdict[str, dict[str, str]] = collections.defaultdict(dict)
    words: dict[str, str] = {}
    for (word, *following), lines in filed.items():
        if following:
            pairs[word][following[0]] = "\n".join(lines)
        else:
            words[word] = "\n".join(lines)
    return ids, {**pairs}, words


def _frequencies(data: Data) -> Mapping[tuple[str, ...], int]:
    """Return how often words and pairs of words stand in the samples: so do they in other texts."""
    seen: collections.Counter[tuple[str, ...]] = collections.Counter()
    for record in data.records.values():
        for sample in record.get("samples", ()):
            words = fold(sample)
            seen.update(itertools.pairwise(words))
            seen.update((word,) for word in words)
    return seen


def _telling(chunks: tuple[str, ...], anchor: tuple[str, ...]) -> int:
    """Return which chunk to look for first: where the anchor stands, its own likely stands too."""
    known = f" {' '.join(anchor)} "
    return max(range(len(chunks)), key=lambda at: (known not in chunks[at], len(chunks[at])))


def _runs(chunk: str) -> Iterable[str]:
    """Return every run of words of a chunk, as a chunk."""
    words = chunk.split()
    ends = range(1, len(words) + 1)
    return (join(words[start:end]) for end in ends for start in range(end))


def _anchors_of(phrase: Phrase) -> set[tuple[str, ...]]:
    """Return the pairs of neighbouring words of a phrase, or its words if there are none."""
    anchors: set[tuple[str, ...]] = set()
    for chunk in phrase.chunks:
        anchors.update(itertools.pairwise(chunk.split()))
    return anchors or {(word,) for word in phrase.words}


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


_HOST_CHARACTERS = re.compile(r"[a-z0-9._-]*")


def names_host(text: str, host: str) -> bool:
    """Tell whether a host name stands in the text other than behind an @."""
    text = text.lower()
    at = text.find(host)
    while at >= 0:
        sign = text.rfind("@", max(0, at - _LONGEST_HOST), at)
        if sign < 0 or not _HOST_CHARACTERS.fullmatch(text, sign + 1, at):
            return True
        at = text.find(host, at + 1)
    return False
