"""The path of a risk: its score over time, as a small line for lists and as a chart of steps on the bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.history import History, Series

SPARK_WIDTH: Final = 76
SPARK_HEIGHT: Final = 26
WIDTH: Final = 430
HEIGHT: Final = 96
_LEFT: Final = 4
_RIGHT: Final = WIDTH - 40
_TOP: Final = 8
_FOOT: Final = HEIGHT - 18
_LABEL: Final = 44
"""Units that the label of a day needs."""
_YEAR: Final = 28
"""Units that its year needs besides, where it is another one than today's."""
_SAME: Final = 0.5


class Step(Struct, frozen=True):
    """What was said of a risk from a day on. The commit of a draft is empty, a pair that nothing tells None."""

    on: date
    score: int
    likelihood: int | None
    impact: int | None
    commit: str


class BandArea(Struct, frozen=True):
    """A band of the matrix behind the chart, from `y` downwards."""

    tone: str
    y: float
    height: float


class Mark(Struct, frozen=True):
    """A place where the score changed: the score, and the day below where there is room for it."""

    x: float
    y: float
    label_y: float
    score: int
    day: str


class Drawing(Struct, frozen=True):
    """The chart of one risk: a line of steps on the bands. `spark` is the same line as small as a word."""

    width: float
    height: float
    path: str
    end: tuple[float, float]
    marks: tuple[Mark, ...]
    bands: tuple[BandArea, ...]
    spark: str
    spark_end: tuple[float, float]


class RiskPath(Struct, frozen=True):
    """Everything that was ever said of the score of a risk, oldest first.

    `was` is the score before the last change, None if it never changed. `words` say the path in a line.
    """

    steps: tuple[Step, ...]
    was: int | None
    words: str
    drawing: Drawing

    @property
    def sign(self) -> str:
        """Where it went last: up, down, or nowhere."""
        if self.was is None:
            return "→"
        return "↗" if self.steps[-1].score > self.was else "↘"

    @property
    def went(self) -> str:
        """The same as a word."""
        return {"→": "unchanged", "↗": "rose", "↘": "fell"}[self.sign]


class Frame(Struct, frozen=True):
    """What the charts of all risks share: the days, the highest score, and the bands with their tones."""

    first: date
    last: date
    top: int
    bands: Mapping[str, tuple[int, int]]
    tones: Mapping[str, str]

    def share(self, day: date) -> float:
        """Where a day stands between the first and the last, from 0 to 1."""
        return (day - self.first).days / max((self.last - self.first).days, 1)


def frame_of(
    history: History, as_of: date, top: int, bands: Mapping[str, tuple[int, int]], tones: Mapping[str, str]
) -> Frame | None:
    """The frame of all risks with a past, or None if none has one."""
    days = [point.day for series in history.of("risk") for point in series.points if point.day <= as_of]
    return Frame(min(days), as_of, top, bands, tones) if days else None


def path_of(history: History, ref: str, frame: Frame) -> RiskPath | None:
    """The path of one risk, or None if nothing is known of it."""
    steps = _steps(history, ref, frame.last)
    if not steps:
        return None
    was = steps[-2].score if len(steps) > 1 else None
    cut_off = history.shallow and history.revisions[:1] and history.revisions[0].commit == steps[0].commit
    return RiskPath(steps, was, _words(steps, cut_off=bool(cut_off)), _draw(steps, frame))


def _steps(history: History, ref: str, as_of: date) -> tuple[Step, ...]:
    series = history.path("risk", ref)
    if series is None:
        return ()
    likelihood, impact = history.path("risk-likelihood", ref), history.path("risk-impact", ref)
    found: list[Step] = []
    for point in series.points:
        score = _whole(point.value)
        if score is not None and point.day <= as_of and (not found or found[-1].score != score):
            pair = [_value_at(one, point.at.timestamp()) for one in (likelihood, impact)]
            found.append(Step(point.day, score, pair[0], pair[1], point.commit))
    return tuple(found)


def _value_at(series: Series | None, moment: float) -> int | None:
    """What another series said at that moment."""
    said = [point.value for point in series.points if point.at.timestamp() <= moment] if series else []
    return _whole(said[-1]) if said else None


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() else None


def _words(steps: Sequence[Step], *, cut_off: bool) -> str:
    """The path in a line; where the history is `cut_off`, since when the first score stands is not known."""
    first, *others = steps
    if not others and cut_off:
        return f"{first.score} on {language.day(first.on)}, when the history in this copy begins"
    if not others:
        return f"{first.score} since {language.day(first.on)}"
    later = ", ".join(f"{step.score} from {language.day(step.on)}" for step in others)
    return f"{first.score} on {language.day(first.on)}, {later}"


# --- the drawing ------------------------------------------------------------------------------------------------------


def _draw(steps: Sequence[Step], frame: Frame) -> Drawing:
    places = [
        (round(_LEFT + frame.share(step.on) * (_RIGHT - _LEFT), 1), _height(step.score, frame.top)) for step in steps
    ]
    small = [
        (
            round(2 + frame.share(step.on) * (SPARK_WIDTH - 6), 1),
            round(SPARK_HEIGHT - 3 - min(step.score, frame.top) / frame.top * (SPARK_HEIGHT - 6), 1),
        )
        for step in steps
    ]
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        path=_line(places, _RIGHT),
        end=(_RIGHT, places[-1][1]),
        marks=_marks(steps, places, frame.last),
        bands=tuple(_bands(frame)),
        spark=_line(small, SPARK_WIDTH - 4),
        spark_end=(SPARK_WIDTH - 4, small[-1][1]),
    )


def _height(score: float, top: int) -> float:
    return round(_FOOT - min(score, top) / top * (_FOOT - _TOP), 1)


def _line(places: Sequence[tuple[float, float]], right: float) -> str:
    first = places[0]
    return f"M{first[0]} {first[1]}" + "".join(f"H{x}V{y}" for x, y in places[1:]) + f"H{right}"


def _marks(steps: Sequence[Step], places: Sequence[tuple[float, float]], as_of: date) -> tuple[Mark, ...]:
    """The score over each step, the day below where it does not touch the day before it."""
    found: list[Mark] = []
    free = 0.0
    for step, (x, y) in zip(steps, places, strict=True):
        end = x + _LABEL + (_YEAR if step.on.year != as_of.year else 0)
        shown = x >= free and end <= WIDTH
        if shown:
            free = end
        above = y - 5 if y - 5 > _TOP + 4 else y + 13
        found.append(Mark(x, y, round(above, 1), step.score, language.short_day(step.on, as_of) if shown else ""))
    apart = {0} | {number for number, (one, two) in enumerate(pairwise(places), 1) if two[0] - one[0] >= 14}
    return tuple(mark for number, mark in enumerate(found) if number in apart or number == len(found) - 1)


def _bands(frame: Frame) -> list[BandArea]:
    """The bands as areas, each from half a point below its lowest score to half a point over its highest."""
    found = []
    for name, (low, high) in frame.bands.items():
        upper = _height(min(high + _SAME, frame.top), frame.top)
        lower = _height(max(low - _SAME, 0), frame.top)
        if lower > upper:
            found.append(BandArea(frame.tones[name], upper, round(lower - upper, 1)))
    return found
