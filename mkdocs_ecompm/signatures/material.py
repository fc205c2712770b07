"""The numbers inside a public key: the same key may stand in an SSH line and in an OpenPGP certificate.

Programs turn the one into the other, so a fingerprint does not tell that two entries are one key. Its numbers do.
"""

from __future__ import annotations

from typing import Final

from mkdocs_ecompm.signatures.ssh_key import ED25519, RSA, SK_ED25519
from mkdocs_ecompm.signatures.wire import MalformedError, Reader

_RSA: Final = frozenset({1, 2, 3})
_ECDSA, _EDDSA, _ED25519 = 19, 22, 27
_HEAD: Final = 6  # version, time, algorithm
_CURVES: Final = {
    bytes.fromhex("2a8648ce3d030107"): "nistp256",
    bytes.fromhex("2b81040022"): "nistp384",
    bytes.fromhex("2b81040023"): "nistp521",
}
_ED25519_CURVE: Final = bytes.fromhex("2b06010401da470f01")


def of_ssh(blob: bytes) -> str:
    """What makes an SSH key the key it is; empty for a kind of which that is not known, or a damaged key."""
    reader = Reader(blob)
    try:
        kind = reader.string()
        if kind in {ED25519, SK_ED25519}:
            return _ed25519(reader.string())
        if kind == RSA:
            reader.string()  # the exponent
            return _rsa(reader.string())
        if kind.startswith((b"ecdsa-sha2-", b"sk-ecdsa-sha2-")):
            return _ecdsa(reader.string().decode("ascii", "replace"), reader.string())
    except MalformedError:
        pass
    return ""


def of_openpgp(body: bytes) -> str:
    """The same for the content of an OpenPGP key packet of version 4."""
    kind, reader = body[_HEAD - 1], Reader(body[_HEAD:])
    try:
        if kind in _RSA:
            return _rsa(_number(reader))
        if kind == _ED25519:
            return _ed25519(reader.take(32))
        if kind in {_ECDSA, _EDDSA}:
            curve, point = reader.take(reader.take(1)[0]), _number(reader)
            if kind == _EDDSA and curve == _ED25519_CURVE:
                return _ed25519(point[1:])
            if kind == _ECDSA and curve in _CURVES:
                return _ecdsa(_CURVES[curve], point)
    except MalformedError:
        pass
    return ""


def _ed25519(point: bytes) -> str:
    return f"ed25519:{point.hex()}"


def _rsa(modulus: bytes) -> str:
    return f"rsa:{modulus.lstrip(bytes(1)).hex()}"


def _ecdsa(curve: str, point: bytes) -> str:
    """Of the point, its first coordinate: who has the key to it has the key to the point below it too."""
    return f"{curve}:{point[1 : 1 + len(point) // 2].hex()}"


def _number(reader: Reader) -> bytes:
    """A number as OpenPGP writes it, with its length in bits before it."""
    return reader.take((int.from_bytes(reader.take(2), "big") + 7) // 8)
