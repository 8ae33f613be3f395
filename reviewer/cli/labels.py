"""`reviewer labels`: the labels of a study as they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import click

from reviewer.cli.completed_names import rater_names
from reviewer.cli.options import completed, database_option, json_option, reading, study_argument
from reviewer.cli.terminal import say_json_rows, say_line
from reviewer.definitions.rubric import Rubric
from reviewer.model import Label, LabelState
from reviewer.store import labels, studies

COLUMNS = tuple(field.name for field in fields(Label) if field.name != "sequence")


@click.command("labels")
@study_argument
@click.option("--rater", metavar="NAME", help="Only the labels of this rater.", shell_complete=completed(rater_names))
@json_option
@database_option
@click.pass_context
def labels_command(ctx: click.Context, study: str, rater: str | None, *, as_json: bool) -> None:
    """List the labels of STUDY as stored, in order, those that were superseded and retracted among them."""
    with reading(ctx) as engine:
        rubric = studies.load(engine, study).rubric
        stored = labels.of_study(engine, study, rater)
        if as_json:
            say_json_rows({"study": study}, "labels", _values(stored, rubric))
        else:
            say_line(("id", "saved", "state", "question", "value", "response", "other response", "note"))
            for label in stored:
                say_line(_cells(label))


def _values(stored: Iterator[Label], rubric: Rubric) -> Iterator[dict[str, object]]:
    questions = {question.id: question for question in rubric.questions}
    for label in stored:
        row: dict[str, object] = {column: getattr(label, column) for column in COLUMNS}
        if label.state is LabelState.LABEL and label.value is not None:
            row["value"] = questions[label.question].plain(label.value)
        yield row


def _cells(label: Label) -> tuple[str, ...]:
    state = "surplus" if label.surplus else label.state.value
    return (
        label.id,
        label.saved_at[:19],
        state,
        label.question,
        label.value or "",
        (label.response or label.item or "")[:12],
        (label.other_response or "")[:12],
        label.note or "",
    )
