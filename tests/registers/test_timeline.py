"""The plan as it is written: reading, dates, findings, duties, and the page."""

from __future__ import annotations

import re
import sys
from datetime import date
from itertools import pairwise
from textwrap import dedent
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status
from mkdocs_ecompm.registers import DOCUMENTS, timeline_holidays
from mkdocs_ecompm.registers.timeline import REGISTER, schedule
from mkdocs_ecompm.registers.timeline_axis import Axis, text_width
from mkdocs_ecompm.registers.timeline_bars import bar_of, pieces_of
from mkdocs_ecompm.registers.timeline_gantt import WIDTH, Gantt, Work
from mkdocs_ecompm.registers.timeline_views import TimelineView
from mkdocs_ecompm.site.pages import Site

PROJECT = """
id: shop
name: Shop
start: 2026-03-02
calendar:
  holidays: [2026-03-06]
  freezes:
    - {name: Black Week, from: 2026-03-23, to: 2026-03-27}
"""


def project(timeline: str, as_of: str = "2026-03-02", signoffs: Signoffs | None = None, **more: str) -> Project:
    files = {"timeline.yml": timeline, "project.yml": PROJECT} | {f"{name}.yml": text for name, text in more.items()}
    state = load_state(MemoryFiles({path: dedent(text).encode() for path, text in files.items()}), DOCUMENTS)
    day = date.fromisoformat(as_of)
    return Project(state=state, as_of=day, schedule=schedule(state, day), signoffs=signoffs or Signoffs())


def findings(found: Project) -> list[tuple[str, int]]:
    """Code and line of everything that is wrong with timeline.yml."""
    both: list[Finding] = [*found.state.findings, *REGISTER.check(found)]
    return [(item.code, item.source.line) for item in both if item.source and item.source.path.endswith("timeline.yml")]


def early(found: Project, name: str) -> tuple[float, float]:
    assert found.schedule is not None
    task = found.schedule.tasks[name]
    return task.early_start, task.early_finish


def page(found: Project) -> TimelineView:
    (view,) = REGISTER.views(found)
    assert isinstance(view.context, TimelineView)
    return view.context


# --- reading --------------------------------------------------------------------------------------------------------


def test_every_field_of_the_contract_is_read() -> None:
    found = project(
        """\
        phases: [{id: planning, name: Planning, start: 2026-03-02, end: 2026-12-31}]
        gates:
          - {id: G1, name: Ready, closes: planning, opens: planning, date: 2026-05-01,
             requires: [charter, raci/delivery], decision: go with conditions, decided_on: 2026-05-01,
             criteria: [{id: c, what: signed, met: yes}],
             conditions: [{id: d, what: contract, due: 2026-05-02, done: no}]}
        milestones: [{id: M10, name: Go-live, date: 2026-10-06, reached: 2026-10-07, phase: planning, after: [T-002]}]
        tasks:
          - {id: T-000, name: Zero, duration: 0d}
          - {id: T-001, name: One, duration: 1.5d, actual: {start: 2026-03-02, finish: 2026-03-03}}
          - {id: T-002, name: Workshop, phase: planning, wbs: "2.1", duration: 1w, effort: 8d, not_before: 2026-03-02,
             after: [T-000, {task: t-001, type: SS, lag: -2d}, timeline/T-000], progress: 40,
             estimate: {optimistic: 3d, likely: 5d, pessimistic: 12d}}
        """
    )
    assert findings(found) == []
    assert found.schedule is not None
    assert list(found.schedule.tasks) == ["T-000", "T-001", "T-002", "M10"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("- {id: T, name: T}", "missing-key"),
        ("- {id: T, duration: 1d}", "missing-key"),
        ("- {id: T, name: T, duration: 5}", "wrong-type"),
        ("- {id: T, name: T, duration: -1d}", "value-out-of-range"),
        ("- {id: T, name: T, duration: 1d, progress: 101}", "value-out-of-range"),
        ("- {id: T, name: T, duration: 1d, phase: nowhere}", "unknown-reference"),
        ("- {id: T, name: T, duration: 1d, after: [X]}", "unknown-reference"),
        ("- {id: T, name: T, duration: 1d, after: A}", "list-expected"),
        ("- {id: T, name: T, duration: 1d, after: [{task: A, type: EA}]}", "unknown-value"),
        ("- {id: T, name: T, duration: 1d, after: [{task: A, lags: 2d}]}", "unknown-key"),
        ("- {id: T, name: T, duration: 1d, actual: {start: 2026-03-03, finish: 2026-03-02}}", "value-out-of-range"),
        (
            "- {id: T, name: T, duration: 1d, estimate: {optimistic: 3d, likely: 2d, pessimistic: 4d}}",
            "value-out-of-range",
        ),
        ("- {id: T, name: T, duration: 1d, after: [T]}", "dependency-cycle"),
    ],
)
def test_a_fault_is_one_finding(line: str, code: str) -> None:
    assert findings(project(f"tasks:\n  - {{id: A, name: A, duration: 1d}}\n  {line}\n")) == [(code, 3)]


