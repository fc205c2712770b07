"""The layout of the Gantt chart from top to bottom: phases with their gates, rows, freezes, and what lies over it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.model.register import page_step
from mkdocs_ecompm.registers.timeline_axis import Axis, Tick, fitting, text_width
from mkdocs_ecompm.registers.timeline_bars import (
    BAR,
    BOLD,
    DIAMOND,
    bar_of,
    baseline_of,
    diamond,
    milestone_of,
    name_of,
    pieces_of,
)
from mkdocs_ecompm.registers.timeline_gantt import (
    TOP,
    WIDTH,
    Bar,
    Closed,
    Diamond,
    Gantt,
    Group,
    Hatch,
    Head,
    Point,
    Spot,
    Wait,
    Work,
)
from mkdocs_ecompm.registers.timeline_links import Box, Route, route
from mkdocs_ecompm.registers.timeline_shapes import Label, names, shapes

_EDGE: Final = 6
_ROW: Final = 21
_RAIL: Final = 4
_LANE: Final = 15
_TALL: Final = 520
"""After so many units without them the months are named again."""
_GAP: Final = 6
_LONG: Final = 60
"""A chart of more rows is a long one."""
_FOLLOWED: Final = 10
"""Over so many rows an eye follows one line among many."""
_SHORTEST: Final = 7
"""An axis shows at least so many days, that a bar of one of them has something to stand out from."""
_DAILY: Final = 14
"""Up to so many days the axis names each."""
_WEEKDAY_ROOM: Final = 100
"""Units that the label of a day needs to have its weekday."""
_TODAY_REACH: Final = 45
"""How many days outside the plan today may lie and still be shown."""


@dataclass
class _Drawing:
    """The chart while it grows downwards."""

    axis: Axis
    today: date
    y: float = TOP
    axes: list[float] = field(default_factory=lambda: [TOP - 8.0])
    heads: list[Head] = field(default_factory=list)
    gates: list[Diamond] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    milestones: list[Diamond] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)


def draw(
    groups: Sequence[Group],
    waits: Iterable[Wait],
    freezes: Sequence[Closed],
    today: date,
    axis: Axis | None = None,
) -> Gantt | None:
    """The chart of a plan on its own or a given axis, or None if there is nothing with a day."""
    axis = axis or axis_of(groups, today)
    if axis is None:
        return None
    drawing = _Drawing(axis, today)
    for group in groups:
        _group(drawing, group)
    bottom = drawing.y + 4
    hatches, height = _hatches(axis, freezes, bottom)
    routes = list(_routes(drawing.boxes, waits))
    if bottom - drawing.axes[-1] > _TALL / 2:
        drawing.axes.append(bottom + 12)
        height = max(height, bottom + 18)
    shown = axis.shows(today)
    return Gantt(
        height=height,
        bottom=bottom,
        ticks=tuple(tick for tick in _ticks(axis, today) if tick.x + text_width(tick.label, BOLD) + 3 <= WIDTH),
        axes=tuple(drawing.axes),
        heads=tuple(drawing.heads),
        gates=tuple(drawing.gates),
        bars=tuple(drawing.bars),
        milestones=tuple(drawing.milestones),
        waits=tuple(sorted(routes, key=lambda found: found.critical)),
        shapes=shapes((piece for bar in drawing.bars for piece in pieces_of(bar)), routes),
        names=names(name_of(bar) for bar in drawing.bars),
        hatches=hatches,
        spots=tuple(_spots(drawing)),
        today=_today(axis, today) if shown else None,
        today_x=round(axis.noon(today), 1) if shown else 0,
    )


def axis_of(groups: Sequence[Group], today: date) -> Axis | None:
    """The axis on which all of a plan has a place, and today if it is near; None if nothing has a day."""
    days = [day for group in groups for day in (group.start, group.end) if day]
    days += [day for group in groups for point in group.points for day in (point.day, point.was) if day]
    days += [day for group in groups for day in group.was or ()]
    for work in (work for group in groups for work in group.work):
        days += [day for day in (work.start, work.finish, work.until, work.promised, *(work.was or ())) if day]
    if not days:
        return None
    first, last = min(days).toordinal(), max(days).toordinal()
    now = today.toordinal()
    if first - _TODAY_REACH <= now <= last + _TODAY_REACH:
        first, last = min(first, now), max(last, now)
    margin = max(1, (last - first) // 60)
    first, last = max(first - margin, date.min.toordinal()), min(last + margin, date.max.toordinal())
    last = min(max(last, first + _SHORTEST - 1), date.max.toordinal())  # names stand to the right of bars
    return Axis(date.fromordinal(first), date.fromordinal(last), _EDGE, WIDTH - _EDGE)


def _ticks(axis: Axis, today: date) -> Iterator[Tick]:
    """What the axis names; on a very short one each day but today, whose line is named, for it may have no Monday."""
    count = (axis.last - axis.first).days + 1
    if count > _DAILY:
        yield from axis.ticks()
        return
    wide, end = (axis.right - axis.left) / count, 0.0
    for number in range(count):
        day = axis.first + timedelta(days=number)
        label = language.weekday(day) if wide >= _WEEKDAY_ROOM else language.short_day(day)
        if number == 0 or (day.month, day.day) == (1, 1):
            label = f"{label} {day.year}"
        x = axis.morning(day)
        shown = x >= end and day != today  # the first names its year, and may need the room of the next
        end = x + text_width(label) + 6 if shown else end
        yield Tick(x, label if shown else "")


def _routes(boxes: Mapping[str, Box], waits: Iterable[Wait]) -> Iterator[Route]:
    """The lines of dependencies. In a long chart the critical ones, and of the others those that can be followed."""
    reach = math.inf if len(boxes) <= _LONG else _FOLLOWED * _ROW
    for wait in waits:
        before, after = boxes.get(wait.before), boxes.get(wait.after)
        if before and after and (wait.critical or abs(before.middle - after.middle) <= reach):
            yield route(before, after, wait.kind, critical=wait.critical)


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
            head.id, head.name, head.days, head.x, head.y, head.width, round(drawing.y - top - 14 + 2, 1), head.baseline
        )


def _row(drawing: _Drawing, work: Work, middle: float) -> None:
    """One piece of work, and the box from which lines leave and which they enter."""
    if work.kind == "milestone":
        drawn = milestone_of(drawing.axis, work, middle, drawing.today)
        drawing.milestones.append(drawn)
        x = drawing.axis.noon(work.finish)
        left, right, half, label = x - DIAMOND, x + DIAMOND, float(DIAMOND), drawn.label
    else:
        bar = bar_of(drawing.axis, work, middle)
        drawing.bars.append(bar)
        left, right, half, label = bar.x, bar.x + bar.width, BAR / 2, bar.label
    drawing.boxes[work.id] = Box(left, right, middle, half, _ROW, crowded=label.anchor == "end")


def _phase_name(drawing: _Drawing, group: Group) -> None:
    """The name over the rail of a phase, where the phase begins, or as far left as it needs to be readable."""
    axis = drawing.axis
    start, end = group.start or axis.first, group.end or axis.last
    x, right = (axis.morning(start), axis.evening(max(start, end))) if group.start else (axis.left, axis.left)
    days = language.days(start, end, drawing.today) if group.start and group.end else ""
    if group.start and group.start == group.end:
        days = language.short_day(start, drawing.today)
    name = fitting(group.name, WIDTH - 2 * _EDGE - text_width(days) - 12, 12.5)
    wide = text_width(name, 12.5) + text_width(days) + 12
    label = Label(round(max(_EDGE, min(x, WIDTH - _EDGE - wide)), 1), round(drawing.y + 11, 1), name)
    drawing.y += 15
    rail = round(drawing.y + _LANE / 2 - _RAIL / 2, 1)
    was = baseline_of(axis, group.was, rail + _RAIL + 1) if group.was else ""
    drawing.heads.append(Head(group.id, label, days, round(x, 1), rail, round(right - x, 1), 0, was))


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
        moved = point.was is not None and point.was != point.day
        was = diamond(drawing.axis.noon(point.was), middle, 3.5) if point.was and moved else ""
        drawing.gates.append(Diamond(point.id, diamond(x, middle, 7), point.tone, point.title, label, baseline=was))
    return len(lanes)


def _free_place(
    lanes: list[list[tuple[float, float]]], rail: tuple[float, float], x: float, text: str
) -> tuple[int, float, str]:
    """The first lane where a diamond and its label, right or left of it, touch nothing; then where the label stands.

    The label of the first lane keeps off the rail, which runs through that lane; the diamond stands on it.
    """
    wide = text_width(text, BOLD)
    sides = [(x + 10, x + 10 + wide, x + 10, "start"), (x - 10 - wide, x - 10, x - 10, "end")]
    sides = [side for side in sides if side[0] >= 0 and side[1] <= WIDTH] or sides[:1]
    number = 0
    while True:
        if number == len(lanes):
            lanes.append([])
        for left, right, place, anchor in sides:
            taken = [*lanes[number], *([rail] if number == 0 and rail[1] > rail[0] else [])]
            middle = (x - 8, x + 8)
            if not any(_touch((left, right), other) for other in taken) and not any(
                _touch(middle, other) for other in lanes[number]
            ):
                lanes[number] += [(left, right), middle]
                return number, place, anchor
        number += 1


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# --- what lies over it -----------------------------------------------------------------------------------------------


def _spots(drawing: _Drawing) -> Iterator[Spot]:
    """A spot for each bar, milestone and gate: from its one end to the other end of its label."""
    for bar in drawing.bars:
        yield _spot(bar.work.id, f"timeline#{bar.work.id}", bar.work.title, (bar.x, bar.x + bar.width), bar.label)
    for place, drawn in (
        *((f"timeline#{found.id}", found) for found in drawing.milestones),
        *((f"gates/{page_step(found.id)}", found) for found in drawing.gates),
    ):
        corners = [float(corner.split(",")[0]) for corner in drawn.points.split()]
        yield _spot(drawn.id, place, drawn.title, (min(corners), max(corners)), drawn.label)


def _spot(name: str, place: str, title: str, body: tuple[float, float], label: Label) -> Spot:
    wide = text_width(label.text, BOLD)
    label_left = label.x - wide if label.anchor == "end" else label.x
    left, right = min(body[0], label_left), max(body[1], label_left + wide)
    return Spot(name, place, title, f"M{left:.1f} {label.y - 12:.1f}h{right - left:.1f}v17H{left:.1f}z")


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
