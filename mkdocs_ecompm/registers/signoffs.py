"""Which agreements are demanded, of whom, by when. `signoffs.yml`. Whether they hold, the sign-off engine says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, PlainValidator, model_validator

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import COMMON_KEYS, Document, Part
from mkdocs_ecompm.model.fields import AS_LIST, ShortForm, SomeTexts, YesNo, choice, fault, kind_of
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.identifiers import DepartmentRef, MilestoneRef, PartyRef, PersonRef, RefTo, RoleRef
from mkdocs_ecompm.model.incomplete import SETTLED, why_unknown
from mkdocs_ecompm.model.numbers import Whole, between
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.model.signoff import Agreement, Slot, Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.times import Day, WorkTime
from mkdocs_ecompm.model.words import ID_PATTERN

ARTIFACT: Final = re.compile(rf"[a-z][a-z0-9_-]{{0,63}}(?:/(?:\*|{ID_PATTERN.pattern}))?")
PARTY: Final = "party"
"""In the approvers of `obligations/*`: whoever owes."""
_DATE_LIKE: Final = re.compile(r"\d{4}-\d{2}-\d{2}|[\d./ ]++|(?=\S*+\s)[^\n]*+(?:\n[^\n]*+)?")


def _artifact(value: object) -> str:
    if isinstance(value, str) and ARTIFACT.fullmatch(value):
        return value
    hint = "for example `charter`, `raci/delivery` or `obligations/*`"
    raise fault("unknown-value", f"must be a register or a record of one, got {kind_of(value)}", hint)


Artifact = Annotated[str, PlainValidator(_artifact)]


class Due(Part):
    """By when: on a day, with a gate or milestone, or so many working days after the record's date."""

    day: Day | None = None
    by: MilestoneRef | None = None
    within: WorkTime | None = None


