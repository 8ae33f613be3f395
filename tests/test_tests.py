"""How the tests are kept: helpers apart from tests, no reaching into what is private, something asserted in each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import reviewer

TESTS = Path(__file__).parent
SUPPORT = TESTS / "support"
PACKAGE = Path(reviewer.__file__).parent
TREES = {file: ast.parse(file.read_text()) for file in sorted(TESTS.rglob("*.py"))}
APART = {"support", "data", "__snapshots__", "__pycache__"}
# Public by their documentation, whatever their names look like.
PUBLIC = {"_replace", "_asdict", "_fields", "_make", "_exit"}
# What Textual keeps private and gives no other way to; `tests/support/painted.py` says why.
TEXTUALS = {"painted.py": {"_compositor", "_toggle_cursor"}}
BY_NAME = {"getattr", "setattr", "delattr", "hasattr"}
# Helpers that fail where what they wait for or compare does not come.
ASSERTING = {"begin", "drive", "until"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(file: Path, node: ast.stmt | ast.expr) -> str:
    return f"{file.relative_to(TESTS)}:{node.lineno}"


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in PUBLIC


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def private_names(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield each private member of something else that is named, as an attribute, an import, or in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        ):
            yield node, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, name) for name in (*(node.module or "").split("."), *(one.name for one in node.names)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("reviewer."):
            yield from ((node, name) for name in node.value.split(".") if name.isidentifier())
        elif isinstance(node, ast.Call) and called(node) in BY_NAME:
            yield from (
                (node, one.value) for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def can_fail(node: ast.AST) -> bool:
    """Tell whether a node asserts something, or calls what does."""
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and called(node) in {"raises", "fail", *ASSERTING}


def every_test() -> list[tuple[str, Function]]:
    return [
        (f"{file.relative_to(TESTS)}:{node.name}", node)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function) and node.name.startswith("test_") and file.name.startswith("test_")
    ]


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{one.name}") for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node, one.name) for one in node.names)


def test_no_test_module_imports_another() -> None:
    wrong = [
        f"{place(file, node)}: {name}"
        for file, tree in TREES.items()
        for node, name in imported(tree)
        if name.startswith("tests.") and any(part.startswith("test_") for part in name.split("."))
    ]
    assert wrong == [], "what two modules of tests need stands in tests/support"


def test_nothing_private_is_touched() -> None:
    wrong = [
        f"{place(file, node)}: {name}"
        for file, tree in TREES.items()
        for node, name in private_names(tree)
        if is_private(name) and name not in TEXTUALS.get(file.name, set())
    ]
    assert wrong == [], "ask for what a user sees, or for what the database holds"


def test_every_test_can_fail() -> None:
    assert [name for name, node in every_test() if not any(can_fail(one) for one in ast.walk(node))] == []


def test_what_is_taken_to_assert_is_a_helper_that_does() -> None:
    helpers = {
        node.name
        for file, tree in TREES.items()
        if file.parent == SUPPORT
        for node in ast.walk(tree)
        if isinstance(node, Function) and any(isinstance(one, ast.Assert | ast.Raise) for one in ast.walk(node))
    }
    assert helpers >= ASSERTING


def test_the_folders_are_those_of_the_package() -> None:
    folders = [one for one in TESTS.rglob("*") if one.is_dir() and not APART & set(one.relative_to(TESTS).parts)]
    assert [str(one.relative_to(TESTS)) for one in folders if not (PACKAGE / one.relative_to(TESTS)).is_dir()] == []


def test_the_checks_see_what_they_look_for() -> None:
    seen = {
        name for _, name in private_names(ast.parse("a._b\nfrom c import _d\nsetattr(e, '_f', 1)\n'reviewer.g._h'"))
    }
    assert {"_b", "_d", "_f", "_h"} <= {name for name in seen if is_private(name)}
    assert not any(is_private(name) for _, name in private_names(ast.parse("self._a\na._replace()\na.__dict__")))
    assert [name for _, name in imported(ast.parse("from tests.a import test_b"))] == ["tests.a.test_b"]
    assert len(every_test()) > 1000
    assert not any(can_fail(one) for one in ast.walk(ast.parse("run()")))
