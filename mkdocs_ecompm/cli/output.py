"""What commands print: text that cannot steer a terminal, and JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import click

_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """The text with control and bidirectional characters made visible: names and messages come from strangers."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line, or several, of text."""
    click.echo(safe(text), err=err)


def say_json(value: Any) -> None:
    """Print a value as JSON, with names readable as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
