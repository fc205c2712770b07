"""How the promises moved: from the series of the history to the sentence, the chart and the table."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from textwrap import dedent

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.history import History, Point, Series
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.timeline import schedule
from mkdocs_ecompm.registers.timeline_axis import FONT_SIZE, text_width
from mkdocs_ecompm.registers.timeline_promises import Promise, promises, sentence_of
from mkdocs_ecompm.registers.timeline_trend import LEFT, RIGHT, WIDTH, Trend, draw
from mkdocs_ecompm.site.pages import Site

TODAY = date(2026, 8, 24)
PLAN = """
    milestones:
      - {id: M1, name: Charter signed, date: 2026-01-30, reached: 2026-01-28}
      - {id: M2, name: Go-live, date: 2026-10-20}
      - {id: M3, name: Closed, date: 2026-12-01}
      - {id: M4, name: Never said before, date: 2026-12-24}
"""


def series(name: str, *said: tuple[str, str | None]) -> Series:
    points = tuple(
        Point(f"{number:040x}", datetime.fromisoformat(on).replace(tzinfo=UTC), value)
        for number, (on, value) in enumerate(said)
    )
    return Series("milestone", f"timeline/{name}", name, points)


HISTORY = History(
    series=(
        series("M1", ("2025-12-01", "2026-01-30")),
        series("M2", ("2025-12-01", "2026-09-08"), ("2026-02-02", "2026-10-06"), ("2026-07-06", "2026-10-20")),
        series("M3", ("2025-12-01", "2026-12-10"), ("2026-03-02", "2026-12-01")),
    )
)


def project(history: History = HISTORY, plan: str = PLAN, today: date = TODAY) -> Project:
    state = load_state(MemoryFiles({"timeline.yml": dedent(plan).encode()}), DOCUMENTS)
    return Project(state, today, schedule=schedule(state, today), history=history)


def test_every_promise_with_the_day_it_was_made() -> None:
    found = {one.id: one for one in promises(project())}
    assert list(found) == ["M1", "M2", "M3"]
    go_live = found["M2"]
    assert (go_live.first, go_live.now, go_live.days, go_live.tone) == (
        date(2026, 9, 8),
        date(2026, 10, 20),
        42,
        "broken",
    )
    assert [(move.on, move.days) for move in go_live.moves] == [(date(2026, 2, 2), 28), (date(2026, 7, 6), 14)]
    assert (found["M1"].until, found["M1"].reached, found["M1"].tone) == (date(2026, 1, 28), True, "calm")
    assert (found["M3"].days, found["M3"].tone) == (-9, "holds")


def test_what_is_said_later_or_cannot_be_read_is_not_there() -> None:
    past = History(
        series=(
            series(
                "M2", ("2026-01-05", "soon"), ("2026-02-02", "2026-10-06"), ("2026-03-02", None), ("2026-09-01", "x")
            ),
            series("M3", ("2026-09-01", "2026-12-10")),
        )
    )
    (only,) = promises(project(past))
    assert [(said.on, said.day) for said in only.said] == [(date(2026, 2, 2), date(2026, 10, 6))]


def test_taken_out_and_put_back_is_one_promise() -> None:
    past = History(
        series=(series("M2", ("2026-01-05", "2026-10-06"), ("2026-02-02", None), ("2026-03-02", "2026-10-06")),)
    )
    (only,) = promises(project(past))
    assert only.moves == ()


def test_the_sentence_names_the_one_that_matters_most() -> None:
    found = promises(project())
    said = sentence_of(found, "M2")
    assert said.lead == "One of three milestones kept its first day."
    assert said.rest == "Go-live moved twice, by 42 days in all: 8 Sept → 20 Oct."
    kept = sentence_of(promises(project(History(series=HISTORY.series[:1]))), "M2")
    assert (kept.lead, kept.rest) == ("The milestone kept its first day.", "")


def test_a_rising_line_is_a_slip_and_a_falling_one_is_not() -> None:
    chart = draw(promises(project()), TODAY, "M2")
    assert chart is not None
    lines = {line.id: line for line in chart.lines}
    heights = [y for _, y in lines["M2"].dots]
    assert heights == sorted(heights, reverse=True)
    assert len(re.findall("M", lines["M2"].slips)) == 2
    assert lines["M2"].gains == ""
    assert (lines["M3"].slips, len(re.findall("M", lines["M3"].gains))) == ("", 1)
    assert (lines["M1"].slips, lines["M1"].gains, lines["M1"].moved) == ("", "", "")
    assert (lines["M2"].moved, lines["M3"].moved) == ("+42 d", "-9 d")
    assert [line.goal for line in chart.lines] == [False, True, False]


def test_a_reached_milestone_ends_on_its_day_and_its_name_stands_at_the_edge() -> None:
    chart = draw(promises(project()), TODAY)
    assert chart is not None
    first, second, _ = chart.lines
    assert first.end[0] < RIGHT / 2
    assert first.after.endswith(f"H{RIGHT}")
    assert second.end[0] == pytest.approx(RIGHT, abs=2)
    assert second.after == ""


def many(number: int) -> tuple[Promise, ...]:
    plan = "milestones:\n"
    past = []
    for index in range(number):
        day = date(2026, 9, 1) + timedelta(days=index % 4)
        plan += f"  - {{id: M{index}, name: A milestone with a name that is long enough {index}, date: {day}}}\n"
        past.append(series(f"M{index}", ("2026-01-05", "2026-08-01"), ("2026-03-02", day.isoformat())))
    return promises(project(History(series=tuple(past)), plan))


@pytest.mark.parametrize("number", [1, 3, 20, 60])
def test_names_touch_neither_each_other_nor_the_edge(number: int) -> None:
    chart = draw(many(number), TODAY)
    assert chart is not None
    heights = sorted(line.y for line in chart.lines)
    assert all(below - above >= FONT_SIZE for above, below in pairwise(heights))
    assert heights[0] >= FONT_SIZE
    assert heights[-1] <= chart.height
    for line in chart.lines:
        assert RIGHT + 18 + text_width(f"{line.name} {line.moved}") <= WIDTH


def inside(chart: Trend) -> bool:
    places = [place for line in chart.lines for place in (*line.dots, line.end)]
    return all(LEFT <= x <= RIGHT and 0 <= y <= chart.bottom for x, y in places)


@pytest.mark.parametrize("today", [date(2025, 12, 1), date(2025, 12, 2), TODAY, date(2031, 1, 1)])
def test_everything_lies_inside_the_axes(today: date) -> None:
    chart = draw(promises(project(today=today)), today)
    assert chart is not None
    assert inside(chart)


def test_without_a_past_there_is_no_chart() -> None:
    assert draw((), TODAY) is None
    html = Site(project(History())).page("timeline").html
    assert "promises" not in html


def test_the_page_has_the_chart_and_the_same_in_a_table() -> None:
    page = Site(project()).page("timeline")
    assert "promises" in {heading.anchor for heading in page.headings}
    chart = page.html[page.html.index('aria-labelledby="ecompm-trend-title') :]
    assert "Go-live: 8 Sept 2026, from 2 Feb 2026 on 6 Oct 2026, from 6 Jul 2026 on 20 Oct 2026." in chart
    table = chart[chart.index("<table") :]
    assert "2 Feb 2026: 8 Sept → 6 Oct" in table
    assert "+42 days" in table
    assert "✓ reached 28 Jan 2026" in table


def test_a_name_is_text_in_the_chart() -> None:
    plan = PLAN.replace("Go-live", "'<b>{{ 7 * 7 }}</b>'")
    html = Site(project(plan=plan)).page("timeline").html
    assert "<b>" not in html
    assert "{{ 7 * 7 }}" in html


def test_a_draft_says_that_it_is_not_committed() -> None:
    draft = HISTORY.series[1]
    draft = replace(draft, points=(*draft.points, Point("", datetime(2026, 8, 24, tzinfo=UTC), "2026-10-27")))
    html = Site(project(History(series=(draft,)))).page("timeline").html
    assert "not committed yet" in html


def test_what_was_said_on_one_day_alone_is_no_trend() -> None:
    once = History(series=(series("M2", ("2026-02-02", "2026-10-20")), series("M3", ("2026-02-02", "2026-12-01"))))
    found = Site(project(once)).views["timeline"]
    assert found.context.promises is None
    assert "promises" not in {heading.anchor for heading in found.headings}


def test_none_kept_is_said_in_plain_words() -> None:
    moved = [one for one in promises(project()) if one.moves]
    assert sentence_of(moved, "").lead == "None of two milestones kept its first day."
    assert sentence_of(moved[:1], "").lead == "The milestone did not keep its first day."


def test_a_long_name_is_cut_before_its_day() -> None:
    plan = PLAN.replace("Closed", "Every last thing of the project closed, archived and handed over to those who go on")
    trend = draw(promises(project(plan=plan)), date(2027, 2, 1))
    assert trend is not None
    assert [line.name[-13:] for line in trend.lines if line.id == "M3"] == ["…, 1 Dec 2026"]


def test_what_moved_in_another_year_names_it() -> None:
    (go_live,) = (one for one in promises(project()) if one.id == "M2")
    assert sentence_of([go_live], "M2", TODAY).rest.endswith("8 Sept → 20 Oct.")
    assert sentence_of([go_live], "M2", date(2027, 1, 4)).rest.endswith("8 Sept 2026 → 20 Oct 2026.")
