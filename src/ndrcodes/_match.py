"""Explain a text: the way from text to codes to phrases to record, and what can be told of it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, final

import attrs

from ndrcodes._catalog import Catalog
from ndrcodes._parse import Sighting, find_codes, parse
from ndrcodes._phrase import PLACEHOLDERS, Phrase, join
from ndrcodes._rank import Found, Rank, named_providers
from ndrcodes._render import as_dict, as_markdown, as_text, docs_url
from ndrcodes._schema import TEMPLATE
from ndrcodes._text import fold, tidy, unfold, word_spans
from ndrcodes._traits import outcome
from ndrcodes.records import (
    Action,
    Basis,
    Category,
    Confidence,
    Fix,
    NdrCode,
    Permanence,
    Provider,
    StatusCode,
)

__all__ = ["Evidence", "Explanation", "Match", "Matcher"]


#: For each basis by its number: itself and how well it supports the answer.
_BASES: Final = (
    (Basis.REPLY, Confidence.LOW),
    (Basis.SUBJECT, Confidence.LOW),
    (Basis.WRAPPER, Confidence.LOW),
    (Basis.VAGUE_CODE, Confidence.MEDIUM),
    (Basis.SYMPTOM, Confidence.MEDIUM),
    (Basis.CODE, Confidence.HIGH),
    (Basis.WORDS, Confidence.HIGH),
)


@final
@attrs.frozen
class Evidence:
    """A part of the text that decided, `text[start:end]`."""

    #: "phrase", "status", "reply", "mark" or "host".
    kind: str
    #: Where it begins, in characters.
    start: int
    #: Where it ends, in characters; the first behind it.
    end: int


@final
@attrs.frozen
class Match:
    """A record that fits the text."""

    #: The record.
    code: NdrCode
    #: What the match rests on.
    basis: Basis
    #: Letters found and agreement; comparable between matches of one text and basis only.
    points: int
    #: The parts of the text that speak for it.
    evidence: tuple[Evidence, ...] = ()


@final
@attrs.frozen(slots=False, eq=False)
class Explanation:
    """What a rejection means and what to do about it.

    `str()` gives it as text for a person, `to_markdown` and `to_dict` for a page or a program.
    Beyond its fields it works out what is asked for, once.
    """

    #: The explained text, as given.
    text: str
    #: The most credible enhanced status code of the text, or None.
    status: StatusCode | None
    #: The most credible SMTP reply code of the text, or None.
    reply: int | None
    #: The cause, as the sender must understand it.
    category: Category
    #: The server's word (class 4) or, behind a class 5, what the record knows of the cause.
    permanence: Permanence
    #: What the sending program should do next.
    action: Action
    #: How well the text supports the answer.
    confidence: Confidence
    #: What the answer rests on, or None if nothing is known.
    basis: Basis | None
    _best: Rank | None = attrs.field(repr=False)
    _found: Found = attrs.field(repr=False)
    _plain: str = attrs.field(repr=False)
    _sighting: Sighting | None = attrs.field(repr=False)

    @functools.cached_property
    def code(self) -> NdrCode | None:
        """The record that explains the text best, or None."""
        return None if self._best is None else self._found.catalog[self._best[2]]

    @functools.cached_property
    def provider(self) -> Provider | None:
        """Whose server rejected the mail, or whose words these are; None: not known."""
        catalog = self._found.catalog
        if self._best is not None:
            traits = catalog.traits(self._best[2])
            if traits.server or traits.blocklist:
                return catalog.provider(traits.provider)
        named = self._found.named
        if named:
            best = min(named, key=lambda identity: (-named[identity], identity))
            return catalog.provider(best)
        return None

    @property
    def causes(self) -> tuple[str, ...]:
        """Why it happens, the most likely first."""
        return self.code.causes if self.code else ()

    @functools.cached_property
    def fixes(self) -> tuple[Fix, ...]:
        """What helps, in the order to try, with what the text told filled in."""
        if self.code is None:
            return ()
        return tuple(Fix(fix.who, self._fill(fix.do)) for fix in self.code.fixes)

    @functools.cached_property
    def details(self) -> Mapping[str, str]:
        """What the text filled in, as text.

        ip (of the sender's side), domain, host, address, url, number, id, any (what a phrase left
        open), blocklist and removal_url, retry_after in seconds, vendor_code, command.
        """
        said = parse(self._plain)
        details: dict[str, str] = {}
        if self._best is not None:
            for phrase in self._decisive(self._best[2]):
                for name, value in self._variable_parts(phrase):
                    if value not in said.remote_ips:
                        details.setdefault(name, value)
        for name, values in (
            # What a step says of an IP address is meant of the sender's.
            ("ip", [ip for ip in said.ips if ip not in said.remote_ips]),
            ("address", said.addresses),
            ("url", said.urls),
            ("host", (said.remote_host,)),
            ("vendor_code", said.vendor_codes),
            ("command", (said.command,)),
        ):
            if values and values[0]:
                details.setdefault(name, values[0])
        if said.retry_after is not None:
            details.setdefault("retry_after", str(said.retry_after))
        self._add_blocklist(details)
        return MappingProxyType(details)

    @property
    def points(self) -> int:
        """How much of the text speaks for the answer: `matches[0].points`, or 0 without any."""
        return 0 if self._best is None else -self._best[1]

    @functools.cached_property
    def matches(self) -> tuple[Match, ...]:
        """Every record that fits, best first; the first is `code`."""
        return tuple(
            Match(
                self._found.catalog[identity],
                _BASES[-basis][0],
                -points,
                self._evidence(identity, by_reply=-basis == Basis.REPLY),
            )
            for basis, points, identity in self._found.ranked()
        )

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The parts of the text that decided."""
        return self.matches[0].evidence if self.matches else ()

    @property
    def docs_url(self) -> str | None:
        """Where the documentation describes the record, or None without one."""
        return None if self.code is None else docs_url(self.code)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready values."""
        return as_dict(self)

    def to_markdown(self) -> str:
        """Return the explanation as Markdown, for a ticket or a chat."""
        return as_markdown(self, self._words)

    def __str__(self) -> str:
        return as_text(self, self._words)

    def __eq__(self, other: object) -> bool:
        """Tell whether both explain the same text in the same way."""
        if not isinstance(other, Explanation):
            return NotImplemented
        return self.text == other.text and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.text)

    def __getstate__(self) -> dict[str, Any]:
        # The catalog stays behind: what it answered is kept instead.
        worked_out = ("code", "provider", "fixes", "details", "matches", "_words")
        state = {**self.__dict__, **{name: getattr(self, name) for name in worked_out}}
        state.pop("_found", None)
        return {**state, "details": dict(self.details)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, details=MappingProxyType(state["details"]))

    # --- working it out

    def _fill(self, step: str) -> str:
        def value(name: str, fallback: str) -> str:
            return self.details.get(name, fallback)

        return TEMPLATE.sub(lambda found: value(*found[1].partition("|")[::2]), step)

    def _add_blocklist(self, details: dict[str, str]) -> None:
        found = self._found.catalog.find_blocklist(self._plain)
        if found is not None:
            details["blocklist"] = found.name
            if found.removal:
                details["removal_url"] = found.removal

    @functools.cached_property
    def _words(self) -> Mapping[str, str]:
        data = self._found.catalog.data
        titles = {
            f"category.{identity}": table["title"] for identity, table in data.categories.items()
        }
        labels: Mapping[str, str] = data.translations.get("", {}).get("labels", {})
        return {**titles, **labels}

    @functools.cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return word_spans(unfold(self._plain, self._found.reply))

    @functools.cached_property
    def _joined(self) -> str:
        return join(fold(unfold(self._plain, self._found.reply)))

    def _decisive(self, record: str) -> list[Phrase]:
        """Return the phrases that speak for a record, the longest first."""
        hits = self._found.hits
        every = itertools.chain(hits.causes, hits.contained, hits.frames, hits.vendor_codes)
        mine = [phrase for _, identity, phrase in every if identity == record]
        return sorted(mine, key=lambda phrase: (-phrase.weight, phrase.source))

    def _evidence(self, identity: str, *, by_reply: bool) -> tuple[Evidence, ...]:
        evidence: list[Evidence] = []
        for phrase in self._decisive(identity)[:2]:
            evidence += [Evidence("phrase", *span) for span in self._where(phrase)]
        provider = self._found.catalog.traits(identity).provider
        if provider in self._found.named:
            hits = self._found.hits
            for kind, named in (("mark", hits.marks), ("host", hits.hosts)):
                for _, its, phrase in named:
                    if its == provider:
                        evidence += [Evidence(kind, *span) for span in self._where(phrase)]
        status = self._sighting
        if status is not None and self._found.catalog[identity].covers(status.code):
            evidence.append(Evidence("status", status.start, status.end))
        if by_reply:
            evidence += [
                Evidence("reply", one.start, one.end)
                for one in parse(self._plain).mentions
                if one.code == self._found.reply
            ][:1]
        return tuple(sorted(set(evidence), key=lambda one: (one.start, one.end, one.kind)))

    def _where(self, phrase: Phrase) -> list[tuple[int, int]]:
        """Return where the chunks of a phrase stand in the text."""
        where = []
        for start, chunk in zip(phrase.locate(self._joined) or (), phrase.chunks, strict=False):
            first = self._joined.count(" ", 0, start + 1) - 1
            last = first + chunk.count(" ") - 2
            where.append((self._spans[first][0], self._spans[last][1]))
        return where

    def _variable_parts(self, phrase: Phrase) -> list[tuple[str, str]]:
        """Return what the placeholders of a phrase took."""
        from ndrcodes._extract import value_of  # noqa: PLC0415 - see `parse`

        where = self._where(phrase)
        parts = [
            (name, self._plain[before[1] : after[0]])
            for (_, name), before, after in zip(phrase.gaps, where[:-1], where[1:], strict=True)
        ]
        start, end = where[0][0], where[-1][1]
        lead, tail = phrase.lead, phrase.tail
        if tail:
            parts.append((tail, self._plain[end : end + PLACEHOLDERS[tail]]))
        if lead:
            parts.append((lead, self._plain[max(0, start - PLACEHOLDERS[lead]) : start]))
        values = ((name, value_of(name, text)) for name, text in parts if name)
        return [(name, value) for name, value in values if value is not None]


@final
class Matcher:
    """Explains texts with one catalog. Immutable and thread-safe."""

    __slots__ = ("_catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @property
    def catalog(self) -> Catalog:
        """The catalog that is asked."""
        return self._catalog

    def match(self, text: str, *, remote_host: str | None = None) -> tuple[Match, ...]:
        """Return the records that fit the text, best first. Never raises for any `str`.

        Raises:
            TypeError: the text is no `str`.
        """
        return self.explain(text, remote_host=remote_host).matches

    def explain(self, text: str, *, remote_host: str | None = None) -> Explanation:
        """Explain the text. Never raises for any `str`.

        Args:
            text: a reply, a log line, or whatever holds one; its first 65,536 characters count.
            remote_host: the server that answered, when the caller knows it.

        Raises:
            TypeError: the text is no `str`.
        """
        if not isinstance(text, str):
            msg = f"expected a str, got {type(text).__name__}"
            raise TypeError(msg)
        catalog = self._catalog
        plain = tidy(text)
        reply, sighting = find_codes(plain)
        status = None if sighting is None else sighting.code
        key = "" if sighting is None else plain[sighting.start : sighting.end]
        hits = catalog.index.find(fold(unfold(plain, reply)))
        named = named_providers(catalog, hits, plain, remote_host)
        found = Found(catalog, hits, named, key, reply)
        best = found.best()
        klass = status.klass if status is not None else (reply or 0) // 100
        if best is None:
            basis, confidence, category = None, Confidence.NONE, Category.UNKNOWN
            permanence, action = outcome(catalog.data, category, Permanence.UNKNOWN, klass)
        else:
            basis, confidence = _BASES[-best[0]]
            traits = catalog.traits(best[2])
            category = traits.category
            permanence, action = traits.outcomes[klass]
        return Explanation(
            text,
            status,
            reply,
            category,
            permanence,
            action,
            confidence,
            basis,
            best,
            found,
            plain,
            sighting,
        )


def explain(
    text: str, *, remote_host: str | None = None, catalog: Catalog | None = None
) -> Explanation:
    """Explain a mail rejection. Never raises for any `str`.

    Args:
        text: a reply, a log line, or whatever holds one; its first 65,536 characters count.
        remote_host: the server that answered, when the caller knows it (a report's Remote-MTA, a
            log's `relay=`): it names the provider where the text does not.
        catalog: the catalog to ask; by default the built-in one with every installed extension.

    Raises:
        TypeError: the text is no `str`.

    Example:
        >>> explanation = explain("550 5.7.705 Access denied, tenant has exceeded threshold")
        >>> explanation.code.id
        'exchange-online/5.7.705'
        >>> str(explanation.action)
        'fix'
    """
    return Matcher(Catalog.default() if catalog is None else catalog).explain(
        text, remote_host=remote_host
    )
