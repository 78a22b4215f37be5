"""Write the reference pages of the catalog before Sphinx reads the documents.

`docs/reference/catalog/` gets an index, a page for every provider with a section for every record,
a page of the DNS blocklists and one of the other systems' bounce classes. The anchor of a section
is the one that `Explanation.docs_url` points at.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx

from ndrcodes import Blocklist, Catalog, NdrCode, Provider, ProviderKind, Taxonomy
from ndrcodes._render import anchor
from ndrcodes._schema import TEMPLATE

_FOLDER: Final = "reference/catalog"
_MARKUP: Final = re.compile(r"([!-/:-@\[-`{-~])")
_KINDS: Final = {
    ProviderKind.SERVICE: "Services: mailbox providers, gateways and sending services",
    ProviderKind.SOFTWARE: "Software: programs that anyone can run",
    ProviderKind.BLOCKLIST: "Blocklists",
    ProviderKind.GENERIC: "Generic: texts that belong to no one server",
    ProviderKind.REGISTRY: "Registries: the meaning of codes in public standards",
}
_LISTS: Final = {
    "ip": "IP addresses",
    "domain": "domains",
    "both": "IP addresses and domains",
}
_WHO: Final = {
    "sender": "The sender",
    "sender-admin": "The sender's administrator",
    "recipient": "The recipient",
    "recipient-admin": "The recipient's administrator",
    "provider-support": "The provider's support",
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("builder-inited", write_pages)
    # Before Sphinx collects the table of contents from the sections.
    app.connect("doctree-read", keep_anchors, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(app: Sphinx) -> None:
    """Write every page that is not up to date, and remove those of providers that are gone."""
    catalog = Catalog.builtin()
    folder = pathlib.Path(app.srcdir, _FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    pages = dict(_pages(catalog))
    for name, page in pages.items():
        file = folder / name
        if not file.is_file() or file.read_text("utf-8") != page:
            file.write_text(page, "utf-8")
    for file in folder.glob("*.md"):
        if file.name not in pages:
            file.unlink()


def keep_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give sections their anchors whole: docutils drops digits at the start of an id."""
    if not app.env.current_document.docname.startswith(f"{_FOLDER}/"):
        return
    for section in doctree.findall(nodes.section):
        for name in section["names"]:
            if name[:1].isdigit() and name not in section["ids"] and " " not in name:
                section["ids"].insert(0, name)


# --- text that holds no markup


def _text(text: str) -> str:
    r"""Escape every sign that could be markup: CommonMark takes `\` before any of them."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    text = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _cell(code: str) -> str:
    """Keep a bar inside a table's cell from ending it."""
    return code.replace("|", "\\|")


