"""Check a catalog: the same rules for the built-in one and for anybody's own.

In pytest, one call checks everything:

    from ndrcodes.testing import assert_catalog

    def test_catalog() -> None:
        assert_catalog("src/acme/catalog.toml")
"""

from __future__ import annotations

import os
import pathlib
import textwrap
from collections.abc import Iterator

from ndrcodes._catalog import Catalog
from ndrcodes._index import Index
from ndrcodes._load import Resource, collect, layer, read_parts
from ndrcodes._match import Matcher
from ndrcodes._phrase import Phrase
from ndrcodes._schema import Data
from ndrcodes.errors import CatalogError, Fault
from ndrcodes.records import NdrCode, ProviderKind

__all__ = ["assert_catalog", "check_catalog", "frames"]

_WRAP = 60


def assert_catalog(
    *sources: str | os.PathLike[str] | Resource, base: Catalog | None = None
) -> None:
    """Check catalog files, for use in a test.

    Args:
        sources: TOML files or folders of them, as paths or package resources.
        base: the catalog that yours extends; by default the built-in one.

    Raises:
        CatalogError: something is wrong; lists every fault.
    """
    faults = check_catalog(*sources, base=base)
    if faults:
        raise CatalogError(faults)


def check_catalog(
    *sources: str | os.PathLike[str] | Resource, base: Catalog | None = None
) -> tuple[Fault, ...]:
    """Check catalog files and return every fault; none if all is well.

    Checked are the form of the data; that ids are unique; that overridden, muted and replaced
    records exist; that every sample is explained by its own record, also in upper case, wrapped,
    and inside the frames of mail servers and logs; that no other record answers a record's phrase;
    and that no phrase stands twice in a file.

    Args:
        sources: TOML files or folders of them, as paths or package resources.
        base: the catalog that yours extends; by default the built-in one.

    Raises:
        OSError: they cannot be read.
    """
    faults: list[Fault] = []
    parts: list[tuple[str, Data]] = []
    merged = (Catalog.builtin() if base is None else base).data
    for source in sources:
        resource: Resource
        if isinstance(source, (str, os.PathLike)):
            resource, shown = pathlib.Path(source), str(source)
        else:
            resource, shown = source, source.name
        files, found = read_parts(resource, shown)
        faults += found
        if not files:
            message = "holds no .toml file; name a file, or a folder that holds some"
            faults.append(Fault(shown, "", "", message))
        whole = collect(data for _, data in files)
        known = {*merged.records, *whole.records}
        for file, data in files:
            faults += _check_targets(file, data, known)
        merged = layer(merged, whole)
        parts += files
    catalog = Catalog(merged, Index.build(merged))
    for file, data in parts:
        faults += _check_phrases(file, data)
        for identity in data.records:
            if identity in catalog:
                faults += _check_record(file, catalog, catalog[identity])
    return tuple(faults)


def frames(sample: str) -> Iterator[tuple[str, str]]:
    """Yield the sample as it reaches people: (name of the frame, text)."""
    wrapped = "\r\n ".join(textwrap.wrap(sample, _WRAP, break_long_words=False)) or sample
    flat = " ".join(sample.split())
    quoted = f"host mx.example.net[198.51.100.9] said: {flat} (in reply to RCPT TO command)"
    exchange = (
        "Diagnostic information for administrators:\n\nGenerating server: mail.example.org\n\n"
        f"user@example.com\nmx.example.net\nRemote Server returned '{flat}'"
    )
    postfix = (
        "Nov 25 08:15:01 mail postfix/smtp[4711]: 4ABCDEF012: to=<user@example.com>, "
        "relay=mx.example.net[198.51.100.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, "
        f"status=bounced ({quoted})"
    )
    yield "as it is", sample
    yield "in upper case", sample.upper()
    yield f"wrapped at {_WRAP} columns", wrapped
    yield "in a Diagnostic-Code field", f"smtp; {wrapped}"
    yield "quoted by a mail server", quoted
    yield "in an Exchange report", exchange
    yield "in a Postfix log", postfix


def _check_targets(file: str, data: Data, known: set[str]) -> Iterator[Fault]:
    targets = [(identity, identity, "id") for identity in data.overrides]
    targets += [(identity, "", f"mute[{at}]") for at, identity in enumerate(data.muted)]
    for owner, record in data.records.items():
        targets += [(identity, owner, "replaces") for identity in record.get("replaces", ())]
    for identity, owner, field in targets:
        if identity not in known:
            message = f"{identity!r} is no record of this source or of the catalog it extends"
            yield Fault(file, owner, field, f"{message}; correct the id or leave it out")


def _check_phrases(file: str, data: Data) -> Iterator[Fault]:
    seen: dict[tuple[object, ...], str] = {}
    for identity, record in data.records.items():
        localized = [
            phrase for phrases in record.get("localized", {}).values() for phrase in phrases
        ]
        for source in (*record.get("phrases", ()), *localized):
            phrase = Phrase.compile(source)
            key: tuple[object, ...] = (phrase.chunks, phrase.gaps)
            # Two records may share words if their codes tell them apart.
            key += (tuple(record.get("status", ())),)
            other = seen.setdefault(key, identity)
            if other != identity:
                message = f"{source!r} is a phrase of {other} too; it can belong to one record"
                yield Fault(file, identity, "phrases", message)


def _check_record(file: str, catalog: Catalog, record: NdrCode) -> Iterator[Fault]:
    matcher = Matcher(catalog)
    provider = catalog.provider(record.provider)
    host = next(iter(provider.hosts), None) if provider else None
    for at, sample in enumerate(record.samples):
        for frame, text in frames(sample):
            code = matcher.explain(text, remote_host=host).code
            if code is None or code.id != record.id:
                got = "nothing" if code is None else code.id
                yield Fault(
                    file,
                    record.id,
                    f"samples[{at}]",
                    f"{frame}, it is explained by {got}; give this record a longer phrase"
                    f" that stands in it: {sample!r}",
                )
                break
    generic = provider is not None and provider.kind is ProviderKind.GENERIC
    for at, source in enumerate(record.phrases):
        code = matcher.explain(spoken(source, record), remote_host=host).code
        if code is not None and (
            code.id == record.id
            # A server's own record may answer a common text, if it says the same.
            or (generic and code.category is record.category)
        ):
            continue
        got = "nothing" if code is None else code.id
        message = f"{source!r} is answered by {got}; make it longer or leave it out"
        yield Fault(file, record.id, f"phrases[{at}]", message)


def spoken(phrase: str, record: NdrCode) -> str:
    """Return the shortest text that a phrase recognises, with the record's codes before it."""
    words = " ".join(chunk.strip() for chunk in Phrase.compile(phrase).chunks)
    exact = [
        f"{pattern.klass or 5}.{pattern.subject}.{pattern.details[0] if pattern.details else 0}"
        for pattern in record.status
        if pattern.subject is not None
    ]
    codes = [str(reply) for reply in record.replies[:1]] + exact[:1]
    return " ".join([*codes, words])
