"""Where the repository around a folder is, and of what kind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.process import GitError, check_version, failure, start

_QUESTIONS: Final = (
    "rev-parse",
    "--is-inside-work-tree",
    "--is-shallow-repository",
    "--show-object-format",
    "--absolute-git-dir",
    "--show-cdup",  # says nothing in a bare repository
)


class Place(Struct, frozen=True):
    """A repository: where it is, where its working tree is (None for a bare one), and its kind."""

    git_dir: Path
    worktree: Path | None
    object_format: str
    shallow: bool


def find(folder: Path) -> Place | None:
    """The repository in or around `folder`, or None.

    Raises:
        GitError: git is missing or too old, or the repository belongs to somebody else or cannot be read.
    """
    with start(["version"], folder=folder) as version:
        said, complaint = _ask(folder)
        check_version(version.communicate()[0])
    if b"dubious ownership" in complaint or b"unsafe repository" in complaint:
        said, complaint = _ask(folder, own_settings=True)  # the user may have said that he trusts it
        if complaint:
            raise GitError(
                f"The repository around {folder} belongs to another user, so git does not read it. If you trust it: "
                f"git config --global --add safe.directory {folder.resolve()}"
            )
    if b"not a git repository" in complaint:
        return None
    if complaint:
        raise GitError(failure(_QUESTIONS, complaint))
    return _place(folder, os.fsdecode(said).removesuffix("\n"))


def _ask(folder: Path, *, own_settings: bool = False) -> tuple[bytes, bytes]:
    """What git answers, and, only if it failed, why."""
    process = start(_QUESTIONS, folder=folder, own_settings=own_settings)
    said, complaint = process.communicate()
    return said, (complaint or b"no reason") if process.returncode else b""


def _place(folder: Path, answer: str) -> Place:
    inside, shallow, object_format, paths = answer.split("\n", 3)
    if inside != "true":
        return Place(Path(paths.rstrip("\n")), None, object_format, shallow == "true")
    git_dir, _, up = paths.rpartition("\n")
    return Place(Path(git_dir), Path(os.path.normpath(folder.resolve() / up)), object_format, shallow == "true")
