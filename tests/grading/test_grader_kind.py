"""Every kind of grader: it has a definition that is read, a rater that is no person, and one way to be run."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.definitions.lookup import folders, known
from reviewer.errors import BadInput
from reviewer.grading.definition import GraderKind, read_grader
from reviewer.model import RaterKind
from tests.support.commands import PREFERENCE, Run, write_table
from tests.support.judges import RULE, definition, grader_in, rubric_in

VERDICT = '[[check]]\nquestion = "verdict"\nvalue = "yes"\n'
SAMPLES = {GraderKind.JUDGE: definition('["verdict"]').replace('"judge"', '"it"', 1), GraderKind.RULE: RULE + VERDICT}
COMPARING = {
    GraderKind.JUDGE: definition('["preferred"]', rubric="better").replace('"judge"', '"it"', 1),
    GraderKind.RULE: RULE.replace("verdict", "preferred").replace('"plain"', '"better"')
    + '[[check]]\nquestion = "preferred"\nvalue = "tie"\n',
}


def sample(kind: GraderKind, samples: dict[GraderKind, str]) -> str:
    assert kind in samples, f"no definition of a {kind} to try here"
    return samples[kind].replace('id = "rule"', 'id = "it"')


@pytest.mark.parametrize("kind", GraderKind)
def test_a_definition_is_read(kind: GraderKind, tmp_path: Path) -> None:
    rubric_in(tmp_path)
    assert grader_in(tmp_path, sample(kind, SAMPLES), "it").kind is kind


@pytest.mark.parametrize("kind", GraderKind)
def test_one_is_shipped(kind: GraderKind) -> None:
    shipped = known([folders("graders")[1]]).values()
    assert kind in {read_grader(path, folders("rubrics")[1:]).kind for path in shipped}


@pytest.mark.parametrize("kind", GraderKind)
def test_its_rater_is_no_person(kind: GraderKind) -> None:
    assert kind.traits.rater is not RaterKind.HUMAN


@pytest.mark.parametrize("kind", GraderKind)
def test_preference_is_for_the_kinds_that_compare(kind: GraderKind, tmp_path: Path) -> None:
    rubric_in(tmp_path, PREFERENCE, "better")
    if kind.traits.compares:
        assert grader_in(tmp_path, sample(kind, COMPARING), "it").questions == ("preferred",)
    else:
        with pytest.raises(BadInput, match="preferred compares two responses; expected a judge, or questions about"):
            grader_in(tmp_path, sample(kind, COMPARING), "it")


@pytest.mark.parametrize("kind", GraderKind)
def test_a_model_is_asked_for_by_the_kinds_that_ask_one(kind: GraderKind, run: Run, tmp_path: Path) -> None:
    rubric_in(tmp_path)
    grader_in(tmp_path, sample(kind, SAMPLES), "it")
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    if kind.traits.asks_model:
        assert "expected --model CONFIG" in run("grade", "s", "--grader", "it", expected=2).err
    else:
        assert "expected no --model" in run("grade", "s", "--grader", "it", "--model", "m", expected=2).err
        run("grade", "s", "--grader", "it")
        assert {row["kind"] for row in run("study", "show", "s", "--json").json()["progress"]} == {kind.traits.rater}
