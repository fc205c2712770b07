"""Signatures of tags: `git tag -s` makes them, `git verify-tag` says what they are worth."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gnupg import Keyring, OpenPGPKey
from hypothesis import given
from hypothesis import strategies as st
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.signatures.openpgp_certificate import certificates
from mkdocs_ecompm.signatures.tag import split_tag, verify_tag

ANA, BEN = SigningKey.make("ana"), SigningKey.make("ben")
PERSON = ("-c", "user.name=Ana", "-c", "user.email=ana@shop.example")
Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    with Keyring.create() as made:
        yield made


@pytest.fixture(scope="module")
def mia(keyring: Keyring) -> OpenPGPKey:
    return keyring.make("mia", "rsa2048")


@pytest.fixture(params=["sha1", "sha256"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> TestRepository:
    repository = TestRepository.create(tmp_path / "made", object_format=request.param)
    repository.commit("Begin", files={"a": "1"})
    repository.check_out()
    return repository


def content(repository: TestRepository, name: str) -> bytes:
    return repository.git("cat-file", "tag", name).encode("utf-8", "surrogateescape") + b"\n"


def by_git(repository: TestRepository, message: str = "A plan\n\nin two lines", *options: str) -> bytes:
    """A tag made by the real git with the SSH key of Ana."""
    key = ANA.file(repository.folder.parent)
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key}")
    repository.git(*PERSON, *settings, "tag", "-s", "-m", message, *options, "plan")
    return content(repository, "plan")


def git_verifies(repository: TestRepository, raw: bytes, home: Path | None = None) -> bool:
    """Whether `git verify-tag` says that the signature is good."""
    allowed = repository.folder.parent / "allowed"
    allowed.write_text(f"ana@shop.example {ANA.line}\n")
    settings = ("-c", f"gpg.ssh.allowedSignersFile={allowed}")
    command = ["git", *settings, "verify-tag", repository.store("tag", raw)]
    environment = os.environ | ({"GNUPGHOME": str(home)} if home else {})
    return not subprocess.run(
        command, cwd=repository.folder, env=environment, capture_output=True, check=False
    ).returncode


def test_a_tag_of_git_with_an_ssh_key(made: TestRepository) -> None:
    raw = by_git(made)
    found = verify_tag(raw)
    assert (found.format, found.status, found.key) == ("ssh", "good", ANA.fingerprint)
    parts = split_tag(raw)
    assert parts.payload.endswith(b"in two lines\n")
    assert git_verifies(made, raw)


@pytest.mark.skipif(os.name == "nt", reason="gpg's sockets")
def test_a_tag_of_git_with_an_openpgp_key(made: TestRepository, keyring: Keyring, mia: OpenPGPKey) -> None:
    pytest.importorskip("pysequoia")
    settings = ("-c", "gpg.format=openpgp", "-c", f"user.signingkey={mia.fingerprint}")
    made.git(*PERSON, *settings, "tag", "-s", "-m", "A plan", "plan", GNUPGHOME=str(keyring.home))
    raw = content(made, "plan")
    known = certificates(mia.exported)
    found = verify_tag(raw, known)
    assert (found.format, found.status, found.key) == ("openpgp", "good", mia.fingerprint)
    assert verify_tag(raw, ()).status == "unknown-key"
    assert verify_tag(raw).status == "unsupported"
    assert git_verifies(made, raw, keyring.home)
    changed = raw.replace(b"A plan", b"B plan")
    assert verify_tag(changed, known).status == "bad"
    assert not git_verifies(made, changed, keyring.home)


def test_an_unsigned_tag_has_none(made: TestRepository) -> None:
    made.git(*PERSON, "tag", "-a", "-m", "A plan", "plan")
    assert verify_tag(content(made, "plan")).status == "none"


@pytest.mark.parametrize(
    "message",
    [
        "One line",
        "ends with blanks  \n\n\n",
        "with a signature in it\n" + BEN.sign(b"else").decode() + "and more",
        " -----BEGIN SSH SIGNATURE-----\nindented",
        "Grüße 👋",
        "-----BEGIN NEW SIGNATURE-----\nx\n-----END NEW SIGNATURE-----",
    ],
)
def test_messages(made: TestRepository, message: str) -> None:
    raw = by_git(made, f"{message}\n", "--cleanup=verbatim")
    assert (verify_tag(raw).status == "good") == git_verifies(made, raw)
    assert verify_tag(raw).status == "good"


CHANGES: dict[str, Change] = {
    "message": lambda raw: raw.replace(b"A plan", b"B plan"),
    "name": lambda raw: raw.replace(b"tag plan", b"tag best"),
    "object": lambda raw: raw.replace(b"object ", b"object 0", 1),
    "type": lambda raw: raw.replace(b"type commit", b"type tree"),
    "time": lambda raw: raw.replace(b" +0000", b" +0100"),
    "a header more": lambda raw: raw.replace(b"tagger", b"extra x\ntagger"),
    "a header twice": lambda raw: raw.replace(b"tag plan", b"tag plan\ntag plan"),
    "text before": lambda raw: raw.replace(b"-----BEGIN", b"more\n-----BEGIN"),
    "text behind": lambda raw: raw + b"more\n",
    "two blocks": lambda raw: raw + BEN.sign(b"else"),
    "another key": lambda raw: raw.partition(b"-----BEGIN")[0] + BEN.sign(b"else"),
    "cut off": lambda raw: raw[:-40],
    "a NUL": lambda raw: raw.replace(b"tag plan", b"tag pl\0n"),
    "CRLF": lambda raw: raw.replace(b"-----BEGIN SSH SIGNATURE-----\n", b"-----BEGIN SSH SIGNATURE-----\r\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_bad(made: TestRepository, name: str) -> None:
    raw = by_git(made)
    changed = CHANGES[name](raw)
    assert changed != raw
    assert verify_tag(changed).status == "bad"
    assert not git_verifies(made, changed) or name == "text behind"  # stricter than git, on purpose


def test_without_a_line_of_its_own_it_is_no_signature(made: TestRepository) -> None:
    """As git has it: `--cleanup=verbatim` of a message without an end."""
    raw = by_git(made, "A plan", "--cleanup=verbatim")
    assert b"A plan-----BEGIN" in raw
    assert verify_tag(raw).status == "none"
    assert not git_verifies(made, raw)


@pytest.mark.parametrize("time", [b"99999999999999999999 +0000", b"253402300800 +0000"])
def test_a_tag_after_the_year_9999_is_bad(made: TestRepository, time: bytes) -> None:
    payload = by_git(made).partition(b"-----BEGIN")[0]
    head, _, rest = payload.partition(b"\n\n")
    payload = head.rpartition(b"> ")[0] + b"> " + time + b"\n\n" + rest
    raw = payload + ANA.sign(payload)
    assert verify_tag(raw).status == "bad"
    assert not git_verifies(made, raw)


def test_a_signature_for_another_namespace_is_bad(made: TestRepository) -> None:
    payload = by_git(made).partition(b"-----BEGIN")[0]
    assert verify_tag(payload + ANA.sign(payload, "file")).status == "bad"
    assert verify_tag(payload + ANA.sign(payload)).status == "good"


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(raw: bytes) -> None:
    assert verify_tag(raw).status in {"none", "bad", "unsupported", "good"}
    assert verify_tag(b"object x\n" + raw + b"\n-----BEGIN SSH SIGNATURE-----\n" + raw).status == "bad"
