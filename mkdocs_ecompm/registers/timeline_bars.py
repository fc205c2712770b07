"""One row of the Gantt chart: a bar or a diamond, and the label that finds its place beside it."""

from __future__ import annotations

from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.registers.timeline_axis import FONT_SIZE, Axis, fitting, text_width
from mkdocs_ecompm.registers.timeline_gantt import WIDTH, Bar, Diamond, Label, Work

BAR: Final = 10
DIAMOND: Final = 6
BOLD: Final = FONT_SIZE * 1.08
"""A bold text is as wide as one of this size."""
_GAP: Final = 6


def bar_of(axis: Axis, work: Work, middle: float) -> Bar:
    """A task or summary in the row whose middle is at `middle`."""
    x, right = axis.morning(work.start), axis.evening(work.finish)
    width = max(right - x, 2.0)
    height = BAR if work.kind == "task" else 4
    until = axis.evening(work.until) if work.until and work.until > work.finish and not work.done else None
    line = ""
    if until is not None:
        low = middle + BAR / 2 + 2
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


def milestone_of(axis: Axis, work: Work, middle: float) -> Diamond:
    """A milestone; one that slipped keeps a hollow diamond on the day that was promised."""
    x = axis.noon(work.finish)
    slipped = work.promised is not None and work.promised < work.finish
    promised = axis.noon(work.promised) if work.promised is not None and slipped else x
    text = f"{'✓ ' if work.done else ''}{work.name}, {language.short_day(work.finish)}"
    if work.promised is not None and slipped:
        text += f", promised {language.short_day(work.promised)}"
    return Diamond(
        id=work.id,
        points=diamond(x, middle, DIAMOND),
        tone="broken" if slipped else "calm",
        title=work.title,
        label=_beside(text, min(promised, x) - DIAMOND, x + DIAMOND, middle, size=BOLD),
        promised=diamond(promised, middle, 4) if slipped else "",
        slip=(round(promised + 4, 1), round(x - DIAMOND, 1), round(middle, 1)) if slipped else None,
        critical=work.critical,
        done=work.done,
    )


def diamond(x: float, y: float, half: float) -> str:
    """The corners of a diamond around a point, for SVG."""
    return f"{x:.1f},{y - half:.1f} {x + half:.1f},{y:.1f} {x:.1f},{y + half:.1f} {x - half:.1f},{y:.1f}"