def _due(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?[dw]", text, re.ASCII):
        return {"within": text}
    return {"day" if _DATE_LIKE.fullmatch(text) else "by": text}


class Approver(Part):
    """Whose agreement is asked: somebody by id, of a kind that may be named; `count` asks for several of them."""

    id: PartyRef | None = None
    role: RoleRef | None = None
    department: DepartmentRef | None = None
    organisation: Annotated[str | None, RefTo(("people.organisations",), "organisation")] = None
    person: PersonRef | None = None
    party: YesNo = False
    count: Annotated[Whole, between(1, 99)] = 1

    @model_validator(mode="after")
    def _one_of_them(self) -> Approver:
        named = [name for name in (self.id, self.role, self.department, self.organisation, self.person) if name]
        if len(named) + self.party != 1:
            raise fault("missing-key", "an approver is one of role, department, organisation or person")
        return self

    def of(self, party: str) -> str:
        """The id of the approver; `party` is the one who owes, where that is what was written."""
        return self.id or self.role or self.department or self.organisation or self.person or party


def _approver(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"party": "yes"} if value == PARTY else {"id": value}


def _approvers(value: Any) -> Any:
    return [_approver(item) for item in value] if isinstance(value, list | tuple) else value


def _some(value: tuple[Approver, ...]) -> tuple[Approver, ...]:
    if not value:
        raise fault("missing-key", "somebody must be asked: the list of approvers is empty")
    return value


def _where(value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for key in value:
        if key in COMMON_KEYS or key.startswith("x-"):
            raise fault("unknown-value", f"`{key}` is no part of any agreement and cannot decide who is asked")
    return value


class Demand(Part):
    """One demand: who must agree to an artifact, or to every record of a register (`changes/*`)."""

    artifact: Artifact
    approvers: Annotated[
        tuple[Annotated[Approver, ShortForm()], ...], BeforeValidator(_approvers), AS_LIST, AfterValidator(_some)
    ]
    due: Annotated[Due | None, BeforeValidator(_due), ShortForm()] = None
    minimum: Annotated[str, choice("reviewed", "signed", "hardware")] = "reviewed"
    independent: YesNo = False
    renew: Annotated[str, choice("change", "gate")] = "change"
    where: Annotated[Mapping[str, SomeTexts], AfterValidator(_where)] = {}

    def asks_for(self, artifact: str) -> bool:
        """Whether the demand is about this artifact; what `where` says is not asked here."""
        register, slash, name = self.artifact.partition("/")
        if name == "*":
            return artifact.startswith(f"{register}{slash}")
        return self.artifact.casefold() == artifact.casefold()


class SignoffsDocument(Document):
    """All demanded agreements."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"signoffs": Demand}


def check(project: Project) -> Iterable[Finding]:
    """`party` where nobody owes, and how each demanded agreement stands."""
    for record in project.state.of(Demand):
        obligations = record.entry.artifact.startswith("obligations/")
        for index, approver in enumerate(record.entry.approvers):
            if approver.party and not obligations:
                message = "`party` is the one who owes: only obligations have one"
                yield finding("unknown-value", message, record.at("approvers", index))
    for agreement in project.signoffs.agreements:
        yield from _state_of(project, agreement)


_CODES: Final = {
    Status.STALE: "signoff-stale",
    Status.REJECTED: "signoff-rejected",
    Status.WITHDRAWN: "signoff-withdrawn",
    Status.UNVERIFIABLE: "signoff-unverifiable",
}


def _state_of(project: Project, agreement: Agreement) -> Iterator[Finding]:
    source = _demanded_at(project.state, agreement.artifact)
    for status, code in _CODES.items():
        concerned = [slot for slot in agreement.slots if slot.status is status]
        if concerned:
            yield finding(code, _sentence(project, agreement, status, concerned), source)
    late = [slot for slot in agreement.slots if slot.overdue]
    waiting = [slot for slot in late if slot.status is not Status.UNVERIFIABLE]
    if agreement.overdue and (waiting or not late):  # whether what cannot be checked is late, nobody knows
        names = _listed(project.state.name(slot.approver) for slot in waiting)
        who = f": {names} {'has' if len(waiting) == 1 else 'have'} not agreed" if waiting else ""
        message = f"the agreement to `{agreement.artifact}` was due on {agreement.due}{who}"
        yield finding("signoff-overdue", message, source)


def _sentence(project: Project, agreement: Agreement, status: Status, slots: list[Slot]) -> str:
    names = _listed(dict.fromkeys(project.state.name(slot.person or slot.approver) for slot in slots))
    artifact = f"`{agreement.artifact}`"
    if status is Status.STALE:
        fields = len({change.path for slot in slots for change in slot.difference})
        changed = f": {fields} field{'s' * (fields != 1)} changed since" if fields else ""
        return f"the agreement of {names} does not cover {artifact} as it is now{changed}"
    if status is Status.REJECTED:
        return f"{names} rejected {artifact}"
    if status is Status.WITHDRAWN:
        return f"{names} took back the agreement to {artifact}"
    why = why_unknown(project) or project.signoffs.problem or "it cannot be read"
    return f"the agreement to {artifact} cannot be checked: {why[0].lower()}{why[1:].removesuffix('.')}"


def _listed(names: Iterable[str]) -> str:
    all_names = list(dict.fromkeys(names))
    return " and ".join([", ".join(all_names[:-1]), all_names[-1]] if len(all_names) > 1 else all_names)


def _demanded_at(state: State, artifact: str) -> Source | None:
    """The place of the demand or the ask; of demands the one that names the artifact itself before one with a `*`."""
    found = [record for record in state.of(Demand) if record.entry.asks_for(artifact)]
    found.sort(key=lambda record: record.entry.artifact.endswith("*"))
    return found[0].source if found else _asked_at(state, artifact)


def _asked_at(state: State, artifact: str) -> Source | None:
    """The place of the first ask for an artifact that nobody demands."""
    asks = state.contents.get("asks", YamlMap()).get("asks", YamlList())
    same = (
        ask for ask in asks if isinstance(ask, YamlMap) and str(ask.get("artifact")).casefold() == artifact.casefold()
    )
    return next((ask.source for ask in same), None)


def duties(project: Project) -> Iterable[Duty]:
    """Each slot that is not filled is due to its approver; those of asks.yml are its own."""
    for agreement in project.signoffs.agreements:
        for slot in agreement.slots:
            if slot.status not in SETTLED and slot.ask is None:
                yield Duty(
                    kind="sign-off",
                    ref=agreement.artifact,
                    what=project.state.name(agreement.artifact),
                    who=(slot.approver,),
                    due=slot.due,
                    blocks=tuple(_gates_that_need(project.state, agreement.artifact)),
                    source=_demanded_at(project.state, agreement.artifact),
                )


_PASSED: Final = ("go", "go with conditions")
"""Decisions of a gate after which it waits for nothing."""


def _gates_that_need(state: State, artifact: str) -> Iterator[str]:
    """The ids of the gates that require the artifact and are not passed yet, as the plan's text has them."""
    gates = state.contents.get("timeline", YamlMap()).get("gates", YamlList())
    for gate in gates if isinstance(gates, YamlList) else ():
        required = gate.get("requires", ()) if isinstance(gate, YamlMap) else ()
        name = gate.get("id") if isinstance(gate, YamlMap) and gate.get("decision") not in _PASSED else None
        if isinstance(name, str) and any(
            isinstance(item, str) and item.casefold() == artifact.casefold() for item in required
        ):
            yield name


REGISTER = Register(name="signoffs", document=SignoffsDocument, check=check, duties=duties)
