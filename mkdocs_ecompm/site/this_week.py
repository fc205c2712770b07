"""What is overdue, due by Friday and due next week, over all registers: who, what, how, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.parties import members
from mkdocs_ecompm.model.people import Department, Organisation, Person, Role
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.site.wording import artifact_in_sentence

_FRIDAY = 4


class Item(Struct, frozen=True):
    """A due item and everybody who finds it when filtering: those who owe it, their people, their departments."""

    duty: Duty
    audience: tuple[str, ...]


class Span(Struct, frozen=True):
    """One part of the page."""

    anchor: str
    title: str
    items: tuple[Item, ...]


class Choice(Struct, frozen=True):
    """A party to filter by."""

    id: str
    name: str


class ChoiceGroup(Struct, frozen=True):
    """The parties of one kind: people, departments, partners, roles."""

    name: str
    choices: tuple[Choice, ...]


class ThisWeekView(Struct, frozen=True):
    """Context of `pages/this-week`. `undated` are open items that nobody gave a day."""

    sentence: Sentence
    spans: tuple[Span, ...]
    undated: tuple[Item, ...]
    filters: tuple[ChoiceGroup, ...]


def views(project: Project) -> Iterable[View]:
    """The page of the week."""
    spans = spans_of(project)
    undated = tuple(_item(project, duty) for duty in project.duties if not duty.done and duty.due is None)
    shown = [item for span in spans for item in span.items] + list(undated)
    yield View(
        path="this-week",
        title="This week",
        template="this-week",
        section="Today",
        context=ThisWeekView(sentence_of(project, spans), spans, undated, tuple(_filters(project, shown))),
        headings=tuple(Heading(span.anchor, span.title) for span in spans),
    )


def friday_of(day: date) -> date:
    """The Friday on or after a day."""
    return day + timedelta((_FRIDAY - day.weekday()) % 7)


def spans_of(project: Project) -> tuple[Span, ...]:
    """Overdue, due by Friday, due in the week after; each ordered by day."""
    today, friday = project.as_of, friday_of(project.as_of)
    beyond = friday + timedelta(7)
    dated = sorted(_merged(project, (duty for duty in project.duties if not duty.done and duty.due)), key=_order)
    items = [_item(project, duty) for duty in dated if duty.due and duty.due <= beyond]
    return (
        Span("overdue", "Overdue", tuple(item for item in items if _due(item) < today)),
        Span("by-friday", f"By {language.weekday(friday)}", tuple(i for i in items if today <= _due(i) <= friday)),
        Span("next-week", "Next week", tuple(item for item in items if _due(item) > friday)),
    )


def sentence_of(project: Project, spans: tuple[Span, ...]) -> Sentence:
    """How much is late, and how much is due by Friday."""
    overdue, friday, following = (span.items for span in spans)
    due = f"{_things(len(friday))} {'are' if len(friday) > 1 else 'is'} due by Friday"
    rest = f"{language.capital(due)}, {_things(len(following))} in the week after."
    if not overdue:
        return Sentence("Nothing is late.", rest)
    worst = overdue[0].duty
    lead = f"{language.capital(language.count(len(overdue), 'thing'))} {'is' if len(overdue) == 1 else 'are'} late"
    days = language.figure(worst.late(project.as_of), "day")
    return Sentence(f"{lead}, {'' if len(overdue) == 1 else 'the longest '}by {days}: {_named(project, worst)}.", rest)


def _named(project: Project, duty: Duty) -> str:
    """What is due and who owes it, each name once: the obligations of a department are signed by that department."""
    who = language.few(project.state.name(party) for party in duty.who)
    what = artifact_in_sentence(project.state, duty.ref) if duty.kind == "sign-off" else duty.what
    if duty.kind == "sign-off":
        what = f"agreement to {what}"
    return what if not who or what.endswith(f" of {who}") else f"{what} ({who})"


def _things(amount: int) -> str:
    return language.count(amount, "thing") if amount else "nothing"


def _merged(project: Project, duties: Iterable[Duty]) -> Iterable[Duty]:
    """One agreement that waits for several is one thing to read, with all of their names; so are one's measurements."""
    asked: dict[tuple[str, date | None], Duty] = {}
    measured: dict[tuple[tuple[str, ...], date | None], list[Duty]] = {}
    for duty in duties:
        if duty.kind == "sign-off":
            first = asked.get((duty.ref, duty.due))
            who = first.who + duty.who if first else duty.who
            asked[duty.ref, duty.due] = replace(first or duty, who=tuple(dict.fromkeys(who)))
        elif duty.kind == "measurement":
            measured.setdefault((duty.who, duty.due), []).append(duty)
        else:
            yield duty
    yield from asked.values()
    yield from (_measurements(project, several) for several in measured.values())


def _measurements(project: Project, duties: Sequence[Duty]) -> Duty:
    """What one owner has to measure by a day, as one thing."""
    if len(duties) == 1:
        return duties[0]
    names = language.few(project.state.name(duty.ref) for duty in duties)
    what = f"Values of {language.figure(len(duties), 'KPI')}: {names}"
    return replace(duties[0], ref="kpis", what=what, process="")


def _order(duty: Duty) -> tuple[date, str]:
    return duty.due or date.max, duty.ref


def _due(item: Item) -> date:
    return item.duty.due or date.max


def _item(project: Project, duty: Duty) -> Item:
    state = project.state
    audience: list[str] = []
    for party in duty.who:
        record = state.party(party)
        audience.append(record.id if record else party)
        people = members(state, party, project.as_of)
        audience.extend(sorted(people))
        for person in (*sorted(people), party):
            found = state.party(person)
            if found is not None and isinstance(found.entry, Person):
                audience.extend(unit for unit in (found.entry.department, found.entry.organisation) if unit)
    return Item(duty, tuple(dict.fromkeys(audience)))


def _filters(project: Project, items: Iterable[Item]) -> Iterable[ChoiceGroup]:
    """Only parties that have something here, so that no choice leads to an empty page."""
    used = {party for item in items for party in item.audience}
    kinds = (("People", Person), ("Departments", Department), ("Partners", Organisation), ("Roles", Role))
    for name, kind in kinds:
        choices = [Choice(record.id, record.headline) for record in project.state.of(kind) if record.id in used]
        if choices:
            yield ChoiceGroup(name, tuple(sorted(choices, key=lambda choice: choice.name.casefold())))
