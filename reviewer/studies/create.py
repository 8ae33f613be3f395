"""How a lead makes a study: what it draws from, how many responses, who rates them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from reviewer.definitions.rubric import Rate, Rubric, Worse, questions_of, rate_of
from reviewer.errors import NotFound, Refused
from reviewer.model import Actor, Rater, repeat_of
from reviewer.store import acts, raters, responses, rubrics, sampling_pools, studies, suite_rubrics, verdicts
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.sampling_pools import DrawnFrom
from reviewer.store.studies import Study, StudyDesign, StudyExtent
from reviewer.store.suite_rubrics import SuiteRubric
from reviewer.studies.unblinding import record_selection
from reviewer.study_design.decision_policy import read_policy
from reviewer.study_design.sampling import SamplingMethod, SamplingRule, draw, draw_prompts, read_rule

MOST_PANES = 8
MOST_OVERLAP = 1000  # handing out looks for items with each number of places taken, up to this


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What a lead asks for. Empty `suites` or `models`, and a `source` study of None, leave that side open.

    `graders` and the `rate` of the rubric are for sampling rules that ask what graders said; where they are not given,
    all graders there are, and the rubric's first rate with a worse end.
    """

    name: str
    design: StudyDesign
    suites: Sequence[str] = ()
    models: Sequence[str] = ()
    source: str | None = None
    assignments: Sequence[tuple[str, int | None]] = ()
    graders: Sequence[str] = ()
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedStudy:
    """A study that was made, and the names of open studies, itself among them, whose configurations that gives away."""

    study: Study
    extent: StudyExtent
    unblinded: tuple[str, ...] = ()


def create_study(engine: Engine, plan: StudyPlan, rubric: Rubric, actor: Actor, now: str) -> CreatedStudy:
    """Make the study that `plan` asks for, wholly or not at all, and keep that `actor` did.

    Raises:
        NotFound: a suite, model, study, grader or rate that is not there, or nothing to draw from.
        Refused: the name is taken, the design does not fit the rubric, or there would be nothing to rate.
    """
    check_design(plan.name, plan.design, rubric)
    rule = read_rule(plan.design.sample)
    with engine.writing():
        rubrics.ensure(engine, rubric, now)
        sides = _sides(engine, plan)
        pool = sampling_pools.pool(engine, suites=sides.suites, configurations=sides.configurations, study=sides.source)
        if not pool:
            raise NotFound("no stored response fits; `reviewer import FILE` brings responses in")
        compares = fewest_responses(rubric) > 1
        drawn = draw_prompts(pool, rule, plan.design.seed) if compares else []
        learned = ask_graders(engine, rubric, rule, plan.graders, plan.rate)
        if not compares:
            drawn = draw(pool, rule, plan.design.seed, badness=learned.badness, differing=learned.differing)
        origin = DrawnFrom(
            tuple(plan.suites),
            tuple(plan.models),
            plan.source,
            pool[-1].number,
            learned.graders,
            learned.rate,
            whole_prompts=compares and rule.kind is not SamplingMethod.ALL,
        )
        study = studies.create(engine, plan.name, rubric, plan.design, now, origin)
        record_creation(engine, study, actor, now)
        studies.extend(engine, study, drawn, least=fewest_responses(rubric))
        if not studies.reload(engine, study).items:
            raise Refused(f"rubric {rubric.id} compares responses, and no two that were chosen answer the same prompt")
        for rater, quota in plan.assignments:
            raters.ensure(engine, Rater(rater), now)
            studies.assign(engine, study.number, rater, quota)
            acts.record(engine, actor, ActKind.ASSIGNED, now, study=study.name, subject=rater, details={"quota": quota})
        unblinded = record_selection(engine, study, actor, now)
        return CreatedStudy(studies.reload(engine, study), studies.extent(engine, study.number), tuple(unblinded))


def record_creation(engine: Engine, study: Study, actor: Actor, now: str) -> None:
    """Keep that `actor` made `study`, with its rubric and design; call inside `engine.writing()`."""
    details = {"rubric": study.rubric.hash, "design": asdict(study.design)}
    acts.record(engine, actor, ActKind.CREATED, now, study=study.name, details=details)


