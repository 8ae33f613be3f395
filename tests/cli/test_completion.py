"""What a TAB brings, asked as a shell asks; that it changes nothing and never complains; and what real shells type."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem

from reviewer.cli.completed_names import typeable
from reviewer.cli.main import cli
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import RUBRIC, Run, contexts, write_rubric
from tests.support.folders import SCHEMA
from tests.support.terminal import PLAIN_ENVIRONMENT, Terminal

Complete = Callable[..., list[tuple[str, str]]]
HOSTILE_NAMES = (
    "$(touch pwned)", "`touch pwned`", "x;touch pwned", "two words", "quo'te", 'quo"te', "back\\slash", "*", "a?",
    "[a]", "~root", "-rf", "#not", "=ls", "%1", "a,b", "a\nplain,b", "plain\ngoodx\n_", "\x1b]0;title\x07", "\x9b31m",
    "right\u202eleft", "zero\u200bwidth", "hangul\u3164", "", " ", "a|b", "a&b", "a>b", "{a}", "!!", "^a",
)  # fmt: skip
TYPEABLE_NAMES = ("refusal", "judge@gpt-4.1", "judge@openai/gpt-4.1#2", "a:b", "straße", "試験", "v1.0_x+y", "100%")
# What a command names by one of these is completed, whichever command it is.
NAMING = {"study", "--study", "--from", "--model", "--rubric", "--suite", "--grader", "--against", "--profile"}
NAMING |= {"--rater", "--question"}


@pytest.fixture
def complete(gold_story: Run, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What asks for the completions of the last of the words, as the script of zsh does: (name, help) of each."""

    def ask(*words: str) -> list[tuple[str, str]]:
        monkeypatch.setenv("_REVIEWER_COMPLETE", "zsh_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(("reviewer", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        done = gold_story()
        monkeypatch.delenv("_REVIEWER_COMPLETE")
        assert done.err == ""
        lines = done.out.removesuffix("\n").split("\n")
        found = list(zip(lines[0::3], lines[1::3], lines[2::3], strict=True)) if lines != [""] else []
        return [(value, beside) if kind == "plain" else (kind, value) for kind, value, beside in found]

    return ask


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ra", ("rate", "Rate the items of a study, blind.")),
        ("study sh", ("show", "Show the design and the progress of STUDY.")),
        ("completion z", ("zsh", "_")),
        ("rate --pl", ("--plain", "Line by line: for screen readers, pipes and scripts.")),
        *((f"{command} ", ("s", "plain, open")) for command in ("rate", "adjudicate", "labels", "agreement", "gold")),
        *((f"{command} ", ("s", "plain, open")) for command in ("validate", "export", "grade", "report")),
        *((f"study {command} ", ("s", "plain, open")) for command in ("show", "close")),
        ("rate --plain ", ("s", "plain, open")),
        ("study create x --from ", ("s", "plain, open")),
        ("import t.jsonl --study ", ("s", "plain, open")),
        ("--rater ", ("ann", "_")),
        ("rate s --rater a", ("ann", "_")),
        ("adjudicate s --rater a", ("ann", "_")),
        ("labels s --rater str", ("strict", "model")),
        ("study create x --assign b", ("bob", "_")),
        ("agreement s --question ", ("verdict", "Is it right?")),
        ("validate s --question=v", ("--question=verdict", "Is it right?")),
        ("validate s --grader ", ("strict", "model")),
        ("validate s --grader strict --against ", ("rule1", "rule")),
        ("validate s --lab ", ("A", "_")),
        ("report s --grader ", ("rule1", "rule")),
        ("study create x --rubric plain --grader ", ("strict", "model")),
        ("study create x --grader ", ("strict", "model")),
        ("study create x --rubric refusal --rate ", ("refusal", "worse: neither")),
        ("study create x --rubric ", ("plain", "Is it right?")),
        ("study create x --rubric ref", ("refusal", "Did the model refuse, why, and was that right?")),
        ("study create x --suite ", ("words", "_")),
        ("study create x --model ", ("alpha", "A")),
        ("study create x --policy majority --aids b", ("before", "_")),
        ("import t.jsonl --rubric pl", ("plain", "Is it right?")),
        ("import t.jsonl --profile x", ("xstest", "xstest_refusal")),
        ("import t.jsonl --format js", ("jsonl", "_")),
        ("collect --suite pers", ("persons", "Questions about historical persons, from templates")),
        ("collect --model gpt-4.1", ("gpt-4.1", "openai gpt-4.1-2025-04-14")),
        ("grade s --model gpt-4.1", ("gpt-4.1", "openai gpt-4.1-2025-04-14")),
        ("rubric check ref", ("refusal", "Did the model refuse, why, and was that right?")),
        ("suite check pers", ("persons", "Questions about historical persons, from templates")),
        ("grader check leak", ("leak_rule", "Looks for the secret of the prompt in the response")),
        ("grade s --grader leak", ("leak_rule", "Looks for the secret of the prompt in the response")),
        ("export s --format js", ("jsonl", "_")),
        *((f"{words} x/y", ("file", "x/y")) for words in ("--db", "import", "export s -o", "report s --html")),
        *((f"{words} x", ("file", "x")) for words in ("collect --models-file", "grade s --models-file", "rate s --db")),
        *((f"{words} ./x", ("file", "./x")) for words in ("collect --suite", "grade s --grader", "import t --profile")),
        *((f"{words} p/x", ("file", "p/x")) for words in ("study create x --rubric", "import t.jsonl --rubric")),
        ("report s --csv x", ("dir", "x")),
    ],
)
def test_a_tab_completes(complete: Complete, line: str, expected: tuple[str, str]) -> None:
    assert expected in complete(*line.split(" "))


