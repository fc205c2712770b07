"""What differs between two sides of a project, in the project's own terms: facts, what matters most first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from mkdocs_ecompm.comparison import (
    agreements,
    gates,
    money,
    parties,
    people,
    plan,
    rest,
    risks,
    scope,
    tasks,
)
from mkdocs_ecompm.comparison.side import Side, paired
from mkdocs_ecompm.history.pairs import renames
from mkdocs_ecompm.model.comparison import Fact
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap

Teller = Callable[[Side, Side], Iterator[Fact]]

LISTS: Final[Mapping[tuple[str, str], Teller]] = MappingProxyType(
    {
        ("timeline", "milestones"): plan.milestones,
        ("timeline", "gates"): gates.gates,
        ("timeline", "phases"): plan.phases,
        ("timeline", "tasks"): tasks.tasks,
        ("risks", "risks"): risks.risks,
        ("obligations", "obligations"): parties.obligations,
        ("raci", "matrices"): parties.matrices,
        ("people", "people"): people.people,
    }
)
"""Lists of which more is told than that a record came, went or has another field."""
TOLD: Final[Mapping[tuple[str, str], frozenset[str]]] = MappingProxyType(
    {
        ("timeline", "milestones"): frozenset({"date", "reached"}),
        ("timeline", "gates"): gates.TOLD,
        ("timeline", "phases"): frozenset({"start", "end"}),
        ("timeline", "tasks"): tasks.TOLD,
        ("risks", "risks"): risks.TOLD,
        ("obligations", "obligations"): parties.TOLD["obligations"],
        ("raci", "matrices"): parties.TOLD["matrices"],
        ("people", "people"): people.TOLD,
        ("charter", "objectives"): frozenset({"due"}),
        ("kpis", "kpis"): frozenset({"measurements"}),
        ("budget", "accounts"): frozenset({"planned", "committed", "actual", "forecast"}),
    }
)
"""The fields that those tell of."""
HEADERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "charter": frozenset({"scope", "version", "budget/approved", "budget/reserve", "authority/money"}),
        "budget": frozenset({"approved", "reserve", "budget_at_completion", "reports"}),
        "people": frozenset({"deputies"}),
        "signoffs": frozenset({"signoffs"}),
    }
)
"""The fields of headers that are told of."""
WHOLE: Final[tuple[Teller, ...]] = (
    rest.registers,
    money.money,
    money.measured,
    plan.whole,
    agreements.agreements,
    rest.findings,
)
"""What is told of several registers at once."""
OF_REGISTER: Final[Mapping[str, tuple[Teller, ...]]] = MappingProxyType(
    {
        "charter": (scope.scope,),
        "people": (people.deputies,),
        "signoffs": (agreements.demands,),
    }
)
"""What is told of one register, beside its lists."""


def compare(was: Side, is_: Side) -> tuple[Fact, ...]:
    """Every fact, in the order of `Topic`, the gravest of each first. Registers that a side hides are left out.

    What a side did not look at (the schedule, agreements, findings) is not told of.
    """
    hidden = not_compared(was, is_)
    was, is_ = _without(was, hidden), _without(is_, hidden)
    was = _followed(was, is_)
    found = [fact for teller in WHOLE for fact in teller(was, is_)]
    for register in sorted({*was.contents} & {*is_.contents}):
        found.extend(_register(was, is_, register))
    return tuple(sorted(dict.fromkeys(found), key=_order))


def not_compared(was: Side, is_: Side) -> tuple[str, ...]:
    """The registers that one of the sides has and cannot show."""
    return tuple(sorted(was.unreadable | is_.unreadable))


def _order(fact: Fact) -> tuple[object, ...]:
    return fact.topic.rank, -fact.weight, fact.ref.casefold(), fact.sentence, fact.was or "", fact.is_ or ""


def _register(was: Side, is_: Side, register: str) -> Iterator[Fact]:
    then, now = was.contents[register], is_.contents[register]
    moves = register == "timeline" and was.schedule is not None  # the days of a plan move by themselves
    if not moves and (then is now or then == now):
        return
    for teller in OF_REGISTER.get(register, ()):
        yield from teller(was, is_)
    for name in dict.fromkeys([*was.lists(register), *is_.lists(register)]):
        special = LISTS.get((register, name))
        yield from special(was, is_) if special else rest.came_or_went(was, is_, register, name)
        for old, new in paired(was, is_, register, name).both:
            if old.content is new.content:
                continue
            yield from rest.renamed(register, old, new)
            told = TOLD.get((register, name), frozenset())
            yield from rest.fields(was, is_, old, new, told)
    yield from rest.header(was, is_, register, HEADERS.get(register, frozenset()))


def _without(side: Side, hidden: Iterable[str]) -> Side:
    gone = frozenset(hidden)
    if not gone:
        return side
    return Side(
        {name: content for name, content in side.contents.items() if name not in gone},
        side.as_of,
        schedule=None if gone & {"timeline", "project"} else side.schedule,
        signoffs=side.signoffs,
        findings=side.findings,
    )


# --- records that got another id --------------------------------------------------------------------------------------


def _followed(was: Side, is_: Side) -> Side:
    """The old side with the references to records that got another id as they are called now."""
    names: dict[str, str] = {}
    for register in {*was.contents} & {*is_.contents}:
        if was.contents[register] is is_.contents[register]:
            continue
        for name in was.lists(register):
            old, new = was.records(register, name), is_.records(register, name)
            for before, after in renames(_plain(old), _plain(new)).items():
                names[before] = after
                names[f"{register}/{before}"] = f"{register}/{after}"
    if not names:
        return was
    contents = {name: _renamed(content, names) for name, content in was.contents.items()}
    return Side(contents, was.as_of, was.unreadable, was.schedule, was.signoffs, was.findings)  # type: ignore[arg-type]


def _plain(records: Mapping[str, object]) -> dict[str, object]:
    return {name: record.content for name, record in records.items()}  # type: ignore[attr-defined]


def _renamed(value: Yaml, names: Mapping[str, str]) -> Yaml:
    """A copy in which every value that is an old id is the new one; ids themselves stay."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, YamlMap):
        copied = YamlMap(value.path, value.line, value.column, flow=value.flow)
        copied.marks = value.marks
        for key, item in value.items():
            copied[key] = item if key == "id" else _renamed(item, names)
        return copied
    items = YamlList(value.path, value.line, value.column)
    items.marks = value.marks
    items.extend(_renamed(item, names) for item in value)
    return items
