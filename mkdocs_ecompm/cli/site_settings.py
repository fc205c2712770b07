"""The project's own trust root, as its mkdocs.yml states it to the plugin: read with MkDocs' own loader.

A plugin that names another project folder in its settings shows another project, and its root is none of ours.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from mkdocs_ecompm.cli.output import safe
from mkdocs_ecompm.git.days import commit_named
from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.model.words import shorten
from mkdocs_ecompm.setting import ProjectError

NAMES: Final = ("mkdocs.yml", "mkdocs.yaml")
LARGEST: Final = 2**20
"""Bytes of a settings file; a hostile one may be any size."""
DEEPEST: Final = 8
"""Files that may inherit from each other."""
LONGEST: Final = 4096
"""Characters of a path."""
PLUGIN: Final = "ecompm"
NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
"""The texts that say that an option is not set."""


def trust_roots_of_site(folder: Path, repository: Path | None, *, at: str | None = None) -> tuple[str, ...]:
    """The plugin's option `trust_root`, from the mkdocs.yml nearest above the project's folder; empty if not set.

    Weaker than a root that the verifier gives, because a merge can change it. A bare repository has no working
    tree; there, the file of the commit shown is read.
    """
    start = folder
    if repository is not None:
        with Repository.open(repository) as opened:
            if opened.worktree is None:
                return _below(opened, commit_named(opened, at or "HEAD"), "", folder.as_posix()) or ()
            if not folder.is_dir():
                start = opened.worktree / folder
    for path in _candidates(start.absolute()):
        if path.is_file():
            top = next((folder for folder in path.parents if (folder / ".git").exists()), path.parent)
            inside = _real(path).is_relative_to(_real(top))
            name = _real(path).relative_to(_real(top)).as_posix() if inside else path.name
            return _trust_roots(name, partial(_of_folder, top), str(path), partial(_same_folder, path.parent, start))
    return ()


def trust_roots_at(repository: Repository, commit: str, place: str) -> tuple[str, ...]:
    """The same option as a commit has it, whatever is in the working tree: `place` is the project's folder in it."""
    for parent in PurePosixPath(place).parents:
        found = _below(repository, commit, "" if parent == PurePosixPath() else f"{parent}/", place)
        if found is not None:
            return found
    return ()


def _below(repository: Repository, commit: str, folder: str, place: str) -> tuple[str, ...] | None:
    """The option in the settings file that stands in a folder of a commit; None if there is none."""

    def read(name: str) -> bytes:
        entry = repository.entry(commit, name)
        if entry is None:
            raise ProjectError(f"There is no file {name} in commit {commit}.")
        return repository.read(entry.oid).data

    for name in NAMES:
        if repository.entry(commit, folder + name) is not None:
            return _trust_roots(
                folder + name,
                read,
                f"{folder}{name} at {commit}",
                lambda named: posixpath.normpath(folder + named) == posixpath.normpath(place),
            )
    return None


def _of_folder(top: Path, name: str) -> bytes:
    """The bytes of a regular file inside the repository; what INHERIT names may be anything, and it may be a trap."""
    path = _real(top / name)
    if not path.is_relative_to(_real(top)) or not path.is_file():
        raise ProjectError(f"The settings {safe(str(top / name))} are no file inside the repository.")
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def _real(path: Path) -> Path:
    """Where a path leads; a loop of links is no error."""
    return Path(os.path.realpath(path))


def _same_folder(base: Path, folder: Path, named: str) -> bool:
    return _real(base / named) == _real(folder)


def _candidates(folder: Path) -> Iterator[Path]:
    """Where the file may be: from the folder's parent up to the top of the repository."""
    for parent in folder.parents:
        yield from (parent / name for name in NAMES)
        if (parent / ".git").exists():
            return


