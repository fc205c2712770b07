"""OpenPGP certificates: a person's keys, what he said about them himself, until when they are in force, which revoked.

What others certified is left out: whose a certificate is, is decided by people.yml, not by a web of trust. There is
no clock in here: every answer is a time, or holds always.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.signatures.openpgp_packets import (
    PRIMARY_KEY,
    SECRET_KEYS,
    SIGNATURE,
    SUBKEY,
    USER_ATTRIBUTE,
    USER_ID,
    Packet,
    SignaturePacket,
    packets,
    read_signature,
    unarmor,
)
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

_BLOCK: Final = b"PGP PUBLIC KEY BLOCK"
_CERTIFICATIONS: Final = frozenset({0x10, 0x11, 0x12, 0x13})
_BINDING, _BACK, _DIRECT, _REVOKED, _SUBKEY_REVOKED, _NAME_REVOKED = 0x18, 0x19, 0x1F, 0x20, 0x28, 0x30
_MAY_SIGN: Final = 0x02
_SAFE_HASHES: Final = frozenset({2, 8, 9, 10, 11, 12, 14})  # of SHA-1, self-signatures need what still stands
_MOST_PACKETS: Final = 50_000  # with what strangers certified: some certificates were flooded with that
_MOST_OWN_PACKETS: Final = 500  # of some 4,000 public certificates none has more than a hundred
_MOST_WRONG: Final = 5  # and none has more than one
_LARGEST_PART: Final = 64 * 1024 - 1  # the length of a key is told in two bytes
_LARGEST: Final = 8 * 1024 * 1024
_KEY_BODY: Final = 7


class Key(Struct, frozen=True, eq=False):
    """A key of a certificate with what the certificate's owner said about it.

    It may sign before `until`, if `signs`. A revocation counts whatever its reason and time. His newest statements
    decide for all times, also those before they were made: programs throw the older ones away when a key is extended.
    """

    body: bytes
    fingerprint: str
    created: datetime
    until: datetime | None
    signs: bool
    revoked: bool


@dataclass(frozen=True, eq=False)
class Certificate:
    """One certificate: its primary key, and for each other part the self-signatures that follow it."""

    primary: bytes
    own: tuple[SignaturePacket, ...]
    names: tuple[tuple[Packet, tuple[SignaturePacket, ...]], ...]
    subkeys: tuple[tuple[bytes, tuple[SignaturePacket, ...]], ...]
    encoded: bytes = field(repr=False)
    _found: dict[str, Key | None] = field(default_factory=dict, init=False, repr=False)
    _verified: dict[tuple[bytes, bytes], bool] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the primary key, as gpg prints it."""
        return fingerprint(self.primary)

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of all keys in it, bound or not, the primary first."""
        return (self.fingerprint, *(fingerprint(body) for body, _ in self.subkeys))

    @cached_property
    def first(self) -> Key | None:
        """The primary key; None if the owner never said anything that can be verified."""
        return self._primary_key()

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys that the owner bound to each other, the primary first."""
        return tuple(key for key in map(self.key, self.fingerprints) if key)

    def key(self, name: str) -> Key | None:
        """The key with this fingerprint or key id (its last 16 digits), if the owner bound it."""
        if name not in self._found:
            place = next((place for place, full in enumerate(self.fingerprints) if full.endswith(name)), None)
            first = None if place is None else self.first
            self._found[name] = self._subkey(first, *self.subkeys[place - 1]) if first and place else first
        return self._found[name]

    @cached_property
    def signing_keys(self) -> tuple[str, ...]:
        """The fingerprints of the keys that may sign."""
        return tuple(key.fingerprint for key in self.keys if key.signs and not key.revoked)

    @cached_property
    def problem(self) -> str:
        """Why nothing that its owner said can be verified, as far as it can be told; empty if something can."""
        from mkdocs_ecompm.signatures import openpgp_arithmetic  # noqa: PLC0415  # heavy

        if self.first is not None:
            return ""
        try:
            openpgp_arithmetic.check(self.primary)
        except (MalformedError, UnsupportedError) as error:
            return str(error)
        return "nothing that its certificate says can be verified"

    def _primary_key(self) -> Key | None:
        """The primary key as gpg has it: what the key's own statement leaves open is said by those about the names."""
        text = _key_text(self.primary)
        alone = [(said, text) for said in self.own]
        direct = self._newest(alone, {_DIRECT})
        told = [direct, *self._about_names()] if direct else self._about_names()
        if not told:
            return None
        flags = next((said.flags for said in told if said.flags is not None), None)
        signs = flags is None or bool(flags & _MAY_SIGN)
        lasting = next((said for said in told if said.key_lifetime), told[0])
        return _described(self.primary, lasting, signs=signs, revoked=self._newest(alone, {_REVOKED}) is not None)

    def _about_names(self) -> list[SignaturePacket]:
        """The newest statement about each name, newest first; those about names given up only where all are."""
        kept: list[SignaturePacket] = []
        given_up: list[SignaturePacket] = []
        for name, statements in self.names:
            mark = 0xB4 if name.tag == USER_ID else 0xD1
            text = _key_text(self.primary) + bytes((mark,)) + len(name.body).to_bytes(4, "big") + name.body
            about = [(said, text) for said in statements]
            said = self._newest(about, _CERTIFICATIONS)
            if said is not None:
                last = self._newest(about, _CERTIFICATIONS | {_NAME_REVOKED})
                (kept if last is said else given_up).append(said)
        return sorted(kept or given_up, key=lambda said: said.created, reverse=True)

    def _subkey(self, first: Key, body: bytes, statements: Iterable[SignaturePacket]) -> Key | None:
        text = _key_text(self.primary) + _key_text(body)
        about = [(said, text) for said in statements]
        said = self._newest(about, {_BINDING})
        if said is None:
            return None
        agreed = _signed_back(said, body, text)  # else anybody could claim a stranger's key, and revoke it
        signs = agreed and (said.flags is None or bool(said.flags & _MAY_SIGN))
        revoked = agreed and (first.revoked or self._newest(about, {_SUBKEY_REVOKED}) is not None)
        found = _described(body, said, signs=signs, revoked=revoked)
        ends = [until for until in (found.until, first.until) if until is not None]
        return replace(found, until=min(ends, default=None))

    def _newest(self, about: Iterable[tuple[SignaturePacket, bytes]], types: Iterable[int]) -> SignaturePacket | None:
        """The newest statement of these types that the primary key really made; of one second, the last in the file."""
        wanted = [(said, text) for said, text in about if said.type in types]
        wanted.sort(key=lambda item: item[0].created)
        return next((said for said, text in reversed(wanted) if self._said(said, text)), None)

    def _said(self, said: SignaturePacket, text: bytes) -> bool:
        """Whether the primary key made a statement; one statement is verified once, for a key may be slow.

        Where it did not make so many, no further one is verified: looking for the right one could take minutes.
        """
        if (said.body, text) not in self._verified:
            wrong = sum(not right for right in self._verified.values())
            self._verified[said.body, text] = wrong < _MOST_WRONG and _made(self.primary, said, text)
        return self._verified[said.body, text]


