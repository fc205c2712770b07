"""How the project moved: the commits that changed it, and the values that were said at each, read from git."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct, field

from mkdocs_ecompm.model.comparison import Fact, Period
from mkdocs_ecompm.model.signoff import Assurance


class Revision(NamedTuple):
    """One commit that changed the project folder, in the order of the published line (first parents).

    Revisions and points are named tuples, for a long history has tens of thousands of them. `at` is the committer's
    claim, never before that of the revision before it. `author` is the name that the commit claims: it is shown and
    decides nothing. `registers` are those whose files it changed against its first parent.
    """

    commit: str
    at: datetime
    author: str
    subject: str
    registers: tuple[str, ...] = ()
    merged: tuple[Revision, ...] = ()
    """What a merge brought: the commits of its branch that changed the folder, as their authors made them."""

    @property
    def day(self) -> date:
        """The day on which it was said, in UTC."""
        return self.at.date()


class Point(NamedTuple):
    """What was said from a commit on. `value` is None where the record or the field was not there (any more)."""

    commit: str
    at: datetime
    value: str | None

    @property
    def day(self) -> date:
        """The day on which it was said, in UTC."""
        return self.at.date()


class Series(Struct, frozen=True):
    """One value over time, oldest point first, a point only where the value changed.

    `kind` names what it is (`milestone`, `gate`, `risk`, `kpi`, `budget`), `ref` the record (`timeline/M10`), `name`
    its headline as it is called last. Values are texts as a file has them: an ISO day, a number with a point. A last
    point without a commit is what the working tree says today, where that differs from the last commit.
    """

    kind: str
    ref: str
    name: str
    points: tuple[Point, ...]

    @property
    def trend(self) -> str:
        """Which way its value went when it last changed: `rising` (for a day: later), `falling`, else `steady`."""
        said = [_amount(point.value) for point in self.points if point.value is not None]
        if len(said) < 2 or said[-1] == said[-2]:
            return "steady"
        return "rising" if said[-1] > said[-2] else "falling"


def _amount(value: str) -> float:
    """The number that a value is; of a day, that of the day."""
    return date.fromisoformat(value).toordinal() if "-" in value[1:] else float(value)


class Baseline(Struct, frozen=True):
    """A plan that somebody fixed: a signed tag, or a gate that was decided and whose sign-offs hold.

    `signer` is the person whose key signed the tag, None if that cannot be told. Tags can be moved or deleted: a
    baseline is shown and is no evidence. `dates` has (start, finish) of each phase, gate, milestone and task by id.
    """

    name: str
    commit: str
    kind: str
    day: date
    signer: str | None = None
    assurance: Assurance | None = None
    dates: Mapping[str, tuple[date, date]] = field(default_factory=dict)


class History(Struct, frozen=True, dict=True):
    """Everything that git tells of the project's past. `problem` says why it is not whole (a shallow clone).

    `touched` says when the content of each record, and of each register, was last changed. It is asked by `changed`.
    `periods` and `told` (what a revision changed, by its commit) are there only where somebody asked for them.
    `shallow`: it begins where the clone was cut off.
    """

    revisions: tuple[Revision, ...] = ()
    series: tuple[Series, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    problem: str = ""
    touched: Mapping[str, datetime] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()
    told: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    shallow: bool = False

    def of(self, kind: str) -> tuple[Series, ...]:
        """All series of a kind, in the order of their files."""
        return tuple(one for one in self.series if one.kind == kind)

    def path(self, kind: str, ref: str) -> Series | None:
        """The series of one record, None if nothing was ever said about it."""
        return self._by_ref.get((kind, ref.casefold()))

    def changed(self, ref: str) -> date | None:
        """The day on which anything in a record (`risks/R-004`) or a register last changed; None if nothing tells."""
        found = self.touched.get(ref.casefold())
        return found.date() if found else None

    @cached_property
    def _by_ref(self) -> dict[tuple[str, str], Series]:
        return {(one.kind, one.ref.casefold()): one for one in self.series}
