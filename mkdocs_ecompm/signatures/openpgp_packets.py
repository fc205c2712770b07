"""OpenPGP's armor and packets (RFC 9580), read strictly: signatures of version 4 and what certificates are made of."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.signatures.ssh_key import UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

SIGNATURE: Final = 2
SECRET_KEYS: Final = frozenset({5, 7})
PRIMARY_KEY: Final = 6
USER_ID: Final = 13
SUBKEY: Final = 14
USER_ATTRIBUTE: Final = 17
HASHES: Final = {
    1: "MD5",
    2: "SHA1",
    3: "RIPEMD160",
    8: "SHA256",
    9: "SHA384",
    10: "SHA512",
    11: "SHA224",
    12: "SHA3-256",
    14: "SHA3-512",
}

_ARMOR: Final = re.compile(
    rb"^-----BEGIN (PGP [A-Z ]+)-----[ \t]*\r?\n"
    rb"((?:[A-Za-z][A-Za-z0-9-]*: [^\r\n]*\r?\n)*)[ \t]*\r?\n"
    rb"([A-Za-z0-9+/=\s]*)"
    rb"-----END \1-----[ \t]*\r?(?:\n|\Z)",
    re.MULTILINE,
)
_CREATED, _EXPIRES, _KEY_EXPIRES, _ISSUER, _FLAGS, _EMBEDDED, _ISSUER_PRINT = 2, 3, 9, 16, 27, 32, 33
_ONCE: Final = frozenset({_CREATED, _EXPIRES, _KEY_EXPIRES, _FLAGS})
_UNDERSTOOD: Final = frozenset(
    {*_ONCE, _ISSUER, _EMBEDDED, _ISSUER_PRINT, 4, 5, 6, 7, 11, 12, 21, 22, 24, 25, 26, 29, 30}  # as gpg
)
_CHECKSUM: Final = 5
_CRC_START, _CRC_POLYNOMIAL = 0xB704CE, 0x1864CFB


class Packet(Struct, frozen=True):
    """One packet: what it is, and its content."""

    tag: int
    body: bytes

    @property
    def encoded(self) -> bytes:
        """The packet with a header in front."""
        return bytes((0xC0 | self.tag, 0xFF)) + len(self.body).to_bytes(4, "big") + self.body


class SignaturePacket(Struct, frozen=True):
    """A signature of version 4, from the `body` of its packet.

    `hashed` is the part of it that is signed too, `values` what the arithmetic gave. `issuer` is the fingerprint of
    the key that is said to have made it, or only its last 8 bytes, or empty. Periods are seconds; `flags` say what a
    bound key may do, None if nothing was said: to say that it may do nothing is something else.
    """

    body: bytes
    type: int
    algorithm: int
    hash: int
    hashed: bytes
    values: bytes
    issuer: bytes
    created: datetime
    lifetime: int = 0
    key_lifetime: int = 0
    flags: int | None = None
    embedded: bytes | None = None
    critical: bool = False
    """Whether it insists on something that is not understood here."""

    @property
    def hash_name(self) -> str:
        """The name of the hash."""
        return HASHES.get(self.hash, f"of number {self.hash}")


def unarmor(text: bytes, kind: bytes, checksum_of: Callable[[bytes], bytes] | None = None) -> list[bytes]:
    """The contents of the armored blocks of this kind in a text; text around the blocks is ignored.

    A wrong checksum is refused, as by gpg. `checksum_of` gives it in base64, faster than the 50 microseconds of here.

    Raises:
        MalformedError: a block is damaged, or is of another kind.
    """
    found = []
    for match in _ARMOR.finditer(text):
        if match[1] != kind:
            raise MalformedError(f"it is a {match[1].decode()}")
        lines = match[3].split()
        checksum = lines.pop() if lines and len(lines[-1]) == _CHECKSUM and lines[-1][:1] == b"=" else b""
        try:
            data = binascii.a2b_base64(b"".join(lines), strict_mode=True)
            right = not checksum or checksum[1:] == (checksum_of or _crc24)(data)
        except binascii.Error:
            raise MalformedError("its block is not base64") from None
        if not right:
            raise MalformedError("the checksum of its block is wrong")
        found.append(data)
    if len(found) != text.count(b"-----BEGIN PGP ") or not found:
        raise MalformedError("its block is damaged")
    return found


def packets(data: bytes) -> Iterator[Packet]:
    """The packets that the bytes are made of.

    Raises:
        MalformedError: the bytes are not made of whole packets of known length.
    """
    position = 0
    while position < len(data):
        tag = data[position]
        if not tag & 0x80:
            raise MalformedError("it is not made of packets")
        start, length = _new_length(data, position + 1) if tag & 0x40 else _old_length(data, position)
        if start + length > len(data):
            raise MalformedError("a packet is cut off")
        yield Packet(tag & 0x3F if tag & 0x40 else tag >> 2 & 0x0F, data[start : start + length])
        position = start + length


def read_signature(body: bytes) -> SignaturePacket:
    """Read the content of a signature packet.

    Raises:
        MalformedError: it is damaged, or says one thing twice.
        UnsupportedError: it is of another version.
    """
    version = body[0] if body else -1
    if version != 4:
        raise UnsupportedError(f"OpenPGP signatures of version {version} are not verified")
    if len(body) < 10:
        raise MalformedError("it is cut off")
    end = 6 + int.from_bytes(body[4:6], "big")
    behind = end + 2 + int.from_bytes(body[end : end + 2], "big")
    if behind + 2 > len(body):
        raise MalformedError("it is cut off")
    signed = list(_subpackets(body[6:end]))
    loose = list(_subpackets(body[end + 2 : behind]))
    facts: dict[int, bytes] = {}
    for kind, _, value in signed:
        if kind in facts and kind in _ONCE:
            raise MalformedError("it says one thing twice")
        facts.setdefault(kind, value)
    if len(facts.get(_CREATED, b"")) != 4:
        raise MalformedError("it does not say when it was made")
    hints = {kind: value for kind, _, value in reversed(loose)} | facts
    flags = facts.get(_FLAGS)
    return SignaturePacket(
        body=body,
        type=body[1],
        algorithm=body[2],
        hash=body[3],
        hashed=body[:end],
        values=body[behind + 2 :],
        issuer=_issuer(hints),
        created=datetime.fromtimestamp(int.from_bytes(facts[_CREATED], "big"), UTC),
        lifetime=int.from_bytes(facts.get(_EXPIRES, b"")[:4], "big"),
        key_lifetime=int.from_bytes(facts.get(_KEY_EXPIRES, b"")[:4], "big"),
        flags=None if flags is None else int.from_bytes(flags[:1], "big"),
        embedded=hints.get(_EMBEDDED),
        critical=any(critical and kind not in _UNDERSTOOD for kind, critical, _ in signed),
    )


def _issuer(hints: dict[int, bytes]) -> bytes:
    full = hints.get(_ISSUER_PRINT, b"")
    return full[1:] if full[:1] == b"\4" and len(full) == 21 else hints.get(_ISSUER, b"")[:8]


def _subpackets(area: bytes) -> Iterator[tuple[int, bool, bytes]]:
    """Number, whether it must be understood, and content of each subpacket."""
    position = 0
    while position < len(area):
        start, length = _length(area, position, two_from=192, two_below=255)
        if not length or start + length > len(area):
            raise MalformedError("a part of it is cut off")
        yield area[start] & 0x7F, bool(area[start] & 0x80), area[start + 1 : start + length]
        position = start + length


def _new_length(data: bytes, position: int) -> tuple[int, int]:
    return _length(data, position, two_from=192, two_below=224)


def _length(data: bytes, position: int, *, two_from: int, two_below: int) -> tuple[int, int]:
    """Where a content begins and how long it is, from a length of one, two or five bytes."""
    first = data[position] if position < len(data) else -1
    if 0 <= first < two_from:
        return position + 1, first
    if two_from <= first < two_below and position + 1 < len(data):
        return position + 2, (first - 192 << 8) + data[position + 1] + 192
    if first == 255 and position + 5 <= len(data):
        return position + 5, int.from_bytes(data[position + 1 : position + 5], "big")
    raise MalformedError("a length in it is missing or not known beforehand")


def _old_length(data: bytes, position: int) -> tuple[int, int]:
    size = (1, 2, 4, 0)[data[position] & 3]
    start = position + 1 + size
    if not size or start > len(data):
        raise MalformedError("a length in it is missing or not known beforehand")
    return start, int.from_bytes(data[position + 1 : start], "big")


def _crc24(data: bytes) -> bytes:
    """The checksum of the armor, three bytes at a time: it is most of the work of reading a signature."""
    high, middle, low = _CRC_TABLES
    crc = _CRC_START
    whole = len(data) - len(data) % 3
    for place in range(0, whole, 3):
        crc ^= int.from_bytes(data[place : place + 3], "big")
        crc = high[crc >> 16] ^ middle[crc >> 8 & 0xFF] ^ low[crc & 0xFF]
    for byte in data[whole:]:
        crc = (crc << 8 & 0xFFFFFF) ^ low[(crc >> 16) ^ byte]
    return binascii.b2a_base64(crc.to_bytes(3, "big"), newline=False)


def _crc_entry(value: int) -> int:
    crc = value << 16
    for _ in range(8):
        crc <<= 1
        if crc & 0x1000000:
            crc ^= _CRC_POLYNOMIAL
    return crc


def _crc_tables() -> tuple[list[int], list[int], list[int]]:
    """What a byte adds to the checksum when two, one or no bytes of the three follow it."""
    low = [_crc_entry(value) for value in range(256)]
    middle = [(crc << 8 & 0xFFFFFF) ^ low[crc >> 16] for crc in low]
    high = [(crc << 8 & 0xFFFFFF) ^ low[crc >> 16] for crc in middle]
    return high, middle, low


_CRC_TABLES: Final = _crc_tables()
