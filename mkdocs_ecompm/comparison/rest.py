"""Everything else that differs: records that came, went or got another id, other fields, and findings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, Written, is_records, paired
from mkdocs_ecompm.comparison.words import ARROW, fact, plain_fact
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.reading import Reader
from mkdocs_ecompm.history.wording import path_in_words, register_name, singular
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.entry import HEADLINES
from mkdocs_ecompm.model.finding import Finding, Severity

TOPICS: Final[Mapping[str, Topic]] = {
    "charter": Topic.SCOPE,
    "requirements": Topic.SCOPE,
    "acceptance": Topic.SCOPE,
    "changes": Topic.SCOPE,
    "budget": Topic.MONEY,
    "kpis": Topic.MONEY,
    "risks": Topic.RISKS,
    "premortem": Topic.RISKS,
    "obligations": Topic.OBLIGATIONS,
    "people": Topic.PEOPLE,
    "raci": Topic.PEOPLE,
    "timeline": Topic.TASKS,
}
"""What a register is about, where nothing better is known of a fact."""
_SHORT: Final = 60
"""A longer text is said to be written anew, not shown in a sentence."""
_UNTOLD: Final = frozenset({"tags", "links", "evidence"})


def topic_of(register: str) -> Topic:
    """What the facts of a register are about."""
    return TOPICS.get(register, Topic.REST)


def renamed(register: str, old: Written, new: Written) -> Iterator[Fact]:
    """A record that got another id."""
    if old.id != new.id:
        yield fact(
            topic_of(register),
            "record-renamed",
            new,
            f"{_kind(new)} {old.id} {new.headline}",
            f" is now called {new.id}",
            old.id,
            new.id,
            at="id",
            weight=3,
            about=(old.ref,),
        )


def came_or_went(was: Side, is_: Side, register: str, name: str) -> Iterator[Fact]:
    """The records of a list of which nothing better is known."""
    found = paired(was, is_, register, name)
    for record in found.come:
        yield fact(
            topic_of(register),
            "record-added",
            record,
            f"New {language.small(_kind(record))} {_title(record)}",
            "",
            None,
            record.headline,
            weight=8,
        )
    for record in found.gone:
        yield fact(
            topic_of(register),
            "record-removed",
            record,
            f"{_kind(record)} {_title(record)}",
            " was taken out",
            record.headline,
            None,
            weight=8,
        )


def fields(was: Side, is_: Side, old: Written, new: Written, told: Collection[str]) -> Iterator[Fact]:
    """The fields of a record that nothing else tells of."""
    if old.content == new.content:
        return
    subject = _title(new) if new.list == "people" else f"{_kind(new)} {_title(new)}"
    for change in _changes(old.content, new.content, {*told, "id"}):
        steps = _steps(new.content, change.path)
        yield fact(
            topic_of(new.register),
            "field-changed",
            new,
            subject,
            f", {_said(was, is_, new.register, change)}",
            change.was,
            change.is_,
            at=steps,
            weight=2,
        )


def header(was: Side, is_: Side, register: str, told: Collection[str]) -> Iterator[Fact]:
    """The fields of a register that belong to no record."""
    then, now = was.contents[register], is_.contents[register]
    lists = {name for whole in (then, now) for name, value in whole.items() if is_records(value)}
    for change in _changes(then, now, {*told, *lists}):
        yield plain_fact(
            topic_of(register),
            "field-changed",
            register,
            (register_name(register), f", {_said(was, is_, register, change)}"),
            (change.was, change.is_),
            source=now.at(_steps(now, change.path)),
            weight=2,
        )


def registers(was: Side, is_: Side) -> Iterator[Fact]:
    """Registers that are there on one side only."""
    names = {*was.contents, *was.unreadable}, {*is_.contents, *is_.unreadable}
    for register in sorted(names[0] ^ names[1]):
        came = register in names[1]
        whole = (is_ if came else was).contents.get(register)
        lists = {name: len(value) for name, value in (whole or {}).items() if is_records(value)}
        word = singular(next(iter(lists))) if len(lists) == 1 else "record"
        many = f", {language.figure(sum(lists.values()), word)}" if lists else ""
        rest = f": written down for the first time{many}" if came else ": no longer written down"
        yield plain_fact(
            topic_of(register),
            "register-added" if came else "register-removed",
            register,
            (register_name(register), rest),
            (None, register) if came else (register, None),
            source=whole.source if whole is not None else None,
            weight=45,
        )


def _changes(then: YamlMap, now: YamlMap, told: Collection[str]) -> Iterator[Change]:
    nested = {tuple(path.split("/")) for path in told if "/" in path}
    left_out = {*told, *_UNTOLD}
    kept = [
        {key: value for key, value in content.items() if key not in left_out and not key.startswith("x-")}
        for content in (then, now)
    ]
    plain: Any = kept
    for change in difference(plain[0], plain[1]):
        steps = change.path.split("/")
        if (steps[0], steps[-1]) not in nested or len(steps) < 2:
            yield change


def _said(was: Side, is_: Side, register: str, change: Change) -> str:
    """A field and what became of it."""
    what = language.small(path_in_words(change.path))
    texts = [
        Reader(register, side.party, side.currency).words(change.path, value)
        for side, value in ((was, change.was), (is_, change.is_))
    ]
    if change.was is None:
        return f"{what}: {texts[1]} (new)"
    if change.is_ is None:
        return f"{what}: {texts[0]} (taken out)"
    if max(map(len, texts)) > _SHORT:
        return f"{what} is worded anew"
    return f"{what}: {texts[0]}{ARROW}{texts[1]}"


def _steps(content: YamlMap, path: str) -> str:
    first = path.partition("/")[0]
    return first if first in content else ""


def _kind(record: Written) -> str:
    return language.capital(singular(record.list))


def _title(record: Written) -> str:
    named = any(isinstance(record.content.get(name), str) for name in HEADLINES)
    return f"{record.id} {record.headline}" if named and _speaking(record.id) else record.headline


def _speaking(name: str) -> bool:
    """Whether an id is one that people say (`R-004`), rather than a short form of the name (`mia`)."""
    return any(character.isdigit() for character in name)


# --- findings ---------------------------------------------------------------------------------------------------------

Place = tuple[str, str, str]
"""What is the same finding on both sides: its code, its file, and the record it is about. Lines and days move."""


def findings(was: Side, is_: Side) -> Iterator[Fact]:
    """What is to be said now and was not before, and what no longer is."""
    came, gone = changed_findings(was, is_)
    for items, kind, word in ((came, "finding-new", "New: "), (gone, "finding-gone", "Settled: ")):
        for place, item in items:
            yield _finding(item, place, kind, word)


def changed_findings(was: Side, is_: Side) -> tuple[list[tuple[Place, Finding]], list[tuple[Place, Finding]]]:
    """The findings of the new side alone, and those of the old one alone. Nothing where a side was not looked at."""
    if was.findings is None or is_.findings is None:
        return [], []
    then, now = _by_place(was, was.findings), _by_place(is_, is_.findings)
    return list(_beyond(now, then)), list(_beyond(then, now))


def _beyond(
    found: Mapping[Place, list[Finding]], others: Mapping[Place, list[Finding]]
) -> Iterator[tuple[Place, Finding]]:
    for place, items in found.items():
        known = Counter(item.message for item in others.get(place, ()))
        more = len(items) - len(others.get(place, ()))
        for item in [item for item in items if not known[item.message]][: max(more, 0)]:
            yield place, item


def _finding(item: Finding, place: Place, kind: str, word: str) -> Fact:
    new = kind == "finding-new"
    weight = {Severity.ERROR: 3, Severity.WARNING: 2}.get(item.severity, 1)
    bad = Tone.BAD if item.severity is Severity.ERROR else Tone.ATTENTION
    return plain_fact(
        Topic.FINDINGS,
        kind,
        place[2] or place[1],
        (f"{word}{item.message}", f" [{item.code}]"),
        (None, item.message) if new else (item.message, None),
        source=item.source,
        tone=bad if new else Tone.GOOD,
        weight=weight,
    )


def _by_place(side: Side, found: tuple[Finding, ...]) -> dict[Place, list[Finding]]:
    starts: dict[str, list[tuple[int, str]]] = {}
    for register in side.contents:
        for name in side.lists(register):
            for record in side.records(register, name).values():
                place = record.content.source
                starts.setdefault(place.path, []).append((place.line, record.ref))
    for lines in starts.values():
        lines.sort()
    places: dict[Place, list[Finding]] = {}
    for item in found:
        path = item.source.path if item.source else item.commit or ""
        lines = starts.get(path, [])
        before = bisect_right(lines, item.source.line, key=itemgetter(0)) if item.source else 0
        places.setdefault((item.code, path, lines[before - 1][1] if before else ""), []).append(item)
    return places
