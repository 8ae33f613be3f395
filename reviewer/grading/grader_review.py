"""What whoever wrote a grader wants to hear of it before it is paid for: verdicts that it can never give. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.definitions.caution import Caution, listed
from reviewer.definitions.rubric import Rubric
from reviewer.grading.definition import PLACEHOLDER, PLACEHOLDERS, Grader, RuleCheck
from reviewer.grading.rule import holds
from reviewer.grading.sample_replies import SampleReply, verdicts_in_words

SECRET = "example-secret"
# What holds of each of these holds of any text.
TEXTS = ("", "a", "0", "Ω\n", "?! yes and no")
# What the guideline speaks of has to be shown to a judge, by the gap of that name.
SPOKEN_OF = ("reference", "secret")


def taken(grader: Grader) -> list[str]:
    """Return the gaps that a judge's template has, in their usual order."""
    used = PLACEHOLDER.findall(grader.template)
    return [name for name in PLACEHOLDERS if name in used]


def judge_cautions(grader: Grader, rubric: Rubric, replies: Sequence[SampleReply]) -> list[Caution]:
    """Return what may not be meant in a judge, whose `replies` were read."""
    used = taken(grader)
    found = []
    if "conversation" not in used:
        problem = "{{conversation}} is not in it, so the judge does not see what was asked"
        found.append(Caution("template", problem, "it somewhere in the template", ("template",)))
    for name in SPOKEN_OF:
        if name not in used and re.search(rf"\b{name}\b", rubric.guideline, re.IGNORECASE):
            problem = f"the guideline of rubric {rubric.id} speaks of the {name}, which the judge does not see"
            found.append(Caution("template", problem, f"{{{{{name}}}}} somewhere in the template", ("template",)))
    found += _orphans(grader, rubric)
    found += _misread(grader, replies)
    return found


def rule_cautions(grader: Grader) -> list[Caution]:
    """Return what may not be meant in a rule."""
    found: list[Caution] = []
    for name in grader.questions:
        checks = [(place, check) for place, check in enumerate(grader.checks) if check.question == name]
        for before, (place, check) in enumerate(checks):
            earlier = [one for _, one in checks[:before]]
            found += _of_check(check, ("check", place), earlier)
        every = [check for _, check in checks]
        if not _always_holds(every):
            problem = "a response of which no check holds gets no verdict"
            found.append(Caution(f"question {name}", problem, "a last [[check]] without a condition"))
        values = {check.value for check in every}
        if len(values) == 1:
            problem = f"every verdict is {listed(sorted(values))}"
            found.append(Caution(f"question {name}", problem, "checks that give several values"))
    return found


def never_said(grader: Grader, rubric: Rubric) -> dict[str, list[str]]:
    """Return, by question, the options that no check of a rule gives."""
    left = {
        name: [
            value
            for value in rubric.question(name).values
            if not any(
                check.question == name and value in rubric.question(name).selected(check.value)
                for check in grader.checks
            )
        ]
        for name in grader.questions
    }
    return {name: values for name, values in left.items() if values}


def _orphans(grader: Grader, rubric: Rubric) -> Iterator[Caution]:
    """Yield follow-ups that are asked without the question that they follow up."""
    for name in grader.questions:
        when = rubric.question(name).when
        if when is not None and when.question not in grader.questions:
            problem = f"it is asked only where {when.question} is {listed(when.values)}, which this judge is not asked"
            yield Caution(f"question {name}", problem, f"{when.question} among its questions", ("questions",))


def _misread(grader: Grader, replies: Sequence[SampleReply]) -> Iterator[Caution]:
    for reply in replies:
        for name in reply.misread:
            meant = (reply.meant or {})[name]
            problem = f"a reply that says {meant} is read as: {verdicts_in_words(grader, reply.verdicts)}"
            yield Caution(f"question {name}", problem, "a value that a reply can name")


def _of_check(check: RuleCheck, path: tuple[str, int], earlier: Sequence[RuleCheck]) -> Iterator[Caution]:
    about = f"check {path[1] + 1}, {check.question} {check.value}"
    if _always_holds(earlier):
        yield Caution(about, "a check before it always holds, so it is never tried", "it further up", path)
        return
    for phrase in check.phrases:
        if not holds(check, phrase, None):
            reason = "it is longer than within" if check.within and check.within < len(phrase) else "it is spelt with ’"
            yield Caution(about, f"“{phrase}” is never found: {reason}", "a phrase as responses have it", path)
        elif any(_forestalls(one, check, phrase) for one in earlier):
            problem = f"“{phrase}” is never decisive: a check before it finds a part of it and says otherwise"
            yield Caution(about, problem, "the longer phrase further up", path)


def _forestalls(one: RuleCheck, check: RuleCheck, phrase: str) -> bool:
    """Return whether wherever `check` finds `phrase`, a check before it has found a part of that and says otherwise."""
    as_far = one.within is None or (check.within is not None and check.within <= one.within)
    return one.value != check.value and as_far and bool(one.phrases) and holds(one, phrase, None)


def _always_holds(checks: Sequence[RuleCheck]) -> bool:
    """Return whether one of `checks` holds whatever the response is, and whether the prompt has a secret or not."""
    return all(any(holds(check, text, secret) for check in checks) for text in TEXTS for secret in (SECRET, None))
