from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.errors import BadInput, ReviewerError
from reviewer.formats.mapping.fields import FIELDS, GoldField, LabelField, answer_field, is_field
from reviewer.formats.mapping.profile import Columns, Lookup, Profile, read_profile
from reviewer.model import RaterKind


def profile(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "p.toml"
    path.write_text(text)
    return read_profile(path)


def test_each_part_is_read(tmp_path: Path) -> None:
    text = """
    rubric = "r"
    [map]
    prompt = "question"
    tag = ["kind", "theme"]
    "label:q:ann:otator" = { column = "a", optional = true }
    [set]
    model = "m"
    severity = 2
    [value.q]
    "1_yes" = "yes"
    [[rater]]
    name = "ann:otator"
    [[rater]]
    name = "grader"
    kind = "model"
    [[lookup]]
    field = "prompt"
    file = "questions.csv"
    key = "index"
    value = "text"
    """
    assert profile(tmp_path, text) == Profile(
        rubric="r",
        columns={
            "prompt": Columns(("question",)),
            "tag": Columns(("kind", "theme")),
            "label:q:ann:otator": Columns(("a",), optional=True),
        },
        constants={"model": "m", "severity": "2"},
        values={"q": {"1_yes": "yes"}},
        raters={"ann:otator": RaterKind.HUMAN, "grader": RaterKind.MODEL},
        lookups={"prompt": Lookup("questions.csv", "index", "text")},
        folder=tmp_path,
    )


def test_an_empty_profile_says_nothing(tmp_path: Path) -> None:
    assert profile(tmp_path, "") == Profile(folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("maps = 1", "p.toml:1: unknown key maps; expected map"),
        ('[map]\nprompt = "a"\nrespons = "b"', "p.toml:3: respons is no FIELD; expected response"),
        ('[map]\n"label:" = "a"', "p.toml:2: label: is no FIELD; expected one of label:QUESTION:RATER"),
        ("[map]\nprompt = 3", "p.toml:2: prompt names no column"),
        ('[map]\nprompt = ["a", "b"]', "p.toml:2: prompt names no column"),
        ("[map]\ntag = []", "p.toml:2: tag names no column"),
        ('[map]\nprompt = { column = "a", option = true }', "p.toml:2: unknown key option; expected optional"),
        ("[map]\nprompt = { optional = true }", "p.toml:2: column is missing"),
        ('[map]\nmodel = "a"\n[set]\nmodel = "b"', "p.toml:2: model stands in [map] and in [set]"),
        ('[set]\nmodell = "a"', "p.toml:2: modell is no FIELD; expected model"),
        ("[set]\nmodel = []", "p.toml:2: model is no constant"),
        ('[set]\n"gold:q" = "yes"', "p.toml:2: gold:q is a constant; expected a column of labels"),
        ("[value.q]\nyes = 1", "p.toml:2: yes is 1; expected text"),
        ('[[rater]]\nname = "a"\nkind = "robot"', 'p.toml:3: kind is "robot"; expected one of human, model, rule'),
        ('[[rater]]\nname = "a"\ntype = "rule"', "p.toml:3: unknown key type"),
        (
            '[map]\ntag = "a"\n[[lookup]]\nfield = "tag"\nfile = "f"\nkey = "k"\nvalue = "v"',
            "p.toml:4: tag cannot be looked up",
        ),
        ('[[lookup]]\nfield = "prompt"\nfile = "f"\nkey = "k"\nvalue = "v"', "p.toml:2: prompt cannot be looked up"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        profile(tmp_path, text)
    assert f"{tmp_path}/{said}" in str(error.value)


def test_flags_override_what_the_profile_says() -> None:
    before = Profile(
        columns={"prompt": Columns(("a",)), "model": Columns(("b",))},
        constants={"suite": "s"},
        values={"q": {"1": "no", "2": "yes"}},
        raters={"r": RaterKind.HUMAN},
        lookups={"prompt": Lookup("f", "k", "v")},
    )
    after = before.with_flags(
        maps=["prompt=c=d", "suite=e"], sets=["model=m=1"], values=["q:1=yes", "p:a:b=c=d"], rater_kinds=["r=rule"]
    )
    assert after == Profile(
        columns={"prompt": Columns(("c=d",)), "suite": Columns(("e",))},
        constants={"model": "m=1"},
        values={"q": {"1": "yes", "2": "yes"}, "p": {"a:b=c": "d"}},
        raters={"r": RaterKind.RULE},
    )


def test_no_flags_change_nothing() -> None:
    before = Profile(columns={"prompt": Columns(("a",))}, lookups={"prompt": Lookup("f", "k", "v")})
    assert before.with_flags() == before


def test_tags_are_mapped_to_several_columns() -> None:
    assert Profile().with_flags(maps=["tag=a", "tag=b"]).columns == {"tag": Columns(("a", "b"))}


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("maps", "prompt", "--map prompt: expected FIELD=COLUMN"),
        ("maps", "prompt=", "--map prompt=: expected FIELD=COLUMN"),
        ("maps", "prompts=a", "--map prompts=a: prompts is no FIELD; expected prompt"),
        ("maps", "labels:q=a", "--map labels:q=a: labels:q is no FIELD; expected one of label:QUESTION:RATER"),
        ("sets", "model", "--set model: expected FIELD=VALUE"),
        ("sets", "label:q:r=yes", "--set label:q:r=yes: a label is no constant; expected --map label:q:r=COLUMN"),
        ("values", "q=yes", "--value q=yes: expected QUESTION:RAW=VALUE"),
        ("values", "q:yes", "--value q:yes: expected QUESTION:RAW=VALUE"),
        ("rater_kinds", "r=robot", "--rater-kind r=robot: expected NAME=KIND, with KIND one of human, model, rule"),
        ("rater_kinds", "model", "--rater-kind model: expected NAME=KIND"),
    ],
)
def test_a_wrong_flag_is_named(flag: str, text: str, said: str) -> None:
    with pytest.raises(ReviewerError) as error:
        Profile().with_flags(**{flag: [text]})
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"maps": ["id=a", "id=b"]}, "--map id=b: id has a column already"),
        ({"sets": ["id=a", "id=b"]}, "--set id=b: id is set already"),
        ({"maps": ["id=a"], "sets": ["id=b"]}, "--map and --set both give id"),
    ],
)
def test_flags_that_contradict_each_other(flags: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ReviewerError) as error:
        Profile().with_flags(**flags)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("label:q:r", LabelField("q", "r")),
        ("label:q:grader@a:b", LabelField("q", "grader@a:b")),
        ("label:q", LabelField("q", None)),
        ("gold:q", GoldField("q")),
        ("gold:q:r", None),
        ("label::r", None),
        ("label:q:", None),
        ("prompt", None),
    ],
)
def test_fields_of_answers(name: str, field: LabelField | GoldField | None) -> None:
    assert answer_field(name) == field


def test_all_plain_fields_are_fields() -> None:
    assert all(is_field(name) for name in FIELDS)
    assert not is_field("note")
