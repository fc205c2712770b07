"""The charts of a large plan: all the work of each phase, in parts of a readable length on one axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.timeline_axis import Axis
from mkdocs_ecompm.registers.timeline_chart import ROWS, critical_waits, freezes_of, groups_of
from mkdocs_ecompm.registers.timeline_gantt import Closed, Gantt, Group, Wait
from mkdocs_ecompm.registers.timeline_layout import axis_of, draw
from mkdocs_ecompm.registers.timeline_schema import Milestone, Task


class PhaseChart(Struct, frozen=True):
    """A phase with all of its work; `critical` counts what is critical and not done."""

    name: str
    days: str
    tasks: int
    done: int
    critical: int
    charts: tuple[Gantt, ...]


def phase_charts(project: Project) -> Iterator[PhaseChart]:
    """The charts of each phase of a plan that is too large for one; nothing for a smaller one."""
    tasks = project.state.of(Task)
    if len(tasks) + len(project.state.of(Milestone)) <= ROWS or not project.schedule or not project.schedule.tasks:
        return
    freezes = freezes_of(project)
    waits: dict[str, list[Wait]] = {}
    for wait in critical_waits(project):
        waits.setdefault(wait.after, []).append(wait)
    for group in groups_of(project, (), tasks):
        work = [item for item in group.work if item.kind != "milestone"]
        axis = axis_of([group], project.as_of)
        if not work or axis is None:
            continue
        yield PhaseChart(
            name=group.name,
            days=f"{language.day(group.start)} to {language.day(group.end)}" if group.start and group.end else "",
            tasks=len(work),
            done=sum(1 for item in work if item.done),
            critical=sum(1 for item in work if item.critical and not item.done),
            charts=tuple(_in_parts(group, waits, freezes, project.as_of, axis)),
        )


def _in_parts(
    group: Group, waits: Mapping[str, Sequence[Wait]], freezes: Sequence[Closed], today: date, axis: Axis
) -> Iterator[Gantt]:
    """The work of a phase in charts; `waits` are the dependencies by the work that waits."""
    for start in range(0, len(group.work), ROWS):
        part = group.work[start : start + ROWS]
        shown = {work.id for work in part}
        inside = [wait for work in part for wait in waits.get(work.id, ()) if wait.before in shown]
        drawn = draw([Group("", "", None, None, (), part)], inside, freezes, today, axis)
        if drawn is not None:
            yield drawn
