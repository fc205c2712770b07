"""Floor 6: the project at two moments, and what happened between them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.assembly import assemble
from mkdocs_ecompm.comparison.facts import compare, not_compared
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.git.days import commit_named, named_day
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.model.comparison import Comparison, Fact, Moment
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.setting import ProjectError, Setting
from mkdocs_ecompm.signoff.adoption import TrustRootError


class Between(Struct, frozen=True):
    """Two moments of a project: the whole project at each of them, and what differs."""

    was: Project
    is_: Project
    comparison: Comparison


def between(setting: Setting, was: str | None, is_: str | None, *, clock: date | None = None) -> Between:
    """Compare a project at `was` with the same at `is_`; None stands for HEAD and for the working tree.

    Each side is judged on a day of its own, so that it stands there as it stood then: a day on that day, a commit on
    its own, the working tree on that of the setting. `clock` is a day that somebody asked for: no side is judged later,
    and the new side is judged on it. HEAD against the working tree that stands on it is no stretch of time but a
    change: then both are judged on the same day.

    Raises:
        ProjectError: There is no repository, no commit yet, or no project on one of the sides.
        GitError: A revision does not exist.
    """
    with _repository(setting) as repository:
        head = repository.head()
        if head is None:
            raise ProjectError("There is no commit yet, so there is nothing to compare with.")
        if repository.bare and was is None:
            raise ProjectError("A bare repository has no working tree: name the commits to compare.")
        old = commit_named(repository, was) if was is not None else head
        at_work = is_ is None and not repository.bare
        new = head if is_ is None else commit_named(repository, is_)
        days = {commit: repository.commit(commit).committer_date.date() for commit in (old, new)}
    later = clock or (setting.as_of if at_work else named_day(is_) or days[new])
    earlier = later if at_work and old == new else min(named_day(was) or days[old], later)
    then, now = _at(setting, old, earlier), _at(setting, None if at_work else new, later)
    moments = (
        _moment(was or "HEAD", then, old, days[old]),
        _moment("" if at_work else is_ or "HEAD", now, new, days[new]),
    )
    sides = Side.of(then), Side.of(now)
    if not _judged(then) or not _judged(now):
        sides = replace(sides[0], signoffs=None), replace(sides[1], signoffs=None)
    return Between(then, now, Comparison(*moments, compare(*sides), not_compared(*sides)))


def _at(setting: Setting, commit: str | None, as_of: date) -> Project:
    """The project at a commit. Before the trust root nobody could be recognised: nothing is said of agreements."""
    asked = replace(setting, at=commit, as_of=as_of, past=False)
    try:
        return assemble(asked)
    except TrustRootError:
        if commit is None:
            raise
        project = assemble(replace(asked, trust_roots=()))
        return replace(project, signoffs=Signoffs(commit, problem=_BEFORE))


_BEFORE: Final = "The trust root is no ancestor of this commit."


def _judged(project: Project) -> bool:
    return project.signoffs.problem != _BEFORE


def only(facts: Collection[Fact], artifacts: Collection[str]) -> tuple[Fact, ...]:
    """The facts about some artifacts: a register, a record of it, what a party owes, or `trust`."""
    wanted = {artifact.casefold() for artifact in artifacts}
    return tuple(fact for fact in facts if wanted & _artifacts(fact))


def _artifacts(fact: Fact) -> set[str]:
    found = {name.casefold() for name in (fact.ref, *fact.about)}
    found |= {name.partition("/")[0] for name in found}
    return found | ({"trust"} if found & {"people", "signoffs"} else set())


def _repository(setting: Setting) -> Repository:
    found = Repository.open(setting.repository) if setting.repository else Repository.discover(setting.folder)
    if found is None:
        raise ProjectError(f"There is no git repository around {setting.folder}, so there is nothing to compare with.")
    return found


def _moment(name: str, project: Project, commit: str, day: date) -> Moment:
    unreadable = tuple(sorted(project.state.unreadable.items()))
    return Moment(name, commit, day, project.as_of, project.signoffs.dirty, unreadable)
