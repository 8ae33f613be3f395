"""The pages for contributors point at files and commands that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.folders import DOCS, ROOT

PAGES = (ROOT / "CONTRIBUTING.md", DOCS / "architecture.md")
PLACES = ("reviewer/", "tests/", "scripts/", "docs/", "prompts/", "benchmarks/", ".ci/")
IN_PACKAGE = re.compile(r"[a-z_]+/([a-z_]+\.py)?$")


def paths(page: Path) -> set[str]:
    """Return the paths that a page names in code spans; NAME in one stands for any."""
    spans = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    return {span for span in spans if span.startswith(PLACES) or IN_PACKAGE.match(span)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_path_named_is_there(page: Path) -> None:
    named = paths(page)
    assert len(named) > 10
    missing = {
        path
        for path in named
        if not list(ROOT.glob(path.replace("NAME", "*"))) and not (ROOT / "reviewer" / path).exists()
    }
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_target_of_make_is_there(page: Path) -> None:
    targets = set(re.findall(r"\bmake ([a-z]+)\b", page.read_text(encoding="utf-8").replace("`", " ` ")))
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {target for target in targets if f"`make {target}`" in page.read_text(encoding="utf-8")} <= made
    assert {"check", "test", "lint", "docs", "dist"} <= made


def test_every_package_is_on_the_map() -> None:
    packages = {path.parent.name for path in (ROOT / "reviewer").glob("*/__init__.py")}
    on_map = set(re.findall(r"([a-z_]+)/\s", (DOCS / "architecture.md").read_text(encoding="utf-8")))
    assert packages - on_map == set()
