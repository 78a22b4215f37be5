"""Turn any mail rejection into an answer: what happened, why, who can fix it, and how."""

from ndrcodes._catalog import Catalog
from ndrcodes._load import CatalogWarning
from ndrcodes._match import Basis, Evidence, Explanation, Match, Matcher, explain
from ndrcodes._message import BounceMessage, MessageKind, RecipientReport, read_message
from ndrcodes._parse import Diagnostic, Mention, parse
from ndrcodes.errors import CatalogError, Fault, InvalidStatusCode, UnknownLanguage
from ndrcodes.records import (
    Action,
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
