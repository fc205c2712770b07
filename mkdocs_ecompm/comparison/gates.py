"""What was decided about gates, which of their days moved, and what they still wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm.comparison.plan import came
from mkdocs_ecompm.comparison.side import Side, Written, paired
from mkdocs_ecompm.comparison.words import day, days_moved, fact, later_is
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlMap

OPEN: Final = "open"
_GOOD: Final = frozenset({"go", "go with conditions"})


def gates(was: Side, is_: Side) -> Iterator[Fact]:
    """Decisions of gates, days that moved, criteria and conditions that are met now."""
    found = paired(was, is_, "timeline", "gates")
    for old, new in found.both:
        name = _gate_name(new)
        yield from _decided(old, new, is_)
        then, now = old.day("date"), new.day("date")
        if then and now and then != now:
            yield fact(
                Topic.GOAL,
                "gate-moved",
                new,
                name,
                f" {days_moved(then, now, is_)}",
                then,
                now,
                at="date",
                tone=later_is((now - then).days, Tone.BAD),
                weight=60,
                amount=(now - then).days,
            )
        yield from _ticked(old, new, "criteria", "met", "criterion-met")
        yield from _ticked(old, new, "conditions", "done", "condition-met")
    for record in found.come:
        yield came("gate-added", record, is_, Topic.GOAL, 40, f"New gate {record.id} {record.headline}")
    for record in found.gone:
        yield came("gate-removed", record, is_, Topic.GOAL, 40, _gate_name(record), gone=True)


def _gate_name(record: Written) -> str:
    return f"Gate {record.id} {record.headline}"


def _decided(old: Written, new: Written, side: Side) -> Iterator[Fact]:
    then, now = old.text("decision") or OPEN, new.text("decision") or OPEN
    if then == now:
        return
    on = new.day("decided_on")
    when = f" on {day(on, side)}" if on else ""
    rest = f" was decided{when}: {now}" if now != OPEN else f" is open again; it was decided: {then}"
    tone = Tone.GOOD if now in _GOOD else Tone.BAD
    yield fact(Topic.GOAL, "gate-decided", new, _gate_name(new), rest, then, now, at="decision", tone=tone, weight=80)


def _ticked(old: Written, new: Written, name: str, mark: str, kind: str) -> Iterator[Fact]:
    """The criteria or conditions of a gate that were ticked off, or are open again."""
    before = {_key(item): _yes(item, mark) for item in _items(old, name)}
    for item in _items(new, name):
        then, now = before.get(_key(item)), _yes(item, mark)
        if then is None or then == now:
            continue
        word = "criterion" if name == "criteria" else "condition"
        rest = f", {word} {'met' if now else 'open again'}: {item.get('what', '')}"
        yield fact(
            Topic.GOAL,
            kind,
            new,
            _gate_name(new),
            rest,
            _word(then),
            _word(now),
            at=name,
            tone=Tone.GOOD if now else Tone.BAD,
            weight=20,
        )


def _items(record: Written, name: str) -> list[YamlMap]:
    entries = record.content.get(name)
    return [item for item in entries if isinstance(item, YamlMap)] if isinstance(entries, list) else []


def _key(item: YamlMap) -> str:
    return str(item.get("id") or item.get("what") or "").casefold()


def _yes(item: YamlMap, mark: str) -> bool:
    return str(item.get(mark, "")).casefold() in {"yes", "true"}


def _word(value: bool) -> str:
    return "yes" if value else "no"


TOLD: Final = frozenset({"date", "decision", "decided_on", "criteria/met", "conditions/done"})
"""The fields that are told here."""
