"""What waits for an agreement: gates that require it, the phase that they open, work, and the go-live behind them."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_ecompm.comparison.plan import goal_of
from mkdocs_ecompm.model.entry import Part, Record
from mkdocs_ecompm.model.proposal import Waiting
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.proposal.ends import Ends
from mkdocs_ecompm.registers.obligations import Obligation
from mkdocs_ecompm.registers.timeline_schema import Gate, Milestone, Task


def waiting(ends: Ends, artifact: str) -> Iterator[Waiting]:
    """Everything that waits, in the plan as the pull request has it, the next first; then the go-live."""
    found = dict.fromkeys([*_gates(ends.is_.state, artifact), *_work(ends, artifact)])
    before = sorted(found, key=lambda one: (one.day is None, one.day, one.kind, one.ref))
    yield from before
    goal = _goal(ends)
    if before and goal is not None and all(one.ref != goal.ref for one in before):
        yield goal


def _gates(state: State, artifact: str) -> Iterator[Waiting]:
    for record in state.of(Gate):
        gate, fold = record.entry, artifact.casefold()
        if gate.decision != "open":
            continue
        if record.ref.casefold() == fold or fold in {name.casefold() for name in gate.requires}:
            yield Waiting("gate", record.ref, f"Gate {record.id} {record.headline}", gate.date)
            phase = state.find(f"timeline/{gate.opens}") if gate.opens else None
            if phase is not None:
                yield Waiting("phase", phase.ref, phase.headline, getattr(phase.entry, "start", None))


def _work(ends: Ends, artifact: str) -> Iterator[Waiting]:
    """What waits for what a party owes: open tasks, milestones and gates."""
    register, _, party = artifact.partition("/")
    if register != "obligations" or not party:
        return
    state = ends.is_.state
    for owed in state.of(Obligation):
        if owed.entry.party.casefold() != party.casefold() or owed.entry.status != "open":
            continue
        needed = (record for name in owed.entry.needed_for if (record := state.find(name)) is not None)
        for record in (*state.referrers(owed.ref), *needed):
            if isinstance(record.entry, Task | Milestone) and not _over(record):
                yield _planned(ends, record)
            elif isinstance(record.entry, Gate) and record.entry.decision == "open":
                yield Waiting("gate", record.ref, f"Gate {record.id} {record.headline}", record.entry.date)


def _over(record: Record[Part]) -> bool:
    entry = record.entry
    return entry.done if isinstance(entry, Task) else getattr(entry, "reached", None) is not None


def _planned(ends: Ends, record: Record[Part]) -> Waiting:
    schedule = ends.is_.schedule
    dates = schedule.tasks.get(record.id) if schedule else None
    if isinstance(record.entry, Milestone):
        return Waiting("milestone", record.ref, record.headline, record.entry.date, bool(dates and dates.critical))
    day, critical = (dates.start, dates.critical) if dates else (None, False)
    return Waiting("task", record.ref, record.headline, day, critical)


def _goal(ends: Ends) -> Waiting | None:
    """The go-live, as long as it is to come."""
    record = ends.is_.state.find(f"timeline/{goal_of(ends.side)}") if goal_of(ends.side) else None
    if record is None or not isinstance(record.entry, Milestone) or record.entry.reached:
        return None
    return Waiting("goal", record.ref, record.headline, record.entry.date)
