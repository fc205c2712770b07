"""A pull request's meaning as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mkdocs_ecompm.comparison.report import fact_to_json, in_one_line
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.proposal import Answer, Asked, Proposal, Question, Standing, TrustChange, Voice, Waiting
from mkdocs_ecompm.site.exports import finding_to_json

VERSION: Final = 1


def to_json(proposal: Proposal) -> dict[str, Any]:
    """The answer of `ecompm review --format json`."""
    commits = proposal.commits
    return {
        "version": VERSION,
        "project": proposal.project,
        "base": {"name": commits.base_name, "commit": commits.base},
        "head": {"name": commits.head_name, "commit": commits.head},
        "merge_base": commits.merge_base,
        "as_of": commits.as_of.isoformat(),
        "summary": in_one_line(proposal.facts),
        "facts": [fact_to_json(fact) for fact in proposal.facts],
        "asked": [_asked(asked) for asked in proposal.asked],
        "not_asked": [_standing(one) for one in proposal.standing],
        "trust": _trust(proposal.trust) if proposal.trust else None,
        "trust_problem": proposal.trust_problem or None,
        "recorded_reviews": proposal.recorded_reviews,
        "asks": [
            {"id": ask.id, "artifact": ask.artifact, "of": list(ask.of), "because": ask.because or None}
            for ask in proposal.asks
        ],
        "evidence": [{"path": file.path, "change": file.kind} for file in proposal.evidence],
        "findings": {
            "new": [finding_to_json(item) for item in proposal.new_findings],
            "gone": [finding_to_json(item) for item in proposal.gone_findings],
        },
        "errors": len(proposal.errors),
        "not_compared": list(proposal.comparison.not_compared),
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {
        "artifact": asked.artifact,
        "name": asked.name,
        "was": asked.was,
        "digest": asked.digest,
        "covered": asked.covered,
        "problem": asked.problem or None,
        "changes": _changes(asked.changes),
        "requires": list(asked.requires),
        "slots": [_question(question) for question in asked.questions],
        "waits": [_waiting(one) for one in asked.waits],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "approver": question.approver,
        "name": question.name,
        "status": question.status.value,
        "due": question.due.isoformat() if question.due else None,
        "overdue": question.overdue,
        "ask": question.ask,
        "minimum": question.minimum,
        "independent": question.independent,
        "people": [_voice(voice) for voice in question.voices],
        "answer": _answer(question.answer) if question.answer else None,
    }


def _voice(voice: Voice) -> dict[str, Any]:
    return {
        "id": voice.id,
        "name": voice.name,
        "deputy_for": voice.deputy_for,
        "accounts": [{"host": account.host, "login": account.login} for account in voice.accounts],
        "reviews": voice.reviews,
        "signs": voice.signs,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "person": answer.person,
        "name": answer.name,
        "date": answer.day.isoformat(),
        "decision": answer.decision.value,
        "record": answer.record,
        "digest": answer.digest,
        "here": answer.here,
        "difference": _changes(answer.difference),
    }


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"path": change.path, "was": change.was, "is": change.is_} for change in changes]


def _waiting(one: Waiting) -> dict[str, Any]:
    day = one.day.isoformat() if one.day else None
    return {"kind": one.kind, "ref": one.ref, "name": one.name, "date": day, "critical": one.critical}


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "artifact": one.artifact,
        "name": one.name,
        "status": one.status.value,
        "agreed": [{"name": name, "date": day.isoformat()} for name, day in one.agreed],
        "touched": one.touched,
        "removed": one.removed,
        "changed_since": list(one.changed_since),
    }


def _trust(change: TrustChange) -> dict[str, Any]:
    return {
        "digest": change.digest,
        "in_force": change.in_force,
        "quorum": change.quorum,
        "admins": [_voice(voice) for voice in change.admins],
        "given": list(change.given),
        "reviews": change.reviews,
        "changes": _changes(change.changes),
        "problem": change.problem or None,
    }