def test_a_phase_ends_after_it_starts() -> None:
    text = "phases:\n  - id: p\n    name: P\n    start: 2026-03-03\n    end: 2026-03-02\n"
    assert findings(project(text)) == [("value-out-of-range", 5)]


def test_a_summary_needs_no_duration() -> None:
    found = project(
        'tasks:\n  - {id: S, name: S, wbs: "1"}\n  - {id: A, name: A, wbs: "1.1", duration: 2d}\n'
        "  - {id: B, name: B, duration: 1d, after: [S]}\n"
    )
    assert findings(found) == []
    assert early(found, "B") == (2, 3)


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_offsets_count_from_the_start_of_the_project_over_holidays() -> None:
    found = project("tasks:\n  - {id: A, name: A, duration: 1w}\n")
    assert found.schedule is not None
    assert early(found, "A") == (0, 5)
    assert found.schedule.finish == date(2026, 3, 9)


def test_without_a_start_the_earliest_day_of_the_plan_counts() -> None:
    text = "tasks:\n  - {id: A, name: A, duration: 1d}\n  - {id: B, name: B, duration: 1d, not_before: 2026-02-04}\n"
    text += "milestones:\n  - {id: M, name: M, date: 2026-02-03}\n"
    found = project(text, project="id: shop\nname: Shop\n")
    assert found.schedule is not None
    assert found.schedule.start == date(2026, 2, 3)
    assert early(found, "B") == (1, 2)


def test_a_week_has_the_working_days_of_the_calendar() -> None:
    four = "id: s\nname: S\nstart: 2026-03-02\ncalendar:\n  workdays: [mon, tue, wed, thu]\n"
    found = project("tasks:\n  - {id: A, name: A, duration: 2w}\n", project=four)
    assert early(found, "A") == (0, 8)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("due: 2026-03-10", 5),
        ("due: 2026-03-10\n    status: met\n    met_on: 2026-03-04", 2),
        ("due: 2026-03-10\n    status: waived", 0),
        ("status: open", 0),
    ],
)
def test_a_task_waits_for_the_day_of_an_obligation(fields: str, expected: float) -> None:
    found = project(
        "tasks:\n  - {id: A, name: A, duration: 1d, after: [O-2]}\n",
        obligations=f"obligations:\n  - id: O-2\n    party: it\n    what: W\n    {fields}\n",
    )
    assert early(found, "A")[0] == expected


def test_progress_makes_as_of_the_status_date() -> None:
    text = "tasks:\n  - {id: A, name: A, duration: 4d%s}\n"
    assert early(project(text % "", "2026-03-10"), "A") == (0, 4)
    assert early(project(text % ", progress: 0", "2026-03-10"), "A") == (5, 9)
    assert early(project(text % ", progress: 50", "2026-03-10"), "A") == (0, 7)


def test_public_holidays_of_a_country_come_from_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def country_holidays(country: str, *, subdiv: str | None, years: range) -> dict[date, str]:
        if country != "DE":
            raise NotImplementedError
        return {date(2026, 3, 3): f"{subdiv} {years[0]}"}

    given = "id: s\nname: S\nstart: 2026-03-02\ncalendar:\n  country: %s\n"
    text = "tasks:\n  - {id: A, name: A, duration: 2d}\n"
    monkeypatch.setitem(sys.modules, "holidays", SimpleNamespace(country_holidays=country_holidays))
    timeline_holidays.public_holidays.cache_clear()
    german, elsewhere = project(text, project=given % "de-hh"), project(text, project=given % "XX")
    assert german.schedule is not None
    assert german.schedule.finish == date(2026, 3, 4)
    assert list(REGISTER.check(german)) == []
    (finding,) = REGISTER.check(elsewhere)
    assert (finding.code, finding.source and finding.source.line) == ("holidays-unknown", 5)
    monkeypatch.setitem(sys.modules, "holidays", None)
    timeline_holidays.public_holidays.cache_clear()
    (finding,) = REGISTER.check(project(text, project=given % "DE"))
    assert finding.severity == "info"
    timeline_holidays.public_holidays.cache_clear()


# --- findings about the project ---------------------------------------------------------------------------------------


def test_a_cycle_is_named_in_order_at_the_dependency_that_closes_it() -> None:
    found = project(
        """\
        tasks:
          - id: A
            name: A
            duration: 1d
            after:
              - Z
              - C
          - {id: B, name: B, duration: 1d, after: [A]}
          - {id: C, name: C, duration: 1d, after: [B]}
          - {id: Z, name: Z, duration: 1d}
        """
    )
    (cycle,) = REGISTER.check(found)
    assert cycle.message == "A → B → C → A wait for each other in a circle"
    assert findings(found) == [("dependency-cycle", 7)]
    assert page(found).sentence.lead == "The plan cannot be computed."


