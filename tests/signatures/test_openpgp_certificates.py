"""Certificates built packet by packet, as few programs would write them: each rule is asked where it alone decides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pysequoia
import pytest
from certificates import (
    ANA,
    BORN,
    MALLORY,
    MAY_SIGN,
    NAME,
    SAID,
    SHA256,
    SIGNED,
    SUB,
    Forger,
    about_name,
    armored,
    mpi,
    subpacket,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mkdocs_ecompm.signatures import openpgp, openpgp_certificate
from mkdocs_ecompm.signatures.openpgp_certificate import certificates
from mkdocs_ecompm.signatures.openpgp_packets import Packet
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

PAYLOAD = b"tree 1\n"
DAY = 86_400
MAY_CERTIFY, MAY_ENCRYPT = b"\1", b"\4"
OTHER = b"Ana <ana@old.example>"


def binding(
    *parts: bytes, by: Forger = ANA, back: bytes | None = None, flags: bytes | None = MAY_SIGN, hash_: int = SHA256
) -> bytes:
    text = ANA.text + SUB.text
    embedded = SUB.says(0x19, text, hash_=hash_) if back is None else back
    more = [subpacket(32, embedded)] if embedded else []
    more += [] if flags is None else [subpacket(27, flags)]
    return by.says(0x18, text, *more, *parts, issuer=ANA.fingerprint, hash_=hash_)


def certificate(
    *statements: bytes,
    named: tuple[bytes, ...] | None = None,
    bound: tuple[bytes, ...] | None = None,
    other: tuple[bytes, ...] = (),
) -> bytes:
    """Ana's certificate: direct statements, those about her name and her other one, those about her subkey."""
    parts = [Packet(6, ANA.body), *(Packet(2, body) for body in statements), Packet(13, NAME)]
    parts += [Packet(2, body) for body in ((about_name(),) if named is None else named)]
    parts += [Packet(13, OTHER), *(Packet(2, body) for body in other)] if other else []
    parts += [Packet(14, SUB.body), *(Packet(2, body) for body in ((binding(),) if bound is None else bound))]
    return b"".join(part.encoded for part in parts)


def verdict(
    data: bytes, signer: Forger = SUB, *parts: bytes, at: int = SIGNED, hash_: int = SHA256, odd: bool = False
) -> str:
    body = signer.says(0, PAYLOAD, *parts, at=at, hash_=hash_, odd=odd)
    return openpgp.verify(PAYLOAD, armored(body), certificates(data)).status


@pytest.fixture
def nothing_read() -> Iterator[Callable[[], None]]:
    """Forgets the certificates that were read; at the end, too."""
    yield openpgp_certificate._certificates.cache_clear
    openpgp_certificate._certificates.cache_clear()


LIFETIME = subpacket(9, (100 * DAY).to_bytes(4, "big"))  # it ends before SIGNED
REVOKER = subpacket(12, b"\x80\x16" + bytes.fromhex(MALLORY.fingerprint), critical=True)
LONGER = subpacket(9, (200 * DAY).to_bytes(4, "big"))


def test_a_certificate_as_it_should_be() -> None:
    found = certificates(certificate())[0]
    assert found.signing_keys == (ANA.fingerprint, SUB.fingerprint)
    assert verdict(certificate()) == "good"
    assert verdict(certificate(), ANA) == "good"
    assert verdict(certificate(), MALLORY) == "unknown-key"


