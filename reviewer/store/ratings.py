"""Labels as rating rows: which raters gave which values to one unit, and how many units have the same row.

A row of ratings is packed into whole numbers, one digit a rater, so that the database groups a million labels into the
few rows that are different; only those are handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.store.engine import Engine
from reviewer.store.labels import COUNTS_IN_STUDY, STANDS

LARGEST = 2**62  # a packed number stays below this, inside the whole numbers of every engine


@dataclass(frozen=True, slots=True)
class Scope:
    """Which labels are counted: of one question of a study; of one configuration, of one evaluation, where given."""

    study: str
    question: str
    configuration: str | None = None
    evaluation: str | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters of `LABELS`."""
        return {
            "study": self.study,
            "question": self.question,
            "configuration": self.configuration,
            "evaluation": self.evaluation,
        }


# Where a rater has two labels on a unit, one imported and one rated, the later counts.
LABELS = f"""
    select max(label.number) as number from label
        join rater on rater.name = label.rater
    where {COUNTS_IN_STUDY} and label.question = :question and label.state = 'label' and label.surplus = 0 and {STANDS}
        and (:configuration is null or label.response in (
            select response.id from response join configuration on configuration.number = response.configuration
            where configuration.name = :configuration))
        and (:evaluation is null or label.response in (
            select response.id from response
                join suite_prompt on suite_prompt.prompt = response.prompt
                join suite on suite.number = suite_prompt.suite
            where suite.evaluation = :evaluation))
    group by label.response, label.other_response, case when label.response is null then label.item end, label.rater
"""
# A pair or an item has a prompt too: that of its first response, or of the item.
PROMPT = """coalesce(
    (select prompt from response where response.id = label.response),
    (select prompt from item where item.id = label.item)
)"""
UNIT = "label.response, label.other_response, case when label.response is null then label.item end"


def raters(engine: Engine, scope: Scope) -> list[tuple[str, str]]:
    """Return who gave labels, as (name, kind), people first."""
    return engine.rows(
        f"select rater.name, rater.kind from rater where rater.name in ("
        f" select label.rater from label where label.number in ({LABELS}))"
        " order by case rater.kind when 'human' then 0 else 1 end, rater.name",
        scope.parameters,
    )


def values(engine: Engine, scope: Scope) -> list[str]:
    """Return the different values that were given."""
    rows = engine.rows(
        f"select distinct label.value from label where label.number in ({LABELS}) order by 1", scope.parameters
    )
    return [value for (value,) in rows]


def prompts_repeat(engine: Engine, scope: Scope) -> bool:
    """Return whether two units have the same prompt, as two configurations' answers to it have."""
    found = engine.rows(
        f"select 1 from (select distinct {UNIT}, {PROMPT} as prompt from label where label.number in ({LABELS}))"
        " group by prompt having count(*) > 1 limit 1",
        scope.parameters,
    )
    return bool(found)


@dataclass(frozen=True, slots=True)
class RatingRow:
    """How many units have these ratings; one code a rater, -1 for none. `prompt` is a number, 0 unless asked for."""

    codes: tuple[int, ...]
    units: int
    prompt: int


def rows(
    engine: Engine, scope: Scope, names: Sequence[str], given: Sequence[str], *, by_prompt: bool
) -> Iterator[RatingRow]:
    """Yield the different rows of ratings by the raters `names`; a code is a place in `given`.

    With `by_prompt` rows are different where their prompts are.
    """
    digits = len(given) + 1
    width = 1  # raters that one packed number holds
    while digits ** (width + 1) < LARGEST:
        width += 1
    parts = [names[first : first + width] for first in range(0, len(names), width)]
    parameters = dict(scope.parameters)
    parameters |= {f"value{place}": value for place, value in enumerate(given)}
    parameters |= {f"rater{place}": name for place, name in enumerate(names)}
    code = (
        "case label.value " + " ".join(f"when :value{place} then {place + 1}" for place in range(len(given))) + " end"
    )
    packed = []
    for number, part in enumerate(parts):
        weight = " ".join(f"when :rater{number * width + place} then {digits**place}" for place in range(len(part)))
        packed.append(f"sum({code} * case label.rater {weight} else 0 end) as part{number}")
    columns = ", ".join(f"part{number}" for number in range(len(parts)))
    prompt = f"max({PROMPT})" if by_prompt else "0"
    found = engine.rows(
        f"select {columns}, prompt, count(*) from (select {', '.join(packed)}, {prompt} as prompt from label"
        f" where label.number in ({LABELS}) group by {UNIT}) group by {columns}, prompt",
        parameters,
    )
    for *numbers, prompt_number, units in found:
        codes = [
            number // digits**place % digits - 1
            for number, part in zip(numbers, parts, strict=True)
            for place in range(len(part))
        ]
        yield RatingRow(tuple(codes), units, prompt_number or 0)


def configurations(engine: Engine, study: str) -> list[str]:
    """Return the names of the configurations whose responses are in a study."""
    found = engine.rows(
        "select distinct configuration.name from study_response"
        " join study on study.number = study_response.study join response on response.number = study_response.response"
        " join configuration on configuration.number = response.configuration where study.name = :study order by 1",
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
