"""The geometry of the Gantt chart: where each bar, diamond, line and label stands. Every decision is made here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.registers.timeline_axis import FONT_SIZE, Axis, Tick, fitting, text_width
from mkdocs_ecompm.registers.timeline_links import Box, Route, route

WIDTH: Final = 840
_EDGE: Final = 6
_ROW: Final = 21
_BAR: Final = 10
_DIAMOND: Final = 6
_RAIL: Final = 4
_LANE: Final = 15
_TOP: Final = 36
"""Room for the day of today and the names of the months."""
_TALL: Final = 520
"""After so many units without them the months are named again."""
_GAP: Final = 6
_BOLD: Final = FONT_SIZE * 1.08
"""A bold text is as wide as one of this size."""
_TODAY_REACH: Final = timedelta(days=45)
"""How far outside the plan today may lie and still be shown."""


# --- what is to be drawn ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """A task, summary or milestone. `until` is its latest finish, `promised` the day that was named for a milestone."""

    id: str
    name: str
    kind: str
    start: date
    finish: date
    until: date | None = None
    progress: float = 0
    critical: bool = False
    done: bool = False
    promised: date | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A gate: its day, and how it stands."""

    id: str
    name: str
    day: date
    tone: str
    sign: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A phase with its gates and its work; one without days is for work outside all phases."""

    id: str
    name: str
    start: date | None
    end: date | None
    points: tuple[Point, ...]
    work: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """A dependency between two pieces of work."""

    before: str
    after: str
    kind: str
    critical: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """Days on which the shop must not be touched."""

    name: str
    since: date
    until: date


# --- the drawing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place; `anchor` is start or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A task or summary. `done_width` is the part that is done, `float_path` the line to its latest finish."""

    work: Work
    x: float
    y: float
    width: float
    height: float
    done_width: float
    float_path: str
    label: Label


@dataclass(frozen=True, slots=True)
class Diamond:
    """A milestone or a gate. `slip` leads from the promised day (a hollow diamond at its start) to where it stands."""

    id: str
    points: str
    tone: str
    title: str
    label: Label
    promised: str = ""
    slip: tuple[float, float, float] | None = None
    critical: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A phase: its name, its days, the rail that shows them, and the band behind its work."""

    id: str
    name: Label
    days: str
    x: float
    y: float
    width: float
    band_height: float


@dataclass(frozen=True, slots=True)
class Hatch:
    """A freeze: a hatched band over the whole height with its name below."""

    x: float
    width: float
    label: Label
    title: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a pointer meets a bar or diamond with its label, what it is told, and the record it is led to."""

    id: str
    title: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Gantt:
    """The whole chart. `axes` are the heights at which the months are named.

    `spots` lie over the drawing, because an image may not hold links.
    """

    width: float = WIDTH
    height: float = 0
    top: float = _TOP
    bottom: float = 0
    ticks: tuple[Tick, ...] = ()
    axes: tuple[float, ...] = ()
    heads: tuple[Head, ...] = ()
    gates: tuple[Diamond, ...] = ()
    bars: tuple[Bar, ...] = ()
    milestones: tuple[Diamond, ...] = ()
    waits: tuple[Route, ...] = ()
    hatches: tuple[Hatch, ...] = ()
    spots: tuple[Spot, ...] = ()
    today: Label | None = None
    today_x: float = 0


@dataclass
class _Drawing:
    """The chart while it grows downwards."""

    axis: Axis
    y: float = _TOP
    axes: list[float] = field(default_factory=lambda: [_TOP - 8.0])
    heads: list[Head] = field(default_factory=list)
    gates: list[Diamond] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    milestones: list[Diamond] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)


