"""Forges: what each one's module gives to the collector, in one vocabulary. Imports no network and no other module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, Final, Protocol, cast

from msgspec import Struct, field

from mkdocs_ecompm.model.review import ForgeAccount, ReviewState

NAMES: Final = ("github", "gitlab", "gitea")
"""Forgejo speaks as Gitea does."""


class ForgeError(Exception):
    """What keeps us from hearing a forge: a whole sentence, in words of our own, never with a token in it."""


class NothingToRecord(Exception):  # noqa: N818  # it is no error: the payload is about something else
    """A payload that brings no review and no merge, with the reason as a sentence."""


class RawReview(Struct, frozen=True):
    """A review as the forge tells it. `commit` is what the forge says was reviewed; `edited`: its author changed it."""

    id: str
    reviewer: ForgeAccount | None
    is_bot: bool
    state: ReviewState
    body: str
    submitted_at: datetime | None
    commit: str | None
    edited: bool = False


class Push(Struct, frozen=True):
    """What a review may be overtaken by: new commits on the branch of a pull request, or another target for it.

    `commit` is the new head of the branch, as far as the forge says. `forced` is None where the forge does not say
    whether the old head was thrown away: git has to be asked. With another target a review is of other changes than
    its author saw, though no commit is lost: that is told as a push by force, too, of which no commit is known.
    """

    commit: str | None
    at: datetime
    forced: bool | None


class PullRequest(Struct, frozen=True):
    """A pull request as the forge tells it.

    Attributes:
        number: Its number in the repository.
        author: Whose it is; an account without id if that is gone.
        base: The commit of the target branch that it was compared with, if the forge says.
        head: The newest commit of its branch.
        merge_commit: The commit by which it came into the target branch.
        merged: Whether it did.
        reviews: Its reviews, the oldest first.
        timeline_readable: Whether it is known when its branch was pushed to, and when it got another target.
        pushes: Those pushes that may have thrown commits away, and the changes of its target.
        host: The host in the pull request's own address, if it has one.
        repository: The repository's name, if a payload says it.
        complete: False if the payload leaves out which commit was reviewed, or when.
    """

    number: int
    author: ForgeAccount
    base: str | None
    head: str | None
    merge_commit: str | None
    merged: bool
    reviews: tuple[RawReview, ...] = ()
    timeline_readable: bool = False
    pushes: tuple[Push, ...] = ()
    host: str = ""
    repository: str = ""
    complete: bool = True


class Access(Struct, frozen=True):
    """How a forge is reached and asked.

    Attributes:
        title: Its name for people.
        public: The address of the public one's API; empty if there is none.
        prefix: Where the API is below the address of one's own.
        tokens: Environment variables that hold a token, the first one that is set is used, and the header each needs.
        rights: What a token has to be allowed, in the forge's own words.
        heads: The ref under which the forge keeps the head of a pull request.
    """

    title: str
    public: str
    prefix: str
    tokens: Mapping[str, Callable[[str], tuple[str, str]]]
    rights: str
    heads: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Client(Protocol):
    """What asks the forge: paths below its API, parameters, answers as JSON."""

    def get(self, path: str, /, **parameters: object) -> Any:
        """One answer."""

    def pages(self, path: str, /, **parameters: object) -> Iterator[Any]:
        """The items of a list, page by page."""


class Forge(Protocol):
    """The module of a forge."""

    ACCESS: Access

    def pull_requests(
        self, client: Client, repository: str, since: datetime | None, wanted: Callable[[str], bool]
    ) -> Iterator[PullRequest]:
        """The merged pull requests changed since then, whose merge commit is wanted, with their reviews."""

    def pull_request(self, client: Client, repository: str, number: int) -> PullRequest:
        """One pull request with its reviews, merged or not."""

    def from_event(self, payload: Mapping[str, Any]) -> PullRequest:
        """What a webhook's payload says. Raises NothingToRecord."""


def forge(name: str) -> Forge:
    """The module of the forge of this name."""
    return cast("Forge", import_module(f"mkdocs_ecompm.signoff.forges.{name}"))


def forge_of(payload: Mapping[str, Any]) -> str:
    """Which forge sends such a payload: each names something that the others do not."""
    if "object_kind" in payload or "event_type" in payload:
        return "gitlab"
    about, source = payload.get("pull_request"), payload.get("repository")
    if isinstance(about, dict) and ("merge_base" in about or payload.get("action") == "reviewed"):
        return "gitea"
    if isinstance(source, dict) and "node_id" not in source and "original_url" in source:
        return "gitea"
    return "github"
