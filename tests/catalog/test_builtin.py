"""The built-in catalog, checked by the rules that hold for everybody's."""

import datetime
import pathlib

import ndrcodes
from ndrcodes import Action, Catalog, Category, Permanence, explain
from ndrcodes._schema import TEMPLATE
from ndrcodes._traits import outcome
from ndrcodes.testing import check_catalog

FOLDER = pathlib.Path(ndrcodes.__file__).parent / "catalog"


def test_no_faults() -> None:
    assert [str(fault) for fault in check_catalog(FOLDER)] == []


def test_every_record_is_dated_and_sourced(builtin: Catalog) -> None:
    for record in builtin:
        assert record.reviewed, record.id
        assert record.reviewed <= datetime.date(2100, 1, 1)
        assert record.sources, record.id


def test_every_category_is_used_and_has_an_action(builtin: Catalog) -> None:
    assert {record.category for record in builtin} == set(Category)
    assert set(builtin.data.categories) == {str(category) for category in Category}
    for category in Category:
        actions = {
            outcome(builtin.data, category, Permanence.UNKNOWN, klass)[1] is Action.NONE
            for klass in (4, 5)
        }
        assert actions == {category in {Category.DELIVERED, Category.AUTO_REPLY}}, category


def test_permanence_fits_the_category(builtin: Catalog) -> None:
    for record in builtin:
        if record.category is Category.DELIVERED:
            assert record.permanence is Permanence.SUCCESS, record.id
        if record.category is Category.GREYLISTED:
            assert record.permanence is not Permanence.PERMANENT, record.id


def test_titles_and_summaries_are_sentences(builtin: Catalog) -> None:
    for record in builtin:
        assert not record.title.endswith("."), record.id
        assert record.title[0] == record.title[0].upper(), record.id
        assert record.summary[-1] in ".!?)", record.id


def test_steps_are_filled_from_known_names(builtin: Catalog) -> None:
    templates = [
        found for record in builtin for fix in record.fixes for found in TEMPLATE.findall(fix.do)
    ]
    assert templates
    assert all("|" in template for template in templates)


def test_every_record_has_a_provider(builtin: Catalog) -> None:
    assert {record.provider for record in builtin} <= set(builtin.providers)


def test_every_taxonomy_knows_every_failure(builtin: Catalog) -> None:
    for name in ("sparkpost", "powermta", "kumomta", "sisimai", "postmark"):
        taxonomy = builtin.taxonomies[name]
        for category in Category:
            if category in {
                Category.DELIVERED,
                Category.AUTO_REPLY,
                Category.COMPLAINT,
                Category.SUPPRESSED,
            }:
                continue
            theirs = taxonomy.class_of(category)
            assert theirs is not None, (name, category)
            assert taxonomy.categories_of(theirs), (name, theirs)


FOUR = {
    "5.7.703": "Your message can't be delivered because messages to bob@example.com are blocked by"
    " your organization using Tenant Allow Block List.",
    "5.7.705": "Access denied, tenant has exceeded threshold",
    "5.7.708": "Access denied, traffic not accepted from this IP",
    "5.7.750": "Service unavailable. Client blocked from sending from unregistered domains",
}


def test_the_four_codes_that_started_it() -> None:
    for code, words in FOUR.items():
        for text in (
            f"550 {code}",
            code,
            words,
            words.upper(),
            f"550 {code} {words}",
            f"Remote Server returned '550 {code} {words}'",
            words.replace(" ", "\r\n "),
        ):
            found = explain(text).code
            assert found is not None
            assert found.id == f"exchange-online/{code}", text


def test_german_says_the_same_to_the_same_people(builtin: Catalog) -> None:
    german = builtin.translated("de")
    texts = builtin.data.translations["de"]["texts"]
    wanted = {record.id for record in builtin if record.provider in ("generic", "iana")}
    wanted |= {f"exchange-online/{code}" for code in FOUR}
    assert wanted <= set(texts)
    for identity in texts:
        record, translated = builtin[identity], german[identity]
        assert translated.title != record.title, identity
        assert [fix.who for fix in translated.fixes] == [fix.who for fix in record.fixes], identity
    assert set(builtin.data.translations["de"]["categories"]) == {*map(str, Category)}
    assert german["yahoo/tss04"] == builtin["yahoo/tss04"]  # not translated: English stays


def test_the_first_example() -> None:
    explanation = explain("550 5.7.705 Access denied, tenant has exceeded threshold")
    assert explanation.code is not None
    assert explanation.code.id == "exchange-online/5.7.705"
    assert explanation.category is Category.SENDER_SUSPENDED
    assert explanation.action is Action.FIX
    assert explanation.fixes[0].who is ndrcodes.Party.SENDER_ADMIN
