"""`reviewer grader check`: whether a grader is right, what a judge is sent, and what is read as which verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import click

from reviewer.cli.completed_names import grader_names
from reviewer.cli.definition_check import FILE_HELP, caution_values, say_cautions
from reviewer.cli.options import completed, json_option, next_command
from reviewer.cli.terminal import say, say_json, say_sentence

if TYPE_CHECKING:
    from reviewer.definitions.caution import Caution
    from reviewer.definitions.rubric import Rubric
    from reviewer.grading.definition import Grader


@click.group("grader")
def grader_group() -> None:
    """Check graders: what they are shown, and how their replies are read."""


@grader_group.command("check", epilog=FILE_HELP)
@click.argument("file", shell_complete=completed(grader_names, or_file=True))
@click.option("--text", metavar="TEXT", help="The response that it is tried on, instead of made-up ones.")
@click.option("--seed", default=0, show_default=True, metavar="N", help="Fixes the order in which options are shown.")
@json_option
def check(file: str, text: str | None, seed: int, *, as_json: bool) -> None:
    """Check the grader in FILE: show what a judge is sent and how its replies are read, or what a rule says."""
    from reviewer.definitions.lookup import find, folders
    from reviewer.definitions.rubric import find_rubric
    from reviewer.grading.definition import GraderKind, read_grader

    path = find("graders", file)
    grader = read_grader(path, folders("rubrics"))
    rubric = find_rubric(grader.rubric, folders("rubrics"))
    head = _head_values(grader)
    if not as_json:
        _say_head(grader)
    match grader.kind:
        case GraderKind.JUDGE:
            _judge(path, grader, rubric, text, seed, head if as_json else None)
            model = [] if grader.model else ["--model", "CONFIG"]
        case GraderKind.RULE:
            _rule(path, grader, rubric, text, head if as_json else None)
            model = []
        case _:
            assert_never(grader.kind)
    if not as_json:
        say(f"Next: {next_command('grade', 'STUDY', '--grader', file, *model)}")


def _judge(
    path: Path, grader: Grader, rubric: Rubric, text: str | None, seed: int, head: dict[str, object] | None
) -> None:
    from reviewer.cli.grader_text import judge_values, say_judge
    from reviewer.grading.grader_review import judge_cautions
    from reviewer.grading.grader_trial import try_judge

    trial = try_judge(grader, rubric, text, seed)
    cautions = [*_of_model(grader), *judge_cautions(grader, rubric, trial.replies)]
    if head is None:
        say_judge(grader, trial)
        say_cautions(path, cautions)
    else:
        say_json(head | judge_values(grader, trial) | {"warnings": caution_values(path, cautions)})


def _rule(path: Path, grader: Grader, rubric: Rubric, text: str | None, head: dict[str, object] | None) -> None:
    from reviewer.cli.grader_text import rule_values, say_rule
    from reviewer.grading.grader_review import never_said, rule_cautions
    from reviewer.grading.grader_trial import try_rule

    tried, unsaid, cautions = try_rule(grader, text), never_said(grader, rubric), rule_cautions(grader)
    if head is None:
        say_rule(grader, tried, unsaid)
        say_cautions(path, cautions)
    else:
        say_json(head | rule_values(grader, tried, unsaid) | {"warnings": caution_values(path, cautions)})


def _of_model(grader: Grader) -> list[Caution]:
    """Return what is wrong with the model that a judge names: there may be none of that name."""
    if grader.model is None:
        return []
    from reviewer.definitions.caution import Caution
    from reviewer.definitions.lookup import model_files
    from reviewer.definitions.model_config import find_setup
    from reviewer.errors import ReviewerError

    try:
        find_setup(grader.model, model_files())
    except ReviewerError as error:
        return [Caution("model", str(error), path=("model",))]
    return []


def _say_head(grader: Grader) -> None:
    say_sentence(f"grader {grader.id}, version {grader.version}: {grader.title}")
    say(f"hash {grader.hash}")
    say_sentence(f"a {grader.kind} of rubric {grader.rubric}: {', '.join(grader.questions)}")


def _head_values(grader: Grader) -> dict[str, object]:
    return {
        "grader": grader.id,
        "version": grader.version,
        "hash": grader.hash,
        "title": grader.title,
        "kind": grader.kind.value,
        "rubric": grader.rubric,
        "questions": list(grader.questions),
    }
