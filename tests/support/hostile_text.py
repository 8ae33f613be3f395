"""Text that would steer a terminal, run as markup, or hide from a reader; and what tells whether any of it is left."""

from __future__ import annotations

import re
import unicodedata

# What a prompt, a response, a rubric, a note or a file may hold, what no database keeps among it.
HOSTILE_PARTS = (
    "[bold]markup[/nope] [@click=app.quit]",
    "\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b]8;;http://x\x1b\\link\x1b[2J",
    "\x9b31m \x90 \x85",
    "\u202eright to left\u2066 isolate\u2069",
    "zero\u200bwidth\u2060joiner\ufeff",
    "\U000e0041\U000e0042 tags",
    "a\x00b \ud800 c",
    "line\u2028separator\rreturn\x08\x0b\x0c\x7f",
)
HOSTILE_TEXT = " ".join(HOSTILE_PARTS)
# The names that the user of the program types or a file bears cannot hold NUL or half a pair.
HOSTILE_NAME = "\x1b]0;n\x07\u202e\u200b\U000e0041x"
# What a prompt, a response, a rubric, a note or a file may hold: markup that runs, titles, links and clipboards, what
# clears the screen or hides text, C1, bidirectional and zero-width characters, tags, and what no database keeps.
STEERING_PARTS = (
    "[red]markup[/nope] [@click=app.quit]press[/] [@click=app.bell]here[/]",
    "\x1b]0;title\x07 \x1b]2;title\x1b\\ \x1b]52;c;aGlqYWNrZWQ=\x07 \x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;aGlqYWNrZWQ=\x07\x1b\\ \x1b[2J \x1b[8;1337m \x1bc \x1b_G1337\x1b\\ \x1bkname\x1b\\",
    "\x9b2J \x9b8;1337m \x9d0;title\x9c \x90 \x85",
    "\u202eright to left\u202c \u2066isolate\u2069 \u200emark",
    "zero\u200bwidth\u2060word\ufeffjoiner\u00adsoft",
    "\U000e0041\U000e0042 tags",
    "line\u2028separator\u2029paragraph\rreturn\x08\x0b\x0c\x7f\x07",
)
# Of a JSON file alone; import replaces these.
UNSTORABLE = "a\x00b \ud800 c \udfff"
STEERING_TEXT = " ".join(STEERING_PARTS)
STEERING_NAME = "s[/nope]\x1b]0;title\x07\x9b2J\u202e\u200b\U000e0041"
# A little of everything, for where there is one line of room.
HOSTILE_LINE = (
    "\x1b]0;title\x07\x1b[31m\x9b2J [/nope] [red]x[/red] [@click=app.quit]q[/] \u202eleft\u202c zero\u200bwidth\nnew"
)
CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u2028\u2029\U000e0000-\U000e00ff]"
)


def harmless(text: str, *, tabs: bool = False) -> bool:
    """Tell whether nothing in `text` can steer a terminal or hide from a reader; newlines may stand."""
    allowed = "\n\u200c\u200d" + "\t" * tabs
    return all(char in allowed or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)
