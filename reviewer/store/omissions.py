"""What is left out of a study's figures: responses that were withdrawn, raters whose labels do not count."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.store import acts
from reviewer.store.acts import Act
from reviewer.store.engine import Engine
from reviewer.study_design.blind_names import BlindNames


@dataclass(frozen=True, slots=True)
class Omissions:
    """The acts by which responses and raters are left out now."""

    withdrawn: tuple[Act, ...] = ()
    raters: tuple[Act, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.withdrawn or self.raters)


def omissions(engine: Engine, study: str) -> Omissions:
    """Return what is left out of the figures of a study."""
    return Omissions(tuple(acts.withdrawals(engine, study)), tuple(acts.left_out(engine, study)))


def omission_values(found: Omissions, names: BlindNames | None = None) -> dict[str, list[dict[str, object]]]:
    """Return what is left out as plain values, for documents; a response goes by its id, or blind by one of `names`."""
    return {
        "responses": [
            {"response": act.subject if names is None else names.name(act.subject)} | _who(act)
            for act in found.withdrawn
        ],
        "raters": [{"rater": act.subject} | _who(act) for act in found.raters],
    }


def _who(act: Act) -> dict[str, object]:
    return {"reason": act.reason, "by": act.actor.name, "login": act.actor.login, "at": act.done_at}


def omission_sentence(found: Omissions) -> str:
    """Return in one line what is left out, "" where nothing is."""
    parts = []
    if found.withdrawn:
        parts.append(_counted(len(found.withdrawn), "withdrawn response"))
    if found.raters:
        parts.append(f"the labels of {_counted(len(found.raters), 'rater')}")
    return f"left out of every figure: {' and '.join(parts)}; `reviewer study show` says why" if parts else ""


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
