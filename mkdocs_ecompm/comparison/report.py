"""A comparison in a few words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.words import signed
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.comparison import Comparison, Fact, Moment, Tone, Topic

VERSION: Final = 1
TITLES: Final = {
    Topic.GOAL: "Go-live and gates",
    Topic.PLAN: "Plan",
    Topic.AGREEMENTS: "Agreements",
    Topic.MONEY: "Money",
    Topic.RISKS: "Risks",
    Topic.SCOPE: "What the project delivers",
    Topic.OBLIGATIONS: "What the parties owe",
    Topic.PEOPLE: "People",
    Topic.TASKS: "Tasks",
    Topic.REST: "Everything else",
    Topic.FINDINGS: "Findings",
}
"""What each topic is called."""
_TONES: Final = {Tone.GOOD: "good", Tone.ATTENTION: "attention", Tone.BAD: "bad", Tone.NEUTRAL: "neutral"}
_SMALL: Final = frozenset({Topic.FINDINGS})
"""Topics that are not counted among the changes that somebody made."""


def summary(facts: Iterable[Fact]) -> Sentence:
    """What happened, as one would say it in one breath: the part that matters most, and the rest."""
    first, *more = _all_clauses(facts, named=True)
    return Sentence(f"{language.capital(first)}.", f"{language.capital('; '.join(more))}." if more else "")


def in_one_line(facts: Iterable[Fact], *, named: bool = False) -> str:
    """The same as one line without a full stop: for the head of a list. `named`: risks by their names."""
    return language.capital("; ".join(_all_clauses(facts, named=named)))


def _all_clauses(facts: Iterable[Fact], *, named: bool = False) -> list[str]:
    """At least one clause; what would be lost in a long sentence is left to the list below it."""
    found = list(facts)
    clauses = list(_clauses(found, named=named))[:_MOST]
    rest = sum(fact.topic not in _SMALL for fact in found)
    if not clauses and rest:
        clauses = [language.count(rest, "smaller change")]
    return clauses or ["nothing changed"]


_MOST: Final = 7


def _clauses(facts: list[Fact], *, named: bool) -> Iterator[str]:
    """The clauses; `named`: risks by their names, for readers who do not know the ids."""
    told = [fact for fact in facts if fact.topic is Topic.GOAL]
    told = [fact for fact in told if fact.weight >= _GRAVE][:2] or [fact for fact in told if fact.weight >= _MOVED][:1]
    yield from (fact.sentence for fact in told)
    yield from (
        f"critical path {signed(fact.amount or 0, 'working day')}" for fact in facts if _is(fact, "critical-path")
    )
    yield from _agreements(facts)
    money = [fact for fact in facts if fact.topic is Topic.MONEY]
    yield from (language.small(fact.sentence) for fact in money[:1])
    yield from _risks(facts, named=named)
    if not told and not money:
        yield from _others(facts)


_MOVED: Final = 60
"""The weight of a gate that moved: it is told where nothing graver is."""
_GRAVE: Final = 80
"""The weight from which on a fact about the goal belongs into one line: decisions of gates, days of the go-live."""


def _is(fact: Fact, *kinds: str) -> bool:
    return fact.kind in kinds


def _agreements(facts: list[Fact]) -> Iterator[str]:
    for kind, verb in (("agreement-lost", "no longer hold"), ("agreement-gained", "newly hold")):
        many = sum(fact.kind == kind for fact in facts)
        if many:
            yield f"{language.count(many, 'agreement')} {verb.replace('hold', 'holds') if many == 1 else verb}"
    refused = [fact for fact in facts if _is(fact, "agreement-changed") and fact.tone is Tone.BAD]
    if refused:
        yield f"{language.count(len(refused), 'agreement')} refused"
    closer = sum(_is(fact, "agreement-changed") and fact.tone is Tone.GOOD for fact in facts)
    if closer:
        yield f"{language.count(closer, 'agreement')} nearer to complete"


def _risks(facts: list[Fact], *, named: bool) -> Iterator[str]:
    scored = [fact for fact in facts if _is(fact, "risk-scored")]
    for fact in scored[:2]:
        name = fact.ref.rpartition("/")[2]
        called = f"risk “{fact.subject.removeprefix(name).strip()}”" if named else name
        yield f"{called} {fact.was} -> {fact.is_}"
    if len(scored) > 2:  # those named above
        yield f"{language.count(len(scored) - 2, 'more risk weighs', 'more risks weigh')} otherwise"
    for kind, one, many in (
        ("risk-occurred", "risk has happened", "risks have happened"),
        ("risk-added", "new risk", "new risks"),
        ("risk-closed", "risk closed", "risks closed"),
    ):
        count = sum(_is(fact, kind) for fact in facts)
        if count:
            yield language.count(count, one, many)


def _others(facts: list[Fact]) -> Iterator[str]:
    """What is worth a word if nothing greater happened."""
    begun = [fact.subject for fact in facts if _is(fact, "register-added")]
    if begun:
        yield f"written down for the first time: {language.few(begun)}"
    for kinds, one, many in (
        (("milestone-reached",), "milestone reached", "milestones reached"),
        (("milestone-moved",), "milestone moved", "milestones moved"),
        (("task-done",), "task done", "tasks done"),
        (("obligation-met",), "obligation met", "obligations met"),
        (("obligation-moved",), "obligation moved", "obligations moved"),
        (("person-came", "person-left", "role-changed"), "change of people", "changes of people"),
    ):
        count = sum(_is(fact, *kinds) for fact in facts)
        if count:
            yield language.count(count, one, many)


# --- JSON -------------------------------------------------------------------------------------------------------------


def to_json(comparison: Comparison, project: str | None) -> dict[str, Any]:
    """The answer of `ecompm diff --format json`."""
    return {
        "version": VERSION,
        "project": project,
        "was": _moment(comparison.was),
        "is": _moment(comparison.is_),
        "summary": in_one_line(comparison.facts),
        "facts": [fact_to_json(fact) for fact in comparison.facts],
        "not_compared": list(comparison.not_compared),
    }


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "name": moment.name,
        "commit": moment.commit,
        "day": moment.day.isoformat() if moment.day else None,
        "as_of": moment.as_of.isoformat(),
        "dirty": moment.dirty,
    }


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """One fact."""
    return {
        "topic": fact.topic.value,
        "kind": fact.kind,
        "ref": fact.ref,
        "sentence": fact.sentence,
        "was": fact.was,
        "is": fact.is_,
        "amount": fact.amount,
        "tone": _TONES[fact.tone],
        "path": fact.source.path if fact.source else None,
        "line": fact.source.line if fact.source else None,
        "column": fact.source.column if fact.source else None,
    }
