"""What a review covers: what the pull request changed, what it asks again, what the reviewer names. No more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import TRUST, digest, named, parties, records
from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.registers import REGISTERS
from mkdocs_ecompm.signoff.review_body import read_review
from mkdocs_ecompm.signoff.trailers import Line

_TIMELINE: Final = "timeline"
_OBLIGATIONS: Final = "obligations"
_ASKS: Final = "asks"
_STATE_OF: Final[Mapping[Decision, ReviewState]] = {
    state.decision: state for state in ReviewState if state.decision is not None
}


class Opinion(Struct, frozen=True):
    """What one review says of some artifacts, in one role or in any (None). `suffix` tells it from its siblings."""

    state: ReviewState
    role: str | None
    artifacts: Mapping[str, str]
    suffix: str = ""


class Said(Struct, frozen=True):
    """All that a review says: its opinions, its conditions, and in sentences what of its words says nothing."""

    opinions: tuple[Opinion, ...]
    conditions: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sorting:
    """The artifacts of a review while its words are read."""

    covered: dict[str, str]
    named: dict[tuple[Decision, str | None], dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def changed(bases: Sequence[Contents], head: Contents) -> dict[str, str]:
    """The digest of each artifact at the head that differs from that at every base.

    What cannot be read on either side is not covered: nobody can tell whether the pull request changed it.
    """
    if not bases or any(base.whole == head.whole for base in bases):
        return {}
    candidates = [
        register.name for register in REGISTERS if not all(_same(base, head, register.name) for base in bases)
    ]
    return {
        artifact: here
        for artifact in _artifacts(head, candidates)
        if (here := _digest(head, artifact)) and all(_differs(base, artifact, here) for base in bases)
    }


def asked_again(bases: Sequence[Contents], head: Contents) -> dict[str, str]:
    """The digest of each artifact that an ask is about which the pull request adds."""
    old = {name for base in bases for name in _asks(base)}
    added = [artifact for name, artifact in _asks(head).items() if name not in old] if bases else []
    return {name: found for artifact in added for name, found in _named_digest(head, artifact)}


def said(state: ReviewState, body: str, covered: Mapping[str, str], head: Contents, *, alone: bool) -> Said:
    """What a review says of what it covers.

    A `Signoff:` line narrows what it names to its role, and speaks louder than the button where it is more reserved;
    where it is less so, the two contradict each other and the artifact is left out. Conditions are those of the button
    as well as of every line.

    Args:
        state: What the button said.
        body: The text of the review.
        covered: The artifacts that it covers by what the pull request changes.
        head: The contents that were reviewed.
        alone: Whether the project is the one whose lines need no `project` or `digest`.
    """
    saying = read_review(body)
    sorting = _Sorting(dict(covered), faults=list(saying.faults))
    for line in saying.lines:
        _sort(line, state, head, sorting, alone=alone)
    if state.decision is None or state is ReviewState.DISMISSED:
        merged = {**sorting.covered, **{k: v for found in sorting.named.values() for k, v in found.items()}}
        return Said((Opinion(state, None, merged),), saying.conditions, tuple(sorting.faults))
    found = [Opinion(state, None, sorting.covered)]
    for (decision, role), artifacts in sorting.named.items():
        suffix = ("" if decision is state.decision else f":{decision}") + (f":as:{role}" if role else "")
        found.append(Opinion(_STATE_OF[decision], role, artifacts, suffix))
    return Said(tuple(found), saying.conditions, tuple(sorting.faults))


def _sort(line: Line, state: ReviewState, head: Contents, into: _Sorting, *, alone: bool) -> None:
    """Put the artifact that a line names where it belongs; one that cannot be meant so is covered by nothing."""
    if line.project is not None and line.project != head.project:
        return
    found = dict(_named_digest(head, line.artifact))
    fault = line.fault or _fault(line, found, state, alone=alone)
    for artifact in found:
        into.covered.pop(artifact, None)
    if fault:
        into.faults.append(f"`{line.decision} {line.artifact}`: {fault}")
    elif line.decision is state.decision and line.role is None:
        into.covered.update(found)
    else:
        into.named.setdefault((line.decision, line.role), {}).update(found)


def _fault(line: Line, found: Mapping[str, str], state: ReviewState, *, alone: bool) -> str:
    """Why a line that can be read says nothing here."""
    if not alone and line.project is None and line.digest is None:
        return "it does not say which project of the repository is meant"
    if not found:
        return "there is no such artifact in what was reviewed"
    if line.digest is not None and line.digest not in found.values():
        return "its digest is not that of what was reviewed"
    if state is ReviewState.CHANGES_REQUESTED and line.decision is Decision.APPROVE:
        return "it approves, and the review requests changes"
    return ""


def _artifacts(contents: Contents, registers: Iterable[str]) -> Iterator[str]:
    for register in registers:
        try:
            if contents.register(register) is None:
                continue
            yield register
            owing = parties(contents) if register == _OBLIGATIONS else []
            yield from dict.fromkeys(
                [
                    *(f"{register}/{party}" for party in owing),
                    *(f"{register}/{name}" for _, name, _ in records(contents, register)),
                ]
            )
        except UnreadableContent:
            continue
    yield TRUST


def _same(base: Contents, head: Contents, register: str) -> bool:
    """Whether a register's files are the same on both sides; a gate depends on those of other registers, too."""
    return register != _TIMELINE and base.stamp("project", register) == head.stamp("project", register)


def _digest(contents: Contents, artifact: str) -> str | None:
    try:
        return digest(contents, artifact)
    except UnreadableContent:
        return None


def _differs(base: Contents, artifact: str, here: str) -> bool:
    try:
        return digest(base, artifact) != here
    except UnreadableContent:
        return False


def _named_digest(contents: Contents, artifact: str) -> Iterator[tuple[str, str]]:
    try:
        name = named(contents, artifact)
        found = digest(contents, name)
    except UnreadableContent:
        return
    if found is not None:
        yield name, found


def _asks(contents: Contents) -> dict[str, str]:
    """The artifact of each ask."""
    try:
        listed = [(name, record.get("artifact")) for kind, name, record in records(contents, _ASKS) if kind == _ASKS]
    except UnreadableContent:
        return {}
    return {name.casefold(): artifact for name, artifact in listed if isinstance(artifact, str)}
