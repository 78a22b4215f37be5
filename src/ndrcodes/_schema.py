"""Check catalog data and bring it into one plain form, reporting every fault with its place.

Data comes as tables of a TOML file or as records made in Python. What leaves this module, `Data`,
holds plain dictionaries, texts, numbers and lists only: it can be stored as JSON and is checked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

import attrs

from ndrcodes._phrase import Phrase
from ndrcodes.errors import CatalogError, Fault
from ndrcodes.records import (
    Action,
    Blocklist,
    Category,
    Fix,
    NdrCode,
    Party,
    Permanence,
    Provider,
    ProviderKind,
    StatusPattern,
    Taxonomy,
)

#: The version of the file format; a file names it as `schema`.
SCHEMA: Final = 1

Table = dict[str, Any]

#: What a step may fill in from the text that is explained.
TEMPLATE_NAMES: Final = (
    "ip",
    "domain",
    "host",
    "address",
    "url",
    "number",
    "id",
    "blocklist",
    "removal_url",
    "retry_after",
)
TEMPLATE: Final = re.compile(r"\{([^{}]*)\}")

_RECORD_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:[.-][a-z0-9]+)*")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_COMMON_SOURCES = ("common knowledge", "observed")
_TITLE_LENGTH = 80
_SUMMARY_LENGTH = 400


@final
@attrs.frozen(kw_only=True)
class Data:
    """The checked, plain content of a catalog."""

    records: Mapping[str, Table] = attrs.field(factory=dict)
    providers: Mapping[str, Table] = attrs.field(factory=dict)
    blocklists: Mapping[str, Table] = attrs.field(factory=dict)
    categories: Mapping[str, Table] = attrs.field(factory=dict)
    taxonomies: Mapping[str, Table] = attrs.field(factory=dict)
    #: Layouts of bounce messages, by name.
    formats: Mapping[str, Table] = attrs.field(factory=dict)
    #: By language: labels, categories and records' prose.
    translations: Mapping[str, Mapping[str, Table]] = attrs.field(factory=dict)
    #: Fields to replace in other catalogs' records, by id.
    overrides: Mapping[str, Table] = attrs.field(factory=dict)
    #: Ids of other catalogs' records to leave out.
    muted: tuple[str, ...] = ()


class _Faults:
    """Collects faults; knows the file, the table and the field that are being read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.record = ""
        self.found: list[Fault] = []

    def add(self, field: str, message: str) -> None:
        self.found.append(Fault(self.file, self.record, field, message))


_Reader = Callable[[_Faults, str, Any], Any]


def read_tables(tables: Mapping[str, Any], file: str) -> tuple[Data, tuple[Fault, ...]]:
    """Check the tables of one catalog file; the data holds what is sound."""
    faults = _Faults(file)
    if tables.get("schema") != SCHEMA:
        faults.add("schema", f"expected schema = {SCHEMA}, got {tables.get('schema')!r}")
    known = {"schema", "reviewed", "mute", "language", *_SECTIONS}
    for key in tables:
        if key not in known:
            faults.add(key, f"unknown key; known: {', '.join(sorted(known))}")
    reviewed = _date(faults, "reviewed", tables["reviewed"]) if "reviewed" in tables else None
    data: dict[str, Any] = {}
    for section, (target, _, _) in _SECTIONS.items():
        if target == "translations":
            continue
        into = data.setdefault(target, {})
        for table in _listed(faults, section, tables.get(section, [])):
            _read_into(into, faults, section, table)
    for record in data["records"].values():
        if reviewed and "reviewed" not in record:
            record["reviewed"] = reviewed
    faults.record = ""
    data["muted"] = tuple(_texts(faults, "mute", tables.get("mute", [])) or ())
    data["translations"] = _read_translation(faults, tables)
    return Data(**data), tuple(faults.found)


def _listed(faults: _Faults, section: str, value: Any) -> list[Mapping[str, Any]]:
    """Return the tables of a section, which may be written once, [x], or as a list, [[x]]."""
    faults.record = ""
    tables = [value] if isinstance(value, Mapping) else value
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        faults.add(section, f"expected tables, write [[{section}]]")
        return []
    return tables


