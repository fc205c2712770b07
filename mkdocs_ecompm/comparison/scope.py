"""What belongs to the project and what does not, and by when its objectives are to be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm.comparison.side import Side, paired, texts_of
from mkdocs_ecompm.comparison.words import days_moved, fact, later_is, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.words import shorten


def scope(was: Side, is_: Side) -> Iterator[Fact]:
    """What belongs to the project and what does not, and by when its objectives are to be reached."""
    if "charter" not in was.contents or "charter" not in is_.contents:
        return
    for name, (came, went) in _SCOPE.items():
        then, now = _items(was, name), _items(is_, name)
        place = is_.contents["charter"].at("scope", name)
        for item, values, says in (
            *((item, (None, item), came) for item in now if item not in then),
            *((item, (item, None), went) for item in then if item not in now),
        ):
            yield plain_fact(
                Topic.SCOPE,
                "scope-changed",
                "charter",
                (says, f": {shorten(item, 120)}"),
                values,
                source=place,
                tone=Tone.ATTENTION,
                weight=40,
            )
    for old, new in paired(was, is_, "charter", "objectives").both:
        before, after = old.day("due"), new.day("due")
        if before and after and before != after:
            by = (after - before).days
            yield fact(
                Topic.SCOPE,
                "objective-moved",
                new,
                f"Objective {new.id} {new.headline}",
                f", due {days_moved(before, after, is_)}",
                before,
                after,
                at="due",
                tone=later_is(by, Tone.ATTENTION),
                weight=30,
                amount=by,
            )
    then_text, now_text = was.header("charter", "version"), is_.header("charter", "version")
    if then_text != now_text:
        yield plain_fact(
            Topic.SCOPE,
            "charter-version",
            "charter",
            ("The charter", f" is now version {now_text or 'without number'}"),
            (then_text, now_text),
            source=is_.contents["charter"].at("version"),
            weight=50,
        )


_SCOPE: Final = {
    "in": ("Belongs to the project now", "Does not belong to the project any more"),
    "out": ("Is expressly left out now", "Is no longer left out"),
}


def _items(side: Side, name: str) -> list[str]:
    found = side.contents["charter"].get("scope")
    return list(dict.fromkeys(texts_of(found.get(name)))) if isinstance(found, YamlMap) else []
