"""Objects as bytes: whatever they are, they are read or refused, never a crash."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_ecompm.git.objects import MalformedObject, digest, line_date, parse_commit, parse_tree

OID = "1" * 40
HEAD = b"tree " + b"2" * 40 + b"\n"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_tree_or_refused(raw: bytes) -> None:
    try:
        entries = parse_tree(OID, raw)
    except MalformedObject:
        return
    assert (
        b"".join(e.mode.encode() + b" " + e.name + b"\0" + bytes.fromhex(e.oid) for e in entries) == raw or b"0" in raw
    )


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_commit_or_refused(raw: bytes) -> None:
    for content in (raw, HEAD + raw):
        try:
            commit = parse_commit(OID, content)
        except MalformedObject:
            continue
        assert commit.raw == content
        assert commit.raw.endswith(commit.message)


@pytest.mark.parametrize(
    "names",
    [[b"a", b"a"], [b".."], [b"."], [b""], [b"a/b"]],
)
def test_names_that_no_folder_can_have(names: list[bytes]) -> None:
    raw = b"".join(b"100644 " + name + b"\0" + bytes(20) for name in names)
    with pytest.raises(MalformedObject):
        parse_tree(OID, raw)


def test_a_parent_line_elsewhere_is_no_parent() -> None:
    """As git reads it: parents follow the tree at once."""
    parent = b"parent " + b"3" * 40 + b"\n"
    commit = parse_commit(OID, HEAD + parent + b"author a\n" + b"parent " + b"4" * 40 + b"\ncommitter c\n\nx")
    assert commit.parents == ("3" * 40,)


@pytest.mark.parametrize(
    ("line", "year"),
    [
        (b"A <a@b> 0 +0000", 1970),
        (b"A <a@b> 1770000000 -0330", 2026),
        (b"A <a@b> 99999999999999999 +0000", 9999),
        (b"A <a@b> -5 +0000", 1970),
        (b"A <a@b>", 1970),
        (b"A <a@b> x", 1970),
        (b"", 1970),
    ],
)
def test_dates(line: bytes, year: int) -> None:
    assert line_date(line).year == year


@settings(deadline=None)
@given(st.binary(max_size=50))
def test_an_id_is_that_of_git(data: bytes) -> None:
    content = f"blob {len(data)}\0".encode() + data
    assert digest("blob", data) == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    assert digest("blob", data, "sha256") == hashlib.sha256(content).hexdigest()
