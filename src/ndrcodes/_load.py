"""Where catalog data comes from: package data, files, installed extensions.

The only module that touches package resources and entry points, and only when it is asked to.
The source tree holds TOML, which people write; a built distribution holds the same data as JSON
with its index, made from the TOML at build time: tomllib would take too long on a first use.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, final

import attrs

from ndrcodes._index import Index
from ndrcodes._schema import Data, read_tables
from ndrcodes.errors import CatalogError, Fault

if TYPE_CHECKING:
    import pathlib

#: The entry-point group of catalog extensions.
GROUP: Final = "ndrcodes.catalogs"
#: Set to anything but "" or "0", it leaves the extensions out.
NO_PLUGINS: Final = "NDRCODES_NO_PLUGINS"

_COMPILED = "builtin.json"
#: How many faults of an extension a warning lists, and how long its text may be.
_MOST_FAULTS = 10
_LONGEST_REASON = 4000


class CatalogWarning(UserWarning):
    """An installed extension could not be used; the catalog works without it."""


class Resource(Protocol):
    """What is needed of a path or package resource (`importlib.resources.abc.Traversable`)."""

    @property
    def name(self) -> str: ...
    def is_dir(self) -> bool: ...
    def iterdir(self) -> Iterator[Any]: ...
    def read_bytes(self) -> bytes: ...


class HasData(Protocol):
    """A catalog, as an extension's callable returns it."""

    @property
    def data(self) -> Data: ...


def read_builtin() -> tuple[Data, Index]:
    """Read the catalog that comes with the package."""
    import importlib_resources  # noqa: PLC0415 - not needed to import the package

    folder = importlib_resources.files("ndrcodes") / "catalog"
    compiled = folder / _COMPILED
    if compiled.is_file():
        return parse_compiled(compiled.read_bytes())
    data = read_resource(folder, "ndrcodes")
    return data, Index.build(data)


def compile_folder(folder: pathlib.Path) -> bytes:
    """Turn a folder of TOML files into what `parse_compiled` reads.

    Every line is JSON: one for what every explanation needs; one for each word of the index that
    others follow; one for each section that few explanations need; one for each provider's records.
    Decoding all at once would take most of a first use.
    """
    data = read_resource(folder, folder.name)
    index = Index.build(data)
    by_provider: dict[str, dict[str, Any]] = {}
    for identity, record in sorted(data.records.items()):
        by_provider.setdefault(identity.partition("/")[0], {})[identity] = record
    fields = [field.name for field in attrs.fields(Data)]
    pairs = _as_lines(index.pairs.values())
    head = {
        "ids": {provider: list(records) for provider, records in by_provider.items()},
        "data": {name: getattr(data, name) for name in fields if name not in ("records", *_LATER)},
        "index": index.dump(),
        "pairs": list(index.pairs),
        "length_of_pairs": len(pairs),
    }
    later = [getattr(data, name) for name in _LATER]
    return _as_lines([head]) + pairs + _as_lines([*later, *by_provider.values()])


def _as_lines(values: Iterable[object]) -> bytes:
    # All ASCII, which is decoded a quarter faster.
    return b"".join(json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in values)


def parse_compiled(content: bytes) -> tuple[Data, Index]:
    """Read what `compile_folder` made."""
    start = content.index(b"\n") + 1
    head = json.loads(content[:start])
    end = start + head["length_of_pairs"]
    pairs = dict(zip(head["pairs"], content[start:end].split(b"\n"), strict=False))
    sections: list[_Section] = []
    while end < len(content):
        start, end = end, content.index(b"\n", end) + 1
        sections.append(_Section(content, slice(start, end)))
    later: dict[str, Any] = dict(zip(_LATER, sections, strict=False))
    records = _Records(head["ids"], sections[len(_LATER) :])
    data = Data(records=records, **head["data"], **later)
    return data, Index(pairs={}, undecoded=pairs, **head["index"])


#: The sections that few explanations need.
_LATER: Final = ("blocklists", "taxonomies", "formats", "translations")


@final
class _Section(Mapping[str, Any]):
    """A JSON object that is decoded when something of it is asked for."""

    def __init__(self, content: bytes, span: slice) -> None:
        self._content = content
        self._span = span
        # Two threads may both decode it; both get equal values.
        self._decoded: dict[str, Any] | None = None

    def _decode(self) -> dict[str, Any]:
        if self._decoded is None:
            self._decoded = json.loads(self._content[self._span])
        return self._decoded

    def __getitem__(self, key: str) -> Any:
        return self._decode()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decode())

    def __len__(self) -> int:
        return len(self._decode())