def other_rubrics(engine: Engine, plan: StudyPlan, rubric: Rubric) -> list[SuiteRubric]:
    """Return the suites that name another rubric for responses from which the study would be drawn.

    Raises:
        NotFound: a suite, model or study that is not there.
    """
    sides = _sides(engine, plan)
    return suite_rubrics.others_in_pool(
        engine, rubric.id, suites=sides.suites, configurations=sides.configurations, study=sides.source
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    suites: list[int]
    configurations: list[int]
    source: int | None


def _sides(engine: Engine, plan: StudyPlan) -> _Sides:
    return _Sides(
        [number for suite in plan.suites for number in responses.suite_numbers(engine, suite)],
        _configurations(engine, plan.models),
        None if plan.source is None else studies.load(engine, plan.source).number,
    )


def check_design(name: str, design: StudyDesign, rubric: Rubric) -> None:
    """Refuse a study that could not be rated.

    Raises:
        Refused: the name cannot be shown on one line, or the design does not fit the rubric.
        ReviewerError: the policy or the sampling rule is none.
    """
    if not name.strip() or not name.isprintable():
        raise Refused("a study needs a name of printable characters")
    if not 1 <= design.panes <= MOST_PANES:
        raise Refused(f"--panes {design.panes}: expected 1 to {MOST_PANES}")
    if not 1 <= design.overlap <= MOST_OVERLAP:
        raise Refused(f"--overlap {design.overlap}: expected 1 to {MOST_OVERLAP:,}")
    if design.panes < fewest_responses(rubric):
        raise Refused(f"rubric {rubric.id} compares responses; it needs --panes 2 or more")
    policy = read_policy(design.policy)
    if policy.margin > design.overlap:
        raise Refused(f"--policy {design.policy}: {design.overlap} raters can never be {policy.margin} ahead")


def fewest_responses(rubric: Rubric) -> int:
    """Return how many responses an item must show for the rubric to ask anything: 2 where every question compares."""
    root = [question for question in rubric.questions if question.when is None]
    return 2 if all(question.scale.traits.compares_pair for question in root) else 1


def _configurations(engine: Engine, models: Sequence[str]) -> list[int]:
    known = responses.configuration_numbers(engine)
    for model in models:
        if model not in known:
            raise NotFound(f"--model {model}: no response of it is stored; stored are: {', '.join(known) or 'none'}")
    return [known[model] for model in models]


@dataclass(frozen=True, slots=True)
class GraderFindings:
    """What a sampling rule learned from graders: of one, how bad each response is; of several, where they differ."""

    graders: tuple[str, ...] = ()
    rate: str | None = None
    badness: Mapping[str, float] = field(default_factory=dict)
    differing: frozenset[str] = frozenset()


def ask_graders(
    engine: Engine, rubric: Rubric, rule: SamplingRule, names: Sequence[str], rate_name: str | None
) -> GraderFindings:
    """Return what `rule` has to know of the graders `names` before it can draw.

    Raises:
        NotFound: a grader or a rate that is not there.
        Refused: the rule does not fit the graders or the rate.
    """
    if rule.kind not in (SamplingMethod.TAIL, SamplingMethod.DISAGREEMENT):
        if names or rate_name:
            raise Refused(f"--sample {rule}: this rule asks no grader; leave --grader and --rate out")
        return GraderFindings()
    known = [name for name, _ in verdicts.graders(engine, rubric.hash)]
    first = [name for name in known if repeat_of(name, known) is None]
    for name in names:
        if name not in known:
            raise NotFound(f"--grader {name}: gave no verdict under rubric {rubric.id}; there are: {_named(known)}")
    graders = tuple(names) or tuple(first)
    rate = _rate(rubric, rate_name)
    if rule.kind is SamplingMethod.TAIL:
        if len(graders) != 1:
            raise Refused(f"--sample {rule}: expected one --grader to tell what is worst; there are: {_named(known)}")
        answers = verdicts.answers(engine, rubric.hash, graders[0])
        counted = {name: rate_of(rubric, rate, given) for name, given in answers}
        sign = 1.0 if rate.worse is Worse.HIGH else -1.0
        badness = {name: sign * value for name, value in counted.items() if value is not None}
        if not badness:
            others = _named([one.id for one in _ranked(rubric) if one is not rate])
            raise Refused(
                f"--sample {rule}: {graders[0]} gave no verdict that counts in rate {rate.id}; --rate names another:"
                f" {others}"
            )
        return GraderFindings(graders, rate.id, badness=badness)
    if len(graders) < 2:
        raise Refused(f"--sample {rule}: expected two graders or more; there are: {_named(known)}")
    asked = frozenset(questions_of(rate))
    return GraderFindings(graders, rate.id, differing=verdicts.differing(engine, rubric.hash, graders, asked))


def _ranked(rubric: Rubric) -> list[Rate]:
    return [rate for rate in rubric.rates if rate.worse is not Worse.NEITHER]


def _rate(rubric: Rubric, name: str | None) -> Rate:
    ranked = _ranked(rubric)
    for rate in ranked:
        if name in (None, rate.id):
            return rate
    there = _named([rate.id for rate in ranked])
    raise NotFound(f"--rate {name}: no such rate with a worse end in rubric {rubric.id}; there are: {there}")


def _named(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
