"""Commits taken apart byte for byte: what was signed, and every way to smuggle something past the signature."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import SigningKey, TestRepository, insert_signature

from mkdocs_ecompm.signatures import commit
from mkdocs_ecompm.signatures.commit import committer_of, split, verify_commit, verify_commits

ANA, BEN = SigningKey.make("ana"), SigningKey.make("ben")
TREE = b"tree " + b"1" * 40 + b"\n"
PARENT = b"parent " + b"2" * 40 + b"\n"
PEOPLE = b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n"
MESSAGE = b"\nApprove\n\nSignoff: approve charter\n"
PAYLOAD = TREE + PARENT + PEOPLE + MESSAGE
PGP = b"-----BEGIN PGP SIGNATURE-----\n\niQEzBAABCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"


def signed(payload: bytes = PAYLOAD, key: SigningKey = ANA, header: str = "gpgsig") -> bytes:
    return insert_signature(payload, key.sign(payload), header)


def with_block(block: bytes) -> bytes:
    return insert_signature(PAYLOAD, block)


def test_a_signed_commit() -> None:
    found = verify_commit(signed())
    assert (found.format, found.status, found.key) == ("ssh", "good", ANA.fingerprint)
    parts = split(signed())
    assert parts.payload == PAYLOAD
    assert parts.signature == ANA.sign(PAYLOAD)


def test_an_unsigned_commit() -> None:
    found = verify_commit(PAYLOAD)
    assert (found.format, found.status, found.key, found.blob) == ("none", "none", None, None)
    assert split(PAYLOAD).payload == PAYLOAD


@pytest.mark.parametrize(
    "payload",
    [
        TREE + PEOPLE + MESSAGE,
        TREE + PARENT + PARENT + PEOPLE + MESSAGE,
        TREE + PEOPLE + b"encoding ISO-8859-1\n\nJ\xe4\n",
        TREE + PEOPLE + b"\n",
        TREE + PEOPLE + b"\nA NUL \0 in the message\n",
        TREE + PEOPLE + b"\n gpgsig in the message\ngpgsig x\n\ngpgsig y\n",
        TREE + PEOPLE + b"\nno line break at the end",
        TREE
        + PARENT
        + PEOPLE
        + b"mergetag object 1\n type commit\n \n tagged\nmergetag object 2\n x"
        + b"\n"
        + MESSAGE,
        TREE + PEOPLE + b"HG:extra one: value\n" + MESSAGE,
    ],
)
def test_commits_that_git_makes(payload: bytes) -> None:
    assert verify_commit(signed(payload)).status == "good"
    assert split(signed(payload)).payload == payload


Change = Callable[[bytes], bytes]
CHANGES: dict[str, Change] = {
    "message": lambda raw: raw.replace(b"approve charter", b"approve budget"),
    "tree": lambda raw: raw.replace(b"tree 1", b"tree 3"),
    "parent gone": lambda raw: raw.replace(PARENT, b""),
    "parent added": lambda raw: raw.replace(PARENT, PARENT + PARENT),
    "author": lambda raw: raw.replace(b"author A", b"author B"),
    "committer": lambda raw: raw.replace(b"committer A", b"committer B"),
    "time": lambda raw: raw.replace(b"1 +0000", b"2 +0000"),
    "header added": lambda raw: raw.replace(b"committer", b"extra x\ncommitter"),
    "second tree": lambda raw: raw.replace(TREE, TREE + TREE.replace(b"1", b"3")),
    "second tree in front": lambda raw: TREE.replace(b"1", b"3") + raw,
    "second author": lambda raw: raw.replace(b"committer", b"author B <b@b> 1 +0000\ncommitter"),
    "second signature of the same": lambda raw: insert_signature(raw, ANA.sign(PAYLOAD)),
    "second signature of another": lambda raw: insert_signature(raw, BEN.sign(PAYLOAD)),
    "NUL in a header": lambda raw: raw.replace(b"author A", b"author A\0"),
    "junk in the signature": lambda raw: raw.replace(b"-----END", b"!-----END"),
    "junk after the signature": lambda raw: raw.replace(b"SIGNATURE-----\n\n", b"SIGNATURE-----\n junk\n\n"),
    "junk before the signature": lambda raw: raw.replace(b"gpgsig ", b"gpgsig junk\n "),
    "no space": lambda raw: raw.replace(b"gpgsig -", b"gpgsig-"),
    "no name": lambda raw: b" continued\n" + raw,
    "order": lambda raw: raw.replace(TREE, b"").replace(b"author", TREE + b"author", 1),
    "parent behind the author": lambda raw: raw.replace(b"gpgsig", PARENT + b"gpgsig"),
    "two blocks": lambda raw: raw.replace(b"gpgsig ", b"gpgsig " + BEN.sign(PAYLOAD).replace(b"\n", b"\n "), 1),
    "foreign header twice": lambda raw: raw.replace(b"gpgsig ", b"gpgsig-sha256 a\ngpgsig-sha256 b\ngpgsig "),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_bad(name: str) -> None:
    changed = CHANGES[name](signed())
    assert changed != signed()
    found = verify_commit(changed)
    if name == "no space":  # the header is then another one: the commit is not signed
        assert found.status == "none"
    else:
        assert found.status == "bad", found
        assert found.problem.endswith(".")


def test_very_many_signature_headers_take_no_longer_than_they_are_long() -> None:
    """Each one joined to those before it took minutes for a commit of 13 MB."""
    raw = TREE + PEOPLE + b"gpgsig a\n" * 1_000_000 + MESSAGE
    assert verify_commit(raw).status == "bad"


def test_the_header_of_the_other_hash_is_left_out_and_ignored() -> None:
    raw = signed().replace(b"gpgsig ", b"gpgsig-sha256 junk\n more\ngpgsig ")
    assert verify_commit(raw).status == "good"
    assert split(raw).payload == PAYLOAD
    assert verify_commit(insert_signature(PAYLOAD, b"junk", "gpgsig-sha256")).status == "none"
    other = insert_signature(signed(header="gpgsig-sha256"), b"junk", "gpgsig")
    assert verify_commit(other, "sha256").status == "good"
    assert split(other, "sha256").payload == PAYLOAD
    assert verify_commit(signed(), "sha256").status == "none"


@pytest.mark.parametrize(
    ("block", "kind", "status"),
    [
        (PGP, "openpgp", "unsupported"),
        (PGP + b"\n", "openpgp", "unsupported"),  # as GitHub writes it
        (b"-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----", "openpgp", "unsupported"),
        (b"-----BEGIN SIGNED MESSAGE-----\nMIIx\n-----END SIGNED MESSAGE-----", "x509", "unsupported"),
        (b"-----BEGIN NEW SIGNATURE-----\nMIIx\n-----END NEW SIGNATURE-----", "none", "unsupported"),
        (PGP + PGP, "openpgp", "bad"),
        (PGP + b"junk", "openpgp", "bad"),
        (PGP + ANA.sign(PAYLOAD), "openpgp", "bad"),
        (ANA.sign(PAYLOAD) + PGP, "ssh", "bad"),
        (PGP[:40], "openpgp", "bad"),
        (b"-----BEGIN PGP SIGNATURE-----\nx\n" + PGP, "openpgp", "bad"),
        (b"just a word", "none", "bad"),
    ],
)
def test_other_formats(block: bytes, kind: str, status: str) -> None:
    found = verify_commit(with_block(block))
    assert (found.format, found.status) == (kind, status)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["sha1", "sha256"]))
def test_any_bytes_get_an_answer(raw: bytes, object_format: str) -> None:
    for content in (raw, TREE + raw, TREE + PEOPLE + b"gpgsig " + raw, signed() + b"!" + raw):
        assert verify_commit(content, object_format).status in {"bad", "none", "unsupported"}
        committer_of(content)


@settings(deadline=None)
@given(st.integers(0, len(signed()) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_no_changed_commit_is_good(place: int, new: bytes, length: int) -> None:
    raw = signed()
    changed = raw[:place] + new + raw[place + length :]
    if verify_commit(changed).status == "good":
        assert split(changed).payload == PAYLOAD, "only the armor may be laid out differently"


HEADERS = st.lists(
    st.sampled_from(
        [
            b"tree 12ab",
            b"tree 12AB",
            b"parent 34",
            b"parent 56",
            b"author A <a@b.example> 1 +0000",
            b"committer B <b@b.example> 2 +0000",
            b"committer nobody",
            b"committer B <b@b.example> 2 +0000\0",
            b"gpgsig one\n two\n\n three",
            b"gpgsig one\n two\n  \n three\n ",
            b"gpgsig-sha256 four\n five",
            b"gpgsig",
            b"gpgsig ",
            b" more",
            b"encoding latin-1",
            b"",
        ]
    ),
    max_size=3,
)
USUAL = [b"tree 12ab", b"parent 34", b"author A <a@b.example> 1 +0000", b"committer B <b@b.example> 2 +0000"]


@settings(max_examples=400)
@given(HEADERS, st.sampled_from([b"gpgsig a\n b\n  c", b"gpgsig-sha256 a\n b", b"x y"]), HEADERS, st.integers(0, 5))
def test_the_quick_way_is_the_long_way(before: list[bytes], signature: bytes, after: list[bytes], cut: int) -> None:
    lines = [*USUAL[:cut], *before, *USUAL[cut:], signature, *after, b"", b"We agree.\n\ngpgsig x\n"]
    for raw in (
        b"\n".join(lines),
        b"\n".join([*USUAL, signature, *after, b"", b"text"]),
        b"\n".join([*USUAL, signature]),
    ):
        for object_format in ("sha1", "sha256"):
            assert split(raw, object_format) == commit._split_any(raw, object_format)


def test_git_s_own_commits_take_the_quick_way() -> None:
    assert commit._usual(b"gpgsig").match(signed())


def test_many_at_once_keep_their_order() -> None:
    raws = [signed(PAYLOAD + b"%d" % number, ANA if number % 2 else BEN) for number in range(3000)]
    raws[7], raws[50] = PAYLOAD, raws[50] + b"x"
    found = list(verify_commits(iter(raws)))
    assert found == [verify_commit(raw) for raw in raws]
    assert [found[0].key, found[1].key] == [BEN.fingerprint, ANA.fingerprint]
    assert (found[7].status, found[50].status) == ("none", "bad")
    assert list(verify_commits([])) == []


def test_an_error_while_reading_reaches_the_caller() -> None:
    def broken() -> object:
        yield signed()
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(verify_commits(broken()))  # type: ignore[arg-type]


def test_the_committer() -> None:
    assert committer_of(signed()) == b"A <a@b> 1 +0000"
    assert committer_of(TREE + b"\ncommitter in the message") == b""
    assert committer_of(b"") == b""


def test_real_commits_of_git(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "real")
    repository.commit("first", files={"a": "a"})
    repository.check_out()
    for kind in ("ed25519", "ecdsa-256", "rsa"):
        key = SigningKey.make("ana", kind)  # type: ignore[arg-type]
        oid = repository.signed_by_git("Approve\n\n\n  Signoff: x  \n\n", key)
        raw = repository.raw(oid)
        assert verify_commit(raw).status == "good"
        assert verify_commit(raw).key == key.fingerprint


LINES = {
    "usual": b"A <a@b> 1770000000 +0000",
    "short zone": b"A <a@b> 1770000000 +00",
    "zeros in front": b"A <a@b> 00000000000000001770000000 +0000",
    "no blank": b"A <a@b>1770000000 +0000",
    "tab": b"A <a@b>\t1770000000\t+0000",
    "two ends": b"A <a> b> 1770000000 +0000",
    "no time": b"A <a@b>",
    "before 1970": b"A <a@b> -5 +0000",
    "no zone": b"A <a@b> 1770000000",
    "no zone, but long": b"A <a@b> 100000000000000000000",
    "last second": b"A <a@b> 253402300799 +0000",
    "year 10000": b"A <a@b> 253402300800 +0000",
    "19 digits": b"A <a@b> 9999999999999999999 +0000",
    "20 digits": b"A <a@b> 18446744073709551615 +0000",
    "40 digits": b"A <a@b> " + b"9" * 40 + b" +0000",
    "nobody": b"A 1770000000 +0000",
    "open": b"A <a@b 1770000000 +0000",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_who_made_it_and_when_is_read_as_by_git(tmp_path: Path, line: bytes) -> None:
    """It is never good where `git verify-commit` fails or dies."""
    repository = TestRepository.create(tmp_path / "r")
    tree = f"tree {repository.tree({})}\n".encode()
    raw = signed(tree + b"author A <a@b> 1770000000 +0000\ncommitter " + line + b"\n" + MESSAGE)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ana@shop.example {ANA.line}\n")
    settings = ("-c", f"gpg.ssh.allowedSignersFile={allowed}")
    command = ["git", *settings, "verify-commit", repository.store("commit", raw)]
    said = subprocess.run(command, cwd=repository.folder, capture_output=True, check=False)
    assert verify_commit(raw).status == ("bad" if said.returncode else "good")


def test_a_time_of_a_million_digits_takes_no_time() -> None:
    for digits in (b"9" * 1_000_000, b"0" * 1_000_000, b"> 1" * 300_000):
        raw = signed(TREE + b"author A <a@b> 1 +0000\ncommitter A <a@b> " + digits + b" +0000\n" + MESSAGE)
        assert verify_commit(raw).status in {"good", "bad"}