def test_what_was_given_already_is_not_offered_again(complete: Complete) -> None:
    assert [name for name, _ in complete("study", "create", "x", "--model", "")] == ["alpha", "beta"]
    assert [name for name, _ in complete("study", "create", "x", "--model", "alpha", "--model", "")] == ["beta"]


def test_seals_are_completed_by_their_hashes_and_files(complete: Complete, gold_story: Run) -> None:
    taken = gold_story("seal", "--json").json()
    assert complete("verify", "--seal", taken["hash"][:4]) == [(taken["hash"], f"{taken['at'][:10]} r1")]
    assert complete("verify", "--seal", "./x") == [("file", "./x")]


def test_models_come_from_the_file_named(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[[model]]\nname = "mine"\nprovider = "openai"\nmodel = "x"\n')
    assert complete("collect", "--models-file", "m.toml", "--model", "") == [("mine", "openai x")]


def test_the_database_is_the_one_that_is_named(
    complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(tmp_path / "reviews.db", tmp_path / "other.db")
    assert complete("rate", "") == []
    assert complete("rate", "--db", "other.db", "") == complete("--db", "other.db", "rate", "") != []
    monkeypatch.setenv("HOME", str(tmp_path))
    assert complete("rate", "--db", "~/other.db", "") != []
    monkeypatch.setenv("REVIEWER_DB", "other.db")
    assert complete("rate", "") != []
    assert complete("rate", "--db", "none.db", "") == []


def test_every_parameter_that_names_something_stored_or_defined_completes_it(gold_story: Run) -> None:
    found = set()
    for context in contexts(click.Context(cli, info_name="reviewer")):
        context.params = {"study": "s"}
        for parameter in context.command.params:
            naming = NAMING & ({parameter.name} if isinstance(parameter, click.Argument) else {*parameter.opts})
            if naming:
                items: list[CompletionItem[str]] = parameter.shell_complete(context, "")
                assert {item.type for item in items} == {"plain"}, f"{context.command_path} {parameter.opts}"
                found |= naming
    assert found == NAMING


@pytest.mark.parametrize("name", TYPEABLE_NAMES)
def test_a_name_that_means_itself_can_be_typed(name: str) -> None:
    assert typeable(name)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_a_shell_or_a_terminal_would_act_on_is_no_word_to_offer(name: str) -> None:
    assert not typeable(name)


def store_studies(path: Path, *names: str) -> None:
    """Store studies past the check of their names, as a file from elsewhere may hold them."""
    with closing(open_for_writing(str(path))) as engine, engine.writing():
        known = studies.load(engine, "s")
        for name in names:
            studies.create(engine, name, known.rubric, known.design, known.created_at)


def store_graders(path: Path, *names: str) -> None:
    """Store graders that say what `strict` said."""
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = [column for _, column, *_ in connection.execute("pragma table_info(label)")]
        kept = ", ".join({"number": "null", "id": "?1 || id", "rater": "?1"}.get(one, one) for one in columns)
        for name in names:
            connection.execute("insert into rater (name, kind, created_at) values (?, 'model', '')", (name,))
            connection.execute(f"insert into label select {kept} from label where rater = 'strict'", (name,))


def test_hostile_names_are_left_out_and_the_others_stay(complete: Complete, tmp_path: Path) -> None:
    store_studies(tmp_path / "reviews.db", *HOSTILE_NAMES, *TYPEABLE_NAMES)
    # In an answer to zsh a colon in a name is escaped.
    assert [name.replace("\\:", ":") for name, _ in complete("rate", "")] == ["s", *TYPEABLE_NAMES]


def test_help_shows_what_would_steer_a_terminal(complete: Complete, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "reviews.db")) as connection, connection:
        connection.execute("update suite set title = 'a' || char(27) || ']0;x' || char(7, 10, 8238) where id = 'words'")
    [beside] = [beside for name, beside in complete("study", "create", "x", "--suite", "") if name == "words"]
    assert beside == "a␛]0;x␇␊⟨RIGHT-TO-LEFT OVERRIDE⟩"


def folder_state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return what lies in a folder: of each entry when it was changed, and the bytes of a file."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    }


def make_other(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table study (name text)")
        connection.execute("insert into study values ('s')")


def make_damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(200)
        file.write(b"\xff" * 100_000)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "make",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database at all" * 100),
        make_damaged,
        make_other,
        lambda path: shutil.copy(SCHEMA / "m001.db", path),
        make_folder,
        make_pipe,
    ],
    ids=["none", "empty", "text", "damaged", "another program's", "of an older version", "a folder", "a pipe"],
)
def test_a_file_that_cannot_be_read_as_it_is_gives_nothing_and_stays(
    complete: Complete, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "reviews.db")
    before = folder_state(tmp_path)
    assert complete("rate", "") == []
    assert complete("validate", "s", "--grader", "") == []
    assert folder_state(tmp_path) == before


