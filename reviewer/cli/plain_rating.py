"""Rating line by line: the whole of the rating screen in words, for screen readers, pipes and scripts.

A line that is an option's key, value or label answers the question; any other line is a command. Where the answer is
free text, a command is a line of its word alone, or begins with a slash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO, TypeVar

from reviewer.cli.options import next_command, now
from reviewer.cli.plain_rating_text import say_guideline, say_help, say_item
from reviewer.cli.plain_rating_words import find_command, read_answer
from reviewer.cli.terminal import counted, say, say_indented
from reviewer.errors import Refused, ReviewerError
from reviewer.model import RECOGNISED, Nothing, Subject
from reviewer.session.owner_thread import OwnerThread
from reviewer.studies.item_sheet import AskedQuestion, Item, ItemSheet, about
from reviewer.studies.rating import RatingSession, why_nothing
from reviewer.text.secret_leaks import leaks

Result = TypeVar("Result")


class PlainCalls:
    """The way to the study, whose calls all run on the store's thread. `item` is the one in hand."""

    def __init__(self, thread: OwnerThread[RatingSession]) -> None:
        self._thread = thread
        self.item: Item | None = None

    def do(self, call: Callable[[RatingSession], Result]) -> Result:
        """Run `call` and wait for what it returns."""
        return self._thread.call(call).result()


class Stop(Exception):
    """The rater ends the sitting."""


