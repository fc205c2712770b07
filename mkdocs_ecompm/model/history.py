"""How the project moved: the commits that changed it, and the values that were said at each, read from git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mkdocs_ecompm.model.signoff import Assurance


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit that changed the project folder, in the order of the published line (first parents).

    `at` is the committer's claim, never before that of the revision before it. `author` is the name that the commit
    claims: it is shown and decides nothing. `registers` are those whose files it changed against its first parent.
    """

    commit: str
    at: datetime
    author: str
    subject: str
    registers: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """The day on which it was said, in UTC."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Point:
    """What was said from a commit on. `value` is None where the record or the field was not there (any more)."""

    commit: str
    at: datetime
    value: str | None

    @property
    def day(self) -> date:
        """The day on which it was said, in UTC."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Series:
    """One value over time, oldest point first, a point only where the value changed.

    `kind` names what it is (`milestone`, `gate`, `risk`, `kpi`, `budget`), `ref` the record (`timeline/M10`), `name`
    its headline as it is called last. Values are texts as a file has them: an ISO day, a number with a point.
    """

    kind: str
    ref: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
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


@dataclass(frozen=True)
class History:
    """Everything that git tells of the project's past. `problem` says why it is not whole (a shallow clone)."""

    revisions: tuple[Revision, ...] = ()
    series: tuple[Series, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    problem: str = ""

    def of(self, kind: str) -> tuple[Series, ...]:
        """All series of a kind, in the order of their files."""
        return tuple(one for one in self.series if one.kind == kind)

    def path(self, kind: str, ref: str) -> Series | None:
        """The series of one record, None if nothing was ever said about it."""
        return next((one for one in self.series if one.kind == kind and one.ref.casefold() == ref.casefold()), None)
