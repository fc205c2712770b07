"""A project without the registers that a site leaves out: not their pages, and nothing of them on other pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, TypeVar

from msgspec.structs import replace

from mkdocs_ecompm.model.comparison import Fact, Topic
from mkdocs_ecompm.model.history import History
from mkdocs_ecompm.model.project import Project, not_simulated
from mkdocs_ecompm.model.signoff import Signoffs

V = TypeVar("V")

NAMES: Final = frozenset({"project", "people"})
"""Registers whose words every page needs: left out, they lose their pages but still give names."""


def without(project: Project, registers: Collection[str]) -> Project:
    """The project as if these registers had not been read."""
    gone = frozenset(registers) - NAMES
    if not gone:
        return project
    state = project.state
    paths = {path for name in gone for path in state.paths.get(name, ())}
    return replace(
        project,
        state=replace(
            state,
            contents=_rest(state.contents, gone),
            documents=_rest(state.documents, gone),
            records=_rest(state.records, gone),
            known_ids=_rest(state.known_ids, gone),
            unreadable=_rest(state.unreadable, gone),
        ),
        schedule=None if "timeline" in gone else project.schedule,
        simulate=not_simulated if "timeline" in gone else project.simulate,
        earned_value=() if "budget" in gone else project.earned_value,
        signoffs=_signoffs(project.signoffs, gone),
        history=_history(project.history, gone),
        duties=tuple(duty for duty in project.duties if _register(duty.ref) not in gone),
        findings=tuple(item for item in project.findings if item.source is None or item.source.path not in paths),
    )


def _history(history: History, gone: frozenset[str]) -> History:
    """The past without what it says of these registers."""

    def kept(facts: Iterable[Fact]) -> tuple[Fact, ...]:
        topics = {Topic.AGREEMENTS} if "signoffs" in gone else set()
        return tuple(
            fact
            for fact in facts
            if fact.topic not in topics and not gone.intersection(map(_register, (fact.ref, *fact.about)))
        )

    periods = (
        replace(one, comparison=replace(one.comparison, facts=kept(one.comparison.facts))) for one in history.periods
    )
    return replace(
        history,
        periods=tuple(periods),
        told={commit: kept(facts) for commit, facts in history.told.items()},
        series=tuple(one for one in history.series if _register(one.ref) not in gone),
    )


def _signoffs(signoffs: Signoffs, gone: frozenset[str]) -> Signoffs:
    if "signoffs" in gone:
        return Signoffs(signoffs.commit, dirty=signoffs.dirty)
    return replace(
        signoffs,
        agreements=tuple(item for item in signoffs.agreements if _register(item.artifact) not in gone),
        records=tuple(item for item in signoffs.records if _register(item.artifact) not in gone),
    )


def _register(ref: str) -> str:
    return ref.partition("/")[0]


def _rest(mapping: Mapping[str, V], gone: frozenset[str]) -> dict[str, V]:
    return {name: value for name, value in mapping.items() if name not in gone}
