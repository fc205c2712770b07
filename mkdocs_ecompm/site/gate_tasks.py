"""Who must do what before a gate can be passed: each thing that stands in its way as a line for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Slot, Status
from mkdocs_ecompm.registers.timeline import Gate
from mkdocs_ecompm.registers.timeline_gates import nobody_asked, obligations_for
from mkdocs_ecompm.site.signoffs import Asked, asked_of
from mkdocs_ecompm.site.strip import Badge, badge_of
from mkdocs_ecompm.site.wording import artifact_in_sentence, asked_again

_ACTS: Final = {
    Status.REJECTED: "Settle the objection to {}",
    Status.WITHDRAWN: "Win back the agreement to {}",
    Status.MISSING: "Agree to {}",
    Status.STALE: "Agree again to {}",
}
"""What is to be done about a slot that does not hold."""


class GateTask(Struct, frozen=True):
    """One thing that somebody must do.

    Attributes:
        what: In the imperative: "Agree to RACI: Delivery".
        ref: The record or artifact that it leads to; empty for the gate itself.
        asked: Those who must do it; nobody where the file names nobody.
        why: How it stands: "Olaf Petersen said no on 2 Jul 2026".
        artifact: What is to be signed with a command; empty if nothing is.
        late: Calendar days past its day.
        cause: For something that somebody must take back first, that in a clause; else empty.
    """

    what: str
    ref: str
    asked: tuple[Asked, ...]
    why: str
    due: date | None
    late: int
    badge: Badge
    artifact: str = ""
    source: Source | None = None
    cause: str = ""


def tasks_of(project: Project, record: Record[Gate]) -> Iterator[GateTask]:
    """Objections first, then what is late, then the rest; the signatures of the gate itself come last.

    Of a gate that was decided only its signatures can be wanting. What cannot be checked is nobody's to do.
    """
    still_open = record.entry.decision == "open"
    found = [
        *(task for artifact in record.entry.requires for task in _required(project, artifact)),
        *_unasked(project, record),
        *_criteria(record),
        *_obligations(project, record),
    ]
    if still_open:
        yield from sorted(found, key=lambda task: (task.badge.tone != "broken", task.due or record.entry.date))
    own = project.signoffs.by_artifact.get(record.ref)
    if own is not None:
        yield from _signatures(project, own, "this gate" if still_open else "this decision", "")


def _required(project: Project, artifact: str) -> Iterator[GateTask]:
    """What is wanting in an agreement that the gate requires; of another gate, that it is still open."""
    agreement = project.signoffs.by_artifact.get(artifact)
    label = artifact_in_sentence(project.state, artifact)
    if agreement is None:
        return
    yield from _signatures(project, agreement, label, artifact)
    if agreement.requires_not_valid:
        names = language.few(artifact_in_sentence(project.state, name) for name in agreement.requires_not_valid)
        badge = replace(badge_of(Status.MISSING, overdue=agreement.overdue), word="waits")
        yield GateTask(f"Pass {label}", artifact, (), f"it waits for {names}", agreement.due, 0, badge)


def _unasked(project: Project, record: Record[Gate]) -> Iterator[GateTask]:
    """What it requires to be agreed although nobody is asked: signoffs.yml must say who agrees, or it goes."""
    for artifact in nobody_asked(project, record):
        label = artifact_in_sentence(project.state, artifact)
        place = record.at("requires", record.entry.requires.index(artifact))
        badge = replace(badge_of(Status.MISSING, overdue=False), word="nobody asked")
        why = "no sign-off of it is demanded, but this gate requires one"
        yield GateTask(f"Say who must agree to {label}", artifact, (), why, None, 0, badge, source=place)


def _signatures(project: Project, agreement: Agreement, label: str, ref: str) -> Iterator[GateTask]:
    """The slots that do not hold, those that stand alike together."""
    groups: dict[tuple[Status, date | None, str | None], list[Slot]] = {}
    for slot in agreement.slots:
        if slot.status is not Status.VALID:
            groups.setdefault((slot.status, slot.due, slot.ask), []).append(slot)
    if any(status is Status.UNVERIFIABLE for status, *_ in groups) and not project.signoffs.unverifiable:
        yield _unchecked(label, ref)
    for (status, due, _), slots in groups.items():
        if status is Status.UNVERIFIABLE:
            continue
        again = asked_again(project.state, agreement, slots[0])
        late = (project.as_of - due).days if due else 0
        yield GateTask(
            what=_ACTS[status].format(label),
            ref=ref,
            asked=tuple(dict.fromkeys(asked_of(project, slot) for slot in slots)),
            why=_why(project, status, slots) + (f"; {again}" if again else ""),
            due=due,
            late=max(late, 0),
            badge=badge_of(status, overdue=any(slot.overdue for slot in slots)),
            artifact=agreement.artifact,
            cause=_cause(project, status, slots, label),
        )


def _unchecked(label: str, ref: str) -> GateTask:
    """A text that cannot be read: nobody knows whether it is agreed until it is put right."""
    badge = badge_of(Status.UNVERIFIABLE)
    why = "a file cannot be read; the page Findings says which, and where"
    return GateTask(f"Mend the files behind {label}", ref, (), why, None, 0, badge)


def _cause(project: Project, status: Status, slots: list[Slot], label: str) -> str:
    """Who said no to something, or took it back."""
    verb = {Status.REJECTED: "said no to", Status.WITHDRAWN: "took back the agreement to"}.get(status)
    who = language.few(dict.fromkeys(project.state.name(slot.person or slot.approver) for slot in slots))
    return f"{who} {verb} {label}" if verb else ""


def _why(project: Project, status: Status, slots: list[Slot]) -> str:
    """How it came to that, with the day of the last word about it."""
    records = [found for slot in slots if (found := project.signoffs.by_id.get(slot.record or ""))]
    on = f" on {language.day(max(found.date for found in records).date())}" if records else ""
    if status is Status.REJECTED:
        return f"said no{on}; only their own new decision ends that"
    if status is Status.WITHDRAWN:
        return f"took the agreement back{on}"
    if status is Status.STALE:
        return f"agreed to an earlier text{on}"
    return "not answered yet"


def _criteria(record: Record[Gate]) -> Iterator[GateTask]:
    for index, item in enumerate(record.entry.criteria):
        if not item.met:
            badge = Badge("waits", "○", "not met")
            place = record.at("criteria", index)
            yield GateTask(f"Meet: {item.what}", "", (), f"criterion {item.id}", None, 0, badge, source=place)


def _obligations(project: Project, record: Record[Gate]) -> Iterator[GateTask]:
    for duty in obligations_for(project, record):
        if duty.done:
            continue
        late = duty.late(project.as_of)
        after = duty.due is not None and duty.due > record.entry.date
        why = "due only after the gate" if after else "still owed"
        yield GateTask(
            what=duty.what,
            ref=duty.ref,
            asked=tuple(Asked(party, (), himself=False) for party in duty.who),
            why=f"owes it; {duty.process}" if duty.process and not after else why,
            due=duty.due,
            late=late,
            badge=Badge("broken" if late or after else "waits", "!" if late or after else "○", "obligation"),
            source=duty.source,
        )
