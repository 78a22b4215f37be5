"""Find the messages in files: a single message, an mbox file, a Maildir folder."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Final

_SEPARATOR: Final = b"From "
#: Of one message in a file; `read_message` reads no more.
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
            if not file.peek(len(_SEPARATOR)).startswith(_SEPARATOR):
                yield str(path), file.read(_LONGEST)
                return
            for number, message in enumerate(_mbox(file), 1):
                yield f"{path}:{number}", message
    except OSError as error:
        yield str(path), error


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
