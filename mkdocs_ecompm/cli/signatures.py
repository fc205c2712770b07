"""`ecompm signatures`: every commit's signature, verified in this process, in any repository.

Nearly all of its time is arithmetic, so nothing is imported that the repository at hand does not need.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import click
from msgspec import Struct

from mkdocs_ecompm.cli.options import format_option, repository_option
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.cli.progress import counted
from mkdocs_ecompm.git.objects import GitObject, ObjectError, line_date
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.signatures.commit import Signature, committer_of, verify_commits

if TYPE_CHECKING:
    from mkdocs_ecompm.load.files import Files
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

VERSION: Final = 1
PROJECT: Final = Path("project")
STATUSES: Final = ("good", "unknown-key", "expired", "not-yet-valid", "revoked", "bad", "unsupported", "none")

OWN_WORDS: Final = frozenset({"expired", "not-yet-valid", "revoked"})
"""What an OpenPGP certificate says of its own key; the words of people.yml come first."""

Judge: TypeAlias = Callable[[Signature, datetime], tuple[str, str | None]]
"""The status of a signature that is right by itself at a moment, and whose it is."""


class Row(NamedTuple):
    """One commit in the answer."""

    commit: str
    format: str
    status: str
    key: str | None = None
    signer: str | None = None
    hardware: bool = False


@click.command("signatures", short_help="Verify the signatures of commits, in any repository.")
@click.argument("rev_range", metavar="[REV-RANGE]", required=False)
@click.option("--all", "all_refs", is_flag=True, help="Every commit that any ref reaches.")
@click.option(
    "--allowed-signers",
    "allowed_signers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="OpenSSH's file of allowed signers decides whose SSH keys are known.  [default: people.yml]",
)
@format_option("text", "json")
@repository_option
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder with people.yml; it need not exist.  [default: project]",
)
def command(  # noqa: PLR0913  # one for each option
    rev_range: str | None,
    *,
    all_refs: bool,
    allowed_signers: Path | None,
    output_format: str,
    repository: Path | None,
    project: Path | None,
) -> None:
    """Verify the signature of every commit of REV-RANGE (default: HEAD), newest first.

    It works in any git repository. Who is known is decided by the file of allowed signers if one is given, else by
    the keys in people.yml. Such a file has no OpenPGP keys: with it, give --project to take those from people.yml.
    """
    folder = project or PROJECT
    with Repository.open(repository or (folder if folder.is_dir() else Path())) as opened:
        known = Known(_nobody)
        if allowed_signers is None or project is not None:
            known = _people(_project_files(opened, project, beside=repository is None))
        if allowed_signers is not None:
            known = _allowed(allowed_signers, known)
        for problem in known.problems:
            say(problem, err=True)
        oids = opened.walk_history(*([rev_range] if rev_range else []), all_refs=all_refs)
        rows = _rows(opened.read_many(oids), known, opened.object_format)
    _hint(rows)
    if output_format == "json":
        _print_json(rows)
    else:
        _print_text(rows)
    if known.project_has_errors:
        click.get_current_context().exit(1)


signatures = command


# --- who is known -------------------------------------------------------------------------------------------------


class Known(Struct, frozen=True):
    """Who judges keys, what could not be read of what he knows, and whether that is an error of the project."""

    judge: Judge
    problems: Sequence[str] = ()
    project_has_errors: bool = False
    certificates: tuple[Certificate, ...] = ()


def _nobody(_signature: Signature, _when: datetime) -> tuple[str, str | None]:
    return "unknown-key", None


def _allowed(path: Path, people: Known) -> Known:
    """Ask a file of allowed signers; a person speaks under the first of his principals. Of OpenPGP, ask `people`."""
    from mkdocs_ecompm.signatures.allowed_signers import AllowedSigners  # noqa: PLC0415  # only with this option

    allowed = AllowedSigners.parse(path.read_text("utf-8", "surrogateescape"))

    def judge(signature: Signature, when: datetime) -> tuple[str, str | None]:
        if signature.format == "openpgp":
            return people.judge(signature, when)
        standing, names = allowed.judge(signature.blob or b"", when, certificate=signature.certificate)
        return standing, names[0] if names else None

    problems = [*people.problems, *(f"{path}: {problem}" for problem in allowed.problems)]
    return Known(judge, problems, people.project_has_errors, people.certificates)


def _project_files(repository: Repository, project: Path | None, *, beside: bool) -> Files | None:
    """The project whose people.yml decides, None without one: on disk, or in HEAD of a bare repository.

    Args:
        repository: The repository at hand.
        project: What the user named.
        beside: Whether a folder of the working directory can be meant: the user named no repository.
    """
    from mkdocs_ecompm.load.files import FolderFiles  # noqa: PLC0415  # few repositories have a project

    named = project or PROJECT
    places = [named] if project or beside else []
    if repository.worktree is not None and not named.is_absolute():
        places.append(repository.worktree / named)
    for place in places:
        if place.is_dir():
            return FolderFiles(place, f"{place.name}/")
    head = None if repository.worktree else repository.head()
    if head is not None and not named.is_absolute():
        from mkdocs_ecompm.git.tree_files import TreeFiles  # noqa: PLC0415

        files = TreeFiles(repository, head, named.as_posix())
        if files.exists:
            return files
    if project is not None:
        raise GitError(f"There is no project folder {project}.")
    return None


def _people(files: Files | None) -> Known:
    """Ask people.yml; without one nobody is known."""
    if files is None:
        return Known(_nobody)
    from mkdocs_ecompm.cli.people_keys import people_keys  # noqa: PLC0415  # brings the reader of YAML with it

    people = people_keys(files)
    known = people.known

    def judge(signature: Signature, when: datetime) -> tuple[str, str | None]:
        if signature.certificate is not None:
            return _nobody(signature, when)  # people.yml names no authorities
        return known.judge(signature.blob or (signature.key or "").encode(), when)

    return Known(judge, people.problems, bool(people.problems), tuple(people.certificates))


# --- the answer ---------------------------------------------------------------------------------------------------


def _rows(answers: Iterable[GitObject | ObjectError], known: Known, object_format: str) -> list[Row]:
    """A row for each commit. Reading, verifying and judging go on side by side."""
    rows: list[Row] = []
    unjudged: deque[tuple[int, datetime]] = deque()

    def raws() -> Iterator[bytes]:
        for answer in counted(answers, "commits"):
            if isinstance(answer, GitObject):
                unjudged.append((len(rows), line_date(committer_of(answer.data))))
                rows.append(Row(answer.oid, "none", "none"))
                yield answer.data
            else:
                rows.append(_unreliable(answer))

    for signature in verify_commits(raws(), object_format, known.certificates):
        place, when = unjudged.popleft()
        rows[place] = _row(rows[place].commit, when, signature, known.judge)
    return rows


def _row(oid: str, when: datetime, signature: Signature, judge: Judge) -> Row:
    status: str = signature.status
    signer: str | None = None
    if status in {"good", *OWN_WORDS}:
        status, signer = judge(signature, when)
        if status == "good" and signature.status in OWN_WORDS:
            status = signature.status
        elif status == "good" and signature.until is not None and when >= signature.until:
            status = "expired"
    return Row(oid, signature.format, status, signature.key, signer, signature.hardware)


def _hint(rows: Sequence[Row]) -> None:
    """Say how to get what OpenPGP signatures need, if it is not there."""
    if any((row.format, row.status) == ("openpgp", "unsupported") for row in rows):
        from mkdocs_ecompm.signatures.openpgp import HINT, available  # noqa: PLC0415  # many repositories have none

        if not available():
            say(f"{HINT}.", err=True)


def _unreliable(error: ObjectError) -> Row:
    """A commit whose bytes are not those of its id carries no signature that could be good."""
    say(str(error), err=True)
    return Row(error.oid, "none", "bad")


def _print_json(rows: Sequence[Row]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    lines = ",\n".join(f"    {encode(row._asdict())}" for row in rows)
    listed = f"[\n{lines}\n  ]" if rows else "[]"
    click.echo(f'{{\n  "version": {VERSION},\n  "signatures": {listed}\n}}')


def _print_text(rows: Sequence[Row]) -> None:
    for row in rows:
        who = row.signer or row.key or ""
        touched = ", touched" if row.hardware else ""
        say(f"{row.commit[:12]}  {row.status:<13}  {row.format:<7}  {who}{touched}".rstrip())
    counts = Counter(row.status for row in rows)
    parts = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    say(f"{len(rows)} commit{'' if len(rows) == 1 else 's'}" + (f": {parts}" if parts else ""))
