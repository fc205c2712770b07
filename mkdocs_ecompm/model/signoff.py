"""The answer of the sign-off engine, in the words of its JSON: records, slots, agreements and the trust behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from mkdocs_ecompm.model.change import Change


class Status(StrEnum):
    """The status of a slot or an agreement, from the worst to the best."""

    UNVERIFIABLE = "unverifiable"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"
    STALE = "stale"
    VALID = "valid"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Status).index(self)


class Assurance(StrEnum):
    """How strong the evidence of a record is, the weakest first. `claimed` never counts."""

    CLAIMED = "claimed"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    HARDWARE = "hardware"

    @property
    def rank(self) -> int:
        """0 for the weakest."""
        return list(Assurance).index(self)


class Decision(StrEnum):
    """What somebody decided about an artifact."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class SignatureFacts(Struct, frozen=True):
    """What is known of the signature under a record. `status` is a word of `ecompm signatures`."""

    format: str
    status: str
    key: str | None
    hardware: bool


class ReviewFacts(Struct, frozen=True):
    """Where a review was made and recorded: the file of evidence, the pull request, the account, what was reviewed.

    `account` is the number of the account, None if the forge gave none; `commit` the full id of what was reviewed.
    `attestor` is who recorded it, None if that is nobody who may.
    """

    file: str
    host: str
    repository: str
    number: int
    id: str
    login: str
    account: int | None
    commit: str | None
    attestor: str | None = None
    dismissed: bool = False

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells reviews apart: one that is recorded again, dismissed, has the same."""
        return self.host, self.number, self.id


class SignoffRecord(Struct, frozen=True):
    """One line of one commit (or one review): who decided what about which content, and whether it counts.

    `id` is stable: `<commit>:<artifact>` for a commit's line, `<commit>:<host>-<number>:<review>:<artifact>` for a
    review; `commit` is then that of the attestor, and `source` the file of evidence. `date` is what the evidence
    claims, in UTC, `seen` the earliest time at which an attestor says that he saw it. `digest` is that of the content
    decided on, `current` whether the content shown has the same one. `reasons` is empty if, and only if, `counts`.
    `base` are the commits of the trust states that it stands on.
    """

    id: str
    artifact: str
    person: str | None
    role: str | None
    deputy_for: str | None
    decision: Decision
    conditions: tuple[str, ...]
    comment: str
    assurance: Assurance
    kind: str
    source: str
    commit: str
    date: datetime
    digest: str | None
    current: bool
    restored: bool
    counts: bool
    reasons: tuple[str, ...]
    signature: SignatureFacts
    base: tuple[str, ...] = ()
    seen: datetime | None = None
    review: ReviewFacts | None = None


class Slot(Struct, frozen=True):
    """One demanded approval. `record` is the id of the record that fills it or decided its status, `due` its own day.

    `ask` is the id of the ask that made the slot, in asks.yml; None if signoffs.yml demands it.
    """

    approver: str
    status: Status
    overdue: bool = False
    changed: bool = False
    held_then: bool = False
    person: str | None = None
    record: str | None = None
    difference: tuple[Change, ...] = ()
    ask: str | None = None
    due: date | None = None

    def holds(self, as_of: date) -> bool:
        """Whether it is filled or not due yet; without a day it is due at once."""
        return self.status is Status.VALID or (self.due is not None and as_of < self.due)


class Agreement(Struct, frozen=True):
    """One artifact with the approvals that are demanded for it. `digest` is that of the content shown, or None.

    `due` is the earliest day of the slots that are open; of all slots if none is.
    """

    artifact: str
    digest: str | None
    status: Status
    due: date | None
    overdue: bool
    changed: bool
    changed_since: tuple[str, ...]
    requires_not_valid: tuple[str, ...]
    slots: tuple[Slot, ...]

    def holds(self, as_of: date) -> bool:
        """Whether all that is due holds: each slot by its own day, and of an open gate what it requires."""
        waits = bool(self.requires_not_valid) and any(slot.due is None or slot.due <= as_of for slot in self.slots)
        return not waits and all(slot.holds(as_of) for slot in self.slots)

    def asks_again(self, slot: Slot) -> bool:
        """Whether an ask made a slot for somebody who is asked by another slot too."""
        name = slot.approver.casefold()
        return slot.ask is not None and any(
            one.ask != slot.ask and one.approver.casefold() == name for one in self.slots
        )


def due_of(slots: Iterable[Slot]) -> date | None:
    """The earliest day of the slots that are open, or of all if none is."""
    found = tuple(slots)
    waiting = [slot for slot in found if slot.status is not Status.VALID] or found
    return min((slot.due for slot in waiting if slot.due), default=None)


class Adoption(Struct, frozen=True):
    """A trust state that came into force: at which commit, by whose approval, and from which states before it.

    `approvals` are the commits of those approvals, `added` the fingerprint of the key that somebody added to himself.
    """

    commit: str
    by: tuple[str, ...]
    date: datetime | None = None
    base: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    added: str | None = None


class AgreedText(Struct, frozen=True):
    """What an artifact of a project said at one digest: mappings, lists and texts, as an agreement binds them."""

    project: str
    artifact: str
    digest: str
    content: Any


class TrustState(Struct, frozen=True):
    """Which trust states are in force at the commit shown, and why.

    `source` is `verifier`, `project` or `first-use`; `pending` the digest of a trust state that waits for approval.
    `states` has the content of the root's and of every adopted state by commit, `proposed` that of the one that waits.
    """

    root: str | None = None
    source: str | None = None
    heads: tuple[str, ...] = ()
    adopted: tuple[Adoption, ...] = ()
    pending: str | None = None
    conflict: bool = False
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    proposed: Mapping[str, Any] | None = None


class Signoffs(Struct, frozen=True, dict=True):
    """Everything the engine says about one commit. `problem` names in a sentence why nothing could be judged.

    `texts` has, by digest, what was agreed in each record, and what each demanded artifact says now.
    `unverifiable`: the history cannot be relied on, so that more may be demanded than is known.
    """

    commit: str | None = None
    dirty: bool = False
    trust: TrustState = field(default_factory=TrustState)
    agreements: tuple[Agreement, ...] = ()
    records: tuple[SignoffRecord, ...] = ()
    problem: str = ""
    texts: Mapping[str, AgreedText] = field(default_factory=dict)
    unverifiable: bool = False

    @cached_property
    def by_artifact(self) -> Mapping[str, Agreement]:
        """The agreement of each demanded artifact."""
        return {agreement.artifact: agreement for agreement in self.agreements}

    @cached_property
    def by_id(self) -> Mapping[str, SignoffRecord]:
        """Each record by its id."""
        return {record.id: record for record in self.records}
