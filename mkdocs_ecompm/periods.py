"""Floor 6: the stretches of the past that somebody asks about: months, and since a gate or a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from mkdocs_ecompm.comparison.facts import compare, not_compared
from mkdocs_ecompm.comparison.kept import Difference, KeptDifferences
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.git.days import published
from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.history.contents import Contents, ContentsHistory
from mkdocs_ecompm.history.kept import is_ours
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.comparison import Comparison, Fact, Moment, Period
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.history import History as Past
from mkdocs_ecompm.model.history import Revision
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS, timeline
from mkdocs_ecompm.registers.timeline import Gate
from mkdocs_ecompm.signoff.commits import History
from mkdocs_ecompm.signoff.earlier import earlier
from mkdocs_ecompm.signoff.evaluation import Request

MONTHS: Final = 12
"""Whole months that are told of, before the one that is not over."""
_LARGE: Final = 2_000
"""Records, or revisions, of a project whose past is not judged while a site is built: that would cost seconds."""
_MOST_RECORDS: Final = 20_000
"""Records of old versions that are read at most for the months before, and again for the revisions."""
_ALWAYS: Final = frozenset({"project", "people"})
"""Registers without which no sentence has names and money."""


def with_periods(
    project: Project, asked: Request, judged: History | None, cache: Path | None = None, *, keep: bool = False
) -> Past:
    """The history with its periods, and with what each of its newest revisions changed.

    `judged` is what the project's sign-offs were judged by, None if nothing could be relied on. `cache` is the folder
    with what differed between commits, None if there is none; only with `keep` is it written.

    Agreements are judged at both ends of the month that is over and at the last gate and baseline: each costs a walk
    over the commits before it. Of the months before, and of the whole past of a large project, only what the files say
    is compared; `Period.agreements` tells which. Where an object is missing, `problem` says so.
    """
    history = project.history
    if asked.repository is None or not history.revisions:
        return history
    kept = KeptDifferences(_ours(cache, asked), asked.folder)
    sides = _Sides(project, asked, asked.repository, history.revisions, judged, kept)
    try:
        found = tuple(sides.periods())
        sides.begin_anew()
        told = dict(sides.told(found))
    except GitError as error:
        return replace(history, problem=history.problem or str(error))
    if keep:
        kept.save()
    return replace(history, periods=found, told=told)


def _ours(cache: Path | None, asked: Request) -> Path | None:
    """The folder of the cache, if it cannot have come with the repository."""
    if cache is None or asked.repository is None or asked.commit is None:
        return None
    return cache if is_ours(cache, asked.repository, asked.commit) else None


@dataclass
class _Sides:
    """The sides that were made already, each once."""

    project: Project
    asked: Request
    repository: Repository
    revisions: Sequence[Revision]
    judged: History | None
    kept: KeptDifferences
    contents: ContentsHistory = field(init=False)
    _folder: str = field(init=False)
    _whole: dict[str, Side] = field(default_factory=dict)
    _room: int = field(init=False)

    def __post_init__(self) -> None:
        self._folder = "" if self.asked.folder == "." else self.asked.folder
        self.contents = self.judged.contents if self.judged else ContentsHistory(self.repository, self._folder)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget how much was read."""
        self._room = _MOST_RECORDS

    @property
    def large(self) -> bool:
        """Whether judging the past takes too long to wait for."""
        records = sum(map(len, self.project.state.records.values()))
        return records > _LARGE or len(self.revisions) > _LARGE

    # --- periods --------------------------------------------------------------------------------------------------

    def periods(self) -> Iterator[Period]:
        """The month that lasts, the month that is over, since the last gate and baseline, the months before."""
        as_of = self.project.as_of
        this = as_of.replace(day=1)
        last = _month_before(this)
        yield from self._since("month", f"{this:%Y-%m}", this - timedelta(days=1))
        yield from self._month(last, judged=not self.large)
        gate = max(_decided(self.project), key=lambda found: found[0], default=None)
        if gate is not None:
            yield from self._since("gate", gate[1], gate[0])
        baseline = max(self.project.history.baselines, key=lambda found: found.day, default=None)
        if baseline is not None and baseline.kind != "gate" and baseline.day <= as_of:
            yield from self._since("baseline", baseline.name, baseline.day, baseline.commit)
        last = min(last, _month_after(self.revisions[-1].day))  # of a project at rest, its last months
        for _ in range(MONTHS - 1):
            last = _month_before(last)
            if not self._affords(self.project.state.records):
                return
            if _month_after(last) > self.revisions[0].day:
                yield from self._month(last, judged=False)

    def _since(self, kind: str, name: str, day: date, commit: str | None = None) -> Iterator[Period]:
        """What happened after a day, or after a commit of that day."""
        before, within = commit or self._commit(day), self._within(day, None)
        if (before is None and kind != "month") or not (within or self.asked.dirty or before != self.asked.commit):
            return
        moments = self._moment(before, day), self._now()
        make = self._files if self.large else self._side
        comparison = _comparison(moments, make(before, day), Side.of(self.project))
        yield _period(kind, name, day, None, comparison, within, judged=not self.large)

    def _month(self, first: date, *, judged: bool) -> Iterator[Period]:
        since, end = first - timedelta(days=1), _month_after(first) - timedelta(days=1)
        within = self._within(since, end)
        if not within and not any(since < record.date.date() <= end for record in self.project.signoffs.records):
            return
        before, last = self._commit(since), self._commit(end)
        moments = self._moment(before, since), self._moment(last, end)
        if judged:
            comparison = _comparison(moments, self._side(before, since), self._side(last, end))
        else:
            sides = (before, since, last, end)
            found = self.kept.between(sides, lambda: _differ(self._files(before, since), self._files(last, end)))
            comparison = Comparison(*moments, *found)
        yield _period("month", f"{first:%Y-%m}", first, end, comparison, within, judged=judged)

    def _commit(self, day: date) -> str | None:
        """The last commit of the published line on or before a day that has the project; None if there is none."""
        try:
            found = next((commit.oid for commit in self._published if commit.committer_date.date() <= day), None)
        except GitError:
            return None
        return found if found and self.contents.folder(found) else None

    @cached_property
    def _published(self) -> Sequence[Commit]:
        """The published line, the newest commit first."""
        return tuple(published(self.repository, self.asked.commit)) if self.asked.commit else ()

    def _moment(self, commit: str | None, as_of: date) -> Moment:
        if commit is None:
            return Moment("", None, None, as_of)
        return Moment(commit, commit, self.repository.commit(commit).committer_date.date(), as_of)

    def _within(self, since: date, until: date | None) -> list[Revision]:
        """The revisions after a day, up to another."""
        return [one for one in self.revisions if one.day > since and (until is None or one.day <= until)]

    def _now(self) -> Moment:
        state, signoffs = self.project.state, self.project.signoffs
        return Moment("", state.commit or signoffs.commit, None, self.project.as_of, signoffs.dirty)

    # --- sides ----------------------------------------------------------------------------------------------------

    def _side(self, commit: str | None, day: date) -> Side:
        """A whole side, judged on a day."""
        if commit is None:
            return Side({}, day)
        key = f"{commit} {day}"
        if key not in self._whole:
            self._whole[key] = self._judged(commit, day)
        return self._whole[key]

    def _judged(self, commit: str, day: date) -> Side:
        files = TreeFiles(self.repository, commit, self._folder)
        state = load_state(files, DOCUMENTS, commit=commit, parse=self.contents.parse)
        return Side(
            state.contents,
            day,
            frozenset(state.unreadable),
            timeline.schedule(state, day) if state.has("timeline") else None,
            earlier(self.judged, self.asked.trust_roots, commit, state, day) if self.judged else None,
        )

    def _files(self, commit: str | None, day: date) -> Side:
        """A side of which only the files are read."""
        if commit is None:
            return Side({}, day)
        contents = self.contents.at(commit)
        return _readable(contents, contents.stamps, day)

    # --- revisions ------------------------------------------------------------------------------------------------

    def told(self, found: Iterable[Period]) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """What each of the newest revisions changed in the files, the newest first."""
        wanted = {commit for period in found for commit in period.commits}
        for number in range(len(self.revisions) - 1, -1, -1):
            revision, before = self.revisions[number], self.revisions[number - 1] if number else None
            if revision.commit not in wanted:
                continue
            if not self._affords(revision.registers):
                return
            yield revision.commit, self._told(before, revision).facts

    def _told(self, before: Revision | None, revision: Revision) -> Difference:
        """What a revision changed; every register that it does not touch is as it was before."""
        names, day = sorted({*revision.registers, *_ALWAYS}), revision.day

        def differ() -> Difference:
            return _differ(*(self._some(one, names, day) for one in (before, revision)))

        return self.kept.between((before and before.commit, revision.commit, names, day), differ)

    def _affords(self, registers: Iterable[str]) -> bool:
        """Whether one more version of these registers may be read; then it is counted."""
        records = self.project.state.records
        self._room -= 1 + sum(len(records.get(name, ())) for name in registers)
        return self._room >= 0

    def _some(self, revision: Revision | None, names: Iterable[str], day: date) -> Side:
        if revision is None:
            return Side({}, day)
        contents = self.contents.at(revision.commit)
        return _readable(contents, [name for name in names if name in contents.stamps], day)


