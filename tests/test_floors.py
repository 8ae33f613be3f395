"""The floors: what may be loaded where, and what no file may do. Each is looked at in a process of its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import reviewer

PACKAGE = Path(reviewer.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"textual", "rich", "openai", "anthropic", "sqlite_utils", "numpy", "psycopg"}
DATABASE = {"sqlite3", "sqlite_utils", "psycopg"}


def loaded(program: str) -> set[str]:
    """Return the modules that `program` has loaded when it ends."""
    told = f"{program}\nimport sys\nprint('\\n' + '\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines())


def imported(file: Path) -> set[str]:
    """Return the packages that `file` imports anywhere, at the top and inside functions."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.partition(".")[0])
    return names


def test_a_study_loads_no_screen_no_client_and_no_numbers() -> None:
    assert loaded("import reviewer.studies.rating") & HEAVY == set()


def test_making_a_database_loads_sqlite_utils_and_opening_it_again_does_not(tmp_path: Path) -> None:
    opening = f"from reviewer.store.sqlite import open_for_writing as o; o({str(tmp_path / 'x.db')!r}).close()"
    assert "sqlite_utils" in loaded(opening)
    assert loaded(opening) & {"sqlite_utils", "numpy"} == set()


HELP = """
import sys
from reviewer.cli.main import main
sys.argv = ["reviewer", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.fixture(scope="module")
def loaded_for_help() -> set[str]:
    return loaded(HELP)


def test_help_loads_nothing_heavy(loaded_for_help: set[str]) -> None:
    assert loaded_for_help & HEAVY == set()


def test_help_loads_no_store(loaded_for_help: set[str]) -> None:
    assert {name for name in loaded_for_help if name.startswith("reviewer.store")} | loaded_for_help & DATABASE == set()


def test_help_names_the_commands() -> None:
    run = subprocess.run([sys.executable, "-m", "reviewer", "--help"], capture_output=True, text=True, check=True)
    assert "verify" in run.stdout


def test_a_clean_interpreter_loads_none_of_these_by_itself() -> None:
    assert loaded("") & (HEAVY | DATABASE) == set()


@pytest.mark.parametrize(
    "file", [file for file in FILES if PACKAGE / "store" not in file.parents], ids=lambda file: file.stem
)
def test_only_the_store_imports_a_database(file: Path) -> None:
    assert imported(file) & DATABASE == set()


def writes_to_stdout(file: Path) -> list[int]:
    """Return the lines on which `file` prints or names stdout."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr == "stdout")
    ]


@pytest.mark.parametrize(
    "file", [file for file in FILES if PACKAGE / "cli" not in file.parents], ids=lambda file: file.stem
)
def test_only_the_command_line_writes_to_stdout(file: Path) -> None:
    assert writes_to_stdout(file) == []


def test_the_command_line_does_write_to_stdout() -> None:
    assert any(writes_to_stdout(file) for file in FILES)


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.name != "__main__.py"], ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_no_file_does_work_when_it_is_imported(file: Path) -> None:
    calls = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.Expr | ast.For | ast.While)]
    assert [node for node in calls if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))] == []
