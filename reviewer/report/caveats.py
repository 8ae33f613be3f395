"""What a reader must know before quoting a figure of the report, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reviewer.report.result import Report
from reviewer.statistics.grader_error import FlipState

FEW = 100  # prompts with gold behind a rate of one configuration
MOST = 3  # of one kind that are named


def caveats(report: Report, noticed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the caveats of `report`; `noticed` are those that arose in counting."""
    return (*_of_the_design(report), *_of_gold(report), *_of_graders(report), *noticed, *ALWAYS)


ALWAYS = (
    "These are shares of these prompts, not of what people ask; prompts made to provoke a fault find more of it.",
    "Configurations differ in more than the model: providers add instructions and filters of their own.",
)


def _of_the_design(report: Report) -> Iterator[str]:
    yield f"Figures are of {report.population}; counts are called counts."
    if report.open:
        yield "The study is open: figures may change."
    people = {row.units for row in report.agreement if row.between == "people"}
    if not people or max(people) == 0:
        yield "No response has labels of two people: how reliable the gold is, is not known."


def _of_gold(report: Report) -> Iterator[str]:
    by_gold = [row for row in report.rates if row.grader is None]
    if not report.rates and report.strengths:
        return  # a rubric that only compares has no rates to speak of
    if not by_gold:
        yield "There is no gold: rates are what graders say, and how wrong those are is not known."
        return
    few = sorted({row.configuration for row in by_gold if row.gold_prompts < FEW})
    if few:
        yield f"Gold on fewer than {FEW} prompts in an evaluation: {_listed(few)}. Read those rates as rough."
    narrow = Counter(row.gold.warning for row in by_gold if row.gold.warning)
    for warning, rates in narrow.most_common(MOST):
        yield f"{rates:,} of {len(by_gold):,} rates by gold: {warning}."


def _of_graders(report: Report) -> Iterator[str]:
    graded = [row for row in report.rates if row.grader is not None]
    reasons = [row.corrected.undefined for row in graded if row.corrected.undefined]
    if reasons:
        yield f"{len(reasons):,} of {len(graded):,} graded rates are not corrected, the first because {reasons[0]}."
    for error in report.errors:
        lost = error.unparsed + error.refused
        if error.configuration is None and lost:
            yield (
                f"{lost:,} of {error.n:,} verdicts of {error.grader} on {error.question} are no labels; they count as"
                " errors."
            )
    sure = Counter(row.grader for row in report.flips if row.flip.state is not FlipState.POSSIBLE)
    for grader, count in sure.items():
        times = "once" if count == 1 else f"{count} times"
        yield f"{grader} ranks two configurations against gold {times}: see the table of rankings."


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {rest} more" if rest > 0 else "")
