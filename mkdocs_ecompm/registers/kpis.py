"""How success is measured: each figure with its formula, its target and what was measured. `kpis.yml`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from pydantic import WithJsonSchema

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Document, Entry, Part, Record, misspelt
from mkdocs_ecompm.model.fields import AS_LIST, Text, choice
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import PartyRef, Ref, RefTo
from mkdocs_ecompm.model.numbers import NUMBER, Number
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, Said, lazily
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.times import Day

ObjectiveRef = Annotated[
    Ref,
    RefTo(("charter.objectives",), "objective"),
    WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1, "description": "The id of an objective."}),
]

_FIGURE: Final = re.compile(r"(?<![\w.,])[+-]?\d+(?:\.\d+)?(?!\d|[.,]\d)")
_AIM: Final = re.compile(
    r"\bto\s+(?:(?:at least|at most|below|above|under|over|more than|less than)\s+)?([+-]?\d+(?:\.\d+)?)(?!\d|[.,]\d)"
)


class Measurement(Part):
    """What a figure was on a day."""

    date: Day
    value: Number


class Kpi(Entry):
    """A figure that tells whether an objective is reached.

    `target` and `due` are those of the objective unless they are given here. `direction` says whether more is better
    (`up`) or less (`down`).
    """

    name: Text
    formula: Text = ""
    unit: Text = ""
    direction: Annotated[str | None, choice("up", "down")] = None
    baseline: Number | None = None
    target: Number | None = None
    due: Day | None = None
    owner: PartyRef | None = None
    objective: ObjectiveRef | None = None
    measurements: Annotated[tuple[Measurement, ...], AS_LIST] = ()


class KpisDocument(Document):
    """All KPIs."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"kpis": Kpi}


def objective_of(state: State, kpi: Kpi) -> Record[Any] | None:
    """The objective of the charter that a KPI measures."""
    for record in state.lookup(kpi.objective) if kpi.objective else ():
        if record.register == "charter" and record.list == "objectives":
            return record
    return None


def figures_in(text: str) -> tuple[Decimal, ...]:
    """The numbers of a sentence such as "from 41 % to 60 %"."""
    return tuple(Decimal(found) for found in _FIGURE.findall(text))


def aim_of(text: str) -> Decimal | None:
    """The target that an objective states in words: the number after "to", else the only one; None if unclear."""
    aims, numbers = _AIM.findall(text), figures_in(text)
    if len(aims) == 1:
        return Decimal(aims[0])
    return numbers[0] if len(numbers) == 1 else None


def target_of(state: State, kpi: Kpi) -> Decimal | None:
    """The target of a KPI: its own, else what its objective says."""
    objective = objective_of(state, kpi)
    if kpi.target is not None or objective is None:
        return kpi.target
    return aim_of(objective.entry.target)


def due_of(state: State, kpi: Kpi) -> date | None:
    """The day by which a KPI is to reach its target: its own, else that of its objective."""
    objective = objective_of(state, kpi)
    if kpi.due is not None or objective is None:
        return kpi.due
    day: date | None = objective.entry.due
    return day


def direction_of(state: State, kpi: Kpi) -> str | None:
    """Which way is better: as said, else from the baseline to the target."""
    target = target_of(state, kpi)
    if kpi.direction is not None or target is None or kpi.baseline is None or target == kpi.baseline:
        return kpi.direction
    return "up" if target > kpi.baseline else "down"


def measured(kpi: Kpi, as_of: date) -> tuple[Measurement, ...]:
    """What was measured up to a day, oldest first."""
    return tuple(sorted((one for one in kpi.measurements if one.date <= as_of), key=lambda one: one.date))


def check(project: Project) -> Iterable[Finding]:
    """Somebody owns each KPI, it agrees with its objective, its target lies ahead of it, each day is measured once."""
    for record in project.state.of(Kpi):
        yield from _owner(record)
        yield from _objective(project.state, record)
        yield from _direction(record)
        yield from _days(record)