@final
class _Records(Mapping[str, Any]):
    """Records that are decoded provider by provider."""

    def __init__(self, ids: dict[str, list[str]], sections: list[_Section]) -> None:
        self._sections = dict(zip(ids, sections, strict=True))
        self._ids = dict.fromkeys(identity for every in ids.values() for identity in every)

    def __getitem__(self, identity: str) -> Any:
        if identity not in self._ids:
            raise KeyError(identity)
        return self._sections[identity.partition("/")[0]][identity]

    def __contains__(self, identity: object) -> bool:
        return identity in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def read_path(source: str | os.PathLike[str] | Resource) -> Data:
    """Read a TOML file or a folder of them.

    Raises:
        CatalogError: something in them is wrong; all faults of all files are listed.
        OSError: they cannot be read.
    """
    if isinstance(source, (str, os.PathLike)):
        import pathlib  # noqa: PLC0415 - not needed for the built-in catalog

        path = pathlib.Path(source)
        return read_resource(path, str(path))
    return read_resource(source, source.name)


def read_resource(resource: Resource, shown: str) -> Data:
    """Read a file or the TOML files of a folder, whose names do not matter."""
    parts, faults = read_parts(resource, shown)
    if faults:
        raise CatalogError(tuple(faults))
    # Only when all are read: what one file overrides, mutes or replaces may stand in any other.
    return layer(Data(), collect(data for _, data in parts))


def read_parts(resource: Resource, shown: str) -> tuple[list[tuple[str, Data]], list[Fault]]:
    """Read each file of a source by itself; the faults are those of loading them together."""
    parts: list[tuple[str, Data]] = []
    faults: list[Fault] = []
    known: dict[tuple[str, str], set[str]] = {}
    for name, file in list_files(resource, shown):
        data, found = read_file(file, name)
        faults += found
        faults += _twice(known, data, name)
        parts.append((name, data))
    return parts, faults


def collect(parts: Iterable[Data]) -> Data:
    """Put the files of one source together; override, mute and replace nothing yet."""
    whole = Data()
    for part in parts:
        overrides = dict(whole.overrides)
        for identity, fields in part.overrides.items():
            overrides[identity] = {**overrides.get(identity, {}), **fields}
        whole = Data(
            translations=_layer_translations(whole, part),
            overrides=overrides,
            muted=tuple(dict.fromkeys((*whole.muted, *part.muted))),
            **{field: {**getattr(whole, field), **getattr(part, field)} for field in _BY_ID},
        )
    return whole


def list_files(resource: Resource, shown: str) -> list[tuple[str, Resource]]:
    """Return a file, or the TOML files of a folder in the order of their names."""
    if not resource.is_dir():
        return [(shown, resource)]
    files = [file for file in resource.iterdir() if file.name.endswith(".toml")]
    return [(f"{shown}/{file.name}", file) for file in sorted(files, key=lambda file: file.name)]


