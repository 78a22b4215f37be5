"""Turn an explanation into text, Markdown or plain values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from ndrcodes.records import (
    Action,
    Category,
    Confidence,
    Fix,
    NdrCode,
    Permanence,
    Provider,
    StatusCode,
)

#: Where the pages of providers and records are published.
DOCS: Final = "https://ndrcodes.readthedocs.io/en/stable/reference/catalog/"

#: The fixed words; a translation replaces them under the same names.
_LABELS: Final = {
    "unknown-title": "Nothing in this text is known",
    "unknown-summary": "The catalog has no record for these words or codes. "
    "Read the text itself, and pass it on whole to whoever runs your mail.",
    "what": "What happened",
    "why": "Why",
    "fixes": "How to fix it",
    "next": "What a program should do next",
    "source": "Source",
    "sender": "Sender",
    "sender-admin": "Sender's administrator",
    "recipient": "Recipient",
    "recipient-admin": "Recipient's administrator",
    "provider-support": "Provider's support",
    "retry": "retry: send the same message again later",
    "slow-down": "slow-down: send again later, and less at a time",
    "suppress": "suppress: stop mailing this address",
    "fix": "fix: hold the message until a person has changed something",
    "none": "none: this is not a failure",
}
_WIDTH: Final = 88


class Explained(Protocol):
    """What rendering reads of an explanation."""

    @property
    def text(self) -> str: ...
    @property
    def code(self) -> NdrCode | None: ...
    @property
    def status(self) -> StatusCode | None: ...
    @property
    def reply(self) -> int | None: ...
    @property
    def provider(self) -> Provider | None: ...
    @property
    def category(self) -> Category: ...
    @property
    def permanence(self) -> Permanence: ...
    @property
    def action(self) -> Action: ...
    @property
    def confidence(self) -> Confidence: ...
    @property
    def causes(self) -> tuple[str, ...]: ...
    @property
    def fixes(self) -> tuple[Fix, ...]: ...
    @property
    def details(self) -> Mapping[str, str]: ...
    @property
    def evidence(self) -> Iterable[Any]: ...
    @property
    def matches(self) -> Iterable[Any]: ...


def docs_url(code: NdrCode) -> str:
    """Return the address of a record's entry in the documentation."""
    return f"{DOCS}{code.provider}.html#{anchor(code.id)}"


def anchor(identity: str) -> str:
    """Return the anchor of a record's entry: its id with a dash for what a URL would escape."""
    return identity.replace("/", "-").replace(".", "-")


def as_text(explained: Explained, words: Mapping[str, str]) -> str:
    """Render for a terminal or a mail."""
    labels = {**_LABELS, **words}
    title, summary = _head(explained, labels)
    blocks = [title, _fill(_facts(explained, labels), "  ")]
    blocks.append(f"{labels['what']}\n{_fill(summary, '  ')}")
    if explained.causes:
        causes = "\n".join(_fill(cause, "  - ") for cause in explained.causes)
        blocks.append(f"{labels['why']}\n{causes}")
    if explained.fixes:
        steps = (
            _fill(f"{labels[fix.who]}: {fix.do}", f"  {number}. ")
            for number, fix in enumerate(explained.fixes, 1)
        )
        blocks.append("\n".join([labels["fixes"], *steps]))
    blocks.append(f"{labels['next']}\n{_fill(labels[explained.action], '  ')}")
    sources = _sources(explained)
    if sources:
        blocks.append("\n".join([labels["source"], *(f"  {source}" for source in sources)]))
    return "\n\n".join(blocks)


def as_markdown(explained: Explained, words: Mapping[str, str]) -> str:
    """Render as Markdown."""
    labels = {**_LABELS, **words}
    title, summary = _head(explained, labels)
    blocks = [f"### {_escape(title)}", _escape(_facts(explained, labels)), _escape(summary)]
    if explained.causes:
        causes = "\n".join(f"- {_escape(cause)}" for cause in explained.causes)
        blocks.append(f"**{labels['why']}**\n\n{causes}")
    if explained.fixes:
        steps = "\n".join(
            f"{number}. **{labels[fix.who]}:** {_escape(fix.do)}"
            for number, fix in enumerate(explained.fixes, 1)
        )
        blocks.append(f"**{labels['fixes']}**\n\n{steps}")
    blocks.append(f"**{labels['next']}:** {labels[explained.action]}")
    sources = ", ".join(
        f"<{source}>" if source.startswith("https://") else source for source in _sources(explained)
    )
    if sources:
        blocks.append(f"{labels['source']}: {sources}")
    return "\n\n".join(blocks)


def as_dict(explained: Explained) -> dict[str, Any]:
    """Return everything as JSON-ready values."""
    code = explained.code
    return {
        "text": explained.text,
        "status": None if explained.status is None else str(explained.status),
        "reply": explained.reply,
        "category": str(explained.category),
        "permanence": str(explained.permanence),
        "action": str(explained.action),
        "confidence": str(explained.confidence),
        "provider": None if explained.provider is None else explained.provider.id,
        "code": None if code is None else code_as_dict(code),
        "causes": list(explained.causes),
        "fixes": [{"who": str(fix.who), "do": fix.do} for fix in explained.fixes],
        "details": dict(explained.details),
        "evidence": [
            {
                "kind": one.kind,
                "start": one.start,
                "end": one.end,
                "text": explained.text[one.start : one.end],
            }
            for one in explained.evidence
        ],
        "matches": [
            {"id": match.code.id, "basis": match.basis.name.lower(), "points": match.points}
            for match in explained.matches
        ],
    }


def code_as_dict(code: NdrCode) -> dict[str, Any]:
    """Return a record as JSON-ready values."""
    return {
        "id": code.id,
        "provider": code.provider,
        "title": code.title,
        "summary": code.summary,
        "category": str(code.category),
        "permanence": str(code.permanence),
        "status": [str(pattern) for pattern in code.status],
        "replies": list(code.replies),
        "vendor_code": code.vendor_code,
        "wrapper": code.wrapper,
        "symptom": code.symptom,
        "phrases": list(code.phrases),
        "samples": list(code.samples),
        "causes": list(code.causes),
        "fixes": [{"who": str(fix.who), "do": fix.do} for fix in code.fixes],
        "links": list(code.links),
        "sources": list(code.sources),
        "reviewed": None if code.reviewed is None else code.reviewed.isoformat(),
        "docs_url": docs_url(code),
    }


def _head(explained: Explained, labels: Mapping[str, str]) -> tuple[str, str]:
    code = explained.code
    if code is None:
        return labels["unknown-title"], labels["unknown-summary"]
    return code.title, code.summary


def _facts(explained: Explained, labels: Mapping[str, str]) -> str:
    codes = " ".join(str(one) for one in (explained.reply, explained.status) if one is not None)
    provider = explained.provider.name if explained.provider else ""
    category = labels.get(f"category.{explained.category}", str(explained.category))
    identity = explained.code.id if explained.code else ""
    facts = (codes, provider, f"{category} ({explained.permanence})", identity)
    return " | ".join(filter(None, facts))


def _sources(explained: Explained) -> list[str]:
    code = explained.code
    if code is None:
        return []
    named = [*code.links, *code.sources]
    return list(
        dict.fromkeys(source for source in named if source.startswith(("https://", "RFC ")))
    )


def _fill(text: str, first: str) -> str:
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escape(text: str) -> str:
    """Keep characters of a hostile text from becoming Markdown or HTML, on one line."""
    text = " ".join(text.split())
    for special in "\\`*_[]<>|#~&":
        text = text.replace(special, f"\\{special}")
    return text
