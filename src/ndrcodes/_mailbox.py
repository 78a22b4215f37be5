"""Find the messages in files: a single message, an mbox file, a Maildir folder."""

from __future__ import annotations

import io
import itertools
import pathlib
from collections.abc import Iterator
from typing import BinaryIO, Final

_SEPARATOR: Final = b"From "
#: Bytes that are kept of one message, about; `read_message` reads no more than half of them.
_LONGEST: Final = 4_194_304


def messages(path: pathlib.Path) -> Iterator[tuple[str, bytes | OSError]]:
    """Yield (name, message) for every message of a file or folder, without reading all at once.

    What cannot be read is yielded as the error.
    """
    if path.is_dir():
        yield from _folder(path)
        return
    try:
        with path.open("rb") as file:
            yield from messages_in(file, str(path))
    except OSError as error:
        yield str(path), error


def messages_in(file: BinaryIO, name: str, head: bytes = b"") -> Iterator[tuple[str, bytes]]:
    """Yield (name, message) for every message of a stream, of which `head` was read already."""
    head += file.readline(_LONGEST)
    if not head.startswith(_SEPARATOR):
        yield name, head + file.read(_LONGEST)
        return
    lines = itertools.chain(io.BytesIO(head), file)
    for number, message in enumerate(_mbox(lines), 1):
        yield f"{name}:{number}", message


def _folder(path: pathlib.Path) -> Iterator[tuple[str, bytes | OSError]]:
    """Read a Maildir folder (its `new` and `cur`) or a plain folder of message files."""
    maildir = [path / name for name in ("new", "cur") if (path / name).is_dir()]
    for folder in maildir or [path]:
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.name.startswith("."):
                yield from messages(file)


def _mbox(file: Iterator[bytes]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size = 0
    blank = True
    for line in file:
        if blank and line.startswith(_SEPARATOR) and lines:
            yield b"".join(lines)
            lines, size = [], 0
        blank = not line.strip(b"\r\n")
        if size < _LONGEST:
            lines.append(line)
            size += len(line)
    yield b"".join(lines)
