"""Certificates for security keys, which only hardware can sign with: made here, and judged by OpenSSH beside us."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from repositories import Kind, SigningKey, armor, wire

from mkdocs_ecompm.signatures import sshsig

MESSAGE = b"agreed\n"
AUTHORITY = SigningKey.make("authority")


def certified(folder: Path, key: SigningKey) -> bytes:
    """The certificate of a security key, in wire form."""
    public = folder / "sk.pub"
    public.write_text(f"{key.line}\n", encoding="ascii")
    options = ["-I", "id", "-n", "ana@shop.example", "-V", "20260101:20270101"]
    command = ["ssh-keygen", "-q", "-s", str(AUTHORITY.file(folder)), *options, str(public)]
    subprocess.run(command, check=True, env=os.environ | {"TZ": "UTC"})
    return base64.b64decode((folder / "sk-cert.pub").read_text(encoding="ascii").split()[1])


def signature(key: SigningKey, certificate: bytes, message: bytes = MESSAGE) -> bytes:
    """A signature by the security key that names its certificate."""
    signed = b"SSHSIG" + wire(b"git", b"", b"sha512", hashlib.sha512(message).digest())
    return armor(b"SSHSIG\0\0\0\1" + wire(certificate, b"git", b"", b"sha512", key.raw_signature(signed)))


def openssh(folder: Path, armored: bytes) -> bool:
    """Whether OpenSSH accepts it."""
    (folder / "allowed").write_text(f"ana@shop.example cert-authority {AUTHORITY.line}\n", encoding="ascii")
    (folder / "signature").write_bytes(armored)
    files = ["-f", str(folder / "allowed"), "-s", str(folder / "signature")]
    command = ["ssh-keygen", "-Y", "verify", "-n", "git", "-I", "ana@shop.example", "-O", "verify-time=20260301Z"]
    done = subprocess.run([*command, *files], input=MESSAGE, capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("flags", [0, 1, 5])
@pytest.mark.parametrize("kind", ["sk-ed25519", "sk-ecdsa"])
def test_a_certified_security_key(tmp_path: Path, kind: Kind, flags: int) -> None:
    key = SigningKey.make("ana", kind, flags=flags)
    certificate = certified(tmp_path, key)
    found = sshsig.verify(MESSAGE, signature(key, certificate))
    assert (found.status, found.key, found.blob) == ("good", key.fingerprint, key.blob)
    assert found.hardware == bool(flags & 1)
    assert found.certificate is not None
    assert (found.certificate.authority, found.certificate.principals) == (AUTHORITY.blob, ("ana@shop.example",))
    assert openssh(tmp_path, signature(key, certificate)) or not flags & 1
    other = signature(key, certificate, b"something else\n")
    assert sshsig.verify(MESSAGE, other).status == "bad"
    assert not openssh(tmp_path, other)


@pytest.mark.parametrize("kind", ["sk-ed25519", "sk-ecdsa"])
def test_the_key_of_another_is_not_certified(tmp_path: Path, kind: Kind) -> None:
    certificate = certified(tmp_path, SigningKey.make("ana", kind))
    forged = signature(SigningKey.make("mallory", kind), certificate)
    assert sshsig.verify(MESSAGE, forged).status == "bad"
    assert not openssh(tmp_path, forged)
