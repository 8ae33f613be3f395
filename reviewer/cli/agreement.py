"""`reviewer agreement`: how far the raters of a study agree, with intervals, and where they do not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from reviewer.cli.gold import unblind
from reviewer.cli.options import database_option, json_option, reading
from reviewer.cli.terminal import complain, say, say_json, table
from reviewer.store.engine import Engine

if TYPE_CHECKING:
    from reviewer.agreement.study_agreement import AgreementByKind, QuestionAgreement
    from reviewer.statistics.agreement import Agreement

WATCHED_EVERY = 2.0  # seconds


@click.command("agreement")
@click.argument("study")
@click.option("--question", metavar="Q", help="Only this question.")
@click.option("--by", type=click.Choice(["model", "suite", "rater-kind"]), help="Apart for each of these.")
@click.option("--two-way", is_flag=True, help="Intervals of items and raters, not of items alone.")
@click.option("--watch", is_flag=True, help="Again every two seconds, until interrupted.")
@json_option
@database_option
@click.pass_context
def agreement_command(
    ctx: click.Context,
    study: str,
    question: str | None,
    by: str | None,
    *,
    two_way: bool,
    watch: bool,
    as_json: bool,
) -> None:
    """Measure how far the raters of a study agree.

    Of people where two rated, else of all raters; --by rater-kind sets graders beside them. --by model names
    configurations, and while the study is open this is recorded, as `study show --unblind` is.
    """
    if watch and as_json:
        raise click.UsageError("--watch and --json do not go together")
    # Several threads that multiply small matrices wait for each other more than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if by == "model":
        unblind(ctx, study)
    while True:
        with reading(ctx) as engine:
            if as_json:
                say_json(_document(engine, study, question, by, two_way=two_way))
            else:
                if watch:
                    click.clear()
                _tell(engine, study, question, by, two_way=two_way)
        if not watch:
            return
        time.sleep(WATCHED_EVERY)


def _measured(
    engine: Engine,
    study: str,
    question: str | None,
    *,
    two_way: bool,
    model: str | None = None,
    suite: str | None = None,
) -> Iterator[QuestionAgreement]:
    from reviewer.agreement.study_agreement import measured, questions_of
    from reviewer.store.ratings import Scope

    for one in questions_of(engine, study, question):
        yield measured(engine, Scope(study, one.id, model, suite), one, two_way=two_way)


def _groups(engine: Engine, study: str, by: str) -> list[tuple[str, str | None, str | None]]:
    """Return the groups as (name, configuration, evaluation)."""
    from reviewer.store import ratings

    if by == "model":
        return [(name, name, None) for name in ratings.configurations(engine, study)]
    return [(name, None, name) for name in ratings.evaluations(engine, study)]


def _kinds(engine: Engine, study: str, question: str | None) -> list[AgreementByKind]:
    from reviewer.agreement.study_agreement import kinds, questions_of
    from reviewer.store.ratings import Scope

    return [kinds(engine, Scope(study, one.id), one) for one in questions_of(engine, study, question)]


def _by(
    engine: Engine, study: str, question: str | None, by: str, *, two_way: bool
) -> Iterator[tuple[str, list[QuestionAgreement]]]:
    for name, model, suite in _groups(engine, study, by):
        yield name, list(_measured(engine, study, question, two_way=two_way, model=model, suite=suite))


def _names_configurations(engine: Engine, study: str, by: str | None) -> bool:
    """Tell whether configurations may be named: those of a closed study, and where it was recorded."""
    from reviewer.store import studies

    return by == "model" or not studies.load(engine, study).open


def _document(engine: Engine, study: str, question: str | None, by: str | None, *, two_way: bool) -> dict[str, object]:
    from reviewer.agreement.rater_figures import rater_figures
    from reviewer.agreement.study_agreement import consensus, questions_of, strengths
    from reviewer.cli import agreement_json
    from reviewer.statistics.agreement import LEGEND
    from reviewer.store.ratings import Scope

    asked = [(one, Scope(study, one.id)) for one in questions_of(engine, study, question)]
    named = _names_configurations(engine, study, by)
    document: dict[str, object] = {
        "study": study,
        "questions": [
            agreement_json.question(one)
            | {
                "by_rater": agreement_json.raters(rater_figures(engine, scope, one.question)),
                "consensus": agreement_json.consensus(consensus(engine, scope, one.question)),
                "strengths": agreement_json.strengths(strengths(engine, scope, one.question)) if named else None,
            }
            for one, (_, scope) in zip(_measured(engine, study, question, two_way=two_way), asked, strict=True)
        ],
        "by": {},
        "legend": dict(LEGEND),
    }
    if by == "rater-kind":
        document["by"] = {one.question.id: agreement_json.kinds(one) for one in _kinds(engine, study, question)}
    elif by is not None:
        document["by"] = {
            name: [agreement_json.question(one) for one in found]
            for name, found in _by(engine, study, question, by, two_way=two_way)
        }
    return document


def _tell(engine: Engine, study: str, question: str | None, by: str | None, *, two_way: bool) -> None:
    from reviewer.agreement import tables as tables

    labelled = False
    named = _names_configurations(engine, study, by)
    for one in _measured(engine, study, question, two_way=two_way):
        if one.agreement is None:
            say(f"{one.question.id}: no labels\n")
            continue
        labelled = True
        _tell_question(engine, study, one, one.agreement, named=named)
    if by == "rater-kind":
        table(tables.kinds(_kinds(engine, study, question)))
        say()
    elif by is not None:
        found = [(name, one) for name, many in _by(engine, study, question, by, two_way=two_way) for one in many]
        table(tables.groups(by, found), right=frozenset({2}))
        say()
    if not labelled:
        say(f"Next: reviewer rate {study}")
        return
    way = "items and raters" if two_way else "items (prompts, where they repeat)"
    say(f"[low, high]: 95 % bootstrap of {way}. What each figure is: --json, under legend.")
    say(f"Next: reviewer adjudicate {study}")


def _tell_question(engine: Engine, study: str, one: QuestionAgreement, found: Agreement, *, named: bool) -> None:
    from reviewer.agreement import tables as tables
    from reviewer.agreement.rater_figures import rater_figures
    from reviewer.agreement.study_agreement import consensus, strengths
    from reviewer.store.ratings import Scope

    scope = Scope(study, one.question.id)
    say(tables.head(one, found))
    table(_indented(tables.coefficients(found)))
    table(_indented(tables.categories(found)))
    if one.confused:
        table(_indented(tables.confusions(one)), right=frozenset({1, 2}))
    if len(found.pairwise) > 1:
        table(_indented(tables.pairs(found)))
    model = consensus(engine, scope, one.question)
    if model is not None:
        table(_indented(tables.consensus(model)), right=frozenset({1, 2}))
    by_rater = rater_figures(engine, scope, one.question)
    for rows in (tables.raters(by_rater, found, model), tables.mistaken(by_rater)):
        if rows:
            table(_indented(rows))
    strong = strengths(engine, scope, one.question)
    if strong is not None and named:
        table(_indented(tables.strengths(strong)))
    elif strong is not None:
        say("  Strengths of configurations: --by model, which names them and is recorded.")
    for warning in found.warnings:
        complain(f"  ! {warning}")
    say()


def _indented(rows: list[list[str]]) -> list[list[str]]:
    return [[f"  {first}", *rest] for first, *rest in rows]
