import pickle

import pytest

import ndrcodes
from ndrcodes import Basis, Catalog, Category, Confidence, Matcher, explain, parse

from ..helpers import toml_catalog

RULES = """
schema = 1
[[provider]]
id = "std"
name = "The standard"
kind = "registry"
[[provider]]
id = "any"
name = "Anybody"
kind = "generic"
[[provider]]
id = "one"
name = "One"
kind = "service"
hosts = ["mx.one.example"]
domains = ["one.example"]
marks = ["onemail id"]
[[provider]]
id = "two"
name = "Two"
kind = "service"
hosts = ["two.example"]
"""


def record(identity: str, category: str, rest: str) -> str:
    return f"""
[[record]]
id = "{identity}"
title = "T {identity}"
summary = "S."
category = "{category}"
permanence = "permanent"
causes = ["C."]
sources = ["common knowledge"]
{rest}
[[record.fixes]]
who = "sender"
do = "Ask about {{ip|the address}}, {{blocklist|the list}}, {{domain|it}}."
"""


CATALOG = toml_catalog(
    RULES
    + record("std/x.1.1", "recipient-unknown", 'status = "x.1.1"')
    + record("std/x.2.2", "mailbox-full", 'status = "x.2.2"')
    + record("std/x.7.1", "policy", 'status = "x.7.1"\nsymptom = true')
    + record("std/x.7.x", "policy", 'status = "x.7.x"\nsymptom = true')
    + record("std/5.x.x", "unknown", 'status = "5.x.x"\nsymptom = true')
    + record("std/550", "unknown", "replies = [550]\nsymptom = true")
    + record("any/full", "mailbox-full", 'phrases = ["over quota", "mailbox full"]')
    + record("any/user", "recipient-unknown", 'phrases = ["user unknown"]')
    + record("any/denied", "ip-blocked", 'phrases = ["access denied"]\nsymptom = true')
    + record("any/list", "ip-blocked", 'phrases = ["client {ip} blocked using {domain}"]')
    + record("any/late", "greylisted", 'phrases = ["come back later"]\nstatus = "x.7.x"')
    + record("any/later", "server-error", 'phrases = ["come back later"]')
    + record("any/frame", "unknown", 'phrases = ["remote server returned"]\nwrapper = true')
    + record("any/quoted", "unknown", 'phrases = ["refused by user unknown to us"]\nsymptom = true')
    + record("one/user", "recipient-inactive", 'phrases = ["user unknown"]\nreplies = [550]')
    + record("one/900", "sender-suspended", 'status = "5.7.900"')
    + record("one/frame", "unknown", 'status = "5.9.1"\nwrapper = true')
    + record("one/vague", "policy", 'status = "5.9.2"\nsymptom = true')
    + record("one/a", "spam", 'status = "5.7.1"\nvendor_code = "AB12"')
    + record("one/sym", "policy", 'vendor_code = "QQ77"\nsymptom = true')
    + record("two/x", "spam", 'status = "5.7.901"\nphrases = ["x two x"]')
    + record("two/y", "malware", 'status = "5.7.901"\nphrases = ["y two y"]')
    + record("two/bare", "policy", 'status = "5.7.902"')
    + record("two/worded", "malware", 'status = "5.7.902"\nphrases = ["z two z"]')
    + """
[[blocklist]]
id = "bl"
name = "Bad Senders"
zones = ["bl.example.net"]
hosts = ["www.badsenders.example"]
lists = "ip"
removal = "https://www.badsenders.example/remove"
active = true
what = "It lists."
sources = ["common knowledge"]
[[blocklist]]
id = "old"
name = "Old List"
lists = "ip"
active = false
what = "Gone."
sources = ["common knowledge"]
"""
)


def identify(text: str, host: str | None = None) -> str | None:
    code = explain(text, remote_host=host, catalog=CATALOG).code
    return None if code is None else code.id


