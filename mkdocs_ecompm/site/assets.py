"""The stylesheet and the script of the site: many small files in the source, one of each in the site."""

from __future__ import annotations

from typing import Final

from mkdocs_ecompm.templates import templates_folder

STYLESHEET: Final = "assets/ecompm.css"
SCRIPT: Final = "assets/ecompm.js"
_FIRST: Final = "colours.css"
_LAST: Final = "print.css"


def stylesheet() -> str:
    """All of `assets/css/`: colours first, print last, the rest by name."""
    files = sorted((templates_folder() / "assets" / "css").glob("*.css"), key=lambda file: file.name)
    order = {_FIRST: -1, _LAST: 1}
    files.sort(key=lambda file: order.get(file.name, 0))
    return "\n".join(file.read_text("utf-8") for file in files)


def script() -> str:
    """All of `assets/js/`, by name."""
    files = sorted((templates_folder() / "assets" / "js").glob("*.js"), key=lambda file: file.name)
    return "\n".join(file.read_text("utf-8") for file in files)
