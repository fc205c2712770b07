"""What a commit message says, to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signoff.trailers import Line, Saying, read_message

DIGEST = "sha256:" + "0af" * 21 + "0"


def last(*lines: str) -> Saying:
    return read_message("\n".join(["Subject", "", *lines, ""]).encode())


def test_a_line_with_everything() -> None:
    saying = last(f"Signoff: approve raci/delivery as=sponsor digest={DIGEST} project=shop")
    assert saying.lines == (Line(Decision.APPROVE, "raci/delivery", "sponsor", DIGEST, "shop"),)
    assert saying.faults == ()
    assert saying.comment == "Subject"


def test_several_lines_conditions_and_other_trailers() -> None:
    message = b"""Approve after the second review

We talked about it.

Signoff: approve charter
Co-authored-by: Somebody <s@shop.example>
Signoff: reject budget
Condition: only with the contract
  signed by 29 May
Condition: and soon
"""
    saying = read_message(message)
    assert [(line.decision, line.artifact) for line in saying.lines] == [
        (Decision.APPROVE, "charter"),
        (Decision.REJECT, "budget"),
    ]
    assert saying.conditions == ("only with the contract signed by 29 May", "and soon")
    assert saying.comment == "Approve after the second review\n\nWe talked about it."


@pytest.mark.parametrize(
    "text",
    [
        "approve charter foo=1",
        "approve charter as=a as=b",
        "approve charter as=",
        "approve charter digest=sha256:abc",
        f"approve charter digest={DIGEST.upper()}",
        "approve charter more",
        "approve charter project=a b",
        "approve charter As=a",
        "approve charter as=ünder",
    ],
)
def test_a_malformed_attribute_voids_the_line(text: str) -> None:
    (line,) = last(f"Signoff: {text}").lines
    assert line.fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "approve",
        "Approve charter",
        "accept charter",
        "approve Charter",
        "approve a/b/c",
        "approve obligations/*",
        "approve ../x",
        "approve\tcharter",
    ],
)
def test_a_line_that_cannot_be_read_is_a_fault(text: str) -> None:
    saying = last(f"Signoff: {text}")
    assert saying.lines == ()
    assert len(saying.faults) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("approve charter", "reject charter"),
        ("approve charter", "withdraw charter as=sponsor"),
        ("approve charter", "approve charter foo=1"),
        ("approve raci/a", "reject raci/A"),
        ("approve charter", "reject charter project=shop"),
    ],
)
def test_contradicting_lines_void_each_other(lines: tuple[str, ...]) -> None:
    saying = last(*(f"Signoff: {line}" for line in lines), "Signoff: approve risks")
    assert [bool(line.fault) for line in saying.lines] == [True, True, False]


def test_two_slots_or_two_projects_are_no_contradiction() -> None:
    saying = last("Signoff: approve a as=x", "Signoff: approve a as=y", "Signoff: approve a as=x")
    assert [line.fault for line in saying.lines] == ["", ""]
    saying = last("Signoff: approve a project=x", "Signoff: reject a project=y")
    assert [line.fault for line in saying.lines] == ["", ""]


def test_a_folded_sign_off_is_void() -> None:
    (line,) = last("Signoff: approve charter", "  as=sponsor").lines
    assert line.fault


def test_windows_line_ends_and_blanks_at_the_end() -> None:
    assert read_message(b"Subject\r\n\r\nSignoff: approve charter  \r\n\r\n\n").lines == (
        Line(Decision.APPROVE, "charter"),
    )


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"])
def test_only_a_line_feed_begins_a_line(separator: str) -> None:
    assert last(f"text{separator}Signoff: approve charter").lines == ()
    (line,) = last(f"Signoff: approve charter as=a{separator}Signoff: approve risks").lines
    assert line.fault


def test_a_message_that_is_not_text() -> None:
    saying = read_message(b"\xff\xfe\n\nSignoff: approve charter\nCondition: \xff\n")
    assert saying.lines == (Line(Decision.APPROVE, "charter"),)
    assert saying.conditions == ("\N{REPLACEMENT CHARACTER}",)


@pytest.mark.parametrize("place", ["body\0\n\nSignoff: approve charter", "body\n\nSignoff: approve charter\0 x"])
def test_a_message_with_a_nul_says_nothing(place: str) -> None:
    saying = read_message(f"Subject\n\n{place}".encode())
    assert saying.lines == ()
    assert "NUL" in saying.faults[0]


def test_thousands_of_lines_say_nothing() -> None:
    many = [f"Signoff: approve raci/a{number}" for number in range(1001)]
    assert len(last(*many[:1000]).lines) == 1000
    saying = last(*many)
    assert (saying.lines, len(saying.faults)) == ((), 1)


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(message: bytes) -> None:
    read_message(message)
    read_message(b"S\n\nSignoff: " + message)


@given(st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_nothing_in_the_body_becomes_a_sign_off(text: str) -> None:
    body = f"Subject\n\nSignoff: approve risks\n{text}\n\nSignoff: approve charter\n".encode("utf-8", "surrogatepass")
    assert [line.artifact for line in read_message(body).lines] == ["charter"]
