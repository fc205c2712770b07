"""How the days of the milestones moved from what was said of them: every promise, and when it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.history import Series
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.timeline_schema import Milestone


class Said(Struct, frozen=True):
    """A day that was promised, and the day and commit from which on. The commit of a draft is empty."""

    on: date
    day: date
    commit: str


class Move(Struct, frozen=True):
    """A promise that was replaced by another; `days` above 0 is a slip."""

    on: date
    was: date
    is_: date
    commit: str

    @property
    def days(self) -> int:
        """Calendar days that it moved."""
        return (self.is_ - self.was).days


class Promise(Struct, frozen=True):
    """A milestone with all days that were ever said of it. `until` is the day it was reached, or that of the look.

    `cut_off`: what was said before the first of them is not in this copy.
    """

    id: str
    name: str
    said: tuple[Said, ...]
    until: date
    reached: bool
    cut_off: bool = False

    @property
    def first(self) -> date:
        """The day that was promised first."""
        return self.said[0].day

    @property
    def now(self) -> date:
        """The day that is promised now."""
        return self.said[-1].day

    @property
    def days(self) -> int:
        """Calendar days between the first promise and the last; above 0 it slipped."""
        return (self.now - self.first).days

    @property
    def moves(self) -> tuple[Move, ...]:
        """Each time the day moved."""
        return tuple(Move(new.on, old.day, new.day, new.commit) for old, new in pairwise(self.said))

    @property
    def tone(self) -> str:
        """Slipped, kept, or come earlier."""
        return "broken" if self.days > 0 else ("holds" if self.days < 0 else "calm")


def promises(project: Project) -> tuple[Promise, ...]:
    """The milestones that are in the plan and have a past, by the day that is promised now."""
    found = [
        _promise(project, record.id, record.entry, series)
        for record in project.state.of(Milestone)
        if (series := project.history.path("milestone", record.ref)) is not None
    ]
    return tuple(sorted((one for one in found if one.said), key=lambda one: (one.now, one.id)))


def _promise(project: Project, name: str, entry: Milestone, series: Series) -> Promise:
    reached = entry.reached is not None and entry.reached <= project.as_of
    until = entry.reached if entry.reached is not None and reached else project.as_of
    return Promise(name, entry.name, tuple(_said(series, project.as_of)), until, reached, project.history.shallow)


def _said(series: Series, as_of: date) -> Iterator[Said]:
    """The days that were said up to `as_of`, each only once in a row: what cannot be read says nothing."""
    last = None
    for point in series.points:
        day = _day(point.value)
        if day is not None and day != last and point.day <= as_of:
            yield Said(point.day, day, point.commit)
            last = day


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def sentence_of(found: Sequence[Promise], goal: str, as_of: date | None = None) -> Sentence:
    """How many promises were kept, and how far the one that matters most has moved."""
    kept = sum(1 for one in found if not one.moves)
    worst = max(found, key=lambda one: (one.id == goal and one.days > 0, one.days), default=None)
    rest = _moved(worst, as_of) if worst is not None and worst.days > 0 else ""
    if any(one.cut_off for one in found):
        return Sentence(_since_cut(found, kept), rest)
    lead = f"{language.capital(language.in_words(kept))} of {language.count(len(found), 'milestone')} kept "
    lead += "its first day." if kept == 1 else "their first day."
    if not kept:
        lead = f"None of {language.count(len(found), 'milestone')} kept its first day."
        lead = lead if len(found) > 1 else "The milestone did not keep its first day."
    if kept == len(found):
        lead = "Every milestone kept its first day." if len(found) > 1 else "The milestone kept its first day."
    return Sentence(lead, rest)


def _since_cut(found: Sequence[Promise], kept: int) -> str:
    """What happened since the history of this copy begins: of the first promises it knows nothing."""
    since = language.day(min(one.said[0].on for one in found))
    moved = len(found) - kept
    what = f"{language.count(moved, 'milestone')} moved" if moved else "no milestone moved"
    return f"Since {since}, when the history in this copy begins, {what}."


def _moved(one: Promise, as_of: date | None) -> str:
    times = {1: "once", 2: "twice"}.get(len(one.moves), f"{language.in_words(len(one.moves))} times")
    days = language.figure(one.days, "day")
    same = one.first.year == one.now.year and (as_of is None or as_of.year == one.now.year)
    first, now = (language.short_day(day) if same else language.day(day) for day in (one.first, one.now))
    return f"{one.name} moved {times}, by {days} in all: {first} → {now}."
