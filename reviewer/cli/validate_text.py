"""What `reviewer validate` says in words and tables, warnings first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.cli.terminal import complain, counted, say, say_sentence, table
from reviewer.cli.validate_json import COEFFICIENTS
from reviewer.statistics.estimate_text import cells, interval, short, signed

if TYPE_CHECKING:
    from reviewer.statistics.agreement import Agreement
    from reviewer.statistics.grader_error import AlternativeTest, GraderComparison, RateEstimates, SelfPreference
    from reviewer.validation.check import CheckedRate, QuestionCheck
    from reviewer.validation.evidence import GraderEvidence


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
    _tell_errors(one)
    for rates in one.rates:
        _tell_rates(evidence, rates)
    _tell_alternative(one, grader)
    if one.own_lab is not None:
        _tell_own_lab(one.own_lab)
    elif lab is None and any(evidence.labs):
        say("Own lab: the lab of this grader is not known; --lab NAME says it.")
    if one.against is not None and against is not None:
        _tell_against(one.against, grader, against)
    say()


def _tell_labels(one: QuestionCheck) -> None:
    verdicts = list(next(iter(one.confusion.values())))
    say("\nGold (down) and what the grader said (across)")
    rows = [["  gold", *verdicts]]
    rows += [[f"  {gold}", *(f"{counts[verdict]:,}" for verdict in verdicts)] for gold, counts in one.confusion.items()]
    table(rows, right=frozenset(range(1, len(verdicts) + 1)), keys=1)
    say()
    found = [["  label", "gold", "grader", "both", "precision", "recall", "F1"]]
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


def _tell_errors(one: QuestionCheck) -> None:
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
    found = one.differential
    if found is None or not found.rest:
        return
    how = "within prompts" if found.paired else "between all units"
    if found.p is None:
        say_sentence(f"  Whether error differs between configurations is not tested: {found.undefined}.")
    else:
        so = "Error differs" if found.p < 0.05 else "It is not shown that error differs"
        say_sentence(f"  {so} between configurations: p = {found.p:.2g}, by errors exchanged {how}.")
    for name, estimate in found.rest.items():
        if estimate.low is not None and estimate.high is not None and (estimate.low > 0.0 or estimate.high < 0.0):
            say_sentence(
                f"  On {name} it errs {'more' if estimate.low > 0.0 else 'less'} than on the rest: {signed(estimate)}"
            )


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
    for flip, plan in rates.flips:
        more = (
            "gold settles the order"
            if plan.more == 0
            else f"about {counted(plan.more, 'more unit')} with gold would settle it"
            if plan.more is not None
            else plan.why
        )
        say_sentence(
            f"  Flip: gold puts {flip.higher} above {flip.lower} ({signed(flip.gold)}), the grader below"
            f" ({signed(flip.grader)}); both hold in {flip.sure:.1%} of resamples; {more}."
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
    say_sentence(f"  error {signed(found.error)}{_reason(found.error.undefined)}")
    for rate, estimate in found.bias.items():
        say_sentence(f"  {rate}, grader less gold: {signed(estimate)}{_reason(estimate.undefined)}")
    say_sentence("  Style may explain a difference as well as kinship does.")


def _reason(undefined: str | None) -> str:
    return f" ({undefined})" if undefined else ""


def _tell_against(found: GraderComparison, grader: str, against: str) -> None:
    say(f"\n{grader} beside {against} on the {counted(found.units, 'unit')} that both judged")
    say_sentence(
        f"  right alone: {grader} {found.first_only:,}, {against} {found.second_only:,}; exact McNemar p ="
        f" {found.p:.2g}"
    )
    rows = [[f"  {grader} less {against}", ""]]
    rows += [["  error", signed(found.error)], ["  Cohen κ with gold", signed(found.kappa)]]
    rows += [[f"  F1 of {label}", signed(estimate)] for label, estimate in found.f1.items()]
    table(rows)
