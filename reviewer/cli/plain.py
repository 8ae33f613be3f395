"""Rating line by line: the whole of the rating screen in words, for screen readers, pipes and scripts.

A line that is an option's key, value or label answers the question; any other line is a command. Where the answer is
free text, a command is a line of its word alone, or begins with a slash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO, TypeVar

from reviewer.cli.options import now
from reviewer.cli.plain_text import say_guideline, say_help, say_item
from reviewer.cli.plain_words import find_command, read_answer
from reviewer.cli.terminal import counted, say, say_indented
from reviewer.errors import Refused
from reviewer.model import Draft, Subject
from reviewer.question import Scale
from reviewer.sheet import Ask, Item, about, questions, translated, with_answer, with_remark, without_answer
from reviewer.store.handout import Nothing
from reviewer.store.labels import RECOGNISED
from reviewer.store.thread import OwnerThread
from reviewer.study import Study

Result = TypeVar("Result")

WHY_NOTHING = {
    Nothing.FINISHED: "Nothing is left for you in this study.",
    Nothing.QUOTA: "You have rated as many items as were assigned to you.",
    Nothing.WAITING: "All that is left is in the hands of other raters now; come back in a quarter of an hour.",
}


class Work:
    """The way to the study, whose calls all run on the store's thread. `item` is the one in hand."""

    def __init__(self, thread: OwnerThread[Study]) -> None:
        self._thread = thread
        self.item: Item | None = None

    def do(self, call: Callable[[Study], Result]) -> Result:
        """Run `call` and wait for what it returns."""
        return self._thread.call(call).result()


class Stop(Exception):
    """The rater ends the sitting."""


