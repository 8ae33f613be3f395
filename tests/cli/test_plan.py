"""`reviewer plan`: from stated figures without any database, and from the labels of a pilot study."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from reviewer.cli.plan_curve import CHOSEN, CurvePoint, curve
from tests.support.commands import PREFERENCE, Run, rows, write_rubric, write_table
from tests.support.terminal import Terminal
from tests.support.xstest import import_once


def import_pilot(run: Run, folder: Path, *, units: int = 200, raters: int = 3) -> None:
    """Import a study `pilot`: raters who see the truth most of the time; 30 % are `yes`, each prompt twice."""
    write_rubric(folder)
    chance = random.Random(4)
    lines = []
    for unit in range(units):
        truth = chance.random() < 0.3
        for rater in range(raters):
            said = truth if chance.random() < 0.9 - rater * 0.1 else chance.random() < 0.3
            lines.append({"prompt": f"p{unit // 2}", "response": f"a{unit}", "model": f"m{unit % 2}",
                          "rater": f"r{rater}", "verdict": "yes" if said else "no"})  # fmt: skip
    (folder / "pilot.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    mapped = ("--map", "rater=rater", "--map", "label:verdict=verdict")
    run("import", folder / "pilot.jsonl", "--study", "pilot", "--rubric", "plain", *mapped)


def test_a_plan_before_any_data_needs_no_database(run: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run("plan", "--raters", "2", "--rate", "0.1", "--width", "0.05")
    assert done.err == ""
    assert "Cheapest: 2 raters × 2,276 items: 4,552 labels, ± 0.050." in done.out
    assert "agreement 0.7 (assumed)" in done.out
    assert "Donner and Eliasziw (1992): 2,394 items" in done.out
    assert "reviewer study create NAME --rubric RUBRIC --overlap 2 --panes 1 --sample random:2276" in done.out
    assert CHOSEN in done.out
    assert sorted(tmp_path.rglob("*")) == before


def test_the_document_has_wish_designs_and_the_cheapest(run: Run) -> None:
    found = run("plan", "--width", "0.05", "--rate", "0.1", "--agreement", "0.7", "--raters", "2,3", "--json").json()
    assert found["wish"] == {"figure": "alpha", "half_width": 0.05, "difference": None, "power": None}
    assert found["assumed"]["agreement"] == {"value": 0.7, "source": "as stated"}
    assert {one["raters"] for one in found["designs"]} == {2, 3}
    assert found["cheapest"] in found["designs"]
    assert found["cheapest"]["width"] <= 0.05
    assert found["cheapest"]["labels"] == found["cheapest"]["raters"] * found["cheapest"]["items"]
    assert found["cheapest"] == found["nearest"]
    assert found["simulated"]["width"] == pytest.approx(0.05, rel=0.03)
    assert found["warnings"] == []


def test_a_difference_is_found_with_the_power_asked_for(run: Run) -> None:
    found = run("plan", "--difference", "0.05", "--rate", "0.1", "--json").json()
    assert found["wish"] == {"figure": "difference", "half_width": None, "difference": 0.05, "power": 0.8}
    assert found["cheapest"]["items"] == 683
    assert found["cheapest"]["labels"] == 2 * 683
    assert found["simulated"]["reached"] == pytest.approx(0.8, abs=0.04)
    assert found["assumed"]["correlation"] == {"value": 0.0, "source": "assumed"}
    paired = run("plan", "--difference", "0.05", "--rate", "0.1", "--correlation", "0.5", "--json").json()
    assert paired["cheapest"]["items"] < 0.6 * 683


def test_a_difference_says_which_prompts_to_ask(run: Run) -> None:
    said = run("plan", "--difference", "0.1", "--rate", "0.3", "--agreement", "0.6", "--raters", "3").out
    assert "3 raters × " in said
    assert "prompts with two responses" in said
    assert "Next, with a suite of " in said
    assert "--overlap 3 --panes 2 --suite SUITE --model A --model B" in said


def test_a_figure_that_no_design_reaches_is_no_error(run: Run) -> None:
    words = ("plan", "--figure", "rate", "--width", "0.001", "--rate", "0.1", "--items", "100-500", "--raters", "1")
    said = run(*words).out
    assert "No design in the grid reaches ± 0.001; the nearest is 1 rater × 500 items: 500 labels, ± 0.026." in said
    assert "The grid: raters 1, items 100 to 500." in said
    assert "Next:" not in said
    found = run(*words, "--json").json()
    assert (found["cheapest"], found["simulated"]) == (None, None)
    assert found["nearest"]["items"] == 500


def test_without_a_wish_each_design_is_listed(run: Run) -> None:
    words = ("plan", "--rate", "0.1", "--raters", "2-3", "--items", "100,200")
    said = run(*words).out
    assert [line.split()[1:4] for line in said.splitlines()[-4:]] == [
        ["2", "100", "200"], ["2", "200", "400"], ["3", "100", "300"], ["3", "200", "600"],
    ]  # fmt: skip
    assert run(*words, "--json").json()["cheapest"] is None


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--rate", "0"], 2, "0.0 is not in the range 0.0<x<1.0"),
        (["--rate", "nan"], 2, "nan is no number"),
        (["--agreement", "1.2"], 2, "1.2 is not in the range"),
        (["--width", "0.1", "--agreement", "1"], 1, "expected an --agreement below 1"),
        (["--raters", "1", "--width", "0.1"], 2, "alpha is of two raters or more"),
        (["--raters", "5-2"], 2, "expected numbers from 1 to 50, as in 3, 2,3,5 or 2-5"),
        (["--raters", "many"], 2, "'many' is neither a number nor a range"),
        (["--items", "5"], 2, "expected numbers from 10 to 1,000,000"),
        (["--items", "9" * 5000], 2, "neither a number nor a range"),
        (["--power", "0.8"], 2, "--power is the chance to find a --difference"),
        (["--width", "0.1", "--difference", "0.1"], 2, "plan for one at a time"),
        (["--figure", "alpha", "--difference", "0.1"], 2, "--difference is of two rates, and not of alpha"),
        (["--difference", "0.05", "--rate", "0.97"], 1, "--difference: a difference of 0.05 above a rate of 0.97"),
        (["--difference", "0.2", "--rate", "0.1", "--correlation", "0.9"], 1, "expected 0.509 at most"),
        (["--question", "verdict", "--width", "0.1"], 2, "--question is of a pilot STUDY"),
        (["--difference", "0.1", "--per-prompt", "4"], 2, "each prompt has one response of each configuration"),
        (["--width", "0.1", "--correlation", "0.4"], 2, "say how many there are by --per-prompt"),
        (["--two-way", "--width", "0.1"], 2, "--two-way is of the raters of a pilot STUDY"),
        (["pilot", "--width", "0.1"], 1, "no such database"),
    ],
)
def test_what_cannot_be_planned_is_refused(run: Run, words: list[str], status: int, said: str) -> None:
    done = run("plan", *words, expected=status)
    assert said in done.err
    assert done.out == ""


def test_a_pilot_study_says_what_to_expect(run: Run, tmp_path: Path) -> None:
    import_pilot(run, tmp_path)
    measured = run("agreement", "pilot", "--json").json()["questions"][0]
    found = run("plan", "pilot", "--width", "0.1", "--json").json()
    alpha = measured["metrics"]["krippendorff_alpha"]
    assert found["assumed"]["agreement"] == {"value": pytest.approx(alpha["value"]), "source": "from study pilot"}
    assert found["assumed"]["shares"]["value"] == pytest.approx([*measured["prevalence"].values()])
    assert found["assumed"]["per_prompt"]["value"] == pytest.approx(2.0)
    assert {one["raters"] for one in found["designs"]} == {2, 3}
    assert found["study"] == "pilot"


def test_what_is_stated_takes_the_place_of_the_pilot(run: Run, tmp_path: Path) -> None:
    import_pilot(run, tmp_path)
    stated = ("--rate", "0.1", "--agreement", "0.5", "--per-prompt", "1")
    found = run("plan", "pilot", *stated, "--width", "0.1", "--raters", "2", "--json").json()
    alone = run("plan", *stated, "--width", "0.1", "--raters", "2", "--json").json()
    assert found["designs"] == alone["designs"]
    assert {one["source"] for one in found["assumed"].values()} == {"as stated"}


def test_the_width_of_the_pilot_itself_is_foretold(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path)
    alpha = run("agreement", "xstest", "--json").json()["questions"][0]
    one = alpha["metrics"]["krippendorff_alpha"]
    units, raters = str(alpha["units"]), str(alpha["raters"])
    found = run("plan", "xstest", "--raters", raters, "--items", units, "--json").json()["designs"][0]
    assert found["width"] == pytest.approx((one["high"] - one["low"]) / 2, rel=0.15)


def test_raters_who_differ_bound_what_items_can_do(run: Run, tmp_path: Path) -> None:
    import_pilot(run, tmp_path, raters=4)
    one, both = (run("plan", "pilot", "--width", "0.1", "--raters", "4", *way, "--json").json()
                 for way in ([], ["--two-way"]))  # fmt: skip
    assert both["assumed"]["rater_spread"]["value"] > 0.0
    widths = [max(found["designs"], key=lambda design: design["items"])["width"] for found in (one, both)]
    assert widths[0] < 0.01
    assert widths[1] > 5 * widths[0]
    assert any("no number of items gets below" in warning for warning in both["warnings"])


def test_a_pilot_that_says_too_little_is_refused(run: Run, tmp_path: Path) -> None:
    import_pilot(run, tmp_path, raters=2)
    assert (
        "2 raters labelled verdict; expected 3 at least"
        in run("plan", "pilot", "--two-way", "--width", "0.1", expected=1).err
    )
    assert "--two-way is of alpha and kappa" in run("plan", "pilot", "--two-way", "--difference", "0.1", expected=2).err
    assert "no question nope" in run("plan", "pilot", "--question", "nope", "--width", "0.1", expected=1).err
    run("study", "create", "empty", "--rubric", "plain", "--from", "pilot")
    assert "has no labels; expected a pilot study that was rated" in run("plan", "empty", expected=1).err


def test_a_pilot_of_comparisons_is_followed_by_two_panes(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    run("import", write_table(tmp_path, prompts=12))
    run("study", "create", "pairs", "--rubric", "better", "--panes", "2", "--overlap", "2")
    for rater in ("ann", "bob"):
        run("rate", "pairs", "--rater", rater, "--plain", stdin="1\n\n3\n\n" * 6)
    said = run("plan", "pairs", "--width", "0.2", "--agreement", "0.6").out
    assert "Next: reviewer study create NAME --rubric better --overlap 2 --panes 2 --sample random:" in said


def test_a_plan_leaves_the_database_as_it_is(run: Run, tmp_path: Path) -> None:
    import_pilot(run, tmp_path)
    before = rows(tmp_path, "select count(*), max(number) from act")
    run("plan", "pilot", "--width", "0.1")
    assert rows(tmp_path, "select count(*), max(number) from act") == before


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (160, 48)])
def test_a_plan_fits_the_terminal(tmp_path: Path, columns: int, lines: int) -> None:
    words = [sys.executable, "-m", "reviewer", "plan", "--rate", "0.1", "--width", "0.05", "--raters", "2-3"]
    with Terminal(words, columns=columns, rows=lines, folder=tmp_path) as terminal:
        terminal.until("Next: reviewer study create")
        drawn = [line for line in terminal.lines if "┤" in line]
    assert len(drawn) >= 7
    assert all(len(line) <= columns for line in drawn)


def test_a_curve_puts_points_where_they_belong() -> None:
    points = [CurvePoint(2, 100, 0.4), CurvePoint(2, 400, 0.2), CurvePoint(3, 150, 0.3)]
    drawn = curve(points, 0.2, points[1], columns=48, rows=12)
    assert drawn[0].startswith("   0.4 ┤2")
    [wished] = [line for line in drawn if line.startswith("   0.2 ┤")]
    assert wished.endswith(CHOSEN)
    assert sum("3" in line.partition("┤")[2] for line in drawn) == 1
    assert drawn[-1].split() == ["100", "400", "labels"]
    assert max(map(len, drawn)) <= 48