@pytest.mark.parametrize(
    ("text", "identity", "basis"),
    [
        ("550 5.1.1 Mailbox ... over quota", "any/full", Basis.WORDS),
        ("550 5.1.1", "std/x.1.1", Basis.CODE),
        ("550 5.1.1 access denied", "std/x.1.1", Basis.CODE),
        ("550 5.7.1 access denied", "any/denied", Basis.SYMPTOM),
        ("550 5.7.1 whatever", "std/x.7.1", Basis.VAGUE_CODE),
        ("Remote server returned 550 5.7.1", "std/x.7.1", Basis.VAGUE_CODE),
        ("Remote server returned 550", "any/frame", Basis.WRAPPER),
        ("550 5.7.900 access denied", "one/900", Basis.CODE),
        ("550 5.9.1 x", "one/frame", Basis.WRAPPER),
        ("550 5.9.2 x", "one/vague", Basis.VAGUE_CODE),
        ("550 5.7.999 x", "std/x.7.x", Basis.SUBJECT),
        ("550 5.3.3 x", "std/5.x.x", Basis.SUBJECT),
        ("550 x", "std/550", Basis.REPLY),
        ("550 x [AB12] over quota", "one/a", Basis.WORDS),
        ("550 x [QQ77] y", "one/sym", Basis.SYMPTOM),
        ("refused by user unknown to us", "any/quoted", Basis.SYMPTOM),
        ("450 4.7.1 come back later", "any/late", Basis.WORDS),
        ("450 4.3.2 come back later", "any/later", Basis.WORDS),
        ("550 5.7.901 x", "std/x.7.x", Basis.SUBJECT),
        ("550 5.7.902 x", "two/bare", Basis.CODE),
    ],
)
def test_ranking(text: str, identity: str, basis: Basis) -> None:
    explanation = explain(text, catalog=CATALOG)
    assert explanation.code is not None
    assert (explanation.code.id, explanation.basis) == (identity, basis)
    assert explanation.matches[0].code == explanation.code
    assert explanation.matches[0].basis == explanation.basis
    found = [match.code.id for match in explanation.matches]
    assert len(found) == len(set(found))


def test_nothing_known() -> None:
    explanation = explain("hello", catalog=CATALOG)
    assert explanation.code is None
    assert explanation.basis is None
    assert explanation.provider is None
    assert explanation.docs_url is None
    assert explanation.category is Category.UNKNOWN
    assert explanation.confidence is Confidence.NONE
    assert explanation.fixes == ()
    assert explanation.causes == ()
    assert explanation.matches == ()
    assert explanation.evidence == ()
    assert "Nothing in this text is known" in str(explanation)
    assert "Nothing in this text is known" in explanation.to_markdown()


def test_a_named_provider_is_preferred() -> None:
    assert identify("550 user unknown") == "any/user"
    assert identify("550 user unknown", host="a.mx.one.example.") == "one/user"
    assert identify("550 user unknown", host="one.example") == "one/user"
    assert identify("550 user unknown", host="elsewhere.example") == "any/user"
    assert identify("550 user unknown - onemail id 7") == "one/user"
    assert identify("host b.mx.one.example said: 550 user unknown") == "one/user"
    assert identify("550 user unknown <bob@mx.one.example>") == "any/user"


def test_the_provider_is_told_even_if_a_generic_record_answers() -> None:
    named = explain("550 over quota", remote_host="mx.one.example", catalog=CATALOG)
    assert named.code is not None
    assert named.code.id == "any/full"
    assert named.provider is not None
    assert named.provider.id == "one"


def test_details_come_from_the_text() -> None:
    explanation = explain(
        "554 5.7.1 Client [192.0.2.7] blocked using bl.example.net; see"
        " https://www.badsenders.example/why for bob@example.org, try again in 5 minutes",
        catalog=CATALOG,
    )
    assert dict(explanation.details) == {
        "ip": "192.0.2.7",
        "domain": "bl.example.net",
        "address": "bob@example.org",
        "url": "https://www.badsenders.example/why",
        "retry_after": "300",
        "blocklist": "Bad Senders",
        "removal_url": "https://www.badsenders.example/remove",
    }
    assert explanation.fixes[0].do == "Ask about 192.0.2.7, Bad Senders, bl.example.net."
    with pytest.raises(TypeError):
        explanation.details["ip"] = "x"  # type: ignore[index]


def test_an_address_in_a_step_is_not_that_of_the_server_that_answered() -> None:
    frame = "host mx.example.com[203.0.113.5] said: 554 5.7.1 {} (in reply to RCPT TO command)"
    known = explain(frame.format("Service unavailable; Client host [192.0.2.7] blocked"))
    assert known.details["ip"] == "192.0.2.7"
    unknown = explain(frame.format("Service unavailable; Client host blocked"))
    assert "ip" not in unknown.details
    assert "203.0.113.5" not in "".join(fix.do for fix in unknown.fixes)
    assert "ip" not in explain("Connected to 203.0.113.5 but greeting failed.").details


