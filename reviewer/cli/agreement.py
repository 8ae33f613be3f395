"""`reviewer agreement`: how far the raters of a study agree, with intervals, and where they do not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from reviewer.cli.estimates import BAR, cells, short
from reviewer.cli.options import database_option, json_option, reading
from reviewer.cli.terminal import complain, say, say_json, table
from reviewer.store.engine import Engine

if TYPE_CHECKING:
    from reviewer.agreeing import Kinds, Measured
    from reviewer.agreement import Agreement, Paired

SHOWN = (
    "percent_agreement", "krippendorff_alpha", "gwet_ac1", "gwet_ac2_linear", "gwet_ac2_quadratic", "cohen_kappa",
    "fleiss_kappa",
)  # fmt: skip
WATCHED_EVERY = 2.0  # seconds
MOST_PAIRS = 15


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
    configurations: look at it when rating is done.
    """
    if watch and as_json:
        raise click.UsageError("--watch and --json do not go together")
    # Several threads that multiply small matrices wait for each other more than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
) -> Iterator[Measured]:
    from reviewer.agreeing import measured, questions_of
    from reviewer.store.ratings import Scope

    for one in questions_of(engine, study, question):
        yield measured(engine, Scope(study, one.id, model, suite), one, two_way=two_way)


def _groups(engine: Engine, study: str, by: str) -> list[tuple[str, str | None, str | None]]:
    """Return the groups as (name, configuration, evaluation)."""
    from reviewer.store import ratings

    if by == "model":
        return [(name, name, None) for name in ratings.configurations(engine, study)]
    return [(name, None, name) for name in ratings.evaluations(engine, study)]


def _kinds(engine: Engine, study: str, question: str | None) -> list[Kinds]:
    from reviewer.agreeing import kinds, questions_of
    from reviewer.store.ratings import Scope

    return [kinds(engine, Scope(study, one.id), one) for one in questions_of(engine, study, question)]


def _document(engine: Engine, study: str, question: str | None, by: str | None, *, two_way: bool) -> dict[str, object]:
    from reviewer.agreement import LEGEND

    document: dict[str, object] = {
        "study": study,
        "questions": [_plain(one) for one in _measured(engine, study, question, two_way=two_way)],
        "by": {},
        "legend": dict(LEGEND),
    }
    if by == "rater-kind":
        document["by"] = {
            one.question.id: {
                "human_human": _plain_pair(one.human_human),
                "human_grader": {name: _plain_pair(pair) for name, pair in one.human_grader.items()},
            }
            for one in _kinds(engine, study, question)
        }
    elif by is not None:
        document["by"] = {
            name: [_plain(one) for one in _measured(engine, study, question, two_way=two_way, model=model, suite=suite)]
            for name, model, suite in _groups(engine, study, by)
        }
    return document


def _plain_pair(pair: Paired | None) -> dict[str, object] | None:
    if pair is None:
        return None
    return {"percent_agreement": pair.percent_agreement.plain(), "mean_cohen_kappa": pair.mean_kappa.plain()}


def _plain(one: Measured) -> dict[str, object]:
    found = one.agreement
    named: dict[str, object] = {"question": one.question.id, "scale": one.question.scale.value}
    if found is None:
        return named | {
            "units": None, "raters": None, "labels": None, "missing": None, "metrics": {}, "by_category": {},
            "pairwise": [], "leave_one_out": {}, "confused": [], "prevalence": {}, "warnings": [],
        }  # fmt: skip
    return named | {
        "units": found.units,
        "raters": found.raters,
        "labels": found.labels,
        "missing": found.missing,
        "compared": found.compared,
        "prevalence": found.shares,
        "metrics": {name: estimate.plain() for name, estimate in found.metrics.items()},
        "by_category": {name: estimate.plain() for name, estimate in found.by_category.items()},
        "by_option": {name: estimate.plain() for name, estimate in found.by_option.items()},
        "pairwise": [
            {
                "raters": list(pair.raters),
                "units": pair.units,
                "percent_agreement": pair.percent_agreement.value,
                "cohen_kappa": pair.cohen_kappa.value,
            }
            for pair in found.pairwise
        ],
        "leave_one_out": {name: estimate.value for name, estimate in found.leave_one_out.items()},
        "confused": [{"values": list(pair.values), "pairs": pair.pairs, "units": pair.units} for pair in one.confused],
        "two_way": found.two_way,
        "warnings": list(found.warnings),
    }


