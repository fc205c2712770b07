"""The mathematics of each kind of SSH key, done by `cryptography`. Imported when the first signature is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mkdocs_ecompm.signatures.wire import MalformedError, Reader

_ED25519_KEY: Final = 32
_UNPACKED: Final = b"\x04"
_CURVES: Final[dict[bytes, Callable[[], ec.EllipticCurve]]] = {
    b"nistp256": ec.SECP256R1,
    b"nistp384": ec.SECP384R1,
    b"nistp521": ec.SECP521R1,
}
_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


def ed25519(point: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an Ed25519 key.

    Raises:
        MalformedError: the bytes are no such key.
    """
    if len(point) != _ED25519_KEY:
        raise MalformedError("its key has the wrong length")
    public = Ed25519PublicKey.from_public_bytes(point)

    def check(signature: bytes, message: bytes) -> bool:
        try:
            public.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return check


def ecdsa(curve: bytes, digest: str, point: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an ECDSA key on one of the curves of NIST; its signature is a pair of numbers.

    Raises:
        MalformedError: the point is packed or not on the curve.
    """
    if point[:1] != _UNPACKED:
        raise MalformedError("the point of its key is packed")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve](), point)
    except ValueError:
        raise MalformedError("its key is no point of the curve") from None
    algorithm = ec.ECDSA(_HASHES[digest]())

    def check(signature: bytes, message: bytes) -> bool:
        reader = Reader(signature)
        pair = encode_dss_signature(reader.number(), reader.number())
        reader.end()
        try:
            public.verify(pair, message, algorithm)
        except InvalidSignature:
            return False
        return True

    return check


def rsa(exponent: int, modulus: int, digest: str) -> Callable[[bytes, bytes], bool]:
    """The check of an RSA key (PKCS #1 v1.5) with one hash.

    Raises:
        MalformedError: the numbers are no RSA key.
    """
    try:
        public = RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise MalformedError("its numbers are no RSA key") from None
    algorithm = _HASHES[digest]()
    length = (public.key_size + 7) // 8

    def check(signature: bytes, message: bytes) -> bool:
        try:
            public.verify(signature.rjust(length, b"\0"), message, PKCS1v15(), algorithm)
        except InvalidSignature:
            return False
        return True

    return check
