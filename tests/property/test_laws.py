"""Laws that hold for every text."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

import ndrcodes
from ndrcodes import InvalidStatusCode, StatusCode, explain, parse, read_message
from ndrcodes._phrase import Phrase, join
from ndrcodes._text import fold, tidy, unfold, word_spans

#: Any text at all, lone surrogates included.
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)
#: Texts out of the pieces that rejections are made of.
pieces = st.lists(
    st.sampled_from(
        [
            "550",
            "5.1.1",
            "4.7.0",
            "550-5.7.26",
            "\r\n",
            "user unknown",
            "mailbox full",
            "<b>",
            "&nbsp;",
            "&#0;",
            "192.0.2.7",
            "a@example.com",
            "said:",
            "blocked using",
            "zen.spamhaus.org",
            "(S3150)",
            "\u200b",
            "\u00df",
            "\u0130",
            "\\n",
            "宛先不明",
            "try again in 5 minutes",
            "://",
            "'",
        ]
    ),
    max_size=14,
).map(" ".join)
codes = st.builds(StatusCode, st.sampled_from([2, 4, 5]), st.integers(0, 7), st.integers(0, 999))
words = st.text(string.ascii_lowercase, min_size=1, max_size=8)


@given(texts | pieces)
@example("\ud800" * 3)
@example("İ" * 10)
def test_every_text_is_explained(text: str) -> None:
    explanation = explain(text)
    assert explanation.text == text
    assert str(explanation)
    assert explanation.to_markdown()
    assert explanation.to_dict()["category"] == explanation.category
    for match in explanation.matches:
        for evidence in match.evidence:
            assert 0 <= evidence.start < evidence.end <= len(text)
    if explanation.matches:
        assert explanation.matches[0].code == explanation.code


@given(texts | pieces)
def test_every_mention_reads_back(text: str) -> None:
    for mention in parse(text).mentions:
        assert text[mention.start : mention.end] == str(mention.code)
        assert 0 <= mention.credibility <= 4


@given(st.lists(words, max_size=5), codes, st.lists(words, max_size=5))
def test_a_planted_code_is_found(before: list[str], code: StatusCode, after: list[str]) -> None:
    text = " ".join([*(f"x{word}" for word in before), str(code), *after])
    assert parse(text).status == code


@given(codes)
def test_status_codes_round_trip(code: StatusCode) -> None:
    assert StatusCode.parse(str(code)) == code


@given(codes, codes)
def test_status_codes_are_ordered(one: StatusCode, other: StatusCode) -> None:
    numbers = (one.klass, one.subject, one.detail) < (other.klass, other.subject, other.detail)
    assert (one < other) == numbers


@given(st.text("0123456789.x", max_size=9) | texts)
def test_strict_parsing_accepts_the_grammar_and_no_more(text: str) -> None:
    parts = text.split(".")
    valid = (
        len(parts) == 3
        and parts[0] in ("2", "4", "5")
        and all(
            part.isascii() and part.isdigit() and len(part) <= 3 and str(int(part)) == part
            for part in parts
        )
    )
    try:
        assert str(StatusCode.parse(text)) == text
        parsed = True
    except InvalidStatusCode:
        parsed = False
    assert parsed == valid


@given(pieces)
def test_the_answer_does_not_depend_on_layout(text: str) -> None:
    plain = " ".join(text.split())
    known = explain(plain)
    for changed in (
        plain.upper().replace("\\N", "\\n").replace("&NBSP;", "&nbsp;"),
        f"  {plain}\r\n",
        plain.replace(" user ", "\r\n user ").replace(" mailbox ", "\n\tmailbox "),
    ):
        again = explain(changed)
        assert (again.category, again.status, again.reply) == (
            known.category,
            known.status,
            known.reply,
        )


@given(texts | pieces)
def test_tidying_keeps_the_length_and_is_done_once(text: str) -> None:
    tidied = tidy(text)
    assert len(tidied) == len(text)
    assert tidy(tidied) == tidied
    assert len(unfold(tidied, parse(text).reply)) == len(text)


@given(texts | pieces)
def test_words_and_their_places_agree(text: str) -> None:
    spans = word_spans(text)
    assert len(spans) == len(fold(text))
    for word, (start, end) in zip(fold(text), spans, strict=True):
        assert fold(text[start:end]) == [word]
    assert fold(" ".join(fold(text))) == fold(text)


@given(st.lists(words, min_size=1, max_size=30), st.data())
def test_phrases_are_found_as_a_plain_search_finds_them(
    text: list[str], data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.sampled_from(text) | words, min_size=1, max_size=3))
    phrase = Phrase.compile(" ... ".join(wanted))
    place = phrase.locate(join(text))
    assert (place is not None) == _stands(text, wanted, 0, None)
    if place is not None:
        joined = join(text)
        assert [joined[at:].split(" ", 2)[1] for at in place] == wanted


def _stands(text: list[str], wanted: list[str], start: int, last: int | None) -> bool:
    """Try every way, however long it takes: what `Phrase.locate` must agree with."""
    if not wanted:
        return True
    at = [0]
    for word in text:
        at.append(at[-1] + len(word) + 1)
    return any(
        word == wanted[0]
        and (last is None or at[number] - at[last] <= 40)
        and _stands(text, wanted[1:], number + 1, number + 1)
        for number, word in enumerate(text)
        if number >= start
    )


@given(pieces)
def test_unrelated_records_never_change_an_answer(text: str) -> None:
    extra = ndrcodes.Catalog.of(
        [
            ndrcodes.NdrCode(
                id="zzz/other",
                provider="zzz",
                title="Other",
                summary="Other.",
                category=ndrcodes.Category.SPAM,
                phrases=("words that stand in no text of this test",),
                causes=("None.",),
                fixes=(ndrcodes.Fix(ndrcodes.Party.SENDER, "None."),),
                sources=("observed",),
            )
        ]
    )
    global _EXTENDED  # noqa: PLW0603 - built once, since the built-in catalog is large
    if _EXTENDED is None:
        _EXTENDED = ndrcodes.Catalog.builtin() | extra
    assert explain(text, catalog=_EXTENDED) == explain(text)


_EXTENDED: ndrcodes.Catalog | None = None


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda b: b"From: x\n\n" + b))
def test_every_message_is_read(raw: bytes) -> None:
    message = read_message(raw)
    assert message.kind in set(ndrcodes.MessageKind)
    assert all(one.address for one in message.recipients)
