"""Replies in other words than the records' samples land in the right category."""

import pathlib

import pytest

from ndrcodes import explain

LINES = pathlib.Path(__file__).with_name("wordings.txt").read_text("utf-8").splitlines()
WORDINGS = [tuple(line.split(" | ", 1)) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("category", "text"), WORDINGS)
def test_wording(category: str, text: str) -> None:
    assert explain(text).category == category
