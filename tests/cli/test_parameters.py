"""An option of one value, given twice, is wrong usage in every command."""

from __future__ import annotations

import click
import pytest

from reviewer.cli.main import cli
from tests.support.commands import Run, contexts

GIVEN_TWICE = [
    (tuple(context.command_path.split()[1:]), max(parameter.opts, key=len))
    for context in contexts(click.Context(cli, info_name="reviewer", help_option_names=["-h", "--help"]))
    for parameter in context.command.params
    if isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag)
]


def test_there_are_many_options_of_one_value() -> None:
    assert len(GIVEN_TWICE) > 50
    assert {((), "--db"), (("study", "create"), "--seed"), (("import",), "--rubric")} <= set(GIVEN_TWICE)


@pytest.mark.parametrize(("command", "option"), GIVEN_TWICE)
def test_two_values_are_refused_and_both_are_named(run: Run, command: tuple[str, ...], option: str) -> None:
    said = run(*command, option, "1", f"{option}=2", option, "1", expected=2).err
    assert f"{option} was given as 1 and as 2; " in said


@pytest.mark.parametrize(("command", "option"), GIVEN_TWICE)
def test_the_same_value_again_is_the_same(run: Run, command: tuple[str, ...], option: str) -> None:
    assert "was given as" not in run(*command, option, "1", option, "1", "--help").out


def test_a_study_has_one_rubric(run: Run) -> None:
    said = run("study", "create", "s", "--rubric", "a", "--rubric", "b", expected=2).err
    assert "--rubric was given as a and as b; a study has one rubric" in said


def test_an_option_that_may_be_repeated_takes_all_its_values(run: Run) -> None:
    said = run("study", "create", "s", "--rubric", "refusal", "--model", "a", "--model", "b", expected=1).err
    assert "was given as" not in said
