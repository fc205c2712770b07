"""One row of the Gantt chart: a bar or a diamond, what it was in the baseline, and the label that finds its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.registers.timeline_axis import FONT_SIZE, Axis, fitting, text_width
from mkdocs_ecompm.registers.timeline_gantt import WIDTH, Bar, Diamond, Work
from mkdocs_ecompm.registers.timeline_shapes import Label, Piece, bar, mark

BAR: Final = 10
DIAMOND: Final = 6
MOMENT: Final = 5
"""Half the mark of a task that takes no time."""
BOLD: Final = FONT_SIZE * 1.08
"""A bold text is as wide as one of this size."""
_GAP: Final = 6


def bar_of(axis: Axis, work: Work, middle: float) -> Bar:
    """A task or summary in the row whose middle is at `middle`."""
    x, right = axis.morning(work.start), axis.evening(work.finish)
    if work.moment:
        x, right = axis.noon(work.finish) - MOMENT, axis.noon(work.finish) + MOMENT
    width = max(right - x, 2.0)
    height = BAR if work.kind == "task" else 4
    until = axis.evening(work.until) if work.until and work.until > work.finish and not work.done else None
    line = ""
    if until is not None:
        low = middle + BAR / 2 + (4 if work.was else 2)
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
        baseline=baseline_of(axis, work.was, middle + BAR / 2 + 1) if work.was else "",
    )


def baseline_of(axis: Axis, days: tuple[date, date], y: float) -> str:
    """The thin bar of what was agreed, as a path."""
    x, right = axis.morning(days[0]), axis.evening(max(days))
    return bar(x, y, max(right - x, 2.0), 2)


def pieces_of(drawn: Bar) -> Iterator[Piece]:
    """What is drawn of a bar: the baseline and the float, the bar, and the line in it for what is done.

    The line runs below a name that stands inside the bar.
    """
    kind = drawn.work.kind
    tail = "--summary" if kind == "summary" else ("--critical" if drawn.work.critical else "")
    if drawn.baseline:
        yield Piece("baseline", drawn.baseline)
    if drawn.float_path:
        yield Piece("float", drawn.float_path)
    if drawn.work.moment:
        yield Piece(f"moment{tail}", mark(drawn.x + MOMENT, drawn.y + drawn.height / 2, MOMENT))
        return
    yield Piece(f"body{tail}", bar(drawn.x, drawn.y, drawn.width, drawn.height))
    if drawn.done_width and kind == "task":
        low, thick = (drawn.height - 1.5, 1.5) if drawn.label.inside else (drawn.height / 2 - 1.25, 2.5)
        path = bar(drawn.x, drawn.y + low, drawn.done_width, thick)
        yield Piece(f"done{tail}", path)


def name_of(drawn: Bar) -> tuple[str, Label]:
    """The label of a bar, and of which kind it is."""
    work = drawn.work
    if drawn.label.inside:
        return "inside-critical" if work.critical else "inside", drawn.label
    return "summary" if work.kind == "summary" else ("critical" if work.critical else "plain"), drawn.label


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


def milestone_of(axis: Axis, work: Work, middle: float, today: date) -> Diamond:
    """A milestone; one that slipped keeps a hollow diamond on the day that was promised."""
    x = axis.noon(work.finish)
    slipped = work.promised is not None and work.promised < work.finish
    promised = axis.noon(work.promised) if work.promised is not None and slipped else x
    was = work.was[1] if work.was and work.was[1] not in {work.finish, work.promised} else None
    text = f"{'✓ ' if work.done else ''}{work.name}, {language.short_day(work.finish, today)}"
    if work.promised is not None and slipped:
        text += f", promised {language.short_day(work.promised, today)}"
    first = min([promised, x, *([axis.noon(was)] if was else [])])
    last = max([x, *([axis.noon(was)] if was else [])])
    return Diamond(
        id=work.id,
        points=diamond(x, middle, DIAMOND),
        tone="broken" if slipped else "calm",
        title=work.title,
        label=_beside(text, first - DIAMOND, last + DIAMOND, middle, size=BOLD),
        promised=diamond(promised, middle, 4) if slipped else "",
        slip=(round(promised + 4, 1), round(x - DIAMOND, 1), round(middle, 1)) if slipped else None,
        critical=work.critical,
        done=work.done,
        baseline=diamond(axis.noon(was), middle, 3.5) if was else "",
    )


def diamond(x: float, y: float, half: float) -> str:
    """The corners of a diamond around a point, for SVG."""
    return f"{x:.1f},{y - half:.1f} {x + half:.1f},{y:.1f} {x:.1f},{y + half:.1f} {x - half:.1f},{y:.1f}"
