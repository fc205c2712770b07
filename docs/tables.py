"""A hook for our own docs: tables made from the code, in place of `<!-- fields: risks -->` and `<!-- codes -->`."""  # noqa: INP001  # a hook, no package

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mkdocs_ecompm.cli.schema import schema_of
from mkdocs_ecompm.model.catalogue import CATALOGUE
from mkdocs_ecompm.model.entry import COMMON_KEYS
from mkdocs_ecompm.registers import DOCUMENTS

MARK = re.compile(r"^<!-- (fields: (?P<register>[a-z]+)|codes) -->$", re.MULTILINE)
PATTERNS = {
    r"^\d{4}-\d{2}-\d{2}$": "a day, such as `2026-06-30`",
    r"^(19|2\d)\d{2}-(0[1-9]|1[0-2])$": "a month, such as `2026-06`",
    r"^(\d{1,6}(?:\.\d{1,4})?)([dw])$": "working time, such as `5d` or `2w`",
    r"^(-?\d{1,6}(?:\.\d{1,4})?)([dw])$": "working time, such as `2d` or `-1d`",
    r"^[+-]?\d+(\.0+)?$": "a whole number",
    r"^[+-]?(\d+(\.\d+)?|\.\d+)$": "a number",
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """MkDocs' event: fill in the tables."""
    return MARK.sub(lambda match: fields(match["register"]) if match["register"] else codes(), markdown)


def codes() -> str:
    """The table of all finding codes."""
    rows = [
        f"| `{name}` | {code.severity.value} | the {code.about.value} | {code.meaning} |"
        for name, code in sorted(CATALOGUE.items())
    ]
    return "\n".join(["| code | severity | about | meaning |", "| --- | --- | --- | --- |", *rows])


def fields(register: str) -> str:
    """A table of the fields of a register, and one of each part in it."""
    schema = schema_of(register, DOCUMENTS[register])
    records = [value["items"]["$ref"].rpartition("/")[2] for value in schema["properties"].values() if _is_list(value)]
    others = sorted(set(schema["$defs"]) - {"Link", *records})
    parts = {name: schema["$defs"][name] for name in [*records, *others]}
    tables = [
        _table(schema),
        *(f"**{_spaced(name)}.** {part['description']}\n\n{_table(part)}" for name, part in parts.items()),
    ]
    return "\n\n".join(tables)


def _is_list(value: Mapping[str, Any]) -> bool:
    return "$ref" in value.get("items", {})


def _table(part: Mapping[str, Any]) -> str:
    needed = part.get("required", ())
    rows = [
        f"| `{name}` | {'; '.join(_values(value))} | {'yes' if name in needed else ''} |"
        for name, value in part["properties"].items()
        if name not in COMMON_KEYS
    ]
    return "\n".join(["| field | value | needed |", "| --- | --- | --- |", *rows])


def _values(value: Mapping[str, Any]) -> Iterator[str]:
    """What may stand in a field, in words."""
    if "anyOf" in value:
        found = [text for option in value["anyOf"] if option != {"type": "null"} for text in _values(option)]
        yield " or ".join(dict.fromkeys(text for text in found if not text.startswith(": ")))
    elif "$ref" in value:
        yield _spaced(value["$ref"].rpartition("/")[2]).lower()
    elif "enum" in value:
        yield ", ".join(f"`{word}`" for word in value["enum"] if word is not None)
    elif "items" in value:
        yield "list of: " + " or ".join(_values(value["items"]))
    elif "description" in value:
        yield value["description"][0].lower() + value["description"][1:].rstrip(".")
    elif "boolean" in value.get("type", ()) and "pattern" in value:
        yield "`yes` or `no`"
    elif "patternProperties" in value:
        ((pattern, inner),) = value["patternProperties"].items()
        yield f"keys, each {PATTERNS.get(pattern, 'a text')}, with " + " or ".join(_values(inner))
    elif "additionalProperties" in value:
        yield "names of your own, each with " + " or ".join(_values(value["additionalProperties"]))
    else:
        yield PATTERNS.get(value.get("pattern", ""), "text") + _bounds(value)
    if value.get("default") not in (None, "", [], {}) and isinstance(value["default"], str | int):
        default = value["default"]
        yield f"`{('no', 'yes')[default] if isinstance(default, bool) else default}` if left out"


def _bounds(value: Mapping[str, Any]) -> str:
    if "maximum" in value:
        return f" from {value['minimum']} to {value['maximum']}"
    return f", {value['minimum']} or more" if "minimum" in value else ""


def _spaced(name: str) -> str:
    """`ApprovedBudget` as `Approved budget`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