def test_steps_read_well_without_details() -> None:
    explanation = explain("554 Client blocked using x", catalog=CATALOG)
    assert explanation.fixes[0].do == "Ask about the address, the list, it."
    listed = explain("over quota says Old List", catalog=CATALOG)
    assert listed.details["blocklist"] == "Old List"
    assert "removal_url" not in listed.details


def test_evidence_is_where_the_words_stand() -> None:
    text = "host b.mx.one.example said:\r\n 550 5.7.900 the user\r\n UNKNOWN"
    explanation = explain(text, catalog=CATALOG)
    assert [(one.kind, text[one.start : one.end]) for one in explanation.evidence] == [
        ("host", "mx.one.example"),
        ("phrase", "user\r\n UNKNOWN"),
    ]
    coded = explain("550 5.7.900 x", catalog=CATALOG)
    assert [(one.kind, one.start, one.end) for one in coded.evidence] == [("status", 4, 11)]
    replied = explain("550 x", catalog=CATALOG)
    assert [(one.kind, one.start, one.end) for one in replied.evidence] == [("reply", 0, 3)]


@pytest.mark.parametrize(
    ("text", "permanence", "action"),
    [
        ("550 user unknown", "permanent", "suppress"),
        ("450 user unknown", "transient", "retry"),
        ("user unknown", "permanent", "suppress"),
        ("452 4.2.2 mailbox full", "transient", "retry"),
        ("250 2.0.0 ok delivered", "success", "none"),
        ("250 2.0.0 queued as 123; user unknown", "success", "none"),
    ],
)
def test_the_servers_class_decides_on_trying_again(text: str, permanence: str, action: str) -> None:
    categories = Catalog(
        ndrcodes.Catalog.of().data.__class__(categories=Catalog.builtin().data.categories)
    )
    explanation = explain(text, catalog=CATALOG | categories)
    assert (explanation.permanence, explanation.action) == (permanence, action)


def test_explanations_travel() -> None:
    explanation = explain("554 Client [192.0.2.7] blocked using bl.example.net", catalog=CATALOG)
    copied = pickle.loads(pickle.dumps(explanation))
    assert copied == explanation
    assert hash(copied) == hash(explanation)
    assert str(copied) == str(explanation)
    assert copied.to_dict() == explanation.to_dict()
    assert pickle.loads(pickle.dumps(copied)) == explanation
    assert len(pickle.dumps(explanation)) < 10_000  # the catalog stays behind


def test_explanations_of_other_servers_and_languages_differ() -> None:
    text = "550 5.1.1 user unknown"
    known = explain(text)
    assert known == explain(text)
    assert known != explain(text, remote_host="mx1.hotmail.com")
    assert known != explain(text, catalog=Catalog.builtin().translated("de"))
    assert known != text


def test_to_dict_is_json_ready() -> None:
    import json

    explanation = explain("550 5.1.1 over quota", catalog=CATALOG)
    plain = json.loads(json.dumps(explanation.to_dict()))
    assert plain["code"]["id"] == "any/full"
    assert plain["status"] == "5.1.1"
    assert plain["evidence"][0]["text"] == "over quota"
    assert plain["matches"][0] == {"id": "any/full", "basis": "words", "points": 9}
    assert explanation.points == 9
    nothing = explain("x", catalog=CATALOG)
    assert (nothing.to_dict()["code"], nothing.points) == (None, 0)


def test_a_matcher_keeps_its_catalog() -> None:
    matcher = Matcher(CATALOG)
    assert matcher.catalog is CATALOG
    assert matcher.match("mailbox full")[0].code.id == "any/full"
    assert matcher.match("hello") == ()


def test_only_text_is_explained() -> None:
    with pytest.raises(TypeError, match="expected a str, got int"):
        explain(550)  # type: ignore[arg-type]


def test_a_multi_line_reply_reads_as_one_sentence() -> None:
    assert identify("550-5.7.1 the mailbox\r\n550-5.7.1 full\r\n550 5.7.1 today") == "any/full"
    assert identify("550-5.7.1 the mailbox 550-5.7.1 full 550 5.7.1 today") == "any/full"
    assert identify("550-the mailbox\n550 full") == "any/full"
    assert identify(r"550-the mailbox\n550 full") == "any/full"
    # a longer number that ends like the reply code is a word of its own
    assert identify("550 order 1550-7: the mailbox 550 full") == "std/550"


def test_layout_does_not_matter() -> None:
    assert identify("the <b>mail&shy;box</b><br>full") == "any/full"
    assert identify("MAILBOX\u00a0\u200bFULL") == "any/full"
    assert identify("&zzz; mailbox full") == "any/full"
    assert identify("&notanentity; m\u00e1ilbox \u201cfull\u201d") == "any/full"


