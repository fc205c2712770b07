"""ECDSA keys on the curves of NIST, by `cryptography`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mkdocs_ecompm.signatures.wire import MalformedError, Reader

_UNPACKED: Final = b"\x04"
_CURVES: Final[dict[bytes, tuple[Callable[[], ec.EllipticCurve], Callable[[], hashes.HashAlgorithm]]]] = {
    b"nistp256": (ec.SECP256R1, hashes.SHA256),
    b"nistp384": (ec.SECP384R1, hashes.SHA384),
    b"nistp521": (ec.SECP521R1, hashes.SHA512),
}
"""Each curve with the hash that belongs to it (RFC 5656, section 6.2.1)."""


def checker(curve: bytes, point: bytes) -> Callable[[bytes, bytes], bool]:
    """The check of an ECDSA key on one of the curves of NIST; its signature is a pair of numbers.

    Raises:
        MalformedError: the point is packed or not on the curve.
    """
    if point[:1] != _UNPACKED:
        raise MalformedError("the point of its key is packed")
    make_curve, make_hash = _CURVES[curve]
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(make_curve(), point)
    except ValueError:
        raise MalformedError("its key is no point of the curve") from None
    algorithm = ec.ECDSA(make_hash())

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
