"""The best common ancestors of commits, all of them: where a branch began, however often it was merged across."""

from __future__ import annotations

from typing import Final

from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.git.process import GitError, failure, start
from mkdocs_ecompm.git.repository import Repository

_NONE_COMMON: Final = 1


def merge_bases(repository: Repository, one: str, other: str) -> tuple[str, ...]:
    """The best common ancestors; several after a criss-cross of merges, none of unrelated histories.

    Raises:
        GitError: a commit on the way is missing.
    """
    return _asked(repository, "--all", one, other)


def newest(repository: Repository, *commits: str) -> tuple[str, ...]:
    """Those of some commits that are an ancestor of none of the others.

    Raises:
        GitError: a commit on the way is missing.
    """
    return _asked(repository, "--independent", *dict.fromkeys(commits))


def is_ancestor(repository: Repository, old: str, new: str) -> bool:
    """Whether a commit is another one or leads to it.

    Raises:
        GitError: a commit on the way is missing.
    """
    return old == new or merge_bases(repository, old, new) == (old,)


def _asked(repository: Repository, option: str, *commits: str) -> tuple[str, ...]:
    if not all(is_id(commit) for commit in commits):
        raise GitError("A merge base is asked for by full commit ids alone.")
    arguments = [f"--git-dir={repository.git_dir}", "merge-base", option, "--end-of-options", *commits]
    process = start(arguments, folder=repository.worktree or repository.git_dir)
    said, problem = process.communicate(b"")
    if process.returncode not in {0, _NONE_COMMON}:
        raise GitError(failure(arguments, problem))
    return tuple(said.decode("ascii").split())
