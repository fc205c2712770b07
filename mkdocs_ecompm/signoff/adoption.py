"""What admins say of trust states, and how one came into force: the facts that the trust walk finds."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.signoff.trust import AccountId


class TrustRootError(GitError):
    """A trust root that cannot be one, as a sentence. The command ends with exit status 2."""


class Ask(Struct, frozen=True):
    """An admin's approval of a trust state, given on these heads, with this key.

    Of a review, `commit` and `key` are those of the attestor who recorded it, and `account` is the reviewer's.
    """

    commit: str
    digest: str
    base: frozenset[str]
    person: str
    key: str
    at: datetime
    account: AccountId | None = None
    attestor: str = ""


class Refusal(Struct, frozen=True):
    """An admin takes his approvals of trust states back, in a commit or in a review that a commit records."""

    commit: str
    person: str
    at: datetime
    reviewed: bool = False


class Adopted(Struct, frozen=True):
    """How a trust state came into force. `added` is the fingerprint of the key that somebody added to himself."""

    commit: str
    base: frozenset[str]
    asks: tuple[Ask, ...]
    at: datetime
    added: str | None = None

    @property
    def by(self) -> tuple[str, ...]:
        """Whose approvals they were."""
        return tuple(sorted({ask.person for ask in self.asks}))
