"""What stands behind gold: responses, prompts, items and labels, many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.store.engine import Engine, Row, among
from reviewer.store.labels import COUNTS_IN_STUDY, STANDS

_CONFIGURATIONS = """
    select response.id, configuration.name from response
    join configuration on configuration.number = response.configuration where response.id in ({values})
"""

_RESPONSES = """
    select prompt.number, prompt.id, prompt.messages, response.id, response.text, response.reasoning,
        response.tool_calls, response.stop_reason, response.refusal, response.sample, configuration.name,
        configuration.provider, configuration.model, configuration.lab, configuration.settings,
        study_response.drawn, study_response.pool, item.id
    from response
    join prompt on prompt.number = response.prompt
    join configuration on configuration.number = response.configuration
    left join study_response on study_response.study = :study and study_response.response = response.number
    left join item on item.number = study_response.item
    where response.id in ({values})
"""

_PLACES = """
    select suite_prompt.prompt, suite.id, suite.evaluation, suite_prompt.name, grouping_name, reference, secret,
        severity, tags
    from suite_prompt join suite on suite.number = suite_prompt.suite
    where suite_prompt.prompt in ({values}) order by suite.number
"""

_SHOWN = """
    select item.id, response.id from item
    join study_response on study_response.item = item.number and study_response.study = item.study
    join response on response.number = study_response.response
    where item.id in ({values}) order by response.id
"""

_STANDING = f"""
    select coalesce(label.response, ''), coalesce(label.other_response, ''),
        case when label.response is null then label.item else '' end, label.question, label.rater, rater.kind,
        label.state, label.value, label.confidence, label.note, label.raw, label.decided_at, label.saved_at,
        label.shown_at, label.panes, label.aids, label.grader
    from label join rater on rater.name = label.rater
    where {COUNTS_IN_STUDY} and label.surplus = 0 and label.state <> 'retracted' and {STANDS}
    order by label.response, label.other_response, 3, label.number
"""


def configurations_of(engine: Engine, responses: Sequence[str]) -> dict[str, str]:
    """Return the name of the configuration of each of `responses`, by id."""
    return dict(among(engine, _CONFIGURATIONS, responses))


def response_rows(engine: Engine, study: int, responses: Sequence[str]) -> list[Row]:
    """Return of each of `responses`, by id, all that bears on it.

    As (prompt's number, prompt's id, messages, id, text, reasoning, tool calls, stop reason, refusal, sample,
    configuration, its provider, model, lab and settings, drawn, pool, the item of the study that shows it).
    """
    return list(among(engine, _RESPONSES, responses, {"study": study}))


def places_in_suites(engine: Engine, prompts: Sequence[int]) -> Iterator[Row]:
    """Yield the places in suites of each of `prompts`, by number, those in the suite stored first before others.

    As (prompt, suite, evaluation, name, group, reference, secret, severity, tags as JSON).
    """
    return among(engine, _PLACES, prompts)


def responses_of_items(engine: Engine, items: Sequence[str]) -> Iterator[Row]:
    """Yield what each of `items`, by id, shows, as (item, response) in order of the response's id."""
    return among(engine, _SHOWN, items)


def standing(engine: Engine, study: str) -> Iterator[Row]:
    """Yield every label that stands in `study`, also those of graders without a value, all of a subject together.

    As (response, other response, whole item, question, rater, kind, state, value, confidence, note, raw, decided at,
    saved at, shown at, panes, aids, grader).
    """
    return engine.stream(_STANDING, {"study": study})
