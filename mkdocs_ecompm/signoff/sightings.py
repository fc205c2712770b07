"""When the collector first saw each signed sign-off: a time that its author did not choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.model.review import PullRequestEvidence, Seen
from mkdocs_ecompm.signoff.trailers import may_speak, read_message

_SIGNED: Final = b"\ngpgsig"


def unseen(repository: Repository, head: str, known: Iterable[PullRequestEvidence]) -> list[str]:
    """The signed commits with a sign-off in the history of one that no evidence has seen, parents first.

    Raises:
        GitError: the history has a hole.
    """
    seen = {one.commit for evidence in known for one in evidence.seen}
    repository.read_history(head)
    commits = (repository.commit(oid) for oid in repository.rev_list(head, topo=True, reverse=True))
    return [
        commit.oid
        for commit in commits
        if commit.oid not in seen
        and _SIGNED in commit.raw
        and may_speak(commit.message)
        and read_message(commit.message).lines
    ]


def noted(
    repository: Repository, evidence: Sequence[PullRequestEvidence], commits: Sequence[str], now: datetime
) -> list[PullRequestEvidence]:
    """The evidence with what was seen now: each commit with the pull request that brought it.

    What came by none of them stands with the last one: it was seen in the same run.

    Raises:
        GitError: the history has a hole.
    """
    left = list(commits)
    found = []
    for one in evidence:
        brought = _brought(repository, one.merged) if one.merged else frozenset()
        here = [commit for commit in left if commit in brought]
        left = [commit for commit in left if commit not in brought]
        found.append(_with(one, here, now))
    if found:
        found[-1] = _with(found[-1], left, now)
    return found


def _with(evidence: PullRequestEvidence, commits: Iterable[str], now: datetime) -> PullRequestEvidence:
    return replace(evidence, seen=(*evidence.seen, *(Seen(commit, now) for commit in commits)))


def _brought(repository: Repository, merged: str) -> frozenset[str]:
    """What a merge commit brought into its first parent, itself included."""
    parents = repository.commit(merged).parents
    return frozenset(repository.rev_list(merged, *(f"^{parent}" for parent in parents[:1])))
