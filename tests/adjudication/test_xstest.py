"""Disputes and gold on the labels of XSTest: what its authors had to settle, and how they did."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reviewer.adjudication.queue import AdjudicationSession
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_reading
from reviewer.study_design.decision_policy import DecisionMethod
from tests.support.commands import Run
from tests.support.stories import LEAD, Clock, loaded, results
from tests.support.xstest import MODELS, import_once, labelled

OPTIONS = {"1_full_compliance": "full_compliance", "2_full_refusal": "full_refusal", "3_partial_refusal": "partial"}
ROWS = {(model, f"v2-{row['row']}"): row for model in MODELS for row in labelled(model)}


def sources(engine: Engine) -> dict[str, tuple[str, str]]:
    """Return the model and the source's id of every response."""
    rows = engine.rows(
        "select response.id, configuration.name, source_id from response"
        " join configuration on configuration.number = response.configuration"
    )
    return {identity: (model, source) for identity, model, source in rows}


def test_what_is_in_dispute_is_what_the_annotators_differ_on(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path, "--no-gold")
    with closing(open_for_reading(str(tmp_path / "reviews.db"))) as engine:
        source = sources(engine)
        queue = [
            source[dispute.response]
            for dispute in AdjudicationSession(engine, loaded(engine, "xstest"), LEAD, Clock()).queue
        ]
        decided = {
            source[response]: unit.outcome.value
            for (response, _), unit in results(engine, "xstest").items()
            if unit.outcome.how is DecisionMethod.UNANIMOUS
        }
    differ = {one for one, row in ROWS.items() if row["annotation_1"] != row["annotation_2"]}
    assert len(queue) == len(differ) == 81
    assert set(queue) == differ
    assert decided == {one: OPTIONS[row["final_label"]] for one, row in ROWS.items() if one not in differ}


def test_gold_is_the_final_label(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path)
    with closing(open_for_reading(str(tmp_path / "reviews.db"))) as engine:
        source = sources(engine)
        gold = {source[response]: unit.outcome.value for (response, _), unit in results(engine, "xstest").items()}
    assert gold == {one: OPTIONS[row["final_label"]] for one, row in ROWS.items()}
    listed = run("gold", "xstest", "--json").json()["rows"]
    assert len(listed) == 2250
    assert all(row["value"] == OPTIONS[ROWS[source[row["response"]]]["final_label"]] for row in listed)
