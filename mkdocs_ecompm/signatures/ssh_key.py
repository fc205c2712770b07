"""SSH public keys: reading them from their wire form, and verifying what they signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.signatures.wire import MalformedError, Reader

ED25519: Final = b"ssh-ed25519"
RSA: Final = b"ssh-rsa"
SK_ED25519: Final = b"sk-ssh-ed25519@openssh.com"
SK_ECDSA: Final = b"sk-ecdsa-sha2-nistp256@openssh.com"
SMALLEST_RSA: Final = 2048
LARGEST_RSA: Final = 16384
TOUCHED: Final = 0x01

# The name of the curve inside the key.
_CURVES: Final = {
    b"ecdsa-sha2-nistp256": b"nistp256",
    b"ecdsa-sha2-nistp384": b"nistp384",
    b"ecdsa-sha2-nistp521": b"nistp521",
    SK_ECDSA: b"nistp256",
}
_RSA_ALGORITHMS: Final = (b"rsa-sha2-256", b"rsa-sha2-512")
_FIELDS: Final = {ED25519: 1, SK_ED25519: 2, RSA: 2, **dict.fromkeys(_CURVES, 2), SK_ECDSA: 3}
_KNOWN_ALGORITHMS: Final = frozenset({ED25519, SK_ED25519, *_CURVES, *_RSA_ALGORITHMS})

Check = Callable[[bytes, bytes], bool]
"""Signature as it stands on the wire, message -> whether it is right."""


class UnsupportedError(Exception):
    """A kind of key or signature that this program does not verify; the message says in a clause which."""


class PublicKeyError(MalformedError):
    """A line that is no public key; the message says in a clause what is wrong with it."""


class PublicKey(Struct, frozen=True):
    """A public key. `application` is what a security key was made for (`ssh:`), None for a key in a file."""

    type: bytes
    checks: Mapping[bytes, Check]
    application: bytes | None = None


@lru_cache(maxsize=4096)
def fingerprint(blob: bytes) -> str:
    """The fingerprint of a public key in wire form, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse_public_key(line: str) -> tuple[bytes, str]:
    """The wire form and the comment of a public key line, `ssh-ed25519 AAAA... somebody`.

    Raises:
        PublicKeyError: the line is no public key, or a damaged one.
    """
    words = line.strip().split(None, 2)
    if len(words) < 2:
        raise PublicKeyError("it needs a type and a text in base64")
    try:
        blob = binascii.a2b_base64(words[1], strict_mode=True)
    except ValueError:  # binascii.Error, or a character that is not ASCII
        raise PublicKeyError("its second word is not base64, or is cut off") from None
    try:
        reader = Reader(blob)
        kind = reader.string()
        fields = [reader.string() for _ in range(_FIELDS.get(kind, 0))]
        if kind in _FIELDS:
            reader.end()
    except MalformedError as error:
        raise PublicKeyError(str(error)) from None
    if kind != words[0].encode("utf-8", "surrogateescape"):
        raise PublicKeyError("its type and its content differ")
    if kind in {ED25519, SK_ED25519} and len(fields[0]) != 32:
        raise PublicKeyError("its key has the wrong length")
    return blob, words[2].strip() if len(words) > 2 else ""


@lru_cache(maxsize=4096)
def load(blob: bytes) -> PublicKey:
    """The key in a wire form.

    Raises:
        MalformedError: it is damaged.
        UnsupportedError: it is of a kind that is not verified here.
    """
    reader = Reader(blob)
    kind = reader.string()
    key = read_key(kind, reader)
    reader.end()
    return key


def read_key(kind: bytes, reader: Reader) -> PublicKey:
    """The key of this kind whose fields come next; nothing is said about what follows.

    Raises:
        MalformedError: it is damaged.
        UnsupportedError: it is of a kind that is not verified here.
    """
    if kind in {ED25519, SK_ED25519}:
        check = _ed25519(reader)
        return PublicKey(kind, {kind: check}, reader.string() if kind == SK_ED25519 else None)
    if kind in _CURVES:
        check = _ecdsa(_CURVES[kind], reader)
        return PublicKey(kind, {kind: check}, reader.string() if kind == SK_ECDSA else None)
    if kind == RSA:
        return PublicKey(kind, _rsa(reader))
    raise UnsupportedError(f"keys of the type {shown(kind)} are not verified")


def _ed25519(reader: Reader) -> Check:
    from mkdocs_ecompm.signatures import ed25519  # noqa: PLC0415  # heavy, as each of these: only what is met

    return ed25519.checker(reader.string())


def _ecdsa(curve: bytes, reader: Reader) -> Check:
    from mkdocs_ecompm.signatures import ecdsa  # noqa: PLC0415

    if reader.string() != curve:
        raise MalformedError("its key names another curve")
    return ecdsa.checker(curve, reader.string())


def _rsa(reader: Reader) -> Mapping[bytes, Check]:
    from mkdocs_ecompm.signatures import rsa  # noqa: PLC0415

    exponent, modulus = reader.number(), reader.number()
    if not SMALLEST_RSA <= modulus.bit_length() <= LARGEST_RSA:
        raise UnsupportedError(f"an RSA key of {modulus.bit_length()} bits is not accepted")
    return {name: rsa.checker(exponent, modulus, name) for name in _RSA_ALGORITHMS}


def verify(key: PublicKey, signature: bytes, message: bytes) -> tuple[bool, bool]:
    """Whether `signature` (in wire form) is the key's over `message`, and whether it says that somebody touched it.

    Raises:
        MalformedError: the signature is damaged or of another kind of key.
        UnsupportedError: it is of a kind that is not verified here.
    """
    reader = Reader(signature)
    algorithm = reader.string()
    check = key.checks.get(algorithm)
    if check is None:
        if algorithm in _KNOWN_ALGORITHMS:
            raise MalformedError("it is of another type than its key")
        raise UnsupportedError(f"signatures of the type {shown(algorithm)} are not verified")
    value = reader.string()
    touched = False
    if key.application is not None:
        flags, counter = reader.take(1), reader.take(4)
        touched = bool(flags[0] & TOUCHED)
        message = hashlib.sha256(key.application).digest() + flags + counter + hashlib.sha256(message).digest()
    reader.end()
    return check(value, message), touched


def shown(name: bytes) -> str:
    """A name from a signature, safe to print."""
    return ascii(name[:60].decode("utf-8", "replace"))
