"""Networks whose answers are published or were worked out by hand: early and late days, floats, every critical path."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.schedule.activity import Activity, Dependency, NotBefore
from mkdocs_ecompm.schedule.calendar import WEEKDAYS, Calendar
from mkdocs_ecompm.schedule.plan import find_cycles, schedule
from mkdocs_ecompm.schedule.rollup import members

MONDAY = date(2026, 3, 2)
EVERY_DAY = Calendar(MONDAY, WEEKDAYS)
WORK_WEEK = Calendar(MONDAY)


def waits(*texts: str) -> tuple[Dependency, ...]:
    """`A`, `A SS`, `A FS+2`, `A FF-1.5`."""
    found = []
    for text in texts:
        name, _, rest = text.partition(" ")
        found.append(Dependency(name, rest[:2] or "FS", Decimal(rest[2:] or 0)))
    return tuple(found)


def activities(text: str) -> list[Activity]:
    """One activity a line: `id duration after, after`."""
    found = []
    for line in text.strip().splitlines():
        name, duration, *after = line.split(maxsplit=2)
        found.append(Activity(name, Decimal(duration), after=waits(*(after[0].split(", ") if after else ()))))
    return found


def figures(plan: Schedule) -> dict[str, tuple[float, ...]]:
    return {
        name: (t.early_start, t.early_finish, t.late_start, t.late_finish, t.total_float, t.free_float)
        for name, t in plan.tasks.items()
    }


PUBLISHED: dict[str, tuple[str, float, dict[str, tuple[float, ...]], list[str]]] = {
    # Hillier and Lieberman, Introduction to Operations Research, "Reliable Construction Co.": 44 weeks.
    "reliable construction": (
        """
        A 2
        B 4 A
        C 10 B
        D 6 C
        E 4 C
        F 5 E
        G 7 D
        H 9 E, G
        I 7 C
        J 8 F, I
        K 4 J
        L 5 J
        M 2 H
        N 6 K, L
        """,
        44,
        {
            "A": (0, 2, 0, 2, 0, 0),
            "B": (2, 6, 2, 6, 0, 0),
            "C": (6, 16, 6, 16, 0, 0),
            "D": (16, 22, 20, 26, 4, 0),
            "E": (16, 20, 16, 20, 0, 0),
            "F": (20, 25, 20, 25, 0, 0),
            "G": (22, 29, 26, 33, 4, 0),
            "H": (29, 38, 33, 42, 4, 0),
            "I": (16, 23, 18, 25, 2, 2),
            "J": (25, 33, 25, 33, 0, 0),
            "K": (33, 37, 34, 38, 1, 1),
            "L": (33, 38, 33, 38, 0, 0),
            "M": (38, 40, 42, 44, 4, 4),
            "N": (38, 44, 38, 44, 0, 0),
        },
        ["A B C E F J L N"],
    ),
    # Render, Stair and Hanna, Quantitative Analysis for Management, "General Foundry": 15 weeks.
    "general foundry": (
        """
        A 2
        B 3
        C 2 A
        D 4 B
        E 4 C
        F 3 C
        G 5 D, E
        H 2 F, G
        """,
        15,
        {
            "A": (0, 2, 0, 2, 0, 0),
            "B": (0, 3, 1, 4, 1, 0),
            "C": (2, 4, 2, 4, 0, 0),
            "D": (3, 7, 4, 8, 1, 1),
            "E": (4, 8, 4, 8, 0, 0),
            "F": (4, 7, 10, 13, 6, 6),
            "G": (8, 13, 8, 13, 0, 0),
            "H": (13, 15, 13, 15, 0, 0),
        },
        ["A C E G H"],
    ),
    # Heizer and Render, Operations Management, "Milwaukee Paper": 15 weeks (F needs C alone).
    "milwaukee paper": (
        """
        A 2
        B 3
        C 2 A
        D 4 A, B
        E 4 C
        F 3 C
        G 5 D, E
        H 2 F, G
        """,
        15,
        {
            "A": (0, 2, 0, 2, 0, 0),
            "B": (0, 3, 1, 4, 1, 0),
            "C": (2, 4, 2, 4, 0, 0),
            "D": (3, 7, 4, 8, 1, 1),
            "E": (4, 8, 4, 8, 0, 0),
            "F": (4, 7, 10, 13, 6, 6),
            "G": (8, 13, 8, 13, 0, 0),
            "H": (13, 15, 13, 15, 0, 0),
        },
        ["A C E G H"],
    ),
    # Anderson, Sweeney and Williams, An Introduction to Management Science, "Western Hills Shopping Center": 26 weeks.
    "western hills": (
        """
        A 5
        B 6
        C 4 A
        D 3 A
        E 1 A
        F 4 E
        G 14 D, F
        H 12 B, C
        I 2 G, H
        """,
        26,
        {
            "A": (0, 5, 0, 5, 0, 0),
            "B": (0, 6, 6, 12, 6, 3),
            "C": (5, 9, 8, 12, 3, 0),
            "D": (5, 8, 7, 10, 2, 2),
            "E": (5, 6, 5, 6, 0, 0),
            "F": (6, 10, 6, 10, 0, 0),
            "G": (10, 24, 10, 24, 0, 0),
            "H": (9, 21, 12, 24, 3, 3),
            "I": (24, 26, 24, 26, 0, 0),
        },
        ["A E F G I"],
    ),
    # Taha, Operations Research, example 6.5-1: 25 days; the arrow 4-5 is a dummy, here an activity of no duration.
    "taha with a dummy": (
        """
        12 5
        13 6
        23 3 12
        24 8 12
        35 2 13, 23
        36 11 13, 23
        45 0 24
        46 1 24
        56 12 35, 45
        """,
        25,
        {
            "12": (0, 5, 0, 5, 0, 0),
            "13": (0, 6, 5, 11, 5, 2),
            "23": (5, 8, 8, 11, 3, 0),
            "24": (5, 13, 5, 13, 0, 0),
            "35": (8, 10, 11, 13, 3, 3),
            "36": (8, 19, 14, 25, 6, 6),
            "45": (13, 13, 13, 13, 0, 0),
            "46": (13, 14, 24, 25, 11, 11),
            "56": (13, 25, 13, 25, 0, 0),
        },
        ["12 24 45 56"],
    ),
    # The PERT chart of the United States Navy's kind that encyclopedias show: fractions of days, 19.51 of them.
    "pert": (
        """
        A 4
        B 5.33
        C 5.17 A
        D 6.33 A
        E 5.17 B, C
        F 4.5 D
        G 5.17 E
        """,
        19.51,
        {
            "A": (0, 4, 0, 4, 0, 0),
            "B": (0, 5.33, 3.84, 9.17, 3.84, 3.84),
            "C": (4, 9.17, 4, 9.17, 0, 0),
            "D": (4, 10.33, 8.68, 15.01, 4.68, 0),
            "E": (9.17, 14.34, 9.17, 14.34, 0, 0),
            "F": (10.33, 14.83, 15.01, 19.51, 4.68, 4.68),
            "G": (14.34, 19.51, 14.34, 19.51, 0, 0),
        },
        ["A C E G"],
    ),
    # Start and finish of no duration, and three paths of which two are critical. By hand.
    "two critical paths": (
        """
        Start 0
        A 3 Start
        B 4 Start
        C 3 A
        D 2 B
        E 1 B
        Finish 0 C, D, E
        """,
        6,
        {
            "Start": (0, 0, 0, 0, 0, 0),
            "A": (0, 3, 0, 3, 0, 0),
            "B": (0, 4, 0, 4, 0, 0),
            "C": (3, 6, 3, 6, 0, 0),
            "D": (4, 6, 4, 6, 0, 0),
            "E": (4, 5, 5, 6, 1, 1),
            "Finish": (6, 6, 6, 6, 0, 0),
        },
        ["Start A C Finish", "Start B D Finish"],
    ),
    # Precedence diagram with all four kinds, lags and a lead, worked out by hand.
    "four kinds": (
        """
        A 5
        B 6 A SS+2
        C 3 A FF+4
        D 4 B SF+7
        E 2 B FS-1, C
        """,
        11,
        {
            "A": (0, 5, 0, 5, 0, 0),
            "B": (2, 8, 4, 10, 2, 0),
            "C": (6, 9, 6, 9, 0, 0),
            "D": (5, 9, 7, 11, 2, 2),
            "E": (9, 11, 9, 11, 0, 0),
        },
        ["A C E"],
    ),
    # Ladder of starts and finishes: pipeline laid by three crews (SS+FF pairs), worked out by hand.
    "ladder": (
        """
        Dig 10
        Lay 6 Dig SS+2, Dig FF+1
        Fill 8 Lay SS+1, Lay FF+2
        """,
        14,
        {
            "Dig": (0, 10, 0, 10, 0, 0),
            "Lay": (5, 11, 5, 11, 0, 0),
            "Fill": (6, 14, 6, 14, 0, 0),
        },
        ["Dig Lay Fill"],
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_comes_out_exactly(name: str) -> None:
    text, finish, expected, critical = PUBLISHED[name]
    plan = schedule(activities(text), EVERY_DAY)
    assert figures(plan) == expected
    assert [" ".join(path) for path in plan.critical_paths] == critical
    assert plan.critical_path_count == len(critical)
    assert plan.finish == MONDAY + timedelta(days=math.ceil(finish) - 1)


def test_a_fork_and_join_has_two_to_the_power_of_ten_critical_paths() -> None:
    lines = ["J0 0"]
    for rung in range(1, 11):
        lines += [f"L{rung} 1 J{rung - 1}", f"R{rung} 1 J{rung - 1}", f"J{rung} 0 L{rung}, R{rung}"]
    plan = schedule(activities("\n".join(lines)), EVERY_DAY)
    assert plan.critical_path_count == 1024
    assert len(plan.critical_paths) == len(set(plan.critical_paths)) == 100
    assert plan.critical_paths[0][:3] == ("J0", "L1", "J1")


def test_two_dependencies_on_the_same_task_are_one_way() -> None:
    plan = schedule(activities("A 2\nB 2 A, A FF+2"), EVERY_DAY)
    assert plan.critical_paths == (("A", "B"),)
    assert plan.critical_path_count == 1


def test_a_chain_of_fifty_thousand_needs_no_recursion() -> None:
    chain = [Activity("T0", Decimal(1))]
    chain += [Activity(f"T{n}", Decimal(1), after=waits(f"T{n - 1}")) for n in range(1, 50_000)]
    assert schedule(chain, EVERY_DAY).tasks["T49999"].early_finish == 50_000
    ring = [Activity("T0", Decimal(1), after=waits("T49999")), *chain[1:]]
    assert len(schedule(ring, EVERY_DAY).cycle) == 50_000


def test_no_task_begins_before_the_project() -> None:
    plan = schedule(activities("A 2\nB 5 A FS-10\nC 9 A FF"), EVERY_DAY)
    assert plan.tasks["B"].early_start == 0
    assert plan.tasks["C"].early_start == 0


def test_an_empty_plan_has_no_finish() -> None:
    plan = schedule([], WORK_WEEK)
    assert (plan.finish, plan.tasks, plan.critical_paths, plan.critical_path_count) == (None, {}, (), 0)


# --- cycles ---------------------------------------------------------------------------------------------------------


def test_a_cycle_is_named_in_order_from_its_first_task() -> None:
    found = activities("A 1\nB 1 D\nC 1 B\nD 1 C\nE 1 D, A")
    assert schedule(found, EVERY_DAY).cycle == ("B", "C", "D")
    assert schedule(found, EVERY_DAY).tasks == {}


def test_the_shortest_cycle_is_named_and_every_knot_has_one() -> None:
    found = activities("A 1 C\nB 1 A\nC 1 A, B\nX 1 X\nY 1 Z\nZ 1 Y SS+3")
    assert find_cycles(found, EVERY_DAY) == (("A", "C"), ("X",), ("Y", "Z"))


def test_a_summary_and_its_own_task_cannot_wait_for_each_other() -> None:
    task = Activity("T", Decimal(1), wbs="1.1", after=waits("S"))
    assert schedule([Activity("S", Decimal(0), wbs="1"), task], EVERY_DAY).cycle == ("S", "T")
    own = Activity("S", Decimal(0), wbs="1", after=waits("S"))
    assert schedule([own, Activity("T", Decimal(1), wbs="1.1")], EVERY_DAY).cycle == ("S",)


# --- summaries ------------------------------------------------------------------------------------------------------


def test_a_dependency_on_a_summary_counts_for_all_its_tasks() -> None:
    plan = schedule(
        [
            Activity("S", Decimal(99), wbs="2"),
            Activity("A", Decimal(3), wbs="2.1"),
            Activity("B", Decimal(5), wbs="2.2.1"),
            Activity("other", Decimal(20), wbs="21"),
            Activity("next", Decimal(1), after=waits("s")),
            Activity("T", Decimal(0), wbs="3", after=waits("next")),
            Activity("C", Decimal(2), wbs="3.1"),
            Activity("D", Decimal(4), wbs="3.2"),
        ],
        EVERY_DAY,
    )
    assert figures(plan)["next"] == (5, 6, 15, 16, 10, 0)
    assert figures(plan)["C"][:2] == (6, 8)
    assert figures(plan)["D"][:2] == (6, 10)
    assert figures(plan)["S"] == (0, 5, 10, 15, 10, 0)
    assert figures(plan)["T"] == (6, 10, 16, 20, 10, 10)
    assert (plan.tasks["S"].start, plan.tasks["S"].finish) == (MONDAY, MONDAY + timedelta(days=4))
    assert plan.critical_paths == (("other",),)


def test_a_summary_of_summaries_counts_only_what_is_worked_on() -> None:
    assert members(["2", "2.2", "2.2.1", "2.1", "21", "", "3"]) == {0: (2, 3), 1: (2,)}


# --- days -----------------------------------------------------------------------------------------------------------


def test_a_finish_is_the_last_day_worked() -> None:
    plan = schedule(activities("A 5\nB 2.5 A\nC 1 B\nD 0.5 C"), WORK_WEEK)
    days = {name: (task.start.isoformat(), task.finish.isoformat()) for name, task in plan.tasks.items()}
    assert days == {
        "A": ("2026-03-02", "2026-03-06"),
        "B": ("2026-03-09", "2026-03-11"),
        "C": ("2026-03-11", "2026-03-12"),
        "D": ("2026-03-12", "2026-03-12"),
    }


@pytest.mark.parametrize(
    ("milestone", "day"),
    [
        ("M 0 A", "2026-03-06"),  # the last day of A
        ("M 0 A FF", "2026-03-06"),
        ("M 0 A SS", "2026-03-02"),  # the first day of A
        ("M 0 A FS+1", "2026-03-09"),
        ("M 0 A FS-1", "2026-03-05"),
        ("M 0", "2026-03-02"),
        ("X 0 A\nM 0 X", "2026-03-06"),
        ("X 0 A\nM 0 X FS+2", "2026-03-10"),
        ("B 3 A\nM 0 B SS", "2026-03-09"),
        ("B 3 A\nM 0 A, B SS", "2026-03-09"),
    ],
)
def test_what_has_no_duration_stands_on_the_day_of_its_last_predecessor(milestone: str, day: str) -> None:
    plan = schedule(activities(f"A 5\n{milestone}"), WORK_WEEK)
    assert (plan.tasks["M"].start.isoformat(), plan.tasks["M"].finish.isoformat()) == (day, day)


def test_not_before_is_a_day_and_moves_over_free_days() -> None:
    saturday = NotBefore(date(2026, 3, 7))
    plan = schedule(
        [
            Activity("A", Decimal(2), not_before=(saturday,)),
            Activity("M", Decimal(0), not_before=(saturday,)),
            Activity("B", Decimal(2), not_before=(NotBefore(date(2026, 3, 4), "FS", Decimal(1)),)),
            Activity("C", Decimal(2), not_before=(NotBefore(date(2026, 3, 6), "FF"),)),
            Activity("D", Decimal(2), not_before=(NotBefore(date(2025, 1, 1)),)),
        ],
        WORK_WEEK,
    )
    assert [task.early_start for task in plan.tasks.values()] == [5, 5, 3, 2, 0]
    assert plan.tasks["M"].finish == date(2026, 3, 9)
    assert plan.tasks["A"].start == date(2026, 3, 9)