@pytest.mark.parametrize("later", [False, True])
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
        (binding(flags=None), "good"),  # as gpg: nothing was said of what it may do
        (binding(back=b"", flags=None), "unsupported"),
        (binding(by=MALLORY), "unknown-key"),  # nobody bound it
        (binding(subpacket(99, b"", critical=True)), "unknown-key"),
        (binding(subpacket(99, b"")), "good"),
        (binding(subpacket(2, BORN.to_bytes(4, "big"))), "unknown-key"),  # two times
        (binding(LIFETIME), "expired"),
        (binding(LONGER), "good"),
    ],
)
def test_who_may_sign(bound: bytes, expected: str, later: bool) -> None:
    """What was signed before the owner's statement is judged as what was signed after it."""
    ended = later and bound == binding(LONGER)
    found = verdict(certificate(bound=(bound,)), at=SAID + 1 if later else SIGNED)
    assert found == ("expired" if ended else expected)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ((about_name(),), "good"),
        ((), "unsupported"),
        ((about_name(by=MALLORY),), "unsupported"),
        ((about_name(kind=0x10),), "good"),
        ((about_name(kind=0x18),), "unsupported"),
        ((about_name(ANA, subpacket(27, MAY_CERTIFY)),), "unsupported"),
        ((about_name(ANA, subpacket(27, b"")),), "unsupported"),  # to say nothing of it would be something else
        ((about_name(ANA, LIFETIME),), "expired"),
        ((about_name(ANA, LIFETIME), about_name(at=SAID + 1)), "good"),  # the newest counts, wherever it stands
        ((about_name(at=SAID + 1), about_name(ANA, LIFETIME)), "good"),
        ((about_name(), about_name(ANA, LIFETIME, at=SAID + 1)), "expired"),
        ((about_name(), about_name(ANA, LIFETIME)), "expired"),  # of one second, the last in the file
        ((about_name(ANA, LIFETIME), about_name()), "good"),
        ((about_name(at=BORN), about_name(ANA, LIFETIME, REVOKER)), "expired"),  # it names somebody, and insists on it
        ((about_name(), about_name(ANA, LIFETIME, by=MALLORY, at=SAID + 1)), "good"),
        ((about_name(), about_name(kind=0x30, at=SAID + 1)), "good"),  # a name given up is no key given up
        ((about_name(ANA, LIFETIME), about_name(kind=0x30, at=SAID + 1)), "expired"),
        ((about_name(ANA, subpacket(3, DAY.to_bytes(4, "big"))),), "good"),  # a statement that was made to end
        ((about_name(ANA, subpacket(3, DAY.to_bytes(4, "big")), at=BORN),), "expired"),
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


def test_what_a_direct_statement_leaves_open_is_said_by_those_about_the_names() -> None:
    """So gpg writes whom a key names for its revocation: newer than all else, and without the end of the key."""
    silent = ANA.says(0x1F, ANA.text, subpacket(12, b"\x80\x16" + bytes.fromhex(MALLORY.fingerprint)), at=SAID + 1)
    assert verdict(certificate(silent, named=(about_name(ANA, LIFETIME),)), ANA) == "expired"
    assert verdict(certificate(silent, named=(about_name(ANA, subpacket(27, MAY_CERTIFY)),)), ANA) == "unsupported"
    lasting = ANA.says(0x1F, ANA.text, LONGER)
    assert verdict(certificate(lasting, named=(about_name(ANA, LIFETIME, at=SAID + 1),)), ANA) == "good"


@pytest.mark.parametrize(
    ("named", "other", "expected"),
    [
        ((about_name(ANA, LIFETIME),), (about_name(name=OTHER, at=SAID + 1),), "expired"),  # silence ends nothing
        ((about_name(ANA, LIFETIME),), (about_name(ANA, LONGER, name=OTHER, at=SAID + 1),), "good"),
        ((about_name(ANA, LIFETIME, at=SAID + 1),), (about_name(ANA, LONGER, name=OTHER),), "expired"),
        (
            (about_name(ANA, LIFETIME, at=SAID + 1), about_name(kind=0x30, at=SAID + 2)),
            (about_name(ANA, LONGER, name=OTHER),),
            "good",  # what was said of a name that was given up
        ),
        (
            (about_name(ANA, LIFETIME), about_name(kind=0x30, by=MALLORY, at=SAID + 2)),
            (about_name(name=OTHER),),
            "expired",  # it was not the owner who gave it up
        ),
        (
            (about_name(ANA, LIFETIME), about_name(kind=0x30), about_name(ANA, LIFETIME, at=SAID + 1)),
            (about_name(name=OTHER),),
            "expired",  # and taken up again
        ),
    ],
)
def test_two_names(named: tuple[bytes, ...], other: tuple[bytes, ...], expected: str) -> None:
    assert verdict(certificate(named=named, other=other), ANA) == expected


@pytest.mark.parametrize("order", [(False, True), (True, False)])
def test_a_verdict_does_not_depend_on_what_was_verified_before(
    order: tuple[bool, bool], nothing_read: Callable[[], None]
) -> None:
    """A wrong hint of the digest, and rounded sizes of numbers, are common, and gpg does not mind them."""
    nothing_read()
    data = certificate(named=(about_name(odd=True),))
    for odd in order:
        assert verdict(data, ANA, at=SAID + 1, odd=odd) == verdict(data, at=SAID + 1, odd=odd) == "good"


