from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mkdocs_ecompm import language

TODAY = date(2026, 5, 25)


def test_days_read_as_one_says_them() -> None:
    day = date(2026, 2, 18)

    assert language.day(day) == "18 Feb 2026"
    assert language.weekday(day) == "Wed 18 Feb"
    assert language.short_day(day) == language.short_day(day, TODAY) == "18 Feb"
    assert language.near_day(day, TODAY) == "18 February"
    assert language.near_day(date(2027, 2, 18), TODAY) == "18 February 2027"
    assert language.short_day(date(2027, 2, 18), TODAY) == "18 Feb 2027"
    assert language.weekday(date(2024, 11, 20), TODAY) == "Wed 20 Nov 2024"
    assert language.days(day, date(2026, 3, 1), TODAY) == "18 Feb \u2013 1 Mar"
    assert language.days(date(2027, 2, 18), date(2027, 3, 1), TODAY) == "18 Feb \u2013 1 Mar 2027"
    assert language.days(day, date(2027, 3, 1), TODAY) == "18 Feb 2026 \u2013 1 Mar 2027"


@pytest.mark.parametrize(
    ("day", "words"),
    [(24, "1 day late"), (19, "6 days late"), (25, "today"), (26, "tomorrow"), (27, "in 2 days")],
)
def test_how_far_a_day_is(day: int, words: str) -> None:
    assert language.when(date(2026, 5, day), TODAY) == words


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal(40000), "EUR", "€40,000"),
        (Decimal("39500.5"), "EUR", "€39,500.50"),
        (Decimal(-12), "GBP", "-£12"),
        (1500.0, "JPY", "JP¥1,500"),
        (Decimal(40000), "", "40,000"),
    ],
)
def test_money_has_cents_only_where_there_are_any(amount: Any, currency: str, text: str) -> None:
    assert language.money(amount, currency) == text


def test_counts_are_words_up_to_twelve() -> None:
    assert language.count(1, "sign-off") == "one sign-off"
    assert language.count(0, "criterion", "criteria") == "no criteria"
    assert language.count(13, "sign-off") == "13 sign-offs"
    assert language.figure(1200, "risk") == "1,200 risks"


def test_lists_are_joined_and_long_ones_cut() -> None:
    assert language.listing(["a", "b", "c"]) == "a, b and c"
    assert language.few(["a", "b", "c", "d"]) == "a, b and 2 more"
    assert language.few(["a", "b", "c"]) == "a, b and c"
