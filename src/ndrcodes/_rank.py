"""Rank the records that a text speaks for.

The order among the records that fit is the same for every catalog and total:

1. by `Basis`: what the answer rests on;
2. by points: a letter in the words that were found is one, and agreement of provider,
   vendor code, status and reply code adds or takes away (the constants below);
3. by id, so that nothing is ever left to chance.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, final

import attrs

from ndrcodes._catalog import Catalog
from ndrcodes._index import Hit, Hits, names_host
from ndrcodes._phrase import Phrase
from ndrcodes._traits import STATUS, Traits
from ndrcodes.records import Basis, Category

#: Points for agreement, in letters: a provider's own code weighs like 40 letters more.
_VENDOR_CODE: Final = 40
_PROVIDER_NAMED: Final = 12
_PROVIDER_NOT_NAMED: Final = -8
_OTHER_STATUS: Final = -4
_NO_STATUS: Final = -1
_REPLY: Final = 2

#: The most that the codes of a text can give.
_MOST_AGREEMENT: Final = STATUS + _REPLY


def named_providers(
    catalog: Catalog, hits: Hits, plain: str, remote_host: str | None
) -> dict[str, int]:
    """Return the providers that the caller or the text names, and how clearly."""
    named: dict[str, int] = {}
    for weight, identity, _ in hits.marks:
        named[identity] = max(named.get(identity, 0), weight)
    for weight, identity, phrase in hits.hosts:
        if weight > named.get(identity, 0) and names_host(plain, phrase.source):
            named[identity] = weight
    if remote_host:
        provider = catalog.index.by_host(remote_host)
        if provider is not None:
            named[provider] = _CALLER_KNOWS
    return named


_CALLER_KNOWS: Final = 1_000_000

#: (-basis, -points, id): the smallest is the best, and no two are equal.
Rank = tuple[int, int, str]


@final
@attrs.define(eq=False, repr=False)
class Found:
    """What stands in a text, and how the records that it speaks for compare."""

    catalog: Catalog
    hits: Hits
    named: Mapping[str, int]
    #: The status code as it stands in the text, or "".
    status: str
    reply: int | None

    def best(self) -> Rank | None:
        """Return the first of `ranked`, without ranking what cannot be first."""
        causes = self._causes()
        if not causes:
            return min(self._ranked({}), default=None)
        # The longest words win unless agreement makes up for what another's lack.
        best = max(causes, key=causes.__getitem__)
        points = causes.pop(best) + self._agreement(self.catalog.traits(best))
        most = _MOST_AGREEMENT + (_PROVIDER_NAMED if self.named else 0)
        for identity, weight in causes.items():
            if weight + most >= points:
                others = weight + self._agreement(self.catalog.traits(identity))
                if others > points or (others == points and identity < best):
                    best, points = identity, others
        return -Basis.WORDS, -points, best

    def ranked(self) -> list[Rank]:
        """Rank every record that the words or codes of the text speak for."""
        return sorted(self._ranked(self._causes()))

    def _causes(self) -> dict[str, int]:
        """Return the records whose words or own codes name a cause, and how long these are.

        A phrase that only stands inside a longer one which names no cause is left out: in "it was
        rejected by the recipient domain", the words "rejected by the recipient" say no more than
        the sentence that they are part of.
        """
        weights: dict[str, int] = {}
        for weight, identity, _ in self.hits.causes:
            if weight > weights.get(identity, 0):
                weights[identity] = weight
        for weight, identity, phrase in self.hits.contained:
            if weight > weights.get(identity, 0):
                # What many servers say without a cause is a cause only where the one is named
                # that means something by it.
                named = identity.partition("/")[0] in self.named
                if not _covered(phrase, self.hits.frames, weight + 1 if named else weight):
                    weights[identity] = weight
        return self._with_codes(weights, naming_causes=True)

    def _frames(self) -> dict[str, int]:
        """Return the records whose words name no cause, and how long these are."""
        weights: dict[str, int] = {}
        frames = self.hits.frames
        for weight, identity, phrase in frames:
            if weight > weights.get(identity, 0) and not _covered(phrase, frames, weight + 1):
                weights[identity] = weight
        return self._with_codes(weights, naming_causes=False)

    def _with_codes(self, weights: dict[str, int], *, naming_causes: bool) -> dict[str, int]:
        """Add the records whose own codes stand in the text."""
        for _, identity, _ in self.hits.vendor_codes:
            if (self.catalog.traits(identity).by_words is Basis.WORDS) is naming_causes:
                weights[identity] = weights.get(identity, 0) + _VENDOR_CODE
        return weights

    def _ranked(self, causes: dict[str, int]) -> list[Rank]:
        ranked = [
            self._rank(identity, weight)
            for weights in (causes, self._frames())
            for identity, weight in weights.items()
        ]
        return ranked + self._by_codes({identity for _, _, identity in ranked})

    def _rank(self, identity: str, weight: int) -> Rank:
        traits = self.catalog.traits(identity)
        return -traits.by_words, -weight - self._agreement(traits), identity

    def _by_codes(self, known: set[str]) -> list[Rank]:
        """Rank the other records that the codes alone speak for."""
        ranked: list[Rank] = []
        if self.status:
            exact, subject, klass = self.catalog.index.by_status(self.status)
            succeeded = self.status[0] == "2"
            for traits in self._decided([self.catalog.traits(identity) for identity in exact]):
                if succeeded and traits.category is not Category.DELIVERED:
                    continue  # a success is one whatever the rest of the code says
                ranked.append((-traits.by_code, -self._agreement(traits), traits.id))
            by_class = Basis.CODE if succeeded else Basis.SUBJECT
            ranked += [(-by_class, 0, identity) for identity in klass]
            ranked += [(-Basis.SUBJECT, -1, identity) for identity in subject]
        if self.reply is not None:
            by_reply = self.catalog.index.by_reply(self.reply)
            ranked += [(-Basis.REPLY, 0, identity) for identity in by_reply]
        return [rank for rank in ranked if rank[2] not in known]

    def _decided(self, every: list[Traits]) -> list[Traits]:
        """Keep the records of a code that it speaks for.

        The standard's meaning always; a provider's only if the provider is named or alone uses
        the code, and if its records of this code agree: several causes decide nothing.
        """
        registered = [traits for traits in every if traits.registry]
        vague = any(traits.by_code is not Basis.CODE for traits in registered)
        # Whoever sends a code that says little says more in words.
        own = [traits for traits in every if not (traits.registry or (vague and traits.has_words))]
        candidates = [traits for traits in own if traits.provider in self.named]
        if not candidates and not registered and len({traits.provider for traits in own}) == 1:
            candidates = own
        candidates = [traits for traits in candidates if self._is_exact(traits)] or candidates
        candidates = [traits for traits in candidates if not traits.has_words] or candidates
        if len({traits.category for traits in candidates}) != 1:
            candidates = []
        return registered + candidates

    def _is_exact(self, traits: Traits) -> bool:
        return not traits.exact.isdisjoint(_keys(self.status)[:2])

    def _agreement(self, traits: Traits) -> int:
        """Give or take points for what stands beside the words."""
        points = _REPLY if self.reply in traits.replies else 0
        if traits.status:
            points += self._status_agreement(traits)
        if traits.provider in self.named:
            return points + _PROVIDER_NAMED
        if traits.service and points > 0:
            # Codes that many servers send do not make a common text this provider's; they only
            # choose between its own records.
            points //= 4
        return points + (_PROVIDER_NOT_NAMED if traits.server else 0)

    def _status_agreement(self, traits: Traits) -> int:
        if not self.status:
            return _NO_STATUS
        for key in _keys(self.status):
            if key in traits.status:
                return traits.status[key]
        return _OTHER_STATUS


@functools.lru_cache(maxsize=4096)
def _keys(status: str) -> tuple[str, str, str, str]:
    """Return the keys that hold a status code: 5.1.1, x.1.1, .1.1 and x.1.x, the best first."""
    condition = status[1:]
    return status, f"x{condition}", condition, f"x{condition.rpartition('.')[0]}.x"


def _covered(phrase: Phrase, frames: list[Hit], least: int) -> bool:
    """Tell whether the phrase stands inside a frame of at least so many letters."""
    if phrase.rest:
        return False
    chunk = phrase.chunks[0]
    for weight, _, frame in frames:
        if weight >= least:
            for one in frame.chunks:
                if chunk in one:
                    return True
    return False
