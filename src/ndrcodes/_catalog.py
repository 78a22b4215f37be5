"""The catalog: an immutable set of records with everything that finds them."""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, final

import attrs

from ndrcodes._index import Index, names_host
from ndrcodes._load import Resource, layer, read_builtin, read_extensions, read_path
from ndrcodes._phrase import join
from ndrcodes._schema import (
    Data,
    blocklist_from,
    data_from,
    provider_from,
    record_from,
    taxonomy_from,
)
from ndrcodes._text import fold
from ndrcodes._traits import Traits, traits_of
from ndrcodes.errors import UnknownLanguage
from ndrcodes.records import (
    Blocklist,
    NdrCode,
    Provider,
    StatusCode,
    Taxonomy,
)

if TYPE_CHECKING:
    from ndrcodes._layout import Layouts

__all__ = ["Catalog"]


@final
class Catalog:
    """An immutable, thread-safe catalog of rejections.

    Make one with `Catalog.builtin`, `Catalog.default`, `Catalog.load` or `Catalog.of`; combine
    with `|`. Iteration goes over the records in the order of their ids.

    Example:
        >>> Catalog.builtin().get("iana/x.2.2").category
        <Category.MAILBOX_FULL: 'mailbox-full'>
    """

    __slots__ = ("_blocklist_names", "_data", "_index", "_layouts", "_records", "_traits")

    def __init__(self, data: Data, index: Index | None = None) -> None:
        """Not for callers: use the class methods."""
        self._data = data
        self._index = index or Index.build(data)
        # Records and traits are made when asked for. Two threads may both make one; `setdefault`
        # lets both see the same.
        self._records: dict[str, NdrCode] = {}
        self._traits: dict[str, Traits] = {}
        self._layouts: Layouts | None = None
        self._blocklist_names: list[tuple[tuple[int, int, int], str, str, str]] | None = None

    # --- making one

    @classmethod
    def builtin(cls) -> Catalog:
        """Return the catalog that comes with the package, read on first use."""
        return _BUILTIN.get()

    @classmethod
    def default(cls) -> Catalog:
        """Return the built-in catalog with every installed extension, read on first use.

        Extensions are entry points of the group `ndrcodes.catalogs`. One that cannot be used is
        left out with a `CatalogWarning`. `NDRCODES_NO_PLUGINS=1` in the environment leaves all out.

        Raises:
            RuntimeError: an extension asks for it while it is loaded.
        """
        return _DEFAULT.get()

    @classmethod
    def load(cls, source: str | os.PathLike[str] | Resource) -> Self:
        """Read a TOML file, or a folder of them, by path or as a package resource.

        Raises:
            CatalogError: something in them is wrong; lists every fault with file, record, field.
            OSError: they cannot be read.
        """
        return cls(read_path(source))

    @classmethod
    def of(
        cls,
        records: Iterable[NdrCode] = (),
        providers: Iterable[Provider] = (),
        blocklists: Iterable[Blocklist] = (),
    ) -> Self:
        """Make a catalog of records made in Python.

        Raises:
            CatalogError: something in them is wrong; lists every fault.
        """
        return cls(data_from(records, providers, blocklists))

    def __or__(self, other: Catalog) -> Catalog:
        """Lay the other catalog over this one: its records, overrides and mutes win."""
        if not isinstance(other, Catalog):
            return NotImplemented
        return Catalog(layer(self._data, other._data))

    def translated(self, language: str) -> Catalog:
        """Return the catalog with its prose in another language, where it is translated.

        Records without a translation keep their English prose.

        Args:
            language: a tag such as "de" (RFC 5646), in upper or lower case. Where "de-AT" is not
                offered, "de" is taken (RFC 4647, section 3.4).

        Raises:
            UnknownLanguage: no translation for it was loaded.
        """
        words = self._data.translations[self._offered(language)]
        records = {
            identity: {**record, **words["texts"].get(identity, {})}
            for identity, record in self._data.records.items()
        }
        categories = {
            identity: {**category, **words["categories"].get(identity, {})}
            for identity, category in self._data.categories.items()
        }
        translations = {**self._data.translations, "": {"labels": words["labels"]}}
        data = attrs.evolve(
            self._data, records=records, categories=categories, translations=translations
        )
        return Catalog(data, self._index)

    def _offered(self, language: str) -> str:
        """Return the tag that is offered for a language, by the lookup of RFC 4647."""
        offered = {tag.lower(): tag for tag in self.languages}
        wanted = language.lower()
        while wanted:
            if wanted in offered:
                return offered[wanted]
            wanted = wanted.rpartition("-")[0]
        raise UnknownLanguage(language, self.languages)

    # --- looking things up

    def __len__(self) -> int:
        return len(self._data.records)

    def __iter__(self) -> Iterator[NdrCode]:
        return (self[identity] for identity in sorted(self._data.records))

    def __contains__(self, item: object) -> bool:
        """Tell whether a record, given itself or by its id, is in the catalog."""
        if isinstance(item, NdrCode):
            return self.get(item.id) == item
        return item in self._data.records

    def __getitem__(self, identity: str) -> NdrCode:
        record = self._records.get(identity)
        if record is None:
            record = record_from(identity, self._data.records[identity])
            record = self._records.setdefault(identity, record)
        return record

    def get(self, identity: str) -> NdrCode | None:
        """Return the record with this id, or None."""
        return self[identity] if identity in self._data.records else None

    def lookup(
        self, status: StatusCode | str, provider: str | Provider | None = None
    ) -> tuple[NdrCode, ...]:
        """Return the records that are sent with this code, the most specific first.

        Args:
            status: an enhanced status code.
            provider: only records of this provider.

        Raises:
            InvalidStatusCode: the text is no enhanced status code.
            TypeError: the code is neither a `str` nor a `StatusCode`.
        """
        if isinstance(status, str):
            status = StatusCode.parse(status)
        if not isinstance(status, StatusCode):
            msg = f"expected a StatusCode or a str like '5.1.1', got {status!r}"
            raise TypeError(msg)
        wanted = provider.id if isinstance(provider, Provider) else provider
        exact, subject, klass = self._index.by_status(str(status))

        keys = {str(status), f"x{str(status)[1:]}"}

        def wider(identity: str) -> tuple[bool, bool, str]:
            traits = self.traits(identity)
            in_range = keys.isdisjoint(traits.exact)
            return traits.registry, in_range, identity

        ids = [*sorted(exact, key=wider), *subject, *klass]
        return tuple(
            self[identity]
            for identity in dict.fromkeys(ids)
            if wanted is None or self.traits(identity).provider == wanted
        )

    def search(self, words: str) -> tuple[NdrCode, ...]:
        """Return the records that hold all these words, those with them in id or title first."""
        wanted = fold(words)
        found: list[tuple[int, str]] = []
        for identity, record in self._data.records.items():
            head = fold(f"{identity} {record['title']} {record.get('vendor_code', '')}")
            parts = [record["summary"], record["category"], *record.get("status", ())]
            parts += [*record.get("phrases", ()), *record.get("samples", ())]
            every = {*head, *fold(" ".join(parts))}
            if wanted and all(word in every for word in wanted):
                found.append((-sum(word in head for word in wanted), identity))
        return tuple(self[identity] for _, identity in sorted(found))

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The providers by id."""
        providers = self._data.providers
        return MappingProxyType(
            {
                identity: provider_from(identity, providers[identity])
                for identity in sorted(providers)
            }
        )

    def provider(self, identity: str) -> Provider | None:
        """Return the provider with this id, or None."""
        table = self._data.providers.get(identity)
        return provider_from(identity, table) if table else None

    @property
    def blocklists(self) -> Mapping[str, Blocklist]:
        """The DNS blocklists by id."""
        blocklists = self._data.blocklists
        return MappingProxyType(
            {
                identity: blocklist_from(identity, blocklists[identity])
                for identity in sorted(blocklists)
            }
        )

    @property
    def taxonomies(self) -> Mapping[str, Taxonomy]:
        """Other systems' bounce classes by the system's id."""
        tables = self._data.taxonomies
        return MappingProxyType(
            {identity: taxonomy_from(identity, tables[identity]) for identity in sorted(tables)}
        )

    def find_blocklist(self, text: str) -> Blocklist | None:
        """Return the DNS blocklist that a text names most clearly: by zone, name or page."""
        joined = join(fold(text))
        named = (
            (rank, identity)
            for rank, identity, words, host in self._names_of_blocklists()
            if words in joined and (not host or names_host(text, host))
        )
        best = min(named, default=None)
        return None if best is None else blocklist_from(best[1], self._data.blocklists[best[1]])

    def _names_of_blocklists(self) -> list[tuple[tuple[int, int, int], str, str, str]]:
        """Return every name of every list: rank, id, words, and the host that it is.

        What was asked tells more than a name, and a name more than a page; a longer one tells
        more than a shorter one; of lists with one zone it is that which names the zone first.
        """
        if self._blocklist_names is None:
            names = []
            for identity, table in self._data.blocklists.items():
                for rank, field in ((0, "zones"), (2, "hosts")):
                    for at, host in enumerate(table.get(field, ())):
                        names.append(((rank, -len(host), at), identity, join(fold(host)), host))
                name = table["name"]
                names.append(((1, -len(name), 0), identity, join(fold(name)), ""))
            self._blocklist_names = names
        return self._blocklist_names

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that `translated` offers."""
        return tuple(sorted(filter(None, self._data.translations)))

    # --- for the rest of the package

    @property
    def data(self) -> Data:
        """The plain content. Not part of the public interface."""
        return self._data

    @property
    def index(self) -> Index:
        """What finds phrases and codes. Not part of the public interface."""
        return self._index

    @property
    def layouts(self) -> Layouts:
        """How bounces for people look. Not part of the public interface."""
        if self._layouts is None:
            from ndrcodes._layout import Layouts  # noqa: PLC0415 - only messages need it

            self._layouts = Layouts(self._data.formats)
        return self._layouts

    def traits(self, identity: str) -> Traits:
        """What ranking needs of a record. Not part of the public interface."""
        traits = self._traits.get(identity)
        if traits is None:
            traits = self._traits.setdefault(identity, traits_of(identity, self._data))
        return traits

    def __repr__(self) -> str:
        return f"<Catalog of {len(self)} records, {len(self._data.providers)} providers>"

    def __copy__(self) -> Self:
        # Nothing can change it, and an index takes long to build.
        return self

    def __deepcopy__(self, _: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[..., Catalog], tuple[Data]]:
        plain = {field.name: getattr(self._data, field.name) for field in attrs.fields(Data)}
        for name, value in plain.items():
            plain[name] = dict(value) if isinstance(value, Mapping) else value
        return Catalog, (Data(**plain),)


@final
class _Once:
    """A catalog that is read on first use, once, whole, however many threads ask."""

    __slots__ = ("_catalog", "_lock", "_owner", "_read")

    def __init__(self, read: Callable[[], Catalog]) -> None:
        self._read = read
        self._lock = allocate_lock()
        #: The thread that reads.
        self._owner: int | None = None
        self._catalog: Catalog | None = None

    def get(self) -> Catalog:
        if self._catalog is None:
            # Reading runs the code of extensions. One that comes back here would wait for itself.
            if self._owner == get_ident():
                msg = (
                    "an extension must not use the default catalog while it is loaded;"
                    " use Catalog.builtin()"
                )
                raise RuntimeError(msg)
            with self._lock:
                if self._catalog is None:
                    self._owner = get_ident()
                    try:
                        self._catalog = self._read()
                    finally:
                        self._owner = None
        return self._catalog


def _read_default() -> Catalog:
    builtin = _BUILTIN.get()
    data = read_extensions(builtin.data)
    return builtin if data is builtin.data else Catalog(data)


_BUILTIN = _Once(lambda: Catalog(*read_builtin()))
_DEFAULT = _Once(_read_default)
