"""Objects as bytes: whatever they are, they are read or refused, never a crash."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_ecompm.git import objects
from mkdocs_ecompm.git.objects import (
    MalformedObject,
    TreeLines,
    digest,
    entry_named,
    line_date,
    parse_commit,
    parse_tree,
)

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
        (b"A <a@b> 9999999999999999999 +0000", 9999),
        (b"A <a@b> 100000000000000000000 +0000", 9999),
        (b"A <a@b> " + b"9" * 100_000 + b" +0000", 9999),
        (b"A <a@b> " + b"0" * 100_000 + b"1770000000 +0000", 2026),
        (b"A <a@b>1770000000\t+0000 x", 2026),
        (b"A <a@b> 1770000000 +00", 2026),
        (b"A <a> 1> 1770000000 +0000", 2026),
        (b"A <a@b> 1770000000 +0000\nfolded", 2026),
        (b"A <a@b> 1770000000", 1970),
        (b"A <a@b> 1770000000 UTC", 1970),
        (b"A <a@b> 1770000000 +0000 >", 1970),
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


NAME = b"0123456789abcdef0123456789abcdef01234567"
PIECES = (
    *(b"tree " + NAME, b"parent " + NAME, b"parent " + NAME, b"parent x", b"author A <a@b> 1 +0000"),
    *(b"committer C <c@d> 2 +0000", b"author ", b"committer", b" folded", b"gpgsig x", b"", b"mergetag y"),
)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.integers(0, 200))
def test_the_short_way_through_a_usual_commit_is_no_other_way(lines: list[bytes], end: int) -> None:
    usual = [
        b"tree " + NAME,
        b"parent " + NAME,
        b"author A <a@b> 1 +0000",
        b"committer C <c@d> 2 +0000",
        b"",
        b"Text",
        b"",
    ]
    for raw in (
        b"\n".join(lines),
        b"\n".join([*usual[:2], *lines, *usual[2:]])[: 300 - end],
        b"\n".join(lines + usual),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(objects, "_ABOVE", re.compile(rb"(?!)"))
            patch.setattr(objects, "_PEOPLE", re.compile(rb"(?!)"))
            expected = outcome(raw)
        assert outcome(raw) == expected


def outcome(raw: bytes) -> object:
    try:
        commit = parse_commit("0" * 40, raw)
    except MalformedObject as error:
        return str(error)
    return commit, commit.author, commit.committer


ENTRIES = (
    b"100644 a",
    b"40000 a",
    b"40000 b",
    b"040000 b",
    b"120000 ab",
    b"100644 b\n",
    b"40000 ..",
    b"x",
    b"100644 ",
    b"100644 a/b",
)


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.tuples(st.sampled_from(ENTRIES), st.binary(min_size=20, max_size=20)), max_size=6),
    st.sampled_from([b"a", b"b", b"ab", b"b\n", b"."]),
    st.binary(max_size=8),
)
def test_the_short_way_to_an_entry_is_no_other_way(
    entries: list[tuple[bytes, bytes]], name: bytes, more: bytes
) -> None:
    """But for this: it does not mind that other entries have the same name."""
    raw = b"".join(head + b"\0" + oid for head, oid in entries) + more
    try:
        found = entry_named(OID, raw, name)
    except MalformedObject as error:
        with pytest.raises(MalformedObject, match=re.escape(str(error))):
            parse_tree(OID, raw)
        return
    try:
        whole = parse_tree(OID, raw)
    except MalformedObject:
        others = [head.split(b" ", 1)[1] for head, _ in entries]
        assert not more
        assert others.count(name) < 2
        assert len(set(others)) < len(others)
        assert {b"..", b"", b"a/b"}.isdisjoint(others)
        return
    assert [entry for entry in whole if entry.name == name] == ([found] if found else [])


def test_entries_are_kept_from_one_tree_to_the_next_and_checked_all_the_same() -> None:
    def line(name: bytes) -> bytes:
        return b"100644 " + name + b"\0" + b"o" * 20

    known = TreeLines()
    first = parse_tree("0" * 40, line(b"a") + line(b"b"), known)
    second = parse_tree("1" * 40, line(b"b") + line(b"c"), known)
    assert first[1] is second[0]
    assert [entry.name for entry in second] == [b"b", b"c"]
    for broken in (line(b"a") + line(b"a"), line(b"a") + line(b"b")[:-1], line(b"b") + line(b"..")):
        with pytest.raises(MalformedObject):
            parse_tree("2" * 40, broken, known)
