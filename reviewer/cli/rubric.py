"""`reviewer rubric check`: whether a rubric is right, and how raters will see it. Touches no database of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reviewer.cli.completed_names import rubric_names
from reviewer.cli.definition_check import (
    FILE_HELP,
    caution_values,
    say_cautions,
    say_rows,
    terminal_size,
)
from reviewer.cli.options import completed, json_option, next_command
from reviewer.cli.terminal import counted, say, say_json, say_sentence

if TYPE_CHECKING:
    from reviewer.definitions.caution import Caution
    from reviewer.definitions.question import Question
    from reviewer.definitions.rubric import Rubric


@click.group("rubric")
def rubric_group() -> None:
    """Check rubrics, and see them as raters will."""


@rubric_group.command("check", epilog=FILE_HELP)
@click.argument("file", shell_complete=completed(rubric_names, or_file=True))
@click.option("--try", "trying", is_flag=True, help="Answer it on made-up responses; nothing is kept.")
@json_option
def check(file: str, *, trying: bool, as_json: bool) -> None:
    """Check the rubric in FILE, and show guideline, questions and rates as raters and reports will."""
    from reviewer.cli.application import can_show_screens
    from reviewer.definitions.lookup import find
    from reviewer.definitions.rubric import read_rubric

    if trying and as_json:
        raise click.UsageError("--try opens a screen, so there is no --json beside it")
    if trying and not can_show_screens():
        raise click.UsageError("this is no terminal that can show screens; expected no --try")
    path = find("rubrics", file)
    rubric = read_rubric(path)
    columns, rows = terminal_size()
    cautions = _cautions(rubric)
    if as_json:
        say_json(_document(rubric) | {"warnings": caution_values(path, cautions)})
        return
    questions = counted(len(rubric.questions), "question")
    say_sentence(f"rubric {rubric.id}, version {rubric.version}, {questions}: {rubric.title}")
    say(f"hash {rubric.hash}")
    if trying:
        from reviewer.cli.rubric_try import try_rubric

        try_rubric(rubric)
    else:
        _say_guideline(rubric, columns, rows)
        for place in range(len(rubric.questions)):
            _say_question(rubric, place, columns)
        _say_rates(rubric)
    say_cautions(path, cautions)
    say(f"Next: {next_command('study', 'create', 'NAME', '--rubric', file)}")


def _cautions(rubric: Rubric) -> list[Caution]:
    from reviewer.definitions.rubric_review import rubric_cautions
    from reviewer.studies.rubric_trial import sheet_asking
    from reviewer.tui.preview_text import SMALLEST, layout_cautions, question_preview

    found = rubric_cautions(rubric)
    for place, question in enumerate(rubric.questions):
        preview = question_preview(rubric, sheet_asking(rubric, question), SMALLEST)
        found += layout_cautions(question, preview, place)
    return found


def _say_guideline(rubric: Rubric, columns: int, rows: int) -> None:
    from reviewer.tui.preview_text import framed, guideline_preview

    guideline = guideline_preview(rubric, columns, rows)
    say()
    say_rows(framed(guideline.rows, rubric.title))
    lines = counted(len(guideline.rows), "line")
    say_sentence(f"The guideline has {lines}; a terminal of {rows} rows shows {guideline.in_sight} at once.")


def _say_question(rubric: Rubric, place: int, columns: int) -> None:
    from reviewer.definitions.rubric_words import answer_in_words, option_in_words, subject_in_words
    from reviewer.studies.rubric_trial import sheet_asking
    from reviewer.tui.preview_text import question_preview

    question = rubric.questions[place]
    say()
    say_sentence(
        f"Question {place + 1} of {len(rubric.questions)}: {question.id}, of {subject_in_words(rubric, question)};"
        f" {answer_in_words(question)}; {_when(question)}"
    )
    preview = question_preview(rubric, sheet_asking(rubric, question), columns)
    say_rows([f"│ {row}" for row in preview.rows])
    if question.options:
        say_sentence("  Stored: " + ", ".join(map(option_in_words, question.options)))


def _when(question: Question) -> str:
    from reviewer.definitions.rubric_words import condition_in_words

    required = "required" if question.required else "may be left open"
    if question.when is None:
        return required
    return f"asked if {condition_in_words(question.when)}, and then {required}"


def _say_rates(rubric: Rubric) -> None:
    from reviewer.definitions.rubric_words import rate_in_words

    if rubric.rates:
        say("\nRates")
    for rate in rubric.rates:
        say_sentence(f"  {rate_in_words(rubric, rate)}")


def _document(rubric: Rubric) -> dict[str, object]:
    from reviewer.definitions.rubric_words import rate_in_words

    return {
        "rubric": rubric.id,
        "version": rubric.version,
        "hash": rubric.hash,
        "title": rubric.title,
        "questions": [_question_values(rubric, question) for question in rubric.questions],
        "rates": [
            {"rate": rate.id, "worse": rate.worse.value, "words": rate_in_words(rubric, rate)} for rate in rubric.rates
        ],
    }


def _question_values(rubric: Rubric, question: Question) -> dict[str, object]:
    from reviewer.definitions.rubric_words import answer_in_words, subject_in_words

    when = question.when
    return {
        "question": question.id,
        "text": question.text,
        "of": subject_in_words(rubric, question),
        "scale": question.scale.value,
        "answer": answer_in_words(question),
        "required": question.required,
        "when": None if when is None else {"question": when.question, "is": list(when.values)},
        "options": [
            {
                "value": option.value,
                "label": option.label,
                "key": option.key,
                "number": option.number,
                "abstains": option.abstain,
            }
            for option in question.options
        ],
    }
