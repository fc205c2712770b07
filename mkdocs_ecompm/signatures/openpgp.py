"""OpenPGP signatures, verified in this process with the library pysequoia, an extra.

Whether somebody agreed must not depend on the clock of whoever verifies, nor on what else is verified. The library asks
the clock, and says only yes or no. So a verdict follows from the signature and the certificate alone: the arithmetic is
that of `cryptography`, what the owner said of his keys is read as gpg reads it, and the library is the second reader of
each certificate: one that it cannot read is not used, one that it calls revoked is. Differences from gpg, on purpose:

- a key is judged at the time of the signature and of the commit, not today: what was signed before it expired stands;
- a signature that was made to expire is `expired` from the start;
- signatures of version 3, over text, or with MD5, SHA-1 or RIPEMD-160, and keys under 2048 bits or on other curves than
  Ed25519 and the NIST ones are `unsupported`;
- two signatures in one block are `bad`;
- only its owner revokes a key, nobody whom he named for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from mkdocs_ecompm.signatures.openpgp_certificate import Certificate, Key, certificates
from mkdocs_ecompm.signatures.openpgp_packets import (
    SIGNATURE,
    SignaturePacket,
    packets,
    read_signature,
    unarmor,
)
from mkdocs_ecompm.signatures.signature import Signature, Status
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

__all__ = ["HINT", "Certificate", "available", "certificates", "issuer", "verify"]

HINT: Final = 'OpenPGP signatures need an extra: pip install "mkdocs-ecompm[openpgp]"'
_BLOCK: Final = b"PGP SIGNATURE"
_BINARY, _TEXT = 0x00, 0x01
_WEAK: Final = frozenset({1, 2, 3})
_SAID: Final = {"unsupported": "not supported", "not-yet-valid": "not valid yet"}
_LONGEST: Final = 64 * 1024
_ID: Final = 16
_ORDER: Final[tuple[Status, ...]] = ("revoked", "good", "expired", "not-yet-valid", "unsupported", "bad")


def verify(payload: bytes, armored: bytes, known: tuple[Certificate, ...]) -> Signature:
    """What an armored signature is worth over `payload`. Any bytes get an answer, none an error.

    `key` is the fingerprint of the certificate's primary key, the one that people compare; of an unknown key, the
    fingerprint or key id that the signature names. `subkey` is the fingerprint of the key that signed, if another.
    """
    named: str | None = None
    try:
        signature = _parse(armored)
        named = signature.issuer.hex().upper() or None
        _check_kind(signature)
    except MalformedError as error:
        return Signature("openpgp", "bad", named, problem=f"The signature is bad: {error}.")
    except UnsupportedError as error:
        return Signature("openpgp", "unsupported", named, problem=f"The signature cannot be checked: {error}.")
    if not available():
        return Signature("openpgp", "unsupported", named, problem=f"{HINT}.")
    found = [_verdict(payload, signature, *candidate) for candidate in _candidates(known, named)] if named else []
    if not found:
        return Signature("openpgp", "unknown-key", named, problem="The key is not known.")
    return min(found, key=lambda verdict: _ORDER.index(verdict.status))


def issuer(armored: bytes) -> str | None:
    """The fingerprint or key id of the key that a signature says made it; None if it cannot be read or says nothing."""
    try:
        return _parse(armored).issuer.hex().upper() or None
    except (MalformedError, UnsupportedError):
        return None


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether the library is there."""
    return find_spec("pysequoia") is not None


def _candidates(known: tuple[Certificate, ...], issuer: str) -> list[tuple[Certificate, Key | None]]:
    """The keys with a fingerprint or key id, each in its certificate; None for one that vouches for nothing at all."""
    named = (_by_fingerprint if len(issuer) > _ID else _by_id)(known).get(issuer, ())
    return [(one, one.key(issuer)) for one in named if one.key(issuer) or one.first is None]


@lru_cache(maxsize=256)
def _by_fingerprint(known: tuple[Certificate, ...]) -> Mapping[str, list[Certificate]]:
    found: dict[str, list[Certificate]] = {}
    for certificate in dict.fromkeys(known):
        for name in certificate.fingerprints:
            found.setdefault(name, []).append(certificate)
    return found


