"""`reviewer plan`: how many raters and items a study needs, before it is made; without a pilot study, no database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reviewer.cli.completed_names import question_names, study_names
from reviewer.cli.options import completed, database_option, json_option, next_command, reading
from reviewer.cli.plan_assumptions import PlanAssumption, StatedFigures, expected_labels
from reviewer.cli.plan_numbers import NumberRanges, NumbersType
from reviewer.cli.terminal import progress, say, say_json
from reviewer.errors import ReviewerError

if TYPE_CHECKING:
    from reviewer.agreement.pilot import PilotStudy
    from reviewer.statistics.planning import ExpectedLabels, PlannedDesign, PlanningWish, SimulatedStudies

DEFAULT_POWER = 0.8
MOST_RATERS, USUAL_RATERS = 50, 5
USUAL_ITEMS, SHOWN_ITEMS = ((10, 100_000),), ((20, 2_000),)  # to search in, and to show where nothing is wished
SEED, STUDIES = 1, 500

SHARE = click.FloatRange(0.0, 1.0, min_open=True, max_open=True)


EXAMPLES = """\b
Examples:
  reviewer plan --width 0.05 --rate 0.1 --agreement 0.7 --raters 2-5
  reviewer plan --figure rate --width 0.03 --rate 0.1 --agreement 0.7
  reviewer plan --difference 0.05 --power 0.8 --rate 0.1"""


@click.command("plan", epilog=EXAMPLES)
@click.argument("study", required=False, shell_complete=completed(study_names))
@click.option(
    "--figure",
    type=click.Choice(["alpha", "kappa", "rate"]),
    help="What --width is of; alpha without it.",
)
@click.option("--width", type=SHARE, metavar="W", help="The half-width wished for: a 95 % interval of the figure ± W.")
@click.option(
    "--difference",
    type=SHARE,
    metavar="D",
    help="The difference to find between the rates of two configurations that answer the same prompts.",
)
@click.option("--power", type=SHARE, metavar="P", help=f"The chance to find it; {DEFAULT_POWER} without it.")
@click.option("--rate", type=SHARE, metavar="R", help="How often the value is given; of two configurations, the lower.")
@click.option(
    "--agreement", type=click.FloatRange(0.0, 1.0, min_open=True), metavar="A", help="α (or κ) of the raters."
)
@click.option(
    "--correlation",
    type=click.FloatRange(0.0, 1.0),
    metavar="C",
    help="How alike two responses to one prompt are; 0 without it.",
)
@click.option(
    "--per-prompt",
    type=click.FloatRange(1.0, 1000.0),
    metavar="N",
    help="Responses that answer one prompt; 1 without it.",
)
@click.option("--raters", type=NumbersType(1, MOST_RATERS), metavar="N", help="Only so many: 3, 2,3,5 or 2-5.")
@click.option("--items", type=NumbersType(10, 1_000_000), metavar="N", help="Only so many: 200, 100,200 or 100-500.")
@click.option(
    "--question",
    metavar="QUESTION",
    help="The question of STUDY that is looked at.",
    shell_complete=completed(question_names),
)
@click.option("--two-way", is_flag=True, help="Intervals of items and raters, as STUDY has them, not of items alone.")
@json_option
@database_option
@click.pass_context
def plan_command(
    ctx: click.Context,
    study: str | None,
    figure: str | None,
    width: float | None,
    difference: float | None,
    power: float | None,
    rate: float | None,
    agreement: float | None,
    correlation: float | None,
    per_prompt: float | None,
    raters: NumberRanges | None,
    items: NumberRanges | None,
    question: str | None,
    *,
    two_way: bool,
    as_json: bool,
) -> None:
    """Say how many raters and items a study needs.

    For an interval as narrow as --width, or to find a --difference. From what you state, without any database; or from
    the labels of a pilot STUDY, of which what you state takes the place. Without either wish it shows what each design
    gives.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from reviewer.statistics.planning import NotPossible

    if question is not None and study is None:
        raise click.UsageError("--question is of a pilot STUDY; name one")
    if two_way and study is None:
        raise click.UsageError("--two-way is of the raters of a pilot STUDY; name one")
    wish = _wish(figure, width, difference, power)
    stated = StatedFigures(rate, agreement, correlation, per_prompt)
    _check_prompts(wish, stated, study)
    pilot = None if study is None else _pilot(ctx, study, question, wish, two_way=two_way)
    labels, assumed = expected_labels(wish, stated, pilot, study)
    numbers = _raters(wish, labels, raters, pilot)
    try:
        usual = SHOWN_ITEMS if width is None and difference is None else USUAL_ITEMS
        _answer(study, wish, labels, assumed, (numbers, items or usual), pilot, as_json=as_json)
    except NotPossible as error:
        raise ReviewerError(f"--difference: {error}") from None