def _tell(engine: Engine, study: str, question: str | None, by: str | None, *, two_way: bool) -> None:
    labelled = False
    for one in _measured(engine, study, question, two_way=two_way):
        if one.agreement is None:
            say(f"{one.question.id}: no labels\n")
            continue
        labelled = True
        _tell_question(one, one.agreement)
    if by == "rater-kind":
        _tell_kinds(_kinds(engine, study, question))
    elif by is not None:
        _tell_groups(engine, study, question, by, two_way=two_way)
    if not labelled:
        say(f"Next: reviewer rate {study}")
        return
    way = "items and raters" if two_way else "items (prompts, where they repeat)"
    say(f"[low, high]: 95 % bootstrap of {way}. What each figure is: --json, under legend.")
    say(f"Next: reviewer adjudicate {study}")


def _tell_question(one: Measured, found: Agreement) -> None:
    say(
        f"{one.question.id} ({one.question.scale.value}): {found.units:,} units, {found.compared:,} with two labels or"
        f" more; {found.labels:,} labels of {found.raters:,} raters, {found.missing:,} missing"
    )
    rows = [["", "", "", f"0{' ' * (BAR - 1)}1"]]
    rows += [[f"  {name}", *cells(found.metrics[name])] for name in SHOWN if name in found.metrics]
    table(rows)
    categories = [["  value", "share", "agreement", ""]]
    categories += [
        [f"  {name}", f"{found.shares.get(name, 0.0):.1%}", *cells(estimate)[:2]]
        for name, estimate in found.by_category.items()
    ]
    table(categories)
    for pair in found.pairwise[:MOST_PAIRS] if len(found.pairwise) > 1 else ():
        say(
            f"  {pair.raters[0]} × {pair.raters[1]}: {pair.units:,} units, {short(pair.percent_agreement)} alike,"
            f" Cohen κ {short(pair.cohen_kappa)}"
        )
    for confused in one.confused[:5]:
        say(f"  {confused.values[0]} / {confused.values[1]}: {confused.units:,} units")
    for warning in found.warnings:
        complain(f"  ! {warning}")
    say()


def _tell_groups(engine: Engine, study: str, question: str | None, by: str, *, two_way: bool) -> None:
    rows = [[by, "question", "units", "percent", "", "α", "", "AC1", ""]]
    for name, model, suite in _groups(engine, study, by):
        for one in _measured(engine, study, question, two_way=two_way, model=model, suite=suite):
            if one.agreement is None:
                continue
            metrics = one.agreement.metrics
            found = [
                cell
                for metric in ("percent_agreement", "krippendorff_alpha", "gwet_ac1")
                for cell in (cells(metrics[metric])[:2] if metric in metrics else ("", ""))
            ]
            rows.append([name, one.question.id, f"{one.agreement.units:,}", *found])
    table(rows, right=frozenset({2}))
    say()


def _tell_kinds(found: list[Kinds]) -> None:
    rows = [["question", "pairs", "alike", "", "mean Cohen κ", ""]]
    for one in found:
        if one.human_human is not None:
            rows.append([one.question.id, "people with people", *_paired(one.human_human)])
        rows += [[one.question.id, f"people with {name}", *_paired(pair)] for name, pair in one.human_grader.items()]
    table(rows)
    say()


def _paired(pair: Paired) -> list[str]:
    return [*cells(pair.percent_agreement)[:2], *cells(pair.mean_kappa)[:2]]