def _trust_roots(
    name: str, read: Callable[[str], bytes], shown: str, is_ours: Callable[[str], bool]
) -> tuple[str, ...]:
    """The option in the settings file `name` of the repository, with those that it inherits.

    Args:
        name: The file's path in the repository.
        read: The bytes of such a file.
        shown: What a person calls it.
        is_ours: Whether a folder, seen from the file, is the project at hand.
    """
    files: list[dict[str, Any]] = []
    for _ in range(DEEPEST):
        settings = _load(read(name), shown)
        files.append(settings)
        inherited = settings.get("INHERIT")
        if not isinstance(inherited, str):
            options = _ours(_merged(reversed(files)), is_ours)
            return next((found for one in options if (found := _commits(one.get("trust_root"), shown))), ())
        name = posixpath.normpath(posixpath.join(posixpath.dirname(name), inherited))
        shown = f"{safe(name[:LONGEST])}, from which {shown} inherits,"
        if not _is_path(inherited) or name.startswith(("/", "..")):
            raise ProjectError(f"{shown} lies outside the repository.")
    raise ProjectError(f"{name} inherits from itself, or through more than {DEEPEST} files.")


def _merged(files: Iterable[dict[str, Any]]) -> Any:
    """The plugins that files name which inherit from each other, as MkDocs merges them: mappings, never lists."""
    merged: Any = None
    for settings in files:
        stated = settings.get("plugins", merged)
        if isinstance(stated, dict) and isinstance(merged, dict) and stated is not merged:
            own, before = stated.get(PLUGIN), merged.get(PLUGIN)
            both = {**before, **own} if isinstance(own, dict) and isinstance(before, dict) else own
            stated = {**merged, **stated, **({PLUGIN: both} if PLUGIN in stated else {})}
        merged = stated
    return merged


def _ours(plugins: Any, is_ours: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """The options of each plugin `ecompm` that does not name the folder of another project."""
    for plugin, options in _plugins(plugins):
        if plugin == PLUGIN and isinstance(options, dict):
            whole = _with_merges(options)
            project = whole.get("project", "")
            if isinstance(project, str) and (project in NULL or (_is_path(project) and is_ours(project))):
                yield whole


def _is_path(text: str) -> bool:
    """Whether a text can name a file or folder, however hostile it is."""
    return len(text) <= LONGEST and "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _load(data: bytes, shown: str) -> dict[str, Any]:
    from mkdocs.utils import yaml as mkdocs_yaml  # noqa: PLC0415  # only where there is a mkdocs.yml

    # MkDocs' loader, but over the one of PyYAML for which all is text: whoever verifies somebody else's repository must
    # not run its tags, and no merge key can make much of little.
    library = mkdocs_yaml.yaml  # type: ignore[attr-defined]  # PyYAML itself
    loader = mkdocs_yaml.get_yaml_loader(library.BaseLoader)
    if len(data) > LARGEST:
        raise ProjectError(f"{shown} is larger than {LARGEST} bytes.")
    try:
        settings = library.load(data, Loader=loader)
    except (library.YAMLError, ValueError) as error:
        raise ProjectError(f"{shown} cannot be read: {safe(' '.join(str(error).split()))}") from error
    except RecursionError as error:
        raise ProjectError(f"{shown} cannot be read: it is nested too deep.") from error
    return _with_merges(settings) if isinstance(settings, dict) else {}


def _with_merges(mapping: dict[str, Any]) -> dict[str, Any]:
    """A mapping with what its merge key brings, no deeper: nobody writes more, and a few levels could make millions."""
    brought = mapping.get("<<")
    sources = [source for source in (brought if isinstance(brought, list) else [brought]) if isinstance(source, dict)]
    return {key: value for source in (*reversed(sources), mapping) for key, value in source.items()}


def _commits(stated: Any, name: str) -> tuple[str, ...]:
    """One id or a list of them; the plugin refuses the same."""
    if stated is None or (isinstance(stated, str) and stated in NULL):
        return ()
    found = []
    for item in stated if isinstance(stated, list) else [stated]:
        text = item.lower() if isinstance(item, str) else f"a {type(item).__name__}"
        if not is_id(text):
            wrong = safe(shorten(text))
            raise ProjectError(f"trust_root in {name} must be a full commit id (40 or 64 hexadecimal digits): {wrong}")
        found.append(text)
    return tuple(found)


def _plugins(stated: Any) -> Iterator[tuple[str, Any]]:
    """The plugins and their options, in each form that MkDocs allows."""
    if isinstance(stated, dict):
        yield from stated.items()
    for item in stated if isinstance(stated, list) else ():
        if isinstance(item, dict):
            yield from item.items()
        elif isinstance(item, str):
            yield item, None