def certificates(data: bytes) -> tuple[Certificate, ...]:
    """The certificates in a key file, armored or not.

    Raises:
        MalformedError: it is damaged, holds none, or holds a secret key.
        UnsupportedError: it has only keys of another version.
    """
    return _certificates(data)


@lru_cache(maxsize=256)
def _certificates(data: bytes) -> tuple[Certificate, ...]:
    if len(data) > _LARGEST:
        raise MalformedError("it is larger than 8 MiB")
    binary = data[:1] >= b"\x80"
    blocks = [data] if binary else unarmor(data, _BLOCK)
    parts = list(islice((packet for block in blocks for packet in packets(block)), _MOST_PACKETS + 1))
    if len(parts) > _MOST_PACKETS:
        raise MalformedError(f"it has more than {_MOST_PACKETS} parts")
    if any(len(packet.body) > _LARGEST_PART for packet in parts):
        raise MalformedError(f"a part of it is larger than {_LARGEST_PART} bytes")
    if any(packet.tag in SECRET_KEYS for packet in parts):
        raise MalformedError("it holds a secret key: nobody but its owner may have that")
    starts = [place for place, packet in enumerate(parts) if packet.tag == PRIMARY_KEY]
    if not starts or starts[0]:
        raise MalformedError("it does not begin with a public key")
    ends = [*starts[1:], len(parts)]
    found: list[Certificate] = []
    problem: UnsupportedError | None = None
    for start, end in zip(starts, ends, strict=True):
        try:
            found.append(_certificate(parts[start:end]))
        except UnsupportedError as error:  # the others are as good as without it; a signature of its key says the same
            problem = problem or error
    if problem is not None and not found:
        raise problem
    return tuple(found)


