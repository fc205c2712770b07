"""Whether files on disk are those of a commit, found by comparing bytes.

`git status` would start the filters that a repository configures, and can be told to overlook files
(`assume-unchanged`, `skip-worktree`). A reader is shown the bytes on disk, so those are compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mkdocs_ecompm.git.objects import TreeEntry, digest


def differs(worktree: Path, recorded: Mapping[str, TreeEntry], listed: Iterable[str], object_format: str) -> bool:
    """Whether a recorded file is changed or gone, or a listed one is there that was not recorded.

    Args:
        worktree: The root of the working tree.
        recorded: The files of the commit, by path.
        listed: The files that git knows or would add; some may not exist.
        object_format: `sha1` or `sha256`.
    """
    if any(os.path.lexists(worktree / path) for path in listed if path not in recorded):
        return True
    return any(not _same(worktree / path, entry, object_format) for path, entry in recorded.items())


def _same(file: Path, entry: TreeEntry, object_format: str) -> bool:
    if entry.kind == "other":  # a submodule is a repository of its own
        return True
    if file.is_symlink():
        return entry.kind == "link" and digest("blob", os.fsencode(file.readlink()), object_format) == entry.oid
    if entry.kind == "link" or not file.is_file():
        return False
    data = file.read_bytes()
    # A checkout on Windows has other line ends than the commit; the text is the same.
    versions = (data, data.replace(b"\r\n", b"\n")) if b"\r\n" in data else (data,)
    return any(digest("blob", version, object_format) == entry.oid for version in versions)
