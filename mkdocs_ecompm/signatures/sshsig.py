"""SSH signatures (OpenSSH's PROTOCOL.sshsig): verifying and making them, over `cryptography`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mkdocs_ecompm.signatures import certificate, ssh_key
from mkdocs_ecompm.signatures.certificate import Certificate
from mkdocs_ecompm.signatures.signature import Signature
from mkdocs_ecompm.signatures.ssh_key import PublicKeyError, UnsupportedError, fingerprint, parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError, Reader, string

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = [
    "BEGIN",
    "END",
    "PublicKeyError",
    "fingerprint",
    "parse_public_key",
    "public_key",
    "public_line",
    "sign",
    "verify",
]

BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----"
END: Final = b"-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_HASHES: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_ARMOR: Final = re.compile(BEGIN + rb"\n([A-Za-z0-9+/=\s]*)\n" + END + rb"\s*")  # as ssh-keygen: no CR there
_COLUMNS: Final = 70  # as ssh-keygen


class _Block(NamedTuple):
    """The fields of a signature block."""

    key: bytes
    namespace: bytes
    hash: bytes
    signature: bytes


class _Signer(NamedTuple):
    """The key that a block names: itself, or the one that a certificate there is for."""

    key: ssh_key.PublicKey
    blob: bytes
    fingerprint: str
    certificate: Certificate | None


def verify(payload: bytes, armored: bytes, namespace: str = "git") -> Signature:
    """What an armored signature is worth over `payload`. Any bytes get an answer, none an error."""
    facts: dict[str, Any] = {}
    try:
        block = _parse(_unarmor(armored))
        facts["namespace"] = block.namespace.decode("utf-8", "replace")
        facts.update(key=fingerprint(block.key), blob=block.key)
        signer = _signer(block.key)
        facts.update(key=signer.fingerprint, blob=signer.blob, certificate=signer.certificate)
        good, touched = ssh_key.verify(signer.key, block.signature, _signed(payload, block))
    except MalformedError as error:
        return Signature("ssh", "bad", problem=f"The signature is bad: {error}.", **facts)
    except UnsupportedError as error:
        return Signature("ssh", "unsupported", problem=f"The signature cannot be checked: {error}.", **facts)
    if not good:
        return Signature("ssh", "bad", problem="The signature is bad: the key did not sign this content.", **facts)
    if block.namespace != namespace.encode():
        why = f"it is for {facts['namespace']!a}, not for {namespace!a}"
        return Signature("ssh", "bad", problem=f"The signature is bad: {why}.", **facts)
    return Signature("ssh", "good", hardware=touched, **facts)


def sign(payload: bytes, key: Ed25519PrivateKey, namespace: str = "git") -> bytes:
    """An armored signature over `payload`; the same key and payload always give the same bytes."""
    block = _Block(public_key(key), namespace.encode(), b"sha512", b"")
    signature = string(ssh_key.ED25519) + string(key.sign(_signed(payload, block)))
    fields = (block.key, block.namespace, b"", block.hash, signature)
    text = base64.b64encode(_MAGIC + _VERSION.to_bytes(4, "big") + b"".join(map(string, fields)))
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return b"\n".join((BEGIN, *lines, END, b""))


def public_key(key: Ed25519PrivateKey) -> bytes:
    """The public half of a key in wire form."""
    return string(ssh_key.ED25519) + string(key.public_key().public_bytes_raw())


def public_line(key: Ed25519PrivateKey, comment: str = "") -> str:
    """The public half of a key as the line that people.yml and `allowed_signers` take."""
    return f"ssh-ed25519 {base64.b64encode(public_key(key)).decode()} {comment}".rstrip()


@lru_cache(maxsize=4096)
def _signer(blob: bytes) -> _Signer:
    certified = certificate.parse(blob) if certificate.is_certificate(blob) else None
    plain = certified.blob if certified else blob
    return _Signer(ssh_key.load(plain), plain, fingerprint(plain), certified)


def _unarmor(armored: bytes) -> bytes:
    match = _ARMOR.fullmatch(armored)
    if match is None:
        raise MalformedError("it is not one block of base64 with nothing around it")
    try:
        return binascii.a2b_base64(b"".join(match[1].split()), strict_mode=True)
    except binascii.Error:
        raise MalformedError("it is not base64") from None


def _parse(data: bytes) -> _Block:
    reader = Reader(data)
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise MalformedError("it does not begin as an SSH signature")
    version = reader.uint32()
    if version != _VERSION:
        raise UnsupportedError(f"it is of version {version}")
    read = reader.string
    key, namespace, _reserved, digest, signature = read(), read(), read(), read(), read()
    reader.end()
    if not namespace:
        raise MalformedError("it does not say what it is for")
    if digest not in _HASHES:
        raise UnsupportedError(f"the hash {ssh_key.shown(digest)} is not known")
    return _Block(key, namespace, digest, signature)


def _signed(payload: bytes, block: _Block) -> bytes:
    """What is really signed; the reserved field is empty, whatever the block has there."""
    return _preface(block.namespace, block.hash) + string(_HASHES[block.hash](payload).digest())


@lru_cache(maxsize=64)
def _preface(namespace: bytes, digest: bytes) -> bytes:
    return _MAGIC + b"".join(map(string, (namespace, b"", digest)))
