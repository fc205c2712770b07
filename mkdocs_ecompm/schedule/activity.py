"""What the planner is told: activities, what they wait for, and what has happened. Plain values, no ticks yet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from mkdocs_ecompm.schedule.estimates import Estimate

KINDS = ("FS", "SS", "FF", "SF")
"""Finish to start, start to start, finish to finish, start to finish."""

NONE = Decimal(0)


class Dependency(Struct, frozen=True):
    """This activity waits for `on`: a task, a milestone, or a summary, which counts for all its tasks."""

    on: str
    kind: str = "FS"
    lag: Decimal = NONE


class NotBefore(Struct, frozen=True):
    """A day before which this activity may not begin, or, for FF and SF, not end."""

    day: date
    kind: str = "FS"
    lag: Decimal = NONE


class Activity(Struct, frozen=True):
    """A task or a milestone. Durations and lags are working days; `progress` is per cent.

    `wbs` is its place in the work breakdown structure: `2` is the summary of `2.1` and `2.1.3`. Only the simulation
    looks at the `estimate`: the plan is computed with the duration.
    """

    id: str
    duration: Decimal
    wbs: str = ""
    after: tuple[Dependency, ...] = ()
    not_before: tuple[NotBefore, ...] = ()
    progress: Decimal = NONE
    started: date | None = None
    finished: date | None = None
    estimate: Estimate | None = None
