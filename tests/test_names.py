"""The rooms and their names: what stands where, that no two things bear one name, and that words say the thing."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import reviewer

PACKAGE = Path(reviewer.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text()) for file in FILES}
PACKAGES = {
    "adjudication", "agreement", "cli", "collection", "definitions", "formats", "grading", "importing", "providers",
    "report", "session", "statistics", "store", "studies", "study_design", "text", "tui", "validation",
}  # fmt: skip
MODULES = {"__init__.py", "__main__.py", "errors.py", "model.py"}
# Names that said how the code was stacked, or nothing, where a noun of the field says what a thing is.
OLD_MODULES = {
    "agreeing", "asking", "attention", "bait", "balance", "base", "behind", "calls_of", "cases", "coded", "collecting",
    "desk", "found", "gate", "handout", "helpers", "intake", "judged", "manager", "plan_of", "put", "reading",
    "reporting", "samples", "settled", "sheet", "trial", "utils", "validating", "watch", "wide",
}  # fmt: skip
OLD_CLASSES = {
    "Answered", "Asked", "Desk", "Found", "Given", "Handed", "Kind", "Plan", "Progress", "Put", "Reason", "Said",
    "Standing", "StudyRow", "Table", "Taken", "Told", "Verdict", "Work",
}  # fmt: skip
# What a reader has to puzzle out, with what says it directly.
RIDDLES = {
    r"how far (it|a study|the study|each|one|an errand|a batch) (is|are)\b": "progress, or what is done",
    r"\b(come|comes|came) to\b(?! rest| be | rate| the same)": "decide, give, result",
    r"\b(is|are|was|were) told\b": "is shown, is asked, gets",
    r"\b(is|are|was) put (?!to|in|into|on disk|together|off|next to)": "is asked, is shown",
    r"\bby the way\b": "at once, beside",
    r"\bmakes of\b": "result",
}
MOST_LINES, MOST_PARAMETERS = 45, 8


def place(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


def classes(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


@cache
def functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (f"{place(file)}:{node.name}", node)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether click calls the function, with a parameter for each option of the command line."""
    return any(ast.unparse(one).split("(")[0].endswith(("click.command", ".command")) for one in node.decorator_list)


@cache
def prose() -> list[tuple[str, str]]:
    """Return every text constant of the code, docstrings and messages among them, with its place."""
    return [
        (f"{place(file)}:{node.lineno}", " ".join(node.value.split()))
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_nothing_stands_at_the_root_but_the_rooms_and_the_words() -> None:
    found = {one.name for one in PACKAGE.iterdir() if one.name not in ("__pycache__", "prompts", "py.typed")}
    assert found == PACKAGES | MODULES


def test_no_module_bears_the_name_of_the_folder_it_stands_in_or_beside() -> None:
    wrong = [
        place(file)
        for file in FILES
        if file.stem == file.parent.name or (file.with_suffix("").is_dir() and file.stem != "__init__")
    ]
    nested = [place(folder) for folder in PACKAGE.rglob("*") if folder.is_dir() and folder.name == folder.parent.name]
    assert wrong + nested == []


def test_no_two_public_classes_bear_one_name() -> None:
    counts = Counter(name for tree in TREES.values() for name in classes(tree) if not name.startswith("_"))
    assert {name: count for name, count in counts.items() if count > 1} == {}


def test_no_module_takes_an_old_name_again() -> None:
    assert [place(file) for file in FILES if file.stem in OLD_MODULES] == []
    assert Counter(file.stem for file in FILES)["population"] == 1


def test_no_class_takes_an_old_name_again() -> None:
    found = [f"{place(file)}:{name}" for file, tree in TREES.items() for name in classes(tree)]
    assert [one for one in found if one.rpartition(":")[2].lstrip("_") in OLD_CLASSES] == []


def test_every_function_fits_a_screen() -> None:
    long = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_no_function_takes_more_than_eight_parameters() -> None:
    counts = {
        name: len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)
        for name, node in functions()
        if not is_command(node)
    }
    assert {name: count for name, count in counts.items() if count > MOST_PARAMETERS} == {}


@pytest.mark.parametrize("riddle", RIDDLES)
def test_no_text_is_a_riddle(riddle: str) -> None:
    found = [f"{where}: {text[:100]}" for where, text in prose() if re.search(riddle, text, re.IGNORECASE)]
    assert found == [], f"say instead: {RIDDLES[riddle]}"


def test_the_checks_see_what_they_look_for() -> None:
    assert len(functions()) > 1000
    assert any(is_command(node) for _, node in functions())
    assert any("Return" in text for _, text in prose())
