"""The keys of the rating screen: one line each, from which footer, help and palette are made."""

from __future__ import annotations

from textual.binding import Binding

# May be an option's key too, but not of a question that is answered by writing.
WRITE_KEY = "e"
RATE_KEYS = (
    Binding("enter", "submit", "Save", id="item.submit", tooltip="Save the item and go on, once all is answered"),
    Binding("u", "undo", "Undo", id="item.undo", tooltip="Take back the last answer or the last submitted item"),
    Binding("left", "pane(-1)", "Pane", key_display="←→", id="pane.previous", tooltip="Previous pane"),
    Binding("right,tab", "pane(1)", "Pane", show=False, id="pane.next", tooltip="Next pane"),
    Binding("up", "question(-1)", "Question", key_display="↑↓", id="question.previous", tooltip="Question before"),
    Binding("down", "question(1)", "Question", show=False, id="question.next", tooltip="Next question"),
    Binding("s", "skip", "Skip", id="item.skip", tooltip="Leave the item; it comes back at the end"),
    Binding("f", "flag", "Flag", show=False, id="item.flag", tooltip="Something is wrong with this response"),
    Binding("c", "note", "Note", id="answer.note", tooltip="Note on what the question is about"),
    Binding("w", "confidence", "Confidence", show=False, id="answer.confidence", tooltip="How sure you are: 1, 2, 3"),
    Binding(WRITE_KEY, "write", "Write", show=False, id="answer.write", tooltip="Write an answer in words or numbers"),
    Binding("backspace", "clear", "Clear", show=False, id="answer.clear", tooltip="Clear the answer"),
    Binding("comma", "options", "Options", key_display=",", show=False, id="read.options", tooltip="More options"),
    Binding("g", "guideline", "Guide", id="read.guideline", tooltip="Read the guideline"),
    Binding("d", "differences", "Diff", id="read.differences", tooltip="Word differences to the next pane"),
    Binding("z", "zoom", "Zoom", show=False, id="read.zoom", tooltip="One pane at full width"),
    Binding("slash", "find", "Find", key_display="/", id="read.find", tooltip="Find in the item"),
    Binding("n", "find_next", "Next hit", show=False, id="read.find_next", tooltip="Go to the next hit"),
    Binding(
        "r",
        "reasoning",
        "Reasoning",
        show=False,
        id="read.reasoning",
        tooltip="Its reasoning, once it is answered",
    ),
    Binding("x", "decode", "Decode", show=False, id="read.decode", tooltip="Decode base64, rot13, hex, hidden text"),
    Binding("v", "uncover", "Uncover", show=False, id="read.uncover", tooltip="Uncover covered content"),
    Binding("i", "recognised", "Known", show=False, id="item.recognised", tooltip="I can tell which model this is"),
    Binding("l", "lock", "Lock", show=False, id="read.lock", tooltip="Lock or unlock joint scrolling"),
    Binding("j", "scroll(1)", "Scroll", show=False, id="scroll.down", tooltip="Scroll down by a line"),
    Binding("k", "scroll(-1)", "Scroll", show=False, id="scroll.up", tooltip="Scroll up by a line"),
    Binding("space,pagedown", "page(1)", "Page", show=False, id="scroll.page_down", tooltip="Scroll down by a page"),
    Binding("pageup", "page(-1)", "Page", show=False, id="scroll.page_up", tooltip="Scroll up by a page"),
    Binding("left_square_bracket", "prompt(-3)", "Prompt", show=False, id="prompt.up", tooltip="Scroll the prompt up"),
    Binding("right_square_bracket", "prompt(3)", "Prompt", show=False, id="prompt.down", tooltip="Scroll the prompt"),
    Binding(
        "equals_sign",
        "fold",
        "Fold",
        key_display="=",
        show=False,
        id="prompt.fold",
        tooltip="Fold or unfold the prompt",
    ),
    Binding("escape", "leave", "Studies", show=False, id="screen.leave", tooltip="Back to the studies; drafts stay"),
)
