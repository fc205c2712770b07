"""Fields and values as a reader calls them: `objectives/OB-2/due` is "Objective OB-2, due", `2026-06-30` a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.model.words import shorten

REGISTER_NAMES: Final[Mapping[str, str]] = {
    "raci": "RACI",
    "signoffs": "Sign-off policy",
    "trust": "Who may speak (trust)",
    "kpis": "KPIs",
    "golive": "Go-live checklist",
}
"""Registers and artifacts that are not called as their files are."""
_OF_RECORDS: Final = frozenset({"people", "departments", "organisations", "matrices"})
"""Lists whose ids are lower-case words like fields, and that no field has for a name."""
_SINGULAR: Final = {"kpis": "KPI", "people": "person", "matrices": "matrix", "criteria": "criterion"}
_LINKING: Final = re.compile(r"[_-]+")
_LARGE: Final = re.compile(r"[1-9]\d{4,14}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_LONGEST: Final = 160


def register_name(register: str) -> str:
    """What a reader calls a register."""
    return REGISTER_NAMES.get(register, language.capital(register))


def path_in_words(path: str) -> str:
    """The steps of a path as a reader would name them: a list and its item are one step, `process/0` "process 1"."""
    words: list[str] = []
    steps = [step for step in path.split("/") if step]
    while steps:
        step = steps.pop(0)
        if steps and not _is_item(step) and (step in _OF_RECORDS or _is_item(steps[0])):
            item = steps.pop(0)
            words.append(f"{singular(step)} {int(item) + 1 if item.isdigit() else period_in_words(item)}")
        else:
            words.append(step if _is_item(step) else _LINKING.sub(" ", step))
    return language.capital(", ".join(words))


def period_in_words(text: str) -> str:
    """A month or a day that stands for one as a key, `2026-03` as "March 2026"; any other text as it is."""
    try:
        if _MONTH.fullmatch(text):
            return language.month_and_year(date.fromisoformat(f"{text}-01"))
        return language.day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
    except ValueError:
        return text


def _is_item(step: str) -> bool:
    """Whether a step is an id or a position rather than a field: fields are lower-case words."""
    return step.isdigit() or re.fullmatch(r"[a-z][a-z_]*", step) is None


def singular(word: str) -> str:
    """What one item of a list is called."""
    text = _SINGULAR.get(word) or _LINKING.sub(" ", word)
    if text.endswith("ies"):
        return text[:-3] + "y"
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


def value_in_words(value: str | None, party: Callable[[str], str], length: int = _LONGEST) -> str:
    """A value as one would say it: a day, a number with its thousands, the name of a party; nothing for None."""
    if value is None:
        return ""
    if _DAY.fullmatch(value):
        try:
            return language.day(date.fromisoformat(value))
        except ValueError:
            return value
    if _LARGE.fullmatch(value):
        return language.number(Decimal(value))
    return party(value) or shorten(value, length)
