"""A signed commit by the user, with the user's own git, configuration and key: the one place where these decide.

The commit is made as an object first (`git commit-tree -S`): no branch, no index and no file is touched, and no hook
runs. Only once it has been judged does a branch move to it. So nothing that is staged slips in, and nothing is lost.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Final

from mkdocs_ecompm.git.process import GitError, failure, run
from mkdocs_ecompm.git.repository import Repository

PROGRAMS: Final = (
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.ssh.program",
    "gpg.x509.program",
    "gpg.ssh.defaultkeycommand",
)
"""Settings that name a program which git starts to sign."""

_UNDERWAY: Final = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_ELSEWHERE: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"}
)
"""Variables that would lead git to another repository than the one that is open."""
_TEXT_KEYS: Final = ("key::", "ssh-", "ecdsa-", "sk-")


class Signing:
    """What the user's own git says and does in a repository whose HEAD is the commit `head`."""

    def __init__(self, repository: Repository, head: str) -> None:
        self._repository = repository
        self._head = head
        self._folder = repository.worktree or repository.git_dir

    # --- the state of the repository ------------------------------------------------------------------------------

    def underway(self) -> str:
        """What is in the middle of being done (`merge`, `rebase`, ...); an empty text if nothing is."""
        found = (what for name, what in _UNDERWAY.items() if (self._repository.git_dir / name).exists())
        return next(found, "")

    def branch(self) -> str | None:
        """The full name of the branch that is checked out; None if HEAD is detached."""
        try:
            return os.fsdecode(run([self._option, "symbolic-ref", "--quiet", "HEAD"], folder=self._folder)).strip()
        except GitError:
            return None

    def move(self, branch: str, commit: str, subject: str) -> None:
        """Let a branch point to a commit, if it still is where it was. No hook runs, no file changes.

        Raises:
            GitError: the branch has moved meanwhile, or cannot be written.
        """
        name, _, mail = self.people()[1].rpartition(" <")
        settings = (("user.name", name), ("user.email", mail.rstrip(">")))  # for the reflog
        arguments = [self._option, "update-ref", "-m", f"commit: {subject}", "--", branch, commit, self._head]
        run(arguments, folder=self._folder, settings=settings)

    # --- the user's configuration ---------------------------------------------------------------------------------

    def setting(self, name: str, *, path: bool = False) -> str:
        """What the user's git is configured to; an empty text if nothing is."""
        done = self._git(["config", *(["--type=path"] if path else []), "--get", name])
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""

    def foreign_program(self) -> str:
        """A setting that names a signing program in the configuration of the repository itself, if there is one.

        A repository may come from anybody; what is to be started is for the user's own configuration to say.
        """
        for name in PROGRAMS:
            done = self._git(["config", "--show-scope", "--get-all", name])
            scopes = [line.partition(b"\t")[0] for line in done.stdout.splitlines()]
            if scopes and scopes[-1] in {b"local", b"worktree"}:
                return name
        return ""

    def people(self) -> tuple[str, str]:
        """Author and committer of a commit that is made now, each as `Name <mail>`.

        Raises:
            GitError: git does not know who the user is.
        """
        said = []
        for variable in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            done = self._git(["var", variable])
            if done.returncode:
                raise GitError(failure(["var"], done.stderr))
            said.append(done.stdout.decode("utf-8", "replace").strip().rsplit(" ", 2)[0])
        return said[0], said[1]

    def public_key(self) -> str:
        """The public SSH key that git would sign with, as its line; an empty text if only signing can tell.

        Raises:
            GitError: no key is configured.
        """
        if self.setting("gpg.format").casefold() != "ssh":
            return ""
        value = self.setting("user.signingkey", path=True)
        if not value:
            if self.setting("gpg.ssh.defaultKeyCommand"):
                return ""
            raise GitError("No signing key is configured.")
        if value.startswith(_TEXT_KEYS):
            return value.removeprefix("key::")
        return self._public_line(value)

    # --- the commit -----------------------------------------------------------------------------------------------

    def commit(self, message: str, tree: str | None = None) -> str:
        """Make a signed commit object on HEAD, of a tree or with no change; its id. Nothing points to it yet.

        Raises:
            GitError: git could not sign it; the message has its words.
        """
        tree = tree or self._repository.commit(self._head).tree
        arguments = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p", self._head, "-F", "-", tree]
        done = self._git(arguments, data=message.encode())
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            words = "; ".join(line.removeprefix("error: ").rstrip("?.") for line in said)
            raise GitError(f"git could not sign: {words}.")
        return done.stdout.decode("ascii").strip()

    @property
    def _option(self) -> str:
        return f"--git-dir={self._repository.git_dir}"

    def _public_line(self, name: str) -> str:
        """The line in the public key file that belongs to a key file; an empty text if there is none."""
        for path in (name, f"{name}.pub"):
            try:
                with open(self._folder / path, "rb") as stream:  # noqa: PTH123  # git takes it as it is
                    first = stream.readline(20_000).decode("ascii", "replace")
            except OSError:
                continue
            if first.startswith(_TEXT_KEYS):
                return first.strip()
        return ""

    def _git(self, arguments: Sequence[str], *, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run the user's own git; on purpose not the hardened one of every other command."""
        kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        try:
            return subprocess.run(  # noqa: S603  # no shell; the arguments are ids and words of this module
                ["git", self._option, *arguments],  # noqa: S607  # the user's git is the one on the path
                cwd=self._folder,
                env={**kept, "GIT_NO_REPLACE_OBJECTS": "1"},
                input=data,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise GitError("The command `git` was not found; install git 2.34 or newer.") from None
