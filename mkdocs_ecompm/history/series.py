"""The values that the versions of the registers said, one after another, and when each record was last touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import compress
from operator import is_not
from typing import Final, TypeAlias

from msgspec import Struct

from mkdocs_ecompm.history.parts import Parts
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.history import Point, Revision, Series
from mkdocs_ecompm.model.register import Register, Said

Key: TypeAlias = tuple[str, str]
"""The kind of a series and its record, without regard to case."""


_point: Final[Callable[[tuple[str, datetime, str | None]], Point]] = partial(tuple.__new__, Point)
"""Makes a point in half the time: a long history has tens of thousands."""


@dataclass(slots=True)
class Track:
    """A series in the making: at which positions of the line its value changed, and to what."""

    register: str
    kind: str
    ref: str
    name: str
    positions: list[int] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)

    def say(self, position: int, value: str | None) -> None:
        """Take down a value, if it is another one than before."""
        if not self.values or self.values[-1] != value:
            self.positions.append(position)
            self.values.append(value)


@dataclass(slots=True)
class Tracks:
    """Every series, and for each record and register the positions at which its content changed."""

    series: dict[Key, Track] = field(default_factory=dict)
    touched: dict[str, list[int]] = field(default_factory=dict)
    present: dict[str, dict[str, list[Key]]] = field(default_factory=dict)
    """For each register the series that its last version said something for, by their records."""
    last: dict[str, Parts] = field(default_factory=dict)
    """For each register the version that the next one is compared with."""

    def hear(self, position: int, register: Register, now: Parts | None) -> None:
        """Take down a version of a register that came after all those before; None: it is not there any more."""
        name = register.name
        parts = now or Parts()
        before = self.last.get(name, Parts())
        self.last[name] = parts
        changed = {key: _differing(found, before.records.get(key, {})) for key, found in parts.records.items()}
        touched = [one for found in changed.values() for one in found]
        gone = [one for key, found in before.records.items() for one in _without(found, parts.records.get(key, {}))]
        same = parts.rest == before.rest
        if not (touched or gone) and same:
            return
        self.touched.setdefault(name, []).append(position)
        for one in touched:
            self.touched.setdefault(f"{name}/{one}", []).append(position)
        if same and register.by_record:  # of all other records it would say the same again
            said = register.series(parts.content(changed))
            self._say(position, name, said, [f"{name}/{one}" for one in (*gone, *touched)])
        else:
            said = register.series(parts.content()) if now is not None else ()
            self._say(position, name, said, list(self.present.get(name, ())))

    def _say(self, position: int, register: str, said: Iterable[Said], refs: Iterable[str]) -> None:
        """Take down what a version says now of the records `refs`."""
        present = self.present.setdefault(register, {})
        before = [key for ref in refs for key in present.pop(ref, ())]
        for one in said:
            ref = one.ref.casefold()
            key = (one.kind, ref)
            keys = present.setdefault(ref, [])
            if key not in keys:
                keys.append(key)
            track = self.series.get(key)
            if track is None:
                track = self.series[key] = Track(register, one.kind, one.ref, one.name)
            track.ref, track.name = one.ref, one.name
            if one.value:
                track.say(position, one.value)
        for key in before:
            if key not in present.get(key[1], ()):
                self.series[key].say(position, None)

    def to_series(self, names: Iterable[str], moments: Moments) -> tuple[Series, ...]:
        """The series of these registers, as far as the moments go."""
        every = (self.series[key] for name in names for key in self._keys(name))
        made = ((track, tuple(_points(track, moments))) for track in every)
        return tuple(Series(track.kind, track.ref, track.name, points) for track, points in made if points)

    def to_touched(self, moments: Moments) -> dict[str, datetime]:
        """When each record and register was last touched, as far as the moments go."""
        last = ((name, _last(positions, moments)) for name, positions in self.touched.items())
        return {name: moment.at for name, moment in last if moment is not None}

    def there(self, register: str) -> list[Key]:
        """The series that the last version of a register has something for, in the order of its files."""
        present = self.present.get(register, {})
        parts = self.last.get(register, Parts())
        order = (f"{register}/{name}" for found in parts.records.values() for name in found)
        return [key for ref in dict.fromkeys((*order, *present)) for key in present.get(ref, ())]

    def _keys(self, register: str) -> Iterable[Key]:
        """The series of a register: what is there, and after it what is gone."""
        return dict.fromkeys(
            (*self.there(register), *(k for k, one in self.series.items() if one.register == register))
        )


class Moments(Struct, frozen=True):
    """When the positions of the line were: those that count, and the working tree, which comes after all."""

    revisions: Sequence[Revision]
    end: int
    today: Revision | None = None

    def at(self, position: int) -> Revision | None:
        """The revision of a position, None if it does not count."""
        if position < len(self.revisions):
            return self.revisions[position]
        return self.today if position == self.end else None


def _last(positions: Sequence[int], moments: Moments) -> Revision | None:
    return next((found for position in reversed(positions) if (found := moments.at(position)) is not None), None)


def _points(track: Track, moments: Moments) -> Iterator[Point]:
    before: str | None = None
    told = moments.revisions
    for position, value in zip(track.positions, track.values, strict=True):
        moment = told[position] if position < len(told) else moments.at(position)
        if moment is not None and value != before:
            yield _point((moment.commit, moment.at, value))
            before = value


def _without(before: Mapping[str, YamlMap], now: Mapping[str, YamlMap]) -> AbstractSet[str]:
    """The records that are no more."""
    return frozenset() if before.keys() == now.keys() else before.keys() - now.keys()


def _differing(now: Mapping[str, YamlMap], before: Mapping[str, YamlMap]) -> list[str]:
    """The records that are new or say something else; what was read from the same text is the same object."""
    if list(now) == list(before):  # nearly always: all but the records of one file are the same objects
        others: Iterable[str] = compress(now, map(is_not, now.values(), before.values()))
    else:
        others = now
    return [name for name in others if now[name] != before.get(name)]
