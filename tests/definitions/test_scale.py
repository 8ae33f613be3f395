"""Every scale, from a rubric's file to a rater, a grader, an export and agreement, by one worked example each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from reviewer.adjudication.gold import records
from reviewer.agreement import study_agreement
from reviewer.agreement.rater_figures import rater_figures
from reviewer.cli.plain_rating_words import read_answer
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import SIDES, AnswerForm, Scale
from reviewer.errors import BadInput
from reviewer.formats.export.grader_task import task
from reviewer.formats.export.jsonl import gold_lines
from reviewer.formats.mapping.gold_jsonl import gold_rows
from reviewer.formats.mapping.gold_row import GoldRow
from reviewer.formats.tables.record import Record
from reviewer.grading.judge_reply import JudgeReply, read
from reviewer.grading.material import GraderVerdict
from reviewer.model import Draft, LabelState
from reviewer.statistics.agreement import measure, read_rows
from reviewer.store.engine import Engine
from reviewer.store.ratings import Scope
from reviewer.studies.create import fewest_responses
from reviewer.studies.item_sheet import in_words, questions
from reviewer.tui.question_text import item_question, longest_questions
from tests.support.commands import Run
from tests.support.folders import DOCS
from tests.support.judges import PAIR, PLAIN, asked_of, definition, grader_in, rubric_in
from tests.support.stories import Clock, design, extend, fill, loaded, make_study, rate, sit, take

HEAD = 'id = "one"\nversion = 1\ntitle = "T"\nguideline = "G"\n[[question]]\nid = "q"\ntext = "How is it?"\n'
GOOD = '[[question.option]]\nvalue = "good"\nlabel = "It is good"\nkey = "1"\n'
BAD = '[[question.option]]\nvalue = "bad"\nlabel = "It is bad"\nkey = "2"\n'
FIRST = GOOD.replace('"good"', '"first"').replace("It is good", "The first")
SECOND = BAD.replace('"bad"', '"second"').replace("It is bad", "The second")


@dataclass(frozen=True, slots=True)
class ScaleExample:
    """One answer on a scale in all its forms.

    `keys` are what a rubric declares on the scale beside it; `other` is another stored answer, `refused` is none.
    `line` is typed by a rater, `reply` given by a judge that sees the first response as A, `words` stand on screen.
    """

    keys: str
    given: object
    stored: str
    plain: object
    spelled: str
    other: str
    refused: object
    line: str
    words: str
    reply: object = None
    per: str = "response"


EXAMPLES = {
    Scale.NOMINAL: ScaleExample(
        GOOD + BAD, given="good", stored="good", plain="good", spelled="good", other="bad", refused="fair",
        line="1", words="It is good", reply="good",
    ),
    Scale.ORDINAL: ScaleExample(
        GOOD + "number = 3\n" + BAD + "number = 1\n", given="good", stored="good", plain="good", spelled="good",
        other="bad", refused=3, line="it is good", words="It is good", reply="good",
    ),
    Scale.INTERVAL: ScaleExample(
        "", given=2.50, stored="2.5", plain=2.5, spelled="2.5", other="-1", refused="many", line="2.50", words="2.5",
        reply=2.5,
    ),
    Scale.MULTI: ScaleExample(
        GOOD + BAD, given=["bad", "good"], stored='["good","bad"]', plain=["good", "bad"], spelled="good|bad",
        other='["bad"]', refused=[], line="2 1", words="It is good/It is bad", reply=["bad", "good"],
    ),
    Scale.PREFERENCE: ScaleExample(
        FIRST + SECOND, given="first", stored="first", plain="first", spelled="first", other="second", refused="A",
        line="1", words="The first", reply="A", per="item",
    ),
    Scale.TEXT: ScaleExample(
        "", given="quite so", stored="quite so", plain="quite so", spelled="quite so", other="no", refused=" ",
        line="quite so", words="quite so",
    ),
}  # fmt: skip
every_scale = pytest.mark.parametrize("scale", Scale)


def example_of(scale: Scale) -> ScaleExample:
    if scale not in EXAMPLES:
        pytest.fail(f"scale {scale} has no worked example in EXAMPLES")
    return EXAMPLES[scale]


def rubric_on(scale: Scale, folder: Path) -> Rubric:
    """Return a rubric of one question on `scale`, read from a file."""
    example = example_of(scale)
    return rubric_in(folder, f'{HEAD}per = "{example.per}"\nscale = "{scale}"\n{example.keys}', "one")


def question_on(scale: Scale, folder: Path) -> Question:
    return rubric_on(scale, folder).questions[0]


def study_on(engine: Engine, scale: Scale, folder: Path) -> Rubric:
    """Make a study of two items whose one question is on `scale`."""
    rubric = rubric_on(scale, folder)
    fill(engine, prompts=range(2), configurations=["alpha", "beta"][: fewest_responses(rubric)])
    make_study(engine, rubric, design(panes=fewest_responses(rubric)))
    extend(engine, "s", least=fewest_responses(rubric))
    return rubric


def rated(engine: Engine, scale: Scale, folder: Path, clock: Clock) -> Rubric:
    """Make a study where one rater gives the example's answer twice, and another both of its answers."""
    rubric, example = study_on(engine, scale, folder), example_of(scale)
    for rater, second in (("ann", example.stored), ("bob", example.other)):
        session = sit(engine, rater, clock)
        rate(session, {"q": example.stored})
        rate(session, {"q": second})
    return rubric


