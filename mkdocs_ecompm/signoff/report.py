"""The answer as JSON, with the keys that the docs promise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from mkdocs_ecompm.model.signoff import Agreement, SignoffRecord, Signoffs, Slot, TrustState

VERSION: Final = 1


def to_json(signoffs: Signoffs, project: str | None, as_of: date) -> dict[str, Any]:
    """The whole answer of `ecompm signoffs --format json`."""
    return {
        "version": VERSION,
        "project": project,
        "commit": signoffs.commit,
        "dirty": signoffs.dirty,
        "as_of": as_of.isoformat(),
        "trust": _trust(signoffs.trust),
        "signoffs": [_agreement(agreement) for agreement in signoffs.agreements],
        "records": [_record(record) for record in signoffs.records],
    }


def _trust(trust: TrustState) -> dict[str, Any]:
    return {
        "root": trust.root,
        "source": trust.source,
        "heads": list(trust.heads),
        "adopted": [{"commit": adoption.commit, "by": list(adoption.by)} for adoption in trust.adopted],
        "pending": trust.pending,
        "conflict": trust.conflict,
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "artifact": agreement.artifact,
        "digest": agreement.digest,
        "status": agreement.status.value,
        "due": agreement.due.isoformat() if agreement.due else None,
        "overdue": agreement.overdue,
        "changed": agreement.changed,
        "changed_since": list(agreement.changed_since),
        "requires_not_valid": list(agreement.requires_not_valid),
        "slots": [_slot(slot) for slot in agreement.slots],
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "approver": slot.approver,
        "status": slot.status.value,
        "overdue": slot.overdue,
        "changed": slot.changed,
        "held_then": slot.held_then,
        "person": slot.person,
        "record": slot.record,
        "difference": [{"path": change.path, "was": change.was, "is": change.is_} for change in slot.difference],
    }


def _record(record: SignoffRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "artifact": record.artifact,
        "person": record.person,
        "role": record.role,
        "deputy_for": record.deputy_for,
        "decision": record.decision.value,
        "conditions": list(record.conditions),
        "comment": record.comment,
        "assurance": record.assurance.value,
        "kind": record.kind,
        "source": record.source,
        "commit": record.commit,
        "date": instant(record.date),
        "digest": record.digest,
        "current": record.current,
        "restored": record.restored,
        "counts": record.counts,
        "reasons": list(record.reasons),
        "signature": {
            "format": record.signature.format,
            "status": record.signature.status,
            "key": record.signature.key,
            "hardware": record.signature.hardware,
        },
        "seen": instant(record.seen) if record.seen else None,
    }


def instant(when: datetime) -> str:
    """A moment as `2026-02-18T09:30:00Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
