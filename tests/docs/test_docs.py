"""Run every example of the documentation: Python blocks, sessions, commands, docstrings."""

import contextlib
import doctest
import importlib
import io
import pathlib
import pkgutil
import re
import shlex
from collections.abc import Iterator

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

import ndrcodes
from ndrcodes.__main__ import main
from ndrcodes._render import anchor
from ndrcodes._traits import outcome

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = DOCS / "reference" / "catalog"
PAGES = sorted(
    page
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]
    if "_build" not in page.parts and GENERATED not in page.parents
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class SessionParser(PythonCodeBlockParser):
    """Runs blocks of `pycon` as doctests."""

    def __init__(self) -> None:
        super().__init__(doctest_optionflags=OPTIONS)
        self.codeblock_parser = CodeBlockParser(language="pycon")


class CommandParser:
    """Runs `$ ndrcodes ...` in blocks of `console` and compares what it prints.

    Commands with a pipe or a redirection, and those of other programs, are shown only.
    """

    def __init__(self) -> None:
        self._blocks = CodeBlockParser(language="console")

    def __call__(self, document: Document) -> Iterator[Region]:
        for region in self._blocks(document):
            yield Region(region.start, region.end, region.parsed, run_commands)


def run_commands(example: Example) -> None:
    block = str(example.parsed)
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE):
        program, *arguments = shlex.split(command)
        if program != "ndrcodes" or {"|", "<", ">"} & set(arguments):
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main(arguments)
        checker = doctest.OutputChecker()
        if expected.strip() and not checker.check_output(expected, out.getvalue(), OPTIONS):
            wanted = doctest.Example(command, expected)
            message = checker.output_difference(wanted, out.getvalue(), OPTIONS)
            pytest.fail(f"$ {command}\n{message}")


class FileParser:
    """Writes blocks whose caption is the name of a TOML file, for the examples after them."""

    def __call__(self, document: Document) -> Iterator[Region]:
        pattern = re.compile(
            r"^```\{code-block\} toml\n:caption: (\S+\.toml)\n\n(.*?)^```", re.MULTILINE | re.DOTALL
        )
        for found in pattern.finditer(document.text):
            yield Region(found.start(), found.end(), found.groups(), write_file)


def write_file(example: Example) -> None:
    name, content = example.parsed
    pathlib.Path(name).write_text(content, "utf-8")


SYBIL = Sybil(parsers=[PythonCodeBlockParser(), SessionParser(), CommandParser(), FileParser()])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page(page: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The examples of a page run one after another and share their names."""
    with contextlib.chdir(tmp_path):
        for example in SYBIL.parse(page).examples():
            example.evaluate()


def modules() -> list[str]:
    found = pkgutil.walk_packages(ndrcodes.__path__, "ndrcodes.")
    return ["ndrcodes", *sorted(one.name for one in found)]


@pytest.mark.parametrize("name", modules())
def test_docstrings(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert not failed


# --- what prose repeats of the catalog or the code


def test_every_category_and_its_action(builtin: ndrcodes.Catalog) -> None:
    page = (DOCS / "explanation" / "categories.md").read_text("utf-8")
    told = dict(re.findall(r"^### ([a-z-]+)$(?:(?!^#)[^\0])*?^Action: (.*)$", page, re.MULTILINE))
    expected = {}
    for category in ndrcodes.Category:
        permanent, transient = (
            outcome(builtin.data, category, ndrcodes.Permanence.UNKNOWN, klass)[1]
            for klass in (5, 4)
        )
        expected[str(category)] = (
            f"`{permanent}`."
            if permanent == transient
            else f"`{permanent}`; `{transient}` while the failure is transient."
        )
    assert told == expected


def test_every_public_name_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "api.md").read_text("utf-8")
    missing = [
        name
        for name in ndrcodes.__all__
        if name != "__version__" and not re.search(rf":: (?:ndrcodes\.)?{name}\b", page)
    ]
    assert not missing


def test_every_key_is_in_the_format() -> None:
    from ndrcodes import _schema

    page = (DOCS / "reference" / "catalog-format.md").read_text("utf-8")
    keys = {key for _, fields, _ in _schema._SECTIONS.values() for key in fields}
    assert not sorted(key for key in keys if f"`{key}`" not in page)
    sections = [section for section in _schema._SECTIONS if f"[{section}]" not in page]
    assert not sections


def test_anchors_are_unique(builtin: ndrcodes.Catalog) -> None:
    anchors = [anchor(record.id) for record in builtin]
    assert len(anchors) == len(set(anchors))


def test_no_page_is_forgotten() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    pages = {
        page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES if DOCS in page.parents
    }
    listed = set(re.findall(r"^[a-z-]+(?:/[a-z-]+)*$", index, re.MULTILINE))
    assert pages - {"index"} == listed - {"reference/catalog/index"}
