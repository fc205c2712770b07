"""OpenPGP certificates and signatures built packet by packet, as no program would write them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mkdocs_ecompm.signatures.openpgp_packets import Packet

BORN, SIGNED, SAID = 1_700_000_000, 1_710_000_000, 1_720_000_000
EDDSA, SHA256 = 22, 8
MAY_SIGN = b"\2"


def subpacket(kind: int, value: bytes, *, critical: bool = False) -> bytes:
    """One fact in a signature."""
    size = len(value) + 1
    length = bytes((size,)) if size < 192 else b"\xff" + size.to_bytes(4, "big")
    return length + bytes((kind | critical << 7,)) + value


def mpi(value: bytes, *, rounded: bool = False) -> bytes:
    """A number; `rounded` has it claim the bits of whole bytes, as some programs write it."""
    number = int.from_bytes(value, "big")
    size = (number.bit_length() + 7) // 8
    return (size * 8 if rounded else number.bit_length()).to_bytes(2, "big") + number.to_bytes(size, "big")


@dataclass(frozen=True)
class Forger:
    """An Ed25519 key that signs whatever it is asked to."""

    name: str
    born: int = BORN
    private: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        seed = hashlib.sha256(self.name.encode()).digest()
        object.__setattr__(self, "private", Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def body(self) -> bytes:
        """The content of its packet."""
        point = mpi(b"\x40" + self.private.public_key().public_bytes_raw())
        return b"\4" + self.born.to_bytes(4, "big") + bytes((EDDSA, 9)) + bytes.fromhex("2b06010401da470f01") + point

    @property
    def text(self) -> bytes:
        """What statements about it sign."""
        return b"\x99" + len(self.body).to_bytes(2, "big") + self.body

    @property
    def fingerprint(self) -> str:
        """As gpg prints it."""
        return hashlib.sha1(self.text).hexdigest().upper()  # noqa: S324  # the format says so

    def says(
        self,
        kind: int,
        text: bytes,
        *parts: bytes,
        at: int = SAID,
        issuer: str = "",
        hash_: int = SHA256,
        odd: bool = False,
    ) -> bytes:
        """The body of a signature over `text`; an `odd` one has a wrong hint of its digest, and rounded numbers."""
        name = bytes.fromhex(issuer or self.fingerprint)
        area = subpacket(2, at.to_bytes(4, "big")) + subpacket(33, b"\4" + name) + b"".join(parts)
        hashed = bytes((4, kind, EDDSA, hash_)) + len(area).to_bytes(2, "big") + area
        make = {2: hashlib.sha1, SHA256: hashlib.sha256}[hash_]
        digest = make(text + hashed + b"\4\xff" + len(hashed).to_bytes(4, "big")).digest()
        value = self.private.sign(digest)
        hint = bytes(byte ^ 0xFF for byte in digest[:2]) if odd else digest[:2]
        return hashed + b"\0\0" + hint + mpi(value[:32], rounded=odd) + mpi(value[32:], rounded=odd)


ANA, SUB, MALLORY = Forger("ana"), Forger("sub"), Forger("mallory")
NAME = b"Ana <ana@shop.example>"


def about_name(
    key: Forger = ANA,
    *parts: bytes,
    by: Forger = ANA,
    at: int = SAID,
    kind: int = 0x13,
    name: bytes = NAME,
    hash_: int = SHA256,
    odd: bool = False,
) -> bytes:
    """What somebody says of a name of a key, by himself or by another."""
    text = key.text + b"\xb4" + len(name).to_bytes(4, "big") + name
    return by.says(kind, text, *parts, at=at, issuer=key.fingerprint, hash_=hash_, odd=odd)


def armored(body: bytes) -> bytes:
    """A signature in its block."""
    text = base64.encodebytes(Packet(2, body).encoded)
    return b"-----BEGIN PGP SIGNATURE-----\n\n" + text + b"-----END PGP SIGNATURE-----\n"
