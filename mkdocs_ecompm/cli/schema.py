"""`ecompm schema`: a JSON Schema of each register, so that an editor completes and checks while somebody types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from mkdocs_ecompm.cli.output import say, say_json
from mkdocs_ecompm.model.entry import Document, Part
from mkdocs_ecompm.registers import DOCUMENTS

if TYPE_CHECKING:
    from pydantic_core import core_schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
OWN_KEYS: Final[Mapping[str, Any]] = {"^x-": {}}
"""Everybody may add keys of his own under this pattern."""


class _ForEditors(GenerateJsonSchema):
    """Schemas of what somebody types: an empty value counts as absent, an unknown key is a mistake."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The model's schema, closed unless the model is open-ended."""
        result = super().model_schema(schema)
        if not getattr(schema["cls"], "open_ended", False):
            result["additionalProperties"] = False
            result["patternProperties"] = dict(OWN_KEYS)
        required = result.get("required", ())
        for name, value in result.get("properties", {}).items():
            if value.get("default") in ("", [], {}, None):
                value.pop("default", None)
            if name not in required:
                result["properties"][name] = _or_empty(value)
        return result

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """With its default, also where the type makes that only when it is needed."""
        if "default_factory" in schema:
            schema = {**schema, "default": schema["default_factory"]()}  # type: ignore[call-arg]  # ours take nothing
        return super().default_schema(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping whose keys have a form has no other keys."""
        result = super().dict_schema(schema)
        return {**result, "additionalProperties": False} if "patternProperties" in result else result

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # the signature is pydantic's
        """No titles made out of names: they say nothing."""
        return False


def _or_empty(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may be left empty."""
    if isinstance(value.get("type"), str | list) and "enum" not in value:
        kinds = [value["type"]] if isinstance(value["type"], str) else value["type"]
        return {**value, "type": [*kinds, "null"]}
    options = value.get("anyOf", [])
    if {"type": "null"} in options:
        return _flat(value)
    about: dict[str, Any] = {key: value[key] for key in ("default", "description") if key in value}
    bare = {key: item for key, item in value.items() if key not in about}
    return {"anyOf": [*options, {"type": "null"}] if options else [bare, {"type": "null"}], **about}


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    """One schema in place of `it or nothing` where that can be said: an editor explains it better."""
    others = [option for option in value["anyOf"] if option != {"type": "null"}]
    rest = {key: item for key, item in value.items() if key != "anyOf"}
    if len(others) != 1 or "$ref" in others[0]:
        return value
    if "enum" in others[0]:
        return {**others[0], "enum": [*others[0]["enum"], None], **rest}
    return _or_empty({**others[0], **rest}) if "type" in others[0] else value


def schema_of(name: str, document: type[Document]) -> dict[str, Any]:
    """The schema of one register's file."""
    kinds: list[type[Part]] = [document, *document.lists.values()]
    refs, definitions = models_json_schema(
        [(kind, "validation") for kind in kinds], by_alias=True, schema_generator=_ForEditors
    )
    top = definitions["$defs"].pop(refs[document, "validation"]["$ref"].rpartition("/")[2])
    for key, kind in document.lists.items():
        top["properties"][key] = {"type": ["array", "null"], "items": refs[kind, "validation"]}
    return {"$schema": DIALECT, "title": f"{name}.yml", **{k: v for k, v in top.items() if k != "title"}, **definitions}


@click.command("schema")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write `<register>.schema.json` files into this folder.  [default: print all, by register]",
)
def command(out: Path | None) -> None:
    """Print a JSON Schema (draft 2020-12) of each register, for editors.

    In a YAML file, the first line `# yaml-language-server: $schema=<path of the schema>` is understood by most.
    """
    schemas = {name: schema_of(name, document) for name, document in DOCUMENTS.items()}
    if out is None:
        say_json(schemas)
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        path = out / f"{name}.schema.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        say(str(path))
