"""A rubric's questions, conditions and rates in words, as a lead checks them. Pure."""

from __future__ import annotations

from typing import assert_never

from reviewer.definitions.caution import listed
from reviewer.definitions.question import Condition, Option, Per, Question
from reviewer.definitions.rubric import MATTERS, Mean, Rate, Rubric, Worse
from reviewer.definitions.scale import AnswerForm


def answer_in_words(question: Question) -> str:
    """Return how a question is answered on the rating screen."""
    match question.scale.traits.form:
        case AnswerForm.ONE:
            return "one key"
        case AnswerForm.SEVERAL:
            return "several keys, then ↓"
        case AnswerForm.NUMBER:
            return "a number is typed"
        case AnswerForm.TEXT:
            return "text is typed"
        case form:
            assert_never(form)


def subject_in_words(rubric: Rubric, question: Question) -> str:
    """Return what a question is asked of: each response, each pair of responses, or the item."""
    if question.per is Per.RESPONSE:
        return "each response"
    root = question
    while root.when is not None:
        root = rubric.question(root.when.question)
    return "each pair of responses" if root.scale.traits.compares_pair else "the whole item"


def condition_in_words(condition: Condition) -> str:
    """Return a condition as it follows on "asked if"."""
    return f"{condition.question} is {listed(condition.values)}"


def option_in_words(option: Option) -> str:
    """Return the key of an option and what is stored for it."""
    notes = ["abstains"] if option.abstain else []
    if option.number is not None and option.value != f"{option.number:g}":
        notes.append(f"{option.number:g} on the scale")
    return f"{option.key} → {option.value}" + (f" ({', '.join(notes)})" if notes else "")


def rate_in_words(rubric: Rubric, rate: Rate) -> str:
    """Return what a rate counts, and which end of it is the bad one."""
    matters = "" if rate.matters == MATTERS else f"; a difference of {rate.matters:g} matters"
    return f"{rate.id} = {_counted(rubric, rate)}; {_worse(rate.worse)}{matters}"


def _counted(rubric: Rubric, rate: Rate) -> str:
    if isinstance(rate, Mean):
        zero = "" if rate.zero is None else f", 0 where {condition_in_words(rate.zero)}"
        mean = f"mean of {listed(rate.questions, 'and')}, each" if len(rate.questions) > 1 else rate.questions[0]
        return f"{mean} rescaled to 0..1{zero}"
    left_out = [value for value in rubric.question(rate.question).values if value not in rate.among]
    if len(left_out) < len(rate.among):
        among = f"all answers to {rate.question}" + (f" but {listed(left_out, 'and')}" if left_out else "")
    else:
        among = f"the answers {listed(rate.among, 'and')} to {rate.question}"
    return f"share of {listed(rate.of)} among {among}"


def _worse(worse: Worse) -> str:
    match worse:
        case Worse.HIGH | Worse.LOW:
            return f"worse when {worse}"
        case Worse.NEITHER:
            return "neither end is worse, so nothing is ranked by it"
        case _:
            assert_never(worse)
