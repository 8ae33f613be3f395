"""What must hold before anything of a foreign table is stored: every row read, nothing against what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reviewer.errors import BadInput, Refused, ReviewerError
from reviewer.formats.mapping.row import Row
from reviewer.importing.doubts import Doubts
from reviewer.importing.labels import ImportTarget
from reviewer.importing.responses import configuration_of
from reviewer.model import Actor, Configuration, RaterKind, prompt_of
from reviewer.store import raters, responses, rubrics, studies, suite_rubrics
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign
from reviewer.store.suite_rubrics import SuiteRubric
from reviewer.studies.create import check_design, record_creation


@dataclass(frozen=True, slots=True)
class TableCheck:
    """What reading the whole file found: how many rows, and which people gave labels.

    `unused` are columns that nothing was made of; `doubtful` what was understood and may be meant otherwise. `design`
    is that of the study that the rows came from, where known; `other_rubrics` are the suites that name another rubric
    than a study that would be new. `repeated` counts the labels that a rater gave again.
    """

    rows: int
    bad: list[BadInput]
    people: frozenset[str]
    unused: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    design: StudyDesign | None = None
    other_rubrics: tuple[SuiteRubric, ...] = ()
    repeated: int = 0


# What to say of the labels of people who rate in the study, {name} among them.
OWN_LABELS = "--as NAME, which keeps it under another name, or --replace-mine, by which it replaces {name}'s own"


def check(
    engine: Engine | None,
    rows: Iterable[Row | BadInput],
    target: ImportTarget,
    *,
    skip_bad: bool,
    own_labels: str = OWN_LABELS,
) -> TableCheck:
    """Read every row without storing anything. `engine` is None where there is no database yet.

    `own_labels` says what is expected where a file has labels of somebody who rates in the study.

    Raises:
        BadInput: the first bad row, unless `skip_bad`.
        Refused: the rows contradict what is stored.
    """
    count = 0
    bad: list[BadInput] = []
    claimed: dict[tuple[str | None, ...], Row] = {}
    first: dict[str, tuple[RaterKind, int]] = {}
    doubts = Doubts(target.place)
    others = _OtherRubrics(engine, target)
    for row in rows:
        if isinstance(row, BadInput):
            if not skip_bad:
                raise row
            bad.append(row)
            continue
        count += 1
        if row.text is not None:
            others.see(row)
            doubts.see_response(row)
            claimed.setdefault((row.model, row.provider, row.provider_model, row.lab, row.settings), row)
        for label in row.labels:
            first.setdefault(label.rater, (label.kind, row.line))
    _check_configurations(engine, claimed.values(), target.place)
    people = {rater: line for rater, (kind, line) in first.items() if kind is RaterKind.HUMAN}
    check_people(engine, people, target, own_labels)
    given = {target.renamed.get(rater, rater): (kind, line) for rater, (kind, line) in first.items()}
    stored = {} if engine is None else raters.kinds(engine)
    _check_kinds(given, stored)
    configurations = [] if engine is None else responses.configuration_numbers(engine)
    doubts.compare("model", [(row.model or "", row.line) for row in claimed.values()], configurations)
    doubts.compare("rater", [(name, line) for name, (_, line) in given.items()], stored)
    return TableCheck(count, bad, frozenset(people), doubtful=tuple(doubts.found), other_rubrics=others.found)


class _OtherRubrics:
    """Which suites name another rubric than that of a study that is new, for prompts of the rows seen."""

    def __init__(self, engine: Engine | None, target: ImportTarget) -> None:
        self._of_prompts: dict[str, SuiteRubric] = {}
        self._found: set[SuiteRubric] = set()
        if engine and target.study and target.rubric and studies.find(engine, target.study) is None:
            self._of_prompts = suite_rubrics.others_of_prompts(engine, target.rubric.id)

    def see(self, row: Row) -> None:
        """Take in a row with a response."""
        # To hash a prompt is most of the work on a row, and in most files no suite names any rubric.
        other = self._of_prompts.get(prompt_of(row.messages).id) if self._of_prompts else None
        if other is not None:
            self._found.add(other)

    @property
    def found(self) -> tuple[SuiteRubric, ...]:
        """The suites, in order."""
        return tuple(sorted(self._found))


def _check_kinds(given: Mapping[str, tuple[RaterKind, int]], stored: Mapping[str, RaterKind]) -> None:
    for rater, (kind, _) in given.items():
        if stored.get(rater, kind) is not kind:
            raise Refused(
                f"rater {rater} is stored as {stored[rater].value}, not {kind.value};"
                f" say --rater-kind {rater}={stored[rater].value} or name the rater otherwise"
            )


def check_people(engine: Engine | None, people: Mapping[str, int], target: ImportTarget, own_labels: str) -> None:
    """Refuse labels of people who rate in the study, but where the target says what becomes of them.

    `people` are those whom the file speaks for, each with the line on which it first does.

    Raises:
        BadInput: names the line, the person and what to say.
        ReviewerError: a name that was to be given to somebody's labels is nobody's.
    """
    at_work = {} if engine is None or target.study is None else studies.at_work(engine, target.study)
    taken: dict[str, str] = {}
    for rater, line in people.items():
        name = target.renamed.get(rater, rater)
        if name in taken:
            problem = f"labels of {rater} would be stored as those of {name}, as would the labels of {taken[name]}"
            raise BadInput(target.place, line, problem, "another name for one of them: --as RATER=NAME")
        taken[name] = rater
        if name in at_work and not target.replaces_own:
            problem = f"a label of {name}, who rates in study {target.study}"
            raise BadInput(target.place, line, problem, own_labels.format(name=name))
    for name in dict.fromkeys(target.renamed.values()):
        if name not in taken or taken[name] not in target.renamed:
            raise ReviewerError(f"--as {name}: the file has no labels that could be stored under this name")


def _check_configurations(engine: Engine | None, rows: Iterable[Row], source: str) -> None:
    """Refuse a name that stands for two things, in the table or between it and the store."""
    named: dict[str, Configuration] = {}
    for row in rows:
        claim = configuration_of(row)
        before = named.get(claim.name, claim)
        for word, old, new in (("provider", before.provider, claim.provider), ("lab", before.lab, claim.lab)):
            if old is not None and new is not None and old != new:
                raise BadInput(source, row.line, f"model {claim.name} comes with {word} {new}, before with {old}")
        named[claim.name] = replace(before, provider=before.provider or claim.provider, lab=before.lab or claim.lab)
    if engine is not None:
        for configuration in named.values():
            responses.check_configuration(engine, configuration)


def prepare_study(engine: Engine, target: ImportTarget, checked: TableCheck, actor: Actor, now: str) -> Study | None:
    """Return the target's study, made where it is new, by its design where one is known; None where none is named.

    Otherwise it shows one response at a time until it is extended by hand.

    Raises:
        Refused: the study is closed, or of another rubric.
    """
    if target.rubric is None:
        return None
    with engine.writing():
        rubrics.ensure(engine, target.rubric, now)
        if target.study is None:
            return None
        study = studies.find(engine, target.study)
        if study is None:
            # One label settles a unit where one person labelled all of them; else a second must agree.
            overlap = 2 if len(checked.people) > 1 else 1
            design = checked.design or StudyDesign(panes=1, overlap=overlap, seed=0, policy="majority:1")
            check_design(target.study, design, target.rubric)
            made = studies.create(engine, target.study, target.rubric, design, now)
            record_creation(engine, made, actor, now)
            return made
        if not study.open:
            raise Refused(f"study {target.study} is closed and cannot be extended")
        if study.rubric.hash != target.rubric.hash:
            raise Refused(
                f"study {target.study} is rated by another rubric, or another text of rubric {target.rubric.id}"
                f" (hash {study.rubric.hash[:12]}, not {target.rubric.hash[:12]}); name another study"
            )
        return study
