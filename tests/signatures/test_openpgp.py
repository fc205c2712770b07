"""OpenPGP signatures side by side with gpg and git, and everything that is damaged or hostile."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gnupg import Keyring, OpenPGPKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import TestRepository, insert_signature

from mkdocs_ecompm.signatures import openpgp
from mkdocs_ecompm.signatures.commit import verify_commit
from mkdocs_ecompm.signatures.openpgp_certificate import Certificate, certificates
from mkdocs_ecompm.signatures.openpgp_packets import Packet, packets, read_signature, unarmor
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError
from mkdocs_ecompm.signatures.wire import MalformedError

PAYLOAD = b"tree 1\nauthor A\n\nApprove\n"
BLOCK = b"PGP SIGNATURE"


class Keys:
    """One of each kind of key, made once."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.ana = keyring.make("ana", "rsa2048")
        self.ben = keyring.make("ben")
        self.eva = keyring.make("eva")
        self.eva_sub = keyring.add_subkey(self.eva)
        self.jan = keyring.make("jan", "nistp256")
        self.mia = keyring.make("mia", "dsa2048")
        self.old = keyring.make("old", when="20260101", expires="30d")
        self.kim = keyring.make("kim", when="20260101", expires="30d")
        self.before = self.kim.at("20260110").sign(PAYLOAD)
        self.short = certificates(self.kim.exported)
        keyring.extend(self.kim, "400d", when="20260301")
        self.gone = keyring.make("gone")
        self.left = self.gone.sign(PAYLOAD)
        keyring.revoke(self.gone)
        self.lou = keyring.make("lou")
        keyring.add_subkey(self.lou)
        self.lou_signed = self.lou.sign(PAYLOAD)
        keyring.revoke_subkey(self.lou)


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    with Keyring.create() as keyring:
        yield Keys(keyring)


def known(*keys: OpenPGPKey) -> tuple[Certificate, ...]:
    return tuple(one for key in keys for one in certificates(key.exported))


def status(signature: bytes, *keys: OpenPGPKey, payload: bytes = PAYLOAD) -> str:
    return openpgp.verify(payload, signature, known(*keys)).status


# --- who signed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ana", "ben", "jan", "mia"])
def test_every_kind_of_key(keys: Keys, name: str) -> None:
    key = getattr(keys, name)
    found = openpgp.verify(PAYLOAD, key.sign(PAYLOAD), known(keys.eva, key))
    assert (found.format, found.status, found.key, found.subkey) == ("openpgp", "good", key.fingerprint, None)
    assert (found.problem, found.until, found.blob, found.hardware) == ("", None, None, False)
    assert status(key.sign(PAYLOAD), key, payload=PAYLOAD + b"!") == "bad"


def test_a_subkey_speaks_for_its_primary_key(keys: Keys) -> None:
    found = openpgp.verify(PAYLOAD, keys.eva.sign(PAYLOAD), known(keys.eva))
    assert (found.status, found.key, found.subkey) == ("good", keys.eva.fingerprint, keys.eva_sub)
    assert known(keys.eva)[0].signing_keys == (keys.eva.fingerprint, keys.eva_sub)


def test_a_key_that_is_not_known_is_named(keys: Keys) -> None:
    found = openpgp.verify(PAYLOAD, keys.ben.sign(PAYLOAD), known(keys.ana))
    assert (found.status, found.key) == ("unknown-key", keys.ben.fingerprint)
    assert openpgp.verify(PAYLOAD, keys.ben.sign(PAYLOAD), ()).status == "unknown-key"
    assert openpgp.issuer(keys.eva.sign(PAYLOAD)) == keys.eva_sub
    assert openpgp.issuer(b"junk") is None


def test_the_wrong_key_under_the_right_name(keys: Keys) -> None:
    """A signature by Ben that says it is by Ana."""
    signature = keys.ben.sign(PAYLOAD)
    body = next(packets(unarmor(signature, BLOCK)[0])).body
    ana, ben = (bytes.fromhex(key.fingerprint) for key in (keys.ana, keys.ben))
    forged = body.replace(ben, ana).replace(ben[-8:], ana[-8:])
    assert openpgp.issuer(armored(forged)) == keys.ana.fingerprint
    assert status(armored(forged), keys.ana, keys.ben) == "bad"


