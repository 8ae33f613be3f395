"""What `reviewer validate` says in words and tables, warnings first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reviewer.cli.terminal import complain, counted, say, say_sentence, table
from reviewer.cli.validate_json import COEFFICIENTS
from reviewer.cli.validate_probability import tell_probability
from reviewer.statistics.claim_text import ClaimWording, claim_sentence, more_words, outcome
from reviewer.statistics.estimate_text import cells, interval, marked, short, signed
from reviewer.statistics.grader_error.claims import FEWEST_CLUSTERS, ClaimKind
from reviewer.statistics.grader_error.ranking import FlipState

if TYPE_CHECKING:
    from reviewer.statistics.agreement import Agreement
    from reviewer.statistics.estimate import Estimate
    from reviewer.statistics.grader_error import (
        AlternativeTest,
        Claim,
        Differential,
        GoldErrorPoint,
        GraderComparison,
        LatentErrors,
        RateEstimates,
        SelfPreference,
    )
    from reviewer.validation.check import CheckedRate, QuestionCheck
    from reviewer.validation.evidence import GraderEvidence

MOST_OPEN = 3  # comparisons with too little gold that are said one by one


def tell(evidence: GraderEvidence, one: QuestionCheck, grader: str, against: str | None, lab: str | None) -> None:
    """Say what was found on one question."""
    for warning in one.warnings:
        complain(f"! {one.question.id}: {warning}")
    if not one.errors.units:
        say(f"{one.question.id}: nothing to compare {grader} with\n")
        return
    errors = one.errors
    say_sentence(
        f"{one.question.id}: {grader} against gold on {counted(errors.units, 'unit')}; error {interval(errors.error)};"
        f" {errors.unparsed:,} unparsed, {errors.refused:,} refused"
    )
    _tell_labels(one)
    _tell_agreement(one, grader)
    _tell_errors(one, grader)
    tell_probability(one.probability, grader)
    for rates in one.rates:
        _tell_rates(evidence, rates)
    _tell_alternative(one, grader)
    if one.own_lab is not None:
        _tell_own_lab(one.own_lab)
    elif lab is None and any(evidence.labs):
        say("Own lab: the lab of this grader is not known; --lab NAME says it.")
    if one.against is not None and against is not None:
        _tell_against(one.against, grader, against)
    if (doubts := marked(_estimates(one))) is not None:
        say_sentence(doubts)
    say()


def _estimates(one: QuestionCheck) -> Iterator[Estimate]:
    """Yield the estimates of a question whose intervals are shown."""
    yield one.errors.error
    yield from (own.error for own in one.by_model.values())
    for label in one.labels:
        yield from (label.precision, label.recall, label.f1)
    for agreed in (one.people, one.agreement):
        yield from agreed.metrics.values() if agreed is not None else ()
    for rates in one.rates:
        for found in (rates.all, *rates.by_model.values()):
            yield from (found.raw, found.gold, found.corrected)
        for pair in rates.differences:
            yield from (pair.gold, pair.raw, pair.claim.difference.estimate)


def _tell_labels(one: QuestionCheck) -> None:
    counts, estimate = one.confusion.counts, one.confusion.estimate
    verdicts = list(next(iter(counts.values())))
    say("\nGold (down) and what the grader said (across): counts of units with gold")
    table(_cells(verdicts, counts), right=frozenset(range(1, len(verdicts) + 1)), keys=1)
    if any(abs(estimate[gold][said] - counts[gold][said]) > 0.5 for gold in counts for said in verdicts):
        say("\nThe same for all responses: how many these stand for")
        table(_cells(verdicts, estimate), right=frozenset(range(1, len(verdicts) + 1)), keys=1)
    say()
    found = [["  label", "gold count", "grader count", "both", "precision", "recall", "F1"]]
    found += [
        [
            f"  {label.label}",
            f"{label.gold:,}",
            f"{label.verdicts:,}",
            f"{label.both:,}",
            *(interval(estimate) for estimate in (label.precision, label.recall, label.f1)),
        ]
        for label in one.labels
    ]
    table(found, right=frozenset({1, 2, 3}), keys=1)


def _cells(verdicts: Sequence[str], cells: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    rows = [["  gold", *verdicts]]
    return rows + [[f"  {gold}", *(f"{said[one]:,.0f}" for one in verdicts)] for gold, said in cells.items()]


def _tell_agreement(one: QuestionCheck, grader: str) -> None:
    say()
    rows = [["  agreement", *(one.sign for one in COEFFICIENTS)]]
    for name, found in (("people with people", one.people), (f"{grader} with gold", one.agreement)):
        if found is not None:
            rows.append([f"  {name}", *_metrics(found)])
    table(rows, keys=1)
    people, own = one.kinds.human_human, one.kinds.human_grader.get(grader)
    if people is not None and own is not None:
        say_sentence(
            f"  Mean Cohen κ of people with people {interval(people.mean_kappa)}, of people with {grader}"
            f" {interval(own.mean_kappa)}"
        )


def _metrics(found: Agreement) -> list[str]:
    estimates = [found.estimate(one) for one in COEFFICIENTS]
    return ["" if one is None else interval(one) for one in estimates]


def _tell_errors(one: QuestionCheck, grader: str) -> None:
    if not one.by_model:
        return
    say("\nError by configuration")
    rows = [["  configuration", "units", "unparsed", "refused", "error", ""]]
    rows += [
        [
            f"  {name}",
            f"{own.units:,}",
            f"{own.unparsed:,}",
            f"{own.refused:,}",
            interval(own.error),
            cells(own.error)[2],
        ]
        for name, own in one.by_model.items()
    ]
    table(rows, right=frozenset({1, 2, 3}), keys=1, drawn=True)
    if one.differential is not None:
        _tell_differential(one.differential)
    _tell_gold_error(one)
    if one.latent is not None:
        _tell_latent(one.latent, grader)


def _tell_gold_error(one: QuestionCheck) -> None:
    """Print what error would be if people err in the gold too, by configuration."""
    say("\n  Error if people err in the gold too, on so many units and whatever the grader says")
    curves = {"all": one.errors.gold_error} | {name: own.gold_error for name, own in one.by_model.items()}
    rows = [["  error of gold", *(f"{point.gold_error:.0%}" for point in one.errors.gold_error)]]
    rows += [[f"  {name}", *map(_point, curve)] for name, curve in curves.items()]
    table(rows, right=frozenset(range(1, len(rows[0]))), keys=1)
    say_sentence(
        "  A dash: so many errors of gold cannot be. Where they depend on what the grader says, its error lies within"
        " that share of the first column."
    )


def _tell_latent(found: LatentErrors, grader: str) -> None:
    if found.grader is None:
        return
    people = ", ".join(f"{name} {error:.3f}" for name, error in found.people.items())
    say_sentence(
        f"  Without taking gold for true (latent classes, {counted(found.units, 'unit')}): {grader} errs on"
        f" {found.grader:.3f}, {people}; if all err independently of each other."
    )


def _point(point: GoldErrorPoint) -> str:
    return "–" if point.error is None else f"{point.error:.3f}"


def _tell_differential(found: Differential) -> None:
    if found.p is None:
        say_sentence(f"  Whether error differs between configurations is not tested: {found.undefined}.")
    else:
        so = "Error differs" if found.p < 0.05 else "It is not shown that error differs"
        say_sentence(f"  {so} between configurations: p = {found.p:.2g} ({found.test} test).")
    _tell_claims(
        found.rest,
        lambda name: ClaimWording(
            f"On {name} it errs more than on the rest",
            f"On {name} it errs less than on the rest",
            f"its errors on {name} and on the rest",
        ),
    )


def _tell_claims(claims: Sequence[Claim], wording: Callable[[str], ClaimWording]) -> None:
    """Say what may be said of a family; where gold is too little for all of it, that once."""
    open_ones = [claim for claim in claims if claim.kind is ClaimKind.UNSETTLED]
    for claim in claims:
        if claim.kind is not ClaimKind.UNSETTLED or len(open_ones) <= MOST_OPEN:
            say_sentence(f"  {claim_sentence(claim, wording(claim.name))}")
    if len(open_ones) > MOST_OPEN:
        names = ", ".join(f"{claim.name} ({_more(claim)})" for claim in open_ones)
        say_sentence(f"  Too little gold to tell a difference of {open_ones[0].matters:g}: {names}.")


def _more(claim: Claim) -> str:
    if claim.more is None:
        return "more prompts would tell"
    return f"{claim.more:,} more would tell" if claim.more else "so much gold tells it four times in five"


def _tell_rates(evidence: GraderEvidence, rates: CheckedRate) -> None:
    ends = {"high": ", high is worse", "low": ", low is worse", "neither": ""}
    say(f"\nRate {rates.rate.id}{ends[rates.rate.worse.value]}")
    truth = rates.truth is not None
    every = {**rates.by_model, "all": rates.all}
    plugged = any(found.plug_in.value is not None for found in every.values())
    rows = [["  configuration", "graded", "gold", "by grader", "by gold alone", "corrected"]]
    rows += [_rate_row(name, found) for name, found in every.items()]
    if plugged:
        for row, cell in zip(rows, ["plug-in", *(interval(one.plug_in) for one in every.values())], strict=True):
            row.append(cell if cell != "undefined" else "")
    if truth:
        rows[0].append("truth")
        for row, estimate in zip(rows[1:], [*rates.truth_by_model.values(), rates.truth], strict=True):
            row.append("" if estimate is None else short(estimate))
    for row, drawing in zip(rows, ["", *(cells(found.corrected)[2] for found in every.values())], strict=True):
        row.append(drawing)
    table(rows, right=frozenset({1, 2}), keys=1, drawn=True)
    if rates.all.corrected.value is None:
        say_sentence(f"  Not corrected: {rates.all.corrected.undefined}.")
        if (found := rates.all.bounds) is not None:
            say_sentence(
                f"  Whatever the undecided are, the rate lies between {found.low:.3f} and {found.high:.3f}; with what"
                f" the draw leaves open, between {found.lowest:.3f} and {found.highest:.3f}."
            )
    elif rates.all.gold_units >= len(evidence.subjects):
        say_sentence("  Every response has gold, so that there is nothing to correct: the rate is that of gold.")
    else:
        say_sentence(
            f"  Corrected: {rates.all.power or 0.0:.2f} of the grader is used of all; the whole of it (PPI) would give"
            f" {interval(rates.all.ppi)}. Plug-in: by sensitivity and specificity."
        )
    _tell_ranking(rates)


def _rate_row(name: str, found: RateEstimates) -> list[str]:
    rates = [interval(one) for one in (found.raw, found.gold, found.corrected)]
    return [f"  {name}", f"{found.units:,}", f"{found.gold_units:,}", *rates]


def _tell_ranking(rates: CheckedRate) -> None:
    if len(rates.by_model) < 2:
        return
    say_sentence(f"  Highest first, by gold:   {', '.join(rates.ranking.gold)}")
    say_sentence(f"  Highest first, by grader: {', '.join(rates.ranking.grader)}")
    for flip in rates.ranking.flips:
        more = "" if flip.state is FlipState.SETTLED else f"; {more_words(flip.more)}"
        say_sentence(
            f"  Flip, {flip.state}: gold puts {flip.higher} above {flip.lower} ({signed(flip.gold)}), the grader below"
            f" ({signed(flip.grader)}); of {counted(rates.ranking.pairs, 'pair')} compared, {flip.units:,} units with"
            f" gold, at least {counted(flip.clusters, 'prompt')} a side{more}."
        )
    _tell_differences(rates)


def _tell_differences(rates: CheckedRate) -> None:
    """Print the differences of every two configurations, one family."""
    if not rates.differences:
        return
    say(f"\n  Differences of {rates.rate.id}, the first less the second")
    rows = [["  first", "second", "gold", "by the grader", "by gold alone", "corrected", "p", "may be said"]]
    for one in rates.differences:
        claim = one.claim
        corrected = signed(claim.difference.estimate) if one.corrected else ""
        p = "" if claim.p is None else "<0.001" if claim.p < 0.001 else f"{claim.p:.3f}"
        ends = [f"  {one.first}", one.second, f"{claim.difference.units:,}"]
        rows.append([*ends, signed(one.raw), signed(one.gold), corrected, p, outcome(claim)])
    table(rows, right=frozenset({2}), keys=2)
    some = rates.differences[0].claim
    say_sentence(
        f"  p of no difference, by Holm's correction over {counted(some.family, 'comparison')} that have gold on"
        f" {FEWEST_CLUSTERS} prompts a side; a difference of {some.matters:g} matters."
    )


def _tell_alternative(one: QuestionCheck, grader: str) -> None:
    found = one.alternative
    say(f"\nMay {grader} replace a rater? (alternative annotator test, ε = {found.epsilon:g})")
    if found.undefined is not None:
        say_sentence(f"  Not tested: {found.undefined}.")
        return
    say_sentence(f"  {_verdict(found)}")
    if found.advice is not None:
        say_sentence(f"  Weak: {found.advice}.")
    if not found.passes:
        more = "" if one.plan.more is None else f"about {counted(one.plan.more, 'more item')} of each person, "
        say_sentence(f"  To pass: {more}{one.plan.why}.")


def _verdict(found: AlternativeTest) -> str:
    tested = [person for person in found.people if person.p is not None]
    wins = sum(person.wins for person in tested)
    answer = "Yes" if found.passes else "Not by this test"
    advantage = 0.0 if found.advantage is None else found.advantage
    return (
        f"{answer}: it wins over {wins} of {len(tested)} people; it is as near to the others as a person, or nearer, on"
        f" {advantage:.0%} of the items."
    )


def _tell_own_lab(found: SelfPreference) -> None:
    say(f"\nOn models of its own lab, {found.lab} ({found.units:,} units), less on those of others ({found.others:,})")
    for claim in (found.error, *found.bias.values()):
        what = "its error" if claim is found.error else f"{claim.name}, grader less gold,"
        say_sentence(f"  {claim_sentence(claim, _on_own_lab(what))}{_reason(claim.difference.estimate.undefined)}")
    say_sentence("  Style may explain a difference as well as kinship does.")


def _on_own_lab(what: str) -> ClaimWording:
    what = f"{what[0].upper()}{what[1:]}"
    return ClaimWording(
        f"{what} is higher on its own lab's models",
        f"{what} is lower on its own lab's models",
        f"both sides ({what.rstrip(',').lower()})",
    )


def _reason(undefined: str | None) -> str:
    return f" ({undefined})" if undefined else ""


def _tell_against(found: GraderComparison, grader: str, against: str) -> None:
    say(f"\n{grader} beside {against} on the {counted(found.units, 'unit')} that both judged")
    exact = "" if found.exact is None else f"; exact McNemar p = {found.exact:.2g}"
    say_sentence(f"  right alone (counts): {grader} {found.first_only:,}, {against} {found.second_only:,}{exact}")
    rows = [[f"  {grader} less {against}", ""]]
    rows += [["  error", signed(found.error)], ["  Cohen κ with gold", signed(found.kappa)]]
    rows += [[f"  F1 of {label}", signed(estimate)] for label, estimate in found.f1.items()]
    table(rows)
    _tell_claims(
        found.claims,
        lambda name: ClaimWording(
            f"{grader} has the higher {name}", f"{grader} has the lower {name}", f"both graders' {name}"
        ),
    )
