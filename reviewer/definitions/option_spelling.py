"""Ways in which other programs and models write an option: blanks around it, capitals, a number with a point."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from reviewer.definitions.question import Question
from reviewer.definitions.scale import NUMBER
from reviewer.text.missing_values import is_missing_value


class OptionSpelling:
    """What texts stand for: an option by each of its names, as written, or as other programs write it.

    As 3.0 for 3, as pandas writes a column with gaps, and as Yes for yes where no other name is like it. A name is
    never guessed: what could be two options is none.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the names, each with the option that it stands for."""
        self._names = {plain(name): option for name, option in names.items()}
        numbers: dict[float, set[str]] = defaultdict(set)
        folded: dict[str, set[str]] = defaultdict(set)
        for name, option in self._names.items():
            folded[name.casefold()].add(option)
            if NUMBER.fullmatch(name):
                numbers[float(name)].add(option)
        self._numbers = {number: options.pop() for number, options in numbers.items() if len(options) == 1}
        self._folded = {name: options.pop() for name, options in folded.items() if len(options) == 1}

    def option(self, text: str) -> str:
        """Return the option that `text` stands for; where it stands for none, the text."""
        name = plain(text)
        if name in self._names:
            return self._names[name]
        if NUMBER.fullmatch(name):
            return self._numbers.get(float(name), text)
        # None, with a capital, is what Python writes for nothing, whatever the options are.
        return text if is_missing_value(name) else self._folded.get(name.casefold(), text)

    def names(self, text: str) -> bool:
        """Tell whether `text` is the name of an option, in whatever capitals."""
        return plain(text).casefold() in self._folded


def plain(text: str) -> str:
    """Return a text as it is compared: without white space around it, and each accent written in one way."""
    return unicodedata.normalize("NFC", text.strip())


def accepted(question: Question, answer: object) -> str:
    """Return the stored form of an answer that may be spelled otherwise than its options are.

    Raises:
        ValueError: it is no answer to the question; the text says what would be one.
    """
    try:
        return question.accept(answer)
    except ValueError:
        if not question.options:
            raise
    spelling = OptionSpelling({option: option for option in question.values})
    parts = answer if isinstance(answer, list) else [answer]
    read = [spelling.option(str(part)) if _is_scalar(part) else part for part in parts]
    return question.accept(read if isinstance(answer, list) else read[0])


def _is_scalar(part: object) -> bool:
    return isinstance(part, str | int | float) and not isinstance(part, bool)
