"""Evidence as commits wrote it: which reviews each commit put into the files below `evidence/`, beside its parent.

What counts is what a commit wrote, never what a tree holds: later edits, deletions and merges change nothing, and a
review that stood there before is not written again by whoever touches its file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.git.objects import Commit, TreeEntry
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.contents import ContentsHistory
from mkdocs_ecompm.model.review import ForgeAccount, PullRequestEvidence, Review, ReviewState, Seen
from mkdocs_ecompm.signoff.ancestry import Ancestry
from mkdocs_ecompm.signoff.review_file import InvalidEvidence, parse
from mkdocs_ecompm.signoff.trust import NOBODY, AccountId

EVIDENCE: Final = "evidence"
"""The folder of a project that attestors write, and nobody else."""
ENDING: Final = ".json"
_MOST_FILES: Final = 5_000
"""Files that one commit changes; a collector writes one for each pull request."""
_FOLDER: Final = "40000"
_MOST_CLAIMED: Final = 8 * 1024 * 1024
"""Bytes of evidence by those who attest nothing that are read, to say that it counts for nothing."""


class Written(Struct, frozen=True, eq=False):
    """A review that a commit wrote: the file, the pull request and the review itself.

    `restated`: the review stood there before, and the commit wrote its file anew.
    """

    path: str
    pull_request: PullRequestEvidence
    review: Review
    restated: bool = False

    @property
    def identity(self) -> Hashable:
        """What makes two reviews one and the same, whichever file they are in and whatever else it says."""
        asked, review = self.pull_request, self.review
        return (
            (asked.host, asked.number, review.id, _of(review.reviewer)),
            (review.state, review.decision, review.role, review.conditions),
            (review.body, review.submitted_at, review.commit, tuple(sorted(review.artifacts.items()))),
        )

    @property
    def account(self) -> AccountId:
        """The account of the reviewer."""
        return account_of(self.pull_request, self.review.reviewer)


class Writing(Struct, frozen=True, eq=False):
    """What a commit wrote. `alone`: it changed nothing else. `faults` has why a file counts for nothing, by path.

    `files` are those that it changed, whole.
    """

    alone: bool
    reviews: tuple[Written, ...] = ()
    seen: tuple[Seen, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, PullRequestEvidence], ...] = ()


class _File(Struct, frozen=True, eq=False):
    """A file of evidence as it was read; `fault` says why it is none."""

    pull_request: PullRequestEvidence | None
    reviews: tuple[Written, ...] = ()
    fault: str = ""

    @property
    def seen(self) -> tuple[Seen, ...]:
        return self.pull_request.seen if self.pull_request else ()


_NOTHING: Final = _File(None)
_UNHEARD: Final = _File(None, fault=f"More than {_MOST_CLAIMED >> 20} MiB of evidence are by nobody who may attest.")


_ReadFile: TypeAlias = Callable[[str, TreeEntry | None], _File]


class FirstPlaces:
    """Where each review was recorded first, as commits are asked about that may record, parents first."""

    def __init__(self, ancestry: Ancestry, history: Container[str]) -> None:
        self._ancestry = ancestry
        self._history = history
        self._places: dict[Hashable, list[tuple[str, bool]]] = {}

    def take(self, written: Written, commit: str) -> bool:
        """Whether a commit, which is marked, is the first to record a review; then it is remembered.

        A review of what was not merged yet is recorded anew once it is. An approval that somebody else had put into
        the file before is not: whoever wrote the file anew may have kept it. A no or a dismissal is, or anybody could
        keep it from being recorded by writing it first.
        """
        places = self._places.setdefault(written.identity, [])
        before = [merged for place, merged in places if self._ancestry.reaches(commit, place)]
        merged = written.pull_request.merged in self._history
        kept = written.restated and written.review.state is ReviewState.APPROVED
        if (any(before) or not merged) if before else kept:
            return False
        places.append((commit, merged))
        return True


class EvidenceFiles:
    """The evidence in the commits of a history."""

    def __init__(self, repository: Repository, contents: ContentsHistory, folder: str) -> None:
        self._repository = repository
        self._contents = contents
        self._prefix = f"{folder}/{EVIDENCE}/" if folder else f"{EVIDENCE}/"
        self._steps: Final = [os.fsencode(step) for step in self._prefix.split("/") if step]
        self._writings: dict[str, Writing] = {}
        self._files: dict[tuple[str, str], _File] = {}
        self._parsed: dict[str, PullRequestEvidence | str] = {}
        self._left = _MOST_CLAIMED

    def writers(self, commits: Iterable[Commit]) -> frozenset[str]:
        """The commits with one parent that change what is below `evidence/`."""
        folder, name = self._contents.folder, self._steps[-1]
        if not self._contents.may_have(name):  # the history was read before
            return frozenset()
        child = self._repository.child
        known: dict[str, str] = {"": ""}
        found = []
        for commit in commits:
            here = folder(commit.oid)
            if here not in known:
                entry = child(here, name)
                known[here] = entry.oid if entry else ""
            if known[here] and len(commit.parents) == 1:
                before = folder(commit.parents[0])  # a parent comes first
                if known[before] != known[here]:
                    found.append(commit.oid)
        return frozenset(found)

    def written(self, commit: Commit) -> Writing:
        """What a commit with one parent wrote, which an attestor made: however much that is.

        Raises:
            ObjectError: an object that is needed cannot be relied on.
        """
        if commit.oid not in self._writings:
            self._writings[commit.oid] = self._written(commit, self._file)
        return self._writings[commit.oid]

    def claimed(self, commit: Commit) -> Writing:
        """As `written`, of a commit that nobody made who may attest; of all such commits together only so much is read.

        Raises:
            ObjectError: an object that is needed cannot be relied on.
        """
        return self._written(commit, self._claimed_file)

    def faults(self, commit: str) -> Iterator[tuple[str, str]]:
        """The files in the tree of a commit that are no evidence, each with why."""
        found = self._repository.entry(commit, self._prefix.rstrip("/"))
        for entry in self._repository.tree(found.oid) if found and found.kind == "folder" else ():
            path = self._prefix + os.fsdecode(entry.name)
            if path.endswith(ENDING) and (fault := self._claimed_file(path, entry).fault):
                yield path, fault

    def _written(self, commit: Commit, read_file: _ReadFile) -> Writing:
        read, parent = self._repository, self._repository.commit(commit.parents[0])
        alone, new, old = True, commit.tree, parent.tree
        for step in self._steps:
            now, before = _entries(read, new), _entries(read, old)
            others = (name for name in now.keys() | before.keys() if name != step)
            alone = alone and all(now.get(name) == before.get(name) for name in others)
            here, there = now.get(step), before.get(step)
            alone = alone and (there is None or there.mode == _FOLDER)
            new, old = (entry.oid if entry and entry.mode == _FOLDER else "" for entry in (here, there))
        return self._difference(_entries(read, new), _entries(read, old), read_file, alone=alone)

    def _difference(
        self, now: Mapping[bytes, TreeEntry], before: Mapping[bytes, TreeEntry], read_file: _ReadFile, *, alone: bool
    ) -> Writing:
        changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        if len(changed) > _MOST_FILES:
            return Writing(alone, faults=((self._prefix, f"More than {_MOST_FILES} files in one commit."),))
        paths = {name: self._prefix + os.fsdecode(name) for name in changed}
        stood = [read_file(paths[name], before.get(name)) for name in changed]
        files = {paths[name]: read_file(paths[name], now.get(name)) for name in changed}
        known = frozenset(one.identity for file in stood for one in file.reviews)
        known_seen = frozenset(one for file in stood for one in file.seen)
        written: dict[Hashable, Written] = {}
        for one in (one for file in files.values() for one in file.reviews):
            key = one.identity, one.pull_request.merged
            written.setdefault(key, replace(one, restated=one.identity in known))
        return Writing(
            alone,
            tuple(written.values()),
            tuple(one for file in files.values() for one in file.seen if one not in known_seen),
            tuple((path, file.fault) for path, file in files.items() if file.fault),
            tuple((path, file.pull_request) for path, file in files.items() if file.pull_request),
        )

    def _file(self, path: str, entry: TreeEntry | None) -> _File:
        """The file at a place; nothing if there is none, or if it is no JSON by its name."""
        if entry is None or not path.endswith(ENDING):
            return _NOTHING
        if entry.kind != "file":
            return _File(None, fault="It is no file.")
        if (path, entry.oid) not in self._files:
            self._files[path, entry.oid] = self._read(path, entry.oid)
        return self._files[path, entry.oid]

    def _claimed_file(self, path: str, entry: TreeEntry | None) -> _File:
        """As `_file`, as long as not too much was read so."""
        if entry is None or entry.kind != "file" or entry.oid in self._parsed or not path.endswith(ENDING):
            return self._file(path, entry)
        if self._left <= 0:
            return _UNHEARD
        self._left -= len(self._repository.read(entry.oid).data)
        return self._file(path, entry)

    def _read(self, path: str, blob: str) -> _File:
        if blob not in self._parsed:
            try:
                self._parsed[blob] = parse(self._repository.read(blob).data)
            except InvalidEvidence as error:
                self._parsed[blob] = str(error)
        found = self._parsed[blob]
        if isinstance(found, str):
            return _File(None, fault=found)
        return _File(found, tuple(Written(path, found, review) for review in found.reviews))


def account_of(asked: PullRequestEvidence, account: ForgeAccount) -> AccountId:
    """An account as a trust state has it: by host and number; that of nobody if the forge gave it no number."""
    return asked.host.casefold(), account.id or NOBODY


def _of(account: ForgeAccount) -> Hashable:
    """What tells two accounts apart: a login may change."""
    return account.login.casefold() if account.id is None else account.id


def _entries(repository: Repository, tree: str) -> dict[bytes, TreeEntry]:
    return {entry.name: entry for entry in repository.tree(tree)} if tree else {}
