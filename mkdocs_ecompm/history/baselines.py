"""Baselines: plans that somebody fixed by a signed tag, or by a gate that was decided and agreed to.

The days of a baseline are those of the plan in its commit: of phases, gates and milestones as they were written, of
tasks as they were computed on the day of that commit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from itertools import chain, islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.git.objects import ObjectError, TreeEntry
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.load.files import FileEntry, Files, FilesError
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.history import Baseline
from mkdocs_ecompm.model.signoff import Decision, Signoffs, Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.timeline import Gate, Milestone, Phase, schedule

MOST: Final = 20
"""Baselines that are kept, the newest ones: a repository may have a signed tag for every release of its programs."""

_NEEDED: Final = ("project", "obligations", "timeline")
"""The registers that the days of a plan depend on."""

MOST_FILES: Final = 20_000
"""Files of these in one commit; nobody writes more, but a few small trees can stand for a billion."""

Span = tuple[date, date]


def of_gates(state: State, signoffs: Signoffs) -> Iterator[Baseline]:
    """The gates that were decided and whose agreement holds, without their days.

    The commit is the first in which somebody whose approval counts agreed to the gate as it now stands.
    """
    for record in state.of(Gate):
        agreement = signoffs.by_artifact.get(record.ref)
        if record.entry.decision == "open" or agreement is None or agreement.status is not Status.VALID:
            continue
        approvals = [
            one
            for one in signoffs.records
            if one.artifact == record.ref
            and one.decision is Decision.APPROVE
            and one.current
            and set(one.reasons) <= {"superseded"}  # who says the same again has said it before
        ]
        first = min(approvals, key=lambda one: (one.date, one.commit), default=None)
        if first is not None:
            weakest = min((one.assurance for one in approvals if one.counts), key=lambda found: found.rank)
            yield Baseline(record.id, first.commit, "gate", first.date.date(), assurance=weakest)


def within(repository: Repository, tip: str, commits: Iterable[str]) -> frozenset[str]:
    """Which of these commits lead to `tip`, or are it. A hole in the history ends the search there."""
    wanted = set(commits)
    found: set[str] = set()
    seen = {tip}
    waiting = [tip]
    while waiting and found != wanted:
        commit = waiting.pop()
        with suppress(ObjectError):
            parents = repository.commit(commit).parents
            waiting.extend(parent for parent in parents if parent not in seen)
            seen.update(parents)
            found |= {commit} & wanted
    return frozenset(found)


class PlanDays(Mapping[str, Span]):
    """The days of a plan by id, computed when they are first asked for: most baselines are only listed."""

    def __init__(self, files: Files, commit: str, day: date) -> None:
        self._files = files
        self._commit = commit
        self._day = day

    def __getitem__(self, name: str) -> Span:
        return self._days[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)

    @cached_property
    def _days(self) -> Mapping[str, Span]:
        try:
            state = load_state(self._files, {name: DOCUMENTS[name] for name in _NEEDED}, commit=self._commit)
        except FilesError:
            return {}
        if not state.has("timeline") or "timeline" in state.unreadable:
            return {}
        found = {record.id: (record.entry.start, record.entry.end) for record in state.of(Phase)}
        found |= {record.id: (record.entry.date, record.entry.date) for record in state.of(Gate)}
        tasks = schedule(state, self._day).tasks
        found |= {name: (dates.start, dates.finish) for name, dates in tasks.items()}
        return found | {record.id: (record.entry.date, record.entry.date) for record in state.of(Milestone)}


class _Kept(Struct, frozen=True):
    """The files that a plan depends on, read from a commit: links are listed, and never followed."""

    prefix: str
    entries: tuple[FileEntry, ...]
    contents: Mapping[str, bytes]

    def listing(self) -> Sequence[FileEntry]:
        """Every file and link."""
        return self.entries

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self.contents[path]


class Plans:
    """The plans in the commits of a repository. Commits of one day with the same files share theirs."""

    def __init__(self, repository: Repository, folder: str) -> None:
        self._repository = repository
        self._folder = folder
        self._known: dict[tuple[date, tuple[TreeEntry, ...]], PlanDays] = {}

    def newest(self, gates: Iterable[Baseline], tags: Iterable[Baseline], as_of: date) -> tuple[Baseline, ...]:
        """The newest baselines up to a day whose commit has a project folder, oldest first, each with its days.

        `tags` come newest first; no more of them are asked for than are kept.
        """
        all_tags = (one for one in tags if one.day <= as_of and self._there(one.commit))
        all_gates = (one for one in gates if one.day <= as_of and self._there(one.commit))
        found = sorted([*all_gates, *islice(all_tags, MOST)], key=lambda one: (one.day, one.kind, one.name))
        return tuple(replace(one, dates=self.days(one.commit)) for one in found[-MOST:])

    def days(self, commit: str) -> Mapping[str, Span]:
        """The days of the plan in a commit; none where it cannot be read."""
        with suppress(ObjectError):
            day = self._repository.commit(commit).committer_date.date()
            folder = self._repository.entry(commit, self._folder)
            entries = self._repository.tree(folder.oid) if folder else ()
            own = tuple(entry for entry in entries if os.fsdecode(entry.name).split(".")[0] in _NEEDED)
            if (day, own) not in self._known:
                self._known[day, own] = PlanDays(self._kept(commit, own), commit, day)
            return self._known[day, own]
        return {}

    def _there(self, commit: str) -> bool:
        with suppress(ObjectError):
            entry = self._repository.entry(commit, self._folder)
            return entry is not None and entry.kind == "folder"
        return False

    def _kept(self, commit: str, own: Iterable[TreeEntry]) -> _Kept:
        prefix = f"{self._folder}/" if self._folder else ""
        walks = (self._repository.walk(commit, prefix + os.fsdecode(entry.name)) for entry in own)
        found = [(place.removeprefix(prefix), entry) for place, entry in islice(chain.from_iterable(walks), MOST_FILES)]
        if len(found) == MOST_FILES:
            return _Kept(prefix, (), {})
        files = {path: entry.oid for path, entry in found if entry.kind == "file"}
        contents = {path: self._repository.read(oid).data for path, oid in files.items()}
        listed = (FileEntry(path, "file" if path in files else "link", entry.oid) for path, entry in found)
        return _Kept(prefix, tuple(listed), contents)
