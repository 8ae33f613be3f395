"""Graders that need no model: the first check of a question that holds gives the verdict."""

from __future__ import annotations

from reviewer.grading.definition import Grader, RuleCheck
from reviewer.grading.material import GraderVerdict, Material
from reviewer.model import LabelState
from reviewer.text.secret_leaks import leaks


def verdicts(grader: Grader, material: Material) -> list[GraderVerdict]:
    """Return what a rule says of a response; of a question none of whose checks holds it says nothing."""
    text = material.responses[0]
    found = []
    for question in grader.questions:
        checks = (check for check in grader.checks if check.question == question)
        first = next((check for check in checks if holds(check, text, material.secret)), None)
        if first is not None:
            found.append(GraderVerdict(question, LabelState.LABEL, first.value))
    return found


def holds(check: RuleCheck, text: str, secret: str | None) -> bool:
    """Return whether a check holds of a response to a prompt with that secret."""
    if check.secret is not None:
        return check.secret == (secret is not None)
    if check.phrases:
        # Models write both apostrophes, and a list of phrases only one.
        searched = text.casefold().replace("’", "'")[: check.within]
        return any(phrase in searched for phrase in check.phrases)
    if check.pattern is not None:
        return check.pattern.search(text) is not None
    if check.leaks:
        return secret is not None and any(leak.how in check.leaks for leak in leaks(text, secret))
    return not text.strip() if check.empty else True