DATES = """\
phases:
  - {id: p, name: P, start: 2026-03-02, end: 2026-03-09}
gates:
  - {id: G, name: G, closes: p, date: 2026-03-10, decision: open}
milestones:
  - {id: M, name: M, date: %s, after: [A], phase: p}
  - {id: N, name: N, date: 2025-01-01}
tasks:
  - {id: A, name: A, duration: 10d, phase: p}
"""


def test_a_date_before_the_network_tells_the_days_missing() -> None:
    found = project(DATES % "2026-03-11")
    assert findings(found) == [("date-before-network", line) for line in (6, 2, 4)]
    assert "the plan allows 2026-03-16: 5 days missing (3 working)" in next(iter(REGISTER.check(found))).message


def test_a_date_that_the_network_reaches_is_fine() -> None:
    text = (DATES % "2026-03-16").replace("2026-03-09", "2026-03-16").replace("2026-03-10", "2026-03-16")
    assert findings(project(text)) == []


def test_what_is_reached_decided_or_done_is_not_compared() -> None:
    text = (DATES % "2026-03-04, reached: 2026-03-05").replace("open", "go")
    done = text.replace("duration: 10d", "duration: 10d, progress: 100")
    assert findings(project(done, "2026-04-01")) == []


GATE = """\
phases:
  - {id: p, name: P, start: 2026-03-10, end: 2026-03-31}
gates:
  - {id: G, name: G, opens: p, date: 2026-03-09, decision: %s}
"""


def agreed(status: Status) -> Signoffs:
    slot = Slot("sponsor", status)
    agreement = Agreement(
        artifact="timeline/G",
        digest=None,
        status=status,
        due=None,
        overdue=False,
        changed=False,
        changed_since=(),
        requires_not_valid=(),
        slots=(slot,),
    )
    return Signoffs(agreements=(agreement,))


@pytest.mark.parametrize(
    ("decision", "as_of", "signoffs", "complains"),
    [
        ("open", "2026-03-09", None, False),
        ("open", "2026-03-10", None, True),
        ("stop", "2026-03-10", None, True),
        ("go", "2026-03-10", None, False),
        ("go with conditions", "2026-03-10", None, False),
        ("go", "2026-03-10", agreed(Status.MISSING), True),
        ("go", "2026-03-10", agreed(Status.STALE), True),
        ("go", "2026-03-10", agreed(Status.UNVERIFIABLE), False),  # what cannot be read is a finding of its own
        ("open", "2026-03-10", agreed(Status.VALID), False),
        ("stop", "2026-03-10", agreed(Status.VALID), True),
        ("repeat", "2026-03-10", agreed(Status.VALID), True),
    ],
)
def test_a_phase_waits_for_the_signature_of_its_gate(
    decision: str, as_of: str, signoffs: Signoffs | None, complains: bool
) -> None:
    found = project(GATE % decision, as_of, signoffs)
    assert findings(found) == ([("gate-not-signed", 4)] if complains else [])


@pytest.mark.parametrize(
    ("milestone", "expected"),
    [
        ("name: Go-live, date: 2026-03-23", 1),
        ("name: Go-live, date: 2026-03-27", 1),
        ("name: Go-live, date: 2026-03-28", 0),
        ("name: Relaunch, date: 2026-03-25", 1),
        ("name: Go-live, date: 2026-03-25, reached: 2026-03-25", 0),
        ("name: End of hypercare after go-live, date: 2026-03-25", 0),
        ("name: Design signed, date: 2026-03-25", 0),
    ],
)
def test_a_go_live_in_a_freeze_is_a_finding(milestone: str, expected: int) -> None:
    found = findings(project(f"milestones:\n  - {{id: M, {milestone}}}\n"))
    assert found == [("go-live-in-freeze", 2)] * expected


def test_a_go_live_that_slips_into_a_freeze_is_a_finding() -> None:
    text = "milestones:\n  - {id: M, name: Go-live, date: 2026-03-20, after: [A]}\n"
    text += "tasks:\n  - {id: A, name: A, duration: 16d}\n"
    assert findings(project(text)) == [("date-before-network", 2), ("go-live-in-freeze", 2)]


# --- duties -----------------------------------------------------------------------------------------------------------


