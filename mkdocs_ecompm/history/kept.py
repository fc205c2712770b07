"""Files that this program keeps for itself, for a later run. They may be missing or damaged at any time.

They are believed like a compiled template: what is in them was written by this program, on this machine. A file that
came with the repository was not, so a folder that is a part of the commit, or lies behind a link, is not looked at.
Whatever does not look exactly as it was written is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import __version__
from mkdocs_ecompm.git.repository import Repository

_LARGEST: Final = 256 * 1024 * 1024


class Kept(Struct, frozen=True):
    """A file that is kept. It is right only for the `key` it was saved under: all that its content depends on."""

    file: Path
    key: str

    def load(self) -> Any:
        """What was kept, as JSON has it; None if there is nothing that can be relied on."""
        try:
            with self.file.open("rb") as handle:
                raw = handle.read(_LARGEST + 1)
            seal, _, text = raw.partition(b"\n")
            whole = len(raw) <= _LARGEST and seal.decode("ascii") == self._seal(text)
            return json.loads(text) if whole else None
        except (OSError, ValueError, RecursionError):
            return None

    def save(self, plain: object) -> None:
        """Keep it, if that is possible here."""
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        folder = self.file.parent
        with suppress(OSError):
            if not folder.exists():
                folder.mkdir(parents=True)
                (folder / ".gitignore").write_text("*\n", encoding="ascii")  # it is nobody's business but ours
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as handle:
                handle.write(self._seal(text).encode("ascii") + b"\n" + text)
            Path(handle.name).replace(self.file)

    def _seal(self, text: bytes) -> str:
        return hashlib.sha256(self.key.encode() + b"\n" + text).hexdigest()


@cache
def program() -> str:
    """What tells this program from any other version of it, one that is being worked on too: its files."""
    top = Path(__file__).parents[1]
    files = sorted((file.relative_to(top).as_posix(), file.stat().st_mtime_ns) for file in top.rglob("*.py"))
    return f"{__version__} {hashlib.sha256(repr(files).encode()).hexdigest()}"


def is_ours(folder: Path, repository: Repository, commit: str) -> bool:
    """Whether nothing in a folder can have come with the repository, and it lies where it seems to."""
    if repository.worktree is None:
        return True
    top = repository.worktree.absolute()
    place = Path(os.path.normpath(folder.absolute()))
    if not place.is_relative_to(top):
        return True
    steps = [place, *place.parents][: len(place.relative_to(top).parts)]
    return (
        not any(step.is_symlink() for step in steps)
        and repository.entry(commit, place.relative_to(top).as_posix()) is None
    )
