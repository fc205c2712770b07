"""Annotated tags from their raw bytes: what each one points to, and who says that he made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.objects import GitObject, is_id, line_date
from mkdocs_ecompm.git.process import run
from mkdocs_ecompm.git.repository import Repository

_PLACE: Final = "refs/tags/"
_LONGEST_NAME: Final = 250
_LARGEST: Final = 1 << 20
_MOST: Final = 10_000
_DEEPEST: Final = 8


class Tag(Struct, frozen=True):
    """An annotated tag that leads to a commit. `when` is the tagger's claim; `raw` is the object, for its signature."""

    name: str
    oid: str
    commit: str
    when: datetime
    raw: bytes


class _Pointer(Struct, frozen=True):
    """The headers of a tag object."""

    object: str
    type: bytes
    name: bytes
    tagger: bytes


def annotated_tags(repository: Repository) -> list[Tag]:
    """The tags that are objects of their own, as their refs name them, and lead to a commit, tags of tags too.

    One under another name than it was given is left out: somebody moved it there. So is one that is larger than 1 MiB,
    that is missing or damaged, or that comes after the first 10,000.

    Raises:
        GitError: the refs cannot be read.
    """
    refs = [(oid, name) for oid, name in _refs(repository) if len(name) <= _LONGEST_NAME][:_MOST]
    raws = _raws(repository, (oid for oid, _ in refs))
    named = {oid: first for oid, raw in raws.items() if (first := _pointer(raw))}
    commits = _peeled(repository, named)
    return [
        Tag(name, oid, commits[oid], line_date(named[oid].tagger), raws[oid])
        for oid, name in refs
        if oid in commits and named[oid].name.decode("utf-8", "replace") == name
    ]


def _refs(repository: Repository) -> Iterator[tuple[str, str]]:
    """What each tag points to, and its name; the object is not looked at, for it may be missing."""
    answer = _git(repository, ["for-each-ref", "--format=%(objectname) %(refname)", _PLACE])
    for line in answer.decode("utf-8", "replace").splitlines():
        oid, _, name = line.partition(" ")
        yield oid, name.removeprefix(_PLACE)


def _raws(repository: Repository, oids: Iterable[str]) -> dict[str, bytes]:
    """The tag objects among these, by their ids. First their size is asked, for a ref may name a blob of any size."""
    wanted = list(dict.fromkeys(oids))
    if not wanted:
        return {}
    answer = _git(repository, ["cat-file", "--batch-check"], "".join(f"{oid}\n" for oid in wanted).encode())
    rows = [line.split() for line in answer.decode("ascii", "replace").splitlines()]
    small = [row[0] for row in rows if len(row) == 3 and row[1] == "tag" and int(row[2]) <= _LARGEST]
    return {found.oid: found.data for found in repository.read_many(small) if isinstance(found, GitObject)}


def _pointer(raw: bytes) -> _Pointer | None:
    """The headers, if they are those of a tag and nothing else."""
    lines = [line.partition(b" ") for line in raw.partition(b"\n\n")[0].split(b"\n")[:5]]
    if [name for name, _, _ in lines] != [b"object", b"type", b"tag", b"tagger"]:
        return None
    oid, kind, name, tagger = (value for _, _, value in lines)
    found = oid.decode("ascii", "replace")
    return _Pointer(found, kind, name, tagger) if is_id(found) else None


def _peeled(repository: Repository, tags: Mapping[str, _Pointer]) -> dict[str, str]:
    """The commit that each tag leads to in the end; a long chain of tags leads nowhere."""
    ends = dict(tags)
    for _ in range(_DEEPEST):
        inner = {oid: end.object for oid, end in ends.items() if end.type == b"tag"}
        raws = _raws(repository, inner.values())
        for oid, following in inner.items():
            found = _pointer(raws.get(following, b""))
            if found is None:
                del ends[oid]
            else:
                ends[oid] = found
    return {oid: end.object for oid, end in ends.items() if end.type == b"commit"}


def _git(repository: Repository, arguments: list[str], data: bytes = b"") -> bytes:
    folder = repository.worktree or repository.git_dir
    return run([f"--git-dir={repository.git_dir}", *arguments], folder=folder, data=data)
