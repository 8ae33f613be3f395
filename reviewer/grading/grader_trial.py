"""A grader tried on made-up material, by the code that grades a study: asks no model, stores nothing."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.definitions.examples import ExamplePrompt, example_prompts
from reviewer.definitions.rubric import Rubric
from reviewer.grading.definition import Grader
from reviewer.grading.grader_review import taken
from reviewer.grading.judge_prompt import JudgePrompt, ask
from reviewer.grading.material import GraderVerdict, Material
from reviewer.grading.rule import verdicts
from reviewer.grading.sample_replies import SampleReply, sample_replies
from reviewer.grading.verdict_bait import bait


@dataclass(frozen=True, slots=True)
class JudgeTrial:
    """What a judge would be sent about made-up material, and how replies to it are read.

    `bait` is what in the response imitates a verdict, where something does.
    """

    asked: JudgePrompt
    replies: tuple[SampleReply, ...]
    bait: str | None


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A response, the secret of the prompt that it answers, and what a rule says of it."""

    response: str
    secret: str | None
    verdicts: tuple[GraderVerdict, ...]


def try_judge(grader: Grader, rubric: Rubric, text: str | None, seed: int) -> JudgeTrial:
    """Try a judge on an example, with `text` as its (first) response where that is given."""
    example = _with(_fitting(grader), text)
    compares = rubric.question(grader.questions[0]).scale.traits.compares_pair
    asked = ask(grader, rubric, _material(example, example.responses[: 2 if compares else 1]), seed=seed, repeat=1)
    return JudgeTrial(asked, tuple(sample_replies(grader, rubric, asked)), bait(grader, rubric, example.responses[0]))


def try_rule(grader: Grader, text: str | None) -> list[RuleTrial]:
    """Try a rule on all example responses and an empty one, or on `text` alone.

    Where the rule looks for a secret, the prompt of `text` has one.
    """
    if text is not None:
        looks = any(check.leaks or check.secret is not None for check in grader.checks)
        tried = [(next(one for one in example_prompts() if not looks or one.member.secret is not None), text)]
    else:
        tried = [(example, response) for example in example_prompts() for response in example.responses]
        tried.append((tried[0][0], ""))
    return [
        RuleTrial(response, example.member.secret, tuple(verdicts(grader, _material(example, (response,)))))
        for example, response in tried
    ]


def _fitting(grader: Grader) -> ExamplePrompt:
    """Return the example that has the secret that the judge is shown, else one that has a reference."""
    wants_secret = "secret" in taken(grader)
    return next(one for one in example_prompts() if (one.member.secret is not None) == wants_secret)


def _with(example: ExamplePrompt, text: str | None) -> ExamplePrompt:
    return example if text is None else ExamplePrompt(example.member, (text, example.responses[1]))


def _material(example: ExamplePrompt, responses: tuple[str, ...]) -> Material:
    member = example.member
    return Material(member.name, member.prompt.messages, responses, member.reference, member.secret)
