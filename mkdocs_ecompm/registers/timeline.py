"""Phases, gates, milestones and tasks: the plan. `timeline.yml`; each gate is an agreement of its own.

This is the register's door. Behind it: `timeline_schema` says what may be written, `timeline_plan` computes the plan,
`timeline_rules` checks it, `timeline_series` tells the history what a version said, and `timeline_views` makes the
page with the words of `timeline_words` and `timeline_gates`.
The chart: `timeline_chart` chooses what is shown, `timeline_layout` places it, `timeline_gantt` holds the shapes;
`timeline_phases` has the charts of a large plan, `timeline_baseline` what was agreed. How the promises moved:
`timeline_promises` and its chart, `timeline_trend`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily
from mkdocs_ecompm.registers.timeline_plan import schedule, simulation, summaries, target
from mkdocs_ecompm.registers.timeline_rules import check
from mkdocs_ecompm.registers.timeline_schema import Gate, Milestone, Phase, Task, TimelineDocument
from mkdocs_ecompm.registers.timeline_series import series


def duties(project: Project) -> Iterable[Duty]:
    """Tasks by their computed finish, milestones and gates by their day, conditions of gates by theirs."""
    waiting = _waiting(project)
    above = summaries(project.state)
    for task in project.state.of(Task):
        if task.id not in above:
            yield _task_duty(project, task, waiting.get(task.id, ()))
    for milestone in project.state.of(Milestone):
        entry = milestone.entry
        yield Duty(
            kind="milestone",
            ref=milestone.ref,
            what=entry.name,
            who=(),
            due=entry.date,
            done=entry.reached is not None,
            blocks=waiting.get(milestone.id, ()),
            source=milestone.at("date"),
        )
    for gate in project.state.of(Gate):
        yield from _gate_duties(project, gate)


def _waiting(project: Project) -> dict[str, tuple[str, ...]]:
    """For each task and milestone the records that wait for it."""
    tasks, milestones = project.state.of(Task), project.state.of(Milestone)
    waits = [(task.ref, task.entry.after) for task in tasks] + [(point.ref, point.entry.after) for point in milestones]
    own = {record.id.casefold(): record.id for record in (*tasks, *milestones)}
    found: dict[str, list[str]] = {}
    for ref, after in waits:
        for wait in after:
            before = target(wait, own)
            if before is not None:
                found.setdefault(before, []).append(ref)
    return {name: tuple(dict.fromkeys(refs)) for name, refs in found.items()}


def _task_duty(project: Project, record: Record[Task], blocks: tuple[str, ...]) -> Duty:
    dates = project.schedule.tasks.get(record.id) if project.schedule else None
    return Duty(
        kind="task",
        ref=record.ref,
        what=record.entry.name,
        who=(record.entry.owner,) if record.entry.owner else (),
        due=dates.finish if dates else None,
        done=record.entry.done,
        blocks=blocks,
        source=record.source,
    )


def _gate_duties(project: Project, record: Record[Gate]) -> Iterator[Duty]:
    gate = record.entry
    agreement = project.signoffs.by_artifact.get(record.ref)
    yield Duty(
        kind="gate",
        ref=record.ref,
        what=gate.name,
        who=tuple(dict.fromkeys(slot.approver for slot in agreement.slots)) if agreement else (),
        due=gate.date,
        done=gate.decision != "open",
        blocks=(f"timeline/{gate.opens}",) if gate.opens else (),
        source=record.at("date"),
    )
    for index, condition in enumerate(gate.conditions):
        yield Duty(
            kind="condition",
            ref=record.ref,
            what=condition.what,
            who=(condition.owner,) if condition.owner else (),
            due=condition.due,
            done=condition.done,
            process=f"condition of gate {gate.id}, {gate.name}",
            source=record.at("conditions", index),
        )


REGISTER = Register(
    name="timeline",
    document=TimelineDocument,
    views=lazily("mkdocs_ecompm.registers.timeline_views"),
    check=check,
    duties=duties,
    series=series,
    by_record=True,
    tracking=frozenset(
        {
            "tasks.progress",
            "tasks.actual",
            "milestones.reached",
            "gates.criteria.met",
            "gates.conditions.done",
            "gates.decision",
            "gates.decided_on",
        }
    ),
)

__all__ = ["REGISTER", "Gate", "Milestone", "Phase", "Task", "TimelineDocument", "schedule", "simulation"]
