"""The content of a YAML file as it was read: mappings, lists and texts, each with its place.

Scalars are texts: the schema gives them types, and an agreement binds the text. A value that is empty in the
file counts as absent: it is not in the mapping, only its key is remembered in `empty`, so that a misspelt key is
still reported. Positions are kept as pairs and turned into a `Source` only when asked for.
"""

from __future__ import annotations

from typing import TypeAlias

from mkdocs_ecompm.model.finding import Source

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""
Mark: TypeAlias = Place | Source
"""Where something stands: a place in its container's own file, or a source where several files were put together."""


class YamlMap(dict[str, "Yaml"]):
    """A mapping with the place where it starts, where each key stands, and the keys that had no value."""

    __slots__ = ("column", "empty", "flow", "line", "marks", "path")

    def __init__(self, path: str = "", line: int = 1, column: int = 1, *, flow: bool = False) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.column = column
        self.flow = flow
        self.marks: dict[str, Mark] = {}
        self.empty: list[str] = []

    @property
    def source(self) -> Source:
        """Where the mapping starts."""
        return Source(self.path, self.line, self.column)

    def at(self, *steps: str | int) -> Source:
        """Where the value reached by `steps` is named: a key's place in a mapping, an item's place in a list.

        A step that leads nowhere (a missing key) gives the place of the nearest container that exists.
        """
        return _at(self, steps)


class YamlList(list["Yaml"]):
    """A list with the place where it starts and where each item stands."""

    __slots__ = ("column", "line", "marks", "path")

    def __init__(self, path: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.column = column
        self.marks: list[Mark] = []

    @property
    def source(self) -> Source:
        """Where the list starts."""
        return Source(self.path, self.line, self.column)

    def at(self, *steps: str | int) -> Source:
        """As `YamlMap.at`."""
        return _at(self, steps)


Yaml: TypeAlias = str | YamlMap | YamlList


def _at(start: YamlMap | YamlList, steps: tuple[str | int, ...]) -> Source:
    node: Yaml = start
    place = start.source
    for step in steps:
        if isinstance(node, YamlMap) and isinstance(step, str):
            mark = node.marks.get(step)
            if mark is None:
                break
            place = _source(node.path, mark)
            node = node.get(step, "")
        elif isinstance(node, YamlList) and isinstance(step, int) and 0 <= step < len(node):
            item = node[step]
            place = item.source if isinstance(item, YamlMap) else _source(node.path, node.marks[step])
            node = item
        else:
            break
    return place


def _source(path: str, mark: Mark) -> Source:
    return mark if isinstance(mark, Source) else Source(path, *mark)


def plain(value: Yaml) -> str | list[object] | dict[str, object]:
    """The same content as ordinary lists and dicts, without places."""
    if isinstance(value, str):
        return value
    if isinstance(value, YamlMap):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value]
