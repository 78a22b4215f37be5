"""Turn any mail rejection into an answer: what happened, why, who can fix it, and how."""

from typing import TYPE_CHECKING

from ndrcodes._catalog import Catalog
from ndrcodes._load import CatalogWarning
from ndrcodes._match import Evidence, Explanation, Match, Matcher, explain
from ndrcodes._parse import Diagnostic, Mention, parse
from ndrcodes.errors import CatalogError, Fault, InvalidStatusCode, UnknownLanguage
from ndrcodes.records import (
    Action,
    Basis,
    Blocklist,
    Category,
    Confidence,
    Fix,
    NdrCode,
    Party,
    Permanence,
    Provider,
    ProviderKind,
    StatusCode,
    StatusPattern,
    Taxonomy,
)

if TYPE_CHECKING:
    from ndrcodes._message import BounceMessage, MessageKind, RecipientReport, read_message

__version__ = "1.0.0"

__all__ = [
    "Action",
    "Basis",
    "Blocklist",
    "BounceMessage",
    "Catalog",
    "CatalogError",
    "CatalogWarning",
    "Category",
    "Confidence",
    "Diagnostic",
    "Evidence",
    "Explanation",
    "Fault",
    "Fix",
    "InvalidStatusCode",
    "Match",
    "Matcher",
    "Mention",
    "MessageKind",
    "NdrCode",
    "Party",
    "Permanence",
    "Provider",
    "ProviderKind",
    "RecipientReport",
    "StatusCode",
    "StatusPattern",
    "Taxonomy",
    "UnknownLanguage",
    "__version__",
    "explain",
    "parse",
    "read_message",
]

#: Found on first use: programs that explain single lines need not wait for them.
_LATER = frozenset({"BounceMessage", "MessageKind", "RecipientReport", "read_message"})


def __getattr__(name: str) -> object:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from ndrcodes import _message  # noqa: PLC0415 - see above

    globals().update({later: getattr(_message, later) for later in _LATER})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
