"""Whose key signed a tag, by the trust states in force.

A tag is no sign-off: it can be moved, deleted and back-dated. But whoever fixed a plan by one is shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tags import annotated_tags
from mkdocs_ecompm.history.baselines import within
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import ContentsHistory
from mkdocs_ecompm.model.history import Baseline
from mkdocs_ecompm.model.signoff import Assurance, TrustState
from mkdocs_ecompm.signatures.tag import verify_tag
from mkdocs_ecompm.signoff.capacity import key_fault, speaker
from mkdocs_ecompm.signoff.commits import key_of
from mkdocs_ecompm.signoff.trust import InvalidTrust, TrustData, read_trust

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

_RIGHT: Final = frozenset({"good", "expired", "not-yet-valid", "revoked"})


def baselines(repository: Repository, folder: str, tip: str, trust: TrustState) -> Iterator[Baseline]:
    """The plans that signed tags fixed in the history of `tip`, without their days, the newest first.

    Raises:
        GitError: the tags cannot be read.
    """
    tags = annotated_tags(repository)
    there = within(repository, tip, (tag.commit for tag in tags)) if tags else frozenset()
    signers = Signers(repository, folder, trust)
    dated = [(max(tag.when, repository.commit(tag.commit).committer_date), tag) for tag in tags if tag.commit in there]
    for when, tag in sorted(dated, key=lambda item: (item[0], item[1].name), reverse=True):
        signed = signers.signed(tag.raw, tag.when)
        if signed is not None:
            yield Baseline(tag.name, tag.commit, "tag", when.date(), signed.signer, signed.assurance)


class SignedTag(Struct, frozen=True):
    """Who signed a tag, and how: both None where the key was not in force at the tag's time, or there is no trust."""

    signer: str | None = None
    assurance: Assurance | None = None


class Signers(Struct, frozen=True, dict=True):
    """Who can have signed, in a repository and by the trust that is in force there."""

    repository: Repository
    folder: str
    trust: TrustState

    def signed(self, raw: bytes, when: datetime) -> SignedTag | None:
        """What the signature of a tag says that claims to be of this moment; None if it fixes no plan.

        It must be right, and by a key that somebody in the project has or had, and that nobody stole. Where there is
        no trust, anybody may fix a plan; but an OpenPGP signature is right only if its certificate is at hand.
        """
        signature = verify_tag(raw, _certificates(self._heads))
        if signature.status == "unknown-key" and signature.format == "openpgp":
            signature = verify_tag(raw, _certificates(self._all))
        if signature.status not in _RIGHT:
            return None
        key = key_of(signature)
        if not self.trust.heads or key is None:
            return None if self.trust.heads else SignedTag()
        speakers = {speaker(state, key, when) for state in self._heads} if signature.status == "good" else set()
        if len(speakers) == 1 and (who := speakers.pop()) is not None:
            return SignedTag(who, Assurance.HARDWARE if signature.hardware else Assurance.SIGNED)
        faults = {key_fault(state, key, when) for state in (*self._heads, *self._all)}
        return None if "key-compromised" in faults or faults == {"unknown-key"} else SignedTag()

    @cached_property
    def _heads(self) -> tuple[TrustData, ...]:
        """The states in force. What any state before them called compromised stays so."""
        stolen = {commit for commit, content in self.trust.states.items() if _calls_stolen(content)}
        bad = frozenset[str]().union(*(state.compromised for state in map(self._state, stolen) if state))
        return tuple(replace(state, compromised=bad) for head in self.trust.heads if (state := self._state(head)))

    @cached_property
    def _all(self) -> tuple[TrustData, ...]:
        """Every state that was ever in force."""
        return tuple(state for commit in self.trust.states if (state := self._state(commit)))

    def _state(self, commit: str) -> TrustData | None:
        if commit not in self._known:
            try:
                self._known[commit] = read_trust(self._contents.at(commit))
            except (InvalidTrust, UnreadableContent):
                self._known[commit] = None
        return self._known[commit]

    @cached_property
    def _known(self) -> dict[str, TrustData | None]:
        return {}

    @cached_property
    def _contents(self) -> ContentsHistory:
        return ContentsHistory(self.repository, self.folder)


def _certificates(states: Iterable[TrustData]) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys(one for state in states for one in state.certificates))


def _calls_stolen(content: Mapping[str, Any]) -> bool:
    """Whether a trust state calls a key compromised."""
    keys = (key for person in content["people"] for key in person.get("keys", ()))
    return any(key.get("revoked", {}).get("reason") == "compromised" for key in keys)
