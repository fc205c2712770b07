"""The published line: each commit that changed the project, and who committed what on the branches it merged.

Two questions have two answers. What the plan said on a day is read along first parents alone: a branch says nothing
until it is merged, and then all at once. Who changed what is asked of every commit: a merge names those it brought.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from itertools import accumulate, takewhile
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from mkdocs_ecompm.git.log import FileChange, Log, below
from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.load.yaml_text import UNCLEAN
from mkdocs_ecompm.model.history import Revision
from mkdocs_ecompm.model.words import shorten

_MOST_LETTERS = 200
"""Of a subject or a name; nobody reads more, and a hostile commit has millions."""


_Fields: TypeAlias = tuple[str, datetime, str, str, tuple[str, ...], tuple[Revision, ...]]
_made: Final[Callable[[_Fields], Revision]] = partial(tuple.__new__, Revision)
"""Makes a revision in half the time: a long history has tens of thousands."""


class Note(NamedTuple):
    """A commit that changed the project, with what it claims of itself: `claim` is in seconds since 1970."""

    commit: str
    claim: int
    author: str
    subject: str
    registers: tuple[str, ...]
    merged: tuple[Note, ...] = ()


class Line(Struct, frozen=True):
    """New commits of the published line that changed the project, oldest first, with those that each of them merged.

    `base` is the commit that the first of them all stands on, None at the beginning.
    """

    commits: tuple[str, ...]
    merged: dict[str, tuple[str, ...]]
    base: str | None


def line(log: Log, tip: str) -> Line:
    """Follow first parents from `tip` down, as far as the log goes."""
    published: list[str] = []
    here: str | None = tip
    while here is not None and here in log.parents:
        published.append(here)
        parents = log.parents[here]
        here = parents[0] if parents else None
    published.reverse()
    return Line(tuple(commit for commit in published if commit in log.changes), _brought(log, published), here)


def _brought(log: Log, published: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each merge of the line the commits that were not on it before and changed the folder, oldest first."""
    taken = set(published)
    order = dict(zip(log.parents, range(0, -len(log.parents), -1), strict=True))  # each after its parents
    found: dict[str, tuple[str, ...]] = {}
    for merge in published:
        parents = log.parents[merge]
        if len(parents) < 2:
            continue
        waiting = [parent for parent in parents[1:] if parent not in taken]
        brought: list[str] = []
        while waiting:
            commit = waiting.pop()
            if commit in taken or commit not in order:
                continue
            taken.add(commit)
            waiting.extend(log.parents[commit])
            if commit in log.changes:
                brought.append(commit)
        if brought:
            found[merge] = tuple(sorted(brought, key=order.__getitem__))
    return found


def notes(repository: Repository, log: Log, new: Line, folder: str, names: Collection[str]) -> Iterator[Note]:
    """What is kept of each commit of a line.

    Raises:
        ObjectError: a commit cannot be relied on.
    """
    brought = [commit for merge in new.commits for commit in new.merged.get(merge, ())]
    repository.read_commits([*new.commits, *brought])

    def note(commit: str, merged: tuple[Note, ...] = ()) -> Note:
        found = repository.commit(commit)
        claim = int(found.committer_date.timestamp())
        return Note(commit, claim, _author(found.author), _subject(found), _registers(log.changes[commit]), merged)

    def _registers(changes: Iterable[FileChange]) -> tuple[str, ...]:
        changed = {register_of(below(folder, change.path)) for change in changes}
        return tuple(name for name in names if name in changed)

    for commit in new.commits:
        yield note(commit, tuple(note(other) for other in new.merged.get(commit, ())))


def revisions(found: Sequence[Note], newest: datetime, as_of: date) -> tuple[Revision, ...]:
    """The commits up to a day, by their claims: none before the one that it stands on.

    A claim that lies behind the day and behind that of the `newest` commit is that of a clock gone wrong: it is taken
    as that of the commit before, so that one such commit does not hide all that came after it.
    """
    end = int(datetime.combine(as_of, time.max, UTC).timestamp())
    latest = max(int(newest.timestamp()), end)
    first = next((note.claim for note in found if note.claim <= latest), latest)
    claims = accumulate((note.claim if note.claim <= latest else first for note in found), max)
    return tuple(
        _revision(note, datetime.fromtimestamp(claim, UTC))
        for note, claim in takewhile(lambda pair: pair[1] <= end, zip(found, claims, strict=True))
    )


def _revision(note: Note, at: datetime) -> Revision:
    commit, _, author, subject, registers, brought = note
    merged = tuple([_revision(one, min(datetime.fromtimestamp(one.claim, UTC), at)) for one in brought])
    return _made((commit, at, author, subject, registers, merged))


@lru_cache(maxsize=4096)  # a project has few files, each named in hundreds of commits
def register_of(path: bytes) -> str:
    """The register that a file of the project belongs to, if it belongs to one."""
    top, slash, _ = os.fsdecode(path).partition("/")
    return top if slash else posixpath.splitext(top)[0]


@lru_cache(maxsize=4096)
def _author(line: bytes) -> str:
    """The name that the commit claims, else its mail address."""
    identity = line.rpartition(b">")[0].split(b" ")
    name, _, mail = b" ".join(identity).partition(b"<")
    return _text(name) or _text(mail)


def _subject(commit: Commit) -> str:
    """The first paragraph of the message in one line."""
    return _text(commit.message.lstrip(b"\r\n").partition(b"\n\n")[0])


def _text(raw: bytes) -> str:
    """Clean text: what a terminal or a page would obey, or would hide, is replaced."""
    text = raw[: 8 * _MOST_LETTERS].decode("utf-8", "replace")
    return UNCLEAN.sub("\N{REPLACEMENT CHARACTER}", shorten(text, _MOST_LETTERS))