@pytest.mark.parametrize("kind", ["rubrics", "suites", "graders", "profiles"])
def test_a_broken_definition_is_offered_without_help(complete: Complete, tmp_path: Path, kind: str) -> None:
    (tmp_path / "prompts" / kind).mkdir(exist_ok=True)
    (tmp_path / "prompts" / kind / "broken.toml").write_text("title = [\n")
    line = {
        "rubrics": ("study", "create", "x", "--rubric", "br"),
        "suites": ("collect", "--suite", "br"),
        "graders": ("grade", "s", "--grader", "br"),
        "profiles": ("import", "t", "--profile", "br"),
    }[kind]
    assert complete(*line) == [("broken", "_")]


def test_a_broken_models_file_gives_nothing(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "prompts" / "models.toml").write_text("[[model]]\nname = 3\n")
    assert complete("collect", "--model", "") == []


@pytest.mark.parametrize("line", ["", "no-such-command ", "rate s --db", "study create x --panes many --from "])
def test_an_odd_line_is_no_reason_to_complain(complete: Complete, line: str) -> None:
    assert isinstance(complete(*line.split(" ")), list)


def test_a_tab_leaves_nothing_behind(complete: Complete, tmp_path: Path) -> None:
    before = folder_state(tmp_path)
    assert complete("rate", "") == [("s", "plain, open")]
    assert folder_state(tmp_path) == before


def test_what_is_being_written_is_offered_once_it_is_stored_and_nobody_waits(
    complete: Complete, tmp_path: Path
) -> None:
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        store_studies(tmp_path / "reviews.db", "late")
        files = sorted(tmp_path.iterdir())
        with engine.writing():
            began = time.monotonic()
            assert [name for name, _ in complete("rate", "")] == ["s", "late"]
            assert time.monotonic() - began < 5  # a lock is waited for much longer
        assert sorted(tmp_path.iterdir()) == files


def bash_answer(folder: Path, words: list[str], at: int) -> list[str]:
    """Return what bash is answered to words that it took apart, the word `at` being completed."""
    environment = {"_REVIEWER_COMPLETE": "bash_complete", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(at)}
    run = subprocess.run(
        [sys.executable, "-m", "reviewer"],
        env=os.environ | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return run.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--grader", "jud"], ["plain,judge@gpt-4", "plain,judge@gpt-5"]),
        (["--grader", "judge", "@"], ["plain,@gpt-4", "plain,@gpt-5"]),
        (["--grader", "judge", "@", "gpt-5"], ["plain,@gpt-5"]),
        (["--grader", "="], ["plain,judge@gpt-4", "plain,judge@gpt-5", "plain,rule1", "plain,strict"]),
        (["--grader", "=", "judge", "@", "g"], ["plain,@gpt-4", "plain,@gpt-5"]),
        (["--grader", "=", "rule"], ["plain,rule1"]),
        (["--grader", "judge", "@", "gpt-5", "--question", "verd"], ["plain,verdict"]),
    ],
)
def test_words_that_bash_took_apart_are_put_together(
    gold_story: Run, tmp_path: Path, words: list[str], expected: list[str]
) -> None:
    store_graders(tmp_path / "reviews.db", "judge@gpt-4", "judge@gpt-5")
    line = ["reviewer", "validate", "s", *words]
    assert sorted(bash_answer(tmp_path, line, len(line) - 1)) == expected


