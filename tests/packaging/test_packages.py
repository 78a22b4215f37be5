"""Build the wheel and the example extension, install both into a bare environment, and ask."""

import pathlib
import subprocess
import sys
import venv
import zipfile

import pytest

import ndrcodes

ROOT = pathlib.Path(__file__).parent.parent.parent
CHECK = pathlib.Path(__file__).parent / "check_installed.py"


def build(source: pathlib.Path, into: pathlib.Path) -> pathlib.Path:
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(into), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return next(into.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_ships_the_catalog_as_json(wheel: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "ndrcodes/catalog/builtin.json" in names
    assert "ndrcodes/py.typed" in names
    assert "ndrcodes/catalog.schema.json" in names
    assert not [name for name in names if name.endswith(".toml")]


def test_installed_with_extensions(
    wheel: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bare")
    extensions = [
        build(ROOT / "tests" / "plugins" / name, tmp_path_factory.mktemp(name))
        for name in ("acme", "broken", "clash")
    ]
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", str(wheel), *map(str, extensions)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    done = subprocess.run(
        [str(python), str(CHECK), "acme/quota"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
    )
    assert done.stdout == f"ok {len(ndrcodes.Catalog.builtin())} records\n"
    assert "'broken' of distribution 'ndrcodes-broken' is left out" in done.stderr
    assert "ndrcodes-broken:broken: broken/x.titel: unknown key" in done.stderr
    assert "acme/quota.id: is a record of ndrcodes-acme:file" in done.stderr


def test_the_compiled_catalog_is_the_catalog(wheel: pathlib.Path) -> None:
    from ndrcodes._load import compile_folder, parse_compiled

    with zipfile.ZipFile(wheel) as archive:
        shipped = archive.read("ndrcodes/catalog/builtin.json")
    assert shipped == compile_folder(ROOT / "src" / "ndrcodes" / "catalog")
    catalog = ndrcodes.Catalog(*parse_compiled(shipped))
    assert list(catalog) == list(ndrcodes.Catalog.builtin())
    text = "host x said: 554 5.7.1 blocked using zen.spamhaus.org (S3150) mailbox ... full"
    assert ndrcodes.explain(text, catalog=catalog) == ndrcodes.explain(text)
