"""Progress of long work on a terminal; silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import click

T = TypeVar("T")

_STEP: Final = 1000


def counted(items: Iterable[T], what: str) -> Iterator[T]:
    """The items as they are; meanwhile a person at a terminal sees how many there were."""
    if not sys.stderr.isatty():
        yield from items
        return
    number = 0
    for number, item in enumerate(items, 1):
        if number % _STEP == 0:
            click.echo(f"\r{number} {what}", err=True, nl=False)
        yield item
    if number >= _STEP:
        click.echo("\r\x1b[K", err=True, nl=False)
