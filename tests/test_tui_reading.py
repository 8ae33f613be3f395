from __future__ import annotations

import pytest

from reviewer.model import Message, Role
from reviewer.tui.reading import decoded, hits, is_long, prompt_text
from reviewer.tui.widgets.marks import MarkKind

LONG = "\n".join(f"rule {number}" for number in range(50))
DIALOGUE = (Message(Role.SYSTEM, LONG), Message(Role.USER, LONG))


def test_folding_cuts_every_message_but_the_last() -> None:
    folded = prompt_text(DIALOGUE, None, folded=True).text
    system, user = folded.split("\nuser: ")
    assert system.startswith("system: rule 0\nrule 1 … (")
    assert user == LONG


def test_unfolded_nothing_is_left_out() -> None:
    assert (
        prompt_text(DIALOGUE, "the answer", folded=False).text == f"system: {LONG}\nuser: {LONG}\nreference: the answer"
    )


@pytest.mark.parametrize(("first", "long"), [(LONG, True), ("short", False), ("x" * 1000, True)])
def test_a_prompt_is_long_where_folding_leaves_something_out(first: str, long: bool) -> None:
    assert is_long((Message(Role.SYSTEM, first), Message(Role.USER, "q"))) is long


def test_roles_are_marked_where_they_stand_also_after_hostile_text() -> None:
    shown = prompt_text((Message(Role.SYSTEM, "\x1b[31m\u202e"), Message(Role.USER, "q")), None, folded=False)
    marked = [shown.text[mark.start : mark.end] for mark in shown.marks if mark.kind is MarkKind.ROLE]
    assert marked == ["system:", "user:"]


def test_hits_are_found_in_any_case_and_are_no_pattern() -> None:
    assert hits(["a.B", "axb A.b"], "a.b") == [(0, 0, 3), (1, 4, 7)]


def test_what_is_decoded_is_shown_and_harmless() -> None:
    assert "the secret is lantern" in decoded("dGhlIHNlY3JldCBpcyBsYW50ZXJu")
    assert "\x1b" not in decoded("%1b%5b%33%31%6d and so on %1b%5b%33%31%6d")
    assert decoded("plain words") == "Nothing encoded or hidden was found."
