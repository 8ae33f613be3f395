"""What helps a rater to read: the prompt as one text, hits of a search, what is hidden in a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewer.model import Message
from reviewer.studies.item_sheet import ItemSheet, Pane
from reviewer.text.decoding import findings
from reviewer.text.secret_leaks import leaks
from reviewer.text.visible import joiners, visible
from reviewer.tui.widgets.marks import Mark, MarkKind, PaneText

SEVERITIES = ("none", "mild", "serious", "severe")
MOST_HITS = 10_000
FOLDED_LINES, FOLDED_CHARACTERS = 2, 240
UNEVEN = 6  # columns by which lines that were broken by hand differ
_POINT = re.compile(r"\s*([-*•]|\d+[.)])\s")
_ENDS = (".", ":", "!", "?", ";")


def prompt_text(messages: Sequence[Message], reference: str | None, *, folded: bool) -> PaneText:
    """Return the messages as one text in which the roles are marked, and the reference answer after them.

    `folded` cuts every message but the last, and the tool calls in it, to their first lines and says how much is left
    out.
    """
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for name, content in _sections(messages, reference, folded=folded):
        marks.append(Mark(length, length + len(name) + 1, MarkKind.ROLE))
        parts.append(f"{name}: {content}\n")
        length += len(parts[-1])
    return PaneText("".join(parts).removesuffix("\n"), tuple(marks))


def is_long(messages: Sequence[Message]) -> bool:
    """Return whether folding would leave anything out."""
    texts = (text for message in messages[:-1] for text in (message.content, message.tool_calls or ""))
    return any(_fold(text) != visible(text) for text in texts)


def _sections(messages: Sequence[Message], reference: str | None, *, folded: bool) -> Iterator[tuple[str, str]]:
    # Made visible here already: marks count in what is shown.
    for place, message in enumerate(messages, start=1):
        shown = _fold if folded and place < len(messages) else visible
        calls = f"\n(tool calls) {shown(message.tool_calls)}" if message.tool_calls else ""
        yield message.role.value, shown(message.content) + calls
    if reference:
        yield "reference", visible(reference)


def _fold(content: str) -> str:
    text = visible(content)
    lines = text.split("\n")
    start = "\n".join(lines[:FOLDED_LINES])[:FOLDED_CHARACTERS]
    return text if len(start) == len(text) else f"{start} … ({len(text) - len(start):,} more characters, = unfolds)"


def flowing(text: str) -> str:
    """Return a text whose lines were broken to fit some width without those breaks, so that it fits any width.

    A break was made for the width where the next word would have made a line about as long as the longest one. What is
    indented less, is a point of a list, or begins after the end of a sentence, stays a line of its own.
    """
    lines = text.split("\n")
    widest = max(map(len, lines))
    joined = [lines[0]]
    for before, line in pairwise(lines):
        words = line.split(maxsplit=1)
        deeper = _indent(line) - _indent(before)
        if (
            words
            and before.strip()
            and len(before) + 1 + len(words[0]) > widest - UNEVEN
            and deeper >= 0
            and not _POINT.match(line)
            and (deeper or not before.rstrip().endswith(_ENDS))
        ):
            joined[-1] += " " + line.lstrip()
        else:
            joined.append(line)
    return "\n".join(joined)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def pane_note(pane: Pane) -> str:
    """Return what the title of a pane says beside its alias: length, cut short, joiners that are not shown."""
    notes = [f"{len(pane.text):,} characters"]
    if pane.cut_short:
        notes.append("cut short")
    hidden = joiners(pane.text)
    if hidden:
        notes.append(f"{hidden:,} joiner{'s' * (hidden != 1)}")
    return ", ".join(notes)


def response_text(pane: Pane) -> str:
    """Return a response as it is read: its text, and the tool calls that it makes."""
    calls = f"\n(tool calls) {pane.tool_calls}" if pane.tool_calls else ""
    return (pane.text or "(empty)") + calls


def watched_panes(sheet: ItemSheet) -> list[int]:
    """Return the panes in which the secret is marked now: by the study's aids, before or after they are answered."""
    item = sheet.item
    if not item.secret:
        return []
    answered = item.aids == "after"
    return [place for place, pane in enumerate(item.panes) if not answered or sheet.is_answered(pane.response)]


def secret_marks(text: str, secret: str) -> list[Mark]:
    """Return where a visible text gives the secret away, in whatever form."""
    return [Mark(leak.start, leak.end, MarkKind.SECRET) for leak in leaks(text, secret)]


def hits(texts: Sequence[str], words: str) -> list[tuple[int, int, int]]:
    """Return (number of the text, start, end) wherever `words` stand in any of the visible `texts`, in any case."""
    pattern = re.compile(re.escape(visible(words, one_line=True)), re.IGNORECASE)
    found = ((place, hit.start(), hit.end()) for place, text in enumerate(texts) for hit in pattern.finditer(text))
    return [hit for hit, _ in zip(found, range(MOST_HITS), strict=False)]


def decoded(text: str) -> str:
    """Return what is hidden in `text`, kind by kind, to be read and never run."""
    found = findings(text)
    if not found:
        return "Nothing encoded or hidden was found."
    return "\n\n".join(
        f"{finding.kind.value}, at character {finding.start + 1:,}\n"
        f"  from  {visible(text[finding.start : finding.end], one_line=True)[:200]}\n"
        f"  to    {visible(finding.decoded, one_line=True)}"
        for finding in found
    )
