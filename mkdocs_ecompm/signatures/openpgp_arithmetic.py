"""The mathematics of OpenPGP's keys, done by libraries: whether a key made a signature, and no rules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from mkdocs_ecompm.signatures import ed25519
from mkdocs_ecompm.signatures.openpgp_packets import SignaturePacket
from mkdocs_ecompm.signatures.ssh_key import LARGEST_RSA, SMALLEST_RSA, UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

K = TypeVar("K")

_LARGEST_EXPONENT: Final = 32
"""Bits. A larger one makes each verification as slow as the key's owner likes; there are none among public keys."""
_LARGEST_DSA: Final = 4096
_RSA: Final = frozenset({1, 3})
_DSA: Final = 17
_ECDSA: Final = 19
_EDDSA: Final = 22
_ED25519: Final = 27
_ED25519_CURVE: Final = bytes.fromhex("2b06010401da470f01")
_CURVES: Final[dict[bytes, Callable[[], ec.EllipticCurve]]] = {
    bytes.fromhex("2a8648ce3d030107"): ec.SECP256R1,
    bytes.fromhex("2b81040022"): ec.SECP384R1,
    bytes.fromhex("2b81040023"): ec.SECP521R1,
}
_HASHES: Final[dict[int, tuple[str, Prehashed]]] = {
    1: ("md5", Prehashed(hashes.MD5())),  # noqa: S303  # to tell a wrong signature from one that is merely weak
    2: ("sha1", Prehashed(hashes.SHA1())),  # noqa: S303  # the same
    8: ("sha256", Prehashed(hashes.SHA256())),
    9: ("sha384", Prehashed(hashes.SHA384())),
    10: ("sha512", Prehashed(hashes.SHA512())),
    11: ("sha224", Prehashed(hashes.SHA224())),
    12: ("sha3_256", Prehashed(hashes.SHA3_256())),
    14: ("sha3_512", Prehashed(hashes.SHA3_512())),
}

Check: TypeAlias = Callable[["_Values", bytes, Prehashed], None]
"""The numbers of a signature, the digest, how it was made; InvalidSignature if the key did not make them."""


def made(key: bytes, signature: SignaturePacket, message: bytes) -> bool:
    """Whether the key in this packet made a signature over `message`.

    Raises:
        MalformedError: the key or the signature is damaged, or they are of different kinds.
        UnsupportedError: a kind that is not verified here.
    """
    if signature.hash not in _HASHES:
        raise UnsupportedError(f"the hash {signature.hash_name} is not known")
    if key[5] != signature.algorithm and not {key[5], signature.algorithm} <= _RSA:
        raise MalformedError("it is of another kind than its key")
    name, algorithm = _HASHES[signature.hash]
    trailer = b"\4\xff" + len(signature.hashed).to_bytes(4, "big")
    digest = hashlib.new(name, message + signature.hashed + trailer, usedforsecurity=False).digest()
    try:
        _load(key)(_Values(signature.values), digest, algorithm)
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm:
        raise UnsupportedError("its arithmetic is not known") from None
    return True


def check(key: bytes) -> None:
    """Make sure that the key in this packet is one that can be verified with.

    Raises:
        MalformedError: it is damaged.
        UnsupportedError: it is of a kind or size that is not verified here.
    """
    _load(key)


@lru_cache(maxsize=1024)
def _load(key: bytes) -> Check:
    """The check of the key in a packet."""
    kind, values = key[5], _Values(key[6:])
    if kind in _RSA:
        return _rsa(values.number(), values.number())
    if kind == _DSA:
        return _dsa(values.number(), values.number(), values.number(), values.number())
    if kind == _ECDSA:
        return _ecdsa(values.short(), values.octets())
    if kind == _EDDSA:
        return _eddsa(values.short(), values.octets())
    if kind == _ED25519:
        verify = _ed25519(values.rest())
        return lambda signature, digest, _: verify(signature.rest(), digest)
    raise UnsupportedError(f"OpenPGP keys of the kind {kind} are not verified")


def _rsa(modulus: int, exponent: int) -> Check:
    if not SMALLEST_RSA <= modulus.bit_length() <= LARGEST_RSA:
        raise UnsupportedError(f"an RSA key of {modulus.bit_length()} bits is not accepted")
    if exponent.bit_length() > _LARGEST_EXPONENT:
        raise UnsupportedError(f"an RSA key with an exponent of {exponent.bit_length()} bits is not accepted")
    public = _key(RSAPublicNumbers(exponent, modulus).public_key)
    length, padding = (modulus.bit_length() + 7) // 8, PKCS1v15()

    def check(signature: _Values, digest: bytes, algorithm: Prehashed) -> None:
        value = signature.octets()
        signature.end()
        public.verify(value.rjust(length, b"\0"), digest, padding, algorithm)

    return check


def _dsa(p: int, q: int, g: int, y: int) -> Check:
    if not SMALLEST_RSA <= p.bit_length() <= _LARGEST_DSA:
        raise UnsupportedError(f"a DSA key of {p.bit_length()} bits is not accepted")
    public = _key(dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key)
    return lambda signature, digest, algorithm: public.verify(signature.pair(), digest, algorithm)


def _ecdsa(curve: bytes, point: bytes) -> Check:
    if curve not in _CURVES:
        raise UnsupportedError("the curve of its key is not known")
    if point[:1] != b"\4":  # gpg has no others, and in two forms one key could be that of two people
        raise MalformedError("the point of its key is packed")
    public = _key(lambda: ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve](), point))
    return lambda signature, digest, algorithm: public.verify(signature.pair(), digest, ec.ECDSA(algorithm))


def _eddsa(curve: bytes, point: bytes) -> Check:
    """The older encoding of Ed25519, whose signature is two numbers without their leading zeros."""
    if curve != _ED25519_CURVE:
        raise UnsupportedError("the curve of its key is not known")
    if point[:1] != b"\x40":
        raise MalformedError("its key has no point")
    verify = _ed25519(point[1:])

    def check(signature: _Values, digest: bytes, _: Prehashed) -> None:
        halves = [signature.octets().rjust(32, b"\0") for _ in range(2)]
        signature.end()
        verify(b"".join(halves), digest)

    return check


def _ed25519(point: bytes) -> Callable[[bytes, bytes], None]:
    is_right = ed25519.checker(point)

    def verify(signature: bytes, digest: bytes) -> None:
        if not is_right(signature, digest):
            raise InvalidSignature

    return verify


def _key(make: Callable[[], K]) -> K:
    try:
        return make()
    except ValueError:
        raise MalformedError("its numbers are no key") from None


class _Values:
    """The numbers of a key or a signature, one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def _take(self, count: int) -> bytes:
        found, self._data = self._data[:count], self._data[count:]
        if len(found) < count:
            raise MalformedError("a number is cut off")
        return found

    def short(self) -> bytes:
        """A short string, such as the name of a curve."""
        return self._take(self._take(1)[0])

    def octets(self) -> bytes:
        """The bytes of a number."""
        return self._take((int.from_bytes(self._take(2), "big") + 7) // 8)

    def number(self) -> int:
        """A number."""
        return int.from_bytes(self.octets(), "big")

    def pair(self) -> bytes:
        """The two last numbers, as DSA needs them."""
        found = encode_dss_signature(self.number(), self.number())
        self.end()
        return found

    def rest(self) -> bytes:
        """All that is left."""
        return self._data

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._data:
            raise MalformedError("something follows its numbers")
