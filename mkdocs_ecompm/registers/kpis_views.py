"""The KPIs as a page: which are on target, each with its line of measurements and what they are."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.kpis import Kpi, direction_of, due_of, measured, objective_of, target_of
from mkdocs_ecompm.registers.kpis_spark import Spark, spark

ON: Final = "on target"
OFF: Final = "off target"
NOT_YET: Final = "not yet"
UNMEASURED: Final = "not measured"
NO_TARGET: Final = "no target"
_BADGES: Final = {
    ON: ("holds", "✓"),
    NOT_YET: ("waits", "○"),
    OFF: ("broken", "!"),
    UNMEASURED: ("calm", "○"),
    NO_TARGET: ("calm", ""),
}
_ORDER: Final = (OFF, NOT_YET, UNMEASURED, NO_TARGET, ON)


class Unit(Struct, frozen=True):
    """What a KPI is counted in; `currency` says that this is the project's money."""

    text: str
    currency: str


class Measured(Struct, frozen=True):
    """One measurement; `better` says whether it moved towards the target since the one before, None if neither."""

    day: date
    value: str
    better: bool | None


class Sortable(Struct, frozen=True):
    """The numbers of a row without unit and grouping, so that a table can be sorted by them; empty if unknown."""

    baseline: str
    now: str
    target: str


class KpiRow(Struct, frozen=True):
    """A KPI. `state` is one of the words above; `now`, `target` and `baseline` are written with their unit.

    `worse` says that the latest measurement is further from the target than the baseline was; `targets` are those of
    before, each with the day on which it was given up.
    """

    id: str
    name: str
    formula: str
    unit: str
    owner: str
    objective: str
    objective_text: str
    direction: str
    baseline: str
    target: str
    due: date | None
    late: int
    now: str
    sortable: Sortable
    measured_on: date | None
    state: str
    tone: str
    sign: str
    worse: bool
    spark: Spark | None
    drawn: str
    measurements: tuple[Measured, ...]
    targets: tuple[tuple[date, str], ...]
    note: str
    source: Source


class KpisView(Struct, frozen=True):
    """Context of `pages/kpis` and of the part `kpis.table`. Rows are worst first."""

    sentence: Sentence
    figures: tuple[Figure, ...]
    rows: tuple[KpiRow, ...]


def views(project: Project) -> Iterable[View]:
    """The page of all KPIs."""
    content = project.state.contents.get("kpis")
    rows = tuple(sorted(_rows(project), key=lambda row: (_ORDER.index(row.state), not row.worse, row.id)))
    yield View(
        path="kpis",
        title="KPIs",
        template="kpis",
        section="Money & risk",
        context=KpisView(_sentence(rows), tuple(_figures(rows, project.as_of)), rows),
        source=content.source if content is not None else None,
        headings=(Heading("all", "Where they stand"), Heading("each", "One by one")) if rows else (),
        anchors=tuple(row.id for row in rows),
    )


def _rows(project: Project) -> Iterable[KpiRow]:
    return [_row(project, record) for record in project.state.of(Kpi)]


def _row(project: Project, record: Record[Kpi]) -> KpiRow:
    kpi, state = record.entry, project.state
    target, due, direction = target_of(state, kpi), due_of(state, kpi), direction_of(state, kpi)
    series = measured(kpi, project.as_of)
    now = series[-1].value if series else None
    word = _state(now, target, direction, over=due is not None and due < project.as_of)
    tone, sign = _BADGES[word]
    objective = objective_of(state, kpi)
    promised = "" if objective is None else objective.entry.target
    currency = getattr(state.documents.get("project"), "currency", "")
    unit = Unit(kpi.unit, currency if language.is_currency(kpi.unit, currency) else "")
    points = [(one.date, float(one.value)) for one in series]
    return KpiRow(
        id=record.id,
        name=kpi.name,
        formula=kpi.formula,
        unit=kpi.unit,
        owner=kpi.owner or "",
        objective="" if objective is None else objective.ref,
        objective_text="" if objective is None else objective.entry.statement,
        direction=direction or "",
        baseline=_written(kpi.baseline, unit),
        target=_written(target, unit) or promised,
        due=due,
        late=max((project.as_of - due).days, 0) if due and word == OFF else 0,
        now=_written(now, unit),
        sortable=Sortable(*("" if one is None else f"{one:f}" for one in (kpi.baseline, now, target))),
        measured_on=series[-1].date if series else None,
        state=word,
        tone=tone,
        sign=sign,
        worse=word in (OFF, NOT_YET) and _worse(now, kpi.baseline, direction),
        spark=spark(points, None if target is None else float(target)),
        drawn=_drawn(kpi, points, unit, _written(target, unit)),
        measurements=tuple(_measurements(kpi, direction, unit, project.as_of)),
        targets=tuple(_former_targets(project, record, unit)),
        note=kpi.note,
        source=record.source,
    )


def _former_targets(project: Project, record: Record[Kpi], unit: Unit) -> Iterable[tuple[date, str]]:
    """What the target was, and until when, as the history of the file tells."""
    series = project.history.path("kpi-target", record.ref)
    for before, point in pairwise(series.points if series else ()):
        if before.value is not None:
            yield point.day, _written(Decimal(before.value), unit)


