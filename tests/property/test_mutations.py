"""Damaged messages: whatever happens to the bytes, they are read."""

import email
import pathlib

from hypothesis import given
from hypothesis import strategies as st

from ndrcodes import read_message

SAMPLES = [
    path.read_bytes()
    for path in sorted(
        (pathlib.Path(__file__).parent.parent / "messages" / "samples").glob("*.eml")
    )
]


@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(
            st.sampled_from(["drop", "double", "flip", "insert", "cut"]),
            st.floats(0, 1),
            st.integers(0, 255),
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_damaged_messages_are_read(raw: bytes, changes: list[tuple[str, float, int]]) -> None:
    for what, where, byte in changes:
        at = int(where * len(raw))
        before, rest = raw[:at], raw[at:]
        raw = {
            "drop": before + rest[byte:],
            "double": before + rest[:byte] * 2 + rest[byte:],
            "flip": before + bytes(one ^ byte for one in rest[:1]) + rest[1:],
            "insert": before + bytes([byte]) * (byte % 7) + rest,
            "cut": before if byte < 8 else raw,
        }[what]
    for one in read_message(raw).recipients:
        assert one.address
        assert str(one.explanation)
    for one in read_message(email.message_from_bytes(raw)).recipients:
        assert one.address


@given(st.sampled_from(SAMPLES), st.sampled_from(["latin-1", "utf-16", "cp1251", "cp037"]))
def test_reencoded_messages_are_read(raw: bytes, charset: str) -> None:
    text = raw.decode("utf-8", "replace").encode(charset, "replace")
    assert read_message(text).kind
