"""The parts of the agreement screen and its keys: one line each, from which footer, help and palette are made."""

from __future__ import annotations

from textual.binding import Binding

PARTS = ("figures", "confused", "raters", "pairs", "questions", "suites", "models")
AGREEMENT_KEYS = (
    *(
        Binding(str(number), f"part({number - 1})", part.capitalize(), show=False, id=f"part.{part}", tooltip=part)
        for number, part in enumerate(PARTS, 1)
    ),
    Binding("left,shift+tab", "turn(-1)", "Part", key_display="←→", id="part.previous", tooltip="Part before"),
    Binding("right,tab", "turn(1)", "Part", show=False, id="part.next", tooltip="Next part"),
    Binding(
        "left_square_bracket",
        "question(-1)",
        "Question",
        key_display="[ ]",
        id="question.previous",
        tooltip="Question before",
    ),
    Binding("right_square_bracket", "question(1)", "Question", show=False, id="question.next", tooltip="Next question"),
    Binding("enter", "open", "Items", id="confused.open", tooltip="What was confused, and the items behind it"),
    Binding("j,down", "scroll(1)", "Down", show=False, id="scroll.down", tooltip="Scroll down by a line"),
    Binding("k,up", "scroll(-1)", "Up", show=False, id="scroll.up", tooltip="Scroll up by a line"),
    Binding("space,pagedown", "page(1)", "Page", show=False, id="scroll.page_down", tooltip="Scroll down by a page"),
    Binding("pageup", "page(-1)", "Page", show=False, id="scroll.page_up", tooltip="Scroll up by a page"),
    Binding("escape,q", "leave", "Studies", key_display="esc", id="screen.leave", tooltip="Back to the studies"),
)
