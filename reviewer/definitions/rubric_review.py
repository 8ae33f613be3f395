"""What a lead wants to hear of a rubric that is right as a file: what raters or reports would stumble over. Pure.

How a question lies on the rating screen is not known here; the screens' own layout is asked for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from reviewer.definitions.caution import Caution, listed
from reviewer.definitions.question import Option, Per, Question
from reviewer.definitions.rubric import Mean, Rubric, Worse
from reviewer.definitions.scale import AnswerForm
from reviewer.definitions.toml_lines import Step
from reviewer.text.visible import visible

CANNOT_TELL = re.compile(r"\b(?:can ?not|can't|can’t|unable to) (?:tell|say|judge|decide)\b|\bunsure\b|\bnot sure\b")
_WORD_BREAKS = re.compile(r"[_-]+")


def rubric_cautions(rubric: Rubric) -> list[Caution]:
    """Return what may not be meant in `rubric`, in the order of the file."""
    found = list(_hidden("guideline", rubric.guideline, ("guideline",)))
    for place, question in enumerate(rubric.questions):
        found += _of_question(rubric, question, ("question", place))
    found += _keys_that_move(rubric)
    found += _of_rates(rubric)
    return found


def _of_question(rubric: Rubric, question: Question, path: tuple[Step, ...]) -> Iterator[Caution]:
    about = f"question {question.id}"
    yield from _hidden(about, question.text, (*path, "text"))
    yield from _of_choices(question, about, path)
    yield from _same_words(question, about, path)
    yield from _numbers(question, about, path)
    if question.when is not None:
        parent = rubric.question(question.when.question)
        if set(question.when.values) == set(parent.values):
            problem = f"its condition holds for every answer to {parent.id}, so it is always asked"
            yield Caution(about, problem, "fewer values, or no condition", (*path, "when"))


def _of_choices(question: Question, about: str, path: tuple[Step, ...]) -> Iterator[Caution]:
    """Yield what is wrong with the choice that a question leaves: none to make, or none for who cannot tell."""
    telling = [option for option in question.options if not option.abstain]
    if len(telling) == 1:
        problem = f"{telling[0].value} is the only answer there is"
        yield Caution(about, problem, "two options or more besides one that abstains", path)
    if len(telling) < len(question.options) or not question.required:
        return
    for place, option in enumerate(question.options):
        if CANNOT_TELL.search(_WORD_BREAKS.sub(" ", f"{option.value} {option.label}".casefold())):
            problem = f"option {option.value} says that the rater cannot tell, and may win a majority all the same"
            yield Caution(about, problem, "abstain = true", (*path, "option", place))
            return
    if question.options:
        yield Caution(
            about,
            "an answer is required and no option abstains, so a rater who cannot tell has to guess",
            "an option with abstain = true, or required = false",
            path,
        )
    elif question.scale.traits.form is AnswerForm.NUMBER:
        problem = "a number is required, so a rater who cannot tell has to make one up"
        yield Caution(about, problem, "required = false", path)


def _same_words(question: Question, about: str, path: tuple[Step, ...]) -> Iterator[Caution]:
    """Yield options that raters take for one another: by the same words, or by keys that differ in shift alone."""
    for (_, one), (place, other) in combinations(enumerate(question.options), 2):
        at = (*path, "option", place)
        if _words(one) == _words(other):
            problem = f"options {one.value} and {other.value} read the same to a rater: {other.label}"
            yield Caution(about, problem, "labels that differ", at)
        if one.key.casefold() == other.key.casefold():
            problem = f"keys {one.key} and {other.key} differ only by shift: {one.value} is stored for {other.value}"
            yield Caution(about, problem, "keys further apart", at)


def _numbers(question: Question, about: str, path: tuple[Step, ...]) -> Iterator[Caution]:
    numbers = [option.number for option in question.options if option.number is not None]
    steps = [after - before for before, after in pairwise(numbers)]
    if any(step > 0 for step in steps) and any(step < 0 for step in steps):
        order = ", ".join(f"{number:g}" for number in numbers)
        problem = f"the numbers of its options go up and down: {order}"
        yield Caution(about, problem, "options in the order of the scale", path)


def _keys_that_move(rubric: Rubric) -> Iterator[Caution]:
    """Yield options that abstain by another key than in an earlier question: fingers learn one key for it."""
    known: dict[str, tuple[Question, Option]] = {}
    for place, question in enumerate(rubric.questions):
        for at, option in enumerate(question.options):
            if not option.abstain:
                continue
            before, first = known.setdefault(_words(option), (question, option))
            if first.key != option.key:
                yield Caution(
                    f"question {question.id}",
                    f"{option.label} is on key {option.key}, and on key {first.key} in question {before.id}",
                    "one key for it",
                    ("question", place, "option", at, "key"),
                )


def _of_rates(rubric: Rubric) -> Iterator[Caution]:
    for place, rate in enumerate(rubric.rates):
        if not isinstance(rate, Mean) and set(rate.of) == set(rate.among):
            problem = "it counts every answer that it is a share of, so it is 1 whatever is answered"
            yield Caution(f"rate {rate.id}", problem, "more values in among than in of", ("rate", place))
    countable = [question.id for question in rubric.questions if question.options and question.per is Per.RESPONSE]
    if countable and not rubric.rates:
        problem = f"there is none, so reports count nothing of {listed(countable, 'and')}"
        yield Caution("rates", problem, "one or more [[rate]]")
    elif rubric.rates and all(rate.worse is Worse.NEITHER for rate in rubric.rates):
        problem = "none has a worse end, so nothing is ranked and --sample tail and disagreement have nothing to go by"
        yield Caution("rates", problem, 'worse = "high" or "low" in one of them', ("rate", 0, "worse"))


def _words(option: Option) -> str:
    return " ".join(option.label.casefold().split())


def _hidden(about: str, text: str, path: tuple[Step, ...]) -> Iterator[Caution]:
    """Yield what raters would see as a sign in place of a character that steers or hides."""
    shown = visible(text)
    if shown != text.replace("\r\n", "\n"):
        signs = dict.fromkeys(visible(character) for character in text if visible(character) != character)
        problem = f"it holds characters that hide or steer, shown as {' '.join(signs)}"
        yield Caution(about, problem, "text without them", path)
