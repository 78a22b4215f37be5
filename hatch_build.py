"""Compile the catalog's TOML files into the JSON that a built distribution ships.

The JSON is made at build time only and never kept in the source tree, so it cannot go stale.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogBuildHook(BuildHookInterface[Any]):
    """Adds `ndrcodes/catalog/builtin.json` to the wheel."""

    PLUGIN_NAME = "custom"
    #: Holds the JSON until the wheel is made.
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalog, unless the wheel only points back to the source tree."""
        if version == "editable":
            return
        source = pathlib.Path(self.root, "src")
        sys.path.insert(0, str(source))
        try:
            from ndrcodes._load import compile_folder  # noqa: PLC0415 - found by the path above

            content = compile_folder(source / "ndrcodes" / "catalog")
        finally:
            sys.path.remove(str(source))
        self._folder = tempfile.TemporaryDirectory()
        target = pathlib.Path(self._folder.name, "builtin.json")
        target.write_bytes(content)
        build_data["force_include"][str(target)] = "ndrcodes/catalog/builtin.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the JSON, which the wheel holds now."""
        if self._folder is not None:
            self._folder.cleanup()