@lru_cache(maxsize=256)
def _by_id(known: tuple[Certificate, ...]) -> Mapping[str, list[Certificate]]:
    found: dict[str, list[Certificate]] = {}
    for name, those in _by_fingerprint(known).items():
        found.setdefault(name[-_ID:], []).extend(those)
    return found


def _parse(armored: bytes) -> SignaturePacket:
    if len(armored) > _LONGEST:
        raise MalformedError("it is too long")
    blocks = unarmor(armored, _BLOCK, _checksum if available() else None)
    found = [packet for block in blocks for packet in packets(block)]
    if len(found) != 1:
        raise MalformedError("it is not one signature alone")
    if found[0].tag != SIGNATURE:
        raise MalformedError("it is no signature")
    return read_signature(found[0].body)


def _checksum(data: bytes) -> bytes:
    """The checksum that the library's armor has."""
    import pysequoia  # noqa: PLC0415  # an extra, and slow to import

    found = pysequoia.armor(data, pysequoia.ArmorKind.Signature).encode().split()
    return next((line[1:] for line in found if line[:1] == b"="), b"")


def _check_kind(signature: SignaturePacket) -> None:
    if signature.type == _TEXT:
        raise UnsupportedError("it is over text, so line ends could have been changed")
    if signature.type != _BINARY:
        raise MalformedError("it is not over a content")
    if signature.critical:
        raise UnsupportedError("it insists on something unknown")


def _verdict(payload: bytes, signature: SignaturePacket, certificate: Certificate, key: Key | None) -> Signature:
    """The verdict under one key. A wrong signature is `bad`, whatever else could be said of its key."""
    if key is None:
        why = f"The signature cannot be checked: {certificate.problem}."
        return Signature("openpgp", "unsupported", certificate.fingerprint, problem=why)
    facts: dict[str, Any] = {"key": certificate.fingerprint, "until": key.until}
    if key.fingerprint != certificate.fingerprint:
        facts["subkey"] = key.fingerprint
    status, why = _judge(payload, signature, certificate, key)
    sentence = f"The signature is {_SAID.get(status, status)}: {why}." if why else ""
    return Signature("openpgp", status, problem=sentence, **facts)


def _judge(payload: bytes, signature: SignaturePacket, certificate: Certificate, key: Key) -> tuple[Status, str]:
    """The status of a signature under one key, and why."""
    from mkdocs_ecompm.signatures.openpgp_arithmetic import made  # noqa: PLC0415  # heavy, only needed for a known key

    try:
        if not made(key.body, signature, payload):
            return "bad", "the key did not sign this content"
    except MalformedError as error:
        return "bad", str(error)
    except UnsupportedError as error:
        return "unsupported", str(error)
    status, why = _standing(signature, key)
    return _second_reading(certificate) if status == "good" else (status, why)


def _standing(signature: SignaturePacket, key: Key) -> tuple[Status, str]:
    """How the key stood when the signature was made, and why."""
    rules: tuple[tuple[bool, Status, str], ...] = (
        (key.revoked, "revoked", "its key was revoked by its owner"),
        (signature.created < key.created, "not-yet-valid", "it is older than its key"),
        (key.until is not None and signature.created >= key.until, "expired", "its key had expired"),
        (signature.lifetime > 0, "expired", "it was made to expire"),
        (signature.hash in _WEAK, "unsupported", f"the hash {signature.hash_name} is no longer safe"),
        (not key.signs, "unsupported", "its key is not for signing"),
    )
    return next(((status, why) for broken, status, why in rules if broken), ("good", ""))


@lru_cache(maxsize=4096)
def _second_reading(certificate: Certificate) -> tuple[Status, str]:
    """What the library has against a certificate, if anything."""
    import pysequoia  # noqa: PLC0415  # an extra, and slow to import

    try:
        found = pysequoia.Cert.from_bytes(certificate.encoded)
        same, revoked = found.fingerprint.upper() == certificate.fingerprint, found.is_revoked
    except (RuntimeError, ValueError, OSError):  # the library's errors have no types of their own
        same, revoked = False, False
    if not same:
        return "unsupported", "the OpenPGP library cannot read its certificate"
    return ("revoked", "its key was revoked") if revoked else ("good", "")
