"""How the plan moved: go-live and the other milestones, the critical path, phases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, Written, paired
from mkdocs_ecompm.comparison.words import (
    ARROW,
    day,
    days_moved,
    fact,
    figure,
    later_is,
    plain_fact,
    signed,
)
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.registers.timeline_rules import says_go_live


def goal_of(side: Side) -> str:
    """The id, in lower case, of the milestone that the project is about: its go-live, else its last one."""
    milestones = side.records("timeline", "milestones").values()
    named = [one for one in milestones if says_go_live(one.headline, one.id)]
    last = max(named or milestones, key=lambda one: one.day("date") or date.min, default=None)
    return last.id.casefold() if last else ""


# --- milestones -------------------------------------------------------------------------------------------------------


def milestones(was: Side, is_: Side) -> Iterator[Fact]:
    """Promises that moved, were kept, came or went; and how far the plan has moved away from them."""
    goals = {goal_of(was), goal_of(is_)}
    found = paired(was, is_, "timeline", "milestones")
    for old, new in found.both:
        topic, weight = _place(goals, old, new)
        then, now = old.day("date"), new.day("date")
        if then and now and then != now:
            yield fact(
                topic,
                "milestone-moved",
                new,
                new.headline,
                f" {days_moved(then, now, is_)}",
                then,
                now,
                at="date",
                tone=later_is((now - then).days, Tone.BAD),
                weight=weight + 3,
                amount=(now - then).days,
            )
        yield from _reached(old, new, is_, topic, weight)
        yield from _forecast(was, is_, old, new)
    for record in found.come:
        topic, weight = _place(goals, record)
        yield came("milestone-added", record, is_, topic, weight, f"New milestone {record.headline}")
    for record in found.gone:
        topic, weight = _place(goals, record)
        yield came("milestone-removed", record, is_, topic, weight, f"Milestone {record.headline}", gone=True)


def _place(goals: set[str], *records: Written) -> tuple[Topic, float]:
    """Where facts about a milestone stand."""
    if any(record.id.casefold() in goals for record in records):
        return Topic.GOAL, 100
    return Topic.PLAN, 10


def _reached(old: Written, new: Written, side: Side, topic: Topic, weight: float) -> Iterator[Fact]:
    then, now, promised = old.day("reached"), new.day("reached"), new.day("date")
    if then == now:
        return
    if now is None:
        rest = f" is open again; it was said to be reached on {day(then, side)}" if then else ""
    else:
        late = (now - promised).days if promised else 0
        beside = f", {language.figure(abs(late), 'day')} {'late' if late > 0 else 'early'}" if late else ""
        rest = f" was reached on {day(now, side)}{beside or (', as promised' if promised else '')}"
    tone = Tone.GOOD if now else Tone.BAD
    yield fact(
        topic, "milestone-reached", new, new.headline, rest, then, now, at="reached", tone=tone, weight=weight + 2
    )


def _forecast(was: Side, is_: Side, old: Written, new: Written) -> Iterator[Fact]:
    """The day that the plan allows, where it moved and the promise did not."""
    then, now = _allowed(was, old), _allowed(is_, new)
    promised = new.day("date")
    if not then or not now or not promised or then == now or old.text("date") != new.text("date"):
        return
    late = (now - promised).days
    beside = f"; promised is {day(promised, is_)}" if late else ", as promised"
    yield fact(
        Topic.PLAN,
        "milestone-forecast",
        new,
        f"{new.headline}, as the plan stands:",
        f" {days_moved(then, now, is_)}{beside}",
        then,
        now,
        at="date",
        tone=later_is((now - then).days, Tone.BAD),
        weight=5,
        amount=(now - then).days,
    )


def _allowed(side: Side, record: Written) -> date | None:
    """The promised day of an open milestone, or the later one that the plan allows."""
    promised = record.day("date")
    dates = side.schedule.tasks.get(record.id) if side.schedule and "after" in record.content else None
    if promised is None or record.text("reached"):
        return None
    return max(promised, dates.finish) if dates else promised


def came(  # noqa: PLR0913, PLR0917  # these are the parts of a fact
    kind: str, record: Written, side: Side, topic: Topic, weight: float, subject: str, *, gone: bool = False
) -> Fact:
    """A milestone or a gate that came or went."""
    found = record.day("date")
    on = f" on {day(found, side)}" if found else ""
    rest = f"{on} is no longer planned" if gone else on
    values = (record.text("date") or record.headline, None)
    return fact(topic, kind, record, subject, rest, *(values if gone else values[::-1]), weight=weight)


# --- the plan as a whole ----------------------------------------------------------------------------------------------


def whole(was: Side, is_: Side) -> Iterator[Fact]:
    """The critical path's length, and the day on which the plan ends."""
    then, now = was.schedule, is_.schedule
    if then is None or now is None:
        return
    yield from _cycle(then, now)
    if not then.tasks or not now.tasks:
        return
    source = is_.contents["timeline"].source if "timeline" in is_.contents else None
    before, after = _length(then), _length(now)
    if then.start == now.start and before != after:
        by = round(after - before, 1)
        lengths = ARROW.join(figure(round(length, 1)) or "" for length in (before, after))
        yield plain_fact(
            Topic.PLAN,
            "critical-path",
            "timeline",
            ("Critical path", f" {signed(by, 'working day')} ({lengths})"),
            (before, after),
            source=source,
            tone=later_is(by, Tone.BAD),
            weight=90,
            amount=by,
        )
    if then.finish and now.finish and then.finish != now.finish:
        by = (now.finish - then.finish).days
        yield plain_fact(
            Topic.PLAN,
            "finish-moved",
            "timeline",
            ("The last task of the plan ends", f" {days_moved(then.finish, now.finish, is_)}"),
            (then.finish, now.finish),
            source=source,
            tone=later_is(by, Tone.BAD),
            weight=80,
            amount=by,
        )


def _length(plan: Schedule) -> float:
    """The working days of the longest path."""
    return max((dates.early_finish for dates in plan.tasks.values()), default=0.0)


def _cycle(then: Schedule, now: Schedule) -> Iterator[Fact]:
    if bool(then.cycle) != bool(now.cycle):
        names = [ARROW.join(plan.cycle) or None for plan in (then, now)]
        rest = " cannot be computed any more: tasks wait for each other" if now.cycle else " can be computed again"
        tone = Tone.BAD if now.cycle else Tone.GOOD
        yield plain_fact(
            Topic.PLAN, "cycle", "timeline", ("The plan", rest), (names[0], names[1]), tone=tone, weight=95
        )


def phases(was: Side, is_: Side) -> Iterator[Fact]:
    """Phases whose first or last day moved."""
    found = paired(was, is_, "timeline", "phases")
    for old, new in found.both:
        for name, verb in (("start", "begins"), ("end", "ends")):
            then, now = old.day(name), new.day(name)
            if then and now and then != now:
                yield fact(
                    Topic.PLAN,
                    "phase-moved",
                    new,
                    f"Phase {new.headline}",
                    f" {verb} {days_moved(then, now, is_)}",
                    then,
                    now,
                    at=name,
                    tone=later_is((now - then).days, Tone.ATTENTION),
                    weight=4,
                    amount=(now - then).days,
                )
    for record in found.come:
        yield fact(
            Topic.PLAN, "phase-added", record, f"New phase {record.headline}", "", None, record.headline, weight=4
        )
    for record in found.gone:
        yield fact(
            Topic.PLAN,
            "phase-removed",
            record,
            f"Phase {record.headline}",
            " is no longer planned",
            record.headline,
            None,
            weight=4,
        )
