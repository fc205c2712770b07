"""Where each artifact stands: the files that say it, as paths from the root of the repository."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import TRUST, records
from mkdocs_ecompm.model.state import State

OF_TRUST: Final = ("people", "signoffs", "asks")
"""Registers that decide who may speak and who is asked."""
FOLDERS_OF_TRUST: Final = ("evidence", "keys", "templates")
ANY: Final = "*"


class Area(Struct, frozen=True, order=True):
    """A file, or everything below a folder, as a path from the root of the repository."""

    path: str
    folder: bool = False


class Where(Struct, frozen=True):
    """The files of the content shown, in the folder `place` of the repository."""

    state: State
    contents: Contents
    place: str
    _known: dict[str, dict[str, dict[Area, None]]] = field(default_factory=dict)

    def stands(self, artifact: str) -> tuple[Area, ...]:
        """The files that say an artifact; where there is none yet, those that will."""
        register, _, name = artifact.partition("/")
        if artifact.casefold() == TRUST:
            return tuple(area for part in OF_TRUST[:2] for area in either(self.place, part))
        if name not in ("", ANY):
            return tuple(self._records(register).get(name.casefold(), ())) or either(self.place, register)
        paths = self.state.paths.get(register, ())
        if paths and not is_folder(self.place, register, paths):
            return tuple(Area(path) for path in paths)
        return either(self.place, register)

    def _records(self, register: str) -> dict[str, dict[Area, None]]:
        """The files of each record, by its id; of the obligations, by the party that owes. Broken records count."""
        if register not in self._known:
            found = self._known[register] = {}
            try:
                for _, record_id, record in records(self.contents, register):
                    name = record.get("party") if register == "obligations" else record_id
                    if isinstance(name, str):
                        found.setdefault(name.casefold(), {})[Area(record.source.path)] = None
            except UnreadableContent:
                found.clear()
        return self._known[register]


def either(place: str, register: str) -> tuple[Area, Area]:
    """A register as a file and as a folder, whichever it is or will be."""
    return Area(within(place, f"{register}.yml")), Area(within(place, register), folder=True)


def within(place: str, path: str) -> str:
    """A path in the project folder as one from the root of the repository."""
    return path if place in ("", ".") else f"{place}/{path}"


def is_folder(place: str, register: str, paths: Iterable[str]) -> bool:
    """Whether a register is a folder of files."""
    return any(path != within(place, f"{register}.yml") for path in paths)
