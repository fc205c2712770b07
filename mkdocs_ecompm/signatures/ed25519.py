"""Ed25519 keys, by `cryptography`. Imported when the first one is met, as every kind of key: few are ever needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mkdocs_ecompm.signatures.wire import MalformedError

KEY_BYTES: Final = 32


def checker(point: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an Ed25519 key.

    Raises:
        MalformedError: the bytes are no such key.
    """
    if len(point) != KEY_BYTES:
        raise MalformedError("its key has the wrong length")
    public = Ed25519PublicKey.from_public_bytes(point)

    def check(signature: bytes, message: bytes) -> bool:
        try:
            public.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return check
