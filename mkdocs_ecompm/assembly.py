"""Floor 6: the one way in. A folder, a repository and a day become a Project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from msgspec.structs import replace

from mkdocs_ecompm.crosschecks import CROSSCHECKS
from mkdocs_ecompm.forecast import remembering
from mkdocs_ecompm.history.baselines import Plans, of_gates
from mkdocs_ecompm.history.chronicle import Question, chronicle
from mkdocs_ecompm.judging import request
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.forecast import Simulation
from mkdocs_ecompm.model.history import Baseline, History
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.periods import with_periods
from mkdocs_ecompm.registers import REGISTERS, budget, timeline
from mkdocs_ecompm.setting import GitError, ProjectError, Setting
from mkdocs_ecompm.signoff import key_files, tagged
from mkdocs_ecompm.signoff.evaluation import Request, evaluate

__all__ = ["GitError", "ProjectError", "Setting", "assemble"]


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
        history = _history(setting, asked, answer.signoffs) if setting.past else History()
        project = Project(
            state=state,
            as_of=setting.as_of,
            schedule=schedule,
            signoffs=answer.signoffs,
            history=history,
            simulate=cache(_simulation(setting, asked)),
            earned_value=budget.earned_value(state, setting.as_of),
        )
        if setting.periods:
            folder = _cache(setting, asked)
            past = with_periods(project, asked, answer.history, folder, keep=setting.keep)
            project = replace(project, history=past)
        missing = (*_linked(setting, asked), *(key_files.faults(state, asked.files) if asked.files else ()))
    project = replace(project, duties=tuple(duty for register in REGISTERS for duty in register.duties(project)))
    found = [*state.findings, *answer.findings, *missing, *_check(project)]
    return replace(project, findings=tuple(_sorted(found)))


def _linked(setting: Setting, asked: Request) -> Iterator[Finding]:
    """A project folder that is only a link: what is signed is looked for where it leads to, and may be missed there."""
    if asked.repository is not None and asked.repository.worktree is not None and setting.folder.is_symlink():
        message = (
            f"{setting.folder} is a symbolic link, so the project is read as {asked.folder}/: "
            "a Signoff line counts for it only if it says `project=` or `digest=`"
        )
        hint = f"use the folder itself: --project {asked.folder}"
        yield finding("project-folder-link", message, hint=hint)


def _simulation(setting: Setting, asked: Request) -> Callable[[], Simulation | None]:
    """What plays the plan through many times, or remembers how that ended."""
    folder, remember = _cache(setting, asked), None
    if folder is not None and asked.repository is not None and asked.commit is not None:
        remember = remembering(folder, asked.repository, asked.commit, asked.folder, keep=setting.keep)
    return partial(timeline.simulation, asked.state, setting.as_of, *([remember] if remember else []))


def _cache(setting: Setting, asked: Request) -> Path | None:
    """The folder with what was read and computed before; None if there is none."""
    top = asked.repository.worktree if asked.repository else None
    return top / setting.cache if top and setting.cache else None


def _history(setting: Setting, asked: Request, signoffs: Signoffs) -> History:
    """How the project moved, up to the commit; a working tree that differs from it has the last word."""
    question = Question(
        repository=asked.repository,
        commit=asked.commit,
        folder="" if asked.folder == "." else asked.folder,
        as_of=setting.as_of,
        registers=REGISTERS,
        shown=asked.state if asked.dirty else None,
        cache=_cache(setting, asked),
        keep=setting.keep,
    )
    return replace(chronicle(question), baselines=_baselines(asked, question.folder, signoffs))


def _baselines(asked: Request, folder: str, signoffs: Signoffs) -> tuple[Baseline, ...]:
    """The plans that signed tags and decided gates fixed."""
    if asked.repository is None or asked.commit is None:
        return ()
    tags = tagged.baselines(asked.repository, folder, asked.commit, signoffs.trust)
    return Plans(asked.repository, folder).newest(of_gates(asked.state, signoffs), tags, asked.as_of)


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