def test_the_owner_may_have_spoken_with_sha1() -> None:
    """gpg wrote it so for many years. It would take a second preimage to put other words under such a statement."""
    data = certificate(named=(about_name(hash_=2),), bound=(binding(hash_=2),))
    assert verdict(data, ANA) == verdict(data) == verdict(data, at=SAID + 1) == "good"


def test_the_library_is_the_second_reader(nothing_read: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """It can take a certificate away, and never makes one better."""

    class Cert:
        """What the library found."""

        def __init__(self, fingerprint: str = ANA.fingerprint.lower(), *, is_revoked: bool = False) -> None:
            self.fingerprint, self.is_revoked = fingerprint, is_revoked

    def refuse(_: bytes) -> Cert:
        raise RuntimeError("no certificate")

    for read, expected in (
        (lambda _: Cert(), "good"),
        (lambda _: Cert(is_revoked=True), "revoked"),
        (lambda _: Cert("0" * 40), "unsupported"),
        (refuse, "unsupported"),
    ):
        nothing_read()
        monkeypatch.setattr(pysequoia, "Cert", type("Reader", (), {"from_bytes": staticmethod(read)}))
        assert verdict(certificate()) == expected
        assert verdict(certificate(named=(about_name(ANA, LIFETIME),))) == "expired"


def test_large_keys() -> None:
    """Larger ones than the library takes; gpg verifies with them."""
    key = rsa.generate_private_key(65537, 4224)
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    body = b"\4" + BORN.to_bytes(4, "big") + b"\1" + mpi(numbers.n.to_bytes(size, "big")) + mpi(b"\1\0\1")

    def says(kind: int, text: bytes) -> bytes:
        name = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).digest()  # noqa: S324  # the format says so
        area = subpacket(2, SIGNED.to_bytes(4, "big")) + subpacket(33, b"\4" + name)
        hashed = bytes((4, kind, 1, SHA256)) + len(area).to_bytes(2, "big") + area
        signed = text + hashed + b"\4\xff" + len(hashed).to_bytes(4, "big")
        value = key.sign(signed, PKCS1v15(), hashes.SHA256())
        return hashed + b"\0\0" + hashlib.sha256(signed).digest()[:2] + mpi(value)

    about = b"\x99" + len(body).to_bytes(2, "big") + body + b"\xb4" + len(NAME).to_bytes(4, "big") + NAME
    parts = [Packet(6, body), Packet(13, NAME), Packet(2, says(0x13, about))]
    known = certificates(b"".join(part.encoded for part in parts))
    assert openpgp.verify(PAYLOAD, armored(says(0, PAYLOAD)), known).status == "good"
    assert openpgp.verify(PAYLOAD + b"!", armored(says(0, PAYLOAD)), known).status == "bad"


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


def test_nobody_revokes_the_key_of_another() -> None:
    """Mallory's certificate has Ana's key as a subkey, which never agreed, and takes it back."""
    text = MALLORY.text + ANA.text
    claim = [MALLORY.says(0x18, text, subpacket(27, MAY_SIGN)), MALLORY.says(0x28, text)]
    parts = [Packet(6, MALLORY.body), Packet(13, NAME), Packet(2, about_name(MALLORY, by=MALLORY))]
    parts += [Packet(14, ANA.body), *(Packet(2, body) for body in claim)]
    mallory = b"".join(part.encoded for part in parts)
    for data in (certificate() + mallory, mallory + certificate()):
        assert verdict(data, ANA) == "good"
    assert verdict(mallory, ANA) == "unsupported"
    gone = Packet(6, MALLORY.body).encoded + Packet(2, MALLORY.says(0x20, MALLORY.text)).encoded
    rest = b"".join(part.encoded for part in parts[1:])
    assert verdict(certificate() + gone + rest, ANA) == "good"


