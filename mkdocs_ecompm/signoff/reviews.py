"""What is wrong with a recorded review, whoever recorded it, and what admins say of trust in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.objects import MissingObject, ObjectError
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.digest import TRUST, digest, named
from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signoff.attested import Written, account_of
from mkdocs_ecompm.signoff.branch_base import BranchBases
from mkdocs_ecompm.signoff.capacity import account_fault, account_owner
from mkdocs_ecompm.signoff.commits import History
from mkdocs_ecompm.signoff.trust import NOBODY, TrustData


def review_fault(history: History, written: Written, states: Iterable[TrustData]) -> str:
    """Why a review counts for nothing, whatever it covers: a comment, one's own pull request, or one not merged."""
    if is_own(written, states):
        return "own-pull-request"
    if written.review.state is ReviewState.COMMENTED or written.review.commit is None:
        return "review-commented"  # of what is not known covers nothing
    return "" if written.pull_request.merged in history.parents else "not-merged"


def is_own(written: Written, states: Iterable[TrustData]) -> bool:
    """Whether the reviewer made the pull request: with the same account, or another one of the same person."""
    asked, account = written.pull_request, written.account
    author = account_of(asked, asked.author)
    if NOBODY in {author[1], account[1]}:
        return asked.author.login.casefold() == written.review.reviewer.login.casefold()
    none: frozenset[str] = frozenset()
    return author == account or any(
        state.accounts.get(author, none) & state.accounts.get(account, none) for state in states
    )


def digest_fault(history: History, written: Written, artifact: str) -> str:
    """Why the digest that was recorded is not that of the content reviewed, if that is at hand; empty if it may be."""
    commit = written.review.commit
    if commit is None or len(commit) != len(history.tip):
        return ""
    try:
        found = digest_at(history, commit, artifact)
    except MissingObject:
        return ""
    except ObjectError:
        return "object-mismatch"
    return "" if found == written.review.artifacts[artifact] else "digest-mismatch"


def digest_at(history: History, commit: str, artifact: str) -> str | None:
    """The digest of an artifact at a commit, which need not be in the history; None if it cannot be read there.

    Raises:
        ObjectError: an object that is needed is not at hand or cannot be relied on.
    """
    contents = history.contents.at(commit)
    try:
        return digest(contents, named(contents, artifact))
    except UnreadableContent:
        return None


def reviewer(written: Written, states: Iterable[TrustData]) -> str | None:
    """Whose account reviewed, if every state agrees and he may speak through it."""
    account = written.account
    owners = {None if account_fault(state, account) else account_owner(state, account) for state in states}
    return owners.pop() if len(owners) == 1 else None


def review_of_trust(
    history: History, written: Written, states: Mapping[str, TrustData]
) -> tuple[str, datetime, str | None] | None:
    """Who said what of trust, and when: the digest of the state approved, None where he takes approvals back.

    An approval is one of the step from the states in force to another: they must be what the pull request started from.
    """
    review = written.review
    found = review.artifacts.get(TRUST)
    person = reviewer(written, states.values())
    if found is None or person is None or review_fault(history, written, states.values()):
        return None
    if review.state.decision is not Decision.APPROVE:
        return person, review.submitted_at, None
    if starts_elsewhere(history, written, states.values()) or digest_fault(history, written, TRUST):
        return None
    return person, review.submitted_at, found


def starts_elsewhere(history: History, written: Written, states: Iterable[TrustData]) -> bool:
    """Whether a pull request, or what was reviewed of it, was made on another trust state than those in force."""
    expected = {state.digest for state in states}
    for start in (written.pull_request.merge_base, *_own_bases(history, written)):
        trust = history.trust(start) if start in history.parents else None
        if trust is None or expected != {trust.digest}:
            return True
    return False


def _own_bases(history: History, written: Written) -> Sequence[str]:
    """Where the branch began as it was when it was reviewed, if that commit is at hand: later merges moved that."""
    asked, commit = written.pull_request, written.review.commit
    if commit is None or asked.merged is None:
        return ()
    try:
        return BranchBases(history.repository, history.tip).of(asked.merge_base, asked.merged, commit)
    except GitError:  # a clone has what it was given: the way from a commit that is in no branch may be cut off
        return ()
