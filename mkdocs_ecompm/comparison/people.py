"""Who came, who left, who took which role, who stands in for whom, and whose keys changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm.comparison.side import Side, Written, day_of, headline_of, paired
from mkdocs_ecompm.comparison.words import day, fact, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Topic
from mkdocs_ecompm.model.content import YamlList, YamlMap


def people(was: Side, is_: Side) -> Iterator[Fact]:
    """Who came, who left, and who took or gave up a role."""
    found = paired(was, is_, "people", "people")
    for old, new in found.both:
        then, now = _active(old), _active(new)
        if then != now:
            rest = " is with the project again" if now else " has left the project"
            yield fact(
                Topic.PEOPLE,
                "person-came" if now else "person-left",
                new,
                new.headline,
                rest,
                "active" if then else "left",
                "active" if now else "left",
                at="active",
                weight=60,
            )
        yield from _roles(was, is_, old, new)
        yield from _keys(old, new)
    for record in found.come:
        of = is_.party(record.text("department") or record.text("organisation"))
        yield fact(
            Topic.PEOPLE,
            "person-came",
            record,
            record.headline,
            f" joined{f' ({of})' if of else ''}",
            None,
            record.headline,
            weight=50,
        )
        for role, period in _held(record).items():
            yield _role(is_, record, role, None, period)
    for record in found.gone:
        yield fact(
            Topic.PEOPLE,
            "person-left",
            record,
            record.headline,
            " is no longer among the people of the project",
            record.headline,
            None,
            weight=50,
        )
        for role, period in _held(record).items():
            yield _role(was, record, role, period, None)


def _active(record: Written) -> bool:
    return record.text("active").casefold() not in {"no", "false"}


def _held(record: Written) -> dict[str, str]:
    """Each role that a person holds, with its period as `from..to`."""
    found: dict[str, str] = {}
    roles = record.content.get("roles")
    for item in roles if isinstance(roles, list) else [roles]:
        if isinstance(item, str):
            found[item] = ".."
        elif isinstance(item, YamlMap) and isinstance(item.get("role"), str):
            found[str(item["role"])] = f"{item.get('from', '')}..{item.get('to', '')}"
    return found


def _period(side: Side, since: str, until: str) -> str:
    found = ((word, day_of(text)) for word, text in (("from", since), ("until", until)))
    return "".join(f" {word} {day(value, side)}" for word, value in found if value)


def _roles(was: Side, is_: Side, old: Written, new: Written) -> Iterator[Fact]:
    then, now = _held(old), _held(new)
    for role in sorted({*then, *now}):
        if then.get(role) != now.get(role):
            yield _role(is_ if role in now else was, new, role, then.get(role), now.get(role))


def _role(side: Side, record: Written, role: str, then: str | None, now: str | None) -> Fact:
    name = side.name(role)
    if now is None:
        rest = f" no longer has the role {name}"
    else:
        since, _, until = now.partition("..")
        rest = f" {'takes' if then is None else 'has'} the role {name}{_period(side, since, until)}"
    return fact(Topic.PEOPLE, "role-changed", record, record.headline, rest, then, now, at="roles", weight=55)


def _keys(old: Written, new: Written) -> Iterator[Fact]:
    then, now = dict(_key_states(old)), dict(_key_states(new))
    for key in sorted({*then, *now}):
        if then.get(key) == now.get(key):
            continue
        words = {None: " has one key less", "in use": " has a new key" if key not in then else " uses a key again"}
        rest = words.get(now.get(key), f" has a key that is out of use ({now.get(key)})")
        yield fact(
            Topic.PEOPLE,
            "key-changed",
            new,
            new.headline,
            rest,
            then.get(key),
            now.get(key),
            at="keys",
            weight=15,
        )


def _key_states(record: Written) -> Iterator[tuple[str, str]]:
    keys = record.content.get("keys")
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, YamlMap):
            revoked = key.get("revoked")
            reason = revoked.get("reason", "retired") if isinstance(revoked, YamlMap) else None
            yield str(key.get("ssh") or key.get("openpgp") or ""), str(reason or "in use")


def deputies(was: Side, is_: Side) -> Iterator[Fact]:
    """Who stands in for whom."""
    then, now = _standing_in(was), _standing_in(is_)
    for key in sorted({*then, *now}):
        if (key in then) == (key in now):
            continue
        entry, side = (now[key], is_) if key in now else (then[key], was)
        absent, by, since, until = key
        period = _period(side, since, until)
        verb = "stands in for" if key in now else "no longer stands in for"
        said = headline_of(entry) or f"{by} for {absent}{period}"
        yield plain_fact(
            Topic.PEOPLE,
            "deputy-changed",
            f"people/{by}",
            (side.name(by) or "Somebody", f" {verb} {side.name(absent) or 'somebody'}{period}"),
            (None, said) if key in now else (said, None),
            source=entry.source,
            weight=35,
        )


def _standing_in(side: Side) -> dict[tuple[str, str, str, str], YamlMap]:
    entries = side.whole("people").get("deputies")
    found = {}
    for entry in entries if isinstance(entries, YamlList) else ():
        if isinstance(entry, YamlMap):
            found[tuple(str(entry.get(name, "")) for name in ("for", "by", "from", "to"))] = entry
    return found  # type: ignore[return-value]  # four names make four texts


TOLD: Final = frozenset({"active", "roles", "keys"})
"""The fields that are told here."""
