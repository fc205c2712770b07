"""The keys of people: whose a key is, and whether it was in force at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

Standing: TypeAlias = Literal["good", "unknown-key", "expired", "not-yet-valid", "revoked"]


class KnownKey(Struct, frozen=True):
    """One key of somebody, in force in [since, until). A revoked one is never in force, whatever its time.

    `blob` is the wire form of an SSH key, or the fingerprint of an OpenPGP certificate as text. `numbers` are the same
    for both if they are one key.
    """

    signer: str
    blob: bytes
    since: datetime | None = None
    until: datetime | None = None
    revoked: bool = False
    numbers: str = ""

    def standing(self, when: datetime) -> Standing:
        """How the key stands at a moment."""
        if self.revoked:
            return "revoked"
        if self.since is not None and when < self.since:
            return "not-yet-valid"
        return "expired" if self.until is not None and when >= self.until else "good"


class KnownKeys:
    """All keys that are known. A key that two people claim is nobody's."""

    def __init__(self, keys: Iterable[KnownKey] = ()) -> None:
        self._by_blob: dict[bytes, list[KnownKey]] = {}
        self._owners: dict[str, set[str]] = {}
        for key in keys:
            self._by_blob.setdefault(key.blob, []).append(key)
            self._owners.setdefault(key.numbers, set()).add(key.signer)

    def judge(self, blob: bytes, when: datetime) -> tuple[Standing, str | None]:
        """How a key stands at a moment, and whose it is.

        One person may have several entries of the same key: it is in force if one says so and none revokes it.
        """
        entries = self._by_blob.get(blob, [])
        owners = {entry.signer for entry in entries}.union(*(self._owners[e.numbers] for e in entries if e.numbers))
        if len(owners) != 1:
            return "unknown-key", None
        standings = [entry.standing(when) for entry in entries]
        for decisive in ("revoked", "good"):
            if decisive in standings:
                return decisive, owners.pop()
        return standings[-1], owners.pop()
