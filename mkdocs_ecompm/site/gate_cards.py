"""The cards of the gates as a site shows them: what cannot be checked is neither missing nor there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict, replace

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Status
from mkdocs_ecompm.registers.timeline_gates import GateCard, GateMark, gate_card
from mkdocs_ecompm.registers.timeline_schema import DECIDED, Gate


class ShownGate(GateCard, frozen=True):
    """A card; `unknown` are what it waits for or has, as counted phrases: this copy of the project cannot tell."""

    unknown: tuple[str, ...] = ()


def gate_cards(project: Project, records: Iterable[Record[Gate]]) -> tuple[ShownGate, ...]:
    """The cards of some gates."""
    held = _as_if_held(project)
    return tuple(_card(project, held, record) for record in records)


def _card(project: Project, held: Project, record: Record[Gate]) -> ShownGate:
    """A card of a project, with the one that it would be if all that cannot be checked held."""
    unknown = tuple(_unknown(project, record)) if record.entry.decision not in {*DECIDED, "stop"} else ()
    if not unknown:
        return ShownGate(**_fields(gate_card(project, record)))
    card = gate_card(held, record)
    ready = not card.waits_for and record.entry.decision == "open"
    told = f"{language.capital(language.listing(unknown))} cannot be checked here."
    rest = language.capital(card.sentence.rest.removeprefix("Nothing is missing; "))
    lead = "Whether it can pass cannot be told here." if ready else card.sentence.lead
    mark = GateMark("waits", "?", "not known") if card.mark.tone == "calm" else card.mark
    return ShownGate(**_fields(card) | {"mark": mark, "sentence": Sentence(lead, f"{rest} {told}"), "unknown": unknown})


def _fields(card: GateCard) -> dict[str, Any]:
    return asdict(card)


def _unknown(project: Project, record: Record[Gate]) -> Iterable[str]:
    """What this copy cannot tell of a gate: agreements that it requires, and its own sign-offs."""
    by_artifact = project.signoffs.by_artifact
    required = [by_artifact[name] for name in record.entry.requires if name in by_artifact]
    agreements = sum(item.status is Status.UNVERIFIABLE for item in required)
    if agreements:
        yield language.count(agreements, "agreement")
    own = by_artifact.get(record.ref)
    signatures = sum(slot.status is Status.UNVERIFIABLE for slot in own.slots) if own else 0
    if signatures:
        yield language.count(signatures, "sign-off")


def _as_if_held(project: Project) -> Project:
    """The project, in which everything holds that cannot be checked: what is missing then is missing for certain."""
    agreements = tuple(map(_held, project.signoffs.agreements))
    return replace(project, signoffs=replace(project.signoffs, agreements=agreements, unverifiable=False))


def _held(agreement: Agreement) -> Agreement:
    if agreement.status is not Status.UNVERIFIABLE:
        return agreement
    slots = tuple(
        replace(slot, status=Status.VALID) if slot.status is Status.UNVERIFIABLE else slot for slot in agreement.slots
    )
    status = min((slot.status for slot in slots), key=lambda status: status.rank, default=Status.VALID)
    return replace(agreement, slots=slots, status=status)
