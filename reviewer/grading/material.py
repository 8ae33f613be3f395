"""What a grader is shown, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.model import LabelState, Message


@dataclass(frozen=True, slots=True)
class Material:
    """What a grader is shown: a prompt and one response to it, or two to compare. Who answered is not in it.

    `name` is the id of the response (of both, joined, where there are two): it fixes orders and is not shown.
    """

    name: str
    messages: tuple[Message, ...]
    responses: tuple[str, ...]
    reference: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class GraderVerdict:
    """What a grader says to one question; `value` is in the stored form, None where `state` is no label."""

    question: str
    state: LabelState
    value: str | None = None
