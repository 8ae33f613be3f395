"""Records of a table read by a profile: the row they give, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.definitions.question import Option, Per, Question
from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import Scale
from reviewer.errors import BadInput
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.mapping.row_reader import Row, rows
from reviewer.formats.tables.record import Record

YES_NO = (Option("yes", "Yes", "1"), Option("no", "No", "2"))
LEVELS = (Option("none", "None", "0"), Option("1", "Some", "1"), Option("3", "Much", "3"))
RUBRIC = Rubric(
    id="r",
    version=1,
    title="",
    guideline="",
    questions=(
        Question("q", "?", Per.RESPONSE, Scale.NOMINAL, options=YES_NO),
        Question("many", "?", Per.RESPONSE, Scale.MULTI, options=YES_NO),
        Question("score", "?", Per.RESPONSE, Scale.INTERVAL),
        Question("why", "?", Per.RESPONSE, Scale.TEXT),
        Question("level", "?", Per.RESPONSE, Scale.ORDINAL, options=LEVELS),
        Question("better", "?", Per.ITEM, Scale.PREFERENCE),
    ),
    rates=(),
    hash="",
    body="",
)
BASE: dict[str, object] = {"prompt": "Why?", "response": "So.", "model": "m"}


def read(
    *records: dict[str, object],
    profile: Profile = Profile(),  # noqa: B008 - frozen
    rubric: Rubric | None = RUBRIC,
    columns: Sequence[str] | None = None,
    file: str = "t.json",
) -> list[Row | BadInput]:
    numbered = [Record(line, fields) for line, fields in enumerate(records, 1)]
    return list(rows(numbered, profile, rubric, file, columns=columns))


def row(fields: dict[str, object], profile: Profile = Profile(), rubric: Rubric | None = RUBRIC) -> Row:  # noqa: B008
    (found,) = read(fields, profile=profile, rubric=rubric)
    assert isinstance(found, Row), found
    return found


def wrong(fields: dict[str, object], profile: Profile = Profile(), rubric: Rubric | None = RUBRIC) -> str:  # noqa: B008
    (found,) = read(fields, profile=profile, rubric=rubric)
    assert isinstance(found, BadInput), found
    return str(found)


def flags(**given: list[str]) -> Profile:
    return Profile().with_flags(**given)
