"""`reviewer validate`, on labels written here and on those of XSTest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import RUBRIC, Run, write_rubric
from tests.support.xstest import GRADERS, import_once

RATE = """
[[rate]]
id = "wrong"
question = "verdict"
of = ["no"]
worse = "high"
"""


def import_verdicts(run: Run, folder: Path, *, people: tuple[str, ...] = ("r0", "r1", "r2"), disputed: int = 0) -> None:
    """Two configurations of two labs; people agree, the grader overlooks half of what beta does wrong."""
    write_rubric(folder, RUBRIC + RATE)
    rows = []
    for number in range(30):
        for model, lab in (("alpha", "A"), ("beta", "B")):
            true = "no" if number % (3 if model == "alpha" else 2) == 0 else "yes"
            said = "yes" if model == "beta" and number % 4 == 0 else true
            row = {"prompt": f"p{number}", "response": f"{number} {model}", "model": model, "lab": lab}
            given = dict.fromkeys(people, true) | ({people[-1]: "cannot_tell"} if number < disputed else {})
            rows += [row | {"rater": name, "verdict": verdict} for name, verdict in given.items()]
            rows.append(row | {"rater": "judge", "verdict": said if number else "gibberish"})
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "labels.jsonl", "--study", "s", "--rubric", "plain", "--map", "rater=rater", "--map",
        "label:verdict=verdict", "--rater-kind", "judge=model", "--replies", "judge")  # fmt: skip


def verdict(document: Any) -> Any:
    [found] = document["questions"]
    assert found["question"] == "verdict"
    return found


def test_the_document_says_what_design_promises(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path)
    document = run("validate", "s", "--grader", "judge", "--json").json()
    assert (document["study"], document["grader"]) == ("s", "judge")
    found = verdict(document)
    assert (found["n"], found["unparsed"], found["refused"]) == (60, 2, 0)
    counts = {"no": {"no": 16, "unparsed": 2, "yes": 7}, "yes": {"no": 0, "unparsed": 0, "yes": 35}}
    assert found["confusion"] == {"counts": counts, "estimate": counts}
    assert document["population"] == "all responses that the study stands for"
    assert found["error"]["value"] == pytest.approx(9 / 60)
    alpha, beta = found["by_model"]["alpha"], found["by_model"]["beta"]
    assert (alpha["n"], alpha["unparsed"], beta["unparsed"]) == (30, 1, 1)
    assert (alpha["error"]["value"], beta["error"]["value"]) == pytest.approx((1 / 30, 8 / 30))
    assert beta["gold_rate"]["wrong"]["value"] == pytest.approx(15 / 30)
    assert beta["grader_rate"]["wrong"]["value"] == pytest.approx(7 / 30)
    assert beta["corrected"]["wrong"] == beta["gold_rate"]["wrong"]
    assert found["ranking"] == {"gold": {"wrong": ["beta", "alpha"]}, "grader": {"wrong": ["alpha", "beta"]}}
    [flip] = found["flips"]
    assert (flip["rate"], flip["higher_by_gold"], flip["lower_by_gold"]) == ("wrong", "beta", "alpha")
    assert (flip["state"], flip["gold_n"], flip["prompts"]) == ("possible", 60, 30)
    assert found["differential"]["p"] < 0.05
    assert found["differential"]["test"] == "permutation"
    [difference] = found["differences"]
    assert (difference["first"], difference["second"], difference["family"]) == ("alpha", "beta", 1)
    assert difference["gold"]["value"] == pytest.approx(10 / 30 - 15 / 30)
    assert difference["claim"] == "too little gold"
    assert found["alt_test"]["people"][0]["items"] == 60
    assert set(found["labels"]) == {"yes", "no", "cannot_tell"}


def test_the_plain_form_says_it_in_words(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path)
    done = run("validate", "s", "--grader", "judge", "--lab", "A")
    assert "2 of 60 verdicts are unparsed" in done.err
    assert "Error differs between configurations" in done.out
    assert "Flip, possible: gold puts beta above alpha" in done.out
    assert "Figures are of all responses that the study stands for, 60; counts are called counts." in done.out
    assert "On models of its own lab, A (30 units), less on those of others (30)" in done.out
    assert "alternative annotator test" in done.out
    assert done.out.endswith("Next: reviewer report s\n")


def test_a_sample_of_the_gold_stands_beside_the_truth(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path)
    document = run("validate", "s", "--grader", "judge", "--gold-sample", "40", "--seed", "3", "--json").json()
    assert (document["gold_sample"], document["target"]) == (40, "these")
    rate = verdict(document)["rates"]["wrong"]
    assert (rate["n"], rate["gold_n"], rate["truth"]) == (60, 40, pytest.approx(25 / 60))
    assert rate["corrected"]["low"] < rate["truth"] < rate["corrected"]["high"]
    assert "truth" in run("validate", "s", "--grader", "judge", "--gold-sample", "40").out


def test_what_is_undecided_is_warned_of_and_not_corrected_for(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path, people=("r0", "r1"), disputed=3)
    done = run("validate", "s", "--grader", "judge")
    assert "6 units drawn for review have no gold yet" in done.err
    assert "Not corrected: 6 of 60 responses drawn for review have no gold yet" in done.out
    rate = verdict(run("validate", "s", "--grader", "judge", "--json").json())["by_model"]["beta"]
    assert rate["corrected"]["wrong"]["value"] is None
    bounds = verdict(run("validate", "s", "--grader", "judge", "--json").json())["rates"]["wrong"]["bounds"]
    # Of 6 undecided responses none or all are wrong: of the 25 that are, 2 are among the 6.
    assert (bounds["low"], bounds["high"]) == pytest.approx((22 / 60, 28 / 60))
    assert "the rate lies between" in done.out
    assert rate["grader_rate"]["wrong"]["value"] is not None


def test_without_gold_the_next_step_is_to_rate(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path)
    run("study", "create", "fresh", "--rubric", "plain")
    done = run("validate", "fresh", "--grader", "judge")
    assert "No unit has gold and a verdict." in done.err
    assert "Next: reviewer rate fresh" in done.out
    assert verdict(run("validate", "fresh", "--grader", "judge", "--json").json())["n"] == 0


def test_that_an_open_study_was_unblinded_is_recorded(run: Run, tmp_path: Path) -> None:
    import_verdicts(run, tmp_path)
    run("validate", "s", "--grader", "judge")
    assert len(run("study", "show", "s", "--unblind", "--json").json()["unblinded"]) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--grader", "nobody"), 1, "no verdict of grader nobody under rubric plain; there are: judge"),
        (("--grader", "judge", "--question", "x"), 1, "has no question x"),
        (("--grader", "judge", "--question", "comment"), 1, "expected a question with options"),
        (("--grader", "judge", "--gold-sample", "61"), 1, "expected 1 to 60"),
        (("--grader", "judge", "--against", "judge"), 2, "names the same grader"),
        ((), 2, "--grader"),
    ],
)
def test_bad_input_is_named(run: Run, tmp_path: Path, arguments: tuple[str, ...], status: int, told: str) -> None:
    import_verdicts(run, tmp_path)
    assert told in run("validate", "s", *arguments, expected=status).err


@pytest.fixture
def xstest(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path, graders=list(GRADERS))


def rounded(estimate: dict[str, float]) -> list[float]:
    return [round(estimate[end], 3) for end in ("value", "low", "high")]


@pytest.mark.usefixtures("xstest")
def test_xstest_gives_the_table_of_errors_by_model_and_the_flip(run: Run) -> None:
    [found] = run("validate", "xstest", "--grader", "gpt4_label", "--against", "strmatch_label", "--json").json()[
        "questions"
    ]
    by_model = found["by_model"]
    assert {name: rounded(one["error"]) for name, one in by_model.items()} == {
        "llama2orig": [0.229, 0.192, 0.270],
        "llama2new": [0.218, 0.182, 0.258],
        "mistralguard": [0.233, 0.197, 0.275],
        "gpt4": [0.064, 0.045, 0.091],
        "mistralinstruct": [0.260, 0.222, 0.302],
    }
    rates = {
        name: (round(one["gold_rate"]["refusal"]["value"], 3), round(one["grader_rate"]["refusal"]["value"], 3))
        for name, one in by_model.items()
    }
    assert rates == {
        "llama2orig": (0.776, 0.578),
        "llama2new": (0.609, 0.413),
        "mistralguard": (0.533, 0.358),
        "gpt4": (0.489, 0.427),
        "mistralinstruct": (0.169, 0.122),
    }
    assert (found["unparsed"], by_model["mistralinstruct"]["unparsed"]) == (11, 11)
    assert found["ranking"]["gold"]["refusal"].index("gpt4") == 3
    assert found["ranking"]["grader"]["refusal"].index("gpt4") == 1
    flipped = {(flip["higher_by_gold"], flip["lower_by_gold"]) for flip in found["flips"] if flip["rate"] == "refusal"}
    assert flipped == {("llama2new", "gpt4"), ("mistralguard", "gpt4")}
    partial = found["labels"]["partial"]
    assert (partial["both"], partial["gold"]) == (19, 176)
    compliance = found["rates"]["compliance"]
    assert (round(compliance["corrected"]["value"], 3), round(compliance["raw"]["value"], 3)) == (0.485, 0.616)
    against = found["against"]
    assert (against["only_first_right"], against["only_second_right"]) == (104, 193)
    # Five responses to a prompt are no independent units, so that the exact test, whose p is 2.7e-7, does not hold.
    assert against["p_exact"] is None
    assert against["claims"]["error"]["claim"] == "differs"
    assert against["claims"]["error"]["p"] == pytest.approx(5e-5, abs=5e-5)


@pytest.mark.usefixtures("xstest")
def test_string_match_on_xstest_finds_no_partial_refusal(run: Run) -> None:
    [found] = run("validate", "xstest", "--grader", "strmatch_label", "--json").json()["questions"]
    by_model = found["by_model"]
    assert {name: rounded(one["error"]) for name, one in by_model.items()} == {
        "llama2orig": [0.198, 0.164, 0.237],
        "llama2new": [0.144, 0.115, 0.180],
        "mistralguard": [0.240, 0.203, 0.282],
        "gpt4": [0.076, 0.055, 0.104],
        "mistralinstruct": [0.149, 0.119, 0.185],
    }
    assert {name: round(one["grader_rate"]["refusal"]["value"], 3) for name, one in by_model.items()} == {
        "llama2orig": 0.704,
        "llama2new": 0.573,
        "mistralguard": 0.382,
        "gpt4": 0.500,
        "mistralinstruct": 0.042,
    }
    partial = found["labels"]["partial"]
    assert (partial["both"], partial["gold"], partial["recall"]["value"]) == (0, 176, 0.0)


@pytest.mark.usefixtures("xstest")
def test_with_a_fifth_of_the_gold_the_rate_of_xstest_is_corrected(run: Run) -> None:
    document = run(
        "validate", "xstest", "--grader", "gpt4_label", "--gold-sample", "450", "--seed", "1", "--json"
    ).json()
    rate = document["questions"][0]["rates"]["compliance"]
    assert (rate["n"], rate["gold_n"], round(rate["truth"], 3)) == (2250, 450, 0.485)
    assert rate["corrected"]["low"] < rate["truth"] < rate["corrected"]["high"] < rate["raw"]["value"]
    assert rate["corrected"]["high"] - rate["corrected"]["low"] < rate["gold"]["high"] - rate["gold"]["low"]
