"""Who does what: responsibility matrices, each an agreement of its own. `raci.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.entry import Document, Entry, Part, Record, misspelt
from mkdocs_ecompm.model.fields import AS_LIST, Text
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.identifiers import PartyRefs, PhaseRef
from mkdocs_ecompm.model.numbers import Whole, between
from mkdocs_ecompm.model.parties import answerable
from mkdocs_ecompm.model.people import Person
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily
from mkdocs_ecompm.model.state import State

LETTERS: Final = {
    "responsible": "R",
    "accountable": "A",
    "consulted": "C",
    "informed": "I",
    "support": "S",
}
"""The columns of a matrix and the letter of each."""


class Activity(Entry):
    """One row: who does it, who answers for it, who is asked, who is told, who helps."""

    name: Text
    phase: PhaseRef | None = None
    responsible: PartyRefs = ()
    accountable: PartyRefs = ()
    consulted: PartyRefs = ()
    informed: PartyRefs = ()
    support: PartyRefs = ()


class Allow(Part):
    """How many may be accountable for one activity, where one is not enough."""

    accountable: Annotated[Whole, between(1)] = 1


class Matrix(Entry):
    """A matrix of activities."""

    name: Text
    allow: Allow = Field(default_factory=Allow)
    activities: Annotated[tuple[Activity, ...], AS_LIST] = ()


class RaciDocument(Document):
    """All matrices."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"matrices": Matrix}


def check(project: Project) -> Iterable[Finding]:
    """One accountable a row, somebody who does it, nobody who has left, no row twice."""
    for matrix in project.state.of(Matrix):
        ids: set[str] = set()
        names: set[str] = set()
        for index, activity in enumerate(matrix.entry.activities):
            yield from _row(project, matrix, index, activity)
            if activity.id.casefold() in ids:
                message = f"the activity id `{activity.id}` is taken in this matrix"
                yield finding("duplicate-id", message, matrix.at("activities", index, "id"))
            elif activity.name.strip().casefold() in names:
                message = f"the activity `{activity.name}` stands in this matrix already"
                yield finding("raci-duplicate-activity", message, matrix.at("activities", index, "name"))
            ids.add(activity.id.casefold())
            names.add(activity.name.strip().casefold())


def _row(project: Project, matrix: Record[Matrix], index: int, activity: Activity) -> Iterator[Finding]:
    allowed = matrix.entry.allow.accountable
    row = f"activity {activity.id}"
    if not activity.accountable and not misspelt(activity, "accountable"):
        message = f"nobody is accountable for {row}"
        yield finding("raci-no-accountable", message, matrix.at("activities", index, "accountable"))
    elif len({party.casefold() for party in activity.accountable}) > allowed:
        message = f"{len(activity.accountable)} are accountable for {row}; {allowed} may be"
        hint = "who answers for it when it goes wrong? The others are consulted or responsible"
        yield finding("raci-several-accountable", message, matrix.at("activities", index, "accountable"), hint=hint)
    if not activity.responsible and not misspelt(activity, "responsible"):
        message = f"nobody is responsible for {row}"
        yield finding("raci-no-responsible", message, matrix.at("activities", index, "responsible"))
    for column in LETTERS:
        for position, party in enumerate(getattr(activity, column)):
            place = matrix.at("activities", index, column, position)
            yield from _cell(project, column, party, row, place)


def _cell(project: Project, column: str, party: str, row: str, place: Source) -> Iterator[Finding]:
    record = project.state.party(party)
    if record is not None and isinstance(record.entry, Person):
        if not record.entry.active:
            yield finding("raci-inactive-person", f"{record.headline} is no longer active ({row})", place)
    elif record is not None and column == "accountable":
        people = answerable(project.state, party, project.as_of)
        if len(people) != 1 and (people or not _may_be_somebody(project.state)):
            message = f"`{party}` is accountable for {row}, but means {len(people) or 'no'} people today"
            yield finding("raci-accountable-not-one-person", message, place)


def _may_be_somebody(state: State) -> bool:
    """Whether a fault in people.yml may be why a role or a department is nobody: then that is the finding."""
    people = state.of(Person)
    known = sum(name == "people" for name in state.known_ids.get("people", {}).values())
    if "people" in state.incomplete or len(people) < known:
        return True
    held = (holding.role for person in people for holding in person.entry.roles)
    return any(misspelt(one.entry, "roles") for one in people) or any(state.party(role) is None for role in held)


REGISTER = Register(name="raci", document=RaciDocument, views=lazily("mkdocs_ecompm.registers.raci_views"), check=check)