def test_many_certificates_in_one_file(keys: Keys) -> None:
    both = keys.keyring.gpg("--export", keys.ana.user, keys.eva.user)
    assert [one.fingerprint for one in certificates(both)] == [keys.ana.fingerprint, keys.eva.fingerprint]
    texts = keys.ana.exported + b"\nand\n\n" + keys.eva.exported.replace(b"\n", b"\r\n")
    assert [one.fingerprint for one in certificates(texts)] == [keys.ana.fingerprint, keys.eva.fingerprint]


# --- time and revocation ------------------------------------------------------------------------------------------


def test_before_and_after_the_end_of_a_key(keys: Keys) -> None:
    until = datetime(2026, 1, 31, 12, tzinfo=UTC)
    found = openpgp.verify(PAYLOAD, keys.old.at("20260130").sign(PAYLOAD), known(keys.old))
    assert (found.status, found.until) == ("good", until)
    late = openpgp.verify(PAYLOAD, keys.kim.at("20260310").sign(PAYLOAD), keys.short)
    assert (late.status, late.until, late.key) == ("expired", until, keys.kim.fingerprint)


def test_an_extended_key_still_vouches_for_what_came_before(keys: Keys) -> None:
    """The certificate has but one statement, newer than the signature, and gpg agrees."""
    extended = known(keys.kim)
    assert openpgp.verify(PAYLOAD, keys.before, extended).status == "good"
    assert openpgp.verify(PAYLOAD, keys.before, keys.short).status == "good"
    assert openpgp.verify(PAYLOAD, keys.kim.at("20260310").sign(PAYLOAD), extended).status == "good"
    assert openpgp.verify(PAYLOAD + b"!", keys.before, extended).status == "bad"


def test_of_two_versions_of_a_certificate_the_better_one_counts(keys: Keys) -> None:
    signature = keys.kim.at("20260310").sign(PAYLOAD)
    for together in (keys.short + known(keys.kim), known(keys.kim) + keys.short):
        assert openpgp.verify(PAYLOAD, signature, together).status == "good"


def test_revoked_keys(keys: Keys) -> None:
    assert openpgp.verify(PAYLOAD, keys.left, known(keys.gone)).status == "revoked"
    assert openpgp.verify(PAYLOAD + b"!", keys.left, known(keys.gone)).status == "bad"
    found = openpgp.verify(PAYLOAD, keys.lou_signed, known(keys.lou))
    assert (found.status, found.key) == ("revoked", keys.lou.fingerprint)
    assert known(keys.lou)[0].signing_keys == (keys.lou.fingerprint,)
    assert known(keys.gone)[0].signing_keys == ()


def test_a_signature_older_than_its_key(keys: Keys) -> None:
    signature = keys.ben.at("20200101", "--ignore-time-conflict").sign(PAYLOAD)
    assert status(signature, keys.ben) == "not-yet-valid"


def test_a_signature_that_was_made_to_expire(keys: Keys) -> None:
    assert status(keys.ben.at("", "--default-sig-expire", "10y").sign(PAYLOAD), keys.ben) == "expired"


# --- what does not count ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "verdict", "tampered"),
    [
        (("--digest-algo", "SHA1"), "unsupported", "bad"),
        (("--digest-algo", "MD5", "--allow-weak-digest-algos"), "unsupported", "bad"),
        (("--digest-algo", "RIPEMD160"), "unsupported", "unsupported"),
        (("--textmode",), "unsupported", "unsupported"),
        (("--sig-notation", "!strange@shop.example=1"), "unsupported", "unsupported"),
        (("--sig-notation", "strange@shop.example=1"), "good", "bad"),
        (("--digest-algo", "SHA512"), "good", "bad"),
        (("--digest-algo", "SHA224"), "good", "bad"),
        (("--no-emit-version", "--comment", "hello: world"), "good", "bad"),
    ],
)
def test_options_of_gpg(keys: Keys, options: tuple[str, ...], verdict: str, tampered: str) -> None:
    signature = keys.ana.at("", *options).sign(PAYLOAD)
    assert status(signature, keys.ana) == verdict
    assert status(signature, keys.ana, payload=PAYLOAD + b"!") == tampered


