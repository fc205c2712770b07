"""What each version of each register said, without types: every blob is read and parsed once."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from mkdocs_ecompm.git.blobs import read_all
from mkdocs_ecompm.git.log import FileChange, below
from mkdocs_ecompm.git.objects import GitObject, ObjectError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.parts import Parts, exchanged, joined, parts
from mkdocs_ecompm.history.revisions import register_of
from mkdocs_ecompm.load.piecewise import PiecewiseReader

_LINK: Final = b"120000"
_KINDS: Final[Mapping[bytes, str]] = {_LINK: "link", b"160000": "other"}


class Version(NamedTuple):
    """What the commit at a position of the line made of a register's files: kind and blob by path, None where gone."""

    position: int
    register: str
    files: Mapping[str, tuple[str, str] | None]


def versions(
    changes: Iterable[tuple[int, Sequence[FileChange]]], folder: str, names: Collection[str]
) -> Iterator[Version]:
    """The registers that commits changed, in the order of the commits."""
    for position, changed in changes:
        touched: dict[str, dict[str, tuple[str, str] | None]] = {}
        for path, mode, oid in changed:
            inside = below(folder, path)
            name = register_of(inside)
            if name in names:
                file = (_KINDS.get(mode, "file"), oid) if mode else None
                touched.setdefault(name, {})[os.fsdecode(inside)] = file
        for name, files in touched.items():
            yield Version(position, name, files)


class _Register:
    """The files of a register at one version, each with what it says, or None if it is refused."""

    def __init__(self, name: str) -> None:
        self._single = f"{name}.yml"
        self.files: dict[str, Parts | None] = {}
        self._together: Parts | None = None

    def change(self, version: Version, parse: Callable[[str], Parts | None]) -> None:
        """Go on to the next version."""
        for path, file in version.files.items():
            before, now = self.files.pop(path, None), None
            if file is not None:
                kind, oid = file
                found = parse(oid) if kind == "file" else None
                if _counts(path, kind):
                    now = self.files[path] = found if _is_accepted(path) else None
            whole = self._together
            self._together = exchanged(whole, before, now) if whole and before and now else None

    def together(self) -> Parts | None:
        """What its files say together, None if they are refused: if one is, or if it is file and folder."""
        if len(self.files) == 1:
            return next(iter(self.files.values()))
        if self._together is None:
            found = [one for path in sorted(self.files) if (one := self.files[path]) is not None]
            whole = len(found) == len(self.files) and self._single not in self.files
            self._together = joined(found) if whole else None
        return self._together


class VersionReader:
    """Reads versions in their order; `problem` is the first object that could not be read from the repository."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._reader = PiecewiseReader()
        self._registers: dict[str, _Register] = {}
        self.problem: ObjectError | None = None

    def read(self, wanted: Iterable[Version]) -> Iterator[tuple[Version, Parts | None]]:
        """Each version that can be read, with its parts; None where the register is gone."""
        every = list(wanted)
        uses = Counter(file[1] for version in every for file in version.files.values() if file and file[0] == "file")
        answers = read_all(self.repository, list(uses))
        parsed: dict[str, Parts | None] = {}

        def parse(oid: str) -> Parts | None:
            if oid not in parsed:
                parsed[oid] = self._parse(next(answers))  # in the order in which they are first asked for
            uses[oid] -= 1
            return parsed[oid] if uses[oid] else parsed.pop(oid)  # a long history does not stay in memory

        for version in every:
            register = self._registers.get(version.register)
            if register is None:
                register = self._registers[version.register] = _Register(version.register)
            register.change(version, parse)
            found = register.together() if register.files else None
            if found is not None or not register.files:
                yield version, found

    def _parse(self, answer: GitObject | ObjectError) -> Parts | None:
        if isinstance(answer, ObjectError):
            self.problem = self.problem or answer
            return None
        content = self._reader.read(answer.data)
        return None if content is None else parts(content)


@lru_cache(maxsize=4096)  # the few files of a project, asked about at each of their versions
def _is_accepted(path: str) -> bool:
    """Whether the loader takes a file of this name for one of a register, and does not refuse it."""
    return path.endswith(".yml") and path.isprintable()


@lru_cache(maxsize=4096)
def _counts(path: str, kind: str) -> bool:
    """Whether a file plays a part in its register at all: a hidden one and a text beside it do not."""
    hidden = any(step.startswith(".") for step in path.split("/"))
    return not hidden and (kind == "link" or posixpath.splitext(path)[1].lower() in {".yml", ".yaml"})
