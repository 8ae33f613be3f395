"""Our own gold JSON lines, imported into an empty database and exported again: the same bytes. Labels are simulated."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.model import (
    Actor,
    Configuration,
    Draft,
    LabelState,
    Message,
    Nothing,
    Origin,
    Rater,
    RaterKind,
    Response,
    Role,
    Subject,
    Suite,
    SuitePrompt,
    canonical,
    prompt_of,
    response_id,
    utc,
)
from reviewer.store import labels, raters, responses, rubrics, studies
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.store.studies import StudyDesign
from reviewer.studies.item_sheet import AskedQuestion, questions, with_answer, with_remark
from reviewer.study_design.decision_policy import Ruling
from tests.support.commands import Run
from tests.support.stories import LEAD, NOW, YES_NO, Clock, design, loaded, make_study, sit, take
from tests.support.stories import rubric as rubric_of

VERDICT = {"id": "verdict", "text": "Is it?", "per": "response", "scale": "nominal", "option": YES_NO}
DEGREE = {
    "id": "degree", "text": "How much?", "per": "response", "scale": "ordinal",
    "when": {"question": "verdict", "is": ["yes"]},
    "option": [{"value": "mild", "key": "1"}, {"value": "strong", "key": "2"}],
}  # fmt: skip
FAULTS = {
    "id": "faults", "text": "Which?", "per": "response", "scale": "multi", "required": False,
    "option": [{"value": "fact", "key": "1"}, {"value": "form", "key": "2"}],
}  # fmt: skip
SCORE = {"id": "score", "text": "How good?", "per": "response", "scale": "interval", "required": False}
COMMENT = {"id": "comment", "text": "What else?", "per": "response", "scale": "text", "required": False}
PREFERRED = {
    "id": "preferred", "text": "Which?", "per": "item", "scale": "preference",
    "option": [{"value": one, "key": str(key)} for key, one in enumerate(("first", "second", "tie"), 1)],
}  # fmt: skip
DIFFICULT = {"id": "difficult", "text": "Hard?", "per": "item", "scale": "nominal", "option": YES_NO}
EVERY = rubric_of("every", VERDICT, DEGREE, FAULTS, SCORE, COMMENT, PREFERRED, DIFFICULT)
GIVEN = {
    "verdict": ["yes", "no", "yes", "cannot_tell", "yes"],
    "degree": ["mild", "strong"],
    "faults": [canonical(["fact"]), canonical(["fact", "form"])],
    "score": ["2", "2.5", "-1"],
    "comment": ["fine", "=1+1 \u202e"],
    "preferred": ["first", "second", "second", "tie"],
    "difficult": ["yes", "no", "no"],
}


def store_responses(engine: Engine) -> None:
    """Store five prompts with all that a suite says of them, two responses each and one alone."""
    prompts = [
        prompt_of([Message(Role.SYSTEM, "Keep it: xylophone."), Message(Role.USER, f"prompt {number}")])
        for number in range(5)
    ]
    members = tuple(
        SuitePrompt(f"p-{place}", prompt, "a reference", "xylophone", place % 4, ("t1", "t2"), "group", "made up")
        for place, prompt in enumerate(prompts)
    )
    responses.ensure_suite(engine, Suite("words", 1, "Words", "hierarchy", "every", "", "h", members), NOW)
    numbers, _ = responses.ensure_prompts(engine, prompts)
    found: list[tuple[int, int, int, Response]] = []
    for prompt in prompts:
        for name in ("alpha", "beta", "gamma"):
            settings = canonical({"effort": "low"}) if name == "beta" else None
            number = responses.ensure_configuration(engine, Configuration(name, "openai", f"{name}-1", "A", settings))
            text = f"{name} says xylophone to {prompt.id[:4]}"
            response = Response(
                response_id(prompt.id, name, text, 1), prompt.id, name, 1, text, reasoning="thought" * (name == "beta"),
                tool_calls='[{"name": "f"}]' if name == "gamma" else None, stop_reason="end", refusal=None,
            )  # fmt: skip
            found.append((len(found) + 1, numbers[prompt.id], number, response))
    responses.add_responses(engine, found, NOW)


def rate_differently(engine: Engine, clock: Clock) -> None:
    """Let three raters answer in turns of their own, with notes and confidence; two of them flag something."""
    turns = {name: cycle(values) for name, values in GIVEN.items()}
    for place, name in enumerate(("ann", "bob", "cy")):
        study = sit(engine, name, clock)
        for step in range(5 - 2 * place):
            if isinstance(study.next_item(), Nothing):
                break
            item, draft = take(study), Draft()
            while left := [one for one in questions(EVERY, item, draft) if key(one) not in draft.answers]:
                clock.forward(0.1)
                draft = with_answer(draft, left[0], next(turns[left[0].question.id]), utc(clock()))
            if step % 2:
                about = Subject(item.panes[0].response)
                draft = with_remark(draft, about, note=f"note of {name}", confidence=step % 3 + 1)
            if (step, place) in ((0, 0), (2, 1)):
                study.flag(item, item.panes[0].response if place else None, "garbled")
            study.submit(item, draft)
            clock.forward(1)


def key(ask: AskedQuestion) -> tuple[Subject, str]:
    return ask.subject, ask.question.id


def grade(engine: Engine) -> None:
    """Store verdicts of a grader: an answer, a refusal, a reply that is none."""
    with engine.writing():
        raters.ensure(engine, Rater("strict@gpt", RaterKind.MODEL), NOW)
        ids = [name for (name,) in engine.rows("select id from response order by number limit 3")]
        states = (LabelState.LABEL, LabelState.REFUSED, LabelState.UNPARSED)
        labels.add(
            engine,
            "strict@gpt",
            [
                NewLabel(
                    None, name, None, None, "verdict", EVERY.hash, state, "yes" if state is LabelState.LABEL else None,
                    Origin.GRADED, NOW, raw="raw reply", grader="hash of its definition",
                )
                for name, state in zip(ids, states, strict=True)
            ],
        )  # fmt: skip


def adjudicate(engine: Engine, clock: Clock) -> None:
    """Decide eight disputes in all ways that there are; a second adjudicator differs on one."""
    lead = AdjudicationSession(engine, loaded(engine), LEAD, clock)
    for number in range(8):
        case = lead.next_case()
        assert case is not None
        clock.forward(1)
        if number % 4 < 2:
            verdict = AdjudicatorChoice(GIVEN[case.ask.question.id][0], code="slip", note="read again", clause="2.1")
        else:
            verdict = AdjudicatorChoice(None, Ruling.BAD_ITEM if number % 4 == 2 else Ruling.AMBIGUOUS)
        lead.decide(case, verdict)
    clock.forward(1)
    second = AdjudicationSession(engine, loaded(engine), Actor("second", "second"), clock, second=True)
    other = next(one for one in second.queue if one.reason == "second opinion")
    while (case := second.next_case()) is not None and case.dispute.unit != other.unit:
        second.defer(case)
    assert case is not None
    second.decide(case, AdjudicatorChoice(None, Ruling.BAD_ITEM, "other"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the study, to be copied."""
    made = tmp_path_factory.mktemp("made") / "reviews.db"
    with closing(open_for_writing(str(made))) as engine:
        clock = Clock()
        with engine.writing():
            store_responses(engine)
        make_study(engine, EVERY, design(panes=3, policy="unanimous", sample="random:12"))
        rate_differently(engine, clock)
        grade(engine)
        adjudicate(engine, clock)
    return made


