import concurrent.futures
import copy
import pathlib
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable

import attrs
import importlib_resources
import pytest

import ndrcodes
from ndrcodes import (
    Blocklist,
    Catalog,
    CatalogError,
    Category,
    Fault,
    Fix,
    InvalidStatusCode,
    NdrCode,
    Party,
    Provider,
    StatusCode,
    StatusPattern,
    UnknownLanguage,
)

from ..conftest import HEAD, RECORD

Write = Callable[..., pathlib.Path]


def test_look_ups(acme: Catalog) -> None:
    record = acme["acme/full"]
    assert acme.get("acme/full") is record
    assert acme.get("acme/none") is None
    assert record in acme
    assert "acme/full" in acme
    assert "acme/none" not in acme
    assert list(acme) == [record]
    assert len(acme) == 1
    assert acme.provider("acme") == acme.providers["acme"]
    assert acme.provider("none") is None
    assert repr(acme) == "<Catalog of 1 records, 1 providers>"
    with pytest.raises(KeyError):
        acme["acme/none"]


def test_lookup_by_code(builtin: Catalog) -> None:
    ids = [record.id for record in builtin.lookup("5.7.705")]
    assert ids[0] == "exchange-online/5.7.705"
    assert "iana/x.7.x" in ids
    own = builtin.lookup(StatusCode.parse("5.1.1"), provider="iana")
    assert [record.id for record in own] == ["iana/x.1.1", "iana/x.1.x", "iana/5.x.x"]
    assert own == builtin.lookup("5.1.1", provider=builtin.providers["iana"])
    with pytest.raises(InvalidStatusCode):
        builtin.lookup("5.1")
    with pytest.raises(TypeError, match=r"expected a StatusCode or a str like '5.1.1', got 550"):
        builtin.lookup(550)  # type: ignore[arg-type]


def test_search(builtin: Catalog) -> None:
    found = [record.id for record in builtin.search("tenant threshold")]
    assert "exchange-online/5.7.705" in found
    assert builtin.search("TSS04")[0].vendor_code == "TSS04"
    assert builtin.search("") == ()
    assert builtin.search("wordthatnobodyuses") == ()


def test_blocklists_and_taxonomies(builtin: Catalog) -> None:
    assert builtin.blocklists["spamhaus-zen"].removal == "https://check.spamhaus.org/"
    sisimai = builtin.taxonomies["sisimai"]
    assert sisimai.class_of(Category.MAILBOX_FULL) == "mailboxfull"
    assert sisimai.categories_of("mailboxfull")[0] is Category.MAILBOX_FULL
    assert sisimai.categories_of("no such class") == ()
    assert builtin.taxonomies["zeptomail"].class_of("auto-reply") is None


def test_layers(acme: Catalog, write: Write) -> None:
    newer = Catalog.load(write(HEAD + RECORD.replace("Shelf is full", "Shelf overflows")))
    both = acme | newer
    assert both["acme/full"].title == "Shelf overflows"
    assert (newer | acme)["acme/full"].title == "Shelf is full"
    with pytest.raises(TypeError):
        acme | {}  # type: ignore[operator]


def test_override_mute_and_replace(acme: Catalog, write: Write) -> None:
    override = Catalog.load(
        write('schema = 1\n[[override]]\nid = "acme/full"\ntitle = "Mine"\n', "override.toml")
    )
    changed = (acme | override)["acme/full"]
    assert (changed.title, changed.summary) == ("Mine", acme["acme/full"].summary)
    muted = Catalog.load(write('schema = 1\nmute = ["acme/full"]\n', "mute.toml"))
    assert len(acme | muted) == 0
    replacing = RECORD.replace('id = "acme/full"', 'id = "b/full"\nreplaces = "acme/full"')
    replaced = acme | Catalog.load(write("schema = 1\n" + replacing, "b.toml"))
    assert [record.id for record in replaced] == ["b/full"]
    assert ndrcodes.explain("the shelf is full", catalog=replaced).code == replaced["b/full"]


def test_the_source_order_of_files_does_not_matter(tmp_path: pathlib.Path) -> None:
    (tmp_path / "z.toml").write_text(HEAD + RECORD, "utf-8")
    (tmp_path / "a.toml").write_text(
        "schema = 1\n" + RECORD.replace("acme/full", "b/full"), "utf-8"
    )
    (tmp_path / "notes.txt").write_text("not a catalog", "utf-8")
    catalog = Catalog.load(tmp_path)
    assert [record.id for record in catalog] == ["acme/full", "b/full"]
    swapped = Catalog.load(tmp_path / "z.toml") | Catalog.load(tmp_path / "a.toml")
    assert list(swapped) == list(catalog)


