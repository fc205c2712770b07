"""Asking for pull requests where the API is like GitHub's: GitHub itself, and Gitea, which took over its paths.

What differs is how each names things in its answers; the module of the forge says so and reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.signoff.forges import Client, ForgeError, NothingToRecord, PullRequest, Push, RawReview
from mkdocs_ecompm.signoff.forges.fields import at, host, mappings, moment, name

Reader = Callable[[Mapping[str, object]], Push | None]
"""Reads an entry of the timeline; None if it cannot be understood."""


def retargeted(item: Mapping[str, object]) -> Push | None:
    """Another target branch, or one that was rewritten: from then on the pull request brings other changes."""
    when = moment(item.get("created_at"))
    return Push(None, when, forced=True) if when else None


class PullRequestApi(Struct, frozen=True):
    """A forge whose API is like GitHub's. Its methods are the first two of what a `Forge` has to offer.

    Attributes:
        title: The forge's name for people.
        newest_first: Parameters by which pull requests are listed with those changed last first.
        page_size: The parameter for the size of a page, at its largest.
        kind: The field of an entry of the timeline that names its kind.
        pushes: The kinds that may overtake a review, each with what reads it.
        read_pull_request: Reads a pull request; the number is the one that was asked for. None if it has none.
        read_review: Reads a review; None for what is none.
    """

    title: str
    newest_first: Mapping[str, str]
    page_size: Mapping[str, int]
    kind: str
    pushes: Mapping[str, Reader]
    read_pull_request: Callable[[object, int | None], PullRequest | None]
    read_review: Callable[[object], RawReview | None]

    def pull_requests(
        self, client: Client, repository: str, since: datetime | None, wanted: Callable[[str], bool]
    ) -> Iterator[PullRequest]:
        """The merged pull requests that changed since then, those changed last first."""
        listing = client.pages(f"repos/{repository}/pulls", state="closed", **self.newest_first, **self.page_size)
        for item in listing:
            changed = moment(at(item, "updated_at"))
            if since and changed and changed < since:
                return
            found = self.read_pull_request(item, None)
            if found is not None and found.merged and found.merge_commit and wanted(found.merge_commit):
                yield self._with_reviews(client, repository, found)

    def pull_request(self, client: Client, repository: str, number: int) -> PullRequest:
        """One pull request with its reviews, merged or not."""
        found = self.read_pull_request(client.get(f"repos/{repository}/pulls/{number}"), number)
        if found is None:
            raise ForgeError(f"What {self.title} says of pull request {number} cannot be understood.")
        return self._with_reviews(client, repository, found)

    def _with_reviews(self, client: Client, repository: str, found: PullRequest) -> PullRequest:
        listed = client.pages(f"repos/{repository}/pulls/{found.number}/reviews", **self.page_size)
        reviews = mappings(listed, f"the reviews of pull request {found.number}")
        read = tuple(review for item in reviews if (review := self.read_review(item)) is not None)
        pushes = self._pushes(client, repository, found.number) if read else ()
        return replace(found, reviews=read, timeline_readable=pushes is not None, pushes=pushes or ())

    def _pushes(self, client: Client, repository: str, number: int) -> tuple[Push, ...] | None:
        """The pushes by force and the changes of the target; None if the timeline cannot be read to its end."""
        found: list[Push] = []
        try:
            for item in client.pages(f"repos/{repository}/issues/{number}/timeline", **self.page_size):
                if not isinstance(item, dict):
                    return None
                read = self._reader(item)
                if read is not None:
                    push = read(item)
                    if push is None:
                        return None
                    found.append(push)
        except ForgeError:
            return None
        return tuple(push for push in found if push.forced is not False)

    def _reader(self, item: Mapping[str, object]) -> Reader | None:
        kind = item.get(self.kind)
        return self.pushes.get(kind) if isinstance(kind, str) else None

    def named_by(self, payload: Mapping[str, Any]) -> PullRequest:
        """The pull request that a webhook's payload is about, with the repository and the host that it names.

        Raises:
            NothingToRecord: it names none.
        """
        found = self.read_pull_request(payload.get("pull_request"), None)
        called = name(at(payload, "repository", "full_name"))
        if found is None or not called:
            raise NothingToRecord("This payload is not about a review: it names no pull request.")
        return replace(found, repository=called, host=host(at(payload, "repository", "html_url")) or found.host)
