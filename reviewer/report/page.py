"""The report as one HTML page: no script, no network, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources

from reviewer.formats.export.reliability_card_text import spelled
from reviewer.report.plots import Picture
from reviewer.report.result import Report
from reviewer.report.tables import Cell, ReportTable, parts
from reviewer.statistics.estimate import Estimate
from reviewer.text.visible import visible


def page(report: Report, tables: Sequence[ReportTable], pictures: Sequence[Picture]) -> str:
    """Return the page as HTML text."""
    by_part = parts(tables)
    style = resources.files("reviewer.report").joinpath("page.css").read_text("utf-8")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Nothing may be loaded and nothing may run, whatever a name in the data looks like.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{_text(report.study)}: report</title><style>{style}</style></head><body>",
            *_head(report, by_part),
            *(line for part, own in by_part.items() for line in _part(part, own, pictures)),
            *_card(report.card),
            "</body></html>\n",
        ]
    )


def _head(report: Report, by_part: Mapping[str, list[ReportTable]]) -> Iterator[str]:
    state = "open" if report.open else "closed"
    yield f"<header><h1>{_text(report.study)}</h1>"
    which = f"rubric {_text(report.rubric)}, {state} study"
    yield f"<p>{_text(report.rubric_title)} <span class='small'>({which})</span></p>"
    about = {
        "Rubric hash": report.rubric_hash,
        "Graders": ", ".join(judge.name for judge in report.graders) or "none",
        "Made": f"{report.made_at[:19]}Z by {report.software}",
    }
    yield _definitions(about)
    yield "<h2>Before you quote a figure</h2><ul class='caveats'>"
    yield from (f"<li>{_text(caveat)}</li>" for caveat in report.caveats)
    yield "</ul></header><nav><h2>Contents</h2><ul>"
    yield from (f"<li><a href='#{_anchor(part)}'>{_text(part)}</a></li>" for part in (*by_part, "Reliability card"))
    yield "</ul></nav><main>"


def _part(part: str, tables: Sequence[ReportTable], pictures: Sequence[Picture]) -> Iterator[str]:
    yield f"<section id='{_anchor(part)}'><h2>{_text(part)}</h2>"
    for picture in pictures:
        if picture.part == part:
            yield f"<figure role='img' aria-label='{_text(picture.title)}'>{picture.svg}"
            yield f"<figcaption>{_text(picture.title)}</figcaption></figure>"
    for table in tables:
        yield f"<h3>{_text(table.title)}</h3><div class='scroll'><table><thead><tr>"
        yield "".join(map(_column, table.columns, zip(*table.rows, strict=True)))
        yield "</tr></thead><tbody>"
        yield from (f"<tr>{''.join(_cell(cell, drawn=table.shares) for cell in row)}</tr>" for row in table.rows)
        yield f"</tbody></table></div><p class='note'>{_text(table.note)}</p>"
    yield "</section>"


def _column(name: str, cells: Sequence[Cell]) -> str:
    number = all(isinstance(cell, int | float) for cell in cells)
    return f"<th scope='col'{' class=number' if number else ''}>{_text(name)}</th>"


def _cell(cell: Cell, *, drawn: bool) -> str:
    match cell:
        case None:
            return "<td></td>"
        case str():
            return f"<td>{_text(cell)}</td>"
        case int():
            return f"<td class='number'>{cell:,}</td>"
        case float():
            return f"<td class='number'>{cell:.3f}</td>"
        case Estimate():
            return _estimate(cell, drawn=drawn)


def _estimate(one: Estimate, *, drawn: bool) -> str:
    if one.value is None:
        return f"<td>undefined<br><span class='small'>{_text(one.undefined or '')}</span></td>"
    if one.low is None or one.high is None:
        return f"<td class='estimate'>{one.value:.3f}<br><span class='small'>{_text(one.undefined or '')}</span></td>"
    ends = f"{one.value:.3f} <span class='small'>[{one.low:.3f}, {one.high:.3f}]</span>"
    if not drawn or one.low < 0.0 or one.high > 1.0:
        return f"<td class='estimate'>{ends}</td>"
    bar = (
        f"<span class='bar' aria-hidden='true'><i style='left:{one.low:.1%};width:{one.high - one.low:.1%}'></i>"
        f"<b style='left:{one.value:.1%}'></b></span>"
    )
    return f"<td class='estimate'>{ends}{bar}</td>"


def _card(card: Mapping[str, object]) -> Iterator[str]:
    yield "<section id='reliability-card'><h2>Reliability card</h2>"
    yield _nested(card)
    yield "</section></main>"


def _nested(value: object) -> str:
    if isinstance(value, Mapping):
        if set(value) == {"value", "low", "high", "undefined"}:
            return _text(spelled(value))
        return "<dl>" + "".join(f"<dt>{_text(str(k))}</dt><dd>{_nested(v)}</dd>" for k, v in value.items()) + "</dl>"
    if isinstance(value, list):
        if all(not isinstance(entry, Mapping | list) for entry in value):
            return _text(", ".join(map(str, value))) or "none"
        return "".join(map(_nested, value))
    if value is None:
        return "none"
    return _text(f"{value:.3f}" if isinstance(value, float) else str(value))


def _definitions(about: Mapping[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in about.items()) + "</dl>"


def _anchor(part: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in part.casefold())


def _text(text: str) -> str:
    return escape(visible(text), quote=True)
