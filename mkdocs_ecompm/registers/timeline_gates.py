"""A gate as a reader sees it: can it be passed, and what does it wait for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import page_step
from mkdocs_ecompm.model.signoff import Agreement, Status
from mkdocs_ecompm.registers.timeline_rules import is_signed, is_unknown
from mkdocs_ecompm.registers.timeline_schema import DECIDED, Condition, Gate

_BLOCKED: Final = frozenset({Status.REJECTED, Status.WITHDRAWN})
"""What somebody must take back before a gate, or what it requires, can hold."""


class GateMark(Struct, frozen=True):
    """One of the four tones, with the sign and the word that stand with it."""

    tone: str
    sign: str
    word: str


class CriterionRow(Struct, frozen=True):
    """A criterion of a gate."""

    id: str
    what: str
    met: bool


class ConditionRow(Struct, frozen=True):
    """A condition of a gate; `late` in calendar days."""

    id: str
    what: str
    owner: str
    due: date | None
    done: bool
    late: int


class GateCard(Struct, frozen=True):
    """One gate. `closes` and `opens` are names of phases, `requires` artifacts.

    `waits_for` is what is missing for certain, `unknown` what cannot be checked here; both as counted phrases.
    """

    id: str
    ref: str
    name: str
    day: date
    mark: GateMark
    sentence: Sentence
    closes: str
    opens: str
    requires: tuple[str, ...]
    criteria: tuple[CriterionRow, ...]
    conditions: tuple[ConditionRow, ...]
    waits_for: tuple[str, ...]
    unknown: tuple[str, ...]
    decided: bool
    decision: str
    decided_on: date | None
    signed: bool
    note: str
    source: Source

    @property
    def page(self) -> str:
        """The page of the gate."""
        return f"gates/{page_step(self.id)}"

    @property
    def shown_day(self) -> date:
        """The day under which it stands in a list: decided, else planned; one to be repeated has a new day or none."""
        return self.decided_on if self.decided_on and not self.again else self.day

    @property
    def again(self) -> bool:
        """Whether it is to be repeated on a day that was planned after that decision."""
        return self.decision == "repeat" and self.decided_on is not None and self.decided_on < self.day

    @property
    def passed(self) -> bool:
        """Whether it was decided that the next phase may begin, and signed."""
        return self.decision in DECIDED and self.signed

    @property
    def said(self) -> str:
        """The whole sentence."""
        return f"{self.sentence.lead} {self.sentence.rest}".strip()


def gate_card(project: Project, record: Record[Gate]) -> GateCard:
    """The card of a gate."""
    gate = record.entry
    waits_for = () if gate.decision in DECIDED else tuple(_blockers(project, record))
    unknown = () if gate.decision in {*DECIDED, "stop"} else tuple(_unchecked(project, record))
    return GateCard(
        id=gate.id,
        ref=record.ref,
        name=gate.name,
        day=gate.date,
        mark=_mark(project, record, waits_for, unknown),
        sentence=_sentence(project, record, waits_for, unknown),
        closes=_phase(project, gate.closes),
        opens=_phase(project, gate.opens),
        requires=gate.requires,
        criteria=tuple(CriterionRow(item.id, item.what, item.met) for item in gate.criteria),
        conditions=tuple(_condition(project, item) for item in gate.conditions),
        waits_for=waits_for,
        unknown=unknown,
        decided=gate.decision != "open",
        decision=gate.decision,
        decided_on=gate.decided_on,
        signed=is_signed(project, record),
        note=gate.note,
        source=record.source,
    )


def _phase(project: Project, ref: str | None) -> str:
    return project.state.name(f"timeline/{ref}").removeprefix("timeline/") if ref else ""


def _condition(project: Project, item: Condition) -> ConditionRow:
    late = (project.as_of - item.due).days if item.due and not item.done else 0
    return ConditionRow(item.id, item.what, item.owner or "", item.due, item.done, max(late, 0))


def _blockers(project: Project, record: Record[Gate]) -> Iterator[str]:
    """What is missing before a gate can be passed, each as a counted phrase."""
    gate = record.entry
    agreements = [project.signoffs.by_artifact.get(artifact) for artifact in gate.requires]
    not_valid = sum(1 for item in agreements if item is not None and _known(item) is not Status.VALID)
    if not_valid:
        yield language.count(not_valid, "agreement")
    unmet = sum(1 for criterion in gate.criteria if not criterion.met)
    if unmet:
        yield language.count(unmet, "criterion", "criteria")
    owed = sum(1 for duty in obligations_for(project, record) if not duty.done)
    if owed:
        yield language.count(owed, "obligation")
    own = project.signoffs.by_artifact.get(record.ref)
    unsigned = sum(1 for slot in own.slots if slot.status not in {Status.VALID, Status.UNVERIFIABLE}) if own else 0
    if unsigned:
        yield language.count(unsigned, "sign-off")


def _unchecked(project: Project, record: Record[Gate]) -> Iterator[str]:
    """What it waits for or has, for nobody can tell here: agreements that it requires, and its own sign-offs."""
    required = (project.signoffs.by_artifact.get(artifact) for artifact in record.entry.requires)
    agreements = sum(1 for item in required if item is not None and item.status is Status.UNVERIFIABLE)
    if agreements:
        yield language.count(agreements, "agreement")
    own = project.signoffs.by_artifact.get(record.ref)
    signatures = sum(1 for slot in own.slots if slot.status is Status.UNVERIFIABLE) if own else 0
    if signatures:
        yield language.count(signatures, "sign-off")


def _known(agreement: Agreement) -> Status:
    """How an agreement stands by all that can be checked."""
    if agreement.status is not Status.UNVERIFIABLE:
        return agreement.status
    known = (slot.status for slot in agreement.slots if slot.status is not Status.UNVERIFIABLE)
    return min(known, key=lambda status: status.rank, default=Status.VALID)


def nobody_asked(project: Project, record: Record[Gate]) -> Iterator[str]:
    """What a gate requires to be agreed although no sign-off of it is demanded; a gate that was passed is decided.

    It keeps no gate closed: what nobody is asked about must only be there.
    """
    passed = {gate.ref.casefold() for gate in project.state.of(Gate) if gate.entry.decision in DECIDED}
    asked = {artifact.casefold() for artifact in project.signoffs.by_artifact}
    for artifact in record.entry.requires:
        if artifact.casefold() not in asked | passed:
            yield artifact


def obligations_for(project: Project, record: Record[Gate]) -> Iterator[Duty]:
    """What a party owes that is needed for this gate, met or not."""
    names = {record.id.casefold(), record.ref.casefold()}
    for duty in project.duties:
        if duty.kind == "obligation" and any(ref.casefold() in names for ref in duty.blocks):
            yield duty


def _mark(project: Project, record: Record[Gate], waits_for: tuple[str, ...], unknown: tuple[str, ...]) -> GateMark:
    gate = record.entry
    if gate.decision in DECIDED:
        return _decided_mark(project, record)
    if gate.decision == "stop":
        return GateMark("broken", "✗", "stopped")
    if gate.date < project.as_of and not _held(gate):
        return GateMark("broken", "!", f"{language.figure((project.as_of - gate.date).days, 'day')} late")
    agreement = project.signoffs.by_artifact.get(record.ref)
    if agreement is not None and _known(agreement) in _BLOCKED:
        return GateMark("broken", "✗", "blocked")
    if gate.decision == "repeat" or waits_for:
        return GateMark("waits", *("↻", "to be repeated") if gate.decision == "repeat" else ("○", "open"))
    return GateMark("waits", "?", "not known") if unknown else GateMark("calm", "◇", "ready to decide")


def _decided_mark(project: Project, record: Record[Gate]) -> GateMark:
    if is_unknown(project, record):
        return GateMark("waits", "?", "decided, not checked")
    signed = is_signed(project, record)
    return GateMark("holds", "✓", "passed") if signed else GateMark("waits", "≠", "decided, not signed")


def _sentence(project: Project, record: Record[Gate], waits_for: tuple[str, ...], unknown: tuple[str, ...]) -> Sentence:
    """What one would say of a gate aloud."""
    gate = record.entry
    if gate.decision in DECIDED:
        on = f" on {language.near_day(gate.decided_on, project.as_of)}" if gate.decided_on else ""
        if is_unknown(project, record):
            return Sentence(f"Decided{on}: {gate.decision}. Who signed it cannot be checked.", _owed(project, gate))
        if not is_signed(project, record):
            return Sentence(f"Decided{on}: {gate.decision}. Not signed by all.", _owed(project, gate))
        return Sentence(f"Passed{on}: {gate.decision}.", _owed(project, gate))
    if gate.decision == "stop":
        return Sentence("Stopped here.", _stopped(project, gate))
    lead = "To be repeated." if gate.decision == "repeat" else ""
    due = _due(project, gate)
    told = f" {language.capital(language.listing(unknown))} cannot be checked here." if unknown else ""
    if not waits_for:
        unasked = len(list(nobody_asked(project, record)))
        state = f"nobody is asked to agree to {language.count(unasked, 'thing')} that it requires" if unasked else ""
        state = state or ("" if lead or unknown else "nothing is missing")
        lead = lead or ("Whether it can pass cannot be told here." if unknown else "Ready to be decided.")
        return Sentence(lead, language.capital("; ".join(filter(None, (state, due)))) + "." + told)
    verb = "is" if len(waits_for) == 1 and waits_for[0].startswith("one ") else "are"
    missing = language.capital(f"{language.listing(waits_for)} {verb} missing")
    return Sentence(lead or "Cannot pass yet.", f"{missing}; {due}.{told}")


def _held(gate: Gate) -> bool:
    """Whether it took place on its day, or after it, and is to be repeated: then its day is not a new one."""
    return gate.decision == "repeat" and gate.decided_on is not None and gate.decided_on >= gate.date


def _stopped(project: Project, gate: Gate) -> str:
    on = f" on {language.near_day(gate.decided_on, project.as_of)}" if gate.decided_on else ""
    phase = _phase(project, gate.opens)
    return f"It was decided{on} not to go on" + (f", so {phase} does not begin." if phase else ".")


def _due(project: Project, gate: Gate) -> str:
    """When it is due, and how far that is; of one to be repeated also what was decided when."""
    if _held(gate):
        day = language.near_day(gate.decided_on or gate.date, project.as_of)
        return f"the repeat was decided on {day}, and no new day is set"
    return f"it is due {language.near_day(gate.date, project.as_of)}, {language.when(gate.date, project.as_of)}"


def _owed(project: Project, gate: Gate) -> str:
    """What of the conditions is still owed."""
    still = [item for item in gate.conditions if not item.done]
    if not still:
        return "All its conditions are met." if gate.conditions else ""
    late = sum(1 for item in still if item.due and item.due < project.as_of)
    tail = f", {language.in_words(late)} late" if late else ""
    return language.capital(f"{language.count(len(still), 'condition')} still owed{tail}.")
