"""What each commit changed in a folder: one `rev-list`, and one `diff-tree` for all of its commits.

Every commit is compared with its first parent. That of a merge is the line it was merged into, so a merge shows what
the branch brought, and also what it slipped in itself (an "evil" merge). The first commit, and the last one that a
shallow clone has, is compared with nothing.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple, cast

from msgspec import Struct, field

from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.git.process import run, start
from mkdocs_ecompm.git.repository import Repository

_COMPARE: Final = (
    "diff-tree",
    "--stdin",
    "--always",
    "--format=%H %P",
    "--encoding=UTF-8",
    "--root",
    "-r",
    "--raw",
    "-z",
    "--no-renames",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--diff-merges=first-parent",
)
_NOTHING: Final = b"000000"
_WORDS: Final = 5
"""Of a change: both modes, both ids, and what kind of change it is."""


class FileChange(NamedTuple):
    """One path that a commit changed. `mode` is octal as git prints it and `oid` the blob; both empty: removed."""

    path: bytes
    mode: bytes
    oid: str


_change: Final[Callable[[tuple[bytes, bytes, str]], FileChange]] = partial(tuple.__new__, FileChange)
"""Makes a change in half the time: a long history has tens of thousands."""


class Log(Struct, frozen=True):
    """Commits, each before its parents, with their parents; and for those that changed the folder, its changed paths.

    Paths start at the root of the repository. They are bytes: git knows no encoding of names.
    """

    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: Mapping[str, Sequence[FileChange]] = field(default_factory=dict)


def log(repository: Repository, tip: str, folder: str, *, known: Iterable[str] = ()) -> Log:
    """What every commit up to `tip`, and none up to a `known` one, changed in `folder` (empty: the whole tree).

    Raises:
        GitError: the history has a hole, or git failed.
    """
    option, place = f"--git-dir={repository.git_dir}", repository.worktree or repository.git_dir
    ends = [_full_id(tip), *(f"^{_full_id(commit)}" for commit in known)]
    walk = [option, "rev-list", "--topo-order", "--end-of-options", *ends, "--"]
    limit = ["--", f":(top,literal){folder}"] if folder else ["--"]
    compare = [option, *_COMPARE, *limit]
    with (
        TemporaryFile() as output,  # through a pipe, each commit would wake us
        start(walk, folder=place, errors=subprocess.DEVNULL) as walking,
        start(compare, folder=place, source=walking.stdout or subprocess.DEVNULL, output=output) as comparing,
    ):
        for pipe in (walking.stdin, walking.stdout):
            cast("IO[bytes]", pipe).close()
        comparing.communicate()
        output.seek(0)
        answer = output.read()
    if walking.returncode or comparing.returncode:  # what it said was not heard: it is asked once more
        run(compare, folder=place, data=run(walk, folder=place))
        raise GitError("git could not read the history.")
    return _parsed(answer)


def _full_id(oid: str) -> str:
    if not is_id(oid):
        raise GitError(f"{oid[:80]!a} is not a full object id.")
    return oid


def _parsed(answer: bytes) -> Log:
    """Take the answer apart: a commit and its parents, then each path with its modes and ids, whatever its name is.

    Raises:
        GitError: git broke off.
    """
    parents: dict[str, tuple[str, ...]] = {}
    changes: dict[str, list[FileChange]] = {}
    here: list[FileChange] = []
    parts = iter(answer.split(b"\0"))
    for part in parts:
        if part[:1] == b":" or part[:2] == b"\n:":
            path, words = next(parts, b""), part.split(b" ")
            if not path or len(words) != _WORDS:
                raise GitError("git diff-tree broke off in the middle of its answer.")
            mode = words[1]
            here.append(FileChange(path, b"", "") if mode == _NOTHING else _change((path, mode, words[3].decode())))
        elif part:
            commit, *others = part.decode("ascii").split()
            parents[commit] = tuple(others)
            here = changes[commit] = []
    return Log(parents, {commit: found for commit, found in changes.items() if found})


def below(folder: str, path: bytes) -> bytes:
    """The path from the folder on."""
    return path.removeprefix(os.fsencode(folder) + b"/") if folder else path
