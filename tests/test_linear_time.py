"""Whoever can push a branch writes messages and files: ten times the bytes may take ten times as long, not more."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from mkdocs_ecompm.git.objects import MalformedObject, entry_named, parse_commit, parse_tree
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.load.piecewise import PiecewiseReader
from mkdocs_ecompm.plugin import TAG
from mkdocs_ecompm.registers.signoffs import Demand
from mkdocs_ecompm.signatures.commit import verify_commit
from mkdocs_ecompm.signatures.openpgp_packets import unarmor
from mkdocs_ecompm.signatures.wire import MalformedError
from mkdocs_ecompm.signoff.review_body import read_review
from mkdocs_ecompm.signoff.review_file import InvalidEvidence, parse
from mkdocs_ecompm.signoff.trailers import read_message

MANY: Final = 300_000
LONGEST: Final = 20.0
"""Seconds of the processor. Each of these takes less than four; where a step looks back at all, it takes minutes."""

FILES = {
    "backslashes before quotes": b'{"a' + b'\\"' * MANY,
    "quotes that nothing closes": b'{"a":"' + b'\\"b' * MANY,
    "a backslash at the end": b'{"' + b"\\\\" * MANY + b"\\",
    "quotes that close": b'{"a' + b'"' * MANY,
}
MESSAGES = {
    "empty lines above the subject": "\n" * 4 * MANY + "Subject\n\nSignoff: approve charter",
    "a condition of many lines": "Subject\n\nSignoff: approve charter\nCondition: a" + "\n b" * 4 * MANY,
    "blanks before a word": "Subject\n\nSignoff: approve charter\n" + " " * MANY + "x",
    "blanks behind a word": "Subject\n\nSignoff: approve charter\nsignoff" + " " * MANY + "x",
}
BODIES = {
    "conditions": "Condition: a\n" * MANY,
    "conditions without words": "Condition:\n" * MANY,
    "a condition without words, and empty lines": "Condition:" + "\n" * MANY,
    "a condition of many lines": "Condition: a" + "\n b" * MANY,
    "marks before a condition": "*" * MANY + "Condition" + "*" * MANY,
    "fences": "```\n" * MANY,
    "fences in one line": "`" * MANY + "\n" + "`" * MANY + "x`",
    "comments that nothing closes": "<!--\n" * MANY,
    "comments in one line": "<!--" * MANY + "-->" * MANY,
    "carriage returns": "<!--\r" * MANY,
    "hidden sign-offs": "<!--\n" + "Signoff: approve charter\n" * MANY,
}


PERSON = b"A <a@b> 1 +0000"
FOLDED = b"\n x" * 3 * MANY
HEADERS = {
    "a folded committer": b"\nauthor " + PERSON + b"\ncommitter " + PERSON + FOLDED,
    "a folded author": b"\nauthor " + PERSON + FOLDED + b"\ncommitter " + PERSON,
    "a folded header and no author": b"\ncommitter " + PERSON + b"\nother" + FOLDED,
    "a folded signature": b"\nauthor " + PERSON + b"\ncommitter " + PERSON + b"\ngpgsig x" + FOLDED,
    "headers without end": b"\nauthor " + PERSON + b"\ncommitter " + PERSON + b"\nx y" * MANY,
    "parents": b"\nparent " + b"2" * 40 + (b"\nparent " + b"3" * 40) * (MANY // 10),
}
TREES = {
    "entries": (b"100644 %d\0" + b"x" * 20, MANY),
    "entries that look like the one": (b"40000 project%d\0" + b" project\0 project\0..", MANY),
}


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Stop what takes too long with a failure, where the system can."""

    def stop(*_: object) -> None:
        pytest.fail(f"more than {LONGEST} seconds")

    if not hasattr(signal, "SIGVTALRM"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_evidence(name: str) -> None:
    with pytest.raises(InvalidEvidence):
        parse(FILES[name])


@pytest.mark.parametrize("name", MESSAGES)
def test_a_commit_message(name: str) -> None:
    assert read_message(MESSAGES[name].encode()).lines


@pytest.mark.parametrize("read", [read_review, lambda body: read_message(b"S\n\nSignoff: approve a\n" + body.encode())])
@pytest.mark.parametrize("name", BODIES)
def test_the_body_of_a_review(name: str, read: Callable[[str], object]) -> None:
    assert read(BODIES[name]) is not None


@pytest.mark.parametrize("name", HEADERS)
def test_the_headers_of_a_commit(name: str) -> None:
    raw = b"tree " + b"1" * 40 + HEADERS[name] + b"\n\nText\n"
    commit = parse_commit("0" * 40, raw)
    assert commit.committer_date <= commit.author_date or name == "a folded header and no author"
    assert verify_commit(raw).status in {"none", "bad"}


@pytest.mark.parametrize("name", TREES)
def test_the_entries_of_a_tree(name: str) -> None:
    entry, count = TREES[name]
    raw = b"".join(entry.replace(b"%d", b"%d" % number) for number in range(count))
    assert entry_named("0" * 40, raw, b"project") is None
    assert entry_named("0" * 40, raw + b"40000 project\0" + b"y" * 20, b"project") is not None
    with pytest.raises(MalformedObject):
        entry_named("0" * 40, raw + (b"40000 project\0" + b"y" * 20) * 2, b"project")
    with pytest.raises(MalformedObject):
        entry_named("0" * 40, raw + b"junk", b"project")


def test_a_tree_that_is_none() -> None:
    raw = b"1 " * MANY
    for read in (lambda: parse_tree("0" * 40, raw), lambda: entry_named("0" * 40, raw, b"project")):
        with pytest.raises(MalformedObject):
            read()


def test_a_value_of_blanks() -> None:
    text = b"risks:\n  - id: R-1\n    title: b" + b" " * MANY + b"!\n"
    assert PiecewiseReader().read(text) is not None


def test_lists_of_the_same_items() -> None:
    (change,) = difference({"items": ["a"] * 20_000}, {"items": ["a"] * 10_000 + ["b"] + ["a"] * 9_999})
    assert (change.was, change.is_) == ("a", "b")


def test_a_tag_that_nothing_closes() -> None:
    assert TAG.sub("", "<a" + ' href="ecompm:' * MANY) != ""


def test_a_day_of_blanks() -> None:
    found = Demand.model_validate(
        {"id": "D", "artifact": "charter", "approvers": ["mia"], "due": "a" * MANY + "\n" * 3}
    )
    assert found.due is not None


def test_a_key_file_of_beginnings() -> None:
    text = b"".join(b"a: -----BEGIN PGP X-----\n" for _ in range(MANY // 10))
    with pytest.raises(MalformedError):
        unarmor(text, b"PGP PUBLIC KEY BLOCK")
