"""How the documentation is built: `nox -s docs`."""

from __future__ import annotations

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "_ext"))

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
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

# Texts of servers are shown as they are sent: straight quotes stay straight.
smartquotes = False
nitpicky = False

html_theme = "furo"
html_title = f"ndrcodes {version}"
html_static_path = ["_static"]
html_css_files = ["wrap.css"]
html_copy_source = False
html_show_sourcelink = False
