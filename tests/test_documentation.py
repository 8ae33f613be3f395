"""README and docs: every command in them runs, every link leads somewhere, and nothing that is shipped is left out."""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from reviewer.cli.main import COMMANDS, cli
from reviewer.definitions.model_config import read_setups
from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.formats.export.registry import EXPORT_FORMATS
from reviewer.formats.mapping.profile import read_profile
from reviewer.grading.definition import read_grader
from reviewer.tui.adjudicate_keys import ADJUDICATE_KEYS
from reviewer.tui.agreement_keys import AGREEMENT_KEYS
from reviewer.tui.rate_keys import RATE_KEYS
from tests.support.commands import Run
from tests.support.documentation import HEAD, KINDS, OF_BLOCK, Page, pages
from tests.support.documentation_run import KEY, Scratch
from tests.support.folders import DOCS, PROMPTS, README, ROOT
from tests.support.llm_server import LLMServer

PAGES = pages()
BY_PATH = {page.path: page for page in PAGES}
RUN = [page for page in PAGES if page.blocks]
RUBRICS = (PROMPTS / "rubrics",)
# Commands of other programs that set this one up, with the reason why they are not run here and where they are.
INSTALLS = "it installs into an environment of its own, from an index of packages; "
BY_HAND = INSTALLS + "by hand; tests/test_packages.py runs the wheel where nothing else is"
NOT_RUN = {
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && .venv/bin/reviewer":
        INSTALLS + ".ci/run installs so, and the tests open the application so",
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && .venv/bin/pytest -n auto":
        INSTALLS + "it is what .ci/run runs, and these tests are part of it",
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[test]'":
        INSTALLS + "it is a part of what .ci/run runs",
    "pipx run --spec FILE.whl reviewer": BY_HAND,
    "pipx install FILE.whl": BY_HAND,
    "pip install 'FILE.whl[parquet,plots,sign]'": BY_HAND,
    "uvx --from FILE.whl reviewer": BY_HAND,
}  # fmt: skip
READERS: dict[str, Callable[[Path], object]] = {
    "rubrics": read_rubric,
    "suites": read_suite,
    "profiles": read_profile,
    "graders": lambda path: read_grader(path, [path.parents[1] / "rubrics", *RUBRICS]),
    "prompts": read_setups,
}


def left_out(command: str) -> bool:
    return command in NOT_RUN


def shipped(kind: str) -> list[str]:
    return sorted(path.stem for path in (PROMPTS / kind).glob("*.toml"))


