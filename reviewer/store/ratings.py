"""Labels as rating rows: which raters gave which values to one unit, and how many units have the same row.

A row of ratings is packed into whole numbers, one digit a rater, so that the database groups a million labels into the
few rows that are different; only those are handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.store.engine import Engine, Row
from reviewer.store.labels import COUNTS_IN_STUDY, NOT_LEFT_OUT, STANDS
from reviewer.store.rating_strata import CENSUS, Stratum, StudyStrata
from reviewer.store.studies import Study

LARGEST = 2**62  # a packed number stays below this, inside the whole numbers of every engine


@dataclass(frozen=True, slots=True)
class Scope:
    """Which labels are counted: of one question of a study; of one configuration, of one evaluation, where given."""

    study: Study
    question: str
    configuration: str | None = None
    evaluation: str | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters of `LABELS`."""
        return {
            "study": self.study.name,
            "question": self.question,
            "configuration": self.configuration,
            "evaluation": self.evaluation,
        }


IN_SCOPE = f"""
    label.question = :question and label.state = 'label' and label.surplus = 0 and {STANDS}
        and (:configuration is null or label.response in (
            select response.id from response join configuration on configuration.number = response.configuration
            where configuration.name = :configuration))
        and (:evaluation is null or label.response in (
            select response.id from response
                join suite_prompt on suite_prompt.prompt = response.prompt
                join suite on suite.number = suite_prompt.suite
            where suite.evaluation = :evaluation))
"""
UNIT = "label.response, label.other_response, case when label.response is null then label.item end"
# Where a rater has two labels on a unit, one imported and one rated, the later counts.
LABELS = f"""
    select max(label.number) as number from label
        join rater on rater.name = label.rater
    where {COUNTS_IN_STUDY} and {IN_SCOPE}
    group by {UNIT}, label.rater
"""


def raters(engine: Engine, scope: Scope) -> list[tuple[str, str]]:
    """Return who gave labels, as (name, kind), people first."""
    return engine.rows(
        f"select rater.name, rater.kind from rater where exists ("
        f" select 1 from label where label.rater = rater.name and {COUNTS_IN_STUDY} and {IN_SCOPE})"
        " order by case rater.kind when 'human' then 0 else 1 end, rater.name",
        scope.parameters,
    )


def values(engine: Engine, scope: Scope) -> list[str]:
    """Return the different values that were given."""
    rows = engine.rows(
        "select distinct label.value from label join rater on rater.name = label.rater"
        f" where {COUNTS_IN_STUDY} and {IN_SCOPE} order by 1",
        scope.parameters,
    )
    return [value for (value,) in rows]


def prompts_repeat(engine: Engine, scope: Scope) -> bool:
    """Return whether two responses of the study, or of the one configuration, answer the same prompt.

    Of responses and not of labels, since this is found at the first of them; where none of the labelled share a prompt
    after all, to draw prompts is to draw units.
    """
    found = engine.rows(
        """
        select 1 from study_response one join response first on first.number = one.response
        where one.study = (select number from study where name = :study) and one.withdrawn = 0
            and (:configuration is null or first.configuration = (
                select number from configuration where name = :configuration))
            and exists (
                select 1 from response second join study_response other on other.response = second.number
                where second.prompt = first.prompt and second.number <> first.number and other.study = one.study
                    and other.withdrawn = 0
                    and (:configuration is null or second.configuration = first.configuration))
        limit 1
        """,
        {"study": scope.study.name, "configuration": scope.configuration},
    )
    return bool(found)


# A pair or an item has a prompt too: that of its first response, or of the item.
PROMPT = """coalesce(
    (select prompt from response where response.id = unit.response),
    (select prompt from item where item.id = unit.item)
)"""


# How its response was drawn, or where it has none, any of the responses of its item: prompts are drawn whole there.
DRAW = """
    left join response on response.id = coalesce(unit.response, (
        select min(shown.id) from item join study_response member on member.item = item.number
            join response shown on shown.number = member.response
        where item.id = unit.item))
    left join study_response on study_response.response = response.number
        and study_response.study = (select number from study where name = :study)
"""


@dataclass(frozen=True, slots=True)
class RatingRow:
    """How many units have these ratings; one code a rater, -1 for none. `prompt` is a number, 0 unless asked for."""

    codes: tuple[int, ...]
    units: int
    prompt: int
    stratum: Stratum = CENSUS