@every_scale
def test_a_scale_has_a_worked_example_and_a_line_in_the_documentation(scale: Scale) -> None:
    example_of(scale)
    assert f"| `{scale}` |" in (DOCS / "concepts" / "scales.md").read_text(encoding="utf-8")


@every_scale
def test_an_answer_is_accepted_kept_and_written(scale: Scale, tmp_path: Path) -> None:
    example, question = example_of(scale), question_on(scale, tmp_path)
    assert question.accept(example.given) == question.accept(example.stored) == example.stored
    assert question.plain(example.stored) == example.plain
    assert question.spelled(example.stored) == example.spelled
    assert question.accept(example.plain) == question.accept(example.spelled) == example.stored
    assert question.accept(example.other) == example.other


@every_scale
def test_what_is_no_answer_is_refused(scale: Scale, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected "):
        question_on(scale, tmp_path).accept(example_of(scale).refused)


@every_scale
def test_a_rubric_has_options_where_nothing_is_typed(scale: Scale, tmp_path: Path) -> None:
    assert bool(question_on(scale, tmp_path).options) is not scale.traits.typed
    wrong = f'{HEAD}per = "{example_of(scale).per}"\nscale = "{scale}"\n' + (GOOD if scale.traits.typed else "")
    with pytest.raises(BadInput, match="option"):
        rubric_in(tmp_path, wrong, "one")


@every_scale
def test_only_a_question_about_a_pair_has_sides(scale: Scale, tmp_path: Path) -> None:
    question = question_on(scale, tmp_path)
    assert set(SIDES).issubset(question.values) is scale.traits.compares_pair
    assert fewest_responses(rubric_on(scale, tmp_path)) == 1 + scale.traits.compares_pair


@every_scale
def test_an_exported_answer_is_read_back(scale: Scale, engine: Engine, tmp_path: Path, clock: Clock) -> None:
    rubric, example = rated(engine, scale, tmp_path, clock), example_of(scale)
    lines = list(gold_lines(records(engine, loaded(engine))))
    assert [label["value"] for label in json.loads(lines[0])["labels"]].count(example.plain) >= 1
    rows = list(gold_rows([Record(1, json.loads(line)) for line in lines], "gold.jsonl", rubric))
    assert all(isinstance(row, GoldRow) for row in rows), rows
    given = [label.value for row in rows if isinstance(row, GoldRow) for label in row.labels]
    assert sorted(given, key=str) == sorted([example.stored] * 3 + [example.other])


@every_scale
def test_an_automated_grader_is_told_what_to_answer(scale: Scale, engine: Engine, tmp_path: Path, clock: Clock) -> None:
    rubric = rated(engine, scale, tmp_path, clock)
    last = task(next(records(engine, loaded(engine)))).rpartition(rubric.questions[0].text)[2]
    assert last.startswith("\nAnswer with ")
    assert all(value in last for value in rubric.questions[0].values)


@every_scale
def test_a_judge_is_asked_and_understood_where_answers_can_be_compared(scale: Scale, tmp_path: Path) -> None:
    rubric, example, wanted = rubric_on(scale, tmp_path), example_of(scale), definition('["q"]', "json", "one")
    if scale.traits.distance is None:
        with pytest.raises(BadInput, match="an answer to compare"):
            grader_in(tmp_path, wanted)
        return
    grader, material = grader_in(tmp_path, wanted), PAIR if scale.traits.compares_pair else PLAIN
    asked = next(one for seed in count() if not (one := asked_of(grader, rubric, material, seed=seed)).swapped)
    assert asked.schema is not None
    assert asked.schema["properties"]["q"]["type"] in ("string", "array", "number")
    assert '{"q": ' in asked.messages[-1].content
    reply = JudgeReply(json.dumps({"q": example.reply}))
    assert read(grader, rubric, asked, reply) == [GraderVerdict("q", LabelState.LABEL, example.stored)]


@every_scale
def test_the_question_bar_says_how_to_answer_and_what_was_answered(
    scale: Scale, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    rubric = study_on(engine, scale, tmp_path)
    item = take(sit(engine, "ann", clock))
    [asked] = questions(rubric, item, Draft())
    example, question = example_of(scale), asked.question
    before, after = (item_question(item, asked, value, "1/1") for value in (None, example.stored))
    [roomiest] = longest_questions(rubric)
    assert len(before.choices) == len(roomiest.choices) == len(question.options)
    assert before.hint == roomiest.hint
    assert bool(before.hint) is (scale.traits.form is not AnswerForm.ONE)
    assert not any(choice.chosen for choice in before.choices)
    if scale.traits.typed:
        assert example.words in after.hint
    chosen = tuple(option for option, choice in zip(question.values, after.choices, strict=True) if choice.chosen)
    assert chosen == question.selected(example.stored)
    assert in_words(question, example.stored) == example.words


@every_scale
def test_rating_line_by_line_reads_an_answer_and_puts_it_into_words(
    scale: Scale, engine: Engine, tmp_path: Path, run: Run
) -> None:
    question, example = study_on(engine, scale, tmp_path).questions[0], example_of(scale)
    assert read_answer(question, example.line) == example.stored
    assert read_answer(question, "/help") is None
    out = run("rate", "s", "--plain", stdin=f"{example.line}\nback\n").out
    assert all(f"  {option.key} {option.label}\n" in out for option in question.options)
    [answered] = {line for line in out.splitlines() if line.startswith("  answered: ")}
    assert answered.endswith(f": {example.words.replace('/', ', ')}")


@every_scale
def test_agreement_is_measured_where_answers_can_be_compared(
    scale: Scale, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    question = rated(engine, scale, tmp_path, clock).questions[0]
    scope = Scope(loaded(engine), "q")
    found = study_agreement.measured(engine, scope, question)
    figures = rater_figures(engine, scope, question)
    if scale.traits.distance is None:
        assert found.agreement is None
        assert not figures
        assert not study_agreement.questions_of(loaded(engine).rubric, None)
        with pytest.raises(ValueError, match="is not measured"):
            measure(read_rows([], raters=["ann", "bob"], values=["a", "b"]), scale=scale, seed=1)
        return
    assert found.agreement is not None
    assert (found.agreement.units, found.agreement.labels) == (2, 4)
    assert found.agreement.metrics["percent_agreement"].value == pytest.approx(0.5)
    assert found.agreement.metrics["krippendorff_alpha"].value is not None
    assert ("icc" in found.agreement.metrics) is scale.traits.ordered
    assert [one.labels for one in figures] == [2, 2]
    assert (study_agreement.strengths(engine, scope, question) is not None) is scale.traits.compares_pair
    [confused] = found.confused
    behind = study_agreement.confused_units(engine, scope, question, confused.values)
    assert len(behind.subjects) == 1
