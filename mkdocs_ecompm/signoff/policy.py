"""What is demanded: the slots of every artifact, and the day by which they must be filled.

Who must agree comes from the trust state in force; by when, which is no part of it, from the content that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from math import ceil

from msgspec import Struct

from mkdocs_ecompm.history.canonical import UnreadableContent, agreed
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import content, named, parties, records
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.registers.signoffs import PARTY, Demand
from mkdocs_ecompm.registers.timeline_plan import calendar
from mkdocs_ecompm.schedule.calendar import TICKS


class Place(Struct, frozen=True, eq=False):
    """One slot: whose agreement is asked, by which demand. Every one is its own, even if two ask for the same.

    With an `ask`, only an approval fills it that is not older than the ask.
    """

    approver: str
    demand: Demand
    due: date | None
    ask: Ask | None = None


Slots = Mapping[str, tuple[Place, ...]]
"""The slots of each artifact, named as in the content shown."""


def slots(demands: Iterable[Demand], shown: Contents, state: State) -> dict[str, tuple[Place, ...]]:
    """The slots that the demands make for the content shown, and its asks. An unreadable register keeps its `*`."""
    found: dict[str, list[Place]] = {}
    for demand in demands:
        for artifact in _artifacts(demand, shown):
            due = due_day(demand, artifact, state)
            party = artifact.partition("/")[2] if artifact.startswith("obligations/") else PARTY
            places = [
                Place(approver.of(party), demand, due) for approver in demand.approvers for _ in range(approver.count)
            ]
            found.setdefault(artifact, []).extend(places)
    for ask in state.of(Ask):
        found.setdefault(_name(shown, ask.entry.artifact), []).extend(_asked(ask.entry))
    return {artifact: tuple(places) for artifact, places in found.items()}


def _asked(ask: Ask) -> Iterator[Place]:
    """The slots of an ask: as any demand would make them, but for the time."""
    for party in ask.of:
        yield Place(party, Demand.model_construct(artifact=ask.artifact, approvers=()), None, ask)


def _name(shown: Contents, artifact: str) -> str:
    try:
        return named(shown, artifact)
    except UnreadableContent:
        return artifact


def _artifacts(demand: Demand, shown: Contents) -> Iterator[str]:
    register, _, name = demand.artifact.partition("/")
    try:
        if name != "*":
            artifact = named(shown, demand.artifact)
            if not demand.where or _meets(content(shown, artifact), demand.where):
                yield artifact
        elif register == "obligations":
            for party in parties(shown):
                owed = content(shown, f"{register}/{party}")
                if not demand.where or any(_meets(item, demand.where) for item in _items(owed)):
                    yield f"{register}/{party}"
        else:
            for _, record_id, record in records(shown, register):
                if not demand.where or _meets(agreed(record, {}), demand.where):
                    yield f"{register}/{record_id}"
    except UnreadableContent:
        yield demand.artifact


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _meets(value: object, where: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a record has one of the words asked for in each field; a field may hold several."""
    if not isinstance(value, dict):
        return False
    return all(any(word in _items(value.get(name)) for word in words) for name, words in where.items())


def due_day(demand: Demand, artifact: str, state: State) -> date | None:
    """The day by which an agreement is due, as the content shown has it; None if it says none."""
    listed = [record.entry for record in state.of(Demand) if record.entry.asks_for(artifact)]
    same = [entry for entry in listed if _but_due(entry) == _but_due(demand)]
    due = next((entry.due for entry in same or listed), None)
    if due is None:
        return None
    if due.day is not None:
        return due.day
    if due.by is not None:
        return _date_of(state, due.by if due.by.startswith("timeline/") else f"timeline/{due.by}")
    begin = _date_of(state, artifact)
    if due.within is None or begin is None:
        return None
    days = calendar(state, begin)
    whole = ceil(due.within.days(days.days_a_week))
    return days.start_day(days.offset(begin) + (whole - (not days.works(begin))) * TICKS)


def _but_due(demand: Demand) -> Demand:
    return demand.model_copy(update={"due": None})


def _date_of(state: State, ref: str) -> date | None:
    record = state.find(ref)
    found = getattr(record.entry, "date", None) if record else None
    return found if isinstance(found, date) else None


def gates_after(shown: Contents, artifact: str, day: date, state: State) -> list[date]:
    """The days on or after `day` of the gates that require an artifact, the first one first."""
    timeline = shown.read("timeline")[0] or YamlMap()
    gates = timeline.get("gates")
    found = []
    for gate in gates if isinstance(gates, YamlList) else ():
        required = gate.get("requires") if isinstance(gate, YamlMap) else None
        names = (
            [item.casefold() for item in required if isinstance(item, str)] if isinstance(required, YamlList) else []
        )
        when = _date_of(state, f"timeline/{gate.get('id')}") if isinstance(gate, YamlMap) else None
        if artifact.casefold() in names and when is not None and when >= day:
            found.append(when)
    return sorted(found)
