"""Where a forge shows a file for editing and a commit, made from what a site says of its repository."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from mkdocs_ecompm.model.finding import Source

_COMMIT: Final = {"gitlab": "-/commit/{commit}", "bitbucket": "commits/{commit}"}
"""Forges whose host names tell that they do not say `commit/`."""


def edit_template(repository_url: str, edit_uri: str, pages: Path, root: Path) -> str:
    """The address for editing a file, with `{path}` (from the repository's root) and `{line}`; empty if unknown.

    Args:
        repository_url: The repository at the forge.
        edit_uri: What leads from there to the folder `pages`, such as `edit/main/docs/`.
        pages: The folder with the pages that are written by hand.
        root: The root of the repository.
    """
    if not edit_uri:
        return ""
    up = posixpath.normpath(os.path.relpath(root, pages).replace(os.sep, "/")) + "/"
    base = repository_url if edit_uri.startswith(("?", "#")) else repository_url.rstrip("/") + "/"
    if edit_uri.startswith(("?", "#")):
        start, _, inside = edit_uri.partition("=")
        return f"{base}{start}={posixpath.normpath(f'{inside}/{up}')}/{{path}}"
    folder = urljoin(base if repository_url else "", edit_uri)
    return urljoin(folder, up) + "{path}#L{line}" if urlsplit(folder).scheme else ""


def edit_address(template: str, source: Source | None) -> str | None:
    """The template with a place in it; None without either."""
    if not template or source is None:
        return None
    return template.replace("{path}", quote(source.path)).replace("{line}", str(source.line))


def commit_template(repository_url: str) -> str:
    """The address of a commit, with `{commit}`; empty without a repository."""
    if not repository_url:
        return ""
    host = urlsplit(repository_url).netloc
    path = next((path for name, path in _COMMIT.items() if name in host), "commit/{commit}")
    return f"{repository_url.rstrip('/')}/{path}"
