"""Which fields of an entry are references, found once a type from the annotations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel

from mkdocs_ecompm.model.identifiers import RefTo


class Reference(NamedTuple):
    """A reference that somebody wrote: where in the entry, what it says, and what it may point to."""

    steps: tuple[str | int, ...]
    value: str
    to: RefTo


class _Shape(Struct, frozen=True):
    """How references hide in a field: `ref` directly, `each` in every item of a list, `part` in a nested model."""

    ref: RefTo | None = None
    each: _Shape | None = None
    part: bool = False


def references_of(part: BaseModel) -> Iterator[Reference]:
    """Every reference in a part, nested ones too, with the steps that lead to its text in the content."""
    yield from _of_part(part, ())


def _of_part(part: BaseModel, steps: tuple[str | int, ...]) -> Iterator[Reference]:
    for name, key, shape in _fields(type(part)):
        value = getattr(part, name)
        if value is not None:
            yield from _of_value(value, shape, (*steps, key))


def _of_value(value: Any, shape: _Shape, steps: tuple[str | int, ...]) -> Iterator[Reference]:
    if shape.ref is not None:
        yield Reference(steps, value, shape.ref)
    elif shape.each is not None:
        for index, item in enumerate(value):
            yield from _of_value(item, shape.each, (*steps, index))
    elif shape.part:
        yield from _of_part(value, steps)


@cache
def _fields(kind: type[BaseModel]) -> tuple[tuple[str, str, _Shape], ...]:
    found = []
    for name, info in kind.model_fields.items():
        shape = _shape(info.annotation, tuple(info.metadata))
        if shape:
            found.append((name, info.alias or name, shape))
    return tuple(found)


def _shape(annotation: Any, metadata: tuple[Any, ...]) -> _Shape | None:
    for item in reversed(metadata):  # the outermost says it last
        if isinstance(item, RefTo):
            return _Shape(ref=item)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _shape(inner, tuple(more))
    if origin in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not NoneType]
        return _shape(options[0], ()) if len(options) == 1 else None
    if origin in (tuple, list):
        each = _shape(get_args(annotation)[0], ())
        return _Shape(each=each) if each else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _Shape(part=True) if _fields(annotation) else None
    return None
