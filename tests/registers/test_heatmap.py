"""The heat map of the risks: crowds, long ids, great matrices; and what the page says with few risks or none."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.risks_heatmap import GAP, LEFT, Heatmap, Risen, Scale, draw
from mkdocs_ecompm.site.pages import Page, Site

TODAY = date(2026, 8, 24)
LETTER = 7.5
"""The width of a digit on a phone, in units of the map."""


def scale(size: int = 5) -> Scale:
    steps = range(1, size + 1)
    return Scale(size, size, {(row, column): (row * column, "calm") for row in steps for column in steps})


def risen(name: str, likelihood: int = 5, impact: int = 5, residual: tuple[int, int] | None = (1, 1)) -> Risen:
    return Risen(name, name, "t", "threat", likelihood, impact, residual, "broken")


def texts(drawn: Heatmap) -> list[tuple[float, float, float]]:
    """Left, right and height of each thing in the cells."""
    dots = [(dot.x - 4, dot.x + 6 + LETTER * len(dot.risk.label), dot.y) for dot in drawn.dots]
    return [*dots, *((rest.x, rest.x + LETTER * len(f"+{rest.count}"), rest.y) for rest in drawn.rests)]


@pytest.mark.parametrize("size", [5, 10])
@pytest.mark.parametrize(("label", "crowd"), [("01", 60), ("0001", 60), ("001", 2000), ("0001", 5000)])
def test_a_crowd_stays_in_its_cell_and_touches_nothing(size: int, label: str, crowd: int) -> None:
    where = scale(size)
    drawn = draw(where, [risen(label, size, size) for _ in range(crowd)])
    (rest,) = drawn.rests
    assert len(drawn.dots) + rest.count == crowd
    assert drawn.dots
    left, _ = where.corner(size, size)
    found = texts(drawn)
    assert all(left <= begin and end <= left + where.cell_width - GAP for begin, end, _ in found)
    rows = {height: sorted((begin, end) for begin, end, at in found if at == height) for _, _, height in found}
    assert all(one[1] <= two[0] for row in rows.values() for one, two in itertools.pairwise(row))


def test_a_full_cell_needs_no_count() -> None:
    drawn = draw(scale(), [risen("001") for _ in range(9)])
    assert (len(drawn.dots), drawn.rests, drawn.slot_width) == (9, (), 34)


def test_many_risks_are_drawn_without_arrows() -> None:
    assert len(draw(scale(), [risen(str(number), 1 + number % 5, 4) for number in range(30)]).arrows) == 30
    assert draw(scale(), [risen(str(number), 1 + number % 5, 4) for number in range(31)]).arrows == ()


def project(*risks: str) -> Project:
    text = "risks:\n" + "".join(f"  - {{id: R-{n}, title: Risk {n}, {risk}}}\n" for n, risk in enumerate(risks, 1))
    files = {
        "risks.yml": (text if risks else "risks: []").encode(),
        "people.yml": b"people: [{id: mia, name: Mia}]",
        "project.yml": dedent("{id: shop, name: Shop, currency: EUR}").encode(),
    }
    return Project(load_state(MemoryFiles(files), DOCUMENTS), TODAY)


def page(*risks: str) -> Page:
    return Site(project(*risks)).page("risks")


def said(*risks: str) -> tuple[str, str]:
    sentence: Any = Site(project(*risks)).views["risks"].context.sentence
    return sentence.lead, sentence.rest


THREAT = "kind: threat, likelihood: 3, impact: 3, owner: mia, status: open"
GRAVE = "kind: threat, likelihood: 5, impact: 5, owner: mia, status: open"
CHANCE = "kind: opportunity, likelihood: 5, impact: 5, owner: mia, status: open"
CLOSED = "kind: threat, likelihood: 5, impact: 5, owner: mia, status: closed, reason: done"
COST = ", cost: {amount: 1000, probability: 50}"
LESS = ", residual: {likelihood: 1, impact: 1}"


def test_the_page_counts_what_does_not_fit() -> None:
    html = page(*[GRAVE] * 60).html
    count = int(re.findall(r">\+(\d+)</text>", html)[0])
    assert f"{count} more: likelihood 5, impact 5." in html
    assert f"<title>{count} more risks: see the ranking</title>" in html
    assert html.count('class="ecompm-svg-dot"') + count == 60


def test_arrows_are_explained_where_there_are_any() -> None:
    assert "what remains after the actions" in page(THREAT + LESS).html
    assert "what remains after the actions" not in page(THREAT).html


def test_the_name_of_a_scale_covers_none_of_its_numbers() -> None:
    """On a phone the letters are 15 units high; the name stands upright."""
    svg = page(THREAT).html
    base = float(re.findall(r'rotate\(-90 ([\d.]+) 4\)">likelihood', svg)[0])
    assert base >= 14
    (ends,) = {tick.x for tick in draw(scale(10), []).likelihood}
    assert base + 2 <= ends - 2 * 8.5 + 2
    assert ends < LEFT


def test_without_risks_there_is_no_empty_map() -> None:
    nothing = page()
    assert "No open risks are written down." in nothing.html
    assert not nothing.headings
    assert "ecompm-heatmap" not in nothing.html
    assert "<table" not in nothing.html
    over = page(CLOSED)
    assert [heading.anchor for heading in over.headings] == ["ranking", "each"]
    assert "ecompm-heatmap" not in over.html


@pytest.mark.parametrize(
    ("risks", "lead"),
    [
        ((GRAVE,), "The one open risk is high."),
        ((THREAT,), "The one open risk is not high."),
        ((CHANCE,), "The one open risk is an opportunity."),
        ((GRAVE, CHANCE), "One high risk among 2 open ones."),
        ((THREAT, CHANCE), "No high risk among 2 open ones."),
    ],
)
def test_one_and_several(risks: tuple[str, ...], lead: str) -> None:
    assert said(*risks)[0] == lead


def test_only_threats_weigh() -> None:
    assert said(THREAT + COST, THREAT + COST)[1] == "Together they weigh €1,000 (probability times amount)."
    assert said(THREAT + COST, CHANCE + COST)[1] == "The threats together weigh €500 (probability times amount)."


def test_thousands_of_risks_are_laid_out_when_they_come_into_sight_but_printed_all() -> None:
    css = (Path(__file__).parents[2] / "templates/assets/css/risks.css").read_text(encoding="utf-8")
    (screen,) = [block for block in css.split("@media ") if "content-visibility" in block]
    assert screen.startswith("screen {")
    assert ".ecompm-risk:nth-of-type(n + 101)" in screen.partition("content-visibility")[0]
