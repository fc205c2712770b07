"""The project's own trust root, as its mkdocs.yml states it to the plugin: read with MkDocs' own loader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from mkdocs_ecompm.assembly import ProjectError
from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.git.repository import Repository

NAMES: Final = ("mkdocs.yml", "mkdocs.yaml")


def trust_roots_of_site(folder: Path, repository: Path | None, *, at: str | None = None) -> tuple[str, ...]:
    """The plugin's option `trust_root`, from the mkdocs.yml nearest above the project's folder; empty if not set.

    Weaker than a root that the verifier gives, because a merge can change it. A bare repository has no working
    tree; there, the file of the commit shown is read.
    """
    start = folder
    if repository is not None:
        with Repository.open(repository) as opened:
            if opened.worktree is None:
                return _of_commit(opened, at or "HEAD")
            if not folder.is_dir():
                start = opened.worktree / folder
    for path in _candidates(start.absolute()):
        if path.is_file():
            with path.open("rb") as stream:
                return _trust_roots(stream, str(path))
    return ()


def _of_commit(repository: Repository, rev: str) -> tuple[str, ...]:
    commit = repository.resolve(rev)
    for name in NAMES:
        entry = repository.entry(commit, name)
        if entry is not None:
            return _trust_roots(repository.read(entry.oid).data.decode(errors="replace"), f"{name} at {commit}")
    return ()


def _candidates(folder: Path) -> Iterator[Path]:
    """Where the file may be: from the folder's parent up to the top of the repository."""
    for parent in folder.parents:
        yield from (parent / name for name in NAMES)
        if (parent / ".git").exists():
            return


def _trust_roots(source: IO[bytes] | str, name: str) -> tuple[str, ...]:
    from mkdocs.exceptions import ConfigurationError  # noqa: PLC0415  # only where there is a mkdocs.yml
    from mkdocs.utils import yaml as mkdocs_yaml  # noqa: PLC0415

    # MkDocs' loader on PyYAML's safe one: whoever verifies somebody else's repository must not run its tags.
    loader = mkdocs_yaml.get_yaml_loader(mkdocs_yaml.yaml.SafeLoader)  # type: ignore[attr-defined]  # PyYAML itself
    loader.add_multi_constructor("", lambda *_: None)
    try:
        settings = mkdocs_yaml.yaml_load(source, loader)
    except (ConfigurationError, UnicodeDecodeError) as error:
        raise ProjectError(f"{name} cannot be read: {error}") from error
    for plugin, options in _plugins(settings.get("plugins") if isinstance(settings, dict) else None):
        if plugin == "ecompm" and isinstance(options, dict):
            return _commits(options.get("trust_root"), name)
    return ()


def _commits(stated: Any, name: str) -> tuple[str, ...]:
    """One id or a list of them; the plugin refuses the same."""
    found = [str(item).lower() for item in (stated if isinstance(stated, list) else [stated])] if stated else []
    for item in found:
        if not is_id(item):
            raise ProjectError(f"trust_root in {name} must be a full commit id (40 or 64 hexadecimal digits): {item}")
    return tuple(found)


def _plugins(stated: Any) -> Iterator[tuple[str, Any]]:
    """The plugins and their options, in each form that MkDocs allows."""
    if isinstance(stated, dict):
        yield from stated.items()
    for item in stated if isinstance(stated, list) else ():
        if isinstance(item, dict):
            yield from item.items()
        else:
            yield str(item), None