def test_duties_are_tasks_milestones_gates_and_conditions() -> None:
    found = project(
        """\
        phases: [{id: p, name: P, start: 2026-03-02, end: 2026-03-31}]
        gates:
          - {id: G, name: Gate, opens: p, date: 2026-03-01, decision: go,
             conditions: [{id: c, what: Contract, owner: it, due: 2026-03-05, done: no}]}
        milestones: [{id: M, name: Live, date: 2026-03-20, after: [A], reached: 2026-03-19}]
        tasks:
          - {id: S, name: Summary, wbs: "1"}
          - {id: A, name: Build, wbs: "1.1", duration: 5d, owner: it, progress: 100}
          - {id: B, name: Test, duration: 1d, after: [A]}
        """,
        signoffs=agreed(Status.VALID),
    )
    duties = [(duty.kind, duty.ref, duty.who, duty.due, duty.done, duty.blocks) for duty in REGISTER.duties(found)]
    assert found.schedule is not None
    assert duties == [
        ("task", "timeline/A", ("it",), found.schedule.tasks["A"].finish, True, ("timeline/B", "timeline/M")),
        ("task", "timeline/B", (), found.schedule.tasks["B"].finish, False, ()),
        ("milestone", "timeline/M", (), date(2026, 3, 20), True, ()),
        ("gate", "timeline/G", ("sponsor",), date(2026, 3, 1), True, ("timeline/p",)),
        ("condition", "timeline/G", ("it",), date(2026, 3, 5), False, ()),
    ]


# --- the page ---------------------------------------------------------------------------------------------------------

PAGE = """\
phases:
  - {id: planning, name: Planning, start: 2026-03-02, end: 2026-03-31}
  - {id: build, name: Build, start: 2026-04-01, end: 2026-06-30}
gates:
  - {id: G1, name: Ready to build, closes: planning, opens: build, date: 2026-03-31, requires: [charter],
     criteria: [{id: a, what: Budget approved, met: no}, {id: b, what: Team there, met: yes}]}
  - {id: G2, name: Ready for a very long name that has to find a place beside another gate, closes: planning,
     date: 2026-03-30}
milestones:
  - {id: M1, name: Go-live, date: 2026-05-20, phase: build, after: [T-3]}
tasks:
  - {id: T-1, name: Requirements, phase: planning, duration: 20d, progress: 100}
  - {id: T-2, name: Design, phase: build, duration: 10d, after: [T-1], progress: 30}
  - {id: T-3, name: Interfaces, phase: build, duration: 40d, after: [T-1]}
  - {id: T-4, name: Texts, duration: 5d}
"""


def test_the_sentence_says_when_why_and_what_the_gate_waits_for() -> None:
    view = page(project(PAGE, "2026-03-30"))
    assert view.sentence.lead == "Go-live: 22 May."
    assert view.sentence.rest == (
        "That is 2 days later than promised, 20 May. The critical path runs through Interfaces. "
        "Gate G1 waits for one criterion."
    )
    assert [card.mark.word for card in view.gates] == ["open", "ready to decide"]
    assert view.gates[0].sentence.rest.startswith("One criterion is missing")


def test_every_task_is_in_the_table_and_in_the_chart() -> None:
    view = page(project(PAGE, "2026-03-30"))
    assert [row.id for row in view.rows] == ["T-1", "T-2", "T-3", "T-4", "M1"]
    assert [row.critical for row in view.rows if row.id == "T-3"] == [True]
    assert view.gantt is not None
    assert {bar.work.id for bar in view.gantt.bars} == {"T-1", "T-2", "T-3", "T-4"}
    assert [head.name.text for head in view.gantt.heads] == ["Planning", "Build"]
    assert [route.critical for route in view.gantt.waits] == [False, True, True]


