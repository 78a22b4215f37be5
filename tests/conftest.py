"""What all tests share."""

import os
import pathlib
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

import ndrcodes

settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

#: A record that is complete; tests change what they are about.
RECORD = """
[[record]]
id = "acme/full"
title = "Shelf is full"
summary = "The recipient's shelf has no room left."
category = "mailbox-full"
permanence = "transient"
phrases = ["the shelf is full"]
samples = ["552 5.2.2 The shelf is full"]
causes = ["Nobody emptied the shelf."]
fixes = [{ who = "recipient", do = "Empty the shelf." }]
sources = ["common knowledge"]
"""
HEAD = """
schema = 1
[provider]
id = "acme"
name = "Acme Mail"
kind = "service"
hosts = ["mx.acme.example"]
"""


@pytest.fixture(scope="session")
def builtin() -> ndrcodes.Catalog:
    return ndrcodes.Catalog.builtin()


@pytest.fixture
def write(tmp_path: pathlib.Path) -> Callable[..., pathlib.Path]:
    """Write a catalog file of the given TOML and return its path."""

    def write_file(toml: str, name: str = "acme.toml") -> pathlib.Path:
        path = tmp_path / name
        path.write_text(textwrap.dedent(toml), "utf-8")
        return path

    return write_file


@pytest.fixture
def acme(write: Callable[..., pathlib.Path]) -> ndrcodes.Catalog:
    return ndrcodes.Catalog.load(write(HEAD + RECORD))
