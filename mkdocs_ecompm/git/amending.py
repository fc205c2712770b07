"""A tree like that of a commit, with some files put in: objects alone, no index and no file is touched."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Mapping
from itertools import accumulate
from pathlib import Path

from mkdocs_ecompm.git.objects import TreeEntry
from mkdocs_ecompm.git.process import GitError, run
from mkdocs_ecompm.git.repository import Repository

_FILE = "100644"
_FOLDER = "40000"


def with_files(repository: Repository, commit: str, files: Mapping[str, bytes | None]) -> str:
    """Store the tree of a commit with these files (path -> content) added or replaced, or taken out (None); its id.

    Raises:
        GitError: a file stands where a folder has to be, or git cannot write.
    """
    blobs = {
        os.fsencode(path): None if data is None else _store(repository, "blob", data) for path, data in files.items()
    }
    return _tree(repository, repository.commit(commit).tree, blobs)


def check_worktree(repository: Repository, paths: Iterable[str]) -> None:
    """Make sure that `put_into_worktree` can write these files: asked before anything is committed.

    Git itself never writes through a link inside of the working tree, so neither is it done here.

    Raises:
        GitError: a link or a file stands in the way, a folder cannot be written to, or the index is locked.
    """
    top = repository.worktree
    if top is None:
        return
    lock = repository.git_dir / "index.lock"
    if os.path.lexists(lock):
        raise GitError(f"Another git is at work here, or one was stopped: {lock} is there.")
    for folder in {repository.git_dir, *(_folder(top, path) for path in paths)}:
        if not os.access(folder, os.W_OK):
            raise GitError(f"The folder {folder} cannot be written to.")


def put_into_worktree(repository: Repository, files: Mapping[str, bytes]) -> None:
    """Let the working tree and the index have these files as the commit has them; all else stays as it is.

    Raises:
        GitError: they cannot be written; the message says that the commit stands.
    """
    if repository.worktree is None:
        return
    try:
        check_worktree(repository, files)
        _put(repository, repository.worktree, files)
    except (GitError, OSError) as error:
        reason = str(error) if isinstance(error, GitError) else f"{error.filename}: {error.strerror}."
        raise GitError(
            f"The commit was made and is on the branch, but its files could not be put into the working tree: {reason} "
            f"Once that is mended: git checkout HEAD -- {shlex.join(files)}"
        ) from error


def _put(repository: Repository, top: Path, files: Mapping[str, bytes]) -> None:
    lines = b""
    for path, data in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        lines += f"{_FILE} {_store(repository, 'blob', data)}\t".encode() + os.fsencode(path) + b"\0"
    options = [f"--git-dir={repository.git_dir}", f"--work-tree={top}"]
    run([*options, "update-index", "--add", "-z", "--index-info"], folder=top, data=lines)


def _folder(top: Path, path: str) -> Path:
    """The folder that exists already on the way to a file; one that is a link is none, nor is one made of a file."""
    folder = top
    for part in accumulate(path.split("/"), "{}/{}".format):
        place = top / part
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            break
        if stat.S_ISLNK(mode):
            raise GitError(f"{part} is a link, and nothing is written through a link. Put it aside.")
        if part != path and not stat.S_ISDIR(mode):
            raise GitError(f"{part} is no folder, so no file can be put into it. Put it aside.")
        if part == path and not stat.S_ISREG(mode):
            raise GitError(f"{part} is no file. Put it aside.")
        folder = folder if part == path else place
    return folder


def is_staged(repository: Repository, path: str) -> bool:
    """Whether the index holds something at or below a path that HEAD does not have so.

    Raises:
        GitError: the index cannot be read.
    """
    if repository.worktree is None:
        return False
    options = [f"--git-dir={repository.git_dir}", f"--work-tree={repository.worktree}"]
    compare = ["diff-index", "--cached", "--name-only", "-z", "HEAD", "--", f":(top,literal){path}"]
    return bool(run([*options, *compare], folder=repository.worktree))


def _tree(repository: Repository, oid: str | None, blobs: Mapping[bytes, str | None]) -> str:
    entries = {entry.name: entry for entry in (repository.tree(oid) if oid else ())}
    below: dict[bytes, dict[bytes, str | None]] = {}
    for path, blob in blobs.items():
        name, slash, rest = path.partition(b"/")
        if slash:
            below.setdefault(name, {})[rest] = blob
        elif blob is None:
            entries.pop(name, None)
        else:
            entries[name] = TreeEntry(_FILE, name, blob)
    for name, inside in below.items():
        known = entries.get(name)
        if known is not None and known.kind != "folder":
            raise GitError(f"{os.fsdecode(name)!a} is no folder in the commit, so no file can be put into it.")
        entries[name] = TreeEntry(_FOLDER, name, _tree(repository, known.oid if known else None, inside))
    # git sorts a folder as if its name ended with a slash
    order = sorted(entries.values(), key=lambda entry: entry.name + (b"/" if entry.kind == "folder" else b""))
    lines = (b"%s %s\0%s" % (entry.mode.encode(), entry.name, bytes.fromhex(entry.oid)) for entry in order)
    return _store(repository, "tree", b"".join(lines))


def _store(repository: Repository, kind: str, data: bytes) -> str:
    arguments = [f"--git-dir={repository.git_dir}", "hash-object", "-t", kind, "-w", "--stdin"]
    return run(arguments, folder=repository.worktree or repository.git_dir, data=data).decode("ascii").strip()