def _comparison(moments: tuple[Moment, Moment], was: Side, is_: Side) -> Comparison:
    """Findings are left out: those of a day long ago are of no use to anybody."""
    return Comparison(*moments, *_differ(replace(was, findings=None), replace(is_, findings=None)))


def _differ(was: Side, is_: Side) -> Difference:
    return Difference(compare(was, is_), not_compared(was, is_))


def _readable(contents: Contents, names: Iterable[str], day: date) -> Side:
    read: dict[str, YamlMap] = {}
    unreadable = set()
    for name in names:
        if name not in DOCUMENTS:
            continue
        content, fault = contents.read(name)
        if fault is not None:
            unreadable.add(name)
        elif content is not None:
            read[name] = content
    return Side(read, day, frozenset(unreadable))


def _period(  # noqa: PLR0913, PLR0917  # these are the parts of a period
    kind: str,
    name: str,
    since: date,
    until: date | None,
    comparison: Comparison,
    within: Sequence[Revision],
    *,
    judged: bool,
) -> Period:
    commits = tuple(revision.commit for revision in within)
    return Period(kind, name, since, until, comparison, commits, agreements=judged)


def _month_after(day: date) -> date:
    """The first day of the month after that of a day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def _decided(project: Project) -> Iterator[tuple[date, str]]:
    """The gates that were decided, with the day."""
    for gate in project.state.of(Gate):
        on = gate.entry.decided_on
        if gate.entry.decision != "open" and on is not None and on <= project.as_of:
            yield on, gate.id
