"""YAML -> content: the events of the parser become mappings, lists and texts with their places.

Everything that hides or doubles what somebody agreed to is refused: duplicate keys, anchors and aliases, tags,
several documents. Reading goes on after such a fault, so that one of them does not hide the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from msgspec import Struct
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from mkdocs_ecompm.load.cut_texts import candidates, cut_text
from mkdocs_ecompm.load.parser import events, garbage_collection_paused
from mkdocs_ecompm.load.yaml_messages import syntax
from mkdocs_ecompm.load.yaml_text import MAX_FINDINGS, UNCLEAN, character, refuse, without_mark
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import Place, Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.words import shorten

MAX_DEPTH: Final = 64
"""How many mappings and lists may stand in each other."""


class Parsed(Struct, frozen=True):
    """What a file says. `content` is None if the file is refused.

    `partial` is what could be read of a refused file, so that the faults in the rest of it are found too; with
    `holes`, parts of it are missing (they stood behind an alias).
    """

    content: YamlMap | None
    findings: tuple[Finding, ...] = ()
    partial: YamlMap | None = None
    holes: bool = False


def read_yaml(path: str, data: bytes) -> Parsed:
    """Read one file. Pure: the same path and bytes always give the same answer."""
    data = without_mark(data)
    refused = refuse(path, data)
    if refused:
        return Parsed(None, refused)
    with garbage_collection_paused():
        reader = _Reader(path, data)
        root = reader.read()
    if reader.refused:
        return Parsed(None, tuple(reader.findings), root, reader.holes)
    return Parsed(root, tuple(reader.findings))


class _Stop(Exception):  # noqa: N818  # a signal between two methods, not an error
    """Nothing further in this file can be understood."""


class _Reader:
    """One pass over the events of one file."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.refused = False
        self.holes = False
        self._next: Callable[[], Any] = events(data)
        self._cut = candidates(data)
        # only a file with one of these can hold an anchor, an alias, a tag, a merge key, an escape or a cut text
        self._careful = bool(self._cut) or any(char in data for char in (b"&", b"*", b"!", b"\\", b"<<"))

    def read(self) -> YamlMap | None:
        """The mapping of the document, or None; `findings` says why."""
        try:
            return self._document_or_fault()
        except _Stop:
            return None

    def _document_or_fault(self) -> YamlMap | None:
        try:
            return self._document()
        except MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            self._add(syntax(self.path, error.problem or "", place, error.context_mark))
        except YAMLError as error:  # pragma: no cover  # unmarked: for a parser that refuses more than `refuse` does
            self._add(syntax(self.path, str(error), None))
        except (ValueError, OverflowError):  # the parser in Python, for an escape beyond Unicode
            self._add(syntax(self.path, "unknown escape character", None))
        return None

    def _document(self) -> YamlMap | None:
        self._next()  # the stream's start
        event = self._next()
        if event.__class__ is StreamEndEvent:
            return YamlMap(self.path)
        if event.tags:
            self._refuse("yaml-tag", "a %TAG directive is not read", _place(event), "delete it")
        root = self._top(self._next())
        self._next()  # the document's end
        event = self._next()
        if event.__class__ is DocumentStartEvent:
            hint = "a file is one document: delete the line `---`"
            self._refuse("yaml-multiple-documents", "a second document begins here", _place(event), hint)
        return root

    def _top(self, event: Any) -> YamlMap:
        self._properties(event)
        if event.__class__ is MappingStartEvent:
            root = YamlMap(self.path, *_place(event), flow=bool(event.flow_style))
            self._mapping(root, 1)
            return root
        if event.__class__ is ScalarEvent and not event.value and not event.style:
            return YamlMap(self.path)
        if event.__class__ is not AliasEvent:
            self._refuse("wrong-type", "the file must be a mapping: lines such as `key: value`", _place(event))
        raise _Stop

    def _mapping(self, node: YamlMap, depth: int) -> None:
        """Read the keys and values of a mapping that has just begun, up to its end. The time goes into this loop."""
        get_event, careful, marks, empty = self._next, self._careful, node.marks, node.empty
        while True:
            event = get_event()
            if event.__class__ is not ScalarEvent:
                if event.__class__ is MappingEndEvent:
                    return
                self._complex_key(event)
            key = event.value
            mark: Any = event.start_mark
            place = (mark.line + 1, mark.column + 1)
            keep = True
            if careful or not key or key in marks:
                keep = self._key(event, node, place)
            event = get_event()
            if event.__class__ is not ScalarEvent:
                value = self._container(event, depth, merging=key == "<<")
            else:
                value = event.value
                if careful:
                    self._scalar(event, place, key)
                if not value:
                    value = None
            if keep:
                marks[key] = place
                if value is None:
                    empty.append(key)
                else:
                    node[key] = value

    def _sequence(self, node: YamlList, depth: int) -> None:
        """Read the items of a list that has just begun, up to its end. An empty item is no item."""
        get_event = self._next
        while True:
            event = get_event()
            if event.__class__ is SequenceEndEvent:
                return
            place = _place(event)
            value: Yaml | None
            if event.__class__ is ScalarEvent:
                value = event.value or None
                if self._careful:
                    self._scalar(event, place)
            else:
                value = self._container(event, depth)
            if value is not None:
                node.append(value)
                node.marks.append(place)

    def _container(self, event: Any, depth: int, *, merging: bool = False) -> Yaml | None:
        """The mapping or list that begins with `event`, or None where only an alias stands."""
        if depth == MAX_DEPTH:
            message = f"mappings and lists are nested more than {MAX_DEPTH} levels deep"
            self._refuse("yaml-too-deep", message, _place(event))
            raise _Stop
        if self._careful:
            self._properties(event, merging=merging)
        if event.__class__ is MappingStartEvent:
            mapping = YamlMap(self.path, *_place(event), flow=bool(event.flow_style))
            self._mapping(mapping, depth + 1)
            return mapping
        if event.__class__ is SequenceStartEvent:
            sequence = YamlList(self.path, *_place(event))
            self._sequence(sequence, depth + 1)
            return sequence
        return None

    def _complex_key(self, event: Any) -> NoReturn:
        if event.__class__ is AliasEvent:
            self._properties(event)
        else:
            self._refuse("yaml-syntax", "a key must be a text, not a list or a mapping", _place(event))
        raise _Stop

    def _key(self, event: Any, node: YamlMap, place: Place) -> bool:
        """Whether a key counts; if not, its value is read and dropped."""
        key = event.value
        self._properties(event)
        self._escapes(event)
        if not key:
            self._refuse("yaml-syntax", "a key is missing before the colon", place)
            return False
        if key == "<<" and not event.style:
            self.holes = True
            self._refuse("yaml-alias", "merge keys (`<<`) are not read", place, "write the fields out")
            return False
        if key in node.marks:
            first = node.at(key).line
            message = f"the key `{shorten(key)}` stands here for the second time"
            self._refuse("yaml-duplicate-key", message, place, f"the first is in line {first}; keep one of them")
            return False
        return True

    def _scalar(self, event: Any, place: Place, key: str = "") -> None:
        """What is refused or doubted in a value; `place` is that of its key, or in a list (without a key) its own."""
        self._properties(event)
        if event.style == '"':
            self._escapes(event)
        elif not event.style and event.end_mark.line in self._cut:
            end = event.end_mark
            cut = cut_text(Source(self.path, *place), key, event.value, self._cut[end.line], end.column)
            if cut and len(self.findings) < MAX_FINDINGS:
                self.findings.append(cut)

    def _escapes(self, event: Any) -> None:
        unclean = UNCLEAN.search(event.value)
        if unclean:
            message = f"the escaped character {character(unclean[0])} is not allowed"
            self._refuse("yaml-encoding", message, _place(event), "delete it")

    def _properties(self, event: Any, *, merging: bool = False) -> None:
        """Refuse an alias, an anchor or a tag at its place. A merge key has been refused already."""
        if event.__class__ is AliasEvent:
            self.holes = True
            if not merging or not self.refused:
                message = f"the alias `*{event.anchor}` is not read"
                self._refuse("yaml-alias", message, _place(event), "write the value out")
            return
        if event.anchor is not None:
            message = f"the anchor `&{event.anchor}` is not read"
            self._refuse("yaml-alias", message, _place(event), "delete it, or put the text in quotes")
        if event.tag is not None:
            message = f"the tag `{shorten(event.tag)}` is not read"
            self._refuse("yaml-tag", message, _place(event), "delete it, or put the text in quotes")

    def _refuse(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._add(finding(code, message, Source(self.path, *place), hint=hint))

    def _add(self, item: Finding) -> None:
        """Add what makes the file unreadable; after too much of it reading stops."""
        self.refused = True
        self.findings.append(item)
        if len(self.findings) >= MAX_FINDINGS:
            raise _Stop


def _place(event: Any) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
