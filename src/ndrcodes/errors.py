"""The exceptions that ndrcodes raises."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CatalogError", "Fault", "InvalidStatusCode", "UnknownLanguage"]


class InvalidStatusCode(ValueError):  # noqa: N818 - the public name
    """A text that is not an enhanced status code by the grammar of RFC 3463, section 2.

    Attributes:
        text: what was given.
        reason: what is wrong with it.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text, reason)
        self.text = text
        self.reason = reason

    def __str__(self) -> str:
        return f"invalid enhanced status code {self.text!r}: {self.reason}"


class UnknownLanguage(LookupError):  # noqa: N818 - the public name
    """A language that no loaded translation offers.

    Attributes:
        language: the tag that was asked for.
        offered: the tags that exist.
    """

    def __init__(self, language: str, offered: tuple[str, ...]) -> None:
        super().__init__(language, offered)
        self.language = language
        self.offered = offered

    def __str__(self) -> str:
        known = ", ".join(self.offered) or "none"
        return f"no translation for language {self.language!r}; offered: {known}"


class Fault(NamedTuple):
    """One thing that is wrong in a catalog."""

    #: The file (or another name of the source) that holds the fault.
    file: str
    #: The id of the record, a table's name, or an empty text for the file itself.
    record: str
    #: The field of the record, or an empty text for the record itself.
    field: str
    #: What is wrong and what to do.
    message: str

    def __str__(self) -> str:
        where = ".".join(part for part in (self.record, self.field) if part)
        return f"{self.file}: {where}: {self.message}" if where else f"{self.file}: {self.message}"


class CatalogError(ValueError):
    """Catalog data that cannot be used; carries every fault, not only the first.

    Attributes:
        faults: what is wrong, in the order of the file.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        count = len(self.faults)
        head = f"{count} fault{'s' if count != 1 else ''} in catalog data"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults)])
