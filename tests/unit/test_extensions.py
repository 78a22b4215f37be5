"""Extensions as entry points, without installing anything; the packaging test installs them."""

import importlib
import pathlib
import subprocess
import sys
import textwrap
import warnings
import zipfile
from collections.abc import Callable

import pytest

import ndrcodes
from ndrcodes._catalog import _Once
from ndrcodes._load import CatalogWarning, read_extensions

from ..conftest import HEAD, RECORD

PLUGINS = pathlib.Path(__file__).parent.parent / "plugins"


def install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, *extensions: tuple[str, str, str]
) -> None:
    """Put distributions with one entry point each on the path: (name, entry, value)."""
    for distribution, name, value in extensions:
        info = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n")
        with (info / "entry_points.txt").open("a") as file:
            file.write(f"[ndrcodes.catalogs]\n{name} = {value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for plugin in ("acme", "broken", "clash"):
        monkeypatch.syspath_prepend(str(PLUGINS / plugin / "src"))
    importlib.invalidate_caches()


@pytest.fixture
def small(write: Callable[..., pathlib.Path]) -> ndrcodes.Catalog:
    """A catalog that is indexed in no time."""
    return ndrcodes.Catalog.load(write(HEAD + RECORD))


def default(builtin: ndrcodes.Catalog) -> ndrcodes.Catalog:
    return ndrcodes.Catalog(read_extensions(builtin.data))


def test_extensions_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, builtin: ndrcodes.Catalog
) -> None:
    install(
        monkeypatch,
        tmp_path,
        ("ndrcodes-acme", "file", "ndrcodes_acme:acme.toml"),
        ("ndrcodes-made", "made", "ndrcodes_acme:made_in_python"),
    )
    catalog = default(builtin)
    answered = ndrcodes.explain("no room on the Acme shelf", catalog=catalog)
    assert answered.code is not None
    assert answered.code.id == "acme/quota"
    assert "acme/night" in catalog
    assert catalog["exchange-online/5.7.705"].fixes[0].do == "Call Acme's help desk."
    assert "acme/quota" not in builtin


def test_a_whole_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    (tmp_path / "folders" / "rules").mkdir(parents=True)
    (tmp_path / "folders" / "__init__.py").write_text("")
    source = PLUGINS / "acme" / "src" / "ndrcodes_acme" / "acme.toml"
    (tmp_path / "folders" / "rules" / "acme.toml").write_bytes(source.read_bytes())
    for value in ("folders:rules", "folders:rules/", "folders:rules/acme.toml"):
        with monkeypatch.context() as patch:
            for old in tmp_path.glob("*.dist-info/*"):
                old.unlink()
            install(patch, tmp_path, ("ndrcodes-folder", "rules", value))
            assert "acme/quota" in default(small)


