from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.definitions.lookup import find, folders, known
from reviewer.definitions.rubric import read_rubric
from reviewer.formats.mapping.profile import read_profile
from reviewer.formats.mapping.row_reader import Row, rows
from reviewer.formats.tables.table_file import read_table
from reviewer.model import RaterKind, Role
from tests.support import xstest
from tests.support.folders import DATA

PROFILES = sorted(known(folders("profiles")))


def table(path: Path, name: str, *sets: str) -> list[Row]:
    """Return the rows of a file of the original data, where it is at hand; a bad record fails."""
    if not path.is_file():
        pytest.skip("the original data are not here")
    profile = read_profile(find("profiles", name)).with_flags(sets=sets)
    rubric = None if profile.rubric is None else read_rubric(find("rubrics", profile.rubric))
    source = read_table(path)
    found = list(rows(source, profile, rubric, str(path), columns=source.columns))
    assert [item for item in found if not isinstance(item, Row)] == []
    return [item for item in found if isinstance(item, Row)]


def test_there_are_profiles() -> None:
    assert PROFILES == ["gptfuzz", "halueval", "prompt_injection", "xstest"]


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_is_read_and_fits_its_rubric(name: str) -> None:
    profile = read_profile(find("profiles", name))
    rubric = None if profile.rubric is None else read_rubric(find("rubrics", profile.rubric))
    columns = [column for source in profile.columns.values() for column in source.names]
    named = replace(profile, lookups={}).with_flags(sets=[] if "response" not in profile.columns else ["model=m"])
    assert rows([], named, rubric, "t.csv", columns=columns).unused == ()


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_says_what_the_data_are_where_they_come_from_and_their_licence(name: str) -> None:
    text = find("profiles", name).read_text()
    assert text.startswith("# ")
    assert "\n# Origin: " in text
    assert "\n# Licence: " in text


@pytest.mark.parametrize("with_texts", [False, True])
@pytest.mark.parametrize("model", xstest.MODELS)
def test_xstest_completions(tmp_path: Path, model: str, with_texts: bool) -> None:
    path = xstest.original(model) if with_texts else xstest.completions(tmp_path, model)
    found = table(path, "xstest", f"model={model}")
    assert len(found) == 450
    assert all(len(row.labels) == 2 and len(row.golds) == 1 and row.model == model for row in found)


def test_xstest_graders(tmp_path: Path) -> None:
    counts: Counter[tuple[str, RaterKind, bool]] = Counter()
    for model in xstest.MODELS:
        for grader in xstest.GRADERS:
            found = table(xstest.graded(tmp_path, model, grader), "xstest", f"model={model}")
            counts.update((label.rater, label.kind, label.value is None) for row in found for label in row.labels)
    assert counts == {
        ("annotation_1", RaterKind.HUMAN, False): 4500,
        ("annotation_2", RaterKind.HUMAN, False): 4500,
        ("gpt4_label", RaterKind.MODEL, False): 2239,
        ("gpt4_label", RaterKind.MODEL, True): 11,
        ("strmatch_label", RaterKind.RULE, False): 2250,
    }


def test_halueval() -> None:
    found = table(DATA / "halueval_general" / "general_data.json", "halueval")
    assert len(found) == 4507
    assert Counter(row.golds for row in found) == {(("hallucination", "yes"),): 815, (("hallucination", "no"),): 3692}
    assert not any(row.labels for row in found)


def test_gptfuzz() -> None:
    found = table(DATA / "gptfuzz_jailbreak" / "evaluate.csv", "gptfuzz")
    assert Counter(label.value for row in found for label in row.labels) == {"1": 545, "0": 995}
    assert len({row.messages for row in found}) == 20
    assert not any(row.golds for row in found)


def test_prompt_injection() -> None:
    found = table(DATA / "prompt_injection_cases" / "prompt_injection.json", "prompt_injection")
    assert len(found) == 251
    assert all([message.role for message in row.messages] == [Role.SYSTEM, Role.USER] for row in found)
    assert all(row.reference and row.tags and row.text is None for row in found)
    assert sum("indirect" in row.tags for row in found) == 55
