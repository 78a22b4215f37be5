import copy
import pickle
from typing import Any

import pytest

from ndrcodes import (
    Category,
    Fix,
    InvalidStatusCode,
    NdrCode,
    Party,
    Permanence,
    StatusCode,
    StatusPattern,
)


@pytest.mark.parametrize("text", ["2.0.0", "4.7.1", "5.7.705", "5.999.999"])
def test_status_code_round_trips(text: str) -> None:
    assert str(StatusCode.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "three numbers"),
        ("5.1", "three numbers"),
        ("5.1.1.1", "three numbers"),
        (" 5.1.1", "three numbers"),
        ("5.1.1\n", "three numbers"),
        ("\uff15.1.1", "three numbers"),
        ("1.1.1", "class must be 2, 4 or 5"),
        ("3.1.1", "class must be 2, 4 or 5"),
        ("6.1.1", "class must be 2, 4 or 5"),
        ("5.01.1", "subject has a leading zero"),
        ("5.1.00", "detail has a leading zero"),
        ("5.1.1000", "detail has more than three digits"),
    ],
)
def test_strict_parsing_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(InvalidStatusCode, match=reason) as caught:
        StatusCode.parse(text)
    assert caught.value.text == text
    assert isinstance(caught.value, ValueError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_status_code_is_read_from_text_only() -> None:
    with pytest.raises(TypeError, match="got bytes"):
        StatusCode.parse(b"5.1.1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ((3, 1, 1), "class"),
        ((5, 1000, 1), "subject"),
        ((5, 1, -1), "detail"),
        ((5.0, 1, 1), "class"),
        ((5, 1.5, 1), "subject"),
        ((5, 1, True), "detail"),
        ((5, "1", 1), "subject"),
    ],
)
def test_a_made_status_code_is_checked_too(numbers: tuple[Any, Any, Any], reason: str) -> None:
    with pytest.raises(InvalidStatusCode, match=reason):
        StatusCode(*numbers)


def test_status_codes_are_ordered_by_their_numbers() -> None:
    codes = [StatusCode.parse(text) for text in ("5.10.1", "5.2.10", "4.9.9", "5.2.9")]
    assert [str(code) for code in sorted(codes)] == ["4.9.9", "5.2.9", "5.2.10", "5.10.1"]


def test_the_class_tells_the_permanence() -> None:
    found = [StatusCode.parse(text).permanence for text in ("2.1.1", "4.1.1", "5.1.1")]
    assert found == [Permanence.SUCCESS, Permanence.TRANSIENT, Permanence.PERMANENT]


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("5.7.705", "5.7.705", "5.7.706"),
        ("5.7.606-649", "5.7.620", "5.7.650"),
        ("x.7.26", "4.7.26", "4.7.27"),
        ("x.1.x", "5.1.10", "5.2.1"),
        ("5.x.x", "5.9.9", "4.9.9"),
    ],
)
def test_status_pattern(pattern: str, inside: str, outside: str) -> None:
    parsed = StatusPattern.parse(pattern)
    assert str(parsed) == pattern
    assert StatusCode.parse(inside) in parsed
    assert StatusCode.parse(outside) not in parsed
    assert inside not in parsed  # a text is no status code


@pytest.mark.parametrize(
    "text", ["5.7", "3.1.1", "5.7.9-3", "x.7.26-", "5.7.x.1", "", "5.01.1", "5.1.00", "5.7.1-09"]
)
def test_bad_status_pattern(text: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|backwards"):
        StatusPattern.parse(text)


def test_records_are_values() -> None:
    record = NdrCode(
        id="acme/full",
        provider="acme",
        title="Full",
        summary="It is full.",
        category=Category.MAILBOX_FULL,
        status=(StatusPattern.parse("5.2.2"),),
        fixes=(Fix(Party.RECIPIENT, "Empty it."),),
    )
    assert record.covers(StatusCode.parse("5.2.2"))
    assert not record.covers(StatusCode.parse("4.2.2"))
    assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == record
    assert len({record, copy.copy(record)}) == 1
    with pytest.raises(AttributeError):
        record.title = "Empty"  # type: ignore[misc]


def test_enumerations_are_their_ids() -> None:
    assert Category("mailbox-full") == "mailbox-full"
    assert f"{Party.SENDER_ADMIN}" == "sender-admin"