def _read_into(
    into: dict[str, Table], faults: _Faults, section: str, table: Mapping[str, Any]
) -> None:
    _, fields, required = _SECTIONS[section]
    faults.record = str(table.get("id", f"[[{section}]] without id"))
    before = len(faults.found)
    read = _fields(faults, table, fields, required)
    if section == "record":
        _check_record(faults, read)
    identity = read.pop("id", None)
    if identity in into:
        faults.add("id", "used twice in this file; give each its own id")
    elif identity is not None and len(faults.found) == before:
        into[identity] = read


def _fields(
    faults: _Faults,
    table: Mapping[str, Any],
    fields: Mapping[str, _Reader],
    required: Iterable[str],
) -> Table:
    read: Table = {}
    for key, value in table.items():
        reader = fields.get(key)
        if reader is None:
            faults.add(key, f"unknown key; known: {', '.join(fields)}")
            continue
        result = reader(faults, key, value)
        if result is not None and result not in ((), [], "", {}):
            read[key] = result
    for key in required:
        if key not in table:
            faults.add(key, "missing")
    return read


# --- single values: each returns the plain value, or None after adding a fault


def _text(faults: _Faults, field: str, value: Any) -> str | None:
    if isinstance(value, str) and value.strip():
        return value
    faults.add(field, f"expected a text that is not empty, got {value!r}")
    return None


def _short(limit: int) -> _Reader:
    def read(faults: _Faults, field: str, value: Any) -> str | None:
        text = _text(faults, field, value)
        if text is not None and len(text) > limit:
            faults.add(field, f"has {len(text)} characters, at most {limit} fit")
        return text

    return read


