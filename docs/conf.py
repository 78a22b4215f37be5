"""How the documentation is built: `nox -s docs`."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).parent / "_ext"))

import attrs
from sphinx.application import Sphinx

import ndrcodes

project = "ndrcodes"
author = "The ndrcodes developers"
copyright = "2026, the ndrcodes developers"
version = release = ndrcodes.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "catalog_pages",
]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

# In docstrings, `name` is code.
default_role = "code"

# Texts of servers are shown as they are sent: straight quotes stay straight.
smartquotes = False
nitpicky = False

html_theme = "furo"
html_title = f"ndrcodes {version}"
html_static_path = ["_static"]
html_css_files = ["wrap.css"]
# The address that the schema names as its own.
html_extra_path = ["../src/ndrcodes/catalog.schema.json"]
html_copy_source = False
html_show_sourcelink = False

_lines: dict[str, list[str]] = {}


def show_fields(_: Sphinx, what: str, __: str, obj: Any, *rest: Any) -> tuple[str, str] | None:
    """Show what a record is made of, without the defaults that attrs keeps elsewhere."""
    if what != "class" or not attrs.has(obj) or rest[1] == "()":
        return None
    fields = attrs.fields(obj)
    shown = [one.alias + ("" if one.default is attrs.NOTHING else "=...") for one in fields]
    keywords = ["*"] if all(one.kw_only for one in fields) else []
    return f"({', '.join(keywords + shown)})", ""


def setup(app: Sphinx) -> None:
    """Keep napoleon away from fields: it takes words before a colon for a type."""

    def save(_: Sphinx, what: str, name: str, *rest: Any) -> None:
        if what in {"attribute", "property"}:
            _lines[name] = list(rest[-1])

    def restore(_: Sphinx, what: str, name: str, *rest: Any) -> None:
        if what in {"attribute", "property"}:
            rest[-1][:] = _lines.pop(name)

    app.connect("autodoc-process-signature", show_fields)
    app.connect("autodoc-process-docstring", save, priority=100)
    app.connect("autodoc-process-docstring", restore, priority=900)
