"""Which tasks were done, planned anew, added or taken out, and which only moved with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, Written, paired
from mkdocs_ecompm.comparison.words import ARROW, days_moved, fact, figure, later_is, plain_fact, signed
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic

_PLANNED: Final = ("duration", "not_before", "after", "estimate")


def tasks(was: Side, is_: Side) -> Iterator[Fact]:
    """Tasks done, planned anew, added or taken out; those that only moved with others are counted together."""
    found = paired(was, is_, "timeline", "tasks")
    moved: list[tuple[int, Written]] = []
    for old, new in found.both:
        if _done(new) != _done(old):
            yield _finished(old, new)
        yield from _progress(old, new)
        then, now = _finish(was, old), _finish(is_, new)
        changed = [name for name in _PLANNED if old.content.get(name) != new.content.get(name)]
        if changed:
            yield _planned_anew(old, new, changed[0], (then, now), is_)
        elif then and now and then != now:
            moved.append(((now - then).days, new))
    if moved:
        yield _moved_with_others(moved, is_)
    for record in found.come:
        yield fact(
            Topic.TASKS,
            "task-added",
            record,
            f"New task {record.id} {record.headline}",
            _effort(record, is_),
            None,
            record.headline,
            weight=20,
        )
    for record in found.gone:
        yield fact(
            Topic.TASKS,
            "task-removed",
            record,
            f"Task {record.id} {record.headline}",
            " is no longer planned",
            record.headline,
            None,
            weight=20,
        )


def _planned_anew(old: Written, new: Written, field: str, ends: tuple[date | None, date | None], side: Side) -> Fact:
    """A task whose own plan was changed, with what that did to the day on which it ends."""
    written: Any = [{field: record.content[field]} if field in record.content else {} for record in (old, new)]
    change = difference(written[0], written[1])[0]
    texts = [record.text(field) for record in (old, new)]
    shown = f": {_LONG[field]} {texts[0]}{ARROW}{texts[1]}" if all(texts) else f": other {_LONG[field]}"
    then, now = ends
    if then is None or now is None or then == now:
        return fact(
            Topic.TASKS,
            "task-planned",
            new,
            f"{new.id} {new.headline}",
            f" is planned anew{shown}",
            change.was,
            change.is_,
            at=field,
            weight=15,
        )
    by = (now - then).days
    return fact(
        Topic.TASKS,
        "task-moved",
        new,
        f"{new.id} {new.headline}",
        f" ends {days_moved(then, now, side)}{shown}",
        then,
        now,
        at=field,
        tone=later_is(by, Tone.ATTENTION),
        weight=30 + min(abs(by), 9),
        amount=by,
    )


_LONG: Final = {
    "duration": "duration",
    "not_before": "not to begin before",
    "after": "predecessors",
    "estimate": "estimate",
}


def _done(record: Written) -> bool:
    return record.number("progress") == 100 or bool(record.text("actual", "finish"))


def _finished(old: Written, new: Written) -> Fact:
    now = _done(new)
    rest = " is done" if now else " is open again"
    return fact(
        Topic.TASKS,
        "task-done",
        new,
        f"{new.id} {new.headline}",
        rest,
        "yes" if _done(old) else "no",
        "yes" if now else "no",
        at="progress",
        tone=Tone.GOOD if now else Tone.BAD,
        weight=40,
    )


def _progress(old: Written, new: Written) -> Iterator[Fact]:
    then, now = old.number("progress") or 0, new.number("progress") or 0
    if then != now and not _done(new) and not _done(old):
        yield fact(
            Topic.TASKS,
            "task-progress",
            new,
            f"{new.id} {new.headline}",
            f" {figure(then)} %{ARROW}{figure(now)} % done",
            then,
            now,
            at="progress",
            tone=Tone.GOOD if now > then else Tone.BAD,
            weight=10,
            amount=now - then,
        )


def _finish(side: Side, record: Written) -> date | None:
    """The day on which an open task ends."""
    dates = side.schedule.tasks.get(record.id) if side.schedule and not _done(record) else None
    return dates.finish if dates else None


def _effort(record: Written, side: Side) -> str:
    owner, duration = record.text("owner"), record.text("duration")
    parts = [side.name(owner)] if owner else []
    parts += [duration] if duration else []
    return f" ({', '.join(parts)})" if parts else ""


def _moved_with_others(moved: list[tuple[int, Written]], side: Side) -> Fact:
    by, furthest = max(moved, key=lambda found: (abs(found[0]), found[1].id))
    later = sum(days > 0 for days, _ in moved)
    one = len(moved) == 1
    if later in {0, len(moved)}:
        verb = f"{'ends' if one else 'end'} {'later' if later else 'earlier'}"
    else:
        verb = f"move ({later} later, {len(moved) - later} earlier)"
    subject = language.capital(language.count(len(moved), "other open task"))
    text = f" {verb}, {furthest.id} {furthest.headline} by {signed(by, 'day')}"
    return plain_fact(
        Topic.TASKS,
        "tasks-moved",
        "timeline",
        (subject, text),
        (None, None),
        source=side.contents["timeline"].source,
        tone=later_is(by, Tone.ATTENTION),
        weight=39.5,
        amount=by,
        about=tuple(record.ref for _, record in moved),
    )


TOLD: Final = frozenset({"progress", "actual", *_PLANNED})
"""The fields that are told here."""
