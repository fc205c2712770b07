"""The past on disk, so that a later run reads only what is new.

Whatever does not look exactly as it was written is ignored. Nothing that decides anything (a signature, a sign-off) is
kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import __version__
from mkdocs_ecompm.git.objects import are_ids, is_id
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.kept import Kept, is_ours
from mkdocs_ecompm.history.past import Past
from mkdocs_ecompm.history.revisions import Note
from mkdocs_ecompm.history.series import Track
from mkdocs_ecompm.load.yaml_text import UNCLEAN

FORMAT: Final = 1
_DAYS: Final = frozenset({"milestone", "gate"})
_WHOLE: Final = frozenset({"risk", "risk-likelihood", "risk-impact"})
_LAST_SECOND: Final = 253402300799  # 9999-12-31: no datetime goes further


class Cache(Struct, frozen=True):
    """One file of a folder: the past of one project folder, as one version of this program tells it."""

    folder: Path
    key: str

    @classmethod
    def of(
        cls, folder: Path | None, repository: Repository, commit: str, project: str, names: Iterable[str]
    ) -> Cache | None:
        """The cache in a folder, None if there is to be none."""
        if folder is None or repository.shallow or not is_ours(folder, repository, commit):
            return None
        return cls(folder, json.dumps([FORMAT, __version__, repository.object_format, project, list(names)]))

    @property
    def kept(self) -> Kept:
        """The file."""
        name = f"history-{hashlib.sha256(self.key.encode()).hexdigest()[:16]}.json"
        return Kept(self.folder / name, self.key)

    def load(self) -> Past | None:
        """What was kept; None if there is nothing that can be relied on."""
        plain = self.kept.load()
        try:
            return None if plain is None else _past(plain)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError):
            return None

    def save(self, past: Past) -> None:
        """Keep it, if that is possible here."""
        self.kept.save(_plain(past))


def _plain(past: Past) -> dict[str, Any]:
    """The past as JSON, by columns: that is small, and quickly checked."""
    brought = [(number, one) for number, note in enumerate(past.notes) for one in note.merged]
    return {
        "tip": past.tip,
        "notes": _columns(past.notes),
        "merged": _columns([one for _, one in brought]),
        "merges": [number for number, _ in brought],
        "series": [[t.register, t.kind, t.ref, t.name, t.positions, t.values] for t in past.tracks.series.values()],
        "touched": past.tracks.touched,
        "present": {name: [[kind, ref] for kind, ref in past.tracks.there(name)] for name in past.tracks.present},
    }


def _columns(notes: Sequence[Note]) -> list[list[Any]]:
    rows = [(n.commit, n.claim, n.author, n.subject, " ".join(n.registers)) for n in notes]
    return [list(column) for column in zip(*rows, strict=True)]


def _past(plain: dict[str, Any]) -> Past:
    """The past from JSON.

    Raises:
        ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError: it is not as it was written.
    """
    notes = list(_notes(plain["notes"]))
    _ascend(plain["merges"], len(notes))
    brought = zip(plain["merges"], _notes(plain["merged"]), strict=True)
    for number, several in groupby(brought, key=itemgetter(0)):
        notes[number] = notes[number]._replace(merged=tuple(one for _, one in several))
    past = Past(plain["tip"], notes)
    if not is_id(past.tip):
        raise ValueError("the tip is no commit")
    tracks = past.tracks
    for register, kind, ref, name, positions, values in plain["series"]:
        _are((register, kind, ref, name), {str})
        _legible(kind, values)
        _ascend(positions, len(notes))
        if len(positions) != len(values):
            raise ValueError("a position without a value")
        tracks.series[kind, ref.casefold()] = Track(register, kind, ref, name, positions, values)
    for name, positions in plain["touched"].items():
        _ascend(positions, len(notes))
        tracks.touched[name] = positions
    for register, keys in plain["present"].items():
        present = tracks.present.setdefault(register, {})
        for kind, ref in keys:
            present.setdefault(tracks.series[kind, ref].ref.casefold(), []).append((kind, ref))
    return past


def _notes(columns: list[list[Any]]) -> Iterable[Note]:
    if not columns:
        return ()
    commits, claims, authors, subjects, registers = columns
    _are((*commits, *authors, *subjects, *registers), {str})
    _are(claims, {int})
    if not are_ids(commits) or not 0 <= min(claims) <= max(claims) <= _LAST_SECOND:
        raise ValueError("no commit")
    if UNCLEAN.search("".join((*authors, *subjects))):
        raise ValueError("a text that nobody wrote so")
    known = {text: tuple(text.split()) for text in set(registers)}
    return map(Note, commits, claims, authors, subjects, [known[text] for text in registers])


def _legible(kind: str, values: list[str | None]) -> None:
    """Make sure that whoever draws the values finds what the registers say: days and numbers."""
    _are(values, {str, type(None)})
    said = [value for value in values if value is not None]
    if kind in _DAYS:
        _ = [date.fromisoformat(value) for value in said]
    elif kind in _WHOLE:
        _ = [int(value) for value in said]
    elif not all(Decimal(value).is_finite() for value in said):
        raise ValueError("no number")


def _are(values: Iterable[Any], types: Collection[type]) -> None:
    if not set(map(type, values)) <= set(types):
        raise TypeError("a value of another type")


def _ascend(positions: list[int], end: int) -> None:
    _are(positions, {int})
    if positions and (positions[0] < 0 or positions[-1] >= end or sorted(positions) != positions):
        raise ValueError("positions that are none")
