"""The typed side of a register: the entries that somebody wrote, each with the content and the place it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict

from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.fields import ShortForm, Text, Texts
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.identifiers import Id
from mkdocs_ecompm.model.words import did_you_mean

COMMON_KEYS: Final = frozenset({"note", "links", "tags", "evidence"})
"""Keys that every mapping may have. They are no part of an agreement; neither is any key that begins with `x-`."""


class Link(BaseModel):
    """A link to a proof or a document: its address, and what to call it."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    url: Text
    title: Text = ""


def _links(value: object) -> object:
    items = [value] if isinstance(value, str | dict) else value
    if not isinstance(items, list | tuple):
        return items
    return tuple({"url": item} if isinstance(item, str) else item for item in items)


Links = Annotated[tuple[Annotated[Link, ShortForm()], ...], BeforeValidator(_links), ShortForm(one=True)]


class Part(BaseModel):
    """A mapping in a register. Unknown keys are kept as extras, from which the loader makes findings."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True, populate_by_name=False)

    note: Text = ""
    links: Links = ()
    tags: Texts = ()
    evidence: Links = ()


class Entry(Part):
    """A part with an id of its own: it can be linked, referred to and agreed on."""

    id: Id


class Document(Part):
    """A register's file: its header fields, and the lists whose items are records of their own.

    `lists` maps a top-level key to the type of its items. They are read one by one, so that a broken record
    never hides the others; the header is the rest.
    """

    lists: ClassVar[Mapping[str, type[Part]]] = {}
    single: ClassVar[bool] = False
    """True where the whole document is one record to a reader (the charter), whatever lists it has."""


E = TypeVar("E", bound=Part)
E_co = TypeVar("E_co", bound=Part, covariant=True)


class Record(Struct, Generic[E_co], frozen=True):
    """An entry of a register's list, typed, with its content as written and its place."""

    register: str
    list: str
    entry: E_co
    content: YamlMap
    source: Source

    @property
    def id(self) -> str:
        """The entry's id, or an empty text for an entry that has none (a demand, a deputy)."""
        return getattr(self.entry, "id", "")

    @property
    def ref(self) -> str:
        """The full reference: `risks/R-004`."""
        return f"{self.register}/{self.id}"

    @property
    def headline(self) -> str:
        """What a reader calls the entry: its name, title, statement, what, item, criterion; else its id."""
        for field in HEADLINES:
            value = getattr(self.entry, field, None)
            if isinstance(value, str) and value:
                return value
        return self.id

    def at(self, *steps: str | int) -> Source:
        """Where a value of this record stands; see `YamlMap.at`."""
        return self.content.at(*steps)


HEADLINES: Final = ("name", "title", "statement", "what", "item", "criterion", "reason", "question")


def extras(part: BaseModel) -> Mapping[str, Any]:
    """The keys that the type does not know, without the `x-` keys that are anybody's own."""
    if getattr(part, "open_ended", False):
        return {}
    return {key: value for key, value in (part.model_extra or {}).items() if not key.startswith("x-")}


def misspelt(part: Part, name: str) -> bool:
    """Whether a key that the type does not know is probably `name`. That is a finding already, and one is enough."""
    return any(did_you_mean(key, [name]) for key in extras(part))