def _flag(faults: _Faults, field: str, value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    faults.add(field, f"expected true or false, got {value!r}")
    return None


def _date(faults: _Faults, field: str, value: Any) -> str | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    faults.add(field, f"expected a date like 2026-11-25, without quotes, got {value!r}")
    return None


def _matching(pattern: re.Pattern[str], example: str) -> _Reader:
    def read(faults: _Faults, field: str, value: Any) -> str | None:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        faults.add(field, f"expected a text like {example!r}, got {value!r}")
        return None

    return read


def _one_of(values: Iterable[str]) -> _Reader:
    allowed = [str(value) for value in values]

    def read(faults: _Faults, field: str, value: Any) -> str | None:
        if value in allowed:
            return str(value)
        faults.add(field, f"expected one of {', '.join(allowed)}, got {value!r}")
        return None

    return read


def _https(faults: _Faults, field: str, value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"https://[^\s/]+\.[^\s/]+(?:/\S*)?", value):
        return value
    faults.add(field, f"expected a link that starts with https://, got {value!r}")
    return None


def _source(faults: _Faults, field: str, value: Any) -> str | None:
    if value in _COMMON_SOURCES or (isinstance(value, str) and re.match(r"RFC [0-9]+", value)):
        return str(value)
    if isinstance(value, str) and value.startswith("https://"):
        return _https(faults, field, value)
    faults.add(
        field,
        f"expected an https link, 'RFC 5321', 'observed' or 'common knowledge', got {value!r}",
    )
    return None


def _reply(faults: _Faults, field: str, value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599:  # noqa: PLR2004
        return value
    faults.add(field, f"expected an SMTP reply code, a number from 200 to 599, got {value!r}")
    return None


def _pattern(faults: _Faults, field: str, value: Any) -> str | None:
    try:
        return str(StatusPattern.parse(value))
    except (TypeError, ValueError) as error:
        faults.add(field, str(error))
        return None


def _phrase(faults: _Faults, field: str, value: Any) -> str | None:
    try:
        return Phrase.compile(value).source
    except (TypeError, ValueError) as error:
        faults.add(field, f"{value!r}: {error}")
        return None


def _line(faults: _Faults, field: str, value: Any) -> str | None:
    from ndrcodes._layout import line_pattern  # noqa: PLC0415 - few files describe layouts

    try:
        line_pattern(value)
    except (TypeError, ValueError) as error:
        faults.add(field, f"{value!r}: {error}")
        return None
    return str(value)


def _template(faults: _Faults, field: str, value: Any) -> str | None:
    text = _text(faults, field, value)
    for name, bar, fallback in (part.partition("|") for part in TEMPLATE.findall(text or "")):
        if name not in TEMPLATE_NAMES or not bar or not fallback.strip():
            faults.add(
                field,
                f"{{{name}{bar}{fallback}}}: write {{name|words to use without it}}"
                f" with one of {', '.join(TEMPLATE_NAMES)}",
            )
    return text


def _fix(faults: _Faults, field: str, value: Any) -> Table | None:
    if not isinstance(value, Mapping):
        faults.add(field, f'expected {{ who = "sender", do = "..." }}, got {value!r}')
        return None
    readers: dict[str, _Reader] = {"who": _one_of(Party), "do": _template}
    prefixed = {key: _under(field, reader) for key, reader in readers.items()}
    return _fields(faults, value, prefixed, ("who", "do"))


def _under(field: str, reader: _Reader) -> _Reader:
    return lambda faults, key, value: reader(faults, f"{field}.{key}", value)


# --- several values


def _list(reader: _Reader) -> _Reader:
    def read(faults: _Faults, field: str, value: Any) -> list[Any] | None:
        if not isinstance(value, list):
            faults.add(field, f"expected a list, got {value!r}")
            return None
        read_one = (reader(faults, f"{field}[{at}]", one) for at, one in enumerate(value))
        return [one for one in read_one if one is not None]

    return read


def _one_or_more(reader: _Reader) -> _Reader:
    several = _list(reader)
    return lambda faults, field, value: several(
        faults, field, value if isinstance(value, list) else [value]
    )


def _mapping(key_pattern: re.Pattern[str], example: str, reader: _Reader) -> _Reader:
    check_key = _matching(key_pattern, example)

    def read(faults: _Faults, field: str, value: Any) -> Table | None:
        if not isinstance(value, Mapping):
            faults.add(field, f"expected a table, got {value!r}")
            return None
        result: Table = {}
        for key, one in value.items():
            checked = check_key(faults, field, key)
            plain = reader(faults, f"{field}.{key}", one)
            if checked is not None and plain is not None:
                result[key] = plain
        return result

    return read


def _class(faults: _Faults, field: str, value: Any) -> Table | None:
    if not isinstance(value, Mapping):
        faults.add(field, f'expected {{ name = "...", categories = [...] }}, got {value!r}')
        return None
    return _fields(
        faults,
        value,
        {"name": _text, "categories": _list(_one_of(Category))},
        ("name", "categories"),
    )


_texts: _Reader = _list(_text)
_hosts = _list(_matching(_HOST_NAME, "mx.example.com"))
_prose: dict[str, _Reader] = {
    "title": _short(_TITLE_LENGTH),
    "summary": _short(_SUMMARY_LENGTH),
    "causes": _texts,
    "fixes": _list(_fix),
}
_record: dict[str, _Reader] = {
    "id": _matching(_RECORD_ID, "provider/slug"),
    **_prose,
    "category": _one_of(Category),
    "permanence": _one_of(Permanence),
    "status": _one_or_more(_pattern),
    "replies": _list(_reply),
    "vendor_code": _text,
    "wrapper": _flag,
    "symptom": _flag,
    "phrases": _list(_phrase),
    "localized": _mapping(_LANGUAGE, "de", _list(_phrase)),
    "samples": _texts,
    "links": _list(_https),
    "sources": _list(_source),
    "reviewed": _date,
    "replaces": _one_or_more(_matching(_RECORD_ID, "provider/slug")),
}
_lines = _list(_line)
#: The fields of RFC 3464 and RFC 5965 that keys of a notification in JSON can stand for.
_REPORT_FIELDS = (
    "final-recipient",
    "action",
    "status",
    "diagnostic-code",
    "remote-mta",
    "reporting-mta",
    "feedback-type",
)
_format: dict[str, _Reader] = {
    "id": _matching(_NAME, "qmail"),
    "kind": _one_of(("bounce", "delay", "delivered", "auto-reply", "complaint")),
    "sender": _list(_phrase),
    "subject": _list(_phrase),
    "header": _list(_phrase),
    "mark": _list(_phrase),
    "recipient": _lines,
    "fallback": _lines,
    "original": _lines,
    "until": _lines,
    "json": _mapping(re.compile(r"[A-Za-z_]+"), "emailAddress", _one_of(_REPORT_FIELDS)),
}

#: For each section of a file: the field of `Data` it fills, its keys, and the required ones.
_SECTIONS: dict[str, tuple[str, dict[str, _Reader], tuple[str, ...]]] = {
    "provider": (
        "providers",
        {
            "id": _matching(_NAME, "example-mail"),
            "name": _text,
            "kind": _one_of(ProviderKind),
            "hosts": _hosts,
            "domains": _hosts,
            "marks": _list(_phrase),
            "postmaster": _https,
        },
        ("id", "name", "kind"),
    ),
    "record": (
        "records",
        _record,
        ("id", "title", "summary", "category", "permanence", "causes", "fixes", "sources"),
    ),
    "blocklist": (
        "blocklists",
        {
            "id": _matching(_NAME, "example-list"),
            "name": _text,
            "zones": _hosts,
            "hosts": _hosts,
            "lists": _one_of(("ip", "domain", "both")),
            "removal": _https,
            "active": _flag,
            "what": _text,
            "sources": _list(_source),
        },
        ("id", "name", "lists", "active", "what", "sources"),
    ),
    "category": (
        "categories",
        {
            "id": _one_of(Category),
            "title": _text,
            "summary": _text,
            "action_permanent": _one_of(Action),
            "action_transient": _one_of(Action),
        },
        ("id", "title", "summary", "action_permanent", "action_transient"),
    ),
    "taxonomy": (
        "taxonomies",
        {
            "id": _matching(_NAME, "example-esp"),
            "name": _text,
            "notes": _text,
            "sources": _list(_source),
            "classes": _mapping(re.compile(r".+"), "10", _class),
            "categories": _mapping(_NAME, "mailbox-full", _text),
        },
        ("id", "name", "classes", "categories"),
    ),
    "format": ("formats", _format, ("id",)),
    "override": (
        "overrides",
        {key: reader for key, reader in _record.items() if key != "replaces"},
        ("id",),
    ),
    # A file with `language` translates: these three hold its words.
    "text": ("translations", {"id": _matching(_RECORD_ID, "provider/slug"), **_prose}, ("id",)),
    "category_text": (
        "translations",
        {"id": _one_of(Category), "title": _text, "summary": _text},
        ("id",),
    ),
    "labels": ("translations", {}, ()),
}


def _check_record(faults: _Faults, record: Table) -> None:
    """Check what more than one field tells."""
    if not any(
        key in record for key in ("phrases", "localized", "status", "replies", "vendor_code")
    ):
        faults.add(
            "phrases", "nothing can find this record; give it phrases, a status or a vendor code"
        )


def _read_translation(faults: _Faults, tables: Mapping[str, Any]) -> dict[str, dict[str, Table]]:
    present = [key for key in ("text", "category_text", "labels") if key in tables]
    if "language" not in tables:
        if present:
            faults.add("language", f'missing: {present[0]} needs it; write language = "de"')
        return {}
    language = _matching(_LANGUAGE, "de")(faults, "language", tables["language"])
    texts: dict[str, Table] = {}
    categories: dict[str, Table] = {}
    for section, into in (("text", texts), ("category_text", categories)):
        for table in _listed(faults, section, tables.get(section, [])):
            _read_into(into, faults, section, table)
    faults.record = ""
    labels = _mapping(re.compile(r"[a-z_-]+"), "causes", _text)(
        faults, "labels", tables.get("labels", {})
    )
    return (
        {language: {"texts": texts, "categories": categories, "labels": labels or {}}}
        if language
        else {}
    )


# --- from and to the public records


def record_from(identity: str, table: Table) -> NdrCode:
    """Make the public record of checked data."""
    localized = (phrase for phrases in table.get("localized", {}).values() for phrase in phrases)
    reviewed = table.get("reviewed")
    return NdrCode(
        id=identity,
        provider=identity.partition("/")[0],
        title=table["title"],
        summary=table["summary"],
        category=Category(table["category"]),
        permanence=Permanence(table["permanence"]),
        status=tuple(map(StatusPattern.parse, table.get("status", ()))),
        replies=tuple(table.get("replies", ())),
        vendor_code=table.get("vendor_code"),
        wrapper=table.get("wrapper", False),
        symptom=table.get("symptom", False),
        phrases=(*table.get("phrases", ()), *localized),
        samples=tuple(table.get("samples", ())),
        causes=tuple(table.get("causes", ())),
        fixes=tuple(Fix(Party(fix["who"]), fix["do"]) for fix in table.get("fixes", ())),
        links=tuple(table.get("links", ())),
        sources=tuple(table.get("sources", ())),
        reviewed=datetime.date.fromisoformat(reviewed) if reviewed else None,
    )


def provider_from(identity: str, table: Table) -> Provider:
    """Make the public provider of checked data."""
    return Provider(
        id=identity,
        name=table["name"],
        kind=ProviderKind(table["kind"]),
        hosts=tuple(table.get("hosts", ())),
        domains=tuple(table.get("domains", ())),
        marks=tuple(table.get("marks", ())),
        postmaster=table.get("postmaster"),
    )


def blocklist_from(identity: str, table: Table) -> Blocklist:
    """Make the public blocklist of checked data."""
    lists = {key: tuple(table.get(key, ())) for key in ("zones", "hosts", "sources")}
    return Blocklist(
        id=identity,
        name=table["name"],
        lists=table["lists"],
        removal=table.get("removal"),
        active=table.get("active", False),
        what=table["what"],
        **lists,
    )


def taxonomy_from(identity: str, table: Table) -> Taxonomy:
    """Make the public taxonomy of checked data."""
    return Taxonomy(
        id=identity,
        name=table["name"],
        classes=tuple(
            (theirs, one["name"], tuple(map(Category, one["categories"])))
            for theirs, one in table["classes"].items()
        ),
        categories=tuple((Category(ours), theirs) for ours, theirs in table["categories"].items()),
        sources=tuple(table.get("sources", ())),
    )


def data_from(
    records: Iterable[NdrCode], providers: Iterable[Provider], blocklists: Iterable[Blocklist]
) -> Data:
    """Check records made in Python as if a file held them.

    Raises:
        CatalogError: something in them is wrong.
    """
    records = tuple(records)
    shown = "records made in Python"
    tables = {
        "schema": SCHEMA,
        "record": [
            _table(record, status=[str(pattern) for pattern in record.status]) for record in records
        ],
        "provider": [_table(provider) for provider in providers],
        "blocklist": [_table(blocklist) for blocklist in blocklists],
    }
    for record in tables["record"]:  # type: ignore[attr-defined]
        del record["provider"]
        record["fixes"] = [{"who": fix.who, "do": fix.do} for fix in record.get("fixes", ())]
        record.setdefault("causes", [])
        record.setdefault("sources", [])
    data, faults = read_tables(tables, shown)
    # A file has no such key: there, the id alone tells the provider.
    faults += tuple(
        Fault(
            shown,
            str(record.id),
            "provider",
            f"is {record.provider!r}, but the id belongs to {owner!r}; make them the same",
        )
        for record in records
        if (owner := str(record.id).partition("/")[0]) != record.provider
    )
    if faults:
        raise CatalogError(faults)
    return data


def _table(value: attrs.AttrsInstance, **replaced: Any) -> Table:
    table = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    table.update(replaced)
    return {
        key: list(one) if isinstance(one, tuple) else one
        for key, one in table.items()
        if one not in (None, (), "", [])
    }
