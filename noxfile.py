"""Everything that is run on the project: `nox` runs the tests, `nox -s lint` one session."""

from __future__ import annotations

import pathlib
import shutil

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)


def group(name: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, name)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests; with the branch coverage they must reach."""
    session.install("-e", ".", *group("test"))
    args = session.posargs or ["--cov", "--cov-report=term-missing"]
    session.run("pytest", *args)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and the order of imports between modules."""
    session.install("-e", ".", *group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """Check types, and the published ones with a second checker."""
    session.install(
        "-e", ".", "nox", "hatchling", *group("test"), *group("typing"), *group("bench")
    )
    session.run("mypy")
    session.run("pyright", "--pythonversion", "3.11", "tests/typing")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("-e", ".", *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheel and sdist and try both in a bare environment."""
    session.install("build", "twine")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    packages = sorted(pathlib.Path("dist").iterdir())
    session.run("twine", "check", "--strict", *map(str, packages))
    for package in packages:
        session.run("python", "-m", "venv", "--clear", f"{session.create_tmp()}/bare")
        python = f"{session.create_tmp()}/bare/bin/python"
        session.run(python, "-m", "pip", "install", "-q", str(package), external=True)
        session.run(
            python,
            "-I",
            "tests/packaging/check_installed.py",
            external=True,
        )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed, start-up, growth and memory of the built wheel."""
    session.install(".", "flufl.bounce", *group("bench"))
    session.run("python", "benchmarks/run.py", *session.posargs)


@nox.session
def release(session: nox.Session) -> None:
    """Check that the tree is ready to be tagged, then build and try what would be published."""
    version = session.run(
        "python",
        "-c",
        "import re,sys;print(re.search(r'__version__ = \"(.+)\"',"
        "open('src/ndrcodes/__init__.py').read())[1])",
        silent=True,
    )
    if session.run("git", "status", "--porcelain", external=True, silent=True):
        session.error("the work tree holds changes; commit or remove them")
    if f"## {str(version).strip()}" not in pathlib.Path("CHANGELOG.md").read_text("utf-8"):
        session.error(f"CHANGELOG.md has no section for {version}")
    build(session)
