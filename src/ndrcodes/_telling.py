"""Choose, of all the texts of a report, the one that says most of why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from ndrcodes._match import Explanation, Matcher
from ndrcodes.records import Basis, StatusCode

_LONGEST_TEXT: Final = 4000
_PARAGRAPHS: Final = 40


@final
class Teller:
    """Explains the texts of one report."""

    __slots__ = ("_matcher",)

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def explain(self, text: str, host: str | None = None) -> Explanation:
        """Explain a text that a host has sent, if that is known."""
        return self._matcher.explain(text[:_LONGEST_TEXT], remote_host=host)

    def best(self, texts: list[str], host: str | None) -> Explanation | None:
        """Return the explanation of the most telling text; among equals the first."""
        explained = (self.explain(text, host) for text in texts[:_PARAGRAPHS])
        return max(explained, key=_telling_power, default=None)

    def more_telling(
        self, best: Explanation | None, mine: list[str], rest: list[str], host: str | None
    ) -> Explanation | None:
        """Look for a text that explains more than the best one so far.

        A text about this very recipient wins if it says more. One about the whole message wins
        only if it names a cause, since reports hold much that names none.
        """
        for text in mine:
            explanation = self.explain(text, host)
            if best is None or _telling_power(explanation) > _telling_power(best):
                best = explanation
        if best is None or basis_of(best) < Basis.CODE:
            other = self.best(rest, host)
            if other is not None and (
                best is None
                or basis_of(other) == Basis.WORDS
                or (_only_wraps(best) and other.reply is not None)
            ):
                best = other
        return best

    def first_status(self, texts: Iterable[str]) -> StatusCode | None:
        """Return the first status code that the texts tell."""
        explained = (self.explain(text).status for text in texts)
        return next((status for status in explained if status is not None), None)

    def first_reply(self, texts: Iterable[str]) -> int | None:
        """Return the first reply code that the texts tell."""
        explained = (self.explain(text).reply for text in texts)
        return next((reply for reply in explained if reply is not None), None)


def basis_of(explanation: Explanation) -> int:
    """Return what an answer rests on; -1 for an answer that knows nothing."""
    return -1 if explanation.basis is None else explanation.basis


def tells(explanation: Explanation) -> bool:
    """Tell whether a text says anything of why."""
    return _has_code(explanation) or basis_of(explanation) >= Basis.SYMPTOM


def _telling_power(explanation: Explanation) -> tuple[int, int]:
    """Rank what a text tells: by what the answer rests on, then by how much was found of it."""
    return basis_of(explanation), explanation.points


def _only_wraps(explanation: Explanation) -> bool:
    """Tell whether a text says that it failed, and nothing of why."""
    return not _has_code(explanation) and explanation.basis is Basis.WRAPPER


def _has_code(explanation: Explanation) -> bool:
    return explanation.status is not None or explanation.reply is not None
