"""The man pages: made anew they are the same, and each says all that its command takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reviewer.cli.main import cli
from tests.support.commands import contexts
from tests.support.folders import ROOT

PAGES = ROOT / "docs" / "man"


EVERY = {
    context.command_path.replace(" ", "-"): context
    for context in contexts(click.Context(cli, info_name="reviewer", **cli.context_settings))
}


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_made_anew_they_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "reviewer-gone.1").write_text("of a command that is no more")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "man_pages.py"), str(tmp_path)], check=True)
    assert texts(tmp_path) == texts(PAGES), "run scripts/man_pages.py"


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert {path.stem for path in PAGES.iterdir()} == {*EVERY}, "run scripts/man_pages.py"


@pytest.mark.parametrize("name", EVERY)
def test_a_page_says_all_that_the_command_takes(name: str) -> None:
    page = (PAGES / f"{name}.1").read_text(encoding="utf-8")
    sections = re.findall("^[.]SH (.*)$", page, flags=re.MULTILINE)
    assert sections[:4] == ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"]
    assert sections[-1] == "SEE ALSO"
    parameters = EVERY[name].command.get_params(EVERY[name])
    names = {one for parameter in parameters if isinstance(parameter, click.Option) for one in parameter.opts}
    bold = set(re.findall(r"\\fB(\S+?)\\fP", page))
    assert {one.replace("-", r"\-") for one in names} <= bold
    assert {"-h", "--help"} <= names


@pytest.mark.parametrize("name", EVERY)
def test_every_option_has_a_help(name: str) -> None:
    options = [one for one in EVERY[name].command.params if isinstance(one, click.Option)]
    assert [one.opts for one in options if not one.help] == []


def test_the_first_page_names_files_variables_and_statuses() -> None:
    page = (PAGES / "reviewer.1").read_text(encoding="utf-8")
    for section in ("COMMANDS", "FILES", "ENVIRONMENT", "EXIT STATUS"):
        assert f"\n.SH {section}\n" in page
    for word in ("REVIEWER_DB", "REVIEWER_RATER", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "NO_COLOR", "reviews.db"):
        assert word in page


@pytest.mark.skipif(shutil.which("mandb") is None, reason="no man-db here")
@pytest.mark.parametrize("name", EVERY)
def test_a_page_fits_a_terminal_of_80_columns_and_keeps_what_roff_could_take_for_its_own(name: str) -> None:
    command = ("man", "--warnings", "--local-file", str(PAGES / f"{name}.1"))
    environment = {"MANWIDTH": "80", "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin", "MANPAGER": "cat"}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    told = "".join(re.sub(r".\x08", "", shown.stdout).split())
    for line in (EVERY[name].command.epilog or "").removeprefix("\b\n").splitlines():
        assert "".join(line.split()) in told
