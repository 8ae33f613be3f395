"""`reviewer agreement`: how far the raters of a study agree, with intervals, and where they do not."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from reviewer.agreement.grouping import Grouping
from reviewer.cli.completed_names import question_names
from reviewer.cli.gold import unblind
from reviewer.cli.options import completed, database_option, json_option, next_command, reading, study_argument
from reviewer.cli.terminal import complain, say, say_json, table

if TYPE_CHECKING:
    from reviewer.agreement.study_agreement import QuestionAgreement
    from reviewer.statistics.agreement import Agreement
    from reviewer.store.engine import Engine
    from reviewer.store.ratings import Scope
    from reviewer.store.studies import Study

WATCHED_EVERY = 2.0  # seconds


@click.command("agreement")
@study_argument
@click.option("--question", metavar="QUESTION", help="Only this question.", shell_complete=completed(question_names))
@click.option(
    "--by", "by_name", type=click.Choice([one.value for one in Grouping]), help="Measure each of these apart."
)
@click.option("--two-way", is_flag=True, help="Intervals over items and raters, not items alone.")
@click.option("--watch", is_flag=True, help="Again every two seconds, until interrupted.")
@json_option
@database_option
@click.pass_context
def agreement_command(
    ctx: click.Context,
    study: str,
    question: str | None,
    by_name: str | None,
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
    from reviewer.agreement.document import agreement_document
    from reviewer.store import studies

    by = None if by_name is None else Grouping(by_name)
    if by is Grouping.MODEL:
        unblind(ctx, study, "agreement --by model")
    while True:
        with reading(ctx) as engine:
            loaded = studies.load(engine, study)
            if as_json:
                say_json(agreement_document(engine, loaded, question, by, two_way=two_way))
            else:
                if watch:
                    click.clear()
                _tell(engine, loaded, question, by, two_way=two_way)
        if not watch:
            return
        time.sleep(WATCHED_EVERY)


def _tell(engine: Engine, study: Study, question: str | None, by: Grouping | None, *, two_way: bool) -> None:
    from reviewer.agreement import tables
    from reviewer.agreement.document import grouped, names_configurations
    from reviewer.agreement.study_agreement import kinds, measured, questions_of
    from reviewer.agreement.target import target, target_sentence
    from reviewer.statistics.estimate_text import DOUBT
    from reviewer.store.omissions import omission_sentence, omissions
    from reviewer.store.ratings import Scope

    labelled = False
    asked = [(one, Scope(study, one.id)) for one in questions_of(study.rubric, question)]
    for one, scope in asked:
        found = measured(engine, scope, one, two_way=two_way)
        if found.agreement is None:
            say(f"{one.id}: no labels\n")
            continue
        labelled = True
        _tell_question(engine, scope, found, found.agreement, named=names_configurations(study, by))
    if by is Grouping.RATER_KIND:
        table(tables.kinds([kinds(engine, scope, one) for one, scope in asked]))
        say()
    elif by is not None:
        groups = [
            (name, measured(engine, scope, one, two_way=two_way))
            for name, scopes in grouped(engine, study, question, by)
            for one, scope in scopes
        ]
        table(tables.groups(by, groups), right=frozenset({2}))
        say()
    if sentence := omission_sentence(omissions(engine, study.name)):
        complain(sentence)
    if not labelled:
        say(f"Next: {next_command('rate', study.name)}")
        return
    way = "items and raters" if two_way else "items (prompts, where they repeat)"
    say(target_sentence(target(engine, study, [one for one, _ in asked])))
    say(f"[low, high]: 95 % interval over other {way}; {DOUBT} where it is likely too narrow.")
    say("What each figure is, and why an interval is too narrow: --json, under legend and warning.")
    say(f"Next: {next_command('adjudicate', study.name)}")


def _tell_question(engine: Engine, scope: Scope, one: QuestionAgreement, found: Agreement, *, named: bool) -> None:
    from reviewer.agreement import tables
    from reviewer.agreement.rater_figures import rater_figures
    from reviewer.agreement.study_agreement import consensus, intra_rater, strengths

    say(tables.head(one, found))
    table(_indented(tables.coefficients(found)))
    for rows in (tables.abstentions(found), tables.categories(found)):
        if rows:
            table(_indented(rows))
    if one.confused:
        table(_indented(tables.confusions(one)), right=frozenset({1, 2}))
    if len(found.pairwise) > 1:
        table(_indented(tables.pairs(found)))
    model = consensus(engine, scope, one.question)
    if model is not None:
        table(_indented(tables.consensus(model)), right=frozenset({1, 2}))
        if model.undefined is not None:
            say(f"  Dawid-Skene: {model.undefined}")
    by_rater = rater_figures(engine, scope, one.question)
    again = tables.intra_rater(intra_rater(engine, scope, one.question))
    for rows in (tables.raters(by_rater, found, model), tables.mistaken(by_rater), again):
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