def read_file(file: Resource, shown: str) -> tuple[Data, tuple[Fault, ...]]:
    """Read one TOML file; the data holds what is sound."""
    import tomllib  # noqa: PLC0415 - not needed with a compiled catalog

    try:
        tables = tomllib.loads(file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        return Data(), (Fault(shown, "", "", f"is not UTF-8: {error}"),)
    except tomllib.TOMLDecodeError as error:
        return Data(), (Fault(shown, "", "", f"is not TOML: {error}"),)
    return read_tables(tables, shown)


_BY_ID = ("records", "providers", "blocklists", "categories", "taxonomies", "formats")


def _twice(known: dict[tuple[str, str], set[str]], data: Data, file: str) -> list[Fault]:
    """Return what other files of the source, which are known, say too; add what this one says."""
    faults: list[Fault] = []
    for section in _BY_ID:
        seen = known.setdefault((section, ""), set())
        faults += [
            Fault(file, identity, "id", "used by another file too; give each its own id")
            for identity in getattr(data, section)
            if identity in seen
        ]
        seen.update(getattr(data, section))
    for identity, fields in data.overrides.items():
        seen = known.setdefault(("overrides", identity), set())
        faults += [
            Fault(file, identity, field, "overridden by another file too; keep one of the two")
            for field in fields
            if field in seen
        ]
        seen.update(fields)
    return faults


def layer(under: Data, over: Data) -> Data:
    """Lay one catalog's data over another's: replace, override, mute, add."""
    records = {**under.records, **over.records}
    gone = {*over.muted}
    for record in over.records.values():
        gone.update(record.get("replaces", ()))
    for identity, fields in over.overrides.items():
        if identity in records:
            records[identity] = {**records[identity], **fields}
    return Data(
        records={identity: table for identity, table in records.items() if identity not in gone},
        translations=_layer_translations(under, over),
        overrides={**under.overrides, **over.overrides},
        muted=tuple(dict.fromkeys((*under.muted, *over.muted))),
        **{
            field: {**getattr(under, field), **getattr(over, field)}
            for field in _BY_ID
            if field != "records"
        },
    )


def _layer_translations(under: Data, over: Data) -> dict[str, dict[str, dict[str, Any]]]:
    merged: dict[str, dict[str, dict[str, Any]]] = {}
    for translations in (under.translations, over.translations):
        for language, parts in translations.items():
            into = merged.setdefault(language, {"texts": {}, "categories": {}, "labels": {}})
            for part, words in parts.items():
                into[part] = {**into[part], **words}
    return merged


def read_extensions(under: Data) -> Data:
    """Lay every installed extension over the data, in the order of (distribution, name).

    An extension that cannot be used is left out whole, with a `CatalogWarning`. Whatever it raises
    stays here, even SystemExit: an extension must never take the host down. Only
    KeyboardInterrupt, which is the user's, goes on.
    """
    if os.environ.get(NO_PLUGINS, "0") not in ("", "0"):
        return under
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import, rarely needed

    try:
        points = entry_points(group=GROUP)
    except Exception as error:  # noqa: BLE001 - one unreadable distribution is enough
        _warn(f"catalog extensions are left out, entry points cannot be read: {_reason(error)}")
        return under
    found = [(_distribution(point), point.name, point) for point in points]
    owners: dict[str, str] = {}
    for distribution, name, point in sorted(found, key=lambda entry: entry[:2]):
        shown = f"{distribution}:{name}"
        try:
            data = _read_extension(point.value, point, shown)
            _refuse_conflicts(under, data, owners, shown)
            layered = layer(under, data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - see above
            _warn(
                f"catalog extension {name!r} of distribution {distribution!r} is left out: "
                f"{_reason(error)}"
            )
            continue
        owners.update(dict.fromkeys(data.records, shown))
        under = layered
    return under


def _warn(message: str) -> None:
    warnings.warn(message, CatalogWarning, stacklevel=3)


def _distribution(point: Any) -> str:
    """Return the name of an entry point's distribution, or an empty text if it has none."""
    try:
        return str(point.dist.name or "")
    except Exception:  # noqa: BLE001 - no distribution, or metadata without a name
        return ""


def _reason(error: BaseException) -> str:
    """Tell what was raised in a text that fits a log; the faults of a whole catalog do not."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - it is the extension's code that runs here
        text = "(its message cannot be shown)"
    if isinstance(error, CatalogError) and len(error.faults) > _MOST_FAULTS:
        lines = [f"  {fault}" for fault in error.faults[:_MOST_FAULTS]]
        rest = len(error.faults) - _MOST_FAULTS
        text = "\n".join([text.partition("\n")[0], *lines, f"  and {rest} more"])
    if len(text) > _LONGEST_REASON:
        text = f"{text[:_LONGEST_REASON]}..."
    return f"{type(error).__name__}: {text}"


def _read_extension(value: str, point: Any, shown: str) -> Data:
    """Read `package:file.toml`, `package:folder` or what `package:callable` returns."""
    import importlib_resources  # noqa: PLC0415

    package, _, name = value.partition(":")
    if not name or name.endswith(".toml") or "/" in name:
        resource = importlib_resources.files(package)
        for part in filter(None, name.split("/")):
            resource = resource / part
        return read_resource(resource, shown)
    resource = importlib_resources.files(package) / name
    if resource.is_dir():
        return read_resource(resource, shown)
    made: HasData = point.load()()
    if not isinstance(getattr(made, "data", None), Data):
        msg = f"{value} must return an ndrcodes.Catalog, returned {type(made).__name__}"
        raise TypeError(msg)
    return made.data


def _refuse_conflicts(under: Data, data: Data, owners: Mapping[str, str], shown: str) -> None:
    """Refuse records that would silently take another catalog's place."""
    faults = tuple(
        Fault(
            shown,
            identity,
            "id",
            f"is a record of {owners.get(identity, 'the built-in catalog')}; give the record an id"
            f' of its own with replaces = "{identity}", or write [[override]]',
        )
        for identity in data.records
        if identity in under.records
    )
    if faults:
        raise CatalogError(faults)
