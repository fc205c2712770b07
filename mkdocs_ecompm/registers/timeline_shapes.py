"""The drawing of the Gantt chart in as few pieces as it needs: one path for all bars of a kind, labels by their kind.

A browser pays for each element of a page, whether it is seen or not: a bar of its own for each of thousands of tasks
makes scrolling slow, one path of thousands of bars does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.registers.timeline_links import Route

_ROUND: Final = 2
"""The radius of a bar's corners."""
_LINES: Final = ("wait", "tip", "wait--critical", "tip--critical")
_ORDER: Final = (*_LINES, "baseline", "float", "body", "body--summary", "moment")
_OVER: Final = ("body--critical", "moment--critical", "done", "done--critical")
_NAMES: Final = ("plain", "critical", "summary", "inside", "inside-critical")


class Label(Struct, frozen=True):
    """A text at a place; `anchor` is start or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    inside: bool = False


class Piece(Struct, frozen=True):
    """A bar or line to be drawn: its kind, and its path."""

    kind: str
    path: str


class Shape(Struct, frozen=True):
    """Everything of one kind: the last word of its class, and one path for all of it."""

    css: str
    path: str


class Names(Struct, frozen=True):
    """The labels of one kind."""

    css: str
    labels: tuple[Label, ...]


def shapes(pieces: Iterable[Piece], routes: Iterable[Route]) -> tuple[Shape, ...]:
    """The pieces by kind, in the order in which they cover each other; the lines of dependencies below all."""
    found: dict[str, list[str]] = {}
    for piece in (*_lines(routes), *pieces):
        found.setdefault(piece.kind, []).append(piece.path)
    return tuple(Shape(kind, "".join(found[kind])) for kind in (*_ORDER, *_OVER) if kind in found)


def names(labels: Iterable[tuple[str, Label]]) -> tuple[Names, ...]:
    """The labels by kind."""
    found: dict[str, list[Label]] = {}
    for kind, label in labels:
        found.setdefault(kind, []).append(label)
    return tuple(Names(kind, tuple(found[kind])) for kind in _NAMES if kind in found)


def _lines(routes: Iterable[Route]) -> Iterator[Piece]:
    for route in routes:
        tail = "--critical" if route.critical else ""
        yield Piece(f"wait{tail}", route.path)
        first, *others = route.head.split()
        yield Piece(f"tip{tail}", f"M{first}L{' '.join(others)}z")


def mark(x: float, y: float, half: float) -> str:
    """A diamond around a point as a path."""
    return f"M{x:.1f} {y - half:.1f}l{half} {half}l{-half} {half}l{-half} {-half}z"


def bar(x: float, y: float, width: float, height: float) -> str:
    """A bar as a path, with round corners where it is wide enough."""
    r = _ROUND
    if width < 2 * r or height < 2 * r:
        return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"
    across, down = width - 2 * r, height - 2 * r
    return (
        f"M{x + r:.1f} {y:.1f}h{across:.1f}q{r} 0 {r} {r}v{down:.1f}q0 {r}-{r} {r}"
        f"h{-across:.1f}q-{r} 0-{r}-{r}v{-down:.1f}q0-{r} {r}-{r}z"
    )