def fingerprint(body: bytes) -> str:
    """The fingerprint of the key in a packet of version 4."""
    return hashlib.sha1(_key_text(body), usedforsecurity=False).hexdigest().upper()


def _certificate(parts: list[Packet]) -> Certificate:
    primary = parts[0].body
    if primary[:1] != b"\4":
        raise UnsupportedError(f"OpenPGP keys of version {primary[0] if primary else -1} are not verified")
    if len(primary) < _KEY_BODY:
        raise MalformedError("a key is cut off")
    kept: list[Packet] = [parts[0]]
    groups: list[tuple[Packet, list[SignaturePacket]]] = [(parts[0], [])]
    for packet in parts[1:]:
        if packet.tag in {USER_ID, USER_ATTRIBUTE} or (packet.tag == SUBKEY and _is_key(packet.body)):
            groups.append((packet, []))
            kept.append(packet)
        elif packet.tag == SIGNATURE and (said := _own(packet.body, primary)):
            groups[-1][1].append(said)
            kept.append(packet)
        if len(kept) > _MOST_OWN_PACKETS:
            raise MalformedError(f"it has more than {_MOST_OWN_PACKETS} parts of its own")
    return Certificate(
        primary,
        tuple(groups[0][1]),
        tuple((packet, tuple(said)) for packet, said in groups[1:] if packet.tag != SUBKEY),
        tuple((packet.body, tuple(said)) for packet, said in groups[1:] if packet.tag == SUBKEY),
        b"".join(packet.encoded for packet in kept),
    )


def _is_key(body: bytes) -> bool:
    return body[:1] == b"\4" and len(body) >= _KEY_BODY


def _own(body: bytes, primary: bytes) -> SignaturePacket | None:
    """A statement by the owner, None for one by somebody else or that cannot be read."""
    try:
        said = read_signature(body)
    except (MalformedError, UnsupportedError):
        return None
    issuer = said.issuer
    return said if issuer and bytes.fromhex(fingerprint(primary)).endswith(issuer) else None


def _key_text(body: bytes) -> bytes:
    return b"\x99" + len(body).to_bytes(2, "big") + body


def _made(key: bytes, said: SignaturePacket, text: bytes) -> bool:
    from mkdocs_ecompm.signatures import openpgp_arithmetic  # noqa: PLC0415  # heavy, and only needed for a signature

    if said.hash not in _SAFE_HASHES or said.critical:
        return False
    try:
        return openpgp_arithmetic.made(key, said, text)
    except (MalformedError, UnsupportedError):
        return False


def _signed_back(binding: SignaturePacket, body: bytes, text: bytes) -> bool:
    """Whether the subkey agreed to be bound: else anybody could claim the signatures of a stranger's key."""
    try:
        back = read_signature(binding.embedded or b"")
    except (MalformedError, UnsupportedError):
        return False
    return back.type == _BACK and _made(body, back, text)


def _described(body: bytes, said: SignaturePacket, *, signs: bool, revoked: bool) -> Key:
    created = datetime.fromtimestamp(int.from_bytes(body[1:5], "big"), UTC)
    ends = [created + timedelta(seconds=said.key_lifetime)] if said.key_lifetime else []
    if said.lifetime:  # the statement itself was made to end
        ends.append(said.created + timedelta(seconds=said.lifetime))
    return Key(body, fingerprint(body), created, min(ends, default=None), signs, revoked)
