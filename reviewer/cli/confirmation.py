"""What a command asks before it does what is likely a mistake."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from reviewer.errors import Refused
from reviewer.store.suite_rubrics import SuiteRubric
from reviewer.text.visible import visible

MOST_NAMED = 3

yes_option = click.option("--yes", is_flag=True, help="Do it whatever speaks against it, without a question.")


def confirm(doubt: str, *, yes: bool) -> None:
    """Ask whether to go on in spite of `doubt`; where nobody is at the terminal, only the option --yes, `yes`, goes on.

    Raises:
        Refused: the answer is no, or nobody can answer.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{doubt}; --yes does it all the same")
    if not click.confirm(visible(f"{doubt}. Do it all the same?"), err=True):
        raise Refused("nothing was made")


def confirm_rubric(rubric: str, others: Sequence[SuiteRubric], *, yes: bool) -> None:
    """Ask whether responses are to be rated by `rubric` although suites of their prompts name others.

    Raises:
        Refused: they are not, or nobody can answer.
    """
    doubt = rubric_doubt(rubric, others)
    if doubt:
        confirm(doubt, yes=yes)


def rubric_doubt(rubric: str, others: Sequence[SuiteRubric]) -> str:
    """Say which suites name other rubrics than `rubric`; empty where none does."""
    if not others:
        return ""
    named = ", ".join(f"suite {one.suite} names rubric {one.rubric}" for one in others[:MOST_NAMED])
    more = f", and {len(others) - MOST_NAMED} more name others" if len(others) > MOST_NAMED else ""
    return f"the responses are to be rated by rubric {rubric}, but {named}{more}"
