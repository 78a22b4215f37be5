"""Messages of many programs, and what must be read from them.

A line of `formats.jsonl` tells of each file in `formats` its kind and, of each recipient, address,
status, reply and category.
"""

import email
import json
import pathlib
from typing import Any

import pytest

from ndrcodes import read_message

from ..helpers import told_of

HERE = pathlib.Path(__file__).parent
ROWS = [
    json.loads(line) for line in (HERE / "formats.jsonl").read_text("utf-8").splitlines() if line
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_format(row: dict[str, Any]) -> None:
    raw = (HERE / "formats" / f"{row['file']}.eml").read_bytes()
    for message in (read_message(raw), read_message(email.message_from_bytes(raw))):
        assert message.kind == row["kind"]
        assert told_of(message) == row["recipients"]


def test_every_file_is_held_against_what_it_says() -> None:
    files = {path.stem for path in (HERE / "formats").glob("*.eml")}
    assert files == {row["file"] for row in ROWS}