@pytest.mark.parametrize("algorithm", ["rsa1024", "secp256k1", "brainpoolP256r1"])
def test_keys_that_are_not_verified(keys: Keys, algorithm: str) -> None:
    key = keys.keyring.make(f"weak-{algorithm.lower()}", algorithm)
    found = openpgp.verify(PAYLOAD, key.sign(PAYLOAD), known(key))
    assert (found.status, found.key) == ("unsupported", key.fingerprint)
    assert ("1024 bits" if algorithm == "rsa1024" else "the curve of its key is not known") in found.problem


def test_without_the_extra(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp, "available", lambda: False)
    found = openpgp.verify(PAYLOAD, keys.ana.sign(PAYLOAD), known(keys.ana))
    assert (found.status, found.key) == ("unsupported", keys.ana.fingerprint)
    assert 'pip install "mkdocs-ecompm[openpgp]"' in found.problem


# --- damaged and hostile ------------------------------------------------------------------------------------------


def armored(*bodies: bytes, tag: int = 2) -> bytes:
    """Packets in one armored block."""
    text = base64.encodebytes(b"".join(Packet(tag, body).encoded for body in bodies))
    return b"-----BEGIN PGP SIGNATURE-----\n\n" + text + b"-----END PGP SIGNATURE-----\n"


def body_of(signature: bytes) -> bytes:
    return next(packets(unarmor(signature, BLOCK)[0])).body


def test_two_signatures_in_one_block(keys: Keys) -> None:
    good, other = body_of(keys.ana.sign(PAYLOAD)), body_of(keys.ben.sign(b"something else"))
    assert status(armored(good), keys.ana, keys.ben) == "good"
    for pair in ((good, other), (other, good), (good, good)):
        assert status(armored(*pair), keys.ana, keys.ben) == "bad"
    first, second = keys.ana.sign(PAYLOAD), keys.ben.sign(PAYLOAD)
    for pair in ((first, second), (second, first)):
        raw = insert_signature(PAYLOAD, b"".join(pair))
        assert verify_commit(raw, openpgp=known(keys.ana, keys.ben)).status == "bad"