HEAVY = {"textual", "rich", "openai", "anthropic", "httpx2", "numpy", "sqlite_utils", "pyarrow", "matplotlib"}


@pytest.mark.parametrize("line", ["", "rate ", "validate s --grader ", "collect --model ", "grade s --grader "])
def test_a_tab_loads_nothing_heavy(gold_story: Run, tmp_path: Path, line: str) -> None:
    program = (
        "from reviewer.cli.main import main\nimport sys\ntry: main()\nexcept SystemExit: print(*sys.modules, sep='\\n')"
    )
    words = ["reviewer", *line.split(" ")]
    environment = {
        "_REVIEWER_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("plain,")
    assert HEAVY & {*run.stdout.split("\n")} == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_command_prints_the_script_and_nothing_else(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert f"_REVIEWER_COMPLETE={shell}_complete" in done.out
    assert done.err == ""


def test_another_shell_is_a_wrong_usage_that_names_the_three(run: Run) -> None:
    assert "'bash', 'zsh', 'fish'" in run("completion", "ksh", expected=2).err


# How each is started without anybody's settings, and what is typed to have the completion.
SHELLS = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), 'eval "$(reviewer completion bash)"'),
    "zsh": (("zsh", "-f", "-i"), 'autoload -Uz compinit; compinit -u -D; eval "$(reviewer completion zsh)"'),
    "fish": (("fish", "--no-config", "-i"), "reviewer completion fish | source"),
}
KILL_LINE = "\x15"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, gold_story: Run, tmp_path: Path) -> Iterator[Terminal]:
    """A shell that completes `reviewer`, in a folder whose database holds hostile names too."""
    command, loading = SHELLS[request.param]
    if shutil.which(command[0]) is None or shutil.which("setsid") is None:
        pytest.skip(f"no {command[0]} here")
    store_studies(tmp_path / "reviews.db", "good-1", "good-2", *HOSTILE_NAMES)
    store_graders(tmp_path / "reviews.db", "judge@gpt-4", "judge@gpt-5")
    write_rubric(tmp_path, RUBRIC.replace('"Is it right?"', '"Right, `touch pwned` $(touch pwned) or %F{red}"', 1))
    program = tmp_path / "bin" / "reviewer"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m reviewer "$@"\n')
    program.chmod(0o755)
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = ("setsid", "--ctty", "--wait", *command)  # fish wants a terminal of its own
    with Terminal(command, environment=environment, folder=tmp_path) as terminal:
        terminal.send(f"{loading}; echo lo''aded\r")
        terminal.until("loaded")
        yield terminal


def test_a_shell_completes_commands_options_and_names_and_runs_none_of_them(shell: Terminal, tmp_path: Path) -> None:
    shell.send("reviewer ra\t")
    shell.until("reviewer rate ")
    shell.send(f"{KILL_LINE}reviewer export s --form\tme\t")
    shell.until("reviewer export s --format messages ")
    shell.send(f"{KILL_LINE}reviewer agreement s --question=ver\t")
    shell.until("--question=verdict")
    shell.send(f"{KILL_LINE}reviewer validate s --grader=judge\t5\t--quest\tverd\t")
    shell.until("--grader=judge@gpt-5 --question verdict ")
    shell.send(f"{KILL_LINE}reviewer rate g\t\t\t")
    screen = shell.until(lambda text: "good-1" in text and "good-2" in text)
    assert not re.search(r"touch|two words|title", screen)
    shell.send(f"{KILL_LINE}reviewer study create x --rubric pla\t")
    shell.until("--rubric plain ")
    assert b"]0;title" not in shell.received
    assert not (tmp_path / "pwned").exists()


def test_a_shell_that_shows_help_shows_all_of_it_as_text(shell: Terminal) -> None:
    shell.send("reviewer study create x --rubric p\t\t")
    screen = shell.until(lambda text: "plain" in text and "preference" in text)
    if "Right" in screen:  # bash shows names alone
        assert "Right, `touch pwned` $(touch pwned) or %F{red}" in screen


def test_on_a_terminal_the_line_to_keep_is_named(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in PLAIN_ENVIRONMENT}
    with Terminal((sys.executable, "-m", "reviewer", "completion", "zsh"), environment=environment) as terminal:
        terminal.drain()
    assert b'~/.zshrc, below compinit:\r\n    eval "$(reviewer completion zsh)"' in terminal.received