def _state(now: Decimal | None, target: Decimal | None, direction: str | None, *, over: bool) -> str:
    """How a KPI stands; `over` says that its day is past."""
    if target is None or direction is None:
        return NO_TARGET if now is not None else UNMEASURED
    if now is None:
        return OFF if over else UNMEASURED
    if now >= target if direction == "up" else now <= target:
        return ON
    return OFF if over else NOT_YET


def _worse(now: Decimal | None, baseline: Decimal | None, direction: str | None) -> bool:
    if now is None or baseline is None or direction is None:
        return False
    return now < baseline if direction == "up" else now > baseline


def _measurements(kpi: Kpi, direction: str | None, unit: Unit, as_of: date) -> Iterable[Measured]:
    """Oldest first, each against the one before."""
    before: Decimal | None = None
    for one in measured(kpi, as_of):
        moved = before is not None and one.value != before and direction is not None
        better = (one.value > before) == (direction == "up") if moved and before is not None else None
        yield Measured(one.date, _written(one.value, unit), better)
        before = one.value


def _written(value: Decimal | None, unit: Unit) -> str:
    """A number with its unit, as it was typed: 2.50 keeps its zero. Money is written as everywhere."""
    if value is None:
        return ""
    if unit.currency:
        return language.money(value, unit.currency)
    text = language.exact(value)
    return f"{text}\u202f{unit.text}" if unit.text else text


def _drawn(kpi: Kpi, points: Sequence[tuple[date, float]], unit: Unit, target: str) -> str:
    """The spark line in words."""
    if len(points) < 2:
        return ""
    series = measured(kpi, date.max)
    first, last = series[0], series[len(points) - 1]
    text = f"From {_written(first.value, unit)} on {language.day(first.date)} to {_written(last.value, unit)}"
    return f"{text} on {language.day(last.date)}" + (f"; the target is {target}" if target else "")


def _sentence(rows: Sequence[KpiRow]) -> Sentence:
    if not rows:
        return Sentence("No KPI is written down yet.", "A KPI says by which figure success will be seen.")
    counts = {state: [row for row in rows if row.state == state] for state in _ORDER}
    rest = []
    if counts[OFF]:
        names = language.few(row.name for row in counts[OFF])
        its = "its" if len(counts[OFF]) == 1 else "their"
        rest.append(f"Past {its} day without reaching it: {names}.")
    worse = [row for row in counts[NOT_YET] if row.worse]
    if worse:
        rest.append(f"Worse than at the start: {language.few(row.name for row in worse)}.")
    rest += _without_value(rows)
    return Sentence(_lead([row for row in rows if row.state != NO_TARGET], len(counts[ON]), len(rows)), " ".join(rest))


def _lead(judged: Sequence[KpiRow], on: int, of: int) -> str:
    """How many of those that can be judged reach their target."""
    if not judged:
        return "No KPI can be judged yet: each lacks a target, or a direction."
    if len(judged) == 1:
        return f"The one KPI{'' if of == 1 else ' that can be judged'} is {'' if on else 'not '}on target."
    lead = language.capital(language.in_words(on)) if on else "None"
    return f"{lead} of {language.count(len(judged), 'KPI')} {'are' if on > 1 else 'is'} on target."


def _without_value(rows: Sequence[KpiRow]) -> Iterable[str]:
    """How many were never measured, also where their day is past."""
    without = [row for row in rows if not row.measured_on]
    past = sum(row.state == OFF for row in without)
    if without:
        have = f"{language.capital(language.count(len(without), 'KPI'))} {'has' if len(without) == 1 else 'have'}"
        beyond = {0: "", len(without): ", though past the day"}.get(past, f", {language.in_words(past)} past its day")
        yield f"{have} no value yet{beyond}."


def _figures(rows: Sequence[KpiRow], as_of: date) -> Iterable[Figure]:
    """How many stand where, and how many have this month's value."""
    labels = {
        ON: "On target",
        NOT_YET: "Not yet there",
        OFF: "Past their day",
        UNMEASURED: "Not measured",
        NO_TARGET: "Without a target",
    }
    for state, label in labels.items():
        count = sum(row.state == state for row in rows)
        if count:
            yield Figure(
                label,
                language.number(count),
                _more(state, [row for row in rows if row.state == state]),
                _BADGES[state][0],
            )

    if rows:
        days = [row.measured_on for row in rows if row.measured_on]
        fresh = sum((day.year, day.month) == (as_of.year, as_of.month) for day in days)
        end = as_of.replace(day=monthrange(as_of.year, as_of.month)[1])
        more = f"the last value is of {language.day(max(days))}" if days else ""
        label = f"Measured in {language.month(as_of)}, due {language.short_day(end, as_of)}"
        yield Figure(
            label,
            f"{language.number(fresh)} of {language.number(len(rows))}",
            more,
            "holds" if fresh == len(rows) else "calm",
        )


def _more(state: str, rows: Sequence[KpiRow]) -> str:
    if state == NOT_YET:
        days = [row.due for row in rows if row.due]
        return f"the next is due {language.day(min(days))}" if days else ""
    return language.few((row.id for row in rows), most=4) if state != ON else ""
