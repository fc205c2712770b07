"""Ed25519 where implementations differ: points of small order, numbers off their range. OpenSSL's verdict is ours."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from repositories import armor, wire

from mkdocs_ecompm.signatures import ed25519

# The curve, straight from RFC 8032, section 5.1.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
NOTHING = (0, 1)
PAYLOAD = b"tree 1\n\nWe agree.\n"
MESSAGE = b"SSHSIG" + wire(b"git", b"", b"sha512", hashlib.sha512(PAYLOAD).digest())
"""What ssh-keygen verifies when it is given PAYLOAD."""
Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def times(number: int, point: Point) -> Point:
    found = NOTHING
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(y: int) -> Point | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    return (x if x % 2 == 0 else P - x, y) if (x * x - square) % P == 0 else None


def encoded(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = point_of(4 * pow(5, -1, P) % P) or NOTHING
EIGHTH = next(small for y in range(2, 99) if (at := point_of(y)) and times(4, small := times(ORDER, at)) != NOTHING)
SMALL = [times(number, EIGHTH) for number in range(8)]
SECRET = int.from_bytes(hashlib.sha256(b"somebody").digest(), "little") % ORDER
KEY = times(SECRET, BASE)
SIGN = 1 << 255
OFF = tuple(number.to_bytes(32, "little") for number in (P, P + 1, P | SIGN, P + 1 | SIGN, 1 | SIGN, P - 1 | SIGN))
"""Points of small order, written as no strict reader takes them."""


def signed(key: Point, nonce: Point, number: int = 5) -> bytes:
    """The signature that the equation asks for, had its points no part of small order."""
    hashed = hashlib.sha512(encoded(nonce) + encoded(key) + MESSAGE).digest()
    answer = (number + int.from_bytes(hashed, "little") * SECRET) % ORDER
    return encoded(nonce) + answer.to_bytes(32, "little")


def cases() -> Iterator[tuple[str, bytes, bytes]]:
    """A name, a key and a signature of MESSAGE."""
    nonce = times(5, BASE)
    good = signed(KEY, nonce)
    yield "good", encoded(KEY), good
    yield (
        "number too large",
        encoded(KEY),
        good[:32] + (int.from_bytes(good[32:], "little") + ORDER).to_bytes(32, "little"),
    )
    for number, small in enumerate(SMALL):
        yield f"nonce {number}", encoded(KEY), signed(KEY, add(nonce, small))
        yield f"key {number}", encoded(add(KEY, small)), signed(add(KEY, small), nonce)
        for other in SMALL:
            both = add(KEY, small)
            yield f"both {number}", encoded(both), signed(both, add(nonce, other))
            yield f"nothing but small {number}", encoded(small), encoded(other) + bytes(32)
            yield f"small key {number}", encoded(small), encoded(add(BASE, other)) + (1).to_bytes(32, "little")
    for number, off in enumerate(OFF):
        yield f"nonce off {number}", encoded(KEY), off + bytes(32)
        for small in SMALL:
            yield f"key off {number}", off, encoded(small) + bytes(32)
            yield f"small key, nonce off {number}", encoded(small), off + bytes(32)
    yield "too short", encoded(KEY), good[:63]
    yield "too long", encoded(KEY), good + b"\0"


def openssl_takes(key: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, MESSAGE)
    except InvalidSignature:
        return False
    return True


def test_the_verdict_is_that_of_openssl() -> None:
    found = [
        (name, openssl_takes(key, signature), ed25519.checker(key)(signature, MESSAGE))
        for name, key, signature in cases()
    ]
    assert [one for one in found if one[1] != one[2]] == []
    assert {taken for _, taken, _ in found} == {True, False}


def test_libsodium_takes_nothing_that_openssl_refuses() -> None:
    taken = [(key, signature) for _, key, signature in cases() if ed25519._sodium_takes(key, signature, MESSAGE)]
    assert taken
    assert all(openssl_takes(*one) for one in taken)


def test_a_lenient_libsodium_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    key, signature, message = ed25519._LENIENT
    assert ed25519._sodium_is_strict()
    public, nonce = (point_of(int.from_bytes(part, "little") % SIGN) for part in (key, signature[:32]))
    assert public
    assert nonce
    assert times(ORDER, public) == NOTHING  # it is the nonce alone that has a part of small order
    assert times(ORDER, nonce) != NOTHING
    monkeypatch.setattr(ed25519, "crypto_sign_open", lambda *_: b"")
    ed25519._sodium_is_strict.cache_clear()
    assert not ed25519.checker(key)(signature, message)
    ed25519._sodium_is_strict.cache_clear()


def test_ssh_keygen_says_the_same_but_for_a_number_off_its_range(tmp_path: Path) -> None:
    file = tmp_path / "signature"
    command = ["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s", str(file)]
    asked = {name: (key, signature) for name, key, signature in cases()}  # the last of each name: 47 runs
    found = {}
    for name, (key, signature) in asked.items():
        fields = (wire(b"ssh-ed25519", key), b"git", b"", b"sha512", wire(b"ssh-ed25519", signature))
        file.write_bytes(armor(b"SSHSIG" + (1).to_bytes(4, "big") + wire(*fields)))
        done = subprocess.run(command, input=PAYLOAD, capture_output=True, check=False)
        found[name] = done.returncode == 0, ed25519.checker(key)(signature, MESSAGE)
    assert found["good"] == (True, True)
    # RFC 8032 refuses it (section 5.1.7): anybody can make it from a good signature
    assert {name: one for name, one in found.items() if one[0] != one[1]} == {"number too large": (True, False)}
