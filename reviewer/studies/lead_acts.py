"""What a lead does to a study that is there: each change is made together with the act that records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.errors import NotFound, Refused
from reviewer.model import Actor
from reviewer.store import acts, erasure, studies, withdrawal
from reviewer.store.acts import ActKind
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.studies.create import fewest_responses
from reviewer.study_design.blinding import BLIND_LENGTH, blind_name

SHORTEST = 6  # of the beginning of an id or name that is taken for the whole


def close_study(engine: Engine, study: Study, actor: Actor, now: str) -> None:
    """Close `study` to rating and extension.

    Raises:
        Refused: it is closed already.
    """
    with engine.writing():
        if not studies.reload(engine, study).open:
            raise Refused(f"study {study.name} is closed already")
        studies.close(engine, study.number, now)
        acts.record(engine, actor, ActKind.CLOSED, now, study=study.name)


def record_export(engine: Engine, study: Study, actor: Actor, now: str, details: Mapping[str, object]) -> None:
    """Keep that the gold or the labels of `study` were handed to another program: in which format, to which file."""
    with engine.writing():
        acts.record(engine, actor, ActKind.EXPORTED, now, study=study.name, details=details)


def find_response(engine: Engine, study: Study, text: str) -> str:
    """Return the id of the response of `study` that `text` names: its id, the name that raters see, or a beginning.

    Raises:
        NotFound: no response of the study, or more than one.
    """
    return _only(_named(engine, [study], text, within=study), text, f" in study {study.name}")


def find_stored_response(engine: Engine, text: str) -> str:
    """Return the id of the stored response that `text` names: its id, the name that raters see, or a beginning.

    Raises:
        NotFound: no response, or more than one.
    """
    return _only(_named(engine, studies.every(engine), text, within=None), text, "")


def _named(engine: Engine, named_in: Sequence[Study], text: str, *, within: Study | None) -> set[str]:
    """Return the ids of the responses, all of them or those of a study, whose id, or name in a study, begins so.

    Both are looked for, since the beginning of one response's name may be that of another's id.
    """
    if len(text) < SHORTEST:
        return set()
    found = set(withdrawal.beginning_with(engine, text, None if within is None else within.number))
    if len(text) <= BLIND_LENGTH:
        for study in named_in:
            members = withdrawal.members(engine, study.number)
            found.update(one for one in members if blind_name(study.secret, one).startswith(text))
    return found


def _only(found: set[str], text: str, where: str) -> str:
    if len(found) == 1:
        return found.pop()
    problem = "more than one response begins so" if found else "no such response"
    raise NotFound(
        f"{text}: {problem}{where}; expected an id as `reviewer labels` or `reviewer gold` shows it, or its first"
        f" {SHORTEST} characters or more"
    )


def withdraw(engine: Engine, study: Study, response: str, reason: str, actor: Actor, now: str) -> None:
    """Take a response, by id, out of what is handed out and out of every figure. Its labels stay in their chains.

    Raises:
        Refused: it is withdrawn already.
    """
    with engine.writing():
        _withdraw(engine, study, response, reason, actor, now)


def _withdraw(engine: Engine, study: Study, response: str, reason: str, actor: Actor, now: str) -> None:
    if response in {act.subject for act in acts.withdrawals(engine, study.name)}:
        raise Refused(f"this response is withdrawn from study {study.name} already")
    _set_withdrawn(engine, study, response, withdrawn=True)
    acts.record(engine, actor, ActKind.WITHDREW, now, study=study.name, subject=response, reason=reason)


def restore(engine: Engine, study: Study, response: str, reason: str, actor: Actor, now: str) -> None:
    """Put a withdrawn response, by id, back into the study.

    Raises:
        Refused: it is not withdrawn, or its texts were erased.
    """
    with engine.writing():
        if response not in {act.subject for act in acts.withdrawals(engine, study.name)}:
            raise Refused(f"this response is not withdrawn from study {study.name}")
        if response in erasure.erased(engine):
            raise Refused("this response was erased; there is nothing to rate")
        _set_withdrawn(engine, study, response, withdrawn=False)
        acts.record(engine, actor, ActKind.RESTORED, now, study=study.name, subject=response, reason=reason)


def _set_withdrawn(engine: Engine, study: Study, response: str, *, withdrawn: bool) -> None:
    number = withdrawal.member(engine, study.number, response)
    assert number is not None
    least = fewest_responses(study.rubric)
    withdrawal.set_withdrawn(engine, studies.reload(engine, study), number, withdrawn=withdrawn, least=least)


def leave_out(engine: Engine, study: Study, rater: str, reason: str, actor: Actor, now: str) -> int:
    """Leave a rater's labels out of every figure, and offer the rater's items to others. Returns how many items.

    Raises:
        NotFound: nobody of that name gave a label in the study or was assigned to it.
        Refused: the rater is left out already.
    """
    with engine.writing():
        known = [one.rater for one in studies.progress(engine, study.name)]
        if rater not in known:
            raise NotFound(f"{rater}: no rater of study {study.name}; there are: {', '.join(known) or 'none yet'}")
        if rater in {act.subject for act in acts.left_out(engine, study.name)}:
            raise Refused(f"{rater} is left out of study {study.name} already")
        freed = withdrawal.free_places(engine, study, rater)
        acts.record(engine, actor, ActKind.LEFT_OUT, now, study=study.name, subject=rater, reason=reason)
    return freed


def take_back(engine: Engine, study: Study, rater: str, reason: str, actor: Actor, now: str) -> None:
    """Let the labels of a rater who was left out count again. Items that others took over stay with them.

    Raises:
        Refused: the rater is not left out.
    """
    with engine.writing():
        if rater not in {act.subject for act in acts.left_out(engine, study.name)}:
            raise Refused(f"{rater} is not left out of study {study.name}")
        acts.record(engine, actor, ActKind.TAKEN_BACK, now, study=study.name, subject=rater, reason=reason)


def erase(engine: Engine, response: str, reason: str, actor: Actor, now: str) -> list[str]:
    """Replace the texts of a response, by id, and keep their hashes; withdraw it from the open studies that have it.

    Returns the names of those studies.

    Raises:
        Refused: it was erased before.
    """
    with engine.overwriting(), engine.writing():
        if response in erasure.erased(engine):
            raise Refused("this response was erased before")
        names = withdrawal.studies_of(engine, response)
        for name in names:
            _withdraw(engine, studies.load(engine, name), response, reason, actor, now)
        hashes = erasure.erase(engine, response)
        acts.record(engine, actor, ActKind.ERASED, now, subject=response, reason=reason, details=hashes)
    return names