def rows(name: str) -> set[str]:
    """Return what stands between backticks on a page of the reference."""
    return set(Page(DOCS / "reference" / name).codes)


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_a_page_does_what_it_says(
    page: Page, run: Run, tmp_path: Path, server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for provider, address in (("OPENAI", f"{server.url}/v1"), ("ANTHROPIC", server.url)):
        monkeypatch.setenv(f"{provider}_BASE_URL", address)
        monkeypatch.setenv(f"{provider}_API_KEY", KEY)
    scratch = Scratch(tmp_path, run, server)
    scratch.prepare(page)
    for block in page.blocks:
        scratch.block(block, left_out)
        file = tmp_path / block.notes.get("file", "")
        if block.kind == "toml" and file.parent.name in READERS:
            assert READERS[file.parent.name](file)
    assert all(KEY in str(asked.headers) for asked in server.prompts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_of_a_kind_that_is_checked(page: Page) -> None:
    for block in page.blocks:
        assert block.kind in KINDS, f"{page.name}:{block.line}"
        if block.kind == "toml":
            tomllib.loads(block.text)
        if block.kind == "json":
            json.loads(block.text)
        if {"keys", "rates", "decides", "lines", "stop"} & block.notes.keys():
            assert len(block.commands) == 1, f"{page.name}:{block.line}: keys are for one command"
        if "output" in block.notes:
            assert block.kind == "text", f"{page.name}:{block.line}"
    # A misspelled comment would be passed over in silence.
    for token in page.tokens:
        if token.type == "html_block":
            word = token.content.removeprefix("<!--").split()[0].strip(":")
            assert word in HEAD | OF_BLOCK | {"site"}, f"{page.name}: {token.content}"


def test_what_is_not_run_is_still_there() -> None:
    commands = [command for page in PAGES for block in page.blocks if block.kind == "sh" for command in block.commands]
    assert [command for command in NOT_RUN if command not in commands] == []
    assert all(not command.startswith("reviewer") for command in NOT_RUN)
    assert len(commands) > 60


def spellings(code: str) -> Iterator[list[str]]:
    """Yield the words of a command in prose, once for each of its `one|other`."""
    words = [word.strip("[]") for word in shlex.split(code, comments=True) if word.strip("[]") not in ("…", "...")]
    choices = [word.split("|") if "|" in word and not word.startswith("-") else [word] for word in words]
    for first in range(max(map(len, choices))):
        yield [choice[min(first, len(choice) - 1)] for choice in choices]


def fault(words: list[str]) -> str | None:
    """Return what is wrong with the command that `words` spell: a command or an option that is not there."""
    command: click.Command = cli
    context = click.Context(cli, info_name="reviewer")
    options = {"--help", "-h"}
    place = 1
    while True:
        options |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        if not isinstance(command, click.Group) or place >= len(words) or words[place].startswith("-"):
            break
        if words[place].isupper() or "." in words[place]:
            break  # FILE, or NAME
        found = command.get_command(context, words[place])
        if found is None:
            return f"no command {' '.join(words[: place + 1])}"
        command, place = found, place + 1
    unknown = [word for word in words[place:] if word.startswith("-") and word.partition("=")[0] not in options]
    return f"{' '.join(words[:place])} has no {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_prose_exist(page: Page) -> None:
    codes = [code for code in page.codes if code.split()[:1] == ["reviewer"]]
    faults = {code: fault(words) for code in codes for words in spellings(code)}
    assert {code: found for code, found in faults.items() if found} == {}


def test_options_in_prose_exist() -> None:
    def every(command: click.Command, context: click.Context) -> Iterator[str]:
        yield from (name for one in command.params for name in one.opts)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from every(inner, context)

    known = {*every(cli, click.Context(cli)), "--help", "--version"}
    found = {f"{page.name}: {code}" for page in PAGES for code in page.codes if code.startswith("--")}
    assert len(found) > 40
    assert [one for one in sorted(found) if one.partition(": ")[2].split()[0] not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_leads_somewhere(page: Page) -> None:
    broken = []
    for link in page.links:
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path
        here = target.exists() and target.is_relative_to(ROOT)
        if not here or (anchor and anchor not in BY_PATH[target].anchors):
            broken.append(link)
    assert broken == []


def test_the_readme_is_short_and_starts_in_two_lines() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
    assert sum(".venv/bin/pytest" in line for line in lines) == 1
    assert [block.commands[0] for block in Page(README).blocks if block.kind == "sh"][:2] == list(NOT_RUN)[:2]


def test_every_command_has_a_job_page_that_runs_it() -> None:
    run_there = {
        word
        for page in PAGES
        if page.path.parent.name == "jobs"
        for block in page.blocks
        if block.kind == "sh"
        for command in block.commands
        for word in shlex.split(command, comments=True)
    }
    assert [name for name in COMMANDS if name not in run_there] == []


@pytest.mark.parametrize("kind", ["rubrics", "graders", "suites", "profiles"])
def test_everything_that_is_shipped_is_in_the_reference(kind: str) -> None:
    assert [name for name in shipped(kind) if name not in rows("shipped.md")] == []


def test_every_key_is_in_the_reference() -> None:
    known = rows("keys.md")
    shown = {"slash": "/", "equals_sign": "=", "question_mark": "?", "minus": "-", "plus": "+", "comma": ",",
             "full_stop": ".", "left": "←", "right": "→", "up": "↑", "down": "↓", "pagedown": "pgdn", "pageup": "pgup",
             "escape": "esc", "left_square_bracket": "[", "right_square_bracket": "]", "shift+tab": "←"}  # fmt: skip
    keys = [key for one in (*RATE_KEYS, *ADJUDICATE_KEYS, *AGREEMENT_KEYS) for key in one.key.split(",")]
    assert sorted({shown.get(key, key) for key in keys} - known) == []


def test_every_export_format_is_in_the_job_of_gold() -> None:
    assert {one.name for one in EXPORT_FORMATS} - set(Page(DOCS / "jobs" / "gold.md").codes) == set()


def test_the_checks_see_what_they_look_for() -> None:
    assert fault(["reviewer", "rat", "x"]) == "no command reviewer rat"
    assert fault(["reviewer", "rate", "x", "--plane"]) == "reviewer rate has no --plane"
    assert fault(["reviewer", "--rater", "NAME"]) is None
    assert list(spellings("reviewer a|b FILE …")) == [["reviewer", "a", "FILE"], ["reviewer", "b", "FILE"]]
    assert {page.name for page in PAGES} >= {"README.md", "docs/index.md", "docs/jobs/rate.md"}
    assert any(block.notes.get("keys") for page in PAGES for block in page.blocks)
