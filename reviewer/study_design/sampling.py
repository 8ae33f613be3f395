"""Which responses of a pool a study gets, and with what chance: the rules of `study create --sample`. Pure, seeded.

Every rule draws with equal chances inside strata, so a response's chance is drawn / pool of its stratum. No stratum is
left out: each response of the pool could have been drawn, which is what correcting a rate needs.

Where a rubric compares responses, prompts are drawn with all their responses: of single responses drawn by chance, few
would meet another one to the same prompt.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reviewer.errors import ReviewerError
from reviewer.study_design.blinding import rank


class SamplingMethod(StrEnum):
    """How responses are drawn."""

    ALL = "all"
    RANDOM = "random"
    STRATIFIED = "stratified"
    TAIL = "tail"
    DISAGREEMENT = "disagreement"

    @property
    def by_configuration(self) -> bool:
        """Whether responses are drawn from each configuration apart."""
        return self in (SamplingMethod.STRATIFIED, SamplingMethod.TAIL)


EXPECTED = (
    "all, random:N, stratified:N (N of each configuration), tail:P+N (of each configuration the worst P % by a grader,"
    " and N of the rest), or disagreement:N+M (N on which graders differ, and M of the rest)"
)


@dataclass(frozen=True, slots=True)
class SamplingRule:
    """A sampling rule. `size` is N of the rule, or P percent of `tail`; `rest` the second number of the last two."""

    kind: SamplingMethod
    size: int = 0
    rest: int = 0

    def __str__(self) -> str:
        if self.kind is SamplingMethod.ALL:
            return self.kind.value
        return f"{self.kind.value}:{self.size}" + (f"+{self.rest}" if self.rest else "")


class Candidate(NamedTuple):
    """A response that may be drawn: its number in this file, its id, the numbers of its configuration and prompt."""

    number: int
    id: str
    configuration: int
    prompt: int


@dataclass(frozen=True, slots=True)
class ChosenResponse:
    """A response chosen for a study, by number; of the `pool` in its stratum, `drawn` were. None: all were taken.

    Where prompts were drawn with all their responses, both count prompts.
    """

    response: int
    drawn: int | None = None
    pool: int | None = None


def read_rule(text: str) -> SamplingRule:
    """Read a sampling rule.

    Raises:
        ReviewerError: anything else.
    """
    if text == SamplingMethod.ALL:
        return SamplingRule(SamplingMethod.ALL)
    if match := re.fullmatch(r"(random|stratified):([0-9]+)", text):
        rule = SamplingRule(SamplingMethod(match[1]), int(match[2]))
    elif match := re.fullmatch(r"(tail|disagreement):([0-9]+)\+([0-9]+)", text):
        rule = SamplingRule(SamplingMethod(match[1]), int(match[2]), int(match[3]))
    else:
        raise ReviewerError(f"--sample {text}: no such rule; expected {EXPECTED}")
    needs_rest = rule.kind in (SamplingMethod.TAIL, SamplingMethod.DISAGREEMENT)
    if not rule.size or (needs_rest and not rule.rest) or (rule.kind is SamplingMethod.TAIL and rule.size >= 100):
        raise ReviewerError(
            f"--sample {text}: expected numbers of 1 or more (P below 100): a stratum of which nothing is drawn cannot"
            " be spoken for"
        )
    return rule


def draw(
    pool: Sequence[Candidate],
    rule: SamplingRule,
    seed: int,
    *,
    badness: Mapping[str, float] | None = None,
    differing: Collection[str] = frozenset(),
) -> list[ChosenResponse]:
    """Draw from `pool` by `rule`, in order of number.

    The draw goes by response id, so the same responses are drawn in every file that holds the same pool. `badness` is
    what a grader says of a response by id, higher being worse, for `tail`: a response of which it says nothing is of
    the rest. `differing` are the ids of those on which graders differ, for `disagreement`.
    """

    def random(stratum: Sequence[Candidate], size: int) -> list[ChosenResponse]:
        drawn = heapq.nsmallest(size, stratum, key=lambda one: rank(seed, "sample", one.id))
        return [ChosenResponse(one.number, drawn=len(drawn), pool=len(stratum)) for one in drawn]

    chosen: list[ChosenResponse] = []
    match rule.kind:
        case SamplingMethod.ALL:
            chosen = [ChosenResponse(one.number) for one in pool]
        case SamplingMethod.RANDOM:
            chosen = random(pool, rule.size)
        case SamplingMethod.STRATIFIED:
            for stratum in _strata(pool, [one.configuration for one in pool]):
                chosen += random(stratum, rule.size)
        case SamplingMethod.TAIL:
            for attempts in _strata(pool, [one.configuration for one in pool]):
                worst = _worst(attempts, rule.size, seed, badness or {})
                tail, rest = _split(attempts, worst)
                chosen += random(tail, len(tail)) + random(rest, rule.rest)
        case SamplingMethod.DISAGREEMENT:
            disputed, rest = _split(pool, differing)
            chosen = random(disputed, rule.size) + random(rest, rule.rest)
    return sorted(chosen, key=lambda one: one.response)


def draw_prompts(pool: Sequence[Candidate], rule: SamplingRule, seed: int) -> list[ChosenResponse]:
    """Draw prompts from `pool` by `rule`, each with all its responses, in order of number.

    Only prompts with two responses or more can be drawn, and each pair of responses to one has the prompt's chance.
    Strata are the sets of configurations that answered a prompt. As in `draw`, the same prompts are drawn in every
    file that holds the same pool.

    Raises:
        ReviewerError: the rule goes by what graders say of single responses.
    """

    def random(prompts: Sequence[Sequence[Candidate]], size: int) -> list[ChosenResponse]:
        drawn = heapq.nsmallest(size, prompts, key=lambda group: rank(seed, "sample", min(one.id for one in group)))
        return [ChosenResponse(one.number, drawn=len(drawn), pool=len(prompts)) for group in drawn for one in group]

    prompts = comparable(pool)
    chosen: list[ChosenResponse] = []
    match rule.kind:
        case SamplingMethod.ALL:
            chosen = [ChosenResponse(one.number) for one in pool]
        case SamplingMethod.RANDOM:
            chosen = random(prompts, rule.size)
        case SamplingMethod.STRATIFIED:
            strata: dict[tuple[int, ...], list[list[Candidate]]] = defaultdict(list)
            for group in prompts:
                strata[tuple(sorted({one.configuration for one in group}))].append(group)
            for stratum in strata.values():
                chosen += random(stratum, rule.size)
        case _:
            raise ReviewerError(
                f"--sample {rule}: goes by what graders say of single responses; a rubric that compares them takes all,"
                " random:N (N prompts) or stratified:N (N prompts of each set of configurations)"
            )
    return sorted(chosen, key=lambda one: one.response)


def comparable(pool: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return the responses of `pool` by prompt, without those whose prompt has no other one."""
    return [group for group in _strata(pool, [one.prompt for one in pool]) if len(group) > 1]


def _strata(pool: Sequence[Candidate], keys: Sequence[Hashable]) -> list[list[Candidate]]:
    strata: dict[Hashable, list[Candidate]] = defaultdict(list)
    for one, key in zip(pool, keys, strict=True):
        strata[key].append(one)
    return list(strata.values())


def _split(pool: Sequence[Candidate], first: Collection[str]) -> tuple[list[Candidate], list[Candidate]]:
    return [one for one in pool if one.id in first], [one for one in pool if one.id not in first]


def _worst(attempts: Sequence[Candidate], percent: int, seed: int, badness: Mapping[str, float]) -> frozenset[str]:
    """Return the ids of the worst `percent` of all `attempts`; where many are equally bad, chance decides."""
    graded = [one for one in attempts if one.id in badness]
    size = math.ceil(len(attempts) * percent / 100)
    worst = heapq.nsmallest(size, graded, key=lambda one: (-badness[one.id], rank(seed, "tail", one.id)))
    return frozenset(one.id for one in worst)
