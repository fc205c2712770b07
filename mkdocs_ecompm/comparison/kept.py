"""What differed between two commits, kept from run to run: their files never change, and so nor does this.

Only what files say is kept, never who agreed: that is judged each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs_ecompm.history.kept import Kept, program
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.finding import Source


class Difference(NamedTuple):
    """The facts, and the registers that one of the sides has and cannot show."""

    facts: tuple[Fact, ...]
    not_compared: tuple[str, ...]


class KeptDifferences:
    """The differences that were asked for in this run and in the one before."""

    def __init__(self, folder: Path | None, project: str) -> None:
        """With a folder of the cache, or None to keep nothing; `project` is where the project is in the repository."""
        name = f"differences-{hashlib.sha256(project.encode()).hexdigest()[:16]}.json"
        self._kept = Kept(folder / name, program()) if folder else None
        known = self._kept.load() if self._kept else None
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}
        self._asked: dict[str, Difference] = {}

    def between(self, sides: tuple[object, ...], compare: Callable[[], Difference]) -> Difference:
        """The difference between two sides, which are told by ids of commits and all else that it depends on."""
        key = json.dumps(sides, default=str)
        found = _difference(self._known.get(key)) or compare()
        self._asked[key] = found
        return found

    def save(self) -> None:
        """Keep what was asked for, if anything of it is new."""
        if self._kept is not None and not self._asked.keys() <= self._known.keys():
            self._kept.save({key: _plain(found) for key, found in self._asked.items()})


def _plain(found: Difference) -> list[Any]:
    return [[_row(fact) for fact in found.facts], found.not_compared]


def _row(fact: Fact) -> list[Any]:
    source = fact.source and [fact.source.path, fact.source.line, fact.source.column]
    texts = [fact.topic, fact.tone, fact.kind, fact.ref, fact.subject, fact.rest, fact.was, fact.is_]
    return [*texts, source, fact.weight, fact.amount, fact.about]


def _difference(plain: Any) -> Difference | None:
    """A difference from JSON; None if it is not as it was written."""
    try:
        rows, hidden = plain
        return Difference(tuple(map(_fact, rows)), tuple(hidden))
    except (ValueError, TypeError):
        return None


def _fact(row: list[Any]) -> Fact:
    topic, tone, kind, ref, subject, rest, was, is_, source, weight, amount, about = row
    place = Source(*source) if source else None
    return Fact(Topic(topic), kind, ref, subject, rest, was, is_, place, Tone(tone), weight, amount, tuple(about))