def boxes(chart: Gantt) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every label in the chart."""
    labels = [item.label for item in (*chart.bars, *chart.milestones, *chart.gates)]
    labels += [head.name for head in chart.heads]
    found = []
    for label in labels:
        wide = text_width(label.text)
        left = label.x - wide if label.anchor == "end" else label.x
        found.append((left, label.y - 8, left + wide, label.y + 2))
    return found


@pytest.mark.parametrize("as_of", ["2026-03-30", "2026-12-24", "2020-01-01"])
def test_labels_stay_inside_and_do_not_touch(as_of: str) -> None:
    chart = page(project(PAGE, as_of)).gantt
    assert chart is not None
    found = boxes(chart)
    for index, (left, top, right, bottom) in enumerate(found):
        assert left >= 0
        assert right <= WIDTH
        for other_left, other_top, other_right, other_bottom in found[index + 1 :]:
            apart = right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top
            assert apart, (left, top, other_left, other_top)


def test_a_label_goes_right_then_left_then_inside_its_bar() -> None:
    text = "tasks:\n"
    text += "  - {id: A, name: Short and early, duration: 10d}\n"
    text += "  - {id: B, name: Short and late, duration: 10d, not_before: 2026-12-01}\n"
    text += "  - {id: C, name: As long as the plan itself, duration: 205d}\n"
    text += f"  - {{id: D, name: {'Nothing can hold this ' * 20}, duration: 205d}}\n"
    chart = page(project(text)).gantt
    assert chart is not None
    labels = {bar.work.id: bar.label for bar in chart.bars}
    assert [(labels[name].anchor, labels[name].inside) for name in "ABCD"] == [
        ("start", False),
        ("end", False),
        ("start", True),
        ("start", True),
    ]
    assert labels["D"].text.endswith("…")
    assert labels["C"].text == "As long as the plan itself"


def test_a_crowded_chart_shows_the_tasks_with_the_least_float() -> None:
    tasks = "".join(f"  - {{id: T{n}, name: Task {n}, duration: {n % 9 + 1}d}}\n" for n in range(600))
    view = page(project("tasks:\n" + tasks))
    assert view.gantt is not None
    assert len(view.gantt.bars) == 120
    assert view.left_out == 480
    assert {bar.work.id for bar in view.gantt.bars} >= {f"T{n}" for n in range(8, 600, 9)}
    assert len(view.rows) == 600


@pytest.mark.parametrize("text", ["", "tasks: []\n", "tasks:\n  - {id: A, name: A, duration: 1d, after: [A]}\n"])
def test_a_plan_without_days_has_a_sentence_and_no_chart(text: str) -> None:
    view = page(project(text))
    assert view.gantt is None
    assert view.sentence.lead


def test_a_passed_gate_says_what_is_still_owed() -> None:
    text = """\
    gates:
      - {id: G, name: G, date: 2026-03-01, decision: go with conditions, decided_on: 2026-03-02,
         conditions: [{id: a, what: A, due: 2026-03-05}, {id: b, what: B, done: yes}]}
    """
    (card,) = page(project(text, "2026-03-09")).gates
    assert card.mark.word == "passed"
    assert (card.sentence.lead, card.sentence.rest) == (
        "Passed on 2 March: go with conditions.",
        "One condition still owed, one late.",
    )
    (unsigned,) = page(replace(project(text, "2026-03-09"), signoffs=agreed(Status.MISSING))).gates
    assert unsigned.mark.tone == "waits"


def html(found: Project) -> str:
    return Site(found).page("timeline").html


def test_the_rendered_page_has_the_chart_the_gates_and_the_table() -> None:
    text = html(project(PAGE, "2026-03-30"))
    chart = text[text.index("<svg") : text.index("</svg>")]
    assert 'role="img" aria-labelledby="ecompm-gantt-title ecompm-gantt-desc"' in chart
    assert "<title id=" in chart
    assert "The critical path: Interfaces" in chart or "The critical path: Requirements, Interfaces" in chart
    assert "<a " not in chart
    assert "data-search-exclude" in text[: text.index("<svg")]
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {"T-1", "T-2", "T-3", "T-4", "M1", "G1", "G2", "planning", "build", "gantt", "gates", "tasks"} <= set(ids)
    links = re.findall(r'href="ecompm:timeline#([^"]+)"', text)
    assert links
    assert set(links) <= set(ids)


def test_anchors_of_the_page_exist_in_it() -> None:
    for text in (PAGE, "tasks:\n  - {id: A, name: A, duration: 1d, after: [A]}\nphases: []\n", GATE % "open"):
        page_ = Site(project(text)).page("timeline")
        named = {*page_.anchors, *(heading.anchor for heading in page_.headings)}
        assert named <= set(re.findall(r' id="([^"]+)"', page_.html))


def test_what_people_write_is_text_everywhere() -> None:
    bad = '<script>alert(1)</script>{{ 7 * 7 }}\\" onload=x'
    plan = PAGE
    for name in ("Planning", "Ready to build", "Go-live", "Design", "Budget approved"):
        plan = plan.replace(f"name: {name},", f'name: "{bad}",').replace(f"what: {name},", f'what: "{bad}",')
    text = html(project(plan, "2026-03-30"))
    assert "<script>" not in text
    assert "{{ 7 * 7 }}" in text
    assert '" onload=x' not in text


@pytest.mark.parametrize(
    ("fields", "status", "tone", "word", "lead"),
    [
        ("date: 2026-03-10, decision: stop", None, "broken", "stopped", "Stopped here."),
        ("date: 2026-03-10, decision: repeat", None, "waits", "to be repeated", "To be repeated."),
        ("date: 2026-03-01", None, "broken", "1 day late", "Ready to be decided."),
        ("date: 2026-03-10", None, "calm", "ready to decide", "Ready to be decided."),
        ("date: 2026-03-10", Status.MISSING, "waits", "open", "Cannot pass yet."),
        ("date: 2026-03-10", Status.REJECTED, "broken", "blocked", "Cannot pass yet."),
        ("date: 2026-03-10, decision: go", Status.VALID, "holds", "passed", "Passed: go."),
    ],
)
def test_a_gate_says_how_it_stands(fields: str, status: Status | None, tone: str, word: str, lead: str) -> None:
    found = project(f"gates:\n  - {{id: G, name: G, {fields}}}\n", "2026-03-02", agreed(status) if status else None)
    (card,) = page(found).gates
    assert (card.mark.tone, card.mark.word, card.sentence.lead) == (tone, word, lead)


def test_a_long_critical_path_is_told_by_its_phases() -> None:
    text = "phases:\n  - {id: a, name: Alpha, start: 2026-03-02, end: 2026-12-31}\n"
    text += "  - {id: b, name: Beta, start: 2026-03-02, end: 2026-12-31}\ntasks:\n"
    for number in range(6):
        after = f", after: [T{number - 1}]" if number else ""
        text += f"  - {{id: T{number}, name: Task {number}, duration: 1d, phase: {'ab'[number // 3]}{after}}}\n"
    text += "  - {id: P, name: Parallel, duration: 6d}\n"
    view = page(project(text))
    assert view.sentence.lead == "The plan ends on 10 March."
    assert view.sentence.rest == (
        "The critical path runs through Alpha and Beta: 6 tasks ahead, “Task 0” first, until 2 March; "
        "one other path is as long."
    )


def test_a_slip_inside_the_tolerance_of_the_charter_waits() -> None:
    text = "milestones:\n  - {id: M, name: Go-live, date: 2026-03-04, after: [A]}\n"
    text += "tasks:\n  - {id: A, name: A, duration: 4d}\n"
    charter = "problem: P\ntolerances:\n  days: %s\n"
    inside = page(project(text, charter=charter % 1)).figures[0]
    beyond = page(project(text.replace("4d", "5d"), charter=charter % 1)).figures[0]
    plain = page(project(text)).figures[0]
    assert (inside.tone, inside.more) == ("waits", "promised 4 Mar, +1 day: 1 of 1 tolerated working day")
    assert (beyond.tone, plain.tone) == ("broken", "broken")


def test_a_reached_go_live_is_told_as_reached() -> None:
    view = page(
        project(
            "milestones:\n  - {id: M, name: Go-live, date: 2026-03-04, reached: 2026-03-05}\n"
            + PAGE[PAGE.index("tasks:") :]
        )
    )
    assert view.sentence.lead == "Go-live was reached on 5 March."


def test_a_gate_that_closes_no_phase_is_not_compared_with_work_outside_the_phases() -> None:
    text = "gates:\n  - {id: G, name: G, date: 2026-03-03}\ntasks:\n  - {id: A, name: A, duration: 20d}\n"
    assert findings(project(text)) == []


def test_a_missed_go_live_is_late_and_not_as_promised() -> None:
    text = "milestones:\n  - {id: M, name: Go-live, date: 2026-03-04}\ntasks:\n  - {id: A, name: A, duration: 1d}\n"
    view = page(project(text, "2026-03-10"))
    assert (view.figures[0].tone, view.figures[0].more) == ("broken", "not reached, 6 days late")
    assert view.sentence.lead == "Go-live was promised for 4 March and has not been reached."
    assert view.sentence.rest.startswith("That was 6 days ago.")
    assert page(project(text, "2026-03-04")).figures[0].more == "as promised"


def test_the_tolerance_counts_working_days() -> None:
    text = "milestones:\n  - {id: M, name: Go-live, date: 2026-03-05, after: [A]}\n"
    text += "tasks:\n  - {id: A, name: A, duration: 5d}\n"  # Friday is a holiday, so the fifth day is the Monday
    found = page(project(text, charter="problem: P\ntolerances: {days: 1}\n")).figures[0]
    assert (found.tone, found.more) == ("waits", "promised 5 Mar, +4 days: 1 of 1 tolerated working day")


def test_days_of_another_year_name_it() -> None:
    text = "phases:\n  - {id: p, name: P, start: 2027-03-01, end: 2027-12-01}\n"
    text += "milestones:\n  - {id: M, name: Go-live, date: 2027-07-15}\n"
    view = page(project(text + "tasks:\n  - {id: A, name: A, duration: 5d}\n"))
    assert view.figures[0].value == "15 Jul 2027"
    assert view.gantt is not None
    assert view.gantt.heads[0].days == "1 Mar \u2013 1 Dec 2027"
    assert view.gantt.milestones[0].label.text == "Go-live, 15 Jul 2027"


@pytest.mark.parametrize(("days", "first"), [(20, "2 Mar 2026"), (120, "Mar 2026")])
def test_an_axis_without_a_january_names_the_year_first(days: int, first: str) -> None:
    gantt = page(project(f"tasks:\n  - {{id: A, name: A, duration: {days}d}}\n")).gantt
    assert gantt is not None
    assert gantt.ticks[0].label == first
    shown = [tick for tick in gantt.ticks if tick.label]
    assert len(shown) > 1
    assert all(one.x + text_width(one.label) < other.x for one, other in pairwise(shown))


def test_a_january_without_room_names_no_year() -> None:
    axis = Axis(date(2026, 5, 27), date(2027, 1, 3), 6, 834)
    assert axis.ticks()[0].label == "Jun 2026"


def test_a_week_of_a_new_year_names_it() -> None:
    axis = Axis(date(2026, 12, 14), date(2027, 1, 20), 0, 800)
    assert [tick.label for tick in axis.ticks()] == [
        "14 Dec 2026",
        "21 Dec",
        "28 Dec",
        "4 Jan 2027",
        "11 Jan",
        "18 Jan",
    ]


def test_milestones_alone_are_no_work() -> None:
    view = page(project("milestones:\n  - {id: M, name: Go-live, date: 2026-11-23}\n"))
    assert [figure.label for figure in view.figures] == ["Go-live"]
    assert view.drawn == "Phases, gates and milestones on a time axis."


def test_the_rest_is_named_only_where_there_is_one() -> None:
    text = "tasks:\n  - {id: A, name: A, duration: 9d}\n"
    assert page(project(text)).figures[-1].more == ""
    with_rest = page(project(text + "  - {id: B, name: B, duration: 1d}\n"))
    assert with_rest.figures[-1].more == "the rest has more than a week of float"


def test_a_task_without_a_duration_is_said_to_have_none() -> None:
    view = page(project("tasks:\n  - {id: A, name: A, duration: 2d}\n  - {id: B, name: B}\n"))
    assert (view.left_out, view.undated) == (0, 1)


def test_what_should_have_ended_is_due_since_then() -> None:
    text = "tasks:\n" + "".join(
        f"  - {{id: T{number}, name: Task {number}, duration: 1d{f', after: [T{number - 1}]' if number else ''}}}\n"
        for number in range(6)
    )
    assert "“Task 0” first, due since 2 March." in page(project(text, "2026-05-04")).sentence.rest


def test_a_plan_that_ends_before_the_go_live_has_days_in_hand() -> None:
    text = "milestones:\n  - {id: M, name: Go-live, date: 2026-03-20, after: [A]}\n"
    view = page(project(text + "tasks:\n  - {id: A, name: A, duration: 3d}\n"))
    assert "The plan reaches it by 4 March, with 16 days in hand." in view.sentence.rest


def test_the_days_of_an_open_task_are_its_duration() -> None:
    text = "tasks:\n  - {id: A, name: A, duration: 5d, progress: 50, actual: {start: 2026-03-02}}\n"
    assert page(project(text, "2026-06-01")).rows[0].days_text == "5"


# --- a day, and moments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["2026-03-02", "2026-03-04", "2026-12-31", "9999-12-31"])
@pytest.mark.parametrize("as_of", ["2026-03-01", "2028-03-01"])
def test_a_plan_of_one_day_is_a_bar_among_named_days(start: str, as_of: str) -> None:
    text = "tasks:\n  - {id: A, name: Alone, duration: 1d}\n"
    found = project(
        text, as_of, project=f"id: shop\nname: Shop\nstart: {start}\ncalendar: {{week: [mon, tue, wed, thu, fri]}}"
    )
    gantt = page(found).gantt
    assert gantt is not None
    (bar,) = gantt.bars
    tick = next(tick for tick in gantt.ticks if abs(tick.x - bar.x) < 1)
    assert language.short_day(bar.work.start) in tick.label
    assert gantt.ticks[0].label.endswith(str(bar.work.start.year))
    if start < "9999":
        assert 7 <= len(gantt.ticks) <= 8
        assert bar.width < WIDTH / 6
        assert bar.label.x > bar.x + bar.width
    shown = [tick for tick in gantt.ticks if tick.label]
    assert all(one.x + text_width(one.label) < other.x for one, other in pairwise(shown))


def test_a_phase_of_one_day_says_it_once_and_today_is_named_once() -> None:
    text = "phases: [{id: p, name: P, start: 2026-03-04, end: 2026-03-04}]\n"
    gantt = page(project(text, "2026-03-03")).gantt
    assert gantt is not None
    assert gantt.heads[0].days == "4 Mar"
    assert gantt.today is not None
    assert "Tue 3 Mar" not in {tick.label for tick in gantt.ticks}
    assert "Wed 4 Mar" in {tick.label for tick in gantt.ticks}


@pytest.mark.parametrize("days", [2, 5, 8, 9, 10, 12, 15])
def test_every_short_plan_has_days_that_do_not_touch(days: int) -> None:
    gantt = page(project(f"tasks:\n  - {{id: A, name: A, duration: {days}d}}\n", "2028-01-01")).gantt
    assert gantt is not None
    shown = [tick for tick in gantt.ticks if tick.label]
    assert len(shown) >= 2
    assert "2026" in shown[0].label
    assert all(one.x + text_width(one.label) < other.x for one, other in pairwise(shown))


MOMENTS = """
    tasks:
      - {id: A, name: Build, duration: 5d}
      - {id: B, name: Accepted, duration: 0d, after: [A]}
      - {id: C, name: Moved, duration: 3d, after: [B]}
      - {id: D, name: Data handed over, duration: 0d}
      - {id: E, name: Signed, duration: 0d, progress: 100}
