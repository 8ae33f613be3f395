"""The keys of the adjudication screen: one line each, from which footer, help and palette are made."""

from __future__ import annotations

from textual.binding import Binding

from reviewer.tui.rate_keys import RATE_KEYS

# The keys to read an item by, where nothing has to be answered first.
READING = tuple(
    binding
    for binding in RATE_KEYS
    if (binding.id or "").startswith(("read.", "scroll.", "prompt.")) and binding.id != "read.reasoning"
)
# A rubric may use `a` and `e` for options; both acts have a second key that it may not.
ADOPT_KEY, WRITE_KEY = "a", "e"
ADJUDICATE_KEYS = (
    Binding("enter", "decide", "Save", id="dispute.decide", tooltip="Save the decision and go on"),
    Binding("a", "adopt('a')", "Adopt", id="dispute.adopt", tooltip="Take over what the focused rater said"),
    Binding("plus", "adopt('')", "Adopt", show=False, id="dispute.adopt_too", tooltip="The same, whatever a means"),
    Binding("up", "column(-1)", "Rater", key_display="↑↓", id="column.previous", tooltip="Rater before"),
    Binding("down", "column(1)", "Rater", show=False, id="column.next", tooltip="Next rater"),
    Binding("u", "undo", "Undo", id="dispute.undo", tooltip="Forget what is chosen, or take the last decision back"),
    Binding("s", "defer", "Defer", id="dispute.defer", tooltip="Leave the dispute; it comes back at the end"),
    Binding("w", "code", "Why", id="dispute.code", tooltip="Why they differ: rubric unclear, text missed, slip …"),
    Binding("c", "note", "Note", id="dispute.note", tooltip="Note, kept with the decision"),
    Binding("full_stop", "clause", "Clause", key_display=".", show=False, id="dispute.clause", tooltip="Rubric clause"),
    Binding("minus", "rule('bad_item')", "Bad", show=False, id="dispute.bad", tooltip="No label: the item is bad"),
    Binding("i", "rule('ambiguous')", "Ambiguous", show=False, id="dispute.ambiguous", tooltip="Truly ambiguous"),
    Binding("e", "write('e')", "Write", show=False, id="dispute.write", tooltip="Write a number or words"),
    Binding("left", "pane(-1)", "Pane", show=False, key_display="←→", id="pane.previous", tooltip="Previous pane"),
    Binding("right,tab", "pane(1)", "Pane", show=False, id="pane.next", tooltip="Next pane"),
    Binding("r", "reasoning", "Reasoning", show=False, id="read.reasoning", tooltip="The reasoning behind it"),
    *READING,
    Binding("escape", "leave", "Studies", show=False, id="screen.leave", tooltip="Back; decisions are on disk"),
)
