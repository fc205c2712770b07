"""What each party owes, by when, by which process. `obligations.yml`; one agreement for each party."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Document, Entry, Part, Record, misspelt
from mkdocs_ecompm.model.fields import AS_LIST, ShortForm, Text, choice
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import PartyRef, Ref, RefTo
from mkdocs_ecompm.model.parties import members, speakers
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily
from mkdocs_ecompm.model.times import Day


class Step(Part):
    """One step of the process by which an obligation is met, and by whom."""

    step: Text
    by: Text = ""


def _steps(value: Any) -> Any:
    return [{"step": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value


class Obligation(Entry):
    """Something that a party owes. What, due and process are demanded by a rule of their own."""

    party: PartyRef
    what: Text = ""
    due: Day | None = None
    process: Annotated[tuple[Annotated[Step, ShortForm()], ...], BeforeValidator(_steps), AS_LIST] = ()
    proof: Text = ""
    accepted_by: PartyRef | None = None
    needed_for: Annotated[tuple[Annotated[Ref, RefTo(beside=("timeline",))], ...], AS_LIST] = ()
    status: Annotated[str, choice("open", "met", "waived", "broken")] = "open"
    met_on: Day | None = None


class ObligationsDocument(Document):
    """All obligations of all parties."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"obligations": Obligation}


def check(project: Project) -> Iterable[Finding]:
    """The three questions answered, nothing overdue, nobody accepts his own work."""
    for record in project.state.of(Obligation):
        entry = record.entry
        answers = (("what", entry.what), ("due", entry.due), ("process", entry.process))
        missing = [word for word, value in answers if not value and not misspelt(entry, word)]
        if missing:
            message = f"obligation {entry.id} does not say {' and '.join(missing)}"
            hint = "every party must know what it owes, by when and by which process"
            yield finding("obligation-incomplete", message, record.source, hint=hint)
        if entry.status == "open" and entry.due and entry.due < project.as_of and not misspelt(entry, "status"):
            days = (project.as_of - entry.due).days
            late = f"{days} day{'s' * (days != 1)} late"
            message = f"{project.state.name(entry.party)} owes {entry.id} since {entry.due}: {late}"
            yield finding("obligation-overdue", message, record.at("due"))
        if entry.accepted_by and _accepts_itself(project, entry):
            message = f"{entry.id} is accepted by `{entry.accepted_by}`, who owes it"
            hint = "let somebody else accept it"
            yield finding("obligation-self-accepted", message, record.at("accepted_by"), hint=hint)


def _accepts_itself(project: Project, entry: Obligation) -> bool:
    accepted_by = entry.accepted_by or ""
    if accepted_by.casefold() == entry.party.casefold():
        return True
    accepting = speakers(project.state, accepted_by, project.as_of)
    return bool(accepting) and set(accepting) <= members(project.state, entry.party, project.as_of)


def duties(project: Project) -> Iterable[Duty]:
    """Each obligation is due to its party until it is met or waived."""
    for record in project.state.of(Obligation):
        yield _duty(record)


def _duty(record: Record[Obligation]) -> Duty:
    entry = record.entry
    return Duty(
        kind="obligation",
        ref=record.ref,
        what=entry.what or entry.id,
        who=(entry.party,),
        due=entry.due,
        done=entry.status in {"met", "waived"},
        process=" → ".join(step.step for step in entry.process),
        blocks=entry.needed_for,
        accepted_by=entry.accepted_by or "",
        source=record.source,
    )


REGISTER = Register(
    name="obligations",
    document=ObligationsDocument,
    views=lazily("mkdocs_ecompm.registers.obligations_views"),
    check=check,
    duties=duties,
    tracking=frozenset({"obligations.status", "obligations.met_on"}),
)
