"""What the Gantt chart is given, and what it is made of: shapes and labels with their places. Plain values."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.registers.timeline_axis import Tick
from mkdocs_ecompm.registers.timeline_links import Route
from mkdocs_ecompm.registers.timeline_shapes import Label, Names, Shape

WIDTH: Final = 840
TOP: Final = 36
"""Room for the day of today and the names of the months."""


# --- what is to be drawn ----------------------------------------------------------------------------------------------


class Work(Struct, frozen=True):
    """A task, summary or milestone.

    `until` is its latest finish, `promised` the day that was named for a milestone, `was` its days in the baseline.
    A task that is a `moment` takes no time: it is a point on its day.
    """

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
    was: tuple[date, date] | None = None
    title: str = ""
    moment: bool = False


class Point(Struct, frozen=True):
    """A gate: its day, how it stands, and its day in the baseline."""

    id: str
    name: str
    day: date
    tone: str
    sign: str
    title: str = ""
    was: date | None = None


class Group(Struct, frozen=True):
    """A phase with its gates and its work; one without days is for work outside all phases."""

    id: str
    name: str
    start: date | None
    end: date | None
    points: tuple[Point, ...]
    work: tuple[Work, ...]
    was: tuple[date, date] | None = None


class Wait(Struct, frozen=True):
    """A dependency between two pieces of work."""

    before: str
    after: str
    kind: str
    critical: bool


class Closed(Struct, frozen=True):
    """Days on which the shop must not be touched."""

    name: str
    since: date
    until: date


# --- the drawing ------------------------------------------------------------------------------------------------------


class Bar(Struct, frozen=True):
    """A task or summary; that of a task without duration is as wide as its mark.

    `done_width` is the part that is done, `float_path` the line to its latest finish, `baseline` that below it.
    """

    work: Work
    x: float
    y: float
    width: float
    height: float
    done_width: float
    float_path: str
    label: Label
    baseline: str = ""


class Diamond(Struct, frozen=True):
    """A milestone or a gate.

    `slip` leads from the promised day (a hollow diamond at its start) to where it stands; `baseline` is the diamond
    where it stood in the baseline.
    """

    id: str
    points: str
    tone: str
    title: str
    label: Label
    promised: str = ""
    slip: tuple[float, float, float] | None = None
    critical: bool = False
    done: bool = False
    baseline: str = ""


class Head(Struct, frozen=True):
    """A phase: its name, its days, the rail that shows them, and the band behind its work."""

    id: str
    name: Label
    days: str
    x: float
    y: float
    width: float
    band_height: float
    baseline: str = ""


class Hatch(Struct, frozen=True):
    """A freeze: a hatched band over the whole height with its name below."""

    x: float
    width: float
    label: Label
    title: str


class Spot(Struct, frozen=True):
    """Where a pointer meets a bar or diamond with its label (`path`), what it is told, and the place it is led to."""

    id: str
    place: str
    title: str
    path: str


class Gantt(Struct, frozen=True):
    """The whole chart. `axes` are the heights at which the months are named.

    `shapes` and `names` are what is drawn of `bars` and `waits`. `spots` lie over the drawing, because an image may not
    hold links.
    """

    width: float = WIDTH
    height: float = 0
    top: float = TOP
    bottom: float = 0
    ticks: tuple[Tick, ...] = ()
    axes: tuple[float, ...] = ()
    heads: tuple[Head, ...] = ()
    gates: tuple[Diamond, ...] = ()
    bars: tuple[Bar, ...] = ()
    milestones: tuple[Diamond, ...] = ()
    waits: tuple[Route, ...] = ()
    shapes: tuple[Shape, ...] = ()
    names: tuple[Names, ...] = ()
    hatches: tuple[Hatch, ...] = ()
    spots: tuple[Spot, ...] = ()
    today: Label | None = None
    today_x: float = 0

    @property
    def rows(self) -> int:
        """How many pieces of work are drawn."""
        return len(self.bars) + len(self.milestones)

    @property
    def moments(self) -> bool:
        """Whether a task is drawn that takes no time."""
        return any(bar.work.moment for bar in self.bars)
