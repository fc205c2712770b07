"""Everybody on the project as a page: by department and organisation, who holds which role, who may change that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.parties import covers, holdings, is_active, speakers
from mkdocs_ecompm.model.people import Department, Deputy, Key, Organisation, Person, Role
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.people import PeopleDocument


class PersonRow(Struct, frozen=True):
    """One person in a list. `roles` are names of roles held today, `keys` counts the keys in force today."""

    id: str
    name: str
    title: str
    roles: tuple[str, ...]
    head: bool
    signatory: bool
    active: bool
    kind: str
    keys: int


class Unit(Struct, frozen=True):
    """A department or an organisation with its people; `what` says which (`department`, `agency`)."""

    id: str
    name: str
    what: str
    functions: tuple[str, ...]
    people: tuple[PersonRow, ...]


class RoleRow(Struct, frozen=True):
    """A role, who holds it today, and who held it before."""

    id: str
    name: str
    description: str
    holders: tuple[str, ...]
    before: tuple[str, ...]


class DeputyRow(Struct, frozen=True):
    """Who speaks for whom, and when."""

    absent: str
    by: str
    since: date | None
    until: date | None
    artifacts: tuple[str, ...]
    now: bool


class PeopleView(Struct, frozen=True):
    """Context of `pages/people`. `admins` may change who may speak, `quorum` of them together."""

    sentence: Sentence
    units: tuple[Unit, ...]
    roles: tuple[RoleRow, ...]
    deputies: tuple[DeputyRow, ...]
    admins: tuple[str, ...]
    quorum: int
    attestors: tuple[str, ...]


def views(project: Project) -> Iterable[View]:
    """The page of everybody; each person's own page goes over all registers and is made by the site."""
    document = project.state.header(PeopleDocument)
    content = project.state.contents.get("people")
    trust = document.trust if document else None
    units = tuple(_units(project))
    roles = tuple(_role(project, record) for record in project.state.of(Role))
    context = PeopleView(
        sentence=_sentence(units, roles),
        units=units,
        roles=roles,
        deputies=tuple(_deputy(project, record) for record in project.state.of(Deputy)),
        admins=trust.admins if trust else (),
        quorum=trust.quorum if trust else 0,
        attestors=trust.attestors if trust else (),
    )
    headings = [Heading(unit.id or "others", unit.name) for unit in units]
    more = (
        ("roles", "Roles", roles),
        ("deputies", "Deputies", context.deputies),
        ("trust", "Who may change this", trust),
    )
    yield View(
        path="people",
        title="People",
        template="people",
        section="Partners",
        context=context,
        source=content.source if content is not None else None,
        headings=(*headings, *(Heading(anchor, title) for anchor, title, there in more if there)),
        anchors=tuple(role.id for role in roles),
    )


def _units(project: Project) -> Iterable[Unit]:
    """Departments, then organisations, then those who belong to none."""
    people = project.state.of(Person)
    placed: set[str] = set()
    units: list[Record[Department] | Record[Organisation]] = [
        *project.state.of(Department),
        *project.state.of(Organisation),
    ]
    for unit in units:
        members = [record for record in people if _belongs(record.entry, unit)]
        placed.update(record.id for record in members)
        entry = unit.entry
        yield Unit(
            id=unit.id,
            name=unit.headline,
            what="department" if isinstance(entry, Department) else entry.kind,
            functions=entry.functions if isinstance(entry, Department) else (),
            people=tuple(_person(project, record, entry) for record in members),
        )
    rest = [record for record in people if record.id not in placed]
    if rest:
        yield Unit("", "Others", "", (), tuple(_person(project, record, None) for record in rest))


def _belongs(person: Person, unit: Record[Department] | Record[Organisation]) -> bool:
    of = person.department if isinstance(unit.entry, Department) else person.organisation
    return of is not None and of.casefold() == unit.id.casefold()


def _person(project: Project, record: Record[Person], unit: Department | Organisation | None) -> PersonRow:
    entry = record.entry
    held = [item.role for item in entry.roles if covers(item.since, item.until, project.as_of)]
    speaking = is_active(project.state, record.id)
    return PersonRow(
        id=record.id,
        name=entry.name,
        title=entry.title,
        roles=tuple(project.state.name(role) for role in held),
        head=unit is not None and speaking and _is(unit.head, record.id),
        signatory=unit is not None and speaking and any(_is(one, record.id) for one in unit.signatories),
        active=entry.active,
        kind=entry.kind,
        keys=sum(_in_force(key, project.as_of) for key in entry.keys),
    )


def _is(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def _in_force(key: Key, day: date) -> bool:
    """Whether a key can be used on that day, as its entry says it; the engine decides what counts."""
    since = key.since.date() if key.since else None
    until = key.until.date() if key.until else None
    return key.revoked is None and (since is None or since <= day) and (until is None or day < until)


def _role(project: Project, record: Record[Role]) -> RoleRow:
    holders = speakers(project.state, record.id, project.as_of)
    before = [
        person.id
        for person in project.state.of(Person)
        if person.id not in holders and _has_held(person.entry, record.id, project.as_of)
    ]
    return RoleRow(record.id, record.entry.name, record.entry.description, holders, tuple(before))


def _has_held(person: Person, role: str, day: date) -> bool:
    """Whether somebody has held a role: a seat that waits for its first holder has not, nor has who begins later."""
    began = (held.since is None or held.since <= day for held in holdings(person, role))
    return person.kind == "person" and any(began)


def _deputy(project: Project, record: Record[Deputy]) -> DeputyRow:
    entry = record.entry
    now = covers(entry.since, entry.until, project.as_of)
    return DeputyRow(entry.absent, entry.by, entry.since, entry.until, entry.artifacts, now)


def _sentence(units: tuple[Unit, ...], roles: tuple[RoleRow, ...]) -> Sentence:
    people = [person for unit in units for person in unit.people if person.kind == "person"]
    active = sum(person.active for person in people)
    kinds = (("department", "department", "departments"), ("", "organisation", "organisations"))
    manned = [unit for unit in units if unit.id and any(row.active and row.kind == "person" for row in unit.people)]
    counts = [
        sum(unit.what == "department" for unit in manned),
        sum(unit.what != "department" for unit in manned),
    ]
    where = [language.count(number, one, many) for number, (_, one, many) in zip(counts, kinds, strict=True) if number]
    who = language.capital(language.count(active, "person", "people")) if active else "Nobody"
    lead = f"{who} {'works' if active <= 1 else 'work'} on this"
    lead += f", from {language.listing(where)}." if where else "."
    rest = []
    empty = [role.name for role in roles if not role.holders]
    vacant = sum(person.kind == "vacant" for unit in units for person in unit.people)
    if vacant:
        rest.append(f"{language.count(vacant, 'seat')} {'is' if vacant == 1 else 'are'} vacant")
    if empty:
        rest.append(
            f"nobody holds the role {language.few(empty)}" if len(empty) == 1 else f"nobody holds {language.few(empty)}"
        )
    gone = len(people) - active
    if gone:
        rest.append(f"{language.count(gone, 'person', 'people')} {'has' if gone == 1 else 'have'} left")
    return Sentence(lead, language.capital("; ".join(rest)) + "." if rest else "")
