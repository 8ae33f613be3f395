"""`reviewer validate`: how wrong a grader is, on which configuration, and the rates without its error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reviewer.cli.completed_names import graded_by, lab_names, question_names
from reviewer.cli.gold import unblind
from reviewer.cli.options import completed, database_option, json_option, next_command, reading, study_argument
from reviewer.cli.terminal import complain, progress, say, say_json, say_sentence
from reviewer.cli.validate_since import since_option
from reviewer.store.omissions import omission_sentence, omission_values, omissions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.definitions.question import Question
    from reviewer.store.engine import Engine
    from reviewer.validation.check import QuestionCheck
    from reviewer.validation.evidence import GraderEvidence


@click.command("validate")
@study_argument
@click.option(
    "--grader",
    required=True,
    metavar="NAME",
    help="The grader: a rater of kind model or rule.",
    shell_complete=completed(graded_by),
)
@click.option("--question", metavar="QUESTION", help="Only this question.", shell_complete=completed(question_names))
@click.option(
    "--against", metavar="NAME", help="Another grader to compare it with.", shell_complete=completed(graded_by)
)
@click.option(
    "--lab",
    metavar="LAB",
    help="The grader's lab, where its name does not say the configuration.",
    shell_complete=completed(lab_names),
)
@click.option(
    "--epsilon",
    type=click.FloatRange(0.0, 1.0),
    metavar="E",
    help="Allowance of the alternative annotator test: 0.2 (default) for experts, 0.15 trained people, 0.1 the crowd.",
)
@click.option(
    "--gold-sample", type=click.IntRange(min=1), metavar="N", help="Use the gold of N responses, drawn by chance."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="N", help="Fixes which responses --gold-sample uses."
)
@json_option
@database_option
@click.pass_context
@since_option
def validate_command(
    ctx: click.Context,
    study: str,
    grader: str,
    question: str | None,
    against: str | None,
    lab: str | None,
    epsilon: float | None,
    gold_sample: int | None,
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Check a grader against the gold of STUDY, and correct the rates that rest on it.

    For leads: it names configurations. While the study is open this is recorded, as `study show --unblind` is.

    --gold-sample shows what little gold would do: N responses keep theirs, the rest counts as unlabelled, and the truth
    by all gold stands beside.
    """
    if against == grader:
        raise click.UsageError("--against names the same grader")
    # Several threads that multiply small matrices wait for each other more than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from reviewer.store import responses, studies
    from reviewer.validation.check import EPSILON, lab_of, questions
    from reviewer.validation.evidence import read_evidence, with_less_gold

    with reading(ctx) as engine:
        evidence = read_evidence(engine, studies.load(engine, study), [grader, *([against] if against else [])])
        asked = questions(evidence, question)
        if gold_sample is not None:
            evidence = with_less_gold(evidence, asked, gold_sample, seed)
        lab = lab or lab_of(responses.labs(engine), grader)
        found = _checked(engine, evidence, asked, grader, lab, EPSILON if epsilon is None else epsilon)
        left_out = omissions(engine, study)
    unblind(ctx, study, "validate")
    if as_json:
        document = _document(evidence, found, grader, against, lab)
        say_json(document | {"gold_sample": gold_sample, "left_out": omission_values(left_out)})
        return
    _tell(evidence, found, grader, against, lab)
    if left_out:
        complain(omission_sentence(left_out))


def _checked(
    engine: Engine, evidence: GraderEvidence, asked: Sequence[Question], grader: str, lab: str | None, epsilon: float
) -> list[QuestionCheck]:
    """Check question after question, while a bar shows how many are done."""
    from reviewer.validation.check import check_question

    found: list[QuestionCheck] = []
    with progress(f"checking {grader}", len(asked)) as advance:
        for one in asked:
            found.append(check_question(engine, evidence, one, lab=lab, epsilon=epsilon))
            advance(len(found))
    return found


def _document(
    evidence: GraderEvidence, found: Sequence[QuestionCheck], grader: str, against: str | None, lab: str | None
) -> dict[str, object]:
    from reviewer.cli.validate_json import question_document

    labs = dict(zip(evidence.design.names, evidence.labs, strict=True))
    return {
        "study": evidence.study.name,
        "grader": grader,
        "against": against,
        "lab": lab,
        "target": evidence.design.target.value,
        "population": evidence.design.population.value,
        "responses": len(evidence.subjects),
        "lost": evidence.design.lost,
        "questions": [question_document(one, labs) for one in found],
    }


def _tell(
    evidence: GraderEvidence, found: Sequence[QuestionCheck], grader: str, against: str | None, lab: str | None
) -> None:
    from reviewer.cli.validate_text import tell

    if evidence.design.lost:
        complain(f"! {evidence.design.lost}: no rate is corrected")
    for checked in found:
        tell(evidence, checked, grader, against, lab)
    say_sentence(f"Figures are of {evidence.design.population}, {len(evidence.subjects):,}; counts are called counts.")
    if any(checked.errors.units for checked in found):
        say(f"Next: {next_command('report', evidence.study.name)}")
    else:
        say(f"No gold that this grader can be checked against. Next: {next_command('rate', evidence.study.name)}")
