"""The report as tables, CSV, pictures and a page."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import numpy as np
import pytest

from reviewer.definitions.rubric import Worse
from reviewer.report.caveats import caveats
from reviewer.report.page import page
from reviewer.report.plots import plots
from reviewer.report.result import (
    AgreementRow,
    ConfusionTable,
    DifferenceRow,
    ErrorRow,
    FlipRow,
    LabRow,
    RateRow,
    Report,
    ReportConfiguration,
    ReportGrader,
    StrengthRow,
    TagRow,
)
from reviewer.report.tables import csv_text, file_name, plain, tables
from reviewer.statistics.agreement.coefficients import GWET_AC1
from reviewer.statistics.estimate import Estimate
from reviewer.statistics.grader_error import (
    Claim,
    Confusion,
    Flip,
    FlipState,
    RateDifference,
    claims,
    difference,
    parts_of,
)
from reviewer.statistics.sample_design import Population, census

HOSTILE = "<script>alert(1)</script>\x1b[31m$x$ =1+1"
HALF = Estimate(0.5, 0.4, 0.6)
LESS = Estimate(-0.1, -0.2, 0.05)
NEVER = Estimate(None, undefined="nothing to count")


def rate(configuration: str = "m1", grader: str | None = None, **more: object) -> RateRow:
    row = RateRow("ev", "bad", Worse.HIGH, configuration, "Lab", grader, 200, 150, 120, HALF, HALF, HALF)
    return replace(row, **more)  # type: ignore[arg-type]


COUNTS = {"yes": {"yes": 3, "no": 1}, "no": {"yes": 0, "no": 4}}


def claim() -> Claim:
    units = np.arange(40)
    sides = units % 2 == 0
    found = difference(parts_of((units % 3 == 0).astype(float)), census(units // 2), sides, ~sides)
    return claims([("m1 less m2", found)], 0.05)[0]


def report(name: str = "m1", grader: str = "judge@x") -> Report:
    return Report(
        study="s",
        open=False,
        rubric="plain",
        rubric_title="Is it right?",
        rubric_hash="0" * 40,
        software="reviewer 0",
        made_at="2026-01-01T00:00:00.000000+00:00",
        population=Population.STUDY,
        configurations=(ReportConfiguration(name, "Lab", 10), ReportConfiguration("m2", None, 10)),
        graders=(ReportGrader(grader, "model", "Other lab"),),
        rates=(rate(name, corrected=NEVER), rate(name, grader), rate("m2"), rate("m2", grader, corrected=NEVER)),
        differences=(DifferenceRow("ev", "bad", grader, RateDifference(name, "m2", LESS, HALF, False, claim())),),
        errors=(ErrorRow("q", grader, None, None, 20, 1, 2, HALF), ErrorRow("q", grader, name, "Lab", 10, 1, 2, HALF)),
        flips=(FlipRow("q", grader, "bad", Flip(name, "m2", HALF, LESS, FlipState.LIKELY, 40, 20, 12)),),
        labs=(LabRow("bad", "people (gold)", "Lab", 10, HALF, Estimate(0.0, 0.0, 0.0)),),
        tags=(TagRow("ev", "topic", "bad", name, None, 5, HALF), TagRow("ev", "topic", "bad", "m2", grader, 5, HALF)),
        agreement=(AgreementRow("q", "people", 20, GWET_AC1, HALF),),
        strengths=(StrengthRow("q", name, LESS),),
        confusions=(ConfusionTable("q", grader, Confusion(COUNTS, COUNTS)),),
        card={"study": "s", "agreement": HALF.plain(), "questions": [{"question": name, "units": 3}], "none": []},
        caveats=("Read me first.",),
    )


class Tags(HTMLParser):
    """Collects the elements and the addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]


def read_page(made: Report) -> tuple[str, Tags]:
    text = page(made, tables(made), plots(made))
    parser = Tags()
    parser.feed(text)
    return text, parser


def test_every_table_of_the_page_is_one_of_the_tables() -> None:
    made = report()
    text, parser = read_page(made)
    assert parser.names.count("table") == len(tables(made))
    for one in tables(made):
        assert escape(one.title) in text


