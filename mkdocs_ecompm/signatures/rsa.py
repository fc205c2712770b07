"""RSA keys (PKCS #1 v1.5, SHA-2 only), by `cryptography`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from mkdocs_ecompm.signatures.wire import MalformedError

_HASHES: Final[dict[bytes, Callable[[], hashes.HashAlgorithm]]] = {
    b"rsa-sha2-256": hashes.SHA256,
    b"rsa-sha2-512": hashes.SHA512,
}


def checker(exponent: int, modulus: int, algorithm_name: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an RSA key (PKCS #1 v1.5) with one algorithm.

    Raises:
        MalformedError: the numbers are no RSA key.
    """
    try:
        public = RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise MalformedError("its numbers are no RSA key") from None
    algorithm = _HASHES[algorithm_name]()
    length = (public.key_size + 7) // 8

    def check(signature: bytes, message: bytes) -> bool:
        try:
            public.verify(signature.rjust(length, b"\0"), message, PKCS1v15(), algorithm)
        except InvalidSignature:
            return False
        return True

    return check