class PlainRating:
    """One rater's sitting, read from `lines` and written to stdout."""

    def __init__(self, work: Work, lines: TextIO, *, rater: str, name: str) -> None:
        self._work = work
        self._lines = lines
        self._rater = rater
        self._name = name
        self._rubric = work.do(lambda study: study.rubric)
        self._draft = Draft()
        self._place = 0
        self._answered: list[Ask] = []
        self._saved = 0

    def run(self) -> None:
        """Rate item after item until there is none, the rater quits, or the input ends."""
        say(f"Study {self._name}, rater {self._rater}. Type help for all commands, guideline for the guideline.")
        if not self._work.do(lambda study: study.has_begun()):
            say_guideline(self._rubric)
        try:
            while self._take(self._work.do(lambda study: study.next_item())):
                while self._work.item is not None:
                    self._step()
        except (Stop, KeyboardInterrupt):
            pass
        say(f"\nStopped. {counted(self._saved, 'item')} saved in this sitting; answers not submitted stay drafts.")
        say(f"Go on with: reviewer rate {self._name} --plain --rater {self._rater}")

    @property
    def _item(self) -> Item:
        assert self._work.item is not None
        return self._work.item

    def _take(self, found: Item | Nothing) -> bool:
        """Put an item in hand and read it out; False where there is none."""
        if isinstance(found, Nothing):
            say(f"\n{WHY_NOTHING[found]}")
            return False
        self._work.item = found
        self._draft = self._work.do(lambda study: study.draft(found))
        self._answered = []
        say_item(found)
        asks = questions(self._rubric, found, self._draft)
        if self._draft.answers:
            say("\nKept from before, not submitted:")
            for ask in asks:
                self._read_answer(ask)
        self._place = max((place + 1 for place, ask in enumerate(asks) if self._value(ask)), default=0)
        return True

    def _step(self) -> None:
        """Put one question, or the offer to save, and act on one line."""
        asks = questions(self._rubric, self._item, self._draft)
        if self._place >= len(asks):
            unanswered = (place for place, ask in enumerate(asks) if ask.question.required and not self._value(ask))
            self._place = next(unanswered, len(asks))
        ask = asks[self._place] if self._place < len(asks) else None
        self._put(ask, asks)
        line = self._lines.readline()
        if not line:
            raise Stop
        text = line.strip()
        try:
            if not text:
                self._empty_line(ask)
            elif ask is None or not self._take_answer(ask, text):
                self._command(text.removeprefix("/"), ask or asks[-1])
        except Refused as refused:
            say(f"Not done: {refused}")

    def _put(self, ask: Ask | None, asks: list[Ask]) -> None:
        if ask is None:
            say("\nAll is answered. An empty line saves the item; undo takes the last answer back.")
            return
        say(f"\nQuestion {self._place + 1} of {len(asks)}. {about(self._item, ask)}{ask.question.text}")
        if ask.question.scale is Scale.MULTI:
            say("  (one or more keys, separated by spaces)")
        for option in ask.question.options:
            say(f"  {option.key} {option.label}")
        if not ask.question.required:
            say("  (an empty line leaves it open)")
        self._read_answer(ask)

    def _empty_line(self, ask: Ask | None) -> None:
        if ask is None:
            self._submit()
        elif self._value(ask) or not ask.question.required:
            self._place += 1
        else:
            say("This question needs an answer.")

    def _take_answer(self, ask: Ask, text: str) -> bool:
        """Take `text` as an answer to `ask` and keep the draft durably; False where it is none."""
        value = read_answer(ask.question, text)
        if value is None:
            return False
        self._keep(with_answer(self._draft, ask, translated(self._item, ask, value), now()))
        self._answered.append(ask)
        self._place += 1
        return True

    def _command(self, text: str, ask: Ask) -> None:
        word, _, rest = text.partition(" ")
        command = find_command(word)
        match command.word if command else None:
            case "submit":
                self._submit()
            case "undo":
                self._undo()
            case "clear":
                self._keep(without_answer(self._draft, ask))
            case "back":
                self._place = max(self._place - 1, 0)
            case "next":
                self._place += 1
            case "skip":
                self._skip()
            case "flag":
                self._flag(*self._addressed(rest, None))
            case "recognised":
                self._flag(self._addressed(rest, ask)[0], RECOGNISED)
            case "note":
                self._note(*self._addressed(rest, ask), ask)
            case "confidence":
                self._confidence(*self._addressed(rest, ask), ask)
            case "reasoning":
                self._reasoning(self._addressed(rest, ask)[0])
            case "guideline":
                say_guideline(self._rubric)
            case "again":
                say_item(self._item)
            case "help":
                say_help()
            case "quit":
                raise Stop
            case _:
                say(f"Neither an answer nor a command: {text}. Type help for all commands.")

    def _undo(self) -> None:
        if self._answered:
            last = self._answered.pop()
            self._keep(without_answer(self._draft, last))
            asks = questions(self._rubric, self._item, self._draft)
            self._place = asks.index(last) if last in asks else 0
            return
        item = self._work.do(lambda study: study.undo())
        if item is None:
            say("There is nothing to undo.")
            return
        say("\nTaken back: the last submitted item is a draft again.")
        self._take(item)

    def _skip(self) -> None:
        item = self._item
        self._work.do(lambda study: study.skip(item))
        self._work.item = None
        say("Skipped. It comes back at the end.")

    def _flag(self, response: str | None, reason: str) -> None:
        item = self._item
        self._work.do(lambda study: study.flag(item, response, reason))
        say("Recorded: you can tell which model this is." if reason == RECOGNISED else "Flagged.")

    def _note(self, response: str | None, note: str, ask: Ask) -> None:
        self._keep(with_remark(self._draft, ask.subject if response is None else Subject(response), note=note))
        say("Note kept with the draft." if note else "Note removed.")

    def _confidence(self, response: str | None, text: str, ask: Ask) -> None:
        if text not in ("1", "2", "3"):
            raise Refused("confidence is 1 (a guess), 2 or 3 (sure)")
        subject = ask.subject if response is None else Subject(response)
        self._keep(with_remark(self._draft, subject, confidence=int(text)))
        say(f"Confidence {text} kept with the draft.")

    def _reasoning(self, response: str | None) -> None:
        pane = next((pane for pane in self._item.panes if pane.response == response), None)
        if pane is None:
            raise Refused("name the response, as in: reasoning @A")
        asks = questions(self._rubric, self._item, self._draft)
        mine = [one for one in asks if one.subject == Subject(pane.response) and one.question.required]
        if not all(self._value(one) for one in mine):
            raise Refused(f"the reasoning of {pane.alias} is shown once {pane.alias} is answered")
        say(f"\nREASONING {pane.alias}")
        say_indented(pane.reasoning or "(none is stored)")

    def _submit(self) -> None:
        item, draft = self._item, self._draft
        saved = self._work.do(lambda study: study.submit(item, draft))
        self._work.item = None
        self._saved += 1
        say(f"Saved: item {item.number:,}, {counted(saved.labels, 'label')}.")
        if saved.surplus:
            say("It came too late to count: the places on this item were taken. It is kept apart as surplus.")

    def _keep(self, draft: Draft) -> None:
        item = self._item
        self._work.do(lambda study: study.save_draft(item, draft))
        self._draft = draft

    def _value(self, ask: Ask) -> str | None:
        answer = self._draft.answers.get((ask.subject, ask.question.id))
        return None if answer is None else translated(self._item, ask, answer.value)

    def _addressed(self, rest: str, ask: Ask | None) -> tuple[str | None, str]:
        """Split `@B text` into B's response and the text; without `@`, take the one response that `ask` is about."""
        if not rest.startswith("@"):
            alone = ask is not None and len(ask.panes) == 1
            return (self._item.panes[ask.panes[0]].response if ask is not None and alone else None), rest
        name, _, text = rest[1:].partition(" ")
        for pane in self._item.panes:
            if pane.alias == name.upper():
                return pane.response, text.strip()
        raise Refused(f"there is no response {name}; there are {', '.join(pane.alias for pane in self._item.panes)}")

    def _read_answer(self, ask: Ask) -> None:
        value = self._value(ask)
        if value is None:
            return
        labels = {option.value: option.label for option in ask.question.options}
        chosen = ", ".join(labels[one] for one in ask.question.selected(value)) or value
        say(f"  answered: {about(self._item, ask)}{chosen}")
        remark = self._draft.remarks.get(ask.subject)
        if remark is not None and remark.note:
            say(f"  note: {remark.note}")