def _answer(
    study: str | None,
    wish: PlanningWish,
    labels: ExpectedLabels,
    assumed: list[PlanAssumption],
    grid: tuple[list[int], NumberRanges],
    pilot: PilotStudy | None,
    *,
    as_json: bool,
) -> None:
    from reviewer.cli.plan_json import plan_document
    from reviewer.cli.plan_text import next_words, tell_plan
    from reviewer.statistics.planning import designs_for

    found = designs_for(wish, labels, *grid)
    played = None if found.cheapest is None or labels.rater_spread else _played(wish, labels, found.cheapest)
    if as_json:
        say_json(plan_document(study, wish, labels, assumed, found, played))
    else:
        tell_plan(wish, labels, assumed, found, played)
        if found.cheapest is not None:
            words = next_words(wish, found.cheapest, pilot)
            on = "" if wish.difference is None else f", with a suite of {found.cheapest.items:,} prompts"
            say(f"Next{on}: {next_command(*words)}")


def _wish(figure: str | None, width: float | None, difference: float | None, power: float | None) -> PlanningWish:
    """Return what the study is to reach.

    Raises:
        UsageError: the options do not go together.
    """
    from reviewer.statistics.planning import PlannedFigure, PlanningWish

    if difference is None:
        if power is not None:
            raise click.UsageError("--power is the chance to find a --difference; say which")
        return PlanningWish(PlannedFigure(figure or "alpha"), half_width=width)
    if width is not None:
        raise click.UsageError("--width and --difference are two wishes; plan for one at a time")
    if figure not in (None, "rate"):
        raise click.UsageError(f"--difference is of two rates, and not of {figure}")
    return PlanningWish(
        PlannedFigure.DIFFERENCE, difference=difference, power=DEFAULT_POWER if power is None else power
    )


def _check_prompts(wish: PlanningWish, stated: StatedFigures, study: str | None) -> None:
    """Refuse what would change nothing.

    Raises:
        UsageError: what is said of responses to one prompt is of no use for the wish.
    """
    if wish.difference is not None and stated.per_prompt is not None:
        raise click.UsageError("--per-prompt: for a --difference each prompt has one response of each configuration")
    if wish.difference is None and stated.correlation is not None and stated.per_prompt is None and study is None:
        raise click.UsageError("--correlation is of responses to one prompt; say how many there are by --per-prompt")


def _pilot(ctx: click.Context, study: str, question: str | None, wish: PlanningWish, *, two_way: bool) -> PilotStudy:
    """Return what the pilot study says.

    Raises:
        UsageError: --two-way is of agreement.
    """
    if two_way and not wish.figure.of_agreement:
        raise click.UsageError(f"--two-way is of alpha and kappa, and not of the {wish.figure}")
    from reviewer.agreement.pilot import pilot_study
    from reviewer.store import studies

    with reading(ctx) as engine:
        loaded = studies.load(engine, study)
        return pilot_study(engine, loaded, question, of_rate=not wish.figure.of_agreement, two_way=two_way)


def _raters(
    wish: PlanningWish, labels: ExpectedLabels, given: NumberRanges | None, pilot: PilotStudy | None
) -> list[int]:
    """Return the numbers of raters to look at: those given, else up to as many as the pilot study had.

    Where raters are taken to be right, one is enough.

    Raises:
        UsageError: agreement of one rater was asked for.
    """
    least = 2 if wish.figure.of_agreement else 1
    if given is None:
        if not wish.figure.of_agreement and labels.agreement >= 1.0:
            return [1]
        most = USUAL_RATERS if pilot is None else min(max(pilot.labels.raters, 2), MOST_RATERS)
        return list(range(least, most + 1))
    found = sorted({number for low, high in given for number in range(low, high + 1)})
    if found[0] < least:
        raise click.UsageError(f"--raters {found[0]}: {wish.figure} is of two raters or more")
    return found


def _played(wish: PlanningWish, labels: ExpectedLabels, design: PlannedDesign) -> SimulatedStudies:
    from reviewer.statistics.planning import simulated

    with progress("simulating the cheapest design", STUDIES) as done:
        return simulated(wish, labels, design, studies=STUDIES, seed=SEED, done=done)
