"""The first page of plans that are not the example: what is late, what comes next, days of other years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.overview import OverviewView
from mkdocs_ecompm.site.pages import Site

Make = Callable[..., Project]

PLAN = """
    milestones:
      - {id: M1, name: Go-live, date: 2026-05-11}
      - {id: M2, name: Trial closed, date: 2026-05-04}
    gates:
      - {id: G1, name: Ready, date: 2026-05-20}
      - {id: G2, name: Done, date: 2027-06-01}
    tasks:
      - {id: T, name: Build, duration: 2d, not_before: 2026-05-04}
"""


def overview(project: Project) -> OverviewView:
    context = Site(project).views["index"].context
    assert isinstance(context, OverviewView)
    return context


def test_a_missed_go_live_is_said_alike_in_the_sentence_and_on_its_card(make: Make) -> None:
    view = overview(make(timeline=PLAN))
    assert view.sentence.lead == "Go-live was promised for 11 May and has not been reached."
    assert (view.figures[0].value, view.figures[0].more) == ("11 May", "not reached, 14 days late")
    assert view.figures[0].tone == "broken"


def test_what_comes_next_is_ahead(make: Make) -> None:
    assert [item.ref for item in overview(make(timeline=PLAN)).ahead] == ["timeline/G2"]
    before = overview(make(timeline=PLAN, as_of=date(2026, 5, 1)))
    assert [item.ref for item in before.ahead] == ["timeline/M2", "timeline/M1", "timeline/G1", "timeline/G2"]


def test_a_day_of_another_year_is_shown_with_it(make: Make) -> None:
    assert "1 Jun 2027" in Site(make(timeline=PLAN)).page("index").html
