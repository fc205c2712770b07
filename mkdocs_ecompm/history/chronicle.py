"""The project's past, read from git and kept: revisions, series, and when each record was last touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.log import FileChange, Log, below, log
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.cache import Cache
from mkdocs_ecompm.history.parts import parts
from mkdocs_ecompm.history.past import Past
from mkdocs_ecompm.history.revisions import line, notes, register_of, revisions
from mkdocs_ecompm.history.series import Moments, Tracks
from mkdocs_ecompm.history.versions import VersionReader, versions
from mkdocs_ecompm.model.history import History, Revision
from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.model.state import State

_SHALLOW: Final = "The history is cut off, for this is a shallow clone. Fetch all of it with git fetch --unshallow."


class Question(Struct, frozen=True, kw_only=True):
    """Whose past is asked for.

    Args:
        repository: Where it is; None if there is none.
        commit: The commit with which it ends; None before the first one.
        folder: The project folder as a path from the root of the repository; empty for the root itself.
        as_of: The day up to which commits count, by their claims.
        registers: What is followed.
        shown: The content of a working tree that differs from the commit: it is what is said on the day itself.
        cache: The folder with what was read before, None if there is none.
        keep: Whether what is read anew is kept there.
    """

    repository: Repository | None
    commit: str | None
    folder: str
    as_of: date
    registers: Sequence[Register]
    shown: State | None = None
    cache: Path | None = None
    keep: bool = True


def chronicle(question: Question) -> History:
    """Read the past. What cannot be read is left out, and `problem` says so."""
    if question.repository is None:
        return History(problem="There is no git repository.")
    if question.commit is None:
        return History(problem="There is no commit yet.")
    try:
        return _read(question, question.repository, question.commit)
    except GitError as error:
        shallow = question.repository.shallow
        return History(problem=f"{error} {_SHALLOW}" if shallow else str(error), shallow=shallow)


def _read(question: Question, repository: Repository, tip: str) -> History:
    past, problem = _past(question, repository, tip)
    told = revisions(past.notes, repository.commit(tip).committer_date, question.as_of)
    end = len(past.notes)
    today = None
    if question.shown is not None and told:
        today = Revision("", max(told[-1].at, datetime.combine(question.as_of, time(), UTC)), "", "")
        _hear_today(past.tracks, end, question.registers, question.shown)
    moments = Moments(told, end, today)
    return History(
        revisions=told,
        series=past.tracks.to_series((register.name for register in question.registers), moments),
        problem=_SHALLOW if repository.shallow else problem,
        touched=past.tracks.to_touched(moments),
        shallow=repository.shallow,
    )


def _past(question: Question, repository: Repository, tip: str) -> tuple[Past, str]:
    """The past up to `tip`, what was kept of it and what has come since, or all anew; and what is wrong with it."""
    names = [register.name for register in question.registers]
    cache = Cache.of(question.cache, repository, tip, question.folder, names)
    past = cache.load() if cache is not None else None
    if past is not None and past.tip != tip and question.shown is None:
        earlier = _up_to(past, tip)
        if earlier is not None:
            return earlier, ""
    reader = VersionReader(repository)
    found = None if past is None else _continued(past, question, reader, tip)
    if past is None or found is None:
        past, reader = Past(), VersionReader(repository)
        found = log(repository, tip, question.folder)
    if past.tip != tip:
        _extend(past, question, reader, found, tip)
        if cache is not None and question.keep and reader.problem is None:
            cache.save(past)
    return past, str(reader.problem or "")


def _up_to(past: Past, tip: str) -> Past | None:
    """An earlier past: up to one of the commits that were kept."""
    number = next((number for number, note in enumerate(past.notes) if note.commit == tip), None)
    return None if number is None else Past(tip, past.notes[: number + 1], past.tracks)


def _continued(past: Past, question: Question, reader: VersionReader, tip: str) -> Log | None:
    """What has come since the past was kept; None if the line goes another way, or cannot be taken up there."""
    try:
        found = log(reader.repository, tip, question.folder, known=[past.tip]) if tip != past.tip else Log()
        new = line(found, tip)
    except GitError:  # the commit is gone: the branch was written anew
        return None
    if new.base != past.tip:
        return None
    names = {register.name for register in question.registers}
    changed = {register_of(below(question.folder, one.path)) for commit in new.commits for one in found.changes[commit]}
    wanted = names if question.shown is not None else names & changed
    return found if not wanted or _recalled(past, question.folder, reader, wanted) else None


def _recalled(past: Past, folder: str, reader: VersionReader, wanted: Collection[str]) -> bool:
    """Read what the registers said last, to compare the next version with; False if that cannot be read any more."""
    there = reader.repository.walk(past.tip, folder)
    files = [FileChange(os.fsencode(path), entry.mode.encode("ascii"), entry.oid) for path, entry in there]
    last = list(versions([(-1, files)], folder, wanted))
    for version, said in reader.read(last):
        if said is not None:
            past.tracks.last[version.register] = said
    return len(last) == len(past.tracks.last)


def _extend(past: Past, question: Question, reader: VersionReader, found: Log, tip: str) -> None:
    """Add what a log found: new commits, and what the registers said at each."""
    registers = {register.name: register for register in question.registers}
    new = line(found, tip)
    first = len(past.notes)
    past.notes.extend(notes(reader.repository, found, new, question.folder, registers))
    changes = ((first + number, found.changes[commit]) for number, commit in enumerate(new.commits))
    for version, said in reader.read(versions(changes, question.folder, registers)):
        past.tracks.hear(version.position, registers[version.register], said)
    past.tip = tip


def _hear_today(tracks: Tracks, end: int, registers: Sequence[Register], shown: State) -> None:
    """What the working tree says; what cannot be read in it says nothing new."""
    for register in registers:
        if register.name not in shown.unreadable:
            content = shown.contents.get(register.name)
            tracks.hear(end, register, None if content is None else parts(content))