class PlainRating:
    """One rater's sitting, read from `lines` and written to stdout.

    A person who mistypes reads that, and is asked again. A script is stopped: its next lines were meant to follow an
    answer that was not given, and would be taken for others.
    """

    def __init__(self, work: PlainCalls, lines: TextIO, *, rater: str, name: str) -> None:
        self._work = work
        self._lines = lines
        self._rater = rater
        self._name = name
        self._rubric = work.do(lambda study: study.rubric)
        self._sheet: ItemSheet | None = None
        self._nothing: Nothing | None = None
        self._saved = 0
        self._scripted = not lines.isatty()
        self._read = 0

    def run(self) -> None:
        """Rate item after item until there is none, the rater quits, or the input ends.

        Raises:
            ReviewerError: a script gave a line that is neither an answer nor a command, or not now.
        """
        say(f"Study {self._name}, rater {self._rater}. Type help for all commands, guideline for the guideline.")
        if not self._work.do(lambda study: study.has_begun() or study.is_full()):
            say_guideline(self._rubric)
        try:
            while self._take(self._work.do(lambda study: study.next_item())):
                while self._sheet is not None:
                    self._step(self._sheet)
        except (Stop, KeyboardInterrupt):
            pass
        say(f"\nStopped. {counted(self._saved, 'item')} saved in this sitting; answers not submitted stay drafts.")
        if self._nothing is None:
            say(f"Next: {next_command('rate', self._name, '--plain')}")
        else:
            say(f"Next: {next_command('adjudicate' if self._nothing is Nothing.FULL else 'agreement', self._name)}")

    def _take(self, found: Item | Nothing) -> bool:
        """Put an item in hand and read it out; False where there is none."""
        if isinstance(found, Nothing):
            self._nothing = found
            say(f"\n{why_nothing(found, self._name, self._rubric.id, next_command)}")
            return False
        self._work.item = found
        sheet = ItemSheet(self._rubric, found, self._work.do(lambda study: study.draft(found))).resumed()
        self._sheet = sheet
        say_item(found)
        if found.aids == "before":
            self._say_leaks(found)
        if sheet.draft.answers:
            say("\nKept from before, not submitted:")
            for ask in sheet.asks:
                self._read_answer(sheet, ask)
        return True

    def _let_go(self) -> None:
        self._work.item = self._sheet = None

    def _step(self, sheet: ItemSheet) -> None:
        """Put one question, or the offer to save, and act on one line."""
        ask = sheet.ask
        self._put(sheet, ask)
        line = self._lines.readline()
        self._read += 1
        if not line:
            raise Stop
        text = line.strip()
        try:
            if not text:
                self._empty_line(sheet, ask)
                return
            value = None if ask is None else read_answer(ask.question, text)
            if ask is None or value is None:
                self._command(sheet, text.removeprefix("/"), ask or sheet.asks[-1])
            else:
                self._keep(sheet.answer(ask, value, now()))
        except Refused as refused:
            self._not_understood(text, f"Not done: {refused}")

    def _put(self, sheet: ItemSheet, ask: AskedQuestion | None) -> None:
        if ask is None:
            if sheet.item.aids == "after":
                self._say_leaks(sheet.item)
            say("\nAll is answered. An empty line saves the item; undo takes the last answer back.")
            return
        count = f"Question {sheet.place + 1} of {len(sheet.asks)}."
        say(f"\n{count} {about(sheet.item, ask)}{ask.question.text}")
        if ask.question.scale.traits.line_hint:
            say(f"  ({ask.question.scale.traits.line_hint})")
        for option in ask.question.options:
            say(f"  {option.key} {option.label}")
        if not ask.question.required:
            say("  (an empty line leaves it open)")
        self._read_answer(sheet, ask)

    def _empty_line(self, sheet: ItemSheet, ask: AskedQuestion | None) -> None:
        if ask is None:
            self._submit(sheet)
        elif sheet.value(ask) is not None or not ask.question.required:
            self._sheet = sheet.at(sheet.place + 1)
        else:
            self._not_understood("", "This question needs an answer.")

    def _not_understood(self, text: str, problem: str) -> None:
        """Say what is wrong with a line, or stop the script that it comes from."""
        if self._scripted:
            raise ReviewerError(
                f"standard input:{self._read}: {text or '(an empty line)'}: {problem}\n"
                f"Stopped before the next line. {counted(self._saved, 'item')} saved; answers not submitted stay drafts"
            )
        say(problem)

    def _command(self, sheet: ItemSheet, text: str, ask: AskedQuestion) -> None:
        word, _, rest = text.partition(" ")
        command = find_command(word)
        match command.word if command else None:
            case "submit":
                self._submit(sheet)
            case "undo":
                self._undo(sheet)
            case "clear":
                self._keep(sheet.cleared(ask))
            case "back":
                self._sheet = sheet.at(sheet.place - 1)
            case "next":
                self._sheet = sheet.at(sheet.place + 1)
            case "skip":
                self._skip(sheet)
            case "flag":
                self._flag(sheet, *_addressed(sheet, rest, None))
            case "recognised":
                self._flag(sheet, _addressed(sheet, rest, ask)[0], RECOGNISED)
            case "note":
                self._note(sheet, *_addressed(sheet, rest, ask), ask)
            case "confidence":
                self._confidence(sheet, *_addressed(sheet, rest, ask), ask)
            case "reasoning":
                self._reasoning(sheet, _addressed(sheet, rest, ask)[0])
            case "guideline":
                say_guideline(self._rubric)
            case "again":
                say_item(sheet.item)
            case "help":
                say_help()
            case "quit":
                raise Stop
            case _:
                self._not_understood(text, "Neither an answer nor a command. Type help for all commands.")

    def _say_leaks(self, item: Item) -> None:
        """Say which responses give the secret away, where the study has one."""
        for pane in item.panes if item.secret else ():
            forms = dict.fromkeys(leak.how.value for leak in leaks(pane.text, item.secret or ""))
            say(f"\nSecret watch, {pane.alias}: {', '.join(forms) or 'not found'}.")

    def _submit(self, sheet: ItemSheet) -> None:
        saved = self._work.do(lambda study: study.submit(sheet.item, sheet.draft))
        self._let_go()
        self._saved += 1
        say(f"Saved: item {sheet.item.number:,}, {counted(saved.labels, 'label')}.")
        if saved.surplus:
            say("It came too late to count: the places on this item were taken. It is kept apart as surplus.")

    def _undo(self, sheet: ItemSheet) -> None:
        undone = sheet.undone()
        if undone is not None:
            self._keep(undone)
            return
        item = self._work.do(lambda study: study.undo())
        if item is None:
            say("There is nothing to undo.")
            return
        say("\nTaken back: the last submitted item is a draft again.")
        self._take(item)

    def _skip(self, sheet: ItemSheet) -> None:
        self._work.do(lambda study: study.skip(sheet.item))
        self._let_go()
        say("Skipped. It comes back at the end.")

    def _flag(self, sheet: ItemSheet, response: str | None, reason: str) -> None:
        self._work.do(lambda study: study.flag(sheet.item, response, reason))
        say("Recorded: you can tell which model this is." if reason == RECOGNISED else "Flagged.")

    def _note(self, sheet: ItemSheet, response: str | None, note: str, ask: AskedQuestion) -> None:
        self._keep(sheet.remarked(ask.subject if response is None else Subject(response), note=note))
        say("Note kept with the draft." if note else "Note removed.")

    def _confidence(self, sheet: ItemSheet, response: str | None, text: str, ask: AskedQuestion) -> None:
        if text not in ("1", "2", "3"):
            raise Refused("confidence is 1 (a guess), 2 or 3 (sure)")
        self._keep(sheet.remarked(ask.subject if response is None else Subject(response), confidence=int(text)))
        say(f"Confidence {text} kept with the draft.")

    def _reasoning(self, sheet: ItemSheet, response: str | None) -> None:
        pane = next((pane for pane in sheet.item.panes if pane.response == response), None)
        if pane is None:
            raise Refused("name the response, as in: reasoning @A")
        if not sheet.is_answered(pane.response):
            raise Refused(f"the reasoning of {pane.alias} is shown once {pane.alias} is answered")
        say(f"\nREASONING {pane.alias}")
        say_indented(pane.reasoning or "(none is stored)")

    def _keep(self, sheet: ItemSheet) -> None:
        """Keep the draft durably, then go on with it."""
        self._work.do(lambda study: study.save_draft(sheet.item, sheet.draft))
        self._sheet = sheet

    @staticmethod
    def _read_answer(sheet: ItemSheet, ask: AskedQuestion) -> None:
        value = sheet.value(ask)
        if value is None:
            return
        labels = {option.value: option.label for option in ask.question.options}
        chosen = ", ".join(labels[one] for one in ask.question.selected(value)) or value
        say(f"  answered: {about(sheet.item, ask)}{chosen}")
        remark = sheet.draft.remarks.get(ask.subject)
        if remark is not None and remark.note:
            say(f"  note: {remark.note}")


def _addressed(sheet: ItemSheet, rest: str, ask: AskedQuestion | None) -> tuple[str | None, str]:
    """Split `@B text` into B's response and the text; without `@`, take the one response that `ask` is about."""
    rest = rest.strip()
    panes = sheet.item.panes
    if not rest.startswith("@"):
        return (panes[ask.panes[0]].response if ask is not None and len(ask.panes) == 1 else None), rest
    name, _, text = rest[1:].partition(" ")
    for pane in panes:
        if pane.alias == name.upper():
            return pane.response, text.strip()
    raise Refused(f"there is no response {name}; there are {', '.join(pane.alias for pane in panes)}")
