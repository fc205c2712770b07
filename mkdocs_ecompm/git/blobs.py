"""Many objects in one go: git is asked for all of them before it answers, and answers in large pieces."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator, Sequence
from typing import Final

from mkdocs_ecompm.git.batch import Batch, ask_all, end
from mkdocs_ecompm.git.objects import GitObject, MissingObject, ObjectError, ObjectMismatch
from mkdocs_ecompm.git.process import start
from mkdocs_ecompm.git.repository import Repository

_MANY: Final = 200
"""From so many objects on it pays to start a process for them."""


def read_all(repository: Repository, oids: Sequence[str]) -> Iterator[GitObject | ObjectError]:
    """Each object in the order asked, re-hashed, or the error that says why it cannot be relied on."""
    answered = (yield from _buffered(repository, oids)) if len(oids) >= _MANY else 0
    yield from repository.read_many(oids[answered:])


def _buffered(repository: Repository, oids: Sequence[str]) -> Generator[GitObject | ObjectError, None, int]:
    """The objects as far as git comes; how many these are."""
    option, folder = f"--git-dir={repository.git_dir}", repository.worktree or repository.git_dir
    process = start([option, "cat-file", "--batch", "--buffer"], folder=folder, errors=subprocess.DEVNULL)
    ask_all(process, oids)
    batch = Batch(lambda: process, repository.object_format)
    answered = 0
    try:
        for oid, answer in zip(oids, batch.answers(process), strict=False):  # it may end early
            answered += 1
            if answer is None:
                yield MissingObject(oid)
            else:
                yield answer if answer.oid == oid else ObjectMismatch(oid)
    finally:
        process.kill()
        end(process)
    return answered
