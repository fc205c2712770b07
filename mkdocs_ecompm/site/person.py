"""A page for each person, over all registers: I must sign, I owe, is owed to me, I decide, my deputy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.parties import covers, speakers
from mkdocs_ecompm.model.people import Deputy, Person
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View, page_step
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.registers.raci import Matrix
from mkdocs_ecompm.registers.raci_views import activity_anchor
from mkdocs_ecompm.site.strip import Badge, badge_of
from mkdocs_ecompm.site.wording import asked_again


class Demand(Struct, frozen=True):
    """An agreement that waits for this person, or may: `unknown`. `asked` says when and why it is asked again."""

    artifact: str
    speaks_for: str
    badge: Badge
    due: date | None
    overdue: bool
    asked: str
    unknown: bool


class Held(Struct, frozen=True):
    """A role and the days on which it is held."""

    role: str
    since: date | None
    until: date | None
    now: bool


class Part(Struct, frozen=True):
    """An activity of a matrix in which somebody has a part, and its place on the page of the matrices."""

    id: str
    name: str
    anchor: str


class PersonView(Struct, frozen=True):
    """Context of `pages/person`. Duties are those that are open, the earliest first.

    `held` are the roles whose period a reader has to know: past, to come, or ending. `asked` are the agreements that
    this copy cannot check: nobody can tell from it whether they wait for this person.
    """

    id: str
    sentence: Sentence
    title: str
    department: str
    organisation: str
    kind: str
    active: bool
    held: tuple[Held, ...]
    speaks_for: tuple[str, ...]
    must_sign: tuple[Demand, ...]
    asked: tuple[Demand, ...]
    owes: tuple[Duty, ...]
    owed: tuple[Duty, ...]
    decides: tuple[Part, ...]
    does: tuple[Part, ...]
    my_deputies: tuple[Deputy, ...]
    deputy_of: tuple[Deputy, ...]


def views(project: Project) -> Iterable[View]:
    """One page a person; a machine has none."""
    for record in project.state.of(Person):
        if record.entry.kind != "machine":
            yield _view(project, record)


def _view(project: Project, record: Record[Person]) -> View:
    context = _context(project, record)
    sections = (
        ("sign", "To sign", context.must_sign),
        ("asked", "Asked to agree to", context.asked),
        ("owes", "Owes", context.owes),
        ("owed", "Is owed", context.owed),
        ("decides", "Answers for", context.decides),
        ("does", "Does", context.does),
        ("deputies", "Deputies", context.my_deputies or context.deputy_of),
    )
    return View(
        path=f"people/{page_step(record.id)}",
        title=record.entry.name,
        template="person",
        section="Partners",
        context=context,
        source=record.source,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
        parent="people",
    )


def _context(project: Project, record: Record[Person]) -> PersonView:
    entry, state = record.entry, project.state
    mine = parties_of(project, record.id)
    found = tuple(dict.fromkeys(_demands(project, record.id)))
    must_sign = tuple(demand for demand in found if not demand.unknown)
    asked = tuple(demand for demand in found if demand.unknown)
    signing = {demand.artifact for demand in found}
    # A gate that waits for this person's signature stands among what is to be signed already, or what is asked.
    owes = _sorted(
        duty
        for duty in project.duties
        if not duty.done
        and duty.kind != "sign-off"
        and not (duty.kind == "gate" and duty.ref in signing)
        and _any(duty.who, mine)
    )
    owed = _sorted(duty for duty in project.duties if not duty.done and _any((duty.accepted_by,), mine))
    deputies = [deputy.entry for deputy in state.of(Deputy) if not _over(deputy.entry, project.as_of)]
    return PersonView(
        id=record.id,
        sentence=_sentence(project, entry, must_sign, asked, owes),
        title=entry.title,
        department=entry.department or "",
        organisation=entry.organisation or "",
        kind=entry.kind,
        active=entry.active,
        held=tuple(
            Held(item.role, item.since, item.until, covers(item.since, item.until, project.as_of))
            for item in entry.roles
            if item.until or not covers(item.since, item.until, project.as_of)
        ),
        speaks_for=tuple(party for party in mine if party.casefold() != record.id.casefold()),
        must_sign=must_sign,
        asked=asked,
        owes=owes,
        owed=owed,
        decides=_activities(project, "accountable", mine),
        does=_activities(project, "responsible", mine),
        my_deputies=tuple(item for item in deputies if _same(item.absent, record.id)),
        deputy_of=tuple(item for item in deputies if _same(item.by, record.id)),
    )


def parties_of(project: Project, person: str) -> tuple[str, ...]:
    """Every party that this person speaks for today, himself first."""
    others = [
        record.id
        for record in project.state.records.get("people", ())
        if record.id and record.list != "people" and person in speakers(project.state, record.id, project.as_of)
    ]
    return (person, *others)


def _demands(project: Project, person: str) -> Iterable[Demand]:
    """Slots that do not hold and that this person may fill, the overdue ones first."""
    found = []
    for agreement in project.signoffs.agreements:
        for slot in agreement.slots:
            if slot.status is Status.VALID or person not in speakers(project.state, slot.approver, project.as_of):
                continue
            name = "" if _same(slot.approver, person) else slot.approver
            badge = badge_of(slot.status, overdue=slot.overdue)
            due = slot.due if slot.ask else agreement.due
            again = asked_again(project.state, agreement, slot)
            unknown = slot.status is Status.UNVERIFIABLE
            found.append(Demand(agreement.artifact, name, badge, due, slot.overdue, again, unknown))
    return sorted(found, key=lambda demand: (demand.due or date.max, demand.artifact))


def _activities(project: Project, column: str, mine: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(activity.id, activity.name, activity_anchor(matrix.id, activity.id))
        for matrix in project.state.of(Matrix)
        for activity in matrix.entry.activities
        if _any(getattr(activity, column), mine)
    )


def _sorted(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    return tuple(sorted(duties, key=lambda duty: (duty.due or date.max, duty.ref)))


def _any(parties: Iterable[str], mine: tuple[str, ...]) -> bool:
    known = {party.casefold() for party in mine}
    return any(party.casefold() in known for party in parties)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _over(deputy: Deputy, day: date) -> bool:
    return deputy.until is not None and deputy.until < day


def _sentence(
    project: Project, person: Person, demands: tuple[Demand, ...], asked: tuple[Demand, ...], owes: tuple[Duty, ...]
) -> Sentence:
    if person.kind == "vacant":
        return Sentence("This seat is vacant.", "What it owes waits for somebody to take it.")
    if not person.active:
        return Sentence(f"{person.name} is no longer on the project.", _left_behind(owes))
    parts = [
        *([f"{language.count(len(demands), 'agreement')} to sign"] if demands else []),
        *([f"{language.count(len(owes), 'thing')} to deliver"] if owes else []),
    ]
    several = language.capital(language.count(len(asked), "agreement")) + (" is" if len(asked) == 1 else " are")
    if not parts and asked:
        return Sentence(f"Whether {person.name} has anything to sign cannot be told here.", f"{several} asked for.")
    if not parts:
        return Sentence(f"Nothing waits for {person.name}.")
    late = [duty for duty in owes if duty.late(project.as_of)]
    overdue = sum(demand.overdue for demand in demands)
    rest = [
        *([f"{language.count(overdue, 'agreement')} past {'its' if overdue == 1 else 'their'} day"] if overdue else []),
        *([f"{language.count(len(late), 'thing')} late{_longest(late, project.as_of)}"] if late else []),
    ]
    text = language.capital("; ".join(rest)) + "." if rest else "Nothing of it is late."
    if asked:
        given = "it was" if len(asked) == 1 else "they were"
        text += f" {several} asked for; whether {given} given cannot be told here."
    return Sentence(f"{person.name} has {language.listing(parts)}.", text)


def _longest(late: list[Duty], as_of: date) -> str:
    """By how much: " by 6 days", with "the longest" before it where there are several."""
    days = language.figure(max(duty.late(as_of) for duty in late), "day")
    return f" by {days}" if len(late) == 1 else f", the longest by {days}"


def _left_behind(owes: tuple[Duty, ...]) -> str:
    if not owes:
        return ""
    return f"{language.capital(language.count(len(owes), 'open item'))} still bears this name."