def test_a_package_resource_is_a_source() -> None:
    folder = importlib_resources.files("tests") / "plugins" / "acme" / "src" / "ndrcodes_acme"
    assert "acme/quota" in Catalog.load(folder / "acme.toml")


def test_records_made_in_python() -> None:
    record = NdrCode(
        id="mine/full",
        provider="mine",
        title="Full",
        summary="It is full.",
        category=Category.MAILBOX_FULL,
        status=(StatusPattern.parse("5.2.2"),),
        replies=(552,),
        phrases=("cup runneth over",),
        causes=("It is full.",),
        fixes=(Fix(Party.RECIPIENT, "Drink."),),
        sources=("observed",),
    )
    provider = Provider(id="mine", name="Mine", marks=("from my cup",))
    blocklist = Blocklist(id="bl", name="BL", what="All.", sources=("observed",))
    catalog = Catalog.of([record], [provider], [blocklist])
    assert catalog["mine/full"] == record
    assert catalog.providers["mine"] == provider
    assert catalog.blocklists["bl"] == blocklist
    assert ndrcodes.explain("cup runneth over", catalog=catalog).code == record
    with pytest.raises(CatalogError, match=r"records made in Python: Mine.id: expected"):
        Catalog.of([], [Provider(id="Mine", name="Mine")])
    with pytest.raises(
        CatalogError,
        match=r"mine/full.provider: is 'yours', but the id belongs to 'mine'; make them the same",
    ):
        Catalog.of(iter([attrs.evolve(record, provider="yours")]))


def test_every_fault_is_told_at_once(write: Write) -> None:
    path = write("""
        schema = 2
        reviewed = "yesterday"
        colour = "red"
        mute = "acme/full"
        [provider]
        id = "Acme"
        kind = "shop"
        postmaster = "http://acme.example"
        hosts = "mx"
        [[record]]
        id = "acme/x"
        title = 7
        summary = ""
        category = "sad"
        permanence = "transient"
        status = ["5.1", 5]
        replies = [99, true]
        wrapper = "yes"
        phrases = ["...", "{who}", 5, "a {ip}"]
        localized = { D = ["x"], de = "x" }
        samples = "x"
        causes = [1]
        fixes = ["x", { who = "me", do = "{ip}", when = "now" }]
        links = ["http://x.example/"]
        sources = ["my cousin", "https://nowhere"]
        flavour = "sweet"
        [[record]]
        id = "acme/y"
        [[record]]
        title = "No id"
        [[taxonomy]]
        id = "t"
        name = "T"
        classes = { a = 1 }
        categories = 3
        [[format]]
        id = "f"
        recipient = ["..."]
        """)
    with pytest.raises(CatalogError) as caught:
        Catalog.load(path)
    shown = str(caught.value)
    places = [(fault.record, fault.field) for fault in caught.value.faults]
    for place in [
        ("", "schema"),
        ("", "reviewed"),
        ("", "colour"),
        ("", "mute"),
        ("Acme", "id"),
        ("Acme", "kind"),
        ("Acme", "postmaster"),
        ("Acme", "hosts"),
        ("Acme", "name"),
        ("acme/x", "title"),
        ("acme/x", "summary"),
        ("acme/x", "category"),
        ("acme/x", "status[0]"),
        ("acme/x", "status[1]"),
        ("acme/x", "replies[0]"),
        ("acme/x", "replies[1]"),
        ("acme/x", "wrapper"),
        ("acme/x", "phrases[0]"),
        ("acme/x", "phrases[1]"),
        ("acme/x", "phrases[2]"),
        ("acme/x", "localized"),
        ("acme/x", "localized.de"),
        ("acme/x", "samples"),
        ("acme/x", "causes[0]"),
        ("acme/x", "fixes[0]"),
        ("acme/x", "fixes[1].who"),
        ("acme/x", "fixes[1].do"),
        ("acme/x", "when"),
        ("acme/x", "links[0]"),
        ("acme/x", "sources[0]"),
        ("acme/x", "sources[1]"),
        ("acme/x", "flavour"),
        ("acme/y", "phrases"),
        ("acme/y", "title"),
        ("[[record]] without id", "id"),
        ("t", "classes.a"),
        ("t", "categories"),
        ("f", "recipient[0]"),
    ]:
        assert place in places, place
    assert f"{path}: acme/x.flavour: unknown key; known: id, title" in shown
    assert shown.startswith(f"{len(places)} faults in catalog data\n")
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("schema = ", "is not TOML"),
        ("schema = 1\nrecord = 5", "expected tables, write [[record]]"),
        ("schema = 1\n[[text]]\nid = 'a/b'\n", 'text needs it; write language = "de"'),
        ("schema = 1\nlanguage = 'DE'\n", "expected a text like 'de'"),
        ("schema = 1" + RECORD + RECORD, "used twice in this file"),
        (
            "schema = 1\n[[taxonomy]]\nid='t'\nname='T'\nclasses={a={name='A'}}\ncategories={}",
            "missing",
        ),
        ('schema = 1\n[[record]]\nid = "a/b"\nlocalized = 1\n', "expected a table"),
    ],
)
def test_faulty_files(write: Write, toml: str, message: str) -> None:
    with pytest.raises(CatalogError) as caught:
        Catalog.load(write(toml))
    assert message in str(caught.value)


