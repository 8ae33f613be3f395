"""A question that does not fit its bar is shown in parts, each of which says that there is more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.tui.widgets.question_bar import MORE, AnswerProgress, OptionChoice, QuestionText, bar_rows, height

PROGRESS = [AnswerProgress("A", "", complete=False)]
KEYS = "1234567890abehmoqtyABCDEFGH"
questions = st.builds(
    lambda text, labels: QuestionText(
        "A", "1/1", text, tuple(OptionChoice(key, label) for key, label in zip(KEYS, labels, strict=False))
    ),
    st.text("abc de", min_size=1, max_size=400),
    st.lists(st.text("fghi jkl", min_size=1, max_size=70), max_size=len(KEYS)),
)


@given(questions, st.integers(40, 200), st.integers(12, 60))
def test_every_option_is_on_some_part_and_no_part_is_cut_without_a_mark(
    put: QuestionText, columns: int, screen_rows: int
) -> None:
    room = height([put], columns, screen_rows)
    whole = bar_rows(put, PROGRESS, columns, 10_000)
    parts = [bar_rows(put, PROGRESS, columns, room, page) for page in range(len(whole))]
    assert all(len(part) <= room for part in parts)
    seen = {run.name for part in parts for row in part for run in row if run.name} - {MORE}
    assert seen == {choice.key for choice in put.choices}
    assert all((part[-1][-1].name == MORE) == (len(whole) > room) for part in parts)


def test_twelve_long_options_are_all_seen_on_fifty_rows() -> None:
    options = tuple(OptionChoice(key, f"a long option, the one that is called {key}") for key in KEYS[:12])
    put = QuestionText("A", "1/1", "Which one?", options)
    rows = bar_rows(put, PROGRESS, 78, height([put], 78, 50))
    assert [run.name for row in rows for run in row if run.name] == list(KEYS[:12])


def test_the_mark_counts_what_is_hidden() -> None:
    options = tuple(OptionChoice(key, f"a long option, the one that is called {key}") for key in KEYS[:12])
    put = QuestionText("A", "1/1", "Which one?", options)
    room = height([put], 78, 24)
    first, second = (bar_rows(put, PROGRESS, 78, room, page) for page in (0, 1))
    assert [part[-1][0].text for part in (first, second)] == [" ▼ 6 more options: , goes on"] * 2
    assert first != second
