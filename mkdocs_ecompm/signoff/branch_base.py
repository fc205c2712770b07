"""Where the branch of a pull request began: what it changed is told from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mkdocs_ecompm.git.common_ancestors import is_ancestor, merge_bases, newest
from mkdocs_ecompm.git.objects import ObjectError
from mkdocs_ecompm.git.repository import Repository


class BranchBases:
    """The bases of branches, as far as their commits are in the repository. `seen_from` stands for an unmerged target.

    The forge's word for the target branch may be old: what came into the branch by merges from there since then was
    not changed by the pull request, so the target as it was at the merge counts, too. After a fast-forward the
    target's history holds the branch itself, and only the forge knows where it was before.
    """

    def __init__(self, repository: Repository, seen_from: str) -> None:
        self._repository = repository
        self._seen_from = seen_from

    def is_at_hand(self, commit: str | None) -> bool:
        """Whether a commit can be read here."""
        if commit is None or len(commit) != len(self._seen_from):
            return False
        try:
            return bool(self._repository.commit(commit))
        except ObjectError:
            return False

    def of(self, base: str | None, merged: str | None, head: str) -> Sequence[str]:
        """The newest bases of the branch up to `head`; none if they cannot be told.

        Args:
            base: The commit of the target branch that the forge compared with.
            merged: The commit by which the branch came into the target.
            head: The commit of the branch that is looked at.

        Raises:
            GitError: the history has a hole.
        """
        found = list(self._all(base, merged, head)) if self.is_at_hand(head) else []
        return newest(self._repository, *found) if found else ()

    def _all(self, base: str | None, merged: str | None, head: str) -> Iterator[str]:
        for tip in (base, self._target(merged, head)):
            for found in merge_bases(self._repository, tip, head) if tip and self.is_at_hand(tip) else ():
                if found != head:  # the target already had the branch: nothing can be seen from there
                    yield found

    def _target(self, merged: str | None, head: str) -> str | None:
        """The target branch just before the merge; what is looked from, as long as there is none."""
        if merged is None:
            return self._seen_from
        if is_ancestor(self._repository, merged, head):
            return None
        parents = self._repository.commit(merged).parents
        return parents[0] if parents else None
