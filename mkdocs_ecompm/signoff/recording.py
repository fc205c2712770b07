"""From evidence to records: who decided what in which capacity, whether it counts, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from mkdocs_ecompm.history.digest import TRUST, content
from mkdocs_ecompm.model.signoff import AgreedText, Decision, SignoffRecord
from mkdocs_ecompm.signoff.agreements import Hearing, Ruling
from mkdocs_ecompm.signoff.court import readable
from mkdocs_ecompm.signoff.evidence import Evidence
from mkdocs_ecompm.signoff.policy import Place


def record(ruling: Ruling, evidence: Evidence) -> SignoffRecord:
    """The record of a piece of evidence."""
    heard = _heard(ruling, evidence)
    reason = _reason(ruling, heard, evidence) or _dismissed(ruling, evidence) or _superseded(ruling, heard, evidence)
    spoke_for, deputy_for = _capacity(heard, evidence)
    shown = ruling.bench.shown
    artifact = heard[0].case.artifact if heard else evidence.artifact
    current = readable(shown, artifact) and ruling.bench.same(evidence, artifact)
    came_back = current and not reason and artifact != TRUST and evidence.decision is Decision.APPROVE
    left = ruling.bench.left(evidence, artifact) if came_back else None
    return replace(
        unjudged(evidence),
        role=spoke_for or evidence.role,
        deputy_for=deputy_for,
        current=current,
        restored=left is not None,
        counts=not reason,
        reasons=(reason,) if reason else (),
        base=tuple(sorted(ruling.bench.walk.nodes[evidence.place].base)),
    )


def agreed_texts(ruling: Ruling, evidence: Sequence[Evidence]) -> dict[str, AgreedText]:
    """What was agreed, by digest: in the tree of each piece of evidence, and as it is shown now."""
    found: dict[str, AgreedText] = {}
    for one in evidence:
        if one.digest is not None and one.digest not in found:
            if one.tree is None:
                continue
            then = ruling.bench.walk.history.contents.at(one.tree)
            found[one.digest] = AgreedText(then.project or "", one.artifact, one.digest, content(then, one.artifact))
    shown = ruling.bench.shown
    for artifact in ruling.heard:
        now = shown.digest(artifact) if readable(shown, artifact) else None
        if now is not None and now not in found:
            found[now] = AgreedText(shown.contents.project or "", artifact, now, content(shown.contents, artifact))
    return found


def unjudged(evidence: Evidence) -> SignoffRecord:
    """The record of evidence in a history in which nothing can be judged."""
    return SignoffRecord(
        id=evidence.id,
        artifact=evidence.artifact,
        person=evidence.person,
        role=evidence.role,
        deputy_for=None,
        decision=evidence.decision,
        conditions=evidence.conditions,
        comment=evidence.comment,
        assurance=evidence.assurance,
        kind="review" if evidence.review else "commit",
        source=evidence.review.file if evidence.review else evidence.place,
        commit=evidence.place,
        date=evidence.claimed,
        digest=evidence.digest,
        current=False,
        restored=False,
        counts=False,
        reasons=(evidence.fault,),
        signature=evidence.signature,
        seen=evidence.seen,
        review=evidence.review,
    )


def _heard(ruling: Ruling, evidence: Evidence) -> Sequence[Hearing]:
    fold = evidence.artifact.casefold()
    return next((heard for artifact, heard in ruling.heard.items() if artifact.casefold() == fold), ())


def _reason(ruling: Ruling, heard: Sequence[Hearing], evidence: Evidence) -> str:
    """Why evidence counts for no slot at all; of what nobody demands, why it is no statement of its author."""
    if evidence.fault:
        return evidence.fault
    if evidence.artifact == TRUST and _speaks_of_trust(ruling, evidence):
        return ""
    faults = [one.case.fault(evidence, place) for one in heard for place in one.case.places]
    if not faults:
        return _undemanded(ruling, evidence)
    return "" if "" in faults else next((fault for fault in faults if fault != "not-in-role"), "not-in-role")


def _undemanded(ruling: Ruling, evidence: Evidence) -> str:
    """Why what nobody demands is not even its author's word: it must be of a person, in a role that he has."""
    judge = ruling.bench.judge
    if evidence.artifact == TRUST or not judge.may_speak(evidence.voice):
        return "not-in-role"
    return judge.slot_fault(evidence.voice, evidence.role, evidence.artifact) if evidence.role else ""


def _speaks_of_trust(ruling: Ruling, evidence: Evidence) -> bool:
    """Whether somebody may speak of trust itself: for himself, as an admin, or where he added a key to himself."""
    if evidence.role is not None and evidence.role.casefold() != (evidence.person or "").casefold():
        return False
    adopts = evidence.review is None and evidence.place in ruling.bench.walk.adopted
    return adopts or ruling.bench.judge.is_admin(evidence.voice)


def _dismissed(ruling: Ruling, evidence: Evidence) -> str:
    """Whether a review was dismissed, then or later. What it says is void, and what it said before is taken back."""
    review = evidence.review
    if review is None:
        return ""
    others = ruling.evidence.get(evidence.artifact.casefold(), ())
    later = (one.review for one in others if not one.fault and ruling.bench.before(evidence, one))
    same = (one.dismissed and one.key == review.key for one in later if one)
    return "review-dismissed" if review.dismissed or any(same) else ""


def _superseded(ruling: Ruling, heard: Sequence[Hearing], evidence: Evidence) -> str:
    """Whether the same person has decided again since."""
    for other in reversed(ruling.evidence.get(evidence.artifact.casefold(), ())):  # most often by the last word
        if (
            other is not evidence
            and other.person == evidence.person
            and ruling.bench.before(evidence, other)
            and not _reason(ruling, heard, other)
        ):
            return "superseded"
    return ""


def _capacity(heard: Sequence[Hearing], evidence: Evidence) -> tuple[str | None, str | None]:
    """For whom somebody spoke, and as whose deputy: for the slot that was filled or decided, else for the first."""
    for one in heard:
        place = next((o.place for o in one.outcomes if o.evidence is evidence), None) or _first(one, evidence)
        held = one.case.held(evidence, place) if place else None
        if place and held:
            return place.approver, held.deputy_for
    return None, None


def _first(heard: Hearing, evidence: Evidence) -> Place | None:
    if evidence.fault:
        return None
    named = [place for place in heard.case.places if evidence.role in {None, place.approver}]
    return next((place for place in named if heard.case.held(evidence, place)), None)
