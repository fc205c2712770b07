"""The geometry of the risk heat map: where each cell, dot and arrow stands. Plain numbers, no words, no colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import hypot
from typing import Final

from msgspec import Struct

WIDTH: Final = 566
LEFT: Final = 40
"""Room for the scale of likelihood."""
BOTTOM: Final = 34
"""Room for the scale of impact."""
CELL_HEIGHT: Final = 62
GAP: Final = 3
SLOT_WIDTH: Final = 34
"""Room for a dot and a label of three digits; longer ones get more."""
SLOT_HEIGHT: Final = 15
HOLLOW_STEP: Final = 10
RADIUS: Final = 4
_DOT: Final = 10
"""Units that a dot needs beside its label."""
_LETTER: Final = 8
"""Units that a letter of a label needs on a phone, where labels are larger."""
_MOST_WITH_ARROWS: Final = 30
"""More risks than these would drown in their arrows."""


class Risen(Struct, frozen=True):
    """A risk to be drawn: its place on the scales before and, perhaps, after its actions."""

    id: str
    label: str
    title: str
    kind: str
    likelihood: int
    impact: int
    residual: tuple[int, int] | None
    tone: str


class HeatCell(Struct, frozen=True):
    """One cell; `tone` is that of its band."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    score: int


class Dot(Struct, frozen=True):
    """One risk as it is without its actions."""

    risk: Risen
    x: float
    y: float


class Rest(Struct, frozen=True):
    """How many risks did not fit in a full cell, said in its last place."""

    likelihood: int
    impact: int
    count: int
    x: float
    y: float


class Arrow(Struct, frozen=True):
    """From a risk to what remains of it; ends in a hollow dot."""

    risk: Risen
    x1: float
    y1: float
    x2: float
    y2: float
    end_x: float
    end_y: float


class Tick(Struct, frozen=True):
    """A number of a scale."""

    x: float
    y: float
    text: str


class Heatmap(Struct, frozen=True):
    """Everything to be drawn, in the coordinates of a view box that begins at 0, 0."""

    width: float
    height: float
    cells: tuple[HeatCell, ...]
    slot_width: float
    dots: tuple[Dot, ...]
    rests: tuple[Rest, ...]
    arrows: tuple[Arrow, ...]
    impact: tuple[Tick, ...]
    likelihood: tuple[Tick, ...]


class Scale(Struct, frozen=True):
    """The size of the matrix, and the score and tone of each pair, by (likelihood, impact)."""

    likelihood: int
    impact: int
    scores: dict[tuple[int, int], tuple[int, str]]

    @property
    def cell_width(self) -> float:
        """The width of a cell with its gap."""
        return (WIDTH - LEFT) / self.impact

    def corner(self, likelihood: int, impact: int) -> tuple[float, float]:
        """The top left corner of a cell; likelihood grows upwards."""
        return LEFT + (impact - 1) * self.cell_width, (self.likelihood - likelihood) * float(CELL_HEIGHT)


def draw(scale: Scale, risks: Iterable[Risen]) -> Heatmap:
    """Lays out the map. Risks that share a cell stand side by side; what remains of them along its lower edge."""
    shown = [risk for risk in risks if (risk.likelihood, risk.impact) in scale.scores]
    crowds = _crowds(shown)
    slot = _slot_width(crowds)
    placed = [_placed(scale, cell, members, slot) for cell, members in crowds.items()]
    dots = tuple(dot for dots, _ in placed for dot in dots)
    height = scale.likelihood * CELL_HEIGHT
    return Heatmap(
        width=WIDTH,
        height=height + BOTTOM,
        cells=tuple(_cells(scale)),
        slot_width=slot,
        dots=dots,
        rests=tuple(rest for _, rest in placed if rest),
        arrows=tuple(_arrows(scale, dots)) if len(shown) <= _MOST_WITH_ARROWS else (),
        impact=tuple(
            Tick(LEFT + (step + 0.5) * scale.cell_width, height + 14, str(step + 1)) for step in range(scale.impact)
        ),
        likelihood=tuple(
            Tick(LEFT - 6, (scale.likelihood - step - 0.5) * CELL_HEIGHT + 4, str(step + 1))
            for step in range(scale.likelihood)
        ),
    )


def _cells(scale: Scale) -> Iterator[HeatCell]:
    for (likelihood, impact), (score, tone) in scale.scores.items():
        x, y = scale.corner(likelihood, impact)
        yield HeatCell(x, y, scale.cell_width - GAP, CELL_HEIGHT - GAP, tone, score)


def _crowds(risks: Iterable[Risen]) -> dict[tuple[int, int], list[Risen]]:
    """The risks of each cell, by likelihood and impact."""
    found: dict[tuple[int, int], list[Risen]] = {}
    for risk in risks:
        found.setdefault((risk.likelihood, risk.impact), []).append(risk)
    return found


def _slot_width(crowds: Mapping[tuple[int, int], Sequence[Risen]]) -> float:
    """Room for the longest label, and for the count of a full cell, which has a plus sign but no dot."""
    labels = [len(risk.label) for members in crowds.values() for risk in members]
    counts = [len(str(len(members))) for members in crowds.values()]
    return max(SLOT_WIDTH, _DOT + _LETTER * max(*labels, *counts, 0, 0))


def _placed(
    scale: Scale, cell: tuple[int, int], members: Sequence[Risen], slot: float
) -> tuple[list[Dot], Rest | None]:
    """The dots of a cell, row by row; where they are too many, the last place says how many more there are."""
    columns = max(int((scale.cell_width - GAP) // slot), 1)
    slots = columns * ((CELL_HEIGHT - GAP - HOLLOW_STEP) // SLOT_HEIGHT)
    left, top = scale.corner(*cell)
    places = [
        (left + 9 + (place % columns) * slot, top + 12 + (place // columns) * SLOT_HEIGHT) for place in range(slots)
    ]
    if len(members) <= slots:
        return [Dot(risk, *place) for risk, place in zip(members, places, strict=False)], None
    dots = [Dot(risk, *place) for risk, place in zip(members, places[:-1], strict=False)]
    x, y = places[-1]
    return dots, Rest(*cell, len(members) - len(dots), x - RADIUS, y)


def _arrows(scale: Scale, dots: Iterable[Dot]) -> Iterator[Arrow]:
    """The arrows; those that end in one cell do so in the order in which they come, so that they cross less."""
    taken: dict[tuple[int, int], int] = {}
    for dot in sorted(dots, key=lambda dot: (dot.x, dot.y)):
        target = dot.risk.residual
        if target is None or target not in scale.scores or target == (dot.risk.likelihood, dot.risk.impact):
            continue
        place = taken.get(target, 0)
        taken[target] = place + 1
        room = max(int((scale.cell_width - GAP - 12) // HOLLOW_STEP), 1)
        x, y = scale.corner(*target)
        end_x = x + 9 + (place % room) * HOLLOW_STEP
        end_y = y + CELL_HEIGHT - GAP - 8
        yield Arrow(dot.risk, *_between(dot.x, dot.y, end_x, end_y), end_x, end_y)


def _between(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float, float, float]:
    """The line between two dots without the dots themselves, so that it touches neither."""
    length = hypot(x2 - x1, y2 - y1) or 1.0
    step_x, step_y = (x2 - x1) / length * (RADIUS + 1.5), (y2 - y1) / length * (RADIUS + 1.5)
    return round(x1 + step_x, 1), round(y1 + step_y, 1), round(x2 - step_x, 1), round(y2 - step_y, 1)
