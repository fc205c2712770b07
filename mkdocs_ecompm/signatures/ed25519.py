"""Ed25519 keys. Imported when the first one is met, as every kind of key: few are ever needed.

libsodium verifies in half the time of OpenSSL, outside the interpreter's lock. What it takes is right for OpenSSL and
ssh-keygen too; it refuses a little more than they do (keys and numbers of small order), so OpenSSL has the last word on
what it refuses, and the verdict is always OpenSSL's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from mkdocs_ecompm.signatures.wire import MalformedError

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_LENIENT: Final = (
    bytes.fromhex("8320a51977d8c38ca8a4927c670df5821e449761945e15e9efb26a1509d230ea"),
    bytes.fromhex(
        "6a84d583f06569edb3f5ed77df65544b27d6948b4f0b2cb76f33dd8413b20719"
        "4fa297ed494058a190d50b3c313559ba20360961cbbf67bfcb786634b6d21b08"
    ),
    b"hello",
)
"""A key, a signature and a message: right but for a part of order eight, which the laxer of the two ways to verify that
RFC 8032 allows (section 5.1.7) overlooks. OpenSSL and ssh-keygen refuse it."""


def checker(point: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an Ed25519 key.

    Raises:
        MalformedError: the bytes are no such key.
    """
    if len(point) != KEY_BYTES:
        raise MalformedError("its key has the wrong length")
    quick = _sodium_is_strict()

    def check(signature: bytes, message: bytes) -> bool:
        return (quick and _sodium_takes(point, signature, message)) or _openssl_takes(point, signature, message)

    return check


def _sodium_takes(point: bytes, signature: bytes, message: bytes) -> bool:
    if len(signature) != SIGNATURE_BYTES:  # it is told apart from the message by its length alone
        return False
    try:
        crypto_sign_open(signature + message, point)
    except BadSignatureError:
        return False
    return True


def _openssl_takes(point: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # heavy, and needed for bad signatures only
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  # the same

    try:
        Ed25519PublicKey.from_public_bytes(point).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@cache
def _sodium_is_strict() -> bool:
    """Whether this libsodium takes nothing that OpenSSL refuses; one that does is not asked."""
    return not _sodium_takes(*_LENIENT)
