"""A version of a register, taken apart: its records, which come and go one by one, and all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap


class Parts(Struct, frozen=True):
    """What a version consists of.

    `records` holds those of each list by their ids, without regard to case. `rest` holds all other keys, and of a list
    the items without an id.
    """

    records: Mapping[str, Mapping[str, YamlMap]] = field(default_factory=dict)
    rest: Mapping[str, Yaml] = field(default_factory=dict)

    def content(self, wanted: Mapping[str, Iterable[str]] | None = None) -> YamlMap:
        """The content of which these are the parts; of the records only the `wanted` ones."""
        content = YamlMap()
        content.update(self.rest)
        for name, found in self.records.items():
            content[name] = items = YamlList()
            items.extend(found.values() if wanted is None else [found[one] for one in wanted.get(name, ())])
            items.extend(self.rest.get(name, ()))
        return content


def parts(content: YamlMap) -> Parts | None:
    """The parts of a content; None if two of its records have the same id, for which the loader refuses it."""
    records: dict[str, dict[str, YamlMap]] = {}
    rest: dict[str, Yaml] = {}
    count = 0
    for key, value in content.items():
        if not isinstance(value, YamlList):
            rest[key] = value
            continue
        named, others = _sorted_out(value)
        count += len(named)
        if named:
            records[key] = dict(named)
        if others or not named:
            rest[key] = others
    return _unless_repeated(records, rest, count)


def joined(several: Iterable[Parts]) -> Parts | None:
    """The parts of a register of several files: its lists together, any other key in one file only; else None."""
    records: dict[str, dict[str, YamlMap]] = {}
    rest: dict[str, Yaml] = {}
    count = 0
    for one in several:
        for key, found in one.records.items():
            count += len(found)
            if key in records:
                records[key].update(found)
            else:
                records[key] = dict(found)
        for key, value in one.rest.items():
            have = rest.get(key)
            if have is not None and not (isinstance(have, YamlList) and isinstance(value, YamlList)):
                return None
            rest[key] = value if have is None else _both(have, value)
    if any(not isinstance(rest.get(key, YamlList()), YamlList) for key in records):
        return None
    return _unless_repeated(records, rest, count)


def exchanged(whole: Parts, before: Parts, now: Parts) -> Parts | None:
    """What files say together after one of them changed, from what they said before it; None if that is not so plain.

    It is where no record came, went or moved: nearly always.
    """
    if now.records.keys() != before.records.keys() or now.rest != before.rest:
        return None
    records = dict(whole.records)
    for key, found in now.records.items():
        if found.keys() != before.records[key].keys():
            return None
        records[key] = {**records[key], **found}
    return Parts(records, whole.rest)


def _unless_repeated(
    records: Mapping[str, Mapping[str, YamlMap]], rest: Mapping[str, Yaml], count: int
) -> Parts | None:
    ids = sum(map(len, records.values())) if len(records) < 2 else len(set().union(*records.values()))
    return Parts(records, rest) if ids == count else None


def _sorted_out(items: YamlList) -> tuple[list[tuple[str, YamlMap]], YamlList]:
    """The records of a list, and what in it is none."""
    named, others = [], YamlList()
    for item in items:
        name = item.get("id") if isinstance(item, YamlMap) else None
        if isinstance(name, str) and isinstance(item, YamlMap):
            named.append((name.casefold(), item))
        else:
            others.append(item)
    return named, others


def _both(one: Iterable[Yaml], other: Iterable[Yaml]) -> YamlList:
    both = YamlList()
    both.extend((*one, *other))
    return both
