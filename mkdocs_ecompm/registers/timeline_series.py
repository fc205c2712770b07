"""What a version of timeline.yml says, for the history: the day of each milestone and gate. Untyped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.register import Said
from mkdocs_ecompm.model.words import ID_PATTERN

_LISTS: Final = {"gates": "gate", "milestones": "milestone"}


def series(content: YamlMap) -> Iterable[Said]:
    """The promised days of one version; one that is no day of the calendar is said to be unreadable."""
    for field, kind in _LISTS.items():
        items = content.get(field)
        for item in items if isinstance(items, YamlList) else ():
            if not isinstance(item, YamlMap) or "date" not in item:
                continue
            own, name = item.get("id"), item.get("name")
            if isinstance(own, str) and ID_PATTERN.fullmatch(own):
                yield Said(kind, f"timeline/{own}", name if isinstance(name, str) else own, _day(item["date"]))


def _day(value: Yaml) -> str:
    if not isinstance(value, str) or len(value) != len("2026-10-06") or not value.isascii():
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return ""
