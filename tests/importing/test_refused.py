"""What an import refuses, and the study that it makes or extends."""

from __future__ import annotations

import pytest

from reviewer.errors import BadInput, Refused, ReviewerError
from reviewer.formats.mapping.row import Row
from reviewer.importing.check import TableCheck, check
from reviewer.importing.labels import ImportTarget
from reviewer.importing.responses import store
from reviewer.store import chain, studies
from reviewer.store.engine import Engine
from tests.support.databases import count
from tests.support.imported_tables import MODEL, plain, totals
from tests.support.stories import (
    COMPARING,
    FOLLOWED,
    NOW,
    PLAIN,
    Clock,
    Table,
    bring_in,
    design,
    fill,
    filled,
    label_rows,
    make_study,
    results,
    row,
    shown,
    sit,
    take,
)

# The study


def test_a_new_study_shows_one_response_at_a_time(engine: Engine) -> None:
    bring_in(engine, Table([row(1), row(1, "u")]))
    assert studies.load(engine, "s").design == studies.StudyDesign(1, 1, 0, "majority:1")


@pytest.mark.parametrize(("raters", "overlap"), [(["left"], 1), (["left", "right"], 2), (["a", "b", "c"], 2)])
def test_a_new_study_wants_two_labels_where_several_people_gave_some(
    engine: Engine, raters: list[str], overlap: int
) -> None:
    bring_in(engine, Table([row(1, labels=dict.fromkeys(raters, "yes"))]))
    assert studies.load(engine, "s").design.overlap == overlap


def test_a_later_file_extends_the_study(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1)]))
    bring_in(engine, Table([row(2)], file="later.csv"))
    assert studies.extent(engine, 1).responses == 2


def test_a_file_leaves_what_was_handed_out_as_it_was(engine: Engine, clock: Clock) -> None:
    bring_in(engine, Table([row(1, "a")]))
    item = take(sit(engine, "r1", clock))
    bring_in(engine, Table([row(1, "b")]))
    assert shown([take(sit(engine, "r1", clock))]) == shown([item])


def test_a_closed_study_is_not_extended(engine: Engine) -> None:
    bring_in(engine, Table([row(1)]))
    with engine.writing():
        studies.close(engine, 1, NOW)
    with pytest.raises(Refused, match="closed"):
        bring_in(engine, Table([row(2)]))
    assert count(engine, "response") == 1


def test_a_study_is_not_extended_by_another_rubric(engine: Engine) -> None:
    bring_in(engine, Table([row(1)]))
    with pytest.raises(Refused, match="another rubric"):
        bring_in(engine, Table([row(2)], by=FOLLOWED))
    assert count(engine, "response") == 1


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x1b[31m"])
def test_a_study_made_by_an_import_needs_a_name_like_any_other(engine: Engine, name: str) -> None:
    with pytest.raises(Refused, match="name"):
        bring_in(engine, Table([row(1)], study=name))


def test_a_study_of_one_pane_is_not_made_of_a_rubric_that_only_compares(engine: Engine) -> None:
    with pytest.raises(Refused, match="compares"):
        bring_in(engine, Table([row(1)], by=COMPARING))


def test_a_study_that_was_made_by_hand_keeps_its_panes(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=[1], configurations=["m1", "m2"])
    make_study(engine, PLAIN, design(panes=3))
    bring_in(engine, Table([row(1)]))
    assert len(take(sit(engine, "r1", clock)).panes) == 3


# What is refused


def looked_at(engine: Engine | None, *given: Row | BadInput, skip_bad: bool = False) -> TableCheck:
    return check(engine, given, ImportTarget("t.csv", "t", PLAIN, "s", gold=True, long=False), skip_bad=skip_bad)


def test_a_configuration_reused_with_another_provider_is_refused(engine: Engine) -> None:
    bring_in(engine, plain(row(1, provider="openai")))
    with pytest.raises(Refused, match="configuration m is stored with provider openai, not anthropic"):
        bring_in(engine, plain(row(2, model="n"), row(4, provider="anthropic")))


def test_a_file_that_is_refused_stores_nothing(engine: Engine) -> None:
    bring_in(engine, plain(row(1, provider="openai")))
    before = totals(engine)
    with pytest.raises(Refused):
        bring_in(engine, Table([row(2, model="n"), row(4, provider="anthropic", labels={"left": "yes"})]))
    assert totals(engine) == before


def test_a_configuration_with_two_providers_in_one_file_is_refused_by_its_line(engine: Engine) -> None:
    with pytest.raises(BadInput, match=r"t\.csv:2: model m comes with provider anthropic, before with openai"):
        bring_in(engine, plain(row(1, provider="openai"), row(2, provider="anthropic")))


def test_a_configuration_refused_while_storing_undoes_its_part(engine: Engine) -> None:
    bring_in(engine, plain(row(1, provider="openai")))
    before = totals(engine)
    target = ImportTarget("t.csv", "t", None, None, gold=True, long=False)
    with pytest.raises(Refused):
        list(store(engine, [row(2, model="n"), row(4, provider="anthropic")], target, None, lambda: NOW))
    assert totals(engine) == before


BAD = BadInput("t.csv", 3, "it is wrong")


def test_a_bad_row_is_raised_before_anything_is_stored(engine: Engine) -> None:
    with pytest.raises(BadInput, match=r"t\.csv:3: it is wrong"):
        looked_at(engine, row(1), BAD)
    assert totals(engine) == dict.fromkeys(totals(engine), 0)


def test_bad_rows_that_may_be_skipped_are_counted_apart(engine: Engine) -> None:
    found = looked_at(engine, row(1), BAD, row(2), skip_bad=True)
    assert (found.rows, found.bad) == (2, [BAD])


def test_good_rows_are_stored_though_bad_ones_are_skipped(engine: Engine) -> None:
    target = ImportTarget("t.csv", "t", None, None, gold=True, long=False)
    *_, tally = store(engine, [row(1), BAD, row(2)], target, None, lambda: NOW)
    assert (tally.rows, count(engine, "response")) == (2, 2)


def test_a_table_can_be_checked_before_there_is_a_database() -> None:
    assert looked_at(None, row(1, labels={"left": "yes"})).people == {"left"}


def test_graders_are_no_people() -> None:
    assert looked_at(None, row(1, labels={"g": "yes"}, kind=MODEL)).people == set()


def test_a_person_who_is_stored_as_a_grader_is_refused(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"g": "yes"}, kind=MODEL)]))
    with pytest.raises(Refused, match="rater g is stored as model, not human; say --rater-kind g=model"):
        looked_at(engine, row(1, labels={"g": "yes"}))


