"""A change of who may speak and of what is demanded: whether it comes into force, and whose approval it waits for."""

from __future__ import annotations

from mkdocs_ecompm.history.canonical import Plain, UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import TRUST, trust_content
from mkdocs_ecompm.model.proposal import TrustChange
from mkdocs_ecompm.model.signoff import Assurance, Decision, Signoffs
from mkdocs_ecompm.proposal.ends import UNREADABLE, Ends
from mkdocs_ecompm.proposal.voices import admins
from mkdocs_ecompm.signoff.trust import InvalidTrust, TrustData, read_trust

_TAKEN_OUT = "The trust section of people.yml is taken out: what is in force stays in force, and nobody can change it."


def of_trust(ends: Ends, at_head: Signoffs | None) -> TrustChange | None:
    """What the pull request does to trust; None if it leaves it alone."""
    was, is_ = _content(ends.then), _content(ends.now)
    if was == is_ and ends.digests(TRUST)[0] == ends.digests(TRUST)[1]:
        return None
    proposed, problem = _read(ends.now)
    in_force = not problem and _is_in_force(ends, proposed, at_head)
    both = admins(ends.trust, ends.is_.as_of)
    digest = ends.digests(TRUST)[1]
    return TrustChange(
        digest=None if digest == UNREADABLE else digest,
        in_force=in_force,
        quorum=max((state.quorum for state in ends.trust), default=1),
        admins=both,
        given=_given(at_head, digest, {voice.id: voice.name for voice in both}),
        reviews=bool(ends.trust) and all(state.reviews for state in ends.trust),
        changes=difference(was, is_),
        problem=problem,
    )


def _content(contents: Contents) -> Plain:
    try:
        return trust_content(contents)
    except UnreadableContent:
        return None


def _read(contents: Contents) -> tuple[TrustData | None, str]:
    try:
        found = read_trust(contents)
    except InvalidTrust as error:
        return None, str(error)
    return found, "" if found else _TAKEN_OUT


def _is_in_force(ends: Ends, proposed: TrustData | None, at_head: Signoffs | None) -> bool:
    """Whether nothing waits: it is what is in force already, or the pull request brings the approvals with it."""
    if proposed is None or not ends.trust:
        return False
    same = all(state.identity == proposed.identity for state in ends.trust)
    return same or (at_head is not None and bool(at_head.trust.heads) and at_head.trust.pending is None)


def _given(at_head: Signoffs | None, digest: str | None, names: dict[str, str]) -> tuple[str, ...]:
    """The admins whose signed approval of this state is in the pull request."""
    if at_head is None or digest is None:
        return ()
    return tuple(
        dict.fromkeys(
            names[record.person]
            for record in at_head.records
            if record.artifact == TRUST
            and record.decision is Decision.APPROVE
            and record.assurance is not Assurance.CLAIMED
            and record.digest == digest
            and record.person in names
        )
    )
