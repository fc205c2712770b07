"""What can be wrong with a plan, and where it stands badly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.entry import Record, misspelt
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.timeline_holidays import public_holidays
from mkdocs_ecompm.registers.timeline_plan import activities, calendar, can_simulate, has_estimates, summaries, target
from mkdocs_ecompm.registers.timeline_schema import DECIDED, Gate, Milestone, Phase, Task
from mkdocs_ecompm.schedule.plan import find_cycles

_GO_LIVE: Final = re.compile(
    r"\b(go[- ]?live|live[- ]?gang|(re-?)?launch|produktivsetzung|produktivstart)\b", re.IGNORECASE
)
_NOT_THE_GO_LIVE: Final = re.compile(
    r"\b(hypercare|after|before|pre|post|read(y|iness)|decision|approv\w+|go[ /-]no[ -]?go|rehearsal|dry|trial|test"
    r"|nach|vor|freigabe|probe|entscheidung)\b",
    re.IGNORECASE,
)

_NOT_ON: Final = frozenset({"repeat", "stop"})
"""Decisions with which the next phase may not begin, however well they are signed."""


def check(project: Project) -> Iterable[Finding]:
    """Cycles, days that cannot be, phases that began unsigned, a go-live in a freeze."""
    yield from _holidays(project)
    yield from _simulation(project)
    yield from _orders(project.state)
    yield from _durations(project.state)
    yield from _cycles(project)
    yield from _too_early(project)
    yield from _unsigned(project)
    yield from _freezes(project)


def is_go_live(milestone: Milestone) -> bool:
    """Whether a milestone is the day on which the shop goes live, by its name or id."""
    return says_go_live(milestone.name, milestone.id)


def says_go_live(name: str, milestone: str) -> bool:
    """Whether this name or this id of a milestone says that the shop goes live then."""
    return bool(_GO_LIVE.search(f"{name} {milestone}")) and not _NOT_THE_GO_LIVE.search(name)


# --- texts ----------------------------------------------------------------------------------------------------------


def _holidays(project: Project) -> Iterator[Finding]:
    """A country whose public holidays are not known here: the plan works on them."""
    country = getattr(getattr(project.state.documents.get("project"), "calendar", None), "country", "")
    content = project.state.contents.get("project")
    if country and content is not None and public_holidays(country, project.as_of.year) is None:
        message = f"the public holidays of `{country}` are not known here, so the plan works on them"
        hint = "install mkdocs-ecompm[calendar] and write a code such as DE or DE-HH, or list them under holidays"
        yield finding("holidays-unknown", message, content.at("calendar", "country"), hint=hint)


def _simulation(project: Project) -> Iterator[Finding]:
    """Estimates ask for a simulation, which needs a library of its own."""
    if has_estimates(project.state) and not can_simulate():
        first = next(task for task in project.state.of(Task) if task.entry.estimate and not task.entry.done)
        message = "the estimates are not simulated, because numpy is not installed"
        hint = "install mkdocs-ecompm[simulation]"
        yield finding("simulation-unavailable", message, first.at("estimate"), hint=hint)


def _orders(state: State) -> Iterator[Finding]:
    """What ends does so after it began; an optimist is not slower than a pessimist."""
    for phase in state.of(Phase):
        if phase.entry.end < phase.entry.start:
            message = f"phase {phase.id} ends on {phase.entry.end} before it starts on {phase.entry.start}"
            yield finding("value-out-of-range", message, phase.at("end"))
    for task in state.of(Task):
        actual, estimate = task.entry.actual, task.entry.estimate
        if actual and actual.start and actual.finish and actual.finish < actual.start:
            message = f"task {task.id} was finished on {actual.finish} before it began on {actual.start}"
            yield finding("value-out-of-range", message, task.at("actual", "finish"))
        if estimate:
            times = [time.days() for time in (estimate.optimistic, estimate.likely, estimate.pessimistic)]
            if times != sorted(times):
                message = f"the estimate of {task.id} must rise from optimistic over likely to pessimistic"
                yield finding("value-out-of-range", message, task.at("estimate"))


def _durations(state: State) -> Iterator[Finding]:
    """Every task but a summary has a duration."""
    above = summaries(state)
    for task in state.of(Task):
        if task.entry.duration is None and task.id not in above and not misspelt(task.entry, "duration"):
            hint = "for example `duration: 5d`; a milestone is a task of 0d, or stands under milestones"
            yield finding("missing-key", f"task {task.id} needs a duration", task.source, hint=hint)


def _cycles(project: Project) -> Iterator[Finding]:
    if project.schedule is None or not project.schedule.cycle:
        return
    state = project.state
    records = {record.id: record for record in (*state.of(Task), *state.of(Milestone))}
    own = {name.casefold(): name for name in records}
    for cycle in find_cycles(activities(state), calendar(state, project.as_of)):
        first = records[cycle[0]]
        place = _wait_for(first, cycle[-1], own)
        if len(cycle) == 1:
            message = f"{first.id} waits for itself"
        else:
            message = f"{' → '.join((*cycle, cycle[0]))} wait for each other in a circle"
        hint = "each comes before the next; take one of these dependencies out"
        yield finding("dependency-cycle", message, place, hint=hint)


def _wait_for(record: Record[Any], name: str, own: dict[str, str]) -> Source:
    """Where a record says that it waits for `name`; its `after` if it does so through a summary."""
    for index, wait in enumerate(record.entry.after):
        if target(wait, own) == name:
            return record.at("after", index)
    return record.at("after")


# --- the project ----------------------------------------------------------------------------------------------------


def _too_early(project: Project) -> Iterator[Finding]:
    """Days of the plan that lie before the network allows them."""
    if project.schedule is None or not project.schedule.tasks:
        return
    tasks = project.schedule.tasks
    for milestone in project.state.of(Milestone):
        dates = tasks.get(milestone.id)
        if milestone.entry.after and milestone.entry.reached is None and dates:
            what = f"{milestone.entry.name} ({milestone.id})"
            yield from _compare(project, what, milestone.entry.date, dates.finish, milestone.at("date"))
    ends = phase_ends(project)
    for phase in project.state.of(Phase):
        if end := ends.get(phase.id.casefold()):
            yield from _compare(project, f"the end of phase {phase.id}", phase.entry.end, end, phase.at("end"))
    for gate in project.state.of(Gate):
        end = ends.get(gate.entry.closes.casefold()) if gate.entry.closes else None
        if end and gate.entry.decision == "open":
            what = f"gate {gate.id}, which closes phase {gate.entry.closes},"
            yield from _compare(project, what, gate.entry.date, end, gate.at("date"))


def phase_ends(project: Project) -> dict[str, date]:
    """The day on which the last work of each phase (casefolded) is done. A phase without open work has none.

    Work outside all phases ends none.
    """
    found: dict[str, date] = {}
    if project.schedule is None:
        return found
    waited = [milestone for milestone in project.state.of(Milestone) if milestone.entry.after]
    open_phases = {(task.entry.phase or "").casefold() for task in project.state.of(Task) if not task.entry.done}
    open_phases |= {(point.entry.phase or "").casefold() for point in waited if point.entry.reached is None}
    phases = [(task.id, task.entry.phase) for task in project.state.of(Task)]
    phases += [(point.id, point.entry.phase) for point in waited]
    for name, written in phases:
        phase = (written or "").casefold()
        dates = project.schedule.tasks.get(name)
        if phase and dates and phase in open_phases:
            found[phase] = max(found.get(phase, dates.finish), dates.finish)
    return found


def _compare(project: Project, what: str, stated: date, network: date, place: Source) -> Iterator[Finding]:
    if stated >= network:
        return
    days = (network - stated).days
    working = calendar(project.state, project.as_of).between(stated, network)
    missing = f"{days} day{'s' * (days != 1)} missing ({working} working)"
    yield finding("date-before-network", f"{what} is on {stated}, the plan allows {network}: {missing}", place)


def _unsigned(project: Project) -> Iterator[Finding]:
    """Phases that began before the gate that opens them was signed, or although it was decided not to go on."""
    phases = {phase.id.casefold(): phase.entry for phase in project.state.of(Phase)}
    for gate in project.state.of(Gate):
        phase = phases.get((gate.entry.opens or "").casefold())
        if phase is None or phase.start > project.as_of:
            continue
        began = f"phase {phase.id} began on {phase.start}, but gate {gate.id} that opens it"
        if not is_signed(project, gate) and not is_unknown(project, gate):
            yield finding("gate-not-signed", f"{began} is not signed", gate.source)
        elif gate.entry.decision in _NOT_ON:
            yield finding("gate-not-signed", f"{began} was decided with `{gate.entry.decision}`", gate.source)


def is_unknown(project: Project, gate: Record[Gate]) -> bool:
    """Whether nobody can tell if a gate is signed: a part of the history is missing, or a file cannot be read."""
    agreement = project.signoffs.by_artifact.get(gate.ref)
    return agreement is not None and agreement.status is Status.UNVERIFIABLE


def is_signed(project: Project, gate: Record[Gate]) -> bool:
    """Whether a gate lets its phase begin: the agreement to it holds; where none is demanded, the decision counts."""
    agreement = project.signoffs.by_artifact.get(gate.ref)
    if agreement is not None:
        return agreement.status is Status.VALID
    return gate.entry.decision in DECIDED


def _freezes(project: Project) -> Iterator[Finding]:
    """A go-live, promised or computed, while the shop must not be touched."""
    given = getattr(project.state.documents.get("project"), "calendar", None)
    for milestone in project.state.of(Milestone):
        if milestone.entry.reached is not None or not is_go_live(milestone.entry):
            continue
        dates = project.schedule.tasks.get(milestone.id) if project.schedule else None
        days = {milestone.entry.date: "is promised for"}
        if dates and milestone.entry.after and dates.finish > milestone.entry.date:
            days[dates.finish] = "is reached by the plan on"
        for freeze in getattr(given, "freezes", ()):
            for day, says in days.items():
                if freeze.since <= day <= freeze.until:
                    message = f"{milestone.entry.name} ({milestone.id}) {says} {day}, in the freeze “{freeze.name}”"
                    until = f"{freeze.since} to {freeze.until}"
                    hint = f"the shop must not be touched from {until}"
                    yield finding("go-live-in-freeze", message, milestone.at("date"), hint=hint)
