"""SSH signatures against ssh-keygen, in both directions, and against bytes that nobody meant."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import Kind, SigningKey, armor, wire

from mkdocs_ecompm.signatures import sshsig
from mkdocs_ecompm.signatures.ssh_key import PublicKeyError, fingerprint, parse_public_key

KINDS: tuple[Kind, ...] = ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa", "sk-ed25519", "sk-ecdsa")
IN_FILES = KINDS[:5]
MESSAGE = b"tree 1\nauthor somebody\n\nWe agree.\n"


def keygen(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ssh-keygen", *arguments], input=data, capture_output=True, check=False)


def openssh_accepts(folder: Path, key: SigningKey, signature: bytes, message: bytes = MESSAGE) -> bool:
    allowed, file = folder / "allowed", folder / "signature"
    allowed.write_text(f"ana {key.line}\n", encoding="ascii")
    file.write_bytes(signature)
    options = ["-f", str(allowed), "-I", "ana", "-n", "git", "-s", str(file)]
    return keygen("-Y", "verify", *options, data=message).returncode == 0


@pytest.mark.parametrize("kind", IN_FILES)
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_what_openssh_signs(kind: Kind, digest: str, tmp_path: Path) -> None:
    key = SigningKey.make("ana", kind)
    done = keygen("-Y", "sign", "-n", "git", "-O", f"hashalg={digest}", "-f", str(key.file(tmp_path)), data=MESSAGE)
    found = sshsig.verify(MESSAGE, done.stdout)
    assert (found.format, found.status, found.problem) == ("ssh", "good", "")
    assert (found.key, found.blob, found.namespace) == (key.fingerprint, key.blob, "git")
    assert not found.hardware
    assert sshsig.verify(MESSAGE + b" ", done.stdout).status == "bad"


@pytest.mark.parametrize("kind", KINDS)
def test_openssh_and_we_agree_on_good_and_bad(kind: Kind, tmp_path: Path) -> None:
    key = SigningKey.make("ana", kind)
    good = key.sign(MESSAGE)
    for signature, message in [
        (good, MESSAGE),
        (good, b"other"),
        (SigningKey.make("ben", kind).sign(MESSAGE), MESSAGE),
    ]:
        found = sshsig.verify(message, signature)
        ours = found.status == "good" and found.key == key.fingerprint
        assert ours == openssh_accepts(tmp_path, key, signature, message)
    assert openssh_accepts(tmp_path, key, good)


def test_openssh_reads_what_we_sign(tmp_path: Path) -> None:
    key = SigningKey.make("ana")
    assert isinstance(key.private, Ed25519PrivateKey)
    signature = sshsig.sign(MESSAGE, key.private)
    assert openssh_accepts(tmp_path, key, signature)
    assert signature == key.sign(MESSAGE)
    assert sshsig.public_key(key.private) == key.blob
    assert sshsig.public_line(key.private, "ana@shop") == f"{key.line} ana@shop"
    done = keygen("-Y", "sign", "-n", "git", "-f", str(key.file(tmp_path)), data=MESSAGE)
    assert signature == done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_fingerprints(kind: Kind, tmp_path: Path) -> None:
    key = SigningKey.make("ana", kind)
    (tmp_path / "key.pub").write_text(key.line + " a comment\n", encoding="ascii")
    shown = keygen("-l", "-f", str(tmp_path / "key.pub")).stdout.split()[1].decode()
    assert parse_public_key(f"  {key.line} a comment\n") == (key.blob, "a comment")
    assert fingerprint(key.blob) == shown


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 ****",
        "ssh-ed25519 ÄÄÄÄ",
        f"ssh-rsa {SigningKey.make('ana').line.split()[1]}",
        f"ssh-ed25519 {SigningKey.make('ana').line.split()[1][:-8]}",
        f"ssh-ed25519 {SigningKey.make('ana').line.split()[1][:-3]}",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        f"ssh-ed25519 {base64.b64encode(wire(b'ssh-ed25519', b'short')).decode()}",
    ],
)
def test_lines_that_are_no_key(line: str) -> None:
    with pytest.raises(PublicKeyError):
        parse_public_key(line)


@pytest.mark.parametrize(("flags", "hardware"), [(0, False), (1, True), (4, False), (5, True)])
@pytest.mark.parametrize("kind", ["sk-ed25519", "sk-ecdsa"])
def test_the_touch_of_a_security_key(kind: Kind, flags: int, hardware: bool) -> None:
    found = sshsig.verify(MESSAGE, SigningKey.make("ana", kind, flags=flags).sign(MESSAGE))
    assert (found.status, found.hardware) == ("good", hardware)


@pytest.mark.parametrize("kind", ["sk-ed25519", "sk-ecdsa"])
def test_the_touch_cannot_be_claimed_later(kind: Kind) -> None:
    """The flag is signed: setting it afterwards breaks the signature."""
    blob = bytearray(SigningKey.make("ana", kind, flags=0).signature_blob(MESSAGE))
    assert blob[-5] == 0
    blob[-5] = 1
    found = sshsig.verify(MESSAGE, armor(bytes(blob)))
    assert (found.status, found.hardware) == ("bad", False)


def test_another_namespace_is_bad_and_named() -> None:
    found = sshsig.verify(MESSAGE, SigningKey.make("ana").sign(MESSAGE, "file"))
    assert (found.status, found.namespace) == ("bad", "file")
    assert "it is for 'file', not for 'git'" in found.problem
    assert sshsig.verify(MESSAGE, SigningKey.make("ana").sign(MESSAGE, "file"), "file").status == "good"


def fields(version: int = 1, **changes: bytes) -> bytes:
    """A signature block with some fields changed, signed properly as far as that goes."""
    key = SigningKey.make("ana")
    parts = {"key": key.blob, "namespace": b"git", "reserved": b"", "hash": b"sha512", "signature": b""}
    whole = key.signature_blob(MESSAGE)
    parts["signature"] = whole[-(4 + 11 + 4 + 64) :]
    return b"SSHSIG" + version.to_bytes(4, "big") + wire(*(changes.get(name, value) for name, value in parts.items()))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "good"),
        ({"reserved": b"for later"}, "good"),  # as OpenSSH: it is left out of what is signed
        ({"hash": b"sha3-512"}, "unsupported"),
        ({"hash": b"sha1"}, "unsupported"),
        ({"key": wire(b"ssh-mldsa-65", b"x" * 50)}, "unsupported"),
        ({"key": wire(b"ssh-dss", b"1", b"2", b"3", b"4")}, "unsupported"),
        ({"key": b""}, "bad"),
        ({"key": wire(b"ssh-ed25519", b"x" * 31)}, "bad"),
        ({"key": wire(b"ssh-ed25519", b"x" * 32, b"more")}, "bad"),
        ({"key": wire(b"ecdsa-sha2-nistp256", b"nistp384", b"\x04" + b"x" * 64)}, "bad"),
        ({"key": wire(b"ecdsa-sha2-nistp256", b"nistp256", b"\x04" + b"x" * 64)}, "bad"),
        ({"key": wire(b"ssh-rsa", b"\x03", b"\x01" + b"\x00" * 255)}, "unsupported"),
        ({"key": wire(b"ssh-rsa", b"\x02", b"\x00\x81" + b"\x00" * 255)}, "bad"),
        ({"key": wire(b"ssh-rsa", b"\x83", b"\x00\x81" + b"\x01" * 255)}, "bad"),
        ({"signature": wire(b"ssh-mldsa-65", b"x")}, "unsupported"),
        ({"signature": wire(b"rsa-sha2-512", b"x")}, "bad"),
        ({"signature": wire(b"ssh-ed25519", b"x" * 64)}, "bad"),
        ({"signature": wire(b"ssh-ed25519", b"x" * 63)}, "bad"),
        ({"signature": wire(b"ssh-ed25519", b"x" * 64, b"more")}, "bad"),
        ({"signature": wire(b"ssh-ed25519")}, "bad"),
        ({"signature": b""}, "bad"),
        ({"namespace": b""}, "bad"),
        ({"namespace": b"git\xff"}, "bad"),
        ({"namespace": b"git\0"}, "bad"),
    ],
    ids=str,
)
def test_fields(changes: dict[str, bytes], status: str) -> None:
    assert sshsig.verify(MESSAGE, armor(fields(**changes))).status == status


def test_versions() -> None:
    assert sshsig.verify(MESSAGE, armor(fields(2))).status == "unsupported"
    assert sshsig.verify(MESSAGE, armor(fields(0))).status == "unsupported"


def test_weak_rsa_is_unsupported() -> None:
    assert sshsig.verify(MESSAGE, SigningKey.make("ana", "rsa-1024").sign(MESSAGE)).status == "unsupported"


def test_rsa_with_sha1_is_unsupported() -> None:
    key = SigningKey.make("ana", "rsa")
    signed = b"SSHSIG" + wire(b"git", b"", b"sha512", hashlib.sha512(MESSAGE).digest())
    block = (key.blob, b"git", b"", b"sha512", key.raw_signature(signed, sha1=True))
    blob = b"SSHSIG" + (1).to_bytes(4, "big") + wire(*block)
    assert sshsig.verify(MESSAGE, armor(blob)).status == "unsupported"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda text: text, "good"),
        (lambda text: text.replace(b"\n", b"\r\n"), "bad"),  # so say ssh-keygen and git
        (lambda text: text.replace(b"-----\n", b"----- \n", 1), "bad"),
        (lambda text: text.replace(b"\n", b"\r\n").replace(b"\r\n", b"\n", 1), "good"),
        (lambda text: text + b"\n \n", "good"),
        (lambda text: text.rstrip(b"\n"), "good"),
        (lambda text: text + b"junk", "bad"),
        (lambda text: text + text, "bad"),
        (lambda text: b"junk\n" + text, "bad"),
        (lambda text: b"\n" + text, "bad"),
        (lambda text: text.replace(b"\n", b"\n!", 1), "bad"),
        (lambda text: text.replace(b"END SSH", b"END PGP"), "bad"),
        (lambda text: text[: len(text) // 2], "bad"),
        (lambda _: b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", "bad"),
        (lambda _: b"-----BEGIN SSH SIGNATURE-----\n====\n-----END SSH SIGNATURE-----\n", "bad"),
        (lambda _: b"", "bad"),
    ],
)
def test_armor(change: Callable[[bytes], bytes], status: str) -> None:
    assert sshsig.verify(MESSAGE, change(SigningKey.make("ana").sign(MESSAGE))).status == status


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert sshsig.verify(MESSAGE, data).status == "bad"
    for content in (data, b"SSHSIG\0\0\0\1" + data):
        assert sshsig.verify(MESSAGE, armor(content)).status in {"bad", "unsupported"}


@lru_cache
def block(kind: Kind) -> bytes:
    return SigningKey.make("ana", kind).signature_blob(MESSAGE)


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_a_changed_block_never_speaks_for_another(kind: Kind, data: st.DataObject) -> None:
    """A few changes are harmless (the reserved field, zeros before a number); the signer stays the signer."""
    blob = block(kind)
    place = data.draw(st.integers(0, len(blob) - 1))
    change = data.draw(st.one_of(st.binary(max_size=6), st.just(bytes([blob[place] ^ 1]))))
    length = data.draw(st.integers(0, 6)) if len(change) != 1 else 1
    found = sshsig.verify(MESSAGE, armor(blob[:place] + change + blob[place + length :]))
    if found.status == "good":
        assert (found.key, found.namespace) == (SigningKey.make("ana", kind).fingerprint, "git")
    assert found.status in {"good", "bad", "unsupported"}


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=8), st.sampled_from(KINDS))
def test_keys_made_of_anything(parts: list[bytes], kind: Kind) -> None:
    name = SigningKey.make("ana", kind).type
    for key in (wire(name, *parts), wire(name.replace(b"@", b"-cert-v01@"), *parts), wire(*parts)):
        assert sshsig.verify(MESSAGE, armor(fields(key=key))).status in {"bad", "unsupported"}
