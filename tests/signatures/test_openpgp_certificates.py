"""Certificates built packet by packet, with what no program would write: each rule is asked where it alone decides.

All signatures are older than the certificates' statements, so that the library, which has the same rules, is not asked.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mkdocs_ecompm.signatures import openpgp
from mkdocs_ecompm.signatures.openpgp_certificate import certificates
from mkdocs_ecompm.signatures.openpgp_packets import Packet
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError

PAYLOAD = b"tree 1\n"
BORN, SIGNED, SAID = 1_700_000_000, 1_710_000_000, 1_720_000_000
DAY = 86_400
EDDSA, SHA256 = 22, 8
MAY_SIGN, MAY_CERTIFY, MAY_ENCRYPT = b"\2", b"\1", b"\4"


def subpacket(kind: int, value: bytes, *, critical: bool = False) -> bytes:
    size = len(value) + 1
    length = bytes((size,)) if size < 192 else b"\xff" + size.to_bytes(4, "big")
    return length + bytes((kind | critical << 7,)) + value


def mpi(value: bytes) -> bytes:
    number = int.from_bytes(value, "big")
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")


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
        return hashlib.sha1(self.text).hexdigest().upper()  # noqa: S324  # the format says so

    def says(
        self, kind: int, text: bytes, *parts: bytes, at: int = SAID, issuer: str = "", hash_: int = SHA256
    ) -> bytes:
        """The body of a signature over `text`."""
        name = bytes.fromhex(issuer or self.fingerprint)
        area = subpacket(2, at.to_bytes(4, "big")) + subpacket(33, b"\4" + name) + b"".join(parts)
        hashed = bytes((4, kind, EDDSA, hash_)) + len(area).to_bytes(2, "big") + area
        make = {2: hashlib.sha1, SHA256: hashlib.sha256}[hash_]
        digest = make(text + hashed + b"\4\xff" + len(hashed).to_bytes(4, "big")).digest()
        value = self.private.sign(digest)
        return hashed + b"\0\0" + digest[:2] + mpi(value[:32]) + mpi(value[32:])


ANA, SUB, MALLORY = Forger("ana"), Forger("sub"), Forger("mallory")
NAME = b"Ana <ana@shop.example>"


def about_name(key: Forger = ANA, *parts: bytes, by: Forger = ANA, at: int = SAID, kind: int = 0x13) -> bytes:
    text = key.text + b"\xb4" + len(NAME).to_bytes(4, "big") + NAME
    return by.says(kind, text, *parts, at=at, issuer=key.fingerprint)


def binding(*parts: bytes, by: Forger = ANA, back: bytes | None = None, flags: bytes = MAY_SIGN) -> bytes:
    text = ANA.text + SUB.text
    embedded = SUB.says(0x19, text) if back is None else back
    more = [subpacket(32, embedded)] if embedded else []
    return by.says(0x18, text, subpacket(27, flags), *more, *parts, issuer=ANA.fingerprint)


def certificate(
    *statements: bytes, named: tuple[bytes, ...] | None = None, bound: tuple[bytes, ...] | None = None
) -> bytes:
    """Ana's certificate: direct statements, those about her name, those about her subkey."""
    parts = [Packet(6, ANA.body), *(Packet(2, body) for body in statements), Packet(13, NAME)]
    parts += [Packet(2, body) for body in ((about_name(),) if named is None else named)]
    parts += [Packet(14, SUB.body), *(Packet(2, body) for body in ((binding(),) if bound is None else bound))]
    return b"".join(part.encoded for part in parts)


def verdict(data: bytes, signer: Forger = SUB, *parts: bytes, at: int = SIGNED, hash_: int = SHA256) -> str:
    body = signer.says(0, PAYLOAD, *parts, at=at, hash_=hash_)
    return openpgp.verify(PAYLOAD, armored(body), certificates(data)).status


def armored(body: bytes) -> bytes:
    text = base64.encodebytes(Packet(2, body).encoded)
    return b"-----BEGIN PGP SIGNATURE-----\n\n" + text + b"-----END PGP SIGNATURE-----\n"


LIFETIME = subpacket(9, (100 * DAY).to_bytes(4, "big"))  # it ends before SIGNED
LONGER = subpacket(9, (200 * DAY).to_bytes(4, "big"))


def test_a_certificate_as_it_should_be() -> None:
    found = certificates(certificate())[0]
    assert found.signing_keys == (ANA.fingerprint, SUB.fingerprint)
    assert verdict(certificate()) == "good"
    assert verdict(certificate(), ANA) == "good"
    assert verdict(certificate(), MALLORY) == "unknown-key"