# People who rate in the study


def left_rates(engine: Engine, clock: Clock) -> None:
    """Have `left` answer no about prompt 1, the one response of the study."""
    bring_in(engine, Table([row(1)]))
    study = sit(engine, "left", clock)
    item = take(study)
    study.submit(item, filled(PLAIN, item, {"verdict": "no"}))


@pytest.mark.parametrize("prompt", [1, 2], ids=["overrides", "extends"])
def test_a_label_of_a_person_who_rates_here_is_refused_by_its_line(engine: Engine, clock: Clock, prompt: int) -> None:
    left_rates(engine, clock)
    before = label_rows(engine)
    table = Table([row(3), row(prompt, labels={"left": "yes"})])
    with pytest.raises(BadInput, match=r"t\.csv:2: a label of left, who rates in study s; expected --as NAME"):
        bring_in(engine, table)
    assert (label_rows(engine), count(engine, "response")) == (before, 1)


def test_who_is_assigned_and_has_not_begun_rates_here_too(engine: Engine) -> None:
    bring_in(engine, Table([row(1), row(2, labels={"left": "yes"})]))
    with engine.writing():
        studies.assign(engine, 1, "left", None)
    with pytest.raises(BadInput, match="who rates in study s"):
        bring_in(engine, Table([row(1, labels={"left": "yes"})]))


def test_who_rates_in_another_study_may_be_imported_here(engine: Engine, clock: Clock) -> None:
    left_rates(engine, clock)
    bring_in(engine, Table([row(1, labels={"left": "yes"})], study="other"))
    assert results(engine, "other").popitem()[1].outcome.value == "yes"


def test_labels_kept_under_another_name_leave_the_persons_own(engine: Engine, clock: Clock) -> None:
    left_rates(engine, clock)
    table = Table([row(1, labels={"left": "yes"}), row(2, labels={"left": "yes"})], renamed={"left": "left-elsewhere"})
    bring_in(engine, table)
    assert [(rater, value) for _, _, rater, _, value in label_rows(engine)] == [
        ("left", "no"),
        ("left-elsewhere", "yes"),
        ("left-elsewhere", "yes"),
    ]
    assert bring_in(engine, table).known_labels == 2


def test_labels_that_replace_the_persons_own_supersede_them_in_the_chain(engine: Engine, clock: Clock) -> None:
    left_rates(engine, clock)
    bring_in(engine, Table([row(1, labels={"left": "yes"})], replaces_own=True))
    assert label_rows(engine, "rater, value, supersedes") == [("left", "no", None), ("left", "yes", "left#1")]
    assert [report.broken for report in chain.verify(engine)] == [None, None]


def test_two_raters_cannot_get_one_name(engine: Engine) -> None:
    with pytest.raises(BadInput, match=r"t\.csv:2: labels of right would be stored as those of x"):
        bring_in(engine, Table([row(1, labels={"left": "yes", "right": "no"})], renamed={"left": "x", "right": "x"}))


def test_a_name_that_nobodys_labels_get_is_refused(engine: Engine) -> None:
    with pytest.raises(ReviewerError, match="--as x: the file has no labels"):
        bring_in(engine, Table([row(1, labels={"left": "yes"})], renamed={"lfet": "x"}))


def test_another_name_that_rates_here_is_refused_as_well(engine: Engine, clock: Clock) -> None:
    left_rates(engine, clock)
    with pytest.raises(BadInput, match="a label of left, who rates"):
        bring_in(engine, Table([row(1, labels={"right": "yes"})], renamed={"right": "left"}))
