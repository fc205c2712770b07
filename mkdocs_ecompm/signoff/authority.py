"""Before somebody signs: whose key it is, and which agreements that person may speak on, in the state in force now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from mkdocs_ecompm.history.contents import shown as contents_shown
from mkdocs_ecompm.model.review import PullRequestEvidence
from mkdocs_ecompm.signatures.commit import verify_commit
from mkdocs_ecompm.signoff.adoption import TrustRootError
from mkdocs_ecompm.signoff.capacity import Capacity, capacity, day_of, key_fault, owner
from mkdocs_ecompm.signoff.commits import History, first_use, key_of
from mkdocs_ecompm.signoff.evaluation import Request
from mkdocs_ecompm.signoff.judgement import Judge
from mkdocs_ecompm.signoff.own_key import one_key_added
from mkdocs_ecompm.signoff.policy import slots
from mkdocs_ecompm.signoff.reviewed import Reviews
from mkdocs_ecompm.signoff.trust import TrustData
from mkdocs_ecompm.signoff.walk import Walk


class Seat(Struct, frozen=True):
    """A slot that somebody can fill: whom it speaks for, and as whose deputy, if as one."""

    approver: str
    deputy_for: str | None


class Authority(Struct, frozen=True):
    """What the owner of a key may decide on.

    Attributes:
        key: The fingerprint of the key; None if the signature that was tried is not right, then `problem` says why.
        person: Whose key it is, in force or not; None if nobody's.
        fault: The reason code why the key speaks for nobody; empty if it speaks for the person.
        asked: Everybody who is asked about each artifact, by slot.
        seats: The slots of each artifact that the person can fill.
        of_trust: Whether the person may speak on trust itself: as an admin, or for one new key of his own.
        attests: Whether the owner of the key is an attestor, who records the reviews of others.
    """

    key: str | None
    person: str | None
    fault: str
    asked: Mapping[str, tuple[str, ...]]
    seats: Mapping[str, tuple[Seat, ...]]
    of_trust: bool
    problem: str = ""
    attests: bool = False


def authority(request: Request, key: str | bytes, artifacts: Iterable[str], when: datetime) -> Authority:
    """What the owner of a key may decide on at the commit of the request.

    Args:
        request: What is looked at.
        key: The fingerprint of the key, or the raw bytes of a commit that it signed.
        artifacts: What is to be decided on, as named in the content.
        when: The moment of the decision.

    Raises:
        ObjectError: the history cannot be relied on.
        TrustRootError: there is no trust state to speak in, or a trust root that was named cannot be one.
    """
    walk = _walk(request)
    states = [walk.states[head] for head in walk.heads]
    print_, problem = (key, "") if isinstance(key, str) else _maker(key, walk, states[0])
    owners = {owner(state, print_ or "") for state in states}
    person = owners.pop() if len(owners) == 1 else None
    faults = (key_fault(state, print_ or "", when) for state in states)
    fault = next((found for found in faults if found), "" if person else "unknown-key")
    names = tuple(artifacts)
    contents = contents_shown(request.state, request.files)
    demanded = slots(states[0].demands, contents, request.state)
    asked = {name: tuple(place.approver for place in demanded.get(name, ())) for name in names}
    seats = {
        name: tuple(
            Seat(approver, able.deputy_for)
            for approver in dict.fromkeys(asked[name])
            if person and (able := _able(states, person, approver, name, when))
        )
        for name in names
    }
    of_trust = bool(person) and _of_trust(walk, states, person or "")
    attests = all(person in state.attestors for state in states)
    return Authority(print_, person, fault, asked, seats, of_trust, problem, attests)


def recorded(request: Request) -> Mapping[str, PullRequestEvidence]:
    """The evidence that attestors wrote, by path: what they wrote last, without what others put beside it.

    Raises:
        ObjectError: the history cannot be relied on.
        TrustRootError: there is no trust state to speak in, or a trust root that was named cannot be one.
    """
    walk = _walk(request)
    return Reviews(walk, Judge(walk)).files


def _maker(raw: bytes, walk: Walk, state: TrustData) -> tuple[str | None, str]:
    """Which key signed a commit, by the certificates of a trust state where it needs one; else why nobody can tell."""
    verdict = verify_commit(raw, walk.history.repository.object_format, state.certificates)
    key = key_of(verdict) or (verdict.key if verdict.status == "unknown-key" else None)
    return key, "" if key else verdict.problem or "git made no signature."


def _walk(request: Request) -> Walk:
    if request.repository is None or request.commit is None:
        raise TrustRootError("There is no commit yet, so nobody can be recognised.")
    history = History(request.repository, request.commit, "" if request.folder == "." else request.folder)
    roots = request.trust_roots or first_use(history)
    if not roots:
        raise TrustRootError(f"No sign-off can count: {history.problems or 'no commit has a valid trust section.'}")
    if not request.trust_roots and len(roots) > 1:
        raise TrustRootError(
            f"Trust begins at {len(roots)} unrelated commits; name the right one with --trust-root COMMIT."
        )
    return Walk(history, roots, request.as_of)


def _able(states: Iterable[TrustData], person: str, approver: str, name: str, when: datetime) -> Capacity | None:
    """The capacity that a person has in every state; that of the first one is told."""
    found = [capacity(state, person, approver, name, day_of(when)) for state in states]
    return found[0] if all(found) else None


def _of_trust(walk: Walk, states: Iterable[TrustData], person: str) -> bool:
    proposed = walk.history.trust(walk.history.tip)
    return all(
        person in state.admins
        or (proposed is not None and person not in state.attestors and one_key_added(state, proposed, person))
        for state in states
    )
