"""Turn any mail rejection into an answer: what happened, why, who can fix it, and how."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ndrcodes._catalog import Catalog
    from ndrcodes._load import CatalogWarning
    from ndrcodes._match import Evidence, Explanation, Match, Matcher, explain
    from ndrcodes._message import BounceMessage, MessageKind, RecipientReport, read_message
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

#: Where each name is defined. A module is imported when a name of it is first used: a program
#: that imports this package to explain a bounce now and then does not wait for it at its start.
_HOMES = {
    "_catalog": ("Catalog",),
    "_load": ("CatalogWarning",),
    "_match": ("Evidence", "Explanation", "Match", "Matcher", "explain"),
    "_message": ("BounceMessage", "MessageKind", "RecipientReport", "read_message"),
    "_parse": ("Diagnostic", "Mention", "parse"),
    "errors": ("CatalogError", "Fault", "InvalidStatusCode", "UnknownLanguage"),
    "records": (
        "Action",
        "Basis",
        "Blocklist",
        "Category",
        "Confidence",
        "Fix",
        "NdrCode",
        "Party",
        "Permanence",
        "Provider",
        "ProviderKind",
        "StatusCode",
        "StatusPattern",
        "Taxonomy",
    ),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            module = importlib.import_module(f"{__name__}.{home}")
            globals().update({one: getattr(module, one) for one in names})
            return globals()[name]
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