@pytest.fixture
def filled(run: Run, tmp_path: Path, template: Path) -> Run:
    shutil.copy(template, tmp_path / "reviews.db")
    return run


def moved(run: Run, folder: Path, *more: str) -> str:
    """Export the study, import it into an empty database, and return what was exported."""
    folder.joinpath("prompts", "rubrics").mkdir(parents=True, exist_ok=True)
    run("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    (folder / "reviews.db").rename(folder / "old.db")
    with closing(open_for_writing(str(folder / "reviews.db"))) as engine, engine.writing():
        rubrics.ensure(engine, EVERY, NOW)
        studies.create(engine, "s", EVERY, StudyDesign(3, 2, 0, "unanimous"), NOW)
    run("import", "gold.jsonl", "--format", "reviewer", "--study", "s", *more)
    return (folder / "gold.jsonl").read_text()


def rows(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_story_has_all_that_a_row_can_hold(filled: Run) -> None:
    found = rows(filled("export", "s", "--format", "jsonl").out)
    assert {row["question"] for row in found} == set(GIVEN)
    assert {row["how"] for row in found} == {"unanimous", "adjudicated", "undecided"}
    assert {"disagree", "too few", "flagged", "cannot tell", "adjudicators differ"} <= {row["reason"] for row in found}
    given = [label for row in found for label in row["labels"]]
    assert {label["state"] for label in given} == {"label", "refused", "unparsed"}
    assert {label["confidence"] for label in given} == {None, 1, 2}
    assert {label["grader"] for label in given} == {None, "hash of its definition"}
    ruled = [one for row in found for one in row["decisions"]]
    assert {one["ruling"] for one in ruled} == {"decided", "bad_item", "ambiguous"}
    assert any(one["note"] and one["clause"] for one in ruled)
    assert {len(row["responses"]) for row in found} >= {1, 2}
    assert any(flag["response"] is None for row in found for flag in row["flags"])
    assert {row["responses"][0]["pool"] for row in found} == {15}


def test_all_comes_back_byte_for_byte(filled: Run, tmp_path: Path) -> None:
    gold = filled("gold", "s", "--json").out
    agreement = filled("agreement", "s", "--json").json()["questions"]
    before = moved(filled, tmp_path)
    assert filled("export", "s", "--format", "jsonl").out == before
    assert filled("gold", "s", "--json").out == gold
    after = filled("agreement", "s", "--json").json()["questions"]
    for one, other in zip(agreement, after, strict=True):
        for name in ("units", "raters", "labels", "missing", "compared", "confused", "prevalence"):
            assert one.get(name) == other.get(name), name
        # Raters stand in another order under their pseudonyms, and sums of fractions with them.
        assert values(one) == pytest.approx(values(other), nan_ok=True)
    filled("verify")


def values(question: Any) -> dict[str, float]:
    """Return the coefficients, nan where they are undefined."""
    found = {**question["metrics"], **question["by_category"]}
    return {name: float("nan") if one["value"] is None else one["value"] for name, one in found.items()}


def test_the_same_file_again_adds_nothing(filled: Run, tmp_path: Path) -> None:
    before = moved(filled, tmp_path)
    told = filled("import", "gold.jsonl", "--format", "reviewer", "--study", "s").out
    assert "0 new responses" in told
    assert "labels: 0 new, 0 changed" in told
    assert "gold: 0 new" in told
    assert filled("export", "s", "--format", "jsonl").out == before


def test_decisions_may_be_left_out(filled: Run, tmp_path: Path) -> None:
    moved(filled, tmp_path, "--no-gold")
    found = rows(filled("export", "s", "--format", "jsonl").out)
    assert not any(row["decisions"] for row in found)
    assert any(row["labels"] for row in found)


def test_items_that_raters_saw_are_there_to_be_adjudicated(filled: Run, tmp_path: Path) -> None:
    moved(filled, tmp_path)
    with (
        closing(open_for_reading(str(tmp_path / "old.db"))) as old,
        closing(open_for_reading(str(tmp_path / "reviews.db"))) as new,
    ):
        shown = (
            "select item.id, response.id from item join study_response on study_response.item = item.number"
            " join response on response.number = study_response.response order by 1, 2"
        )
        labelled = set(new.rows(shown))
        assert labelled
        assert labelled <= set(old.rows(shown))


def test_a_study_with_items_of_its_own_takes_over_none(filled: Run, tmp_path: Path) -> None:
    filled("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        make_study(engine, EVERY, design(panes=3), name="other")
    told = filled("import", "gold.jsonl", "--format", "reviewer", "--study", "other", expected=1).err
    assert "name a new study" in told


def test_a_copy_stands_beside_the_study_that_it_came_from(filled: Run, tmp_path: Path) -> None:
    filled("export", "s", "--format", "jsonl", "-o", "gold.jsonl")
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine, engine.writing():
        studies.create(engine, "copy", EVERY, StudyDesign(3, 2, 0, "unanimous"), NOW)
    filled("import", "gold.jsonl", "--format", "reviewer", "--study", "copy")

    def came_to(study: str) -> list[str]:
        found = filled("gold", study, "--json").json()["rows"]
        names = ("response", "other_response", "configuration", "question", "value", "how", "distribution")
        return sorted(json.dumps([row.get(name) for name in names]) for row in found)

    assert came_to("copy") == came_to("s")
    before = (tmp_path / "gold.jsonl").read_text()
    assert filled("export", "s", "--format", "jsonl").out == before
