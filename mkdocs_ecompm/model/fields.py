"""What every type of a value in a file shares, and the texts. Scalars arrive as text; each type has its own codes.

A validator raises `fault(code, message, hint)`; the loader turns it into a finding with the place of the value.
There are no unions: where a short form is allowed, a validator before the type expands it, so that one fault is
one finding. Ids, numbers and times have modules of their own beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from msgspec import Struct
from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from mkdocs_ecompm.model.words import ID_PATTERN, MAX_WORD, did_you_mean, shorten


def fault(code: str, message: str, hint: str = "", *, instead: str = "") -> PydanticCustomError:
    """The error that becomes a finding of `code`; message and hint are whole sentences without a full stop.

    `instead` is the value as it should be written; the loader makes the corrected line of it.
    """
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint, "instead": instead})


def kind_of(value: object) -> str:
    """What a wrong value is, for a message: a list, a mapping, or a text."""
    if isinstance(value, str):
        return f"`{shorten(value)}`"
    return "a mapping" if isinstance(value, dict) else "a list"


def text_of(value: object, expected: str) -> str:
    """The value, which must be a text; `expected` says in the message what it should have been."""
    if isinstance(value, str):
        return value
    raise fault("wrong-type", f"must be {expected}, got {kind_of(value)}")


class ShortForm(Struct, frozen=True):
    """The annotation of a value that may also be written shorter, as a validator before the type expands it.

    One text instead of the whole, and with `one` also one item instead of a list.
    """

    one: bool = False

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Either form, for an editor."""
        full = handler(schema)
        short: list[dict[str, Any]] = [{"type": ["string", "number", "boolean"]}]
        return {"anyOf": [*short, *([full["items"]] if self.one else []), full]}


def _list(value: object) -> object:
    if isinstance(value, str):
        items = [part.strip() for part in re.split("[,;]", value[: MAX_WORD * 10])]
        ids = all(ID_PATTERN.fullmatch(item) for item in items)
        hint = "or one item a line, each after a dash" if ids else "write one item a line, each after a dash"
        instead = f"[{', '.join(items)}]" if ids else ""
        raise fault("list-expected", f"must be a list, got {kind_of(value)}", hint, instead=instead)
    if isinstance(value, dict):
        raise fault("list-expected", "must be a list, got a mapping", "begin each item with a dash")
    return value


AS_LIST = BeforeValidator(_list)


# Strict, not a function of ours: texts are most of a project, and this check runs in compiled code. The loader makes
# the finding `wrong-type` of it. Editors type a plain `2026` or `true` themselves; here it is a text like any other,
# so a schema allows it.
Text = Annotated[str, Strict(), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Texts = Annotated[tuple[Text, ...], AS_LIST]


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


SomeTexts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more), ShortForm()]
"""Several texts; one alone needs no dash."""


class Choice(Struct, frozen=True):
    """The annotation of a text that is one of `words`, for validation and for editors."""

    words: tuple[str, ...]
    validate: Callable[[object], str]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate the text as it was written."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The words, for an editor."""
        return {"enum": list(self.words)}


def choice(*words: str) -> Any:
    """A text that is one of `words`."""

    def validate(value: object) -> str:
        text = text_of(value, "one of " + ", ".join(words))
        if text in words:
            return text
        message = f"must be one of {', '.join(words)}, got {kind_of(text)}"
        raise fault("unknown-value", message, did_you_mean(text, words))

    return Choice(words, validate)


TRUE: Final = frozenset({"true", "yes"})
FALSE: Final = frozenset({"false", "no"})


def _yes_no(value: object) -> bool:
    text = text_of(value, "yes or no").lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise fault("wrong-type", f"must be yes or no, got {kind_of(value)}")


YesNo = Annotated[
    bool,
    PlainValidator(_yes_no),
    WithJsonSchema(
        {"type": ["boolean", "string"], "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo])$"}
    ),
]
