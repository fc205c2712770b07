"""The keys of a trust state: whose each one is, and what an OpenPGP certificate says of its own keys.

A key is known by the fingerprint of what makes the signature: of an SSH key its own, of an OpenPGP certificate that of
the primary key or of a subkey that signs. A key file is read from the same tree as people.yml, never from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.model.people import Key, Person
from mkdocs_ecompm.signatures import material
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError, fingerprint, parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

_FILE: Final = "file:"
"""Before the SHA-256 of a key file that cannot be read: nobody speaks with it, but it is somebody's."""


class UnusableKeysError(Exception):
    """Keys that no trust state can have, with the reason as a sentence."""


class HeldKey(Struct, frozen=True):
    """A key that somebody has in a trust state, with what people.yml says of it.

    `whole` is the fingerprint that people compare: that of the primary key, where a subkey signs. `until` and `revoked`
    are what the OpenPGP certificate says itself. `numbers` are the same for an SSH key and an OpenPGP key that are one.
    """

    owner: str
    entries: tuple[Key, ...]
    whole: str
    until: datetime | None = None
    revoked: bool = False
    numbers: str = ""

    @property
    def compromised(self) -> bool:
        """Whether people.yml says that somebody else may have it."""
        return any(entry.revoked is not None and entry.revoked.reason == "compromised" for entry in self.entries)

    @property
    def readable(self) -> bool:
        """Whether anybody could speak with it."""
        return not self.whole.startswith(_FILE)


class Keyring(Struct, frozen=True, eq=False):
    """Every key by its fingerprint, and the OpenPGP certificates that signatures are verified with."""

    keys: dict[str, HeldKey]
    certificates: tuple[Certificate, ...]


def keyring(people: Iterable[Person], contents: Contents) -> Keyring:
    """The keys of these people.

    Raises:
        UnusableKeysError: an SSH key cannot be read, or two people have the same key.
    """
    found: dict[str, HeldKey] = {}
    certificates: list[Certificate] = []
    for person in people:
        for key in person.keys:
            known = _certificates(contents, key)
            certificates += known
            for name, held in _held(contents, person, key, known):
                found[name] = _together(found.get(name), held)
    owners: dict[str, str] = {}
    for held in found.values():
        if held.numbers and owners.setdefault(held.numbers, held.owner) != held.owner:
            raise UnusableKeysError(f"`{owners[held.numbers]}` and `{held.owner}` have the same key.")
    return Keyring(found, tuple(dict.fromkeys(certificates)))


def _certificates(contents: Contents, key: Key) -> tuple[Certificate, ...]:
    """The certificates in the key file; none for an SSH key, or for a file that cannot be read."""
    if not key.openpgp:
        return ()
    from mkdocs_ecompm.signatures.openpgp_certificate import certificates  # noqa: PLC0415  # few projects have one

    try:
        return certificates(contents.key_bytes(key.openpgp) or b"")
    except (MalformedError, UnsupportedError):
        return ()


def _held(
    contents: Contents, person: Person, key: Key, certificates: Sequence[Certificate]
) -> Iterator[tuple[str, HeldKey]]:
    if key.ssh:
        blob = _blob(key)
        name = fingerprint(blob)
        yield name, HeldKey(person.id, (key,), name, numbers=material.of_ssh(blob))
        return
    if not certificates:
        name = f"{_FILE}{contents.key_file(key.openpgp)}"
        yield name, HeldKey(person.id, (key,), name)
    for certificate in certificates:
        whole = certificate.fingerprint
        if certificate.first is None:
            yield whole, HeldKey(person.id, (key,), whole)
        for part in certificate.keys:
            if part.signs or part.fingerprint == whole:
                numbers = material.of_openpgp(part.body)
                yield part.fingerprint, HeldKey(person.id, (key,), whole, part.until, part.revoked, numbers)


def _blob(key: Key) -> bytes:
    try:
        return parse_public_key(key.ssh)[0]
    except MalformedError as error:
        raise UnusableKeysError(f"A key cannot be read: {error}") from error


def _together(one: HeldKey | None, other: HeldKey) -> HeldKey:
    """Two entries of one key: a revocation counts, and of two versions of a certificate the one that lasts longer."""
    if one is None:
        return other
    if one.owner != other.owner:
        raise UnusableKeysError(f"`{one.owner}` and `{other.owner}` have the same key.")
    entries = one.entries if other.entries[0] in one.entries else (*one.entries, *other.entries)
    until = max(one.until, other.until) if one.until and other.until else None
    return replace(one, entries=entries, until=until, revoked=one.revoked or other.revoked)
