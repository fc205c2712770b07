"""SSH certificates (OpenSSH's PROTOCOL.certkeys): a key that an authority vouches for, for some names, for a time."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from mkdocs_ecompm.signatures import ssh_key
from mkdocs_ecompm.signatures.wire import MalformedError, Reader, string

_SUFFIX: Final = b"-cert-v01@openssh.com"
_FOR_USERS: Final = 1
_PLAIN: Final = {
    b"sk-ssh-ed25519-cert-v01@openssh.com": ssh_key.SK_ED25519,
    b"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com": ssh_key.SK_ECDSA,
}


class Certificate(Struct, frozen=True):
    """What a certificate says, once the authority's signature under it was verified.

    Times are seconds since 1970; it is in force in [valid_after, valid_before). `blob` is the certified key alone.
    """

    blob: bytes
    authority: bytes
    principals: tuple[str, ...]
    valid_after: int
    valid_before: int
    for_users: bool
    critical_options: tuple[bytes, ...]


def is_certificate(blob: bytes) -> bool:
    """Whether a public key in wire form is a certificate."""
    return Reader(blob).string().endswith(_SUFFIX)


def plain_type(kind: bytes) -> bytes:
    """The type of the key in a certificate of this type."""
    return _PLAIN.get(kind) or kind.removesuffix(_SUFFIX)


def parse(blob: bytes) -> Certificate:
    """Read a certificate and verify the authority's signature under it.

    Raises:
        MalformedError: it is damaged, or the authority did not sign it.
        UnsupportedError: one of its keys is of a kind that is not verified here.
    """
    reader = Reader(blob)
    kind = plain_type(reader.string())
    reader.string()  # the nonce
    begin = reader.position
    ssh_key.read_key(kind, reader)
    plain = string(kind) + blob[begin : reader.position]
    reader.uint64()  # the serial number
    user, _key_id = reader.uint32(), reader.string()
    principals = _strings(reader.string())
    valid_after, valid_before = reader.uint64(), reader.uint64()
    options = _options(reader.string())
    _extensions, _reserved = reader.string(), reader.string()
    authority = reader.string()
    signed = blob[: reader.position]
    signature = reader.string()
    reader.end()
    if is_certificate(authority) or not ssh_key.verify(ssh_key.load(authority), signature, signed)[0]:
        raise MalformedError("its certificate was not signed by the authority it names")
    names = tuple(name.decode("utf-8", "replace") for name in principals)
    return Certificate(plain, authority, names, valid_after, valid_before, user == _FOR_USERS, options)


def _strings(data: bytes) -> list[bytes]:
    reader = Reader(data)
    found: list[bytes] = []
    while reader.position < len(data):
        found.append(reader.string())
    return found


def _options(data: bytes) -> tuple[bytes, ...]:
    reader = Reader(data)
    found: list[bytes] = []
    while reader.position < len(data):
        found.append(reader.string())
        reader.string()
    return tuple(found)
