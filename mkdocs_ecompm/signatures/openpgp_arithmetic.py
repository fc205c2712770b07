"""The mathematics of OpenPGP's keys, done by `cryptography`: whether a key made a signature, and no rules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from mkdocs_ecompm.signatures.openpgp_packets import SignaturePacket
from mkdocs_ecompm.signatures.ssh_key import LARGEST_RSA, SMALLEST_RSA, UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

K = TypeVar("K")

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
_HASHES: Final[dict[int, Callable[[], hashes.HashAlgorithm]]] = {
    1: hashes.MD5,
    2: hashes.SHA1,
    8: hashes.SHA256,
    9: hashes.SHA384,
    10: hashes.SHA512,
    11: hashes.SHA224,
    12: hashes.SHA3_256,
    14: hashes.SHA3_512,
}


def made(key: bytes, signature: SignaturePacket, message: bytes) -> bool:
    """Whether the key in this packet made a signature over `message`.

    Raises:
        MalformedError: the key or the signature is damaged, or they are of different kinds.
        UnsupportedError: a kind that is not verified here.
    """
    if signature.hash not in _HASHES:
        raise UnsupportedError(f"the hash {signature.hash_name} is not known")
    algorithm = _HASHES[signature.hash]()
    trailer = b"\4\xff" + len(signature.hashed).to_bytes(4, "big")
    digest = hashlib.new(algorithm.name.replace("sha3-", "sha3_"), message + signature.hashed + trailer).digest()
    kind, material = key[5], _Values(key[6:])
    if kind != signature.algorithm and not {kind, signature.algorithm} <= _RSA:
        raise MalformedError("it is of another kind than its key")
    try:
        _verify(kind, material, _Values(signature.values), digest, Prehashed(algorithm))
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm:
        raise UnsupportedError("its arithmetic is not known") from None
    return True


def _verify(kind: int, key: _Values, values: _Values, digest: bytes, algorithm: Prehashed) -> None:
    if kind in _RSA:
        _rsa(key, values, digest, algorithm)
    elif kind == _DSA:
        p, q, g, y = key.number(), key.number(), key.number(), key.number()
        if p.bit_length() < SMALLEST_RSA or p.bit_length() > LARGEST_RSA:
            raise UnsupportedError(f"a DSA key of {p.bit_length()} bits is not accepted")
        public = _key(dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key)
        public.verify(values.pair(), digest, algorithm)
    elif kind == _ECDSA:
        curve = _CURVES.get(key.short())
        if curve is None:
            raise UnsupportedError("the curve of its key is not known")
        point = key.octets()
        ecdsa = _key(lambda: ec.EllipticCurvePublicKey.from_encoded_point(curve(), point))
        ecdsa.verify(values.pair(), digest, ec.ECDSA(algorithm))
    elif kind in {_EDDSA, _ED25519}:
        _ed25519(kind, key, values, digest)
    else:
        raise UnsupportedError(f"OpenPGP keys of the kind {kind} are not verified")


def _rsa(key: _Values, values: _Values, digest: bytes, algorithm: Prehashed) -> None:
    modulus, exponent = key.number(), key.number()
    if not SMALLEST_RSA <= modulus.bit_length() <= LARGEST_RSA:
        raise UnsupportedError(f"an RSA key of {modulus.bit_length()} bits is not accepted")
    public = _key(RSAPublicNumbers(exponent, modulus).public_key)
    value = values.number()
    values.end()
    if value >= modulus:
        raise InvalidSignature
    public.verify(value.to_bytes((modulus.bit_length() + 7) // 8, "big"), digest, PKCS1v15(), algorithm)


def _ed25519(kind: int, key: _Values, values: _Values, digest: bytes) -> None:
    if kind == _EDDSA:
        if key.short() != _ED25519_CURVE:
            raise UnsupportedError("the curve of its key is not known")
        point = key.octets()
        if len(point) != 33 or point[0] != 0x40:
            raise MalformedError("its key has the wrong length")
        point, value = point[1:], values.octets().rjust(32, b"\0") + values.octets().rjust(32, b"\0")
        values.end()
    else:
        point, value = key.rest(), values.rest()
    _key(lambda: Ed25519PublicKey.from_public_bytes(point)).verify(value, digest)


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
        return self._take(self._take(1)[0])

    def octets(self) -> bytes:
        bits = int.from_bytes(self._take(2), "big")
        return self._take((bits + 7) // 8)

    def number(self) -> int:
        return int.from_bytes(self.octets(), "big")

    def pair(self) -> bytes:
        found = encode_dss_signature(self.number(), self.number())
        self.end()
        return found

    def rest(self) -> bytes:
        return self._data

    def end(self) -> None:
        if self._data:
            raise MalformedError("something follows its numbers")
