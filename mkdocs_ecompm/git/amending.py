"""A tree like that of a commit, with some files put in: objects alone, no index and no file is touched."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mkdocs_ecompm.git.objects import TreeEntry
from mkdocs_ecompm.git.process import GitError, run
from mkdocs_ecompm.git.repository import Repository

_FILE = "100644"
_FOLDER = "40000"


def with_files(repository: Repository, commit: str, files: Mapping[str, bytes]) -> str:
    """Store the tree of a commit with these files (path -> content) added or replaced; its id.

    Raises:
        GitError: a file stands where a folder has to be, or git cannot write.
    """
    blobs = {os.fsencode(path): _store(repository, "blob", data) for path, data in files.items()}
    return _tree(repository, repository.commit(commit).tree, blobs)


def put_into_worktree(repository: Repository, files: Mapping[str, bytes]) -> None:
    """Let the working tree and the index have these files as the commit has them; all else stays as it is.

    Raises:
        GitError: git cannot write its index.
    """
    if repository.worktree is None:
        return
    lines = b""
    for path, data in files.items():
        target = repository.worktree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        lines += f"{_FILE} {_store(repository, 'blob', data)}\t".encode() + os.fsencode(path) + b"\0"
    options = [f"--git-dir={repository.git_dir}", f"--work-tree={repository.worktree}"]
    run([*options, "update-index", "--add", "-z", "--index-info"], folder=repository.worktree, data=lines)


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


def _tree(repository: Repository, oid: str | None, blobs: Mapping[bytes, str]) -> str:
    entries = {entry.name: entry for entry in (repository.tree(oid) if oid else ())}
    below: dict[bytes, dict[bytes, str]] = {}
    for path, blob in blobs.items():
        name, slash, rest = path.partition(b"/")
        if slash:
            below.setdefault(name, {})[rest] = blob
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
