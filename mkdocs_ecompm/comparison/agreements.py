"""Agreements that were given, lost, refused or asked for, each artifact in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, day_of, text_of
from mkdocs_ecompm.comparison.words import ARROW, day, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.signoff import Agreement, Slot, Status

Key = tuple[str, int]
"""A slot of an agreement: its approver in lower case, and which of several it is."""
_SAID: Final[Mapping[Status, str]] = {
    Status.REJECTED: "{who} said no",
    Status.WITHDRAWN: "{who} took the agreement back",
    Status.STALE: "it changed after {who} had agreed",
    Status.UNVERIFIABLE: "what {who} said cannot be checked",
    Status.MISSING: "{who} {has} not answered",
    Status.VALID: "{who} agreed",
}
"""What happened to slots that have a status now, the gravest first."""
_NEWS: Final = {Status.REJECTED: Tone.BAD, Status.WITHDRAWN: Tone.BAD, Status.UNVERIFIABLE: Tone.BAD}


def agreements(was: Side, is_: Side) -> Iterator[Fact]:
    """Every agreement that stands otherwise than before. A clock that moved changes none."""
    if was.signoffs is None or is_.signoffs is None:
        return
    then, now = was.signoffs.by_artifact, is_.signoffs.by_artifact
    for artifact in sorted({*then, *now}):
        old, new = then.get(artifact), now.get(artifact)
        if old is None and new is not None:
            yield _asked(is_, new)
        elif new is None and old is not None:
            yield _dropped(was, old)
        elif old is not None and new is not None:
            yield from _changed(is_, old, new)


def _asked(side: Side, agreement: Agreement) -> Fact:
    holding = [slot for slot in agreement.slots if slot.status is Status.VALID]
    if agreement.status is Status.VALID:
        kind, rest, tone = "agreement-gained", f": agreed {_by_all(agreement)}", Tone.GOOD
    else:
        more = f"; {_of(agreement)} agree" if holding else ""
        kind, tone = "agreement-asked", Tone.NEUTRAL
        rest = f": to be agreed by {_names(side, agreement, agreement.slots)}{more}"
    return _fact(side, kind, agreement, rest, (None, agreement.status.value), tone, len(holding))


def _dropped(side: Side, agreement: Agreement) -> Fact:
    rest = f": no agreement of {_names(side, agreement, agreement.slots)} is needed any more"
    lost = sum(slot.status is Status.VALID for slot in agreement.slots)
    values = (agreement.status.value, None)
    return _fact(side, "agreement-dropped", agreement, rest, values, Tone.NEUTRAL, -lost)


def _changed(side: Side, old: Agreement, new: Agreement) -> Iterator[Fact]:
    before, after = _slots(old), _slots(new)
    moved = {key: slot for key, slot in after.items() if key not in before or before[key].status is not slot.status}
    gone = [slot for key, slot in before.items() if key not in after]
    if moved or gone or old.status is not new.status:
        yield _moved(side, old, new, list(moved.values()), gone)
    since = sorted(set(new.changed_since) ^ set(old.changed_since))
    if since or old.changed is not new.changed:
        yield _since(side, old, new, since)


def _moved(side: Side, old: Agreement, new: Agreement, moved: list[Slot], gone: list[Slot]) -> Fact:
    clauses = []
    for status, said in _SAID.items():
        slots = [slot for slot in moved if slot.status is status]
        if slots:
            clauses.append(said.format(who=_names(side, new, slots), has="has" if len(slots) == 1 else "have"))
    if gone:
        clauses.append(f"{_names(side, old, gone)} {'is' if len(gone) == 1 else 'are'} not asked any more")
    if new.requires_not_valid and not clauses:
        waits = language.few(side.artifact(artifact) for artifact in new.requires_not_valid)
        clauses.append(f"it waits for {waits}")
    by = _holding(new) - _holding(old)
    values = (old.status.value, new.status.value)
    if old.status is not Status.VALID and new.status is Status.VALID:
        return _fact(side, "agreement-gained", new, f": now agreed {_by_all(new)}", values, Tone.GOOD, by, 30)
    why = "; ".join(clauses)
    if old.status is Status.VALID and new.status is Status.VALID:
        rest = f": {why}, so it is agreed {_by_all(new)}" if by > 0 else f": {why}; it stays agreed {_by_all(new)}"
        return _fact(side, "agreement-changed", new, rest, values, Tone.GOOD if by > 0 else Tone.NEUTRAL, by, 20)
    if old.status is Status.VALID:
        return _fact(side, "agreement-lost", new, f": no longer agreed; {why}", values, Tone.BAD, by, 40)
    tone = next((tone for status, tone in _NEWS.items() if any(slot.status is status for slot in moved)), None)
    tone = tone or (Tone.ATTENTION if by < 0 else Tone.GOOD if by > 0 else Tone.NEUTRAL)
    rest = f": {why or f'stands as {new.status.value}'} ({_of(new)} agree)"
    return _fact(side, "agreement-changed", new, rest, values, tone, by, 25 if tone is Tone.BAD else 20)


def _since(side: Side, old: Agreement, new: Agreement, since: list[str]) -> Fact:
    """A decision that stands although something behind it changed."""
    if since:
        names = language.few(side.artifact(artifact) for artifact in since)
        back = set(old.changed_since) >= set(since)
        rest = f": {names} {'is again as' if back else 'changed since'} it was decided"
    elif new.changed:
        rest = ": the text changed; the agreement stands until the next gate that needs it"
    else:
        rest = ": the agreement covers the text as it is now"
    values = (", ".join(old.changed_since) or _mark(old.changed), ", ".join(new.changed_since) or _mark(new.changed))
    return _fact(side, "agreement-changed-since", new, rest, values, Tone.NEUTRAL, 0, 5)


def _fact(  # noqa: PLR0913, PLR0917  # these are the parts of a fact
    side: Side,
    kind: str,
    agreement: Agreement,
    rest: str,
    values: tuple[str | None, str | None],
    tone: Tone,
    by: int,
    weight: float = 10,
) -> Fact:
    return plain_fact(
        Topic.AGREEMENTS,
        kind,
        agreement.artifact,
        (side.artifact(agreement.artifact), rest),
        values,
        tone=tone,
        amount=by,
        weight=weight,
    )


def _slots(agreement: Agreement) -> dict[Key, Slot]:
    found: dict[Key, Slot] = {}
    for slot in agreement.slots:
        fold = slot.approver.casefold()
        found[fold, sum(key[0] == fold for key in found)] = slot
    return found


def _holding(agreement: Agreement) -> int:
    return sum(slot.status is Status.VALID for slot in agreement.slots)


def _of(agreement: Agreement) -> str:
    return f"{_holding(agreement)} of {len(agreement.slots)}"


def _by_all(agreement: Agreement) -> str:
    many = len(agreement.slots)
    return {1: "by the one who was asked", 2: "by both"}.get(many, f"by all {language.in_words(many)}")


def _names(side: Side, agreement: Agreement, slots: list[Slot] | tuple[Slot, ...]) -> str:
    """Who is asked by the slots; one who is asked twice is told apart from the first time."""
    names = [side.name(slot.approver) + (" (asked again)" if agreement.asks_again(slot) else "") for slot in slots]
    return language.few(list(dict.fromkeys(names)), most=5)


def _mark(value: bool) -> str | None:
    return "changed" if value else None


# --- demands ----------------------------------------------------------------------------------------------------------


def demands(was: Side, is_: Side) -> Iterator[Fact]:
    """Agreements that are asked for by another policy than before."""
    then, now = _demands(was), _demands(is_)
    for artifact in sorted({*then, *now}):
        old, new = then.get(artifact), now.get(artifact)
        who = [_approvers(side, demand) for side, demand in ((was, old), (is_, new))]
        due = [text_of(demand or {}, "due") for demand in (old, new)]
        source = (new or old or YamlMap()).source
        label = is_.artifact(artifact)
        if old is None or new is None:
            verb = "to be agreed by" if old is None else "no longer to be agreed by"
            rest = f": {verb} {who[new is not None]}" + (
                f" until {_day(is_, due[1])}" if new is not None and due[1] else ""
            )
            yield plain_fact(
                Topic.AGREEMENTS,
                "demand-added" if old is None else "demand-removed",
                "signoffs",
                (label, rest),
                (who[0] if old else None, who[1] if new else None),
                source=source,
                weight=15,
                about=(artifact,),
            )
            continue
        for name, values in (("approvers", who), ("due", due)):
            if values[0] != values[1]:
                word = "agreement asked of" if name == "approvers" else "to be agreed until"
                shown = [_day(is_, value) if name == "due" else value for value in values]
                yield plain_fact(
                    Topic.AGREEMENTS,
                    "demand-changed",
                    "signoffs",
                    (label, f", {word}: {shown[0] or 'none'}{ARROW}{shown[1] or 'none'}"),
                    (values[0], values[1]),
                    source=source,
                    weight=12,
                    about=(artifact,),
                )


def _day(side: Side, text: str) -> str:
    found = day_of(text)
    return day(found, side) if found else text


def _demands(side: Side) -> dict[str, YamlMap]:
    entries = side.whole("signoffs").get("signoffs")
    found: dict[str, YamlMap] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, YamlMap) and isinstance(entry.get("artifact"), str):
            found.setdefault(str(entry["artifact"]), entry)
    return found


def _approvers(side: Side, demand: YamlMap | None) -> str:
    found: Any = demand.get("approvers") if demand is not None else None
    names = []
    for item in [found] if isinstance(found, str) else found or ():
        found_ref = item if isinstance(item, str) else next((v for k, v in item.items() if k != "count"), "")
        ref = found_ref if isinstance(found_ref, str) else ""
        names.append("each party" if ref == "party" else side.name(ref))
    return side.names(names)