def test_a_broken_extension_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    install(
        monkeypatch,
        tmp_path,
        ("ndrcodes-broken", "broken", "ndrcodes_broken:broken.toml"),
        ("ndrcodes-gone", "gone", "no_such_package:x.toml"),
        ("ndrcodes-odd", "odd", "pathlib:Path"),
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        catalog = default(small)
    assert list(catalog) == list(small)
    messages = [str(one.message) for one in caught if one.category is CatalogWarning]
    assert len(messages) == 3
    assert "'broken' of distribution 'ndrcodes-broken' is left out" in messages[0]
    assert "ndrcodes-broken:broken: broken/x.titel: unknown key" in messages[0]
    assert "no_such_package" in messages[1]
    assert "must return an ndrcodes.Catalog, returned PosixPath" in messages[2]


def test_two_that_clash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    install(
        monkeypatch,
        tmp_path,
        ("ndrcodes-clash", "clash", "ndrcodes_clash:clash.toml"),
        ("ndrcodes-acme", "file", "ndrcodes_acme:acme.toml"),
    )
    with pytest.warns(CatalogWarning, match="acme/quota.id: is a record of ndrcodes-acme:file"):
        catalog = default(small)
    assert catalog["acme/quota"].title == "Acme shelf is full"  # the first by name


def test_a_kill_switch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    install(monkeypatch, tmp_path, ("ndrcodes-broken", "broken", "ndrcodes_broken:broken.toml"))
    monkeypatch.setenv("NDRCODES_NO_PLUGINS", "1")
    assert default(small).data is small.data
    monkeypatch.setenv("NDRCODES_NO_PLUGINS", "0")
    with pytest.warns(CatalogWarning):
        default(small)


def test_it_works_from_a_zip_file(tmp_path: pathlib.Path) -> None:
    package = pathlib.Path(ndrcodes.__file__).parent
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in package.rglob("*"):
            if path.suffix in (".py", ".toml", ".json"):
                file.write(path, path.relative_to(package.parent))
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "import ndrcodes; assert '.zip' in ndrcodes.__file__\n"
        "print(ndrcodes.explain('550 5.7.705 x').code.id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "exchange-online/5.7.705\n"


def write_module(tmp_path: pathlib.Path, code: str) -> str:
    """Put a module with the function `make` on the path that `install` uses; return its name."""
    name = f"made_for_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(code))
    return name


def warned(builtin: ndrcodes.Catalog) -> tuple[ndrcodes.Catalog, list[str]]:
    """Read the extensions; return the catalog and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        catalog = default(builtin)
    return catalog, [str(one.message) for one in caught if one.category is CatalogWarning]


def test_an_extension_that_uses_the_default_catalog_is_left_out(tmp_path: pathlib.Path) -> None:
    module = write_module(tmp_path, "import ndrcodes\ndef make(): ndrcodes.explain('x')\n")
    info = tmp_path / "again-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: again\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[ndrcodes.catalogs]\nagain = {module}:make\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import ndrcodes\n"
        "print(ndrcodes.explain('550 5.7.705 x').code.id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "exchange-online/5.7.705\n"
    assert (
        "'again' of distribution 'again' is left out: RuntimeError: an extension must not use"
        " the default catalog while it is loaded; use Catalog.builtin()" in done.stderr
    )


def test_reading_the_default_catalog_does_not_wait_for_itself() -> None:
    def read() -> ndrcodes.Catalog:
        with pytest.raises(RuntimeError, match=r"must not use the default catalog while it is"):
            once.get()
        return ndrcodes.Catalog.of()

    once = _Once(read)
    assert once.get() is once.get()


@pytest.mark.parametrize("metadata", [b"Version: 1\n", b"Name: \xff\n"])
def test_a_distribution_without_a_name(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
    small: ndrcodes.Catalog,
    metadata: bytes,
) -> None:
    install(
        monkeypatch,
        tmp_path,
        ("ndrcodes-acme", "file", "ndrcodes_acme:acme.toml"),
        ("ndrcodes-nameless", "file", "ndrcodes_acme:made_in_python"),
    )
    nameless = tmp_path / "ndrcodes_nameless-1.0.dist-info" / "METADATA"
    nameless.write_bytes(metadata)
    catalog, messages = warned(small)
    assert messages == []
    assert {"acme/quota", "acme/night"} <= {record.id for record in catalog}


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("sys.exit('bye')", "SystemExit: bye"),
        ("raise type('Panic', (BaseException,), {})('lost')", "Panic: lost"),
        ("raise ValueError('y' * 100_000)", "ValueError: yyy"),
        (
            "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})",
            "Mute: (its message cannot be shown)",
        ),
    ],
)
def test_nothing_that_an_extension_raises_ends_the_host(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
    small: ndrcodes.Catalog,
    raised: str,
    told: str,
) -> None:
    module = write_module(tmp_path, f"import sys\ndef make(): {raised}\n")
    install(monkeypatch, tmp_path, ("ndrcodes-bad", "bad", f"{module}:make"))
    catalog, messages = warned(small)
    assert list(catalog) == list(small)
    assert len(messages) == 1
    assert f"'bad' of distribution 'ndrcodes-bad' is left out: {told}" in messages[0]
    assert len(messages[0]) < 5000


def test_the_user_can_still_interrupt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    module = write_module(tmp_path, "def make(): raise KeyboardInterrupt\n")
    install(monkeypatch, tmp_path, ("ndrcodes-slow", "slow", f"{module}:make"))
    with pytest.raises(KeyboardInterrupt):
        default(small)


def test_a_warning_names_some_faults_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, builtin: ndrcodes.Catalog
) -> None:
    code = (
        "import ndrcodes\ndef make(): return ndrcodes.Catalog.builtin() | ndrcodes.Catalog.of()\n"
    )
    module = write_module(tmp_path, code)
    install(monkeypatch, tmp_path, ("ndrcodes-all", "all", f"{module}:make"))
    catalog, messages = warned(builtin)
    assert list(catalog) == list(builtin)
    assert len(messages) == 1
    assert f"CatalogError: {len(builtin)} faults in catalog data\n" in messages[0]
    assert messages[0].count("is a record of the built-in catalog") == 10
    assert messages[0].endswith(f"\n  and {len(builtin) - 10} more")


def test_entry_points_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, small: ndrcodes.Catalog
) -> None:
    install(monkeypatch, tmp_path, ("ndrcodes-acme", "file", "ndrcodes_acme:acme.toml"))
    points = tmp_path / "ndrcodes_acme-1.0.dist-info" / "entry_points.txt"
    points.write_bytes(b"[ndrcodes.catalogs]\n\xff = x\n")
    catalog, messages = warned(small)
    assert list(catalog) == list(small)
    assert len(messages) == 1
    assert "entry points cannot be read: UnicodeDecodeError" in messages[0]
