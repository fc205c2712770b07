"""Making a repository and putting objects into it: for `ecompm init`, where the same input must give the same ids.

Blobs and trees are stored by gitdb without a process for each; commits and tags go through `git hash-object`,
which refuses one that is not well formed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from mkdocs_ecompm.git.process import GitError, check_version, run, start

if TYPE_CHECKING:
    from git import Repo

FILE: Final = "100644"


class Writer:
    """A repository that is being written; use it as a context manager, or call `close`."""

    def __init__(self, repository: Repo) -> None:
        self._repository = repository
        self.worktree = Path(repository.working_dir)

    @classmethod
    def create(cls, folder: Path, *, branch: str = "main") -> Self:
        """Make an empty repository in `folder`, without hooks or other templates of the machine.

        Raises:
            GitError: there is one already, or git is missing or too old.
        """
        check_version(start(["version"], folder=Path.cwd()).communicate()[0])
        if (folder / ".git").exists():
            raise GitError(f"There is a git repository in {folder} already.")
        from git import Repo  # noqa: PLC0415  # slow to import, and only needed to write

        folder.mkdir(parents=True, exist_ok=True)
        run(["init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={branch}"], folder=folder)
        return cls(Repo(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the repository."""
        self._repository.close()

    def blob(self, data: bytes) -> str:
        """Store a file's content; its id."""
        return self._store("blob", data)

    def tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        """Store the folders of `files` (path -> mode and blob id); the id of the topmost."""
        entries: dict[bytes, tuple[str, str]] = {}
        folders: dict[str, dict[str, tuple[str, str]]] = {}
        for path, file in files.items():
            folder, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(folder, {})[rest] = file
            else:
                entries[os.fsencode(path)] = file
        for folder, below in folders.items():
            entries[os.fsencode(folder)] = ("40000", self.tree(below))
        # git sorts a folder as if its name ended with a slash
        order = sorted(entries, key=lambda name: name + b"/" if entries[name][0] == "40000" else name)
        lines = (b"%s %s\0%s" % (entries[n][0].encode(), n, bytes.fromhex(entries[n][1])) for n in order)
        return self._store("tree", b"".join(lines))

    def commit(self, content: bytes) -> str:
        """Store a commit given as raw bytes (see `commit_content`); its id.

        Raises:
            GitError: git does not accept it as a commit.
        """
        return self._store_checked("commit", content)

    def annotation(self, content: bytes) -> str:
        """Store an annotated tag given as raw bytes (see `tag_content`); its id, for a ref to point to.

        Raises:
            GitError: git does not accept it as a tag.
        """
        return self._store_checked("tag", content)

    def check_out(self, branch: str, commit: str) -> None:
        """Let `branch` point to `commit` and fill the working tree from it.

        Raises:
            GitError: git refuses the name of the branch or the commit.
        """
        options = [f"--git-dir={self._repository.git_dir}", f"--work-tree={self.worktree}"]
        run([*options, "check-ref-format", f"refs/heads/{branch}"], folder=self.worktree)
        run([*options, "update-ref", "--", f"refs/heads/{branch}", commit], folder=self.worktree)
        run([*options, "read-tree", "-u", "--reset", commit], folder=self.worktree)

    def tag(self, name: str, target: str) -> None:
        """Let a tag point to `target`: a commit, or an annotation.

        Raises:
            GitError: git refuses the name.
        """
        option = f"--git-dir={self._repository.git_dir}"
        run([option, "check-ref-format", f"refs/tags/{name}"], folder=self.worktree)
        run([option, "update-ref", "--", f"refs/tags/{name}", target], folder=self.worktree)

    def _store_checked(self, kind: str, content: bytes) -> str:
        arguments = [f"--git-dir={self._repository.git_dir}", "hash-object", "-t", kind, "-w", "--stdin"]
        return run(arguments, folder=self.worktree, data=content).decode("ascii").strip()

    def _store(self, kind: str, data: bytes) -> str:
        from gitdb import IStream, LooseObjectDB  # type: ignore[import-untyped]  # noqa: PLC0415  # no types; slow

        # what GitPython calls the database of a repository starts a git for each object
        loose = LooseObjectDB(str(Path(self._repository.common_dir) / "objects"))
        stored = loose.store(IStream(kind.encode(), len(data), io.BytesIO(data)))
        return str(stored.hexsha.decode())


def commit_content(  # noqa: PLR0913  # these are the parts of a commit
    tree: str,
    parents: tuple[str, ...],
    author: bytes,
    committer: bytes,
    message: bytes,
    *,
    sign: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """The raw bytes of a commit.

    Args:
        tree: The id of its tree.
        parents: The ids of its parents.
        author: The value of its author line: `Name <mail> 1770000000 +0000`.
        committer: The value of its committer line.
        message: Its message, with a line break at the end.
        sign: Makes an armored signature over the commit without one.
    """
    lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    lines += [b"author " + author, b"committer " + committer]
    if sign is not None:
        armored = sign(b"\n".join(lines) + b"\n\n" + message)
        lines.append(b"gpgsig " + armored.rstrip(b"\n").replace(b"\n", b"\n "))
    return b"\n".join(lines) + b"\n\n" + message


def tag_content(
    commit: str, name: str, tagger: bytes, message: bytes, *, sign: Callable[[bytes], bytes] | None = None
) -> bytes:
    """The raw bytes of an annotated tag on a commit, with the armored signature at its end.

    Args:
        commit: The id of the commit that it names.
        name: Its name, the same as that of its ref.
        tagger: The value of its tagger line: `Name <mail> 1770000000 +0000`.
        message: Its message, with a line break at the end.
        sign: Makes an armored signature over the tag without one.
    """
    head = b"object %s\ntype commit\ntag %s\ntagger %s\n\n" % (commit.encode(), name.encode(), tagger)
    payload = head + message
    return payload + sign(payload) if sign is not None else payload
