"""The path of a risk: from the series of the history to the small line, the chart and the table."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from textwrap import dedent

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.history import History, Point, Revision, Series
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.risks_path import HEIGHT, SPARK_HEIGHT, SPARK_WIDTH, WIDTH
from mkdocs_ecompm.registers.risks_views import RiskRow, RisksView, rows_of
from mkdocs_ecompm.site.pages import Site

TODAY = date(2026, 8, 24)
RISKS = """
    risks:
      - {id: R-1, title: Lost rankings, kind: threat, likelihood: 4, impact: 5, owner: mia, status: open}
      - {id: R-2, title: Overselling, kind: threat, likelihood: 2, impact: 3, owner: mia, status: open}
      - {id: R-3, title: Stands still, kind: threat, likelihood: 3, impact: 3, owner: mia, status: open}
      - {id: R-4, title: Without a past, kind: threat, likelihood: 1, impact: 1, owner: mia, status: open}
"""


def series(kind: str, name: str, *said: tuple[str, str | None]) -> Series:
    points = tuple(
        Point(f"{number:040x}", datetime.fromisoformat(on).replace(tzinfo=UTC), value)
        for number, (on, value) in enumerate(said)
    )
    return Series(kind, f"risks/{name}", name, points)


HISTORY = History(
    series=(
        series("risk", "R-1", ("2026-02-02", "10"), ("2026-04-06", "15"), ("2026-08-10", "20")),
        series("risk-likelihood", "R-1", ("2026-02-02", "2"), ("2026-04-06", "3"), ("2026-08-10", "4")),
        series("risk-impact", "R-1", ("2026-02-02", "5")),
        series("risk", "R-2", ("2026-02-02", "12"), ("2026-08-03", "6")),
        series("risk", "R-3", ("2026-03-02", "9")),
    )
)


def project(history: History = HISTORY, risks: str = RISKS) -> Project:
    files = {"risks.yml": risks, "people.yml": "people: [{id: mia, name: Mia}]\n"}
    state = load_state(MemoryFiles({name: dedent(text).encode() for name, text in files.items()}), DOCUMENTS)
    return Project(state, TODAY, history=history)


def rows(found: Project) -> dict[str, RiskRow]:
    return {row.id: row for row in rows_of(found)}


def test_a_path_says_where_it_went_and_from_where() -> None:
    found = rows(project())
    paths = {name: row.path for name, row in found.items()}
    rising, falling, flat = paths["R-1"], paths["R-2"], paths["R-3"]
    assert rising is not None
    assert falling is not None
    assert flat is not None
    assert paths["R-4"] is None
    assert (rising.was, rising.sign, rising.went) == (15, "↗", "rose")
    assert (falling.was, falling.sign, falling.went) == (12, "↘", "fell")
    assert (flat.was, flat.sign, flat.words) == (None, "→", "9 since 2 Mar 2026")
    assert rising.words == "10 on 2 Feb 2026, 15 from 6 Apr 2026, 20 from 10 Aug 2026"
    assert [(step.score, step.likelihood, step.impact) for step in rising.steps] == [(10, 2, 5), (15, 3, 5), (20, 4, 5)]


def test_where_the_history_is_cut_off_a_score_is_older_than_it_seems() -> None:
    said = (series("risk", "R-1", ("2026-08-10", "20")), series("risk", "R-2", ("2026-08-11", "6")))
    known = [point._replace(commit="f" * 40) for point in said[1].points]
    begin = Revision("0" * 40, datetime(2026, 8, 10, tzinfo=UTC), "Ana", "Begin")
    past = History(revisions=(begin,), series=(said[0], replace(said[1], points=tuple(known))))
    words = {
        (shallow, name): row.path.words
        for shallow in (False, True)
        for name, row in rows(project(replace(past, shallow=shallow))).items()
        if row.path
    }
    assert words == {
        (False, "R-1"): "20 since 10 Aug 2026",
        (False, "R-2"): "6 since 11 Aug 2026",
        (True, "R-1"): "20 on 10 Aug 2026, when the history in this copy begins",
        (True, "R-2"): "6 since 11 Aug 2026",
    }


def test_a_day_of_another_year_names_it_and_has_the_room() -> None:
    said = series("risk", "R-1", ("2025-02-03", "10"), ("2025-04-07", "15"), ("2026-02-02", "12"), ("2026-08-10", "20"))
    path = rows(project(History(series=(said,))))["R-1"].path
    assert path is not None
    marks = path.drawing.marks
    assert [mark.day for mark in marks] == ["3 Feb 2025", "", "2 Feb", "10 Aug"]
    assert marks[0].x + 6.2 * len(marks[0].day) < marks[2].x


@pytest.mark.parametrize("value", [None, "", "much", "4.5", "²"])
def test_what_cannot_be_read_says_nothing(value: str | None) -> None:
    past = History(series=(series("risk", "R-1", ("2026-02-02", "10"), ("2026-03-02", value), ("2026-09-01", "25")),))
    path = rows(project(past))["R-1"].path
    assert path is not None
    assert [step.score for step in path.steps] == [10]


def places(path: str) -> list[tuple[float, float]]:
    """The corners of a line of steps."""
    found: list[tuple[float, float]] = []
    for sign, one, other in re.findall(r"([MHV])([\d.]+)(?: ([\d.]+))?", path):
        x, y = found[-1] if found else (0.0, 0.0)
        found.append((float(one), float(other)) if sign == "M" else (float(one), y) if sign == "H" else (x, float(one)))
    return found


def test_a_higher_score_stands_higher_and_all_stay_inside() -> None:
    risk = rows(project())["R-1"]
    assert risk.path is not None
    drawing = risk.path.drawing
    for line, width, height in ((drawing.path, WIDTH, HEIGHT), (drawing.spark, SPARK_WIDTH, SPARK_HEIGHT)):
        corners = places(line)
        assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
        assert [y for _, y in corners] == sorted((y for _, y in corners), reverse=True)
        assert [x for x, _ in corners] == sorted(x for x, _ in corners)
    assert [mark.score for mark in drawing.marks] == [10, 15, 20]


def test_the_bands_cover_the_chart_without_a_gap() -> None:
    path = rows(project())["R-1"].path
    assert path is not None
    bands = sorted(path.drawing.bands, key=lambda band: band.y)
    assert [band.tone for band in bands] == ["broken", "waits", "holds"]
    assert all(one.y + one.height == pytest.approx(two.y, abs=0.2) for one, two in pairwise(bands))


def test_days_that_would_touch_are_left_out() -> None:
    days = [f"2026-08-{day:02d}" for day in range(3, 23)]
    past = History(
        series=(
            series("risk", "R-2", ("2026-01-05", "6")),
            series("risk", "R-1", *((day, str(4 + number % 2)) for number, day in enumerate(days))),
        )
    )
    path = rows(project(past))["R-1"].path
    assert path is not None
    shown = [mark.x for mark in path.drawing.marks if mark.day]
    assert all(two - one >= 40 for one, two in pairwise(shown))


def view(found: Project) -> RisksView:
    context = Site(found).views["risks"].context
    assert isinstance(context, RisksView)
    return context


def test_the_sentence_tells_what_moved_in_the_last_month() -> None:
    assert (
        "R-1 (15 → 20) rose in the last 30 days; R-2 (12 → 6) fell in the last 30 days" in view(project()).sentence.rest
    )
    old = replace(project(), as_of=date(2026, 12, 1))
    assert "30 days" not in view(old).sentence.rest


def test_the_page_has_lines_in_the_ranking_and_a_chart_with_its_table() -> None:
    html = Site(project()).page("risks").html
    assert 'aria-label="rose: 10 on 2 Feb 2026, 15 from 6 Apr 2026, 20 from 10 Aug 2026"' in html
    assert html.count('class="ecompm-path-spark"') == 3
    assert html.count("ecompm-risk__path") == 2
    assert "Score 9 since 2 Mar 2026." in html
    table = html[html.index('<caption class="ecompm-sr">Score of R-1 over time') :]
    table = table[: table.index("</table>")]
    assert re.findall(r'<td class="ecompm-number">(\d+)</td>', table) == [
        "10",
        "2",
        "5",
        "15",
        "3",
        "5",
        "20",
        "4",
        "5",
    ]


def test_without_a_past_nothing_is_added() -> None:
    html = Site(project(History())).page("risks").html
    assert "Path" not in html
    assert "ecompm-path-spark" not in html


def test_a_map_leads_to_each_risk() -> None:
    html = Site(project()).page("risks").html
    overlay = html[html.index("ecompm-gantt-spots") : html.index("</figure>")]
    assert re.findall(r'xlink:href="ecompm:risks#(R-\d)"', overlay) == ["R-1", "R-3", "R-2", "R-4"]
