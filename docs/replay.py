"""A hook for our own docs: the example beside them is a replay, made anew at each start, so that it has its history."""  # noqa: INP001  # a hook, no package

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

from mkdocs_ecompm.cli.replay import replay

EXAMPLE = Path(__file__).parents[1] / ".cache" / "example"


def on_startup(**_: object) -> None:
    """MkDocs' event: before anything is read, write the example's repository where mkdocs.yml looks for it."""
    rmtree(EXAMPLE, ignore_errors=True)
    replay(EXAMPLE)