@pytest.mark.parametrize("by_library", [False, True])
@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (binding(), "good"),
        (binding(back=b""), "unsupported"),  # the subkey never agreed
        (binding(back=MALLORY.says(0x19, ANA.text + SUB.text)), "unsupported"),
        (binding(back=SUB.says(0x18, ANA.text + SUB.text)), "unsupported"),
        (binding(back=SUB.says(0x19, MALLORY.text + SUB.text)), "unsupported"),
        (binding(flags=MAY_CERTIFY), "unsupported"),
        (binding(flags=MAY_ENCRYPT), "unsupported"),
        (binding(flags=b""), "unsupported"),
        (binding(by=MALLORY), "unknown-key"),  # nobody bound it
        (binding(subpacket(99, b"", critical=True)), "unknown-key"),
        (binding(subpacket(99, b"")), "good"),
        (binding(subpacket(2, BORN.to_bytes(4, "big"))), "unknown-key"),  # two times
        (binding(LIFETIME), "expired"),
        (binding(LONGER), "good"),
    ],
)
def test_who_may_sign(bound: bytes, expected: str, by_library: bool) -> None:
    """Our rules and those of the library, which is asked about what was signed later, agree."""
    at = SAID + 1 if by_library else SIGNED
    later = {"expired": "expired", "good": "expired" if bound == binding(LONGER) else "good"}
    assert verdict(certificate(bound=(bound,)), at=at) == (later.get(expected, expected) if by_library else expected)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ((about_name(),), "good"),
        ((), "unsupported"),
        ((about_name(by=MALLORY),), "unsupported"),
        ((about_name(kind=0x10),), "good"),
        ((about_name(kind=0x18),), "unsupported"),
        ((about_name(ANA, subpacket(27, MAY_CERTIFY)),), "unsupported"),
        ((about_name(ANA, LIFETIME),), "expired"),
        ((about_name(ANA, LIFETIME), about_name(at=SAID + 1)), "good"),  # the newest counts, wherever it stands
        ((about_name(at=SAID + 1), about_name(ANA, LIFETIME)), "good"),
        ((about_name(), about_name(ANA, LIFETIME, at=SAID + 1)), "expired"),
        ((about_name(), about_name(ANA, LIFETIME, by=MALLORY, at=SAID + 1)), "good"),
        ((about_name(), about_name(kind=0x30, at=SAID + 1)), "good"),  # a name given up is no key given up
    ],
)
def test_what_the_primary_key_may(named: tuple[bytes, ...], expected: str) -> None:
    assert verdict(certificate(named=named), ANA) == expected


def test_a_subkey_ends_with_its_primary_key() -> None:
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),))) == "expired"
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),), bound=(binding(LONGER),))) == "expired"
    assert verdict(certificate(named=(about_name(ANA, LONGER),), bound=(binding(LIFETIME),))) == "expired"
    assert verdict(certificate(named=(about_name(ANA, LONGER),), bound=(binding(LONGER),))) == "good"


def test_a_direct_statement_is_enough() -> None:
    direct = ANA.says(0x1F, ANA.text, LIFETIME, at=SAID + 1)
    assert verdict(certificate(direct), ANA) == "expired"
    assert verdict(certificate(ANA.says(0x1F, ANA.text), named=()), ANA) == "good"


@pytest.mark.parametrize("signer", [ANA, SUB])
def test_a_revocation_counts_if_the_owner_made_it(signer: Forger) -> None:
    assert verdict(certificate(ANA.says(0x20, ANA.text)), signer) == "revoked"
    assert verdict(certificate(ANA.says(0x20, ANA.text, at=SIGNED - DAY)), signer) == "revoked"
    assert verdict(certificate(MALLORY.says(0x20, ANA.text, issuer=ANA.fingerprint)), signer) == "good"
    assert verdict(certificate(ANA.says(0x20, MALLORY.text)), signer) == "good"


def test_a_revoked_subkey() -> None:
    text = ANA.text + SUB.text
    gone = certificate(bound=(binding(), ANA.says(0x28, text)))
    assert (verdict(gone), verdict(gone, ANA)) == ("revoked", "good")
    assert verdict(certificate(bound=(binding(), MALLORY.says(0x28, text, issuer=ANA.fingerprint)))) == "good"
    assert verdict(certificate(bound=(binding(), SUB.says(0x28, text)))) == "good"


def test_the_signature_itself() -> None:
    assert verdict(certificate(), at=BORN - 1) == "not-yet-valid"
    assert verdict(certificate(), at=BORN) == "good"
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),)), at=BORN + 100 * DAY - 1) == "good"
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),)), at=BORN + 100 * DAY) == "expired"
    assert verdict(certificate(), SUB, hash_=2) == "unsupported"
    assert verdict(certificate(), SUB, subpacket(3, (1000 * DAY).to_bytes(4, "big"))) == "expired"
    assert verdict(certificate(), SUB, subpacket(3, bytes(4))) == "good"  # never
    assert verdict(certificate(), SUB, subpacket(2, BORN.to_bytes(4, "big"))) == "bad"
    assert verdict(certificate(), SUB, subpacket(20, b"x", critical=True)) == "unsupported"
    for kind in (0x02, 0x10, 0x18, 0x40):
        body = SUB.says(kind, PAYLOAD, at=SIGNED)
        assert openpgp.verify(PAYLOAD, armored(body), certificates(certificate())).status == "bad"


def test_a_statement_about_a_key_is_no_signature_over_a_commit() -> None:
    """What was said about a key cannot be passed off as an agreement, nor the other way round."""
    assert openpgp.verify(ANA.text, armored(ANA.says(0x1F, ANA.text)), certificates(certificate())).status == "bad"
    assert verdict(certificate(ANA.says(0, ANA.text), named=()), ANA) == "unsupported"


def test_versions_that_are_not_read() -> None:
    body = SUB.says(0, PAYLOAD)
    for version in (2, 3, 5, 6, 255):
        found = openpgp.verify(PAYLOAD, armored(bytes((version,)) + body[1:]), certificates(certificate()))
        assert (found.status, found.key) == ("unsupported", None)
    with pytest.raises(UnsupportedError, match="version 6"):
        certificates(Packet(6, b"\6" + ANA.body[1:]).encoded)
