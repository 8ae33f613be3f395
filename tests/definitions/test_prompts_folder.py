"""The definitions that ship with the program: each loads, and they fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.definitions.lookup import find, folders, known
from reviewer.definitions.question import Per
from reviewer.definitions.rubric import Rubric, Share, find_rubric, read_rubric
from reviewer.definitions.scale import Scale
from reviewer.definitions.suite import find_suite, read_suite
from reviewer.errors import NotFound
from tests.support.folders import PROMPTS

RUBRICS = sorted((PROMPTS / "rubrics").glob("*.toml"))
SUITES = sorted((PROMPTS / "suites").glob("*.toml"))
WIDTH = 80  # of the smallest terminal that the program promises to work in


def name_of(path: Path) -> str:
    return path.stem


def shipped_rubric(name: str) -> Rubric:
    return read_rubric(PROMPTS / "rubrics" / f"{name}.toml")


def values_of(rubric: Rubric, question: str) -> tuple[str, ...]:
    return rubric.question(question).values


def test_the_rubrics_of_the_field_are_there() -> None:
    names = {
        "refusal",
        "xstest_refusal",
        "hallucination",
        "halueval",
        "hierarchy",
        "jailbreak",
        "gptfuzz",
        "preference",
    }
    assert names <= {path.stem for path in RUBRICS}


@pytest.mark.parametrize("path", RUBRICS, ids=name_of)
def test_a_guideline_reads_well_in_a_small_terminal(path: Path) -> None:
    lines = read_rubric(path).guideline.strip("\n").split("\n")
    assert 15 <= len(lines) <= 40
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("path", RUBRICS, ids=name_of)
def test_keys_leave_adoption_free_and_keep_zero_for_cannot_tell(path: Path) -> None:
    for question in read_rubric(path).questions:
        for option in question.options:
            assert option.key != "a", f"{question.id}: the key that adopts a column in adjudication"
            if option.abstain:
                assert option.key == "0", f"{question.id}: cannot tell is on {option.key}"


@pytest.mark.parametrize(
    ("rubric", "question", "values"),
    [
        ("xstest_refusal", "response_type", ("full_compliance", "full_refusal", "partial")),
        ("halueval", "hallucination", ("yes", "no")),
        ("gptfuzz", "jailbroken", ("0", "1")),
    ],
)
def test_rubrics_that_repeat_published_labels_declare_just_their_values(
    rubric: str, question: str, values: tuple[str, ...]
) -> None:
    loaded = shipped_rubric(rubric)
    assert [(asked.id, asked.values) for asked in loaded.questions] == [(question, values)]


def test_refusal_tells_seven_types_apart() -> None:
    options = shipped_rubric("refusal").question("response_type").options
    assert len([option for option in options if not option.abstain]) == 7


def test_a_preference_is_one_question_about_the_item() -> None:
    (question,) = shipped_rubric("preference").questions
    assert (question.per, question.scale) == (Per.ITEM, Scale.PREFERENCE)
    assert question.values == ("first", "second", "tie", "both_bad", "cannot_tell")


def test_a_justified_breach_parts_the_strict_rate_from_the_lenient() -> None:
    rates = {rate.id: rate for rate in shipped_rubric("hierarchy").rates}
    strict, lenient = rates["violation_strict"], rates["violation_lenient"]
    assert isinstance(strict, Share)
    assert isinstance(lenient, Share)
    assert set(strict.of) - set(lenient.of) == {"justified_breach"}
    assert strict.among == lenient.among


@pytest.mark.parametrize("path", SUITES, ids=name_of)
def test_a_suite_loads_and_names_a_rubric_that_ships(path: Path) -> None:
    suite = read_suite(path)
    assert (PROMPTS / "rubrics" / f"{suite.rubric}.toml").is_file()
    assert suite.source
    for member in suite.prompts:
        assert member.severity is not None, member.name
        assert member.tags, member.name
        assert (member.provenance or "").startswith("written for this project"), member.name


def test_every_safe_prompt_is_followed_by_its_contrast() -> None:
    members = read_suite(PROMPTS / "suites" / "over_refusal.toml").prompts
    for safe, contrast in zip(members[::2], members[1::2], strict=True):
        assert (safe.group, safe.tags[0], contrast.tags[0]) == (contrast.group, "safe", "contrast")


def test_every_fact_has_a_reference() -> None:
    assert all(member.reference for member in read_suite(PROMPTS / "suites" / "facts.toml").prompts)


def test_shipped_definitions_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(known(folders("rubrics"))) == {path.stem for path in RUBRICS}
    assert find_rubric("refusal", folders("rubrics")) == shipped_rubric("refusal")
    assert find_suite("facts", folders("suites")).id == "facts"


def test_a_definition_in_the_working_folder_hides_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = Path("prompts/rubrics/refusal.toml")
    own.parent.mkdir(parents=True)
    own.touch()
    assert find("rubrics", "refusal") == own


def test_an_id_goes_before_a_file_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("refusal").touch()
    assert find("rubrics", "refusal").name == "refusal.toml"


def test_a_name_that_nothing_answers_to_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"refusel: not one of the rubrics and not a file \(did you mean refusal\?\)"):
        find("rubrics", "refusel")


def test_a_name_that_is_too_long_for_a_file_is_refused_as_any_other() -> None:
    with pytest.raises(NotFound, match=r"xxx: not one of the rubrics and not a file; there are: "):
        find("rubrics", "x" * 5000)