def test_markdown_holds_no_markup_of_the_text() -> None:
    explanation = explain(
        "Client 192.0.2.7 blocked using <script>alert(1)</script>*x*", catalog=CATALOG
    )
    assert "<script>" not in explanation.to_markdown()
    assert explanation.to_markdown().startswith("### T any/list")
    assert "1. **Sender:** Ask about 192.0.2.7" in explanation.to_markdown()


def test_the_text_form_names_everything() -> None:
    shown = str(ndrcodes.explain("550 5.7.705 Access denied, tenant has exceeded threshold"))
    for part in ("What happened", "Why", "How to fix it", "Sender's administrator:", "https://"):
        assert part in shown
    assert max(map(len, shown.splitlines())) <= 200


def test_docs_url() -> None:
    explanation = explain("550 over quota", catalog=CATALOG)
    assert explanation.docs_url is not None
    assert explanation.docs_url.endswith("/any.html#any-full")


def test_placeholders_take_what_has_their_form() -> None:
    catalog = toml_catalog(
        RULES
        + record(
            "any/all",
            "spam",
            'phrases = ["{address} wrote {number} words {any} to list {id}",'
            ' "at {ip} near {url} end"]',
        )
    )
    explanation = explain(
        "bob@example.org wrote 12 words (of wit) to list <abc-1>", catalog=catalog
    )
    assert explanation.details["address"] == "bob@example.org"
    assert explanation.details["number"] == "12"
    assert explanation.details["any"] == "of wit"
    assert explanation.details["id"] == "abc-1"
    masked = explain("somebody wrote words to list", catalog=catalog)
    assert "number" not in masked.details
    assert "any" not in masked.details
    there = explain("at 2001:db8::7 near https://example.com/x end", catalog=catalog)
    assert (there.details["ip"], there.details["url"]) == (
        "2001:db8::7",
        "https://example.com/x",
    )


def test_gaps_are_bounded_and_the_nearest_words_count() -> None:
    catalog = toml_catalog(
        RULES
        + record("any/gap", "spam", 'phrases = ["alpha ... beta ... gamma", "x1 {ip} ... y1"]')
    )
    far = "word " * 10

    def found(text: str) -> bool:
        return explain(text, catalog=catalog).code is not None

    assert found("alpha beta gamma")
    assert found(f"alpha {far} alpha one beta two gamma")
    assert found(f"alpha beta {far} alpha beta beta {far[:20]} gamma")
    assert not found(f"alpha {far} beta gamma")
    assert not found(f"alpha beta {far} gamma")
    assert not found("gamma beta alpha")
    assert parse("code 5.1.1").status
    assert found(f"x1 {far[:45]} {far[:45]} y1")


def test_a_wrapper_leaves_the_reply_alone() -> None:
    assert identify("550 5.9.1 over quota") == "any/full"


def test_evidence_names_marks_and_hosts() -> None:
    text = "two.example: 550 user unknown - OneMail ID 7"
    explanation = explain(text, catalog=CATALOG)
    assert ("mark", "OneMail ID") in [
        (one.kind, text[one.start : one.end]) for one in explanation.evidence
    ]


def test_records_of_an_unlisted_provider() -> None:
    catalog = toml_catalog(
        "schema = 1\n" + record("lost/x", "spam", 'phrases = ["lost and found"]')
    )
    explanation = explain("lost and found", catalog=catalog)
    assert explanation.code is not None
    assert explanation.provider is None
    assert explanation.action == "fix"


def test_a_host_name_behind_an_at_sign_names_nobody() -> None:
    assert identify("550 user unknown a@b.two.example") == "any/user"
    assert explain("550 over quota x@two.example, said two.example", catalog=CATALOG).provider


@pytest.mark.parametrize("text", ["250 2.1.1 ok", "250 2.1.5 ok", "250 2.7.1 accepted", "2.0.0 ok"])
def test_a_success_is_one_whatever_the_rest_of_the_code(text: str) -> None:
    explanation = explain(text)
    assert (explanation.category, explanation.action) == ("delivered", "none")


def test_scripts_without_spaces() -> None:
    text = "x宛先不明y 550"
    explanation = explain(
        text,
        catalog=toml_catalog(
            RULES + record("any/ja", "recipient-unknown", 'localized.ja = ["宛先不明"]')
        ),
    )
    assert [text[one.start : one.end] for one in explanation.evidence] == ["宛先不明"]