def test_a_file_that_is_no_text(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff")
    with pytest.raises(CatalogError, match=r"1 fault in catalog data\n.*is not UTF-8"):
        Catalog.load(str(tmp_path / "x.toml"))
    with pytest.raises(OSError, match="none"):
        Catalog.load(tmp_path / "none.toml")


def test_one_id_in_two_files(tmp_path: pathlib.Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text("schema = 1" + RECORD, "utf-8")
    with pytest.raises(CatalogError, match=r"b.toml: acme/full.id: used by another file too"):
        Catalog.load(tmp_path)


def test_a_fault_says_where() -> None:
    assert str(Fault("f", "r", "x", "m")) == "f: r.x: m"
    assert str(Fault("f", "", "", "m")) == "f: m"


def test_translation(acme: Catalog, write: Write) -> None:
    german = Catalog.load(
        write(
            """
            schema = 1
            language = "de"
            [labels]
            why = "Warum"
            [[category_text]]
            id = "mailbox-full"
            title = "Postfach voll"
            summary = "Kein Platz."
            [[text]]
            id = "acme/full"
            title = "Regal ist voll"
            fixes = [{ who = "recipient", do = "Regal leeren." }]
            """,
            "de.toml",
        )
    )
    both = Catalog.builtin() | acme | german
    assert "de" in both.languages
    explanation = ndrcodes.explain("the shelf is full", catalog=both.translated("de"))
    assert explanation.code is not None
    assert explanation.code.title == "Regal ist voll"
    assert explanation.code.summary == acme["acme/full"].summary  # not translated: English stays
    assert explanation.fixes[0].do == "Regal leeren."
    shown = str(explanation)
    assert "Warum" in shown
    assert "Postfach voll" in shown
    for tag in ("DE", "de-AT", "De-Latn-AT-1996"):
        assert both.translated(tag)["acme/full"].title == "Regal ist voll"
    with pytest.raises(UnknownLanguage, match="no translation for language 'xx'; offered: de"):
        both.translated("de").translated("xx")
    for tag in ("", "-", "d", "deu", "-de"):
        for catalog in (both, both.translated("de")):
            with pytest.raises(UnknownLanguage):
                catalog.translated(tag)
    with pytest.raises(UnknownLanguage, match="offered: none"):
        acme.translated("de")


def test_the_nearest_language_is_taken(acme: Catalog, write: Write) -> None:
    text = '[[text]]\nid = "acme/full"\ntitle = "{}"\n'
    for tag in ("pt", "pt-BR"):
        words = f'schema = 1\nlanguage = "{tag}"\n{text.format(tag)}'
        acme |= Catalog.load(write(words, f"{tag}.toml"))
    asked = ("pt-br", "PT-BR-x-casual", "pt-PT", "pt")
    assert [acme.translated(tag)["acme/full"].title for tag in asked] == [
        "pt-BR",
        "pt-BR",
        "pt",
        "pt",
    ]


def test_a_copy_is_the_catalog_itself(acme: Catalog) -> None:
    assert copy.copy(acme) is acme
    assert copy.deepcopy({"catalog": acme}) == {"catalog": acme}


def test_catalogs_travel(acme: Catalog) -> None:
    assert list(pickle.loads(pickle.dumps(acme))) == list(acme)


def test_loading_is_once_and_whole_for_all_threads() -> None:
    code = """
import threading, ndrcodes
barrier = threading.Barrier(8)
seen = []
def load():
    barrier.wait()
    catalog = ndrcodes.Catalog.default()
    seen.append((id(catalog), len(catalog), ndrcodes.explain("550 5.7.705 x").code.id))
threads = [threading.Thread(target=load) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(seen) == 8 and len(set(seen)) == 1, seen
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_threads_see_the_same_records(acme: Catalog) -> None:
    barrier = threading.Barrier(4)

    def ask(_: int) -> int:
        barrier.wait()
        return id(acme["acme/full"])

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_importing_reads_nothing() -> None:
    code = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
import ndrcodes
assert not [name for name in opened if str(name).endswith((".toml", ".json", "entry_points.txt"))]
assert "tomllib" not in sys.modules and "logging" not in sys.modules
assert "importlib_resources" not in sys.modules and "importlib.metadata" not in sys.modules
"""
    subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)


def test_hash_seed_does_not_change_answers() -> None:
    code = """
import ndrcodes
text = "host x said: 550 5.7.1 rejected spam blocked using zen.spamhaus.org user unknown quota"
print([(match.code.id, match.points) for match in ndrcodes.explain(text).matches])
"""
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            timeout=60,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def test_a_compiled_catalog_is_read_if_it_is_there(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    from ndrcodes._load import compile_folder, read_builtin

    write(HEAD + RECORD, "acme.toml")
    (tmp_path / "catalog").mkdir()
    compiled = compile_folder(tmp_path)
    (tmp_path / "catalog" / "builtin.json").write_bytes(compiled)
    monkeypatch.setattr("importlib_resources.files", lambda _: tmp_path)
    catalog = Catalog(*read_builtin())
    assert [record.id for record in catalog] == ["acme/full"]
    assert ndrcodes.explain("the shelf is full", catalog=catalog).code == catalog["acme/full"]
    assert "acme/none" not in catalog
    with pytest.raises(KeyError):
        catalog.data.records["nobody/none"]
    assert len(catalog.data.records) == 1
    assert len(catalog.data.formats) == 0
    assert catalog.languages == ()
    assert len(catalog | Catalog.of()) == 1
    stored = catalog.index.dump()
    assert stored == (catalog | Catalog.of()).index.dump()
    assert list(pickle.loads(pickle.dumps(catalog))) == list(catalog)


def test_a_text_that_is_too_long(write: Write) -> None:
    with pytest.raises(CatalogError, match="title: has 200 characters, at most 80 fit"):
        Catalog.load(write(HEAD + RECORD.replace("Shelf is full", "x" * 200)))


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("", "must hold a word"),
        ("{ip}", "must hold a word"),
        ("... x", "cannot begin with a gap"),
        ("x ...", "cannot end with a gap"),
        ("x {who} y", "unknown placeholder {who}"),
    ],
)
def test_faulty_phrases(write: Write, phrase: str, message: str) -> None:
    with pytest.raises(CatalogError) as caught:
        Catalog.load(write(HEAD + RECORD.replace("the shelf is full", phrase)))
    assert message in str(caught.value)


