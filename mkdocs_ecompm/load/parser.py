"""The two parsers of PyYAML behind one function: libyaml's, or the slower one in Python where libyaml is missing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

LIBYAML: Final = bool(yaml.__with_libyaml__)
"""Whether PyYAML was built with libyaml, as its wheels are."""


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, down to its events."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def events(data: bytes) -> Callable[[], Any]:
    """A function that gives the next event of clean UTF-8 at each call.

    Raises:
        yaml.YAMLError: From the function that is returned, where the text is not YAML.
    """
    next_event: Callable[[], Any]
    if LIBYAML:
        from yaml._yaml import CParser  # noqa: PLC0415  # it may be missing

        next_event = CParser(data).get_event
    else:
        next_event = PythonParser(data.decode("utf-8")).get_event
    return next_event


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Reading makes many objects and no rubbish; without the pause a third of the time goes into looking for it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
