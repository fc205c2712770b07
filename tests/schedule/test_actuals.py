"""What has happened moves the plan: actual days, progress, and the status date. Monday is 2 March 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mkdocs_ecompm.model.schedule import Schedule, TaskDates
from mkdocs_ecompm.schedule.activity import Activity, Dependency
from mkdocs_ecompm.schedule.calendar import Calendar
from mkdocs_ecompm.schedule.plan import schedule

CALENDAR = Calendar(date(2026, 3, 2))


def march(day: int) -> date:
    return date(2026, 3, day)


def task(name: str, duration: float, *after: str, kind: str = "FS", **facts: object) -> Activity:
    waits = tuple(Dependency(other, kind) for other in after)
    return Activity(name, Decimal(str(duration)), after=waits, **facts)  # type: ignore[arg-type]


def planned(*activities: Activity, status: int | None) -> Schedule:
    return schedule(activities, CALENDAR, march(status) if status else None)


def early(plan: Schedule, name: str) -> tuple[float, float]:
    return plan.tasks[name].early_start, plan.tasks[name].early_finish


def test_without_a_status_date_nothing_is_moved() -> None:
    plan = planned(task("A", 5, started=march(10), progress=Decimal(40)), task("M", 0, "A"), status=None)
    assert early(plan, "A") == (0, 5)
    assert plan.status_date is None


@pytest.mark.parametrize(
    ("facts", "expected", "days"),
    [
        ({}, (3, 8), (5, 11)),  # not begun: nothing before Thursday
        ({"progress": Decimal(40)}, (0, 6), (2, 9)),  # 3 days remain, from Thursday
        ({"started": march(3), "progress": Decimal(40)}, (1, 6), (3, 9)),
        ({"started": march(3)}, (1, 8), (3, 11)),
        ({"started": march(3), "progress": Decimal(90)}, (1, 3.5), (3, 5)),
        ({"started": march(10)}, (6, 11), (10, 16)),  # begins later than as_of: the clock was turned back
        ({"started": march(2), "finished": march(4)}, (0, 3), (2, 4)),
        ({"finished": march(4)}, (0, 3), (2, 4)),
        ({"started": march(7), "finished": march(8)}, (5, 5), (7, 8)),  # a weekend's work
        ({"progress": Decimal(100)}, (0, 3), (2, 4)),  # done by the status date, whatever was estimated
        ({"started": march(3), "progress": Decimal(100)}, (1, 3), (3, 4)),
    ],
)
def test_a_task_of_five_days_on_thursday(
    facts: dict[str, object], expected: tuple[float, float], days: tuple[int, int]
) -> None:
    plan = planned(task("A", 5, **facts), status=5)
    assert early(plan, "A") == expected
    assert (plan.tasks["A"].start, plan.tasks["A"].finish) == (march(days[0]), march(days[1]))
    assert plan.status_date == march(5)


def test_what_waits_begins_after_what_remains() -> None:
    plan = planned(
        task("A", 5, started=march(2), progress=Decimal(60)),
        task("B", 3, "A"),
        task("C", 1),
        task("M", 0, "B"),
        status=9,
    )
    assert early(plan, "A") == (0, 7)
    assert early(plan, "B") == (7, 10)
    assert early(plan, "C") == (5, 6)
    assert plan.critical_paths == (("A", "B", "M"),)
    assert plan.tasks["A"].late_start == 0
    assert plan.tasks["C"].total_float == 4
    assert plan.tasks["M"].finish == march(13)


def test_a_finished_task_floats_against_what_came_after() -> None:
    plan = planned(task("A", 5, started=march(2), finished=march(3)), task("B", 3, "A"), status=5)
    a = plan.tasks["A"]
    assert (a.early_start, a.early_finish, a.total_float, a.free_float) == (0, 2, 1, 1)
    assert plan.critical_paths == (("B",),)


def test_remaining_work_out_of_turn_waits_for_its_predecessor() -> None:
    plan = planned(task("A", 10), task("B", 4, "A", started=march(3), progress=Decimal(50)), status=4)
    assert early(plan, "A") == (2, 12)
    assert early(plan, "B") == (1, 14)
    assert plan.critical_paths == (("A", "B"),)


def test_a_finish_against_the_plan_frees_the_predecessor() -> None:
    plan = planned(task("A", 10), task("B", 4, "A", started=march(2), finished=march(3)), task("C", 20), status=4)
    assert early(plan, "B") == (0, 2)
    assert plan.tasks["A"].total_float == 10
    assert plan.tasks["B"].total_float == 20


def test_a_start_that_happened_cannot_be_delayed() -> None:
    plan = planned(task("A", 5, started=march(2)), task("B", 20, "A", kind="SS"), status=4)
    assert early(plan, "A") == (0, 7)
    assert early(plan, "B") == (2, 22)
    assert plan.tasks["A"].total_float == 15
    assert plan.critical_paths == (("B",),)


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ({}, 5),  # not reached, so not before today
        ({"finished": march(3)}, 3),
        ({"finished": march(8)}, 8),  # reached on a Sunday
        ({"started": march(3)}, 3),
        ({"progress": Decimal(100)}, 3),
    ],
)
def test_a_milestone_is_reached_or_lies_ahead(facts: dict[str, object], day: int) -> None:
    plan = planned(task("A", 2, started=march(2), finished=march(3)), task("M", 0, "A", **facts), status=5)
    found: TaskDates = plan.tasks["M"]
    assert (found.start, found.finish) == (march(day), march(day))


def test_summaries_neither_move_nor_end_the_plan() -> None:
    plan = planned(task("S", 9, wbs="1"), task("A", 2, wbs="1.1", started=march(2), finished=march(3)), status=20)
    assert early(plan, "S") == (0, 2)
    assert plan.finish == march(3)
