"""The computed plan: working-day offsets from the project's start, and the days they fall on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field


class TaskDates(Struct, frozen=True):
    """One node of the network: a task or a milestone. Offsets and floats are working days as numbers.

    `finish` is the last day worked (offset early_finish - 1); a zero duration stands on its last predecessor's day.
    """

    early_start: float
    early_finish: float
    late_start: float
    late_finish: float
    total_float: float
    free_float: float
    critical: bool
    start: date
    finish: date


class Schedule(Struct, frozen=True):
    """The plan of the whole project. `tasks` holds tasks and milestones by id, in file order.

    `cycle` names the tasks of a dependency cycle in order; then nothing could be computed and `tasks` is empty.
    `critical_paths` lists at most 100 paths of ids; `critical_path_count` is how many there are.
    """

    start: date | None = None
    finish: date | None = None
    tasks: Mapping[str, TaskDates] = field(default_factory=dict)
    critical_paths: tuple[tuple[str, ...], ...] = ()
    critical_path_count: int = 0
    cycle: tuple[str, ...] = ()
    status_date: date | None = None
