"""From outcomes to agreements: one for each artifact that is demanded, the worst of what every trust state says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import content, named, requires
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.signoff import Agreement, Slot, Status, due_of
from mkdocs_ecompm.signoff.court import Bench, Case, Shown, readable
from mkdocs_ecompm.signoff.evidence import Evidence
from mkdocs_ecompm.signoff.policy import slots
from mkdocs_ecompm.signoff.settlement import Outcome


class Hearing(Struct, frozen=True):
    """A case and how its slots stand."""

    case: Case
    outcomes: Sequence[Outcome]


class Ruling(Struct, frozen=True, eq=False):
    """All cases of all trust states in force, by artifact, and all evidence, by artifact in lower case."""

    bench: Bench
    heard: Mapping[str, Sequence[Hearing]]
    evidence: Mapping[str, Sequence[Evidence]]


def rule(bench: Bench, evidence: Sequence[Evidence]) -> Ruling:
    """Hear every case."""
    by_artifact: dict[str, list[Evidence]] = {}
    for one in evidence:
        by_artifact.setdefault(one.artifact.casefold(), []).append(one)
    heard: dict[str, list[Hearing]] = {}
    for head in bench.walk.heads:
        state = bench.walk.states[head]
        for artifact, places in sorted(slots(state.demands, bench.shown.contents, bench.shown.state).items()):
            case = Case(bench, artifact, state, places, by_artifact.get(artifact.casefold(), ()))
            heard.setdefault(artifact, []).append(Hearing(case, _outcomes(case)))
    return Ruling(bench, dict(sorted(heard.items())), by_artifact)


def _outcomes(case: Case) -> list[Outcome]:
    if not readable(case.bench.shown, case.artifact):
        return [Outcome(place, Status.UNVERIFIABLE) for place in case.places]
    return case.outcomes()


def agreements(ruling: Ruling) -> tuple[Agreement, ...]:
    """How each demanded artifact stands. An open gate stands no better than what it requires."""
    own = {artifact: _agreement(ruling.bench.shown, artifact, heard) for artifact, heard in ruling.heard.items()}
    return tuple(_with_requirements(ruling.bench.shown, agreement, own) for agreement in own.values())


def _agreement(shown: Shown, artifact: str, heard: Sequence[Hearing]) -> Agreement:
    merged: dict[tuple[str, int], Slot] = {}
    for one in heard:
        seen: dict[str, int] = {}
        for outcome in one.outcomes:
            fold = outcome.place.approver.casefold()
            seen[fold] = seen.get(fold, 0) + 1
            slot = _slot(one.case, outcome)
            merged[fold, seen[fold]] = _worse(merged.get((fold, seen[fold]), slot), slot)
    found = tuple(merged.values())
    status = min((slot.status for slot in found), key=lambda status: status.rank)
    return Agreement(
        artifact=artifact,
        digest=shown.digest(artifact) if readable(shown, artifact) else None,
        status=status,
        due=due_of(found),
        overdue=any(slot.overdue for slot in found),
        changed=any(slot.changed for slot in found),
        changed_since=_changed_since(shown, artifact, heard),
        requires_not_valid=(),
        slots=found,
    )


def _worse(one: Slot, other: Slot) -> Slot:
    """The worse of two states of a slot, due when the first of them is."""
    worse = one if one.status.rank <= other.status.rank else other
    return replace(worse, due=min((slot.due for slot in (one, other) if slot.due), default=None))


def _slot(case: Case, outcome: Outcome) -> Slot:
    said, due = outcome.evidence, outcome.place.due
    valid = outcome.status is Status.VALID
    return Slot(
        approver=outcome.place.approver,
        status=outcome.status,
        overdue=not valid and due is not None and due < case.bench.shown.as_of,
        changed=outcome.changed,
        held_then=valid and said is not None and not case.able_now(said.person or "", outcome.place),
        person=said.person if said else None,
        record=said.id if said else None,
        difference=_difference(case, said) if said and (outcome.status is Status.STALE or outcome.changed) else (),
        ask=outcome.place.ask.id if outcome.place.ask else None,
        due=due,
    )


def _difference(case: Case, said: Evidence) -> tuple[Change, ...]:
    if said.tree is None:
        return ()
    then = case.bench.walk.history.contents.at(said.tree)
    was = content(then, named(then, said.artifact))
    return difference(was, content(case.bench.shown.contents, case.artifact))


def _changed_since(shown: Shown, artifact: str, heard: Sequence[Hearing]) -> tuple[str, ...]:
    """What a decided gate requires and is no longer as its approvers saw it."""
    if not readable(shown, artifact) or not shown.is_decided_gate(artifact):
        return ()
    valid = [(one.case, o.evidence) for one in heard for o in one.outcomes if o.status is Status.VALID and o.evidence]
    return tuple(
        required
        for required in requires(shown.contents, artifact)
        if any(_was(case, said, required) != _version(shown, required) for case, said in valid)
    )


def _was(case: Case, said: Evidence, artifact: str) -> str | None:
    """The version of an artifact where somebody decided."""
    return case.bench.versions.version(said.tree or said.place, artifact)


def _version(shown: Shown, artifact: str) -> str | None:
    return shown.version(artifact) if readable(shown, artifact) else None


def _with_requirements(shown: Shown, agreement: Agreement, own: Mapping[str, Agreement]) -> Agreement:
    statuses = _required(shown, agreement.artifact, own, frozenset())
    status = min([agreement.status, *statuses.values()], key=lambda status: status.rank)
    return replace(
        agreement,
        status=status,
        overdue=agreement.overdue or (status is not agreement.status and _any_late(shown, agreement)),
        requires_not_valid=tuple(name for name, found in statuses.items() if found is not Status.VALID),
    )


def _any_late(shown: Shown, agreement: Agreement) -> bool:
    """Whether a slot's day is over, filled or not: of a gate, all that it requires was to hold by then."""
    return any(slot.due is not None and slot.due < shown.as_of for slot in agreement.slots)


def _required(shown: Shown, artifact: str, own: Mapping[str, Agreement], inside: frozenset[str]) -> dict[str, Status]:
    """How each artifact stands that an open gate requires; nothing for anything else."""
    if not readable(shown, artifact) or not shown.is_open_gate(artifact):
        return {}
    return {name: _standing(shown, name, own, inside | {artifact}) for name in requires(shown.contents, artifact)}


def _standing(shown: Shown, artifact: str, own: Mapping[str, Agreement], inside: frozenset[str]) -> Status:
    """How a required artifact stands: one that nobody is asked about must at least be there."""
    try:
        there = shown.digest(artifact)
    except UnreadableContent:
        return Status.UNVERIFIABLE
    if there is None or artifact in inside:
        return Status.MISSING
    statuses = [*_required(shown, artifact, own, inside).values()]
    if artifact in own:
        statuses.append(own[artifact].status)
    return min(statuses, key=lambda status: status.rank, default=Status.VALID)