def _block(text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _link(url: str) -> str:
    if not url.startswith("https://") or re.search(r"[\s<>]", url):
        return _text(url)
    return f"<{url}>"


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _instruction(step: str) -> str:
    """Show what a step says where the text tells nothing to fill in."""
    return TEMPLATE.sub(lambda found: found[1].partition("|")[2], step)


# --- the pages


def _pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    records: dict[str, list[NdrCode]] = {identity: [] for identity in catalog.providers}
    for record in catalog:
        records[record.provider].append(record)
    taken = {"index", "blocklists", "taxonomies"} & records.keys()
    if taken:
        msg = f"a provider's page would replace another page: {', '.join(sorted(taken))}"
        raise ValueError(msg)
    yield "index.md", _index(catalog, records)
    yield "blocklists.md", _blocklists(catalog.blocklists.values())
    yield "taxonomies.md", _taxonomies(catalog.taxonomies.values())
    for identity, provider in catalog.providers.items():
        yield f"{identity}.md", _provider(provider, records[identity])


def _index(catalog: Catalog, records: dict[str, list[NdrCode]]) -> str:
    tables = catalog.data.records.values()
    localized = [table.get("localized", {}) for table in tables]
    languages = {language for one in localized for language in one}
    phrases = sum(len(table.get("phrases", ())) for table in tables)
    other = sum(len(one) for by_language in localized for one in by_language.values())
    counts = [
        ("Records", len(catalog)),
        ("Providers", len(catalog.providers)),
        ("Phrases in English", phrases),
        ("Phrases in other languages", other),
        ("Languages of phrases, with English", len(languages | {"en"})),
        ("Languages of answers, with English", len({*catalog.languages, "en"})),
        ("Verbatim samples", sum(len(table.get("samples", ())) for table in tables)),
        ("DNS blocklists", len(catalog.blocklists)),
        ("Other systems' bounce classes", len(catalog.taxonomies)),
    ]
    blocks = [
        "# The catalog",
        (
            "Every provider and every record of the catalog that comes with this version. The pages"
            " and the figures are made from the catalog when this site is built."
        ),
        "| | |\n|---|---:|\n" + "\n".join(f"| {name} | {count:,} |" for name, count in counts),
        (
            "[DNS blocklists](blocklists.md) and [bounce classes of other systems](taxonomies.md)"
            " have a page each."
        ),
    ]
    every = ["blocklists", "taxonomies"]
    for kind, title in _KINDS.items():
        mine = sorted(
            (one for one in catalog.providers.values() if one.kind is kind),
            key=lambda provider: provider.name.casefold(),
        )
        if not mine:
            continue
        every += [provider.id for provider in mine]
        rows = [f"| [{_text(one.name)}]({one.id}.md) | {len(records[one.id]):,} |" for one in mine]
        blocks.append(f"## {title}")
        blocks.append("\n".join(["| Provider | Records |", "|---|---:|", *rows]))
    blocks.append("\n".join(["```{toctree}", ":hidden:", "", *every, "```"]))
    return "\n\n".join(blocks) + "\n"


def _provider(provider: Provider, records: list[NdrCode]) -> str:
    blocks = [f"# {_text(provider.name)}"]
    facts = [f"Provider: {_code(provider.id)}, {provider.kind}"]
    for title, values in (
        ("Host names of its servers", provider.hosts),
        ("Mailbox domains", provider.domains),
        ("Words that stand only in its replies", provider.marks),
    ):
        if values:
            facts.append(f"{title}: {', '.join(map(_code, values))}")
    if provider.postmaster:
        facts.append(f"Page for senders: {_link(provider.postmaster)}")
    blocks.append(_listed(facts))
    blocks += [_record(record) for record in records]
    if not records:
        blocks.append("No record is this provider's own; its name helps to explain texts.")
    return "\n\n".join(blocks) + "\n"


def _record(record: NdrCode) -> str:
    blocks = [
        f"({anchor(record.id)})=\n## {_text(record.title)}",
        _text(record.summary),
        _listed(_facts(record)),
    ]
    steps = (
        f"{number}. **{_WHO[fix.who]}:** {_text(_instruction(fix.do))}"
        for number, fix in enumerate(record.fixes, 1)
    )
    for title, content in (
        ("Why", _listed(map(_text, record.causes))),
        ("How to fix it", "\n".join(steps)),
        ("Found by the words", _listed(map(_code, record.phrases))),
        ("As servers send it", "\n\n".join(map(_block, record.samples))),
        ("Read more", _listed(map(_link, record.links))),
    ):
        if content:
            blocks += [f"**{title}**", content]
    checked = f", checked on {record.reviewed.isoformat()}" if record.reviewed else ""
    blocks.append(f"Source: {', '.join(map(_link, record.sources))}{checked}")
    return "\n\n".join(blocks)


def _facts(record: NdrCode) -> Iterator[str]:
    yield f"Id: {_code(record.id)}"
    yield f"Category: [{record.category}](../../explanation/categories.md#{record.category})"
    yield f"Permanence: {record.permanence}"
    if record.status:
        yield f"Status codes: {', '.join(_code(str(one)) for one in record.status)}"
    if record.replies:
        yield f"Reply codes: {', '.join(map(str, record.replies))}"
    if record.vendor_code:
        yield f"The provider's own code: {_code(record.vendor_code)}"
    if record.wrapper:
        yield "It only wraps another server's error, which wins."
    if record.symptom:
        yield "It names a symptom; a record that names a cause wins."


def _blocklists(blocklists: Iterable[Blocklist]) -> str:
    blocks = [
        "# DNS blocklists",
        (
            "The DNS blocklists that replies name. A mail server asks such a list whether an IP"
            " address or a domain is on it, and refuses the mail if it is."
        ),
    ]
    for one in sorted(blocklists, key=lambda blocklist: blocklist.name.casefold()):
        facts = [f"Id: {_code(one.id)}", f"Lists: {_LISTS[one.lists]}"]
        if one.zones:
            facts.append(f"Zones: {', '.join(map(_code, one.zones))}")
        if one.hosts:
            facts.append(f"Pages: {', '.join(map(_code, one.hosts))}")
        if one.removal:
            facts.append(f"Removal: {_link(one.removal)}")
        if not one.active:
            facts.append("It has stopped answering; only the recipient can stop asking it.")
        facts.append(f"Source: {', '.join(map(_link, one.sources))}")
        blocks += [f"## {_text(one.name)}", _text(one.what), _listed(facts)]
    return "\n\n".join(blocks) + "\n"


def _taxonomies(taxonomies: Iterable[Taxonomy]) -> str:
    blocks = [
        "# Bounce classes of other systems",
        (
            "How the bounce classes of other systems correspond to the categories; in a program,"
            " `Catalog.taxonomies`. Where several categories stand, the first fits best."
        ),
    ]
    for one in taxonomies:
        named = any(_bare(theirs) != _bare(name) for theirs, name, _ in one.classes)
        rows = [("Their class", *(("Its name",) if named else ()), "Categories")]
        rows.append(("---",) * len(rows[0]))
        for theirs, name, ours in one.classes:
            categories = ", ".join(ours) or "none"
            between = (_text(name),) if named else ()
            rows.append((_cell(_code(theirs)), *between, categories))
        blocks += [
            f"## {_text(one.name)}",
            f"Id: {_code(one.id)}. Source: {', '.join(map(_link, one.sources)) or 'none'}",
            "\n".join(f"| {' | '.join(row)} |" for row in rows),
        ]
    return "\n\n".join(blocks) + "\n"


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