def test_the_signature_itself() -> None:
    assert verdict(certificate(), at=BORN - 1) == "not-yet-valid"
    assert verdict(certificate(), at=BORN) == "good"
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),)), at=BORN + 100 * DAY - 1) == "good"
    assert verdict(certificate(named=(about_name(ANA, LIFETIME),)), at=BORN + 100 * DAY) == "expired"
    assert verdict(certificate(), SUB, hash_=2) == "unsupported"
    assert verdict(certificate(), SUB, subpacket(3, (1000 * DAY).to_bytes(4, "big"))) == "expired"
    assert verdict(certificate(), SUB, subpacket(3, bytes(4))) == "good"  # never
    assert verdict(certificate(), SUB, subpacket(2, BORN.to_bytes(4, "big"))) == "bad"
    for unknown in (20, 23, 28):  # gpg calls these bad
        assert verdict(certificate(), SUB, subpacket(unknown, b"x", critical=True)) == "unsupported"
    for kind in (0x02, 0x10, 0x18, 0x40):
        body = SUB.says(kind, PAYLOAD, at=SIGNED)
        assert openpgp.verify(PAYLOAD, armored(body), certificates(certificate())).status == "bad"


def test_a_statement_about_a_key_is_no_signature_over_a_commit() -> None:
    """What was said about a key cannot be passed off as an agreement, nor the other way round."""
    assert openpgp.verify(ANA.text, armored(ANA.says(0x1F, ANA.text)), certificates(certificate())).status == "bad"
    assert verdict(certificate(ANA.says(0, ANA.text), named=()), ANA) == "unsupported"


def test_a_key_as_large_as_its_length_can_tell() -> None:
    for body in (ANA.body, SUB.body):
        large = body + b"\1" * (65_536 - len(body))
        parts = [Packet(6, large), Packet(13, NAME)] if body is ANA.body else [Packet(6, ANA.body), Packet(14, large)]
        with pytest.raises(MalformedError, match="larger than 65535 bytes"):
            certificates(b"".join(part.encoded for part in parts))


def test_a_certificate_that_takes_long() -> None:
    """Its owner made each verification slow, and said much."""
    modulus = (1 << 3071) + 1
    number = (3072).to_bytes(2, "big") + modulus.to_bytes(384, "big")
    body = b"\4" + BORN.to_bytes(4, "big") + b"\1" + number + number
    slow = certificates(Packet(6, body).encoded + Packet(13, NAME).encoded)[0]
    assert (slow.first, slow.problem) == (None, "an RSA key with an exponent of 3072 bits is not accepted")
    wrong = tuple(about_name(by=MALLORY, at=SAID + number) for number in range(6))
    assert certificates(certificate(named=(*wrong[:4], about_name())))[0].first is not None
    assert certificates(certificate(named=(*wrong, about_name())))[0].first is None  # the right one is not looked for
    many = tuple(about_name(at=SAID + number) for number in range(500))
    with pytest.raises(MalformedError, match="more than 500 parts"):
        certificates(certificate(named=many))


def test_a_packed_point() -> None:
    """In two forms, one key could be that of two people."""
    private = ec.derive_private_key(7, ec.SECP256R1())
    packed, whole = PublicFormat.CompressedPoint, PublicFormat.UncompressedPoint
    for form, problem in ((packed, "the point of its key is packed"), (whole, "nothing that")):
        point = private.public_key().public_bytes(Encoding.X962, form)
        body = b"\4" + BORN.to_bytes(4, "big") + b"\x13\x08" + bytes.fromhex("2a8648ce3d030107") + mpi(point)
        found = certificates(Packet(6, body).encoded + Packet(13, NAME).encoded)[0]
        assert found.problem.startswith(problem)


def test_versions_that_are_not_read() -> None:
    body = SUB.says(0, PAYLOAD)
    for version in (2, 3, 5, 6, 255):
        found = openpgp.verify(PAYLOAD, armored(bytes((version,)) + body[1:]), certificates(certificate()))
        assert (found.status, found.key) == ("unsupported", None)
    with pytest.raises(UnsupportedError, match="version 6"):
        certificates(Packet(6, b"\6" + ANA.body[1:]).encoded)


def test_a_key_of_another_version_beside_one_that_is_read() -> None:
    newer = Packet(6, b"\6" + ANA.body[1:]).encoded + Packet(13, NAME).encoded
    for data in (newer + certificate(), certificate() + newer):
        assert [one.fingerprint for one in certificates(data)] == [ANA.fingerprint]
        assert verdict(data) == "good"
