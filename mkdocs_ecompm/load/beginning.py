"""When a project begins, as far as its files say: a calendar week written without its year lies after that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeAlias

from mkdocs_ecompm.model.content import Yaml, YamlMap

Begin: TypeAlias = Callable[[], date | None]
"""Asked only where a week is found, because the answer may need a look at every value."""


def beginning(contents: Iterable[YamlMap]) -> date | None:
    """The `start` of a header, else the earliest day that is written anywhere."""
    held = list(contents)
    starts = [day for content in held for day in _days(content.get("start", ""))]
    return min(starts or (day for content in held for day in _days(content)), default=None)


def _days(value: Yaml) -> Iterator[date]:
    if isinstance(value, str):
        if len(value) == 10 and value[4:5] == value[7:8] == "-" and value.isascii():
            try:
                yield date.fromisoformat(value)
            except ValueError:
                return
        return
    for item in value.values() if isinstance(value, YamlMap) else value:
        yield from _days(item)