def rows(
    engine: Engine,
    scope: Scope,
    names: Sequence[str],
    given: Sequence[str],
    *,
    by_prompt: bool,
    strata: StudyStrata | None = None,
) -> Iterator[RatingRow]:
    """Yield the different rows of ratings by the raters `names`; a code is a place in `given`.

    With `by_prompt` rows are different where their prompts are, with `strata` where these are.
    """
    by_stratum = strata is not None
    packing = _Packing(len(given), names)
    parameters = dict(scope.parameters)
    parameters |= {f"value{place}": value for place, value in enumerate(given)}
    parameters |= {f"rater{place}": name for place, name in enumerate(names)}
    graders = engine.rows(
        f"select 1 from rater where name in ({_names(names)}) and kind <> 'human' limit 1",
        {f"rater{place}": name for place, name in enumerate(names)},
    )
    theirs = f"label.rater in ({_names(names)}) and {IN_SCOPE}"
    every = f"where label.study = :study and {NOT_LEFT_OUT} and {theirs}"
    if graders:
        every = f"join rater on rater.name = label.rater where {COUNTS_IN_STUDY} and {theirs}"
    found = _grouped(engine, packing, every, parameters, by_prompt=by_prompt, by_stratum=by_stratum)
    if any(row[packing.parts] != sum(map(bool, packing.digits(row))) for row in found):
        # To take the later of two labels takes three times as long, and few studies have such.
        which = f"where label.number in ({LABELS})"
        found = _grouped(engine, packing, which, parameters, by_prompt=by_prompt, by_stratum=by_stratum)
    for row in found:
        codes = tuple(digit - 1 for digit in packing.digits(row))
        _, prompt, *draw, units = row[packing.parts :]
        yield RatingRow(codes, units, prompt or 0, CENSUS if strata is None else strata.of((draw[0], draw[1], draw[2])))


class _Packing:
    """How the ratings of one unit are packed into whole numbers: a digit a rater, 0 where the rater gave no label.

    A digit has room for the sum of four codes, so that a rater with two labels spoils no other digit and is noticed:
    there are more labels than digits that are not 0.
    """

    def __init__(self, values: int, names: Sequence[str]) -> None:
        self._base = 4 * (values + 1)
        self._values = values
        self._raters = len(names)
        self._width = 1  # raters that one number holds
        while self._base ** (self._width + 1) < LARGEST:
            self._width += 1

    @property
    def parts(self) -> int:
        """How many numbers hold the ratings of one unit."""
        return -(-self._raters // self._width)

    @property
    def columns(self) -> list[str]:
        """The sums, as SQL; values and raters are parameters."""
        code = " ".join(f"when :value{place} then {place + 1}" for place in range(self._values))
        columns: list[str] = []
        for first in range(0, self._raters, self._width):
            part = range(first, min(first + self._width, self._raters))
            weights = " ".join(f"when :rater{place} then {self._base ** (place - first)}" for place in part)
            columns.append(
                f"sum(case label.value {code or 'when null then 0'} end * case label.rater {weights} else 0 end)"
            )
        return columns

    def digits(self, row: Row) -> list[int]:
        """Return the digit of each rater."""
        return [
            row[place // self._width] // self._base ** (place % self._width) % self._base
            for place in range(self._raters)
        ]


def _names(names: Sequence[str]) -> str:
    return ", ".join(f":rater{place}" for place in range(len(names)))


def _grouped(
    engine: Engine,
    packing: _Packing,
    which: str,
    parameters: dict[str, object],
    *,
    by_prompt: bool,
    by_stratum: bool,
) -> list[Row]:
    """Return the packed numbers, how many labels they hold, a prompt, how it was drawn, and how many units have them.

    How it was drawn, its configuration, drawn and pool, is there where it is asked for.
    """
    columns = [f"{column} as part{number}" for number, column in enumerate(packing.columns)]
    parts = ", ".join(f"part{number}" for number in range(len(columns)))
    # What is not asked for is not sorted either, which is most of the work.
    subject = ", label.response, max(label.item) as item" if by_prompt or by_stratum else ""
    prompt = PROMPT if by_prompt else "0"
    draw = ", configuration, drawn, pool" if by_stratum else ""
    return engine.rows(
        f"select {parts}, labels, prompt{draw}, count(*) from ("
        f" select {parts}, labels, {prompt} as prompt{draw} from ("
        f" select {', '.join(columns)}, count(*) as labels{subject}"
        f" from label {which} group by {UNIT}) as unit {DRAW if by_stratum else ''}"
        f") as packed group by {parts}, labels, prompt{draw}",
        parameters,
    )


def configurations(engine: Engine, study: str) -> list[str]:
    """Return the names of the configurations whose responses are in a study."""
    found = engine.rows(
        "select distinct configuration.name from study_response"
        " join study on study.number = study_response.study join response on response.number = study_response.response"
        " join configuration on configuration.number = response.configuration"
        " where study.name = :study and withdrawn = 0 order by 1",
        {"study": study},
    )
    return [name for (name,) in found]


def evaluations(engine: Engine, study: str) -> list[str]:
    """Return the evaluations whose suites have prompts in a study."""
    found = engine.rows(
        "select distinct suite.evaluation from study_response"
        " join study on study.number = study_response.study join response on response.number = study_response.response"
        " join suite_prompt on suite_prompt.prompt = response.prompt join suite on suite.number = suite_prompt.suite"
        " where study.name = :study and suite.evaluation <> '' order by 1",
        {"study": study},
    )
    return [name for (name,) in found]
