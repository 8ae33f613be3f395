"""Claims as sentences: two sides differ, they differ by at most so much, or gold is too little to tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from reviewer.statistics.estimate_text import signed
from reviewer.statistics.grader_error.claims import ClaimKind

if TYPE_CHECKING:
    from reviewer.statistics.grader_error import Claim


@dataclass(frozen=True, slots=True)
class ClaimWording:
    """What a difference is about, as parts of sentences.

    `more` and `less` are whole sentences without their end, for a difference above and below 0; `sides` fills "… differ
    by at most" and "whether … differ".
    """

    more: str
    less: str
    sides: str


def claim_sentence(claim: Claim, wording: ClaimWording) -> str:
    """Return what may be said of a difference, and on how much gold that rests."""
    match claim.kind:
        case ClaimKind.DIFFERS:
            so = wording.more if (claim.difference.estimate.value or 0.0) > 0.0 else wording.less
            return f"{so}: {signed(claim.difference.estimate)} ({_corrected(claim.p, claim)}; {gold_behind(claim)})."
        case ClaimKind.WITHIN:
            return (
                f"{_capital(wording.sides)} differ by at most {claim.matters:g}: {signed(claim.difference.estimate)}"
                f" ({_corrected(claim.p_within, claim)}; {gold_behind(claim)})."
            )
        case ClaimKind.UNSETTLED:
            return (
                f"Too little gold to tell whether {wording.sides} differ by {claim.matters:g}:"
                f" {signed(claim.difference.estimate)} ({gold_behind(claim)}); {more_words(claim.more)}."
            )
        case kind:
            assert_never(kind)


def outcome(claim: Claim) -> str:
    """Return what may be said in few words, for a table: with how much more gold would tell where it is too little."""
    match claim.kind:
        case ClaimKind.DIFFERS:
            return claim.kind.value
        case ClaimKind.WITHIN:
            return f"{claim.kind} {claim.matters:g}"
        case ClaimKind.UNSETTLED if claim.more:
            return f"{claim.kind}; {claim.more:,} more would tell"
        case ClaimKind.UNSETTLED:
            return f"{claim.kind}; more prompts would tell" if claim.more is None else f"{claim.kind} to tell"
        case kind:
            assert_never(kind)


def gold_behind(claim: Claim) -> str:
    """Return how much gold a claim rests on."""
    found = claim.difference
    prompts = "prompt" if found.clusters == 1 else "prompts"
    return f"{found.units:,} units with gold, at least {found.clusters:,} {prompts} a side"


def more_words(more: int | None) -> str:
    """Return how much more gold would tell."""
    if more is None:
        return "gold on all these responses would not tell: that takes more prompts"
    if more == 0:
        return "so much gold tells such a difference four times in five"
    return f"about {more:,} more {'unit' if more == 1 else 'units'} with gold would tell, four times in five"


def _corrected(p: float | None, claim: Claim) -> str:
    if p is None:
        return "p not known"
    rounded = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    return rounded if claim.family == 1 else f"{rounded}, Holm over {claim.family} comparisons"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
