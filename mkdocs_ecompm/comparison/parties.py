"""What the parties owe, and who does what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, Written, paired, texts_of
from mkdocs_ecompm.comparison.words import ARROW, day, days_moved, fact, later_is, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.registers.raci import LETTERS

# --- obligations ------------------------------------------------------------------------------------------------------

_OWED: Final = {
    "met": ("obligation-met", Tone.GOOD, ": “{what}” met"),
    "waived": ("obligation-waived", Tone.NEUTRAL, ": “{what}” is no longer owed"),
    "broken": ("obligation-broken", Tone.BAD, ": “{what}” not delivered, the promise is broken"),
    "open": ("obligation-open", Tone.ATTENTION, ": “{what}” is owed again"),
}
"""What a status of an obligation means when it gets it."""


def obligations(was: Side, is_: Side) -> Iterator[Fact]:
    """Days that moved, promises met, waived or broken, new ones and those taken out."""
    found = paired(was, is_, "obligations", "obligations")
    for old, new in found.both:
        who, about = (is_.name(new.text("party")) or "Somebody"), _parties(old, new)
        then, now = old.text("status") or "open", new.text("status") or "open"
        if then != now:
            kind, tone, says = _OWED.get(now, ("obligation-open", Tone.NEUTRAL, ": “{what}” is " + now))
            rest = says.format(what=new.headline) + _met_on(new, is_, now)
            yield fact(
                Topic.OBLIGATIONS, kind, new, who, rest, then, now, at="status", tone=tone, weight=30, about=about
            )
        before, after = old.day("due"), new.day("due")
        if before and after and before != after:
            by = (after - before).days
            yield fact(
                Topic.OBLIGATIONS,
                "obligation-moved",
                new,
                who,
                f": “{new.headline}” due {days_moved(before, after, is_)}",
                before,
                after,
                at="due",
                tone=later_is(by, Tone.ATTENTION),
                weight=40,
                amount=by,
                about=about,
            )
    for record in found.come:
        due = record.day("due")
        by_day = f" by {day(due, is_)}" if due else ""
        yield fact(
            Topic.OBLIGATIONS,
            "obligation-added",
            record,
            is_.name(record.text("party")) or "Somebody",
            f": owes “{record.headline}”{by_day}, new",
            None,
            record.headline,
            weight=20,
            about=_parties(record),
        )
    for record in found.gone:
        yield fact(
            Topic.OBLIGATIONS,
            "obligation-removed",
            record,
            is_.name(record.text("party")) or "Somebody",
            f": “{record.headline}” is no longer in the list",
            record.headline,
            None,
            tone=Tone.ATTENTION,
            weight=20,
            about=_parties(record),
        )


def _parties(*records: Written) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"obligations/{record.text('party')}" for record in records))


def _met_on(record: Written, side: Side, status: str) -> str:
    on, due = record.day("met_on"), record.day("due")
    if status != "met" or on is None:
        return ""
    late = (on - due).days if due else 0
    beside = f", {language.figure(abs(late), 'day')} {'late' if late > 0 else 'early'}" if late else ""
    return f" on {day(on, side)}{beside}"


# --- who does what ----------------------------------------------------------------------------------------------------


def matrices(was: Side, is_: Side) -> Iterator[Fact]:
    """Every row of a RACI matrix with other people in it, new rows and those taken out."""
    found = paired(was, is_, "raci", "matrices")
    for old, new in found.both:
        rows = paired(_rows(was, old), _rows(is_, new), "raci", "activities")
        for before, after in rows.both:
            yield from _row(was, is_, new, before, after)
        for row, word, values in (
            *((row, "new row", (None, row.headline)) for row in rows.come),
            *((row, "row taken out", (row.headline, None)) for row in rows.gone),
        ):
            kind = "raci-added" if values[0] is None else "raci-removed"
            yield plain_fact(
                Topic.PEOPLE,
                kind,
                new.ref,
                (f"RACI {new.headline}", f", {word}: {row.headline}"),
                values,
                source=row.content.source,
                weight=20,
            )
    for record in found.come:
        activities = record.content.get("activities")
        count = len(activities) if isinstance(activities, YamlList) else 0
        yield fact(
            Topic.PEOPLE,
            "raci-added",
            record,
            f"New RACI matrix {record.headline}",
            f" with {language.count(count, 'row')}",
            None,
            record.headline,
            weight=30,
        )
    for record in found.gone:
        yield fact(
            Topic.PEOPLE,
            "raci-removed",
            record,
            f"RACI matrix {record.headline}",
            " was taken out",
            record.headline,
            None,
            weight=30,
        )


def _rows(side: Side, matrix: Written) -> Side:
    """The rows of one matrix, as if they were a register's list."""
    content = YamlMap()
    content["activities"] = matrix.content.get("activities", YamlList())
    return Side({"raci": content}, side.as_of)


def _row(was: Side, is_: Side, matrix: Written, before: Written, after: Written) -> Iterator[Fact]:
    for column in LETTERS:
        then, now = list(texts_of(before.content.get(column))), list(texts_of(after.content.get(column)))
        if sorted(then) != sorted(now):
            names = was.names(then), is_.names(now)
            yield plain_fact(
                Topic.PEOPLE,
                "raci-changed",
                matrix.ref,
                (f"RACI {matrix.headline}, “{after.headline}”", f", {column}: {names[0]}{ARROW}{names[1]}"),
                (", ".join(then) or None, ", ".join(now) or None),
                source=after.at(column),
                weight=40 if column == "accountable" else 25,
            )


TOLD: Final = {
    "obligations": frozenset({"due", "status", "met_on"}),
    "matrices": frozenset({"activities"}),
}
"""The fields that are told here; all others are told field by field."""
