"""What cannot be known without the whole repository, why, and how to get it."""

from __future__ import annotations

import re
from typing import Final

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Status

SETTLED: Final = frozenset({Status.VALID, Status.UNVERIFIABLE})
"""Where nobody owes an answer: it is there, or this copy cannot tell whether it is."""

SHALLOW: Final = "This copy of the project lacks its history."
FETCH: Final = "Fetch it with `git fetch --unshallow`."
IN_A_PIPELINE: Final = (
    "In a pipeline, check out all of it: `fetch-depth: 0` at GitHub and Forgejo, `GIT_DEPTH: 0` at GitLab."
)
"""How a shallow clone becomes a whole one."""

NO_REPOSITORY: Final = "There is no git repository."
NO_COMMIT: Final = "There is no commit yet."
"""How the sign-off engine says that nobody can have said anything; each with what it means, and what to do."""
_BEFORE: Final = {
    NO_REPOSITORY: (
        "There is no git repository here, so nothing can be proved.",
        "Work in a clone of the project, or begin a repository with `git init` and a first commit.",
    ),
    NO_COMMIT: ("Nothing is committed here yet, so nothing can be proved.", "Commit the project."),
}

_OBJECT: Final = re.compile(r"The object [0-9a-f]{40,64}\b")


def without_history(project: Project) -> bool:
    """Whether there is no commit, or not even a repository, in which anybody could have signed."""
    return project.signoffs.commit is None and project.signoffs.problem in _BEFORE


def why_unknown(project: Project) -> str:
    """Why nobody can tell from this copy what was agreed, in a sentence; empty if it can be told."""
    if not project.signoffs.unverifiable:
        return ""
    if without_history(project):
        return _BEFORE[project.signoffs.problem][0]
    if project.history.shallow:
        return SHALLOW
    return _OBJECT.sub("A part of the history", project.signoffs.problem)  # its id helps nobody who reads a page


def how_to_know(project: Project, *, in_full: bool = False) -> str:
    """What to do so that it can be told, `in_full` for those who run pipelines too; empty if there is no simple way."""
    if not project.signoffs.unverifiable:
        return ""
    if without_history(project):
        return _BEFORE[project.signoffs.problem][1]
    if not project.history.shallow:
        return ""
    return f"{FETCH} {IN_A_PIPELINE}" if in_full else FETCH


def unknown(project: Project) -> str:
    """Why, and what to do; empty if nothing is unknown."""
    return f"{why_unknown(project)} {how_to_know(project)}".strip()
