"""A day in place of a revision: the last commit of the published line on or before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Final

from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.git.repository import Repository

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AHEAD: Final = 256
"""Commits that are read in one go."""


def commit_named(repository: Repository, rev: str) -> str:
    """The full id of the commit that a revision or a day (`2026-03-01`) names.

    Of a day it is the last commit, along first parents from HEAD, whose committer claims that day or an earlier one, in
    UTC. A branch or tag that is called like a day comes first.

    Raises:
        GitError: There is no such commit; a whole sentence.
    """
    if not _DAY.fullmatch(rev):
        return repository.resolve(rev)
    try:
        return repository.resolve(rev)
    except GitError:
        return commit_of_day(repository, _day(rev))


def named_day(rev: str | None) -> date | None:
    """The day that stands in place of a revision, None if it is no day."""
    try:
        return date.fromisoformat(rev) if rev and _DAY.fullmatch(rev) else None
    except ValueError:
        return None


def commit_of_day(repository: Repository, day: date, tip: str | None = None) -> str:
    """The last commit on or before a day, along first parents from a commit, by default HEAD.

    Raises:
        GitError: There is none.
    """
    head = tip or repository.head()
    if head is None:
        raise GitError(f"There is no commit yet, so there is none on or before {day}.")
    begins = None
    for commit in published(repository, head):
        begins = commit.committer_date.date()
        if begins <= day:
            return commit.oid
    raise GitError(f"There is no commit on or before {day}: the first one is of {begins}.")


def published(repository: Repository, tip: str) -> Iterator[Commit]:
    """The published line: a commit and those before it along first parents, the newest first.

    Raises:
        GitError: The history has a hole.
    """
    line = repository.walk_history(tip, options=["--first-parent"])
    while ahead := list(islice(line, _AHEAD)):
        repository.read_commits(ahead)
        yield from map(repository.commit, ahead)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise GitError(f"There is no day {text}.") from None
