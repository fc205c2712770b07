"""Asking again for an agreement to an unchanged text: a new sponsor, a late department. `asks.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Document, Entry, Part
from mkdocs_ecompm.model.fields import Text, fault
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import ArtifactRef, PartyRefs
from mkdocs_ecompm.model.incomplete import SETTLED
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.model.times import Day


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise fault("missing-key", "somebody must be asked: the list `of` is empty")
    return value


class Ask(Entry):
    """One question: each of `of` is to agree to the artifact, from the commit on that added the ask."""

    artifact: ArtifactRef
    of: Annotated[PartyRefs, AfterValidator(_some)]
    because: Text = ""
    date: Day | None = None


class AsksDocument(Document):
    """Everything that is asked again."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"asks": Ask}


def check(project: Project) -> Iterable[Finding]:
    """Nobody is asked twice in one ask. Whether the artifact exists, a rule over all registers says."""
    for record in project.state.of(Ask):
        seen: set[str] = set()
        for index, party in enumerate(record.entry.of):
            if party.casefold() in seen:
                message = f"`{party}` is asked twice in {record.id}"
                yield finding("duplicate-id", message, record.at("of", index))
            seen.add(party.casefold())


def duties(project: Project) -> Iterable[Duty]:
    """Each ask that is not answered is due to the one who is asked; it names no day."""
    for record in project.state.of(Ask):
        for agreement in project.signoffs.agreements:
            for slot in agreement.slots:
                if slot.ask == record.id and slot.status not in SETTLED:
                    yield Duty(
                        kind="sign-off",
                        ref=agreement.artifact,
                        what=project.state.name(agreement.artifact),
                        who=(slot.approver,),
                        due=None,
                        source=record.source,
                    )


REGISTER = Register(name="asks", document=AsksDocument, check=check, duties=duties)
