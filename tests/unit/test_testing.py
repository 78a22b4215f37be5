import pathlib
import zipfile
from collections.abc import Callable

import pytest
from importlib_resources import files

from ndrcodes import Catalog, CatalogError
from ndrcodes.testing import assert_catalog, check_catalog, frames

from ..conftest import HEAD, RECORD

Write = Callable[..., pathlib.Path]


def test_a_good_catalog_has_no_faults(write: Write) -> None:
    assert check_catalog(write(HEAD + RECORD)) == ()
    assert_catalog(write(HEAD + RECORD), base=Catalog.of())


def test_a_package_resource_is_checked_too(tmp_path: pathlib.Path) -> None:
    assert check_catalog(files("tests") / "plugins" / "acme" / "src" / "ndrcodes_acme") == ()
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("acme.toml", HEAD + RECORD + "flavour = 1\n")
    zipped = zipfile.Path(tmp_path / "x.zip", "acme.toml")
    assert [fault.file for fault in check_catalog(zipped)] == ["acme.toml"]
    with pytest.raises(CatalogError):
        Catalog.load(zipped)


def test_a_sample_that_another_record_answers(write: Write) -> None:
    wrong = RECORD.replace("552 5.2.2 The shelf is full", "550 5.1.1 user unknown")
    faults = check_catalog(write(HEAD + wrong))
    assert [(fault.record, fault.field) for fault in faults] == [("acme/full", "samples[0]")]
    assert "as it is, it is explained by generic/" in faults[0].message


def test_a_sample_that_nothing_answers(write: Write) -> None:
    wrong = RECORD.replace("552 5.2.2 The shelf is full", "hello")
    with pytest.raises(CatalogError, match="it is explained by nothing"):
        assert_catalog(write(HEAD + wrong), base=Catalog.of())


def test_a_phrase_that_another_record_answers(write: Write) -> None:
    rival = RECORD.replace("acme/full", "acme/fuller").replace(
        "the shelf is full", "oh the shelf is full"
    )
    longer = RECORD.replace(
        '["the shelf is full"]', '["the shelf is full", "well oh the shelf is full"]'
    )
    hidden = RECORD.replace("acme/full", "acme/hidden").replace(
        '"the shelf is full"', '"oh ... is full"'
    )
    path = write(HEAD + longer + rival.replace("552 5.2.2 T", "552 5.2.2 Oh t") + hidden)
    faults = check_catalog(path, base=Catalog.of())
    assert ("acme/hidden", "samples[0]") in [(fault.record, fault.field) for fault in faults]


def test_one_phrase_in_two_records(write: Write) -> None:
    twin = RECORD.replace("acme/full", "acme/twin")
    messages = [
        fault.message for fault in check_catalog(write(HEAD + RECORD + twin), base=Catalog.of())
    ]
    assert (
        "'the shelf is full' is a phrase of acme/full too; it can belong to one record" in messages
    )
    assert any("is answered by acme/full" in message for message in messages)


def test_a_phrase_nobody_answers(write: Write) -> None:
    muted = HEAD.replace("schema = 1", 'schema = 1\nmute = ["acme/full"]')
    assert check_catalog(write(muted + RECORD), base=Catalog.of()) == ()


def test_form_faults_are_reported(write: Write) -> None:
    faults = check_catalog(write("schema = 1\ncolour = 1"), base=Catalog.of())
    assert [fault.field for fault in faults] == ["colour"]


def test_frames_keep_the_words() -> None:
    framed = dict(frames("550 5.1.1 user unknown"))
    assert framed["in upper case"] == "550 5.1.1 USER UNKNOWN"
    assert len(framed) == 7
    assert dict(frames(" "))["as it is"] == " "


def test_a_record_that_is_found_by_nothing_of_its_own(write: Write) -> None:
    other = RECORD.replace("acme/full", "acme/gap").replace(
        '"the shelf is full"', '"shelf ... overflows"'
    )
    path = write(HEAD + other.replace("552 5.2.2 The shelf is full", "x shelf overflows"))
    assert check_catalog(path, base=Catalog.of()) == ()
    coded = RECORD.replace(
        'phrases = ["the shelf is full"]', 'status = ["5.x.x", "x.2.x", "5.2.2"]'
    )
    assert check_catalog(write(HEAD + coded), base=Catalog.of()) == ()


def test_files_of_a_folder_are_checked_as_they_are_loaded(
    write: Write, tmp_path: pathlib.Path
) -> None:
    write(HEAD + RECORD, "a.toml")
    path = write(
        "schema = 1" + RECORD.replace("the shelf is full", "the shelf is so full"), "b.toml"
    )
    with pytest.raises(CatalogError) as caught:
        Catalog.load(tmp_path)
    assert set(caught.value.faults) <= set(check_catalog(tmp_path, base=Catalog.of()))
    assert [str(fault) for fault in caught.value.faults] == [
        f"{path}: acme/full.id: used by another file too; give each its own id"
    ]


def test_ids_that_name_no_record(write: Write, tmp_path: pathlib.Path) -> None:
    path = write(
        'schema = 1\nmute = ["iana/x.2.2", "acme/mute"]\n'
        '[[override]]\nid = "acme/override"\ntitle = "Mine"\n'
        '[[override]]\nid = "acme/full"\nsummary = "The shelf has no room."\n'
        + RECORD.replace('"acme/full"', '"acme/new"\nreplaces = "acme/old"'),
        "a.toml",
    )
    write(HEAD + RECORD.replace("the shelf is full", "the shelf is so full"), "b.toml")
    faults = [fault for fault in check_catalog(tmp_path) if "is no record" in fault.message]
    assert [(fault.file, fault.record, fault.field) for fault in faults] == [
        (str(path), "acme/override", "id"),
        (str(path), "", "mute[1]"),
        (str(path), "acme/new", "replaces"),
    ]
    assert faults[1].message == (
        "'acme/mute' is no record of this source or of the catalog it extends;"
        " correct the id or leave it out"
    )
    muting = write('schema = 1\nmute = ["acme/full"]\n', "mute.toml")
    assert check_catalog(muting, base=Catalog.load(tmp_path / "b.toml")) == ()
    assert check_catalog(tmp_path / "b.toml", muting) == ()


def test_a_folder_without_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "acme.tml").write_text("schema = 1", "utf-8")
    assert [str(fault) for fault in check_catalog(tmp_path, base=Catalog.of())] == [
        f"{tmp_path}: holds no .toml file; name a file, or a folder that holds some"
    ]
    with pytest.raises(OSError, match="none"):
        check_catalog(tmp_path / "none.toml")
