"""Floor 6: what the sign-off engine is asked about a project, and its answer alone: enough for the commands on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mkdocs_ecompm.load.files import Files, FilesError
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.setting import ProjectError, Setting, opened
from mkdocs_ecompm.signoff.evaluation import Request, evaluate


def judge(setting: Setting) -> Project:
    """Read a project and judge its sign-offs alone: no plan, no history, no findings.

    Raises:
        ProjectError: There is no project folder, or no repository where one is needed.
        GitError: git is missing, or a revision does not exist.
    """
    with garbage_collection_paused(), request(setting) as asked:
        return Project(state=asked.state, as_of=setting.as_of, signoffs=evaluate(asked).signoffs)


@contextmanager
def request(setting: Setting) -> Iterator[Request]:
    """What the sign-off engine is asked about a project: its content, read, and its repository, open meanwhile.

    Raises:
        ProjectError: There is no project folder, or no repository where one is needed.
        GitError: git is missing, or a revision does not exist.
    """
    with opened(setting) as found:
        repository, place = found.repository, found.place
        yield Request(
            state=_read(found.files, found.commit if setting.at else None),
            repository=repository,
            commit=found.commit,
            folder=place,
            as_of=setting.as_of,
            trust_roots=setting.trust_roots,
            root_source=setting.root_given_by,
            dirty=repository is not None and setting.at is None and not repository.bare and repository.dirty(place),
            files=found.files,
        )


def _read(files: Files, commit: str | None) -> State:
    try:
        return load_state(files, DOCUMENTS, commit=commit)
    except FilesError as error:
        raise ProjectError(str(error)) from error