"""


def test_a_task_of_no_days_is_a_mark_on_its_day() -> None:
    view = page(project(MOMENTS))
    gantt = view.gantt
    assert gantt is not None
    bars = {bar.work.id: bar for bar in gantt.bars}
    build, accepted, handed = bars["A"], bars["B"], bars["D"]
    assert [name for name, bar in bars.items() if bar.work.moment] == ["D", "E", "B"]
    assert accepted.width == handed.width == 10
    assert build.x + build.width / 2 < accepted.x < build.x + build.width, "within the last day of what it waits for"
    assert accepted.label.x > accepted.x + accepted.width
    assert {"Accepted", "Data handed over", "✓ Signed"} <= {bar.label.text for bar in gantt.bars}
    assert accepted.work.title == "B Accepted: 9 Mar 2026, critical"
    marks = {shape.css: shape.path for shape in gantt.shapes if shape.css.startswith("moment")}
    assert {name: path.count("M") for name, path in marks.items()} == {"moment": 2, "moment--critical": 1}
    assert marks["moment--critical"] == f"M{accepted.x + 5:.1f} {accepted.y:.1f}l5 5l-5 5l-5 -5z"
    bodies = "".join(shape.path for shape in gantt.shapes if shape.css.startswith("body"))
    assert bodies.count("M") == 2
    assert len(gantt.spots) == 5
    html = Site(project(MOMENTS)).page("timeline").html
    assert "A small diamond: a task that takes no time." in html
    assert "small diamond" not in Site(project("tasks: [{id: A, name: A, duration: 1d}]")).page("timeline").html


def test_a_moment_at_the_edge_of_the_chart_is_inside_it() -> None:
    name = "A decision that is taken on the last day, and has a name for which there is no room to its right"
    text = f"tasks:\n  - {{id: A, name: A, duration: 200d}}\n  - {{id: B, name: '{name}', duration: 0d, after: [A]}}\n"
    gantt = page(project(text)).gantt
    assert gantt is not None
    (last,) = [bar for bar in gantt.bars if bar.work.moment]
    assert last.label.anchor == "end"
    assert last.x + last.width <= WIDTH
    assert last.label.x < last.x


def test_a_name_in_a_bar_is_not_struck_through() -> None:
    work = Work("A", "A", "task", date(2026, 3, 2), date(2026, 12, 31), progress=50)
    drawn = bar_of(Axis(date(2026, 3, 2), date(2026, 12, 31), 6, 834), work, 50.0)
    assert drawn.label.inside
    done = next(piece.path for piece in pieces_of(drawn) if piece.kind == "done")
    assert float(done.split()[1].partition("h")[0]) >= drawn.label.y


@pytest.mark.parametrize(
    ("fields", "word", "said"),
    [
        (
            "date: 2026-02-20, decision: repeat, decided_on: 2026-02-23",
            "to be repeated",
            "To be repeated. The repeat was decided on 23 February, and no new day is set.",
        ),
        (
            "date: 2026-03-10, decision: repeat, decided_on: 2026-02-23",
            "to be repeated",
            "To be repeated. It is due 10 March, in 8 days.",
        ),
        (
            "date: 2026-02-27, decision: repeat, decided_on: 2026-02-23",
            "3 days late",
            "To be repeated. It is due 27 February, 3 days late.",
        ),
        (
            "date: 2026-02-20, decision: stop, decided_on: 2026-02-23, opens: b",
            "stopped",
            "Stopped here. It was decided on 23 February not to go on, so Build does not begin.",
        ),
        ("date: 2026-02-20, decision: stop", "stopped", "Stopped here. It was decided not to go on."),
        (
            "date: 2026-02-27",
            "3 days late",
            "Ready to be decided. Nothing is missing; it is due 27 February, 3 days late.",
        ),
        (
            "date: 2026-03-10, requires: [charter]",
            "ready to decide",
            (
                "Ready to be decided. "
                "Nobody is asked to agree to one thing that it requires; it is due 10 March, in 8 days."
            ),
        ),
    ],
)
def test_a_gate_is_told_as_it_was_decided(fields: str, word: str, said: str) -> None:
    phases = "phases:\n  - {id: b, name: Build, start: 2026-05-01, end: 2026-06-01}\n"
    (card,) = page(project(f"{phases}gates:\n  - {{id: G, name: G, {fields}}}\n", charter="problem: P\n")).gates
    assert (card.mark.word, card.said) == (word, said)
