"""What must hold before anything of a foreign table is stored: every row read, nothing against what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reviewer.errors import BadInput, Refused
from reviewer.formats.mapping.row import Row
from reviewer.importing.labels import ImportTarget
from reviewer.importing.responses import configuration_of
from reviewer.model import Configuration, RaterKind
from reviewer.store import raters, responses, rubrics, studies
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import check_design


@dataclass(frozen=True, slots=True)
class TableCheck:
    """What reading the whole file found: how many rows, and which people gave labels.

    `unused` are columns that nothing was made of; `design` is that of the study that the rows came from, where known.
    """

    rows: int
    bad: list[BadInput]
    people: frozenset[str]
    unused: tuple[str, ...] = ()
    design: StudyDesign | None = None


def check(engine: Engine | None, rows: Iterable[Row | BadInput], target: ImportTarget, *, skip_bad: bool) -> TableCheck:
    """Read every row without storing anything. `engine` is None where there is no database yet.

    Raises:
        BadInput: the first bad row, unless `skip_bad`.
        Refused: the rows contradict what is stored.
    """
    count = 0
    bad: list[BadInput] = []
    claimed: dict[tuple[str | None, ...], Row] = {}
    kinds: dict[str, RaterKind] = {}
    for row in rows:
        if isinstance(row, BadInput):
            if not skip_bad:
                raise row
            bad.append(row)
            continue
        count += 1
        if row.text is not None:
            claimed.setdefault((row.model, row.provider, row.provider_model, row.lab, row.settings), row)
        for label in row.labels:
            kinds.setdefault(label.rater, label.kind)
    _check_configurations(engine, claimed.values(), target.source)
    if engine is not None:
        stored = raters.kinds(engine)
        for rater, kind in kinds.items():
            if stored.get(rater, kind) is not kind:
                raise Refused(
                    f"rater {rater} is stored as {stored[rater].value}, not {kind.value};"
                    f" say --rater-kind {rater}={stored[rater].value} or name the rater otherwise"
                )
    return TableCheck(count, bad, frozenset(name for name, kind in kinds.items() if kind is RaterKind.HUMAN))


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


def prepare_study(engine: Engine, target: ImportTarget, checked: TableCheck, now: str) -> Study | None:
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
            return studies.create(engine, target.study, target.rubric, design, now)
        if not study.open:
            raise Refused(f"study {target.study} is closed and cannot be extended")
        if study.rubric.hash != target.rubric.hash:
            raise Refused(
                f"study {target.study} is rated by another rubric, or another text of rubric {target.rubric.id}"
                f" (hash {study.rubric.hash[:12]}, not {target.rubric.hash[:12]}); name another study"
            )
        return study