def draw(groups: Sequence[Group], waits: Iterable[Wait], freezes: Sequence[Closed], today: date) -> Gantt | None:
    """The chart of a plan, or None if there is nothing with a day."""
    axis = _axis(groups, today)
    if axis is None:
        return None
    drawing = _Drawing(axis)
    for group in groups:
        _group(drawing, group)
    bottom = drawing.y + 4
    hatches, height = _hatches(axis, freezes, bottom)
    routes = [
        route(drawing.boxes[wait.before], drawing.boxes[wait.after], wait.kind, critical=wait.critical)
        for wait in waits
        if wait.before in drawing.boxes and wait.after in drawing.boxes
    ]
    if bottom - drawing.axes[-1] > _TALL / 2:
        drawing.axes.append(bottom + 12)
        height = max(height, bottom + 18)
    shown = axis.shows(today)
    return Gantt(
        height=height,
        bottom=bottom,
        ticks=tuple(tick for tick in axis.ticks() if tick.x + text_width(tick.label, _BOLD) + 3 <= WIDTH),
        axes=tuple(drawing.axes),
        heads=tuple(drawing.heads),
        gates=tuple(drawing.gates),
        bars=tuple(drawing.bars),
        milestones=tuple(drawing.milestones),
        waits=tuple(sorted(routes, key=lambda found: found.critical)),
        hatches=hatches,
        spots=tuple(_spots(drawing)),
        today=_today(axis, today) if shown else None,
        today_x=round(axis.noon(today), 1) if shown else 0,
    )


