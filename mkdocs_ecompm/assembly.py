"""Floor 6: the one way in. A folder, a repository and a day become a Project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from mkdocs_ecompm.crosschecks import CROSSCHECKS
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import shown
from mkdocs_ecompm.history.digest import digest, named
from mkdocs_ecompm.load.files import Files, FilesError, FolderFiles
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import DOCUMENTS, REGISTERS, timeline
from mkdocs_ecompm.signoff import key_files
from mkdocs_ecompm.signoff.evaluation import Request, evaluate


class ProjectError(Exception):
    """The project cannot be looked at at all. The text is a whole sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a project is and how it is to be seen.

    Args:
        folder: The project folder, `project` by default.
        repository: The repository, or None for the one around the folder; a bare one works with `at`.
        as_of: The day on which everything is judged. It moves the clock, never the content.
        trust_roots: Full commit ids; the first is the root, the others are checkpoints.
        root_given_by: Who named them: `verifier` (the command line) or `project` (its own settings).
        at: A revision whose content is shown instead of the working tree's.
    """

    folder: Path
    as_of: date
    repository: Path | None = None
    trust_roots: tuple[str, ...] = ()
    root_given_by: str = "verifier"
    at: str | None = None


def assemble(setting: Setting) -> Project:
    """Read, compute, judge and check a whole project.

    Raises:
        ProjectError: There is no project folder, or no repository where one is needed.
        GitError: git is missing, or a revision does not exist.
    """
    with garbage_collection_paused(), request(setting) as asked:
        state = asked.state
        schedule = timeline.schedule(state, setting.as_of) if state.has("timeline") else None
        answer = evaluate(asked)
        project = Project(state=state, as_of=setting.as_of, schedule=schedule, signoffs=answer.signoffs)
        missing = tuple(key_files.faults(state, asked.files)) if asked.files else ()
    project = replace(project, duties=tuple(duty for register in REGISTERS for duty in register.duties(project)))
    found = [*state.findings, *answer.findings, *missing, *_check(project)]
    return replace(project, findings=tuple(_sorted(found)))


@contextmanager
def request(setting: Setting) -> Iterator[Request]:
    """What the sign-off engine is asked about a project: its content, read, and its repository, open meanwhile.

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
        files = _files(setting, repository, place, commit)
        yield Request(
            state=_read(files, commit if setting.at else None),
            repository=repository,
            commit=commit,
            folder=place,
            as_of=setting.as_of,
            trust_roots=setting.trust_roots,
            root_source=setting.root_given_by,
            dirty=repository is not None and setting.at is None and not repository.bare and repository.dirty(place),
            files=files,
        )


def _read(files: Files, commit: str | None) -> State:
    try:
        return load_state(files, DOCUMENTS, commit=commit)
    except FilesError as error:
        raise ProjectError(str(error)) from error


def digests(setting: Setting, artifacts: Iterable[str]) -> list[tuple[str, str | None]]:
    """Each artifact as the content names it, and its digest; None for one that is not there.

    Raises:
        ProjectError: There is no project folder, or the content of an artifact cannot be read.
        GitError: git is missing, or a revision does not exist.
    """
    with ExitStack() as stack:
        repository = _repository(setting)
        if repository is not None:
            stack.enter_context(repository)
        commit = _commit(setting, repository)
        files = _files(setting, repository, _place(setting, repository), commit)
        contents = shown(_read(files, commit if setting.at else None), files)
        try:
            found = [named(contents, artifact) for artifact in artifacts]
            return [(artifact, digest(contents, artifact)) for artifact in found]
        except UnreadableContent as error:
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
        if inside.is_relative_to(repository.worktree.resolve()) and (inside.is_dir() or base != Path.cwd()):
            return inside.relative_to(repository.worktree.resolve()).as_posix()
    raise ProjectError(f"The folder {folder} is not inside the repository {repository.worktree}.")


def _commit(setting: Setting, repository: Repository | None) -> str | None:
    if repository is None:
        return None
    if setting.at is None and repository.bare:
        return repository.resolve("HEAD")
    return repository.resolve(setting.at) if setting.at is not None else repository.head()


def _files(setting: Setting, repository: Repository | None, place: str, commit: str | None) -> Files:
    prefix = "" if place == "." else f"{place}/"
    if repository is not None and commit is not None and (setting.at is not None or repository.bare):
        if place != "." and repository.entry(commit, place) is None:
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


def _check(project: Project) -> Iterator[Finding]:
    for register in REGISTERS:
        if project.state.has(register.name):
            yield from register.check(project)
    for rule in CROSSCHECKS:
        yield from rule(project)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """By place, each once; those about commits after those about files."""
    nowhere = Source("\U0010ffff", 0, 0)
    return sorted(dict.fromkeys(findings), key=lambda item: (item.source or nowhere, item.code, item.message))


__all__ = ["GitError", "ProjectError", "Setting", "assemble", "digests", "request"]
