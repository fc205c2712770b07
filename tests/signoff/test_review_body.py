"""What a review's body says: conditions wherever they stand, sign-off lines as in a commit, and nothing unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signoff.review_body import read_review
from mkdocs_ecompm.signoff.trailers import Line, read_message

CHARTER = (Line(Decision.APPROVE, "charter"),)


@pytest.mark.parametrize(
    ("body", "conditions"),
    [
        ("Condition: only with the contract", ["only with the contract"]),
        ("Fine with me.\n\nCondition: only with the contract", ["only with the contract"]),
        ("Fine.\r\n\r\nCondition: one\r\nCondition: two\r\n\r\nThanks", ["one", "two"]),
        ("Fine.\rCondition: one\rThanks", ["one"]),
        ("Condition: above\n\nFine.\n\nSignoff: approve charter\nCondition: below", ["above", "below"]),
        ("condition: one\nCONDITIONS : two", ["one", "two"]),
        ("  Condition: indented\n\u00a0Condition: pasted", ["indented", "pasted"]),
        ("**Condition:** one\n\n__Conditions__: two\n\n### Condition: three", ["one", "two", "three"]),
        ("- Condition: one\n* Condition: two\n3. Condition: three", ["one", "two", "three"]),
        ("Condition: only with the contract\n  signed by 29 May\nThanks", ["only with the contract signed by 29 May"]),
        ("Condition: one\n Condition: two", ["one", "two"]),
        ("Conditions:\n\n- the contract\n- the stock\n\nThanks", ["- the contract - the stock"]),
        ("Condition:\nSignoff: approve charter", [""]),
        ("Condition: one\0\u202e", ["one\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"]),
        ("On one condition: none\n> Condition: of somebody else\nConditional: no\nPre-condition: no", []),
        ("Condition", []),
    ],
)
def test_a_condition_counts_wherever_it_stands(body: str, conditions: list[str]) -> None:
    saying = read_review(body)
    assert (list(saying.conditions), saying.faults) == (conditions, ())


@pytest.mark.parametrize(
    "body",
    [
        "Fine.\n\n```\n{}\n```",
        "Fine.\n\n~~~~ text\n```\n~~~\n{}\n~~~~",
        "````\n```\n{}",
        "<!-- \n{}\n-->",
        "<!-- one --> <!--\n{}\n-->",
        "<!--\n\n```\n-->\n<!--\n{}\n-->",
        "```\n<!--\n```\n<!--\n```\n{}\n-->",
    ],
)
def test_a_sign_off_that_nobody_sees_says_nothing(body: str) -> None:
    saying = read_review(body.format("Signoff: approve charter"))
    assert saying.lines == ()
    (fault,) = saying.faults
    assert fault.startswith("the line `Signoff: approve charter` says nothing")


@pytest.mark.parametrize(
    "body",
    [
        "```\nSignoff: approve risks\n```\n\n{}",
        "```Signoff: approve risks```\n\n{}",
        "<!-- a --> <!---->\n\n{}",
        "<!--\n```\n-->\n\n{}",
        "`````\n```\n`````\n\n{}",
        "    ```\n\n{}",
        "--> \n\n{}\n<!-- the end",
    ],
)
def test_one_that_is_seen_counts(body: str) -> None:
    assert read_review(body.format("Signoff: approve charter")).lines == CHARTER


@pytest.mark.parametrize("body", ["```\n{}\n```", "~~~ text\n\n{}\n\n~~~~", "<!-- note\n\n{}\n--> \nFine"])
def test_a_condition_that_nobody_sees_is_told(body: str) -> None:
    saying = read_review(body.format("Condition: one"))
    assert saying.conditions == ()
    assert saying.faults == ("the line `Condition: one` says nothing, as it stands in a comment or a block of code",)


@pytest.mark.parametrize(
    "body",
    [
        "```\n\n{}",  # it may be that of a list
        "- ```\n  code\n  ```\n\n{}\n\n```\ncode\n```",
        "Take `<!--` out.\n\n{}\n\nAnd `-->`, too.",
        "<!-- \n\n{}",
        "<!-- note -->\n\n{}\n\n<!-- note -->",
    ],
)
def test_a_condition_that_may_be_seen_counts(body: str) -> None:
    assert read_review(body.format("Condition: one")).conditions == ("one",)


def test_lines_that_nobody_sees_are_told_in_one_sentence() -> None:
    (fault,) = read_review("<!--\n" + "Signoff: approve charter\n" * 5 + "Condition: one\n-->").faults
    assert fault == (
        "6 lines say nothing, as they stand in comments or in blocks of code; the first is `Signoff: approve charter`"
    )


def test_a_hidden_line_does_not_carry_another_one_on() -> None:
    saying = read_review("Signoff: approve charter\n<!--\n  Signoff: approve risks\n-->")
    assert saying.lines == CHARTER
    assert len(saying.faults) == 1


def test_the_words_of_a_body_that_no_message_could_have() -> None:
    saying = read_review("Signoff: approve charter\0\nCondition: one")
    assert (saying.lines, saying.conditions, len(saying.faults)) == ((), ("one",), 1)
    assert read_review("Condition: \ud800").conditions == ("?",)


LINES = st.sampled_from(
    ["Signoff: approve charter", "Signoff: reject risks", " as=x", "signoff: x", "", "text", "Condition: one", "> a"]
)


@given(st.lists(LINES, max_size=8))
def test_without_comments_and_code_sign_offs_are_those_of_a_commit(lines: list[str]) -> None:
    body = "\n".join(lines)
    expected = read_message(b"Review\n\n" + body.encode())
    saying = read_review(body)
    assert (saying.lines, saying.faults) == (expected.lines, expected.faults)
    assert len(saying.conditions) == lines.count("Condition: one")


@given(st.text(max_size=200))
def test_any_body_gets_an_answer(body: str) -> None:
    read_review(body)
    read_review(f"<!--\n{body}\n```\n{body}")
