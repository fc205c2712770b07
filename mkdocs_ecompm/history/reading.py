"""How a value of a file reads: the schema of its register says which fields hold money and which name a party."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args

from msgspec import Struct
from pydantic import BaseModel

from mkdocs_ecompm import language
from mkdocs_ecompm.history.wording import value_in_words
from mkdocs_ecompm.model.identifiers import RefTo
from mkdocs_ecompm.model.numbers import MAX_DIGITS, NUMBER, Money
from mkdocs_ecompm.registers import DOCUMENTS

_MONEY: Final = get_args(Money)[1]
"""What the annotation of every amount of money holds."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST: Final = 160


class Reader(Struct, frozen=True):
    """Who reads the values of one register.

    Attributes:
        register: Its name; a name without a schema (`trust`) makes every value a plain one.
        party: The name of a party by its id; empty for what is none.
        currency: The currency of the amounts; empty for bare numbers.
    """

    register: str
    party: Callable[[str], str]
    currency: str = ""

    def words(self, path: str, value: str | None) -> str:
        """A value as somebody would say it, cut where it is very long; empty for None."""
        if value is None:
            return ""
        return self.said(path, value) or self._entry(value) or value_in_words(value, self.party, _LONGEST)

    def said(self, path: str, value: str) -> str:
        """How a day, an amount or a party reads; empty for all that is read as it was written."""
        if _DAY.fullmatch(value):
            return _day(value)
        kind = kinds_of(self.register).get(_field_of(path))
        if kind == "money" and len(value) <= 2 * MAX_DIGITS and NUMBER.fullmatch(value.strip()):
            return language.money(Decimal(value.strip()), self.currency)
        return self.party(value) if kind == "party" else ""

    def _entry(self, text: str) -> str:
        """How an entry without a name reads that is told by its fields (`for: lea, by: jan`); empty for other texts."""
        fields = [part.partition(": ") for part in text.split(", ")]
        known = fields_of(self.register)
        if len(fields) < 2 or not all(colon and key in known for key, colon, _ in fields):
            return ""
        said = ((key, self.said(key, value) or self.party(value) or value) for key, _, value in fields)
        return ", ".join(f"{key.replace('_', ' ')}{'' if key in _PREPOSITIONS else ':'} {value}" for key, value in said)


_PREPOSITIONS: Final = frozenset({"for", "by", "from", "to"})
_TRUST: Final = ("people", "signoffs")
"""The registers whose fields the trust state holds."""


@cache
def fields_of(register: str) -> frozenset[str]:
    """Every field that stands somewhere in a register."""
    found = [DOCUMENTS[name] for name in (_TRUST if register == "trust" else (register,)) if name in DOCUMENTS]
    models = [model for document in found for model in _models(document, set())]
    return frozenset(info.alias or name for model in models for name, info in model.model_fields.items())


@cache
def kinds_of(register: str) -> Mapping[str, str]:
    """Which fields of a register hold `money` and which a `party`, by their names, in whatever part of it."""
    document = DOCUMENTS.get(register)
    if document is None:
        return {}
    found: dict[str, str] = {}
    for model in _models(document, set()):
        for name, info in model.model_fields.items():
            kind = _kind([*info.metadata, *_inside(info.annotation)])
            if kind:
                found[info.alias or name] = kind
    return found


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A schema and all that stand in it."""
    if model in seen:
        return
    seen.add(model)
    yield model
    below = [*getattr(model, "lists", {}).values()]
    below += [one for info in model.model_fields.values() for one in _inside(info.annotation)]
    for one in below:
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from _models(one, seen)


def _inside(annotation: Any) -> Iterator[Any]:
    """The annotation and everything that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _inside(part)


def _kind(pieces: list[Any]) -> str:
    if any(piece == _MONEY for piece in pieces):
        return "money"
    targets = [target for piece in pieces if isinstance(piece, RefTo) for target in piece.targets or ("",)]
    return "party" if targets and all(target.startswith("people.") for target in targets) else ""


def _field_of(path: str) -> str:
    """The field that a path leads to: the last step that is no position and no day or month."""
    return next((step for step in reversed(path.split("/")) if not step[:1].isdigit()), "")


def _day(value: str) -> str:
    try:
        return language.day(date.fromisoformat(value))
    except ValueError:
        return ""