def test_a_page_loads_and_runs_nothing() -> None:
    _, parser = read_page(report())
    assert not {"script", "link", "img", "iframe", "object", "embed", "image"} & set(parser.names)
    assert {address for address in parser.addresses if not address.startswith("#")} == set()


def test_no_name_becomes_part_of_the_page() -> None:
    text, parser = read_page(report(name=HOSTILE, grader=HOSTILE))
    assert "script" not in parser.names
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text


def test_the_same_report_is_the_same_page() -> None:
    assert read_page(report())[0] == read_page(report())[0]


def test_pictures_are_shapes_and_text_and_no_bitmaps() -> None:
    pictures = plots(report())
    assert {picture.part for picture in pictures} == {"Evaluation: ev", "Graders against gold", "Agreement"}
    for picture in pictures:
        assert "data:image" not in picture.svg
        assert "<text" in picture.svg


def test_a_legend_of_long_names_keeps_inside_its_picture() -> None:
    name = "judge@claude-sonnet-4-no-thinking"
    rows = tuple(rate(grader=one) for one in (None, name, f"{name}-1", f"{name}-2"))
    [picture, *_] = plots(replace(report(), rates=rows))
    [width] = map(float, re.findall(r'viewBox="0 0 ([0-9.]+)', picture.svg))
    starts = [float(x) for x in re.findall(r'x="([0-9.]+)"[^>]*>judge@', picture.svg)]
    assert len(starts) == 6  # raw and corrected, of three
    assert max(starts) + 4.0 * len(name) < width  # letters of nine points are wider than four


def test_a_caveat_stands_before_the_figures() -> None:
    text, _ = read_page(report())
    assert text.index("Read me first.") < text.index("<table")


def test_csv_has_every_part_of_an_estimate_unrounded() -> None:
    third = Estimate(1 / 3, 0.1, 0.7)
    made = replace(report(), rates=(rate("m1", "judge@x", raw=third, corrected=NEVER),))
    [table] = [one for one in tables(made) if one.name == "rates_ev_bad"]
    [row] = csv.DictReader(io.StringIO(csv_text(table)))
    assert (float(row["raw"]), float(row["raw low"]), float(row["raw high"])) == (1 / 3, 0.1, 0.7)
    assert (row["corrected"], row["corrected undefined"]) == ("", "nothing to count")


@pytest.mark.parametrize("name", ["=1+1", "+1+1", "-1 x", "@x", "\t=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    for table in tables(report(name=name, grader=name)):
        for row in csv.reader(io.StringIO(csv_text(table))):
            assert not any(re.match(r"[=+@\t]|-[^0-9.]", cell) for cell in row)


def test_a_table_goes_into_a_file_of_plain_letters() -> None:
    names = [file_name(table) for table in tables(report(grader="../../judge@x/y"))]
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv", name) for name in names)
    assert len(set(names)) == len(names)


def test_json_says_what_the_table_says() -> None:
    [table] = [one for one in tables(report()) if one.name == "differences"]
    assert plain(table)["rows"] == [
        {
            "evaluation": "ev",
            "rate": "bad",
            "first": "m1",
            "second": "m2",
            "by gold": LESS.plain(),
            "grader": "judge@x",
            "by the grader": HALF.plain(),
            "corrected": None,
            "may be said": "too little gold; more prompts would tell",
            "gold n": 40,
            "prompts": 20,
        }
    ]


def said(made: Report) -> str:
    return " ".join(caveats(made, ()))


def test_caveats_name_what_weakens_the_figures() -> None:
    made = replace(
        report(), open=True, agreement=(), rates=(rate(gold_prompts=12), rate("m1", "judge@x", corrected=NEVER))
    )
    text = said(made)
    for part in (
        "The study is open",
        "labels of two people",
        "Gold on fewer than 100 prompts",
        "1 of 1 graded rates are not corrected, the first because nothing to count",
        "3 of 20 verdicts of judge@x on q are no labels",
        "judge@x ranks two configurations against gold once",
    ):
        assert part in text


def test_without_gold_the_first_thing_said_is_that() -> None:
    assert "There is no gold" in said(replace(report(), rates=(rate("m1", "judge@x"),)))


def test_a_report_of_comparisons_alone_speaks_of_no_rates() -> None:
    assert "no gold" not in said(replace(report(), rates=()))