def test_codes_of_a_generic_provider_answer_nothing(write: Write) -> None:
    catalog = Catalog.load(
        write(
            HEAD.replace("service", "generic").replace('hosts = ["mx.acme.example"]', "")
            + RECORD.replace("phrases", 'status = "5.2.2"\nphrases')
        )
    )
    assert ndrcodes.explain("5.2.2", catalog=catalog).code is None
    assert catalog.lookup("5.2.2") == ()


def test_a_second_thread_waits_for_the_first() -> None:
    from ndrcodes._catalog import _Once

    reads: list[Catalog] = []
    second: list[threading.Thread] = []

    def read() -> Catalog:
        thread = threading.Thread(target=lambda: reads.append(once.get()))
        thread.start()
        second.append(thread)
        thread.join(0.1)  # it cannot end before this reading does
        assert thread.is_alive()
        return Catalog.of()

    once = _Once(read)
    first = once.get()
    second[0].join(10)
    assert reads == [first]
    assert len(second) == 1


@pytest.mark.parametrize("names", [("a.toml", "b.toml"), ("b.toml", "a.toml")])
@pytest.mark.parametrize(
    ("says", "left"),
    [
        ('[[override]]\nid = "acme/full"\ntitle = "Mine"\n', {"acme/full": "Mine"}),
        ('mute = ["acme/full"]\n', {}),
        (
            RECORD.replace('"acme/full"', '"acme/new"\nreplaces = "acme/full"'),
            {"acme/new": "Shelf is full"},
        ),
    ],
)
def test_the_names_of_files_do_not_matter(
    write: Write, tmp_path: pathlib.Path, names: tuple[str, str], says: str, left: dict[str, str]
) -> None:
    write(f"schema = 1\n{says}", names[0])
    write(HEAD + RECORD, names[1])
    for catalog in (Catalog.load(tmp_path), Catalog.of() | Catalog.load(tmp_path)):
        assert {record.id: record.title for record in catalog} == left


def test_two_files_of_a_folder_override_one_record(
    acme: Catalog, write: Write, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "acme.toml").unlink()
    override = 'schema = 1\n[[override]]\nid = "acme/full"\n'
    write(f'{override}title = "Mine"\n', "a.toml")
    write(f'{override}summary = "Ours."\n', "b.toml")
    changed = (acme | Catalog.load(tmp_path))["acme/full"]
    assert (changed.title, changed.summary) == ("Mine", "Ours.")
    write(f'{override}title = "Yours"\n', "b.toml")
    with pytest.raises(CatalogError, match=r"b.toml: acme/full.title: overridden by another file"):
        Catalog.load(tmp_path)
