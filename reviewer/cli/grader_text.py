"""What `reviewer grader check` prints of a judge and of a rule, and the same as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import assert_never

from reviewer.cli.definition_check import terminal_size
from reviewer.cli.terminal import INDENT, say, say_indented, say_sentence, table
from reviewer.cli.text_wrapping import GAP
from reviewer.definitions.caution import listed
from reviewer.grading.definition import PLACEHOLDERS, Grader, ReplyForm, RuleCheck
from reviewer.grading.grader_review import taken
from reviewer.grading.grader_trial import JudgeTrial, RuleTrial
from reviewer.grading.material import GraderVerdict
from reviewer.grading.sample_replies import SampleReply, verdicts_in_words
from reviewer.grading.tasks import TRIES
from reviewer.model import message_values
from reviewer.text.visible import visible


def say_judge(grader: Grader, trial: JudgeTrial) -> None:
    """Write what a judge is sent, what its reply is held to, and how replies are read."""
    used = taken(grader)
    left_out = [name for name in PLACEHOLDERS if name not in used]
    say_sentence(f"it is shown {', '.join(used)}" + (f"; not {', '.join(left_out)}" if left_out else ""))
    say_sentence(f"it replies with {_form(grader.reading)}; judged by {grader.model or 'the model that --model names'}")
    for message in trial.asked.messages:
        say(f"\nSENT, {message.role.value}")
        say_indented(message.content)
    if trial.asked.swapped:
        say_sentence("Of the two responses the second is shown first, by this seed; --seed N makes another order.")
    if trial.bait is not None:
        say_sentence(f"The response imitates a verdict, and would be marked for people to look at: {trial.bait}")
    if trial.asked.schema is not None:
        say("\nHELD TO, where the server can enforce a schema: an object of these and no others")
        for name, form in trial.asked.schema["properties"].items():
            say_indented(f"{name}: {json.dumps(form, ensure_ascii=False)}")
    say("\nREPLIES, and what each is read as")
    _say_replies(grader, trial.replies)
    say_sentence(
        f"A reply that is declined or not understood is asked for again, {TRIES} times in all; what it then still is"
        " stays. With --repeats N each verdict is asked for N times, each in an order of options of its own."
    )


def judge_values(grader: Grader, trial: JudgeTrial) -> dict[str, object]:
    """Return what `say_judge` writes as plain values."""
    return {
        "model": grader.model,
        "reading": grader.reading.value,
        "shown": taken(grader),
        "messages": message_values(trial.asked.messages),
        "schema": trial.asked.schema,
        "options": {name: list(order) for name, order in trial.asked.options.items()},
        "swapped": trial.asked.swapped,
        "bait": trial.bait,
        "tries": TRIES,
        "replies": [
            {"what": one.what, "reply": one.reply, "read_as": _verdict_values(one.verdicts)} for one in trial.replies
        ],
    }


def say_rule(grader: Grader, tried: Sequence[RuleTrial], unsaid: Mapping[str, Sequence[str]]) -> None:
    """Write the checks of a rule and what it says of some responses."""
    for name in grader.questions:
        say(f"\n{name}: the first check that holds decides")
        for check in grader.checks:
            if check.question == name:
                say_sentence(f"  {check.value} {condition_in_words(check)}")
        if name in unsaid:
            say_sentence(f"  Never said: {', '.join(unsaid[name])}.")
    for one in tried:
        say(f"\nRESPONSE{'' if one.secret is None else f', to a prompt whose secret is {one.secret}'}")
        say_indented(one.response or "(empty)")
        say_sentence(f"  read as: {verdicts_in_words(grader, one.verdicts)}")


def rule_values(grader: Grader, tried: Sequence[RuleTrial], unsaid: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Return what `say_rule` writes as plain values."""
    return {
        "checks": [
            {"question": check.question, "value": check.value, "condition": condition_in_words(check)}
            for check in grader.checks
        ],
        "never_said": {name: list(values) for name, values in unsaid.items()},
        "responses": [
            {"response": one.response, "secret": one.secret, "verdicts": _verdict_values(one.verdicts)} for one in tried
        ],
    }


def condition_in_words(check: RuleCheck) -> str:
    """Return when a check holds."""
    if check.secret is not None:
        return f"where the prompt has {'a' if check.secret else 'no'} secret"
    if check.phrases:
        within = "" if check.within is None else f" in the first {check.within:,} characters"
        return f"where one of these stands{within}: {', '.join(f'“{phrase}”' for phrase in check.phrases)}"
    if check.pattern is not None:
        return f"where this pattern is found: {check.pattern.pattern}"
    if check.leaks:
        return f"where the secret stands in the response: {listed(check.leaks)}"
    return "where the response is empty" if check.empty else "otherwise"


def _say_replies(grader: Grader, replies: Sequence[SampleReply]) -> None:
    """Write each reply and what it is read as: beside each other where all fit, else below each other."""
    rows = [
        (visible(one.reply, one_line=True) or "(nothing)", verdicts_in_words(grader, one.verdicts), one.what)
        for one in replies
    ]
    columns, _ = terminal_size()
    if len(INDENT) + sum(max(len(row[place]) for row in rows) + GAP for place in range(3)) <= columns + GAP:
        table((INDENT + reply, told, what) for reply, told, what in rows)
        return
    for reply, told, what in rows:
        if what:
            say(f"  {what}")
        say_indented(reply)
        say_sentence(f"{INDENT}→ {told}")


def _form(reading: ReplyForm) -> str:
    match reading:
        case ReplyForm.JSON:
            return "one JSON object"
        case ReplyForm.LETTER:
            return "one letter"
        case ReplyForm.LINES:
            return "last lines of QUESTION: VALUE"
        case _:
            assert_never(reading)


def _verdict_values(verdicts: Sequence[GraderVerdict]) -> list[dict[str, object]]:
    return [{"question": one.question, "state": one.state.value, "value": one.value} for one in verdicts]
