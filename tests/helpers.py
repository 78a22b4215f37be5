"""What several tests need."""

import pathlib
import tempfile

from ndrcodes import BounceMessage, Catalog


def toml_catalog(toml: str) -> Catalog:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "test.toml")
        path.write_text(toml, "utf-8")
        return Catalog.load(path)


def told_of(message: BounceMessage) -> list[list[object]]:
    """Return address, status, reply and category of every recipient."""
    return [
        [
            one.address,
            None if one.status is None else str(one.status),
            one.reply,
            str(one.explanation.category),
        ]
        for one in message.recipients
    ]