Change = Callable[[bytes], bytes]
CHANGES: dict[str, tuple[Change, str]] = {
    "as it is": (lambda text: text, "good"),
    "no checksum": (lambda text: b"\n".join(line for line in text.split(b"\n") if line[:1] != b"="), "good"),
    "line ends of Windows": (lambda text: text.replace(b"\n", b"\r\n"), "good"),
    "wrong checksum": (lambda text: text.replace(b"\n=", b"\n=A", 1)[:-1], "bad"),
    "other checksum": (lambda text: text[: text.rindex(b"\n=") + 2] + b"AAAA\n-----END PGP SIGNATURE-----\n", "bad"),
    "no blank line": (lambda text: text.replace(b"\n\n", b"\n", 1), "bad"),
    "no end": (lambda text: text[: text.index(b"-----END")], "bad"),
    "other end": (lambda text: text.replace(b"END PGP SIG", b"END SSH SIG"), "bad"),
    "no base64": (lambda text: text.replace(b"\n\n", b"\n\n!", 1), "bad"),
    "message": (lambda text: text.replace(b"PGP SIGNATURE", b"PGP MESSAGE"), "bad"),
    "empty": (lambda _: b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", "bad"),
    "long": (lambda text: text.replace(b"\n\n", b"\n\n" + b"AAAA\n" * 20000, 1), "bad"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_armor(keys: Keys, name: str) -> None:
    change, verdict = CHANGES[name]
    assert status(change(keys.ana.sign(PAYLOAD)), keys.ana) == verdict


@pytest.mark.parametrize("signer", ["ana", "ben", "jan", "eva"])
def test_every_bit_of_a_signature_matters(keys: Keys, signer: str) -> None:
    """But for the part that is not signed: hints at who signed, and two bytes of the digest for a quick look."""
    key = getattr(keys, signer)
    certificate = known(key)
    body = body_of(key.sign(PAYLOAD))
    end = 6 + int.from_bytes(body[4:6], "big")
    for place in range(len(body)):
        for bit in (0, 7):
            changed = body[:place] + bytes((body[place] ^ 1 << bit,)) + body[place + 1 :]
            found = openpgp.verify(PAYLOAD, armored(changed), certificate)
            if found.status == "good":
                assert place >= end, place


def test_random_bytes_where_a_signature_should_be(keys: Keys) -> None:
    certificate = known(keys.ana)
    good = body_of(keys.ana.sign(PAYLOAD))

    @settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def attempt(data: st.DataObject) -> None:
        start, length = data.draw(st.integers(0, len(good))), data.draw(st.integers(0, 40))
        changed = good[:start] + data.draw(st.binary(max_size=40)) + good[start + length :]
        tag = data.draw(st.integers(0, 63))
        for block in (armored(changed), armored(changed, tag=tag), armored(changed, good), changed):
            found = openpgp.verify(PAYLOAD, block, certificate)
            if found.status == "good":
                assert read_signature(body_of(block)).hashed == read_signature(good).hashed
            assert found.problem or found.status == "good"

    attempt()


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    text = b"-----BEGIN PGP SIGNATURE-----\n\n" + base64.encodebytes(data) + b"-----END PGP SIGNATURE-----\n"
    assert openpgp.verify(PAYLOAD, text, ()).status in {"bad", "unsupported", "unknown-key"}
    for content in (data, b"\x98" + data, b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + data):
        try:
            found = certificates(content)
        except (MalformedError, UnsupportedError):
            continue
        assert all(one.signing_keys == () for one in found)


def test_a_damaged_certificate_is_no_crash_and_no_key(keys: Keys) -> None:
    whole = b"".join(unarmor(keys.eva.exported, b"PGP PUBLIC KEY BLOCK"))
    good = {*certificates(whole)[0].signing_keys}
    signature = keys.eva.sign(PAYLOAD)
    for place in range(len(whole)):
        changed = whole[:place] + bytes((whole[place] ^ 0x41,)) + whole[place + 1 :]
        try:
            found = certificates(changed)
        except (MalformedError, UnsupportedError):
            continue
        assert all(good.issuperset(one.signing_keys) for one in found), place
        openpgp.verify(PAYLOAD, signature, found)


def test_nobody_claims_the_subkey_of_another(keys: Keys) -> None:
    """Mallory copies Eva's signing subkey, with its binding, into a certificate of his own."""
    mallory = keys.keyring.make("mallory")
    parts = list(packets(unarmor(keys.eva.exported, b"PGP PUBLIC KEY BLOCK")[0]))
    subkey = next(place for place, packet in enumerate(parts) if packet.tag == 14)
    stolen = b"".join(packet.encoded for packet in parts[subkey:])
    fake = certificates(unarmor(mallory.exported, b"PGP PUBLIC KEY BLOCK")[0] + stolen)
    assert fake[0].signing_keys == (mallory.fingerprint,)
    assert openpgp.verify(PAYLOAD, keys.eva.sign(PAYLOAD), fake).status == "unknown-key"


def test_key_files_that_are_refused(keys: Keys) -> None:
    secret = keys.keyring.gpg("--armor", "--export-secret-keys", keys.ben.user)
    for data, why in [
        (secret, "PGP PRIVATE KEY BLOCK"),
        (unarmor(secret, b"PGP PRIVATE KEY BLOCK")[0], "secret key"),
        (keys.ben.sign(PAYLOAD), "PGP SIGNATURE"),
        (unarmor(keys.ben.sign(PAYLOAD), BLOCK)[0], "begin with a public key"),
        (b"", "damaged"),
        (b"\x99" * (9 << 20), "8 MiB"),
        (unarmor(keys.ben.exported, b"PGP PUBLIC KEY BLOCK")[0] + Packet(13, b"x").encoded * 3000, "more than 500"),
        (unarmor(keys.ben.exported, b"PGP PUBLIC KEY BLOCK")[0] + Packet(2, b"x").encoded * 50_000, "more than 50000"),
        (unarmor(keys.ben.exported, b"PGP PUBLIC KEY BLOCK")[0] + Packet(13, b"x" * 70_000).encoded, "65535"),
    ]:
        with pytest.raises(MalformedError, match=why):
            certificates(data)


# --- side by side with git ----------------------------------------------------------------------------------------

GITS = {
    "good": "G",
    "unknown-key": "E",
    "bad": "B",
    "revoked": "R",
    "expired": "X",
    "none": "N",
}


def test_the_verdicts_of_git(keys: Keys, tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path / "made")
    leaver = keys.keyring.make("leaver")
    people = [leaver, keys.ana, keys.ben, keys.eva, keys.jan, keys.mia, keys.kim]
    for number in range(36):
        key = people[number % len(people)]
        change: Change = bytes
        if number % 7 == 5:
            change = lambda raw: raw.replace(b"Change", b"Chance")  # noqa: E731
        made.commit(f"Change {number}", key=None if number % 11 == 4 else key, change=change)  # type: ignore[arg-type]
    keys.keyring.revoke(leaver)
    stranger = keys.keyring.make("stranger")
    made.commit("Unknown", key=stranger)  # type: ignore[arg-type]
    keys.keyring.gpg("--yes", "--delete-secret-and-public-key", stranger.fingerprint)
    environment = {"GNUPGHOME": str(keys.keyring.home)}
    theirs = [line.split() for line in made.git("log", "--format=%H %G? %GP", **environment).splitlines()]
    certificate = known(*people)
    seen = set()
    for oid, letter, *rest in theirs:
        found = verify_commit(made.raw(oid), openpgp=certificate)
        assert GITS[found.status] == letter, (oid, found)
        if letter == "G":
            assert rest == [found.key]
        seen.add(letter)
    assert seen == {"G", "B", "R", "E", "N"}


def test_what_git_cannot_check(keys: Keys, tmp_path: Path) -> None:
    """Named differences: git follows the clock of the machine and takes SHA-1."""
    made = TestRepository.create(tmp_path / "made")
    cases = [
        (keys.old.at("20260110"), "Y", "good"),
        (keys.ben.at("", "--digest-algo", "SHA1"), "G", "unsupported"),
        (keys.ben.at("", "--default-sig-expire", "10y"), "G", "expired"),
        (keys.ben.at("20260110", "--default-sig-expire", "2d"), "X", "expired"),
    ]
    for key, letter, verdict in cases:
        oid = made.commit("x", key=key)  # type: ignore[arg-type]
        theirs = made.git("log", "-1", "--format=%G?", oid, GNUPGHOME=str(keys.keyring.home))
        ours = verify_commit(made.raw(oid), openpgp=known(keys.old, keys.ben)).status
        assert (theirs, ours) == (letter, verdict)


def test_commits_by_git_itself(keys: Keys, tmp_path: Path) -> None:
    for object_format in ("sha1", "sha256"):
        made = TestRepository.create(tmp_path / object_format, object_format=object_format)  # type: ignore[arg-type]
        settings_ = ["-c", f"user.signingkey={keys.eva.fingerprint}", "-c", "user.name=Eva", "-c", "user.email=e@e"]
        home = str(keys.keyring.home)
        made.git(*settings_, "commit", "-q", "-S", "--allow-empty", "-m", "Approve", GNUPGHOME=home)
        oid = made.git("rev-parse", "HEAD")
        made.git("verify-commit", oid, GNUPGHOME=home)
        found = verify_commit(made.raw(oid), object_format, known(keys.eva))
        assert (found.status, found.key) == ("good", keys.eva.fingerprint)


def test_the_library_is_not_imported_for_nothing() -> None:
    code = "import sys, mkdocs_ecompm.signatures.openpgp; sys.exit('pysequoia' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
