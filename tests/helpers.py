"""Make catalogs of TOML texts."""

import pathlib
import tempfile

from ndrcodes import Catalog


def toml_catalog(toml: str) -> Catalog:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "test.toml")
        path.write_text(toml, "utf-8")
        return Catalog.load(path)