def _axis(groups: Sequence[Group], today: date) -> Axis | None:
    days = [day for group in groups for day in (group.start, group.end) if day]
    days += [point.day for group in groups for point in group.points]
    for work in (work for group in groups for work in group.work):
        days += [day for day in (work.start, work.finish, work.until, work.promised) if day]
    if not days:
        return None
    first, last = min(days), max(days)
    if first - _TODAY_REACH <= today <= last + _TODAY_REACH:
        first, last = min(first, today), max(last, today)
    margin = timedelta(days=max(1, (last - first).days // 60))
    return Axis(_earlier(first, margin), _later(last, margin), _EDGE, WIDTH - _EDGE)


def _earlier(day: date, by: timedelta) -> date:
    return day - by if day - date.min > by else day


def _later(day: date, by: timedelta) -> date:
    return day + by if date.max - day > by else day


def _today(axis: Axis, today: date) -> Label:
    text = f"today, {language.short_day(today)}"
    x = axis.noon(today)
    half = text_width(text) / 2
    return Label(round(min(max(x, half), WIDTH - half), 1), 11, text, "middle")


# --- a phase ----------------------------------------------------------------------------------------------------------


def _group(drawing: _Drawing, group: Group) -> None:
    """The head of a phase with its gates, then a row for each piece of work."""
    if group.name:
        if drawing.y - drawing.axes[-1] > _TALL:
            drawing.y += 18
            drawing.axes.append(drawing.y)
        drawing.y += 8
    top = drawing.y
    if group.name:
        _phase_name(drawing, group)
        lanes = _gates(drawing, group.points, drawing.y + _LANE / 2)
        drawing.y += max(lanes, 1) * _LANE + 3
    for work in group.work:
        _row(drawing, work, drawing.y + _ROW / 2)
        drawing.y += _ROW
    if group.name:
        head = drawing.heads[-1]
        drawing.heads[-1] = Head(
            head.id, head.name, head.days, head.x, head.y, head.width, round(drawing.y - top - 14 + 2, 1)
        )


def _row(drawing: _Drawing, work: Work, middle: float) -> None:
    """One piece of work, and the box from which lines leave and which they enter."""
    if work.kind == "milestone":
        diamond = _milestone(drawing.axis, work, middle)
        drawing.milestones.append(diamond)
        x = drawing.axis.noon(work.finish)
        left, right, half, label = x - _DIAMOND, x + _DIAMOND, float(_DIAMOND), diamond.label
    else:
        bar = _bar(drawing.axis, work, middle)
        drawing.bars.append(bar)
        left, right, half, label = bar.x, bar.x + bar.width, _BAR / 2, bar.label
    drawing.boxes[work.id] = Box(left, right, middle, half, _ROW, crowded=label.anchor == "end")


def _phase_name(drawing: _Drawing, group: Group) -> None:
    """The name over the rail of a phase, where the phase begins, or as far left as it needs to be readable."""
    axis = drawing.axis
    start, end = group.start or axis.first, group.end or axis.last
    x, right = (axis.morning(start), axis.evening(max(start, end))) if group.start else (axis.left, axis.left)
    days = f"{language.short_day(start)} \u2013 {language.short_day(end)}" if group.start and group.end else ""
    name = fitting(group.name, WIDTH - 2 * _EDGE - text_width(days) - 12, 12.5)
    wide = text_width(name, 12.5) + text_width(days) + 12
    label = Label(round(max(_EDGE, min(x, WIDTH - _EDGE - wide)), 1), round(drawing.y + 11, 1), name)
    drawing.y += 15
    rail = round(drawing.y + _LANE / 2 - _RAIL / 2, 1)
    drawing.heads.append(Head(group.id, label, days, round(x, 1), rail, round(right - x, 1), 0))


def _gates(drawing: _Drawing, points: Sequence[Point], y: float) -> int:
    """The gates of a phase on its rail, in as many lanes as their labels need. Gives the number of lanes."""
    head = drawing.heads[-1]
    lanes: list[list[tuple[float, float]]] = []
    for point in sorted(points, key=lambda point: (point.day, point.id)):
        x = drawing.axis.noon(point.day)
        text = f"{point.sign} {point.id} {fitting(point.name, 200)}"
        lane, place, anchor = _free_place(lanes, (head.x, head.x + head.width), x, text)
        middle = y + lane * _LANE
        label = Label(round(place, 1), round(middle + 4, 1), text, anchor)
        drawing.gates.append(Diamond(point.id, _diamond(x, middle, 7), point.tone, point.title, label))
    return len(lanes)


def _free_place(
    lanes: list[list[tuple[float, float]]], rail: tuple[float, float], x: float, text: str
) -> tuple[int, float, str]:
    """The first lane where a diamond and its label, right or left of it, touch nothing; then where the label stands.

    The label of the first lane keeps off the rail, which runs through that lane; the diamond stands on it.
    """
    wide = text_width(text, _BOLD)
    sides = [(x + 10, x + 10 + wide, x + 10, "start"), (x - 10 - wide, x - 10, x - 10, "end")]
    sides = [side for side in sides if side[0] >= 0 and side[1] <= WIDTH] or sides[:1]
    number = 0
    while True:
        if number == len(lanes):
            lanes.append([])
        for left, right, place, anchor in sides:
            taken = [*lanes[number], *([rail] if number == 0 and rail[1] > rail[0] else [])]
            diamond = (x - 8, x + 8)
            if not any(_touch((left, right), other) for other in taken) and not any(
                _touch(diamond, other) for other in lanes[number]
            ):
                lanes[number] += [(left, right), diamond]
                return number, place, anchor
        number += 1


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# --- work -------------------------------------------------------------------------------------------------------------


def _bar(axis: Axis, work: Work, middle: float) -> Bar:
    x, right = axis.morning(work.start), axis.evening(work.finish)
    width = max(right - x, 2.0)
    height = _BAR if work.kind == "task" else 4
    until = axis.evening(work.until) if work.until and work.until > work.finish and not work.done else None
    line = ""
    if until is not None:
        low = middle + _BAR / 2 + 2
        line = f"M{x + width:.1f} {middle:.1f}V{low:.1f}H{until:.1f}v-4"
    text = f"✓ {work.name}" if work.done else work.name
    return Bar(
        work=work,
        x=round(x, 1),
        y=round(middle - height / 2, 1),
        width=round(width, 1),
        height=height,
        done_width=round(width * min(work.progress, 100) / 100, 1),
        float_path=line,
        label=_beside(text, x, x + width, middle),
    )


def _beside(text: str, left: float, right: float, middle: float, *, size: float = FONT_SIZE) -> Label:
    """The label of a bar: to its right, else to its left, else inside it; shortened only if it fits nowhere."""
    y = round(middle + 3.5, 1)
    after, before, inside = WIDTH - right - _GAP, left - _GAP, right - left - 2 * _GAP
    wide = text_width(text, size)
    if wide <= after or (after >= before and after >= inside and wide > max(before, inside)):
        return Label(round(right + _GAP, 1), y, fitting(text, after, size))
    if wide <= before or (before >= inside and wide > inside):
        return Label(round(left - _GAP, 1), y, fitting(text, before, size), "end")
    return Label(round(left + _GAP, 1), y, fitting(text, inside, size), inside=True)


def _milestone(axis: Axis, work: Work, middle: float) -> Diamond:
    x = axis.noon(work.finish)
    slipped = work.promised is not None and work.promised < work.finish
    promised = axis.noon(work.promised) if work.promised is not None and slipped else x
    text = f"{'✓ ' if work.done else ''}{work.name}, {language.short_day(work.finish)}"
    if work.promised is not None and slipped:
        text += f", promised {language.short_day(work.promised)}"
    return Diamond(
        id=work.id,
        points=_diamond(x, middle, _DIAMOND),
        tone="broken" if slipped else "calm",
        title=work.title,
        label=_beside(text, min(promised, x) - _DIAMOND, x + _DIAMOND, middle, size=_BOLD),
        promised=_diamond(promised, middle, 4) if slipped else "",
        slip=(round(promised + 4, 1), round(x - _DIAMOND, 1), round(middle, 1)) if slipped else None,
        critical=work.critical,
        done=work.done,
    )


def _diamond(x: float, y: float, half: float) -> str:
    return f"{x:.1f},{y - half:.1f} {x + half:.1f},{y:.1f} {x:.1f},{y + half:.1f} {x - half:.1f},{y:.1f}"


def _spots(drawing: _Drawing) -> Iterator[Spot]:
    """A spot for each bar, milestone and gate: from its one end to the other end of its label."""
    for bar in drawing.bars:
        yield _spot(bar.work.id, bar.work.title, (bar.x, bar.x + bar.width), bar.label)
    for diamond in (*drawing.milestones, *drawing.gates):
        corners = [float(corner.split(",")[0]) for corner in diamond.points.split()]
        yield _spot(diamond.id, diamond.title, (min(corners), max(corners)), diamond.label)


def _spot(name: str, title: str, body: tuple[float, float], label: Label) -> Spot:
    wide = text_width(label.text, _BOLD)
    label_left = label.x - wide if label.anchor == "end" else label.x
    left, right = min(body[0], label_left), max(body[1], label_left + wide)
    return Spot(name, title, round(left, 1), round(label.y - 12, 1), round(right - left, 1), 17)


# --- freezes ----------------------------------------------------------------------------------------------------------


def _hatches(axis: Axis, freezes: Sequence[Closed], bottom: float) -> tuple[tuple[Hatch, ...], float]:
    """The freezes that the axis shows, their names below the chart in lanes, and the height that this takes."""
    found: list[Hatch] = []
    lanes: list[float] = []
    for freeze in sorted(freezes, key=lambda freeze: freeze.since):
        if freeze.until < axis.first or freeze.since > axis.last or freeze.until < freeze.since:
            continue
        x = axis.morning(max(freeze.since, axis.first))
        right = axis.evening(min(freeze.until, axis.last))
        wide = text_width(freeze.name)
        left = max(_EDGE, min(x, WIDTH - _EDGE - wide))
        lane = next((number for number, end in enumerate(lanes) if end < left), len(lanes))
        lanes[lane : lane + 1] = [left + wide + _GAP]
        label = Label(round(left, 1), round(bottom + 24 + lane * _LANE, 1), fitting(freeze.name, WIDTH - 2 * _EDGE))
        days = f"{language.day(freeze.since)} to {language.day(freeze.until)}"
        found.append(Hatch(round(x, 1), round(right - x, 1), label, f"{freeze.name}: {days}"))
    return tuple(found), round(bottom + (12 + len(lanes) * _LANE if lanes else 0) + 6, 1)


__all__ = ["Closed", "Gantt", "Group", "Point", "Wait", "Work", "draw"]
