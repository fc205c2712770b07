"""What cannot be known from a copy of the repository that is not whole, why, and how to get the rest."""

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

_OBJECT: Final = re.compile(r"The object [0-9a-f]{40,64}\b")


def why_unknown(project: Project) -> str:
    """Why nobody can tell from this copy what was agreed, in a sentence; empty if it can be told."""
    if not project.signoffs.unverifiable:
        return ""
    if project.history.shallow:
        return SHALLOW
    return _OBJECT.sub("A part of the history", project.signoffs.problem)  # its id helps nobody who reads a page


def how_to_know(project: Project, *, in_full: bool = False) -> str:
    """What to do so that it can be told, `in_full` for those who run pipelines too; empty if there is no simple way."""
    if not (project.signoffs.unverifiable and project.history.shallow):
        return ""
    return f"{FETCH} {IN_A_PIPELINE}" if in_full else FETCH


def unknown(project: Project) -> str:
    """Why, and what to do; empty if nothing is unknown."""
    return f"{why_unknown(project)} {how_to_know(project)}".strip()
