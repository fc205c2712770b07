"""Floor 6: where a project is and how it is to be seen; its repository and its files, found and opened.

What needs no more than the contents begins here: a digest is there before the whole project, which `assembly` makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.days import commit_named
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import shown
from mkdocs_ecompm.history.digest import digest, named
from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import Files, FilesError, FolderFiles
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import DOCUMENTS

__all__ = ["GitError", "Opened", "ProjectError", "Setting", "digests", "opened"]


CACHE: Final = Path(".cache") / "ecompm"
"""Where caches live, seen from the top of the repository: outside of the project, which `mkdocs serve` watches."""


class ProjectError(Exception):
    """The project cannot be looked at at all. The text is a whole sentence for the user."""


class Setting(Struct, frozen=True, kw_only=True):
    """Where a project is and how it is to be seen.

    Args:
        folder: The project folder, `project` by default.
        repository: The repository, or None for the one around the folder; a bare one works with `at`.
        as_of: The day on which everything is judged. It moves the clock, never the content.
        trust_roots: Full commit ids; the first is the root, the others are checkpoints.
        root_given_by: Who named them: `verifier` (the command line) or `project` (its own settings).
        at: A revision whose content is shown instead of the working tree's; the history ends with it.
        cache: The folder with what was kept of an earlier run, seen from the top of the repository; None for none.
        keep: Whether that folder is written, too: a site and an export do it, whatever only looks does not.
        past: Whether the history is read at all.
        periods: Whether its months, and what each revision changed, are told too: pages show it, commands do not.
    """

    folder: Path
    as_of: date
    repository: Path | None = None
    trust_roots: tuple[str, ...] = ()
    root_given_by: str = "verifier"
    at: str | None = None
    cache: Path | None = None
    keep: bool = False
    past: bool = True
    periods: bool = False


class Opened(Struct, frozen=True):
    """A project that was found: its repository if it has one, its folder in it, the commit to judge, its files."""

    repository: Repository | None
    place: str
    commit: str | None
    files: Files


@contextmanager
def opened(setting: Setting) -> Iterator[Opened]:
    """Find a project; its repository is open meanwhile.

    Raises:
        ProjectError: There is no project folder, or no repository where one is needed.
        GitError: git is missing, or a revision does not exist.
    """
    with ExitStack() as stack:
        repository = _repository(setting)
        if repository is not None:
            stack.enter_context(repository)
        place = _place(setting, repository)
        commit = _commit(setting, repository)
        yield Opened(repository, place, commit, _files(setting, repository, place, commit))


def digests(setting: Setting, artifacts: Iterable[str]) -> list[tuple[str, str | None]]:
    """Each artifact as the content names it, and its digest; None for one that is not there.

    Raises:
        ProjectError: There is no project folder, or the content of an artifact cannot be read.
        GitError: git is missing, or a revision does not exist.
    """
    with opened(setting) as project:
        try:
            read, unreadable = load_contents(project.files, DOCUMENTS)
            contents = shown(State(contents=read, unreadable=unreadable), project.files)
            found = [named(contents, artifact) for artifact in artifacts]
            return [(artifact, digest(contents, artifact)) for artifact in found]
        except (FilesError, UnreadableContent) as error:
            raise ProjectError(str(error)) from error


def _repository(setting: Setting) -> Repository | None:
    if setting.repository is not None:
        return Repository.open(setting.repository)
    repository = Repository.discover(setting.folder)
    if repository is None and setting.at is not None:
        raise ProjectError(f"There is no git repository around {setting.folder}, so there is no revision {setting.at}.")
    return repository


def _place(setting: Setting, repository: Repository | None) -> str:
    """The project folder as a path from the root of the repository, or its own name without one."""
    folder = setting.folder
    if repository is None:
        return folder.resolve().name
    if repository.worktree is None:
        return PurePosixPath(folder).as_posix()
    for base in (Path.cwd(), repository.worktree):
        inside = (base / folder).resolve()
        if inside.is_relative_to(repository.worktree.resolve()) and (inside.is_dir() or base is repository.worktree):
            return inside.relative_to(repository.worktree.resolve()).as_posix()
    raise ProjectError(f"The folder {folder} is not inside the repository {repository.worktree}.")


def _commit(setting: Setting, repository: Repository | None) -> str | None:
    if repository is None:
        return None
    if setting.at is None and repository.bare:
        return repository.resolve("HEAD")
    return commit_named(repository, setting.at) if setting.at is not None else repository.head()


def _files(setting: Setting, repository: Repository | None, place: str, commit: str | None) -> Files:
    prefix = "" if place == "." else f"{place}/"
    if repository is not None and commit is not None and (setting.at is not None or repository.bare):
        entry = repository.entry(commit, "" if place == "." else place)
        if entry is None or entry.kind != "folder":
            raise ProjectError(f"There is no folder {place} in commit {commit[:12]}; name it with --project.")
        return TreeFiles(repository, commit, "" if place == "." else place)
    folder = setting.folder
    if repository is not None and repository.worktree is not None:
        folder = repository.worktree / place
    if not folder.is_dir():
        raise ProjectError(
            f"There is no project folder {setting.folder}; name it with --project, or run `ecompm init`."
        )
    return FolderFiles(folder, prefix)
