"""The work breakdown structure: which activity is a summary, and of which tasks."""

from __future__ import annotations

from collections.abc import Sequence


def members(codes: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """Of each summary (by its number) the activities under it that are no summaries themselves, in order.

    A code is a summary's if it is a whole prefix of another: `2` of `2.1`, never of `21`.
    """
    by_code: dict[str, list[int]] = {}
    for number, code in enumerate(codes):
        if code:
            by_code.setdefault(code, []).append(number)
    under: dict[int, list[int]] = {}
    for number, code in enumerate(codes):
        for summary in _above(code, by_code):
            under.setdefault(summary, []).append(number)
    return {summary: tuple(number for number in numbers if number not in under) for summary, numbers in under.items()}


def _above(code: str, by_code: dict[str, list[int]]) -> list[int]:
    """The activities whose code is a prefix of this one."""
    found: list[int] = []
    end = code.rfind(".")
    while end > 0:
        found.extend(by_code.get(code[:end], ()))
        end = code.rfind(".", 0, end)
    return found