def _owner(record: Record[Kpi]) -> Iterator[Finding]:
    if record.entry.owner is None and not misspelt(record.entry, "owner"):
        hint = "name who measures it and answers for it"
        yield finding("kpi-without-owner", f"nobody owns the KPI {record.id}", record.source, hint=hint)


def _objective(state: State, record: Record[Kpi]) -> Iterator[Finding]:
    kpi, objective = record.entry, objective_of(state, record.entry)
    if objective is None:
        return
    aims = figures_in(objective.entry.target)
    if kpi.target is not None and aims and kpi.target not in aims:
        message = f"{record.id} aims at {kpi.target:f}, its objective {objective.id} at “{objective.entry.target}”"
        yield finding("kpi-objective-differs", message, record.at("target"), hint="leave it out to use the same")
    if kpi.due is not None and objective.entry.due is not None and kpi.due != objective.entry.due:
        message = f"{record.id} is due on {kpi.due}, its objective {objective.id} on {objective.entry.due}"
        yield finding("kpi-objective-differs", message, record.at("due"), hint="leave it out to use the same")


def _direction(record: Record[Kpi]) -> Iterator[Finding]:
    kpi = record.entry
    if kpi.direction is None or kpi.baseline is None or kpi.target is None:
        return
    if kpi.target < kpi.baseline if kpi.direction == "up" else kpi.target > kpi.baseline:
        message = (
            f"{record.id} goes {kpi.direction}, but its target {kpi.target:f} lies "
            f"{'below' if kpi.direction == 'up' else 'above'} its baseline {kpi.baseline:f}"
        )
        yield finding("kpi-direction-inconsistent", message, record.at("direction"))


def _days(record: Record[Kpi]) -> Iterator[Finding]:
    seen: set[date] = set()
    for index, one in enumerate(record.entry.measurements):
        if one.date in seen:
            message = f"{record.id} is measured twice on {one.date}"
            yield finding("kpi-measured-twice", message, record.at("measurements", index, "date"))
        seen.add(one.date)


def duties(project: Project) -> Iterable[Duty]:
    """Every KPI is measured once a month, by its end, until its last measurement is in."""
    today = project.as_of
    end = today.replace(day=monthrange(today.year, today.month)[1])
    for record in project.state.of(Kpi):
        kpi, due = record.entry, due_of(project.state, record.entry)
        days = [one.date for one in measured(kpi, today)]
        if due is not None and due < today.replace(day=1) and any(day >= due for day in days):
            continue
        yield Duty(
            kind="measurement",
            ref=record.ref,
            what=f"Value of {kpi.name}",
            who=(kpi.owner,) if kpi.owner else (),
            due=end,
            done=any((day.year, day.month) == (today.year, today.month) for day in days),
            process=kpi.formula,
            source=record.source,
        )


def series(content: YamlMap) -> Iterable[Said]:
    """Target and latest measurement of each KPI in one version of the file."""
    items = content.get("kpis")
    for item in items if isinstance(items, YamlList) else ():
        name = item.get("id") if isinstance(item, YamlMap) else None
        if not isinstance(item, YamlMap) or not isinstance(name, str):
            continue
        headline = item.get("name")
        called = headline if isinstance(headline, str) else name
        if "target" in item:
            yield Said("kpi-target", f"kpis/{name}", called, _number(item["target"]))
        latest = _latest(item.get("measurements"))
        if latest is not None:
            yield Said("kpi", f"kpis/{name}", called, _number(latest.get("value")))


def _latest(items: object) -> YamlMap | None:
    """The measurement with the latest day."""
    found = [item for item in items if isinstance(item, YamlMap)] if isinstance(items, YamlList) else []
    return max(found, key=lambda item: str(item.get("date", "")), default=None)


def _number(value: object) -> str:
    """A number as it is written; nothing if it is none."""
    return value.strip() if isinstance(value, str) and NUMBER.fullmatch(value.strip()) else ""


REGISTER = Register(
    name="kpis",
    document=KpisDocument,
    views=lazily("mkdocs_ecompm.registers.kpis_views"),
    check=check,
    duties=duties,
    series=series,
    by_record=True,
    tracking=frozenset({"kpis.measurements"}),
)
