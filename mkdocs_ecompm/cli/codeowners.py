"""`ecompm codeowners`: who must approve what, as the file by which a forge asks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import click

from mkdocs_ecompm.cli import Failure
from mkdocs_ecompm.cli.options import Request, project_options
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.history.contents import shown
from mkdocs_ecompm.load.files import FilesError
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.setting import Opened, opened
from mkdocs_ecompm.signoff.codeowners import Ownership, Question, ownership, trust_of
from mkdocs_ecompm.signoff.codeowners_accounts import NoOwners, host_of, usual_forge
from mkdocs_ecompm.signoff.codeowners_forges import FORGES, Forge
from mkdocs_ecompm.signoff.codeowners_text import DIALECTS, GITHUB_LIMIT
from mkdocs_ecompm.signoff.trust import TrustData

Reader = Callable[[str], str | None]
"""Reads a file of the repository by its path from the root; None if there is none."""


@click.command("codeowners")
@project_options
@click.option("--forge", type=click.Choice(tuple(FORGES)), help="The forge.  [default: the one that the project uses]")
@click.option("--host", metavar="HOST", help="The forge's host, if people.yml has accounts at several.")
@click.option("--check", is_flag=True, help="Compare with the file in the repository; exit status 1 if it differs.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it there instead of printing it.",
)
def command(request: Request, forge: str | None, host: str | None, *, check: bool, out: Path | None) -> None:
    """Print CODEOWNERS: for each file the accounts of those who must approve what it says.

    The people come from the demands in signoffs.yml and from who can speak for whom on the day, deputies too; the files
    that decide about trust belong to the admins. It helps the forge to ask the right people, and proves nothing.
    """
    if check and out:
        raise click.UsageError("--check compares and writes nothing: give it without --out.")
    with opened(request.content()) as project:
        read = _reader(project, request.project)
        name, found = _ownership(request, project, read, forge, host)
        text = DIALECTS[name](found)
        for warning in found.warnings:
            say(f"ecompm: warning: {warning}.", err=True)
        if name == "github" and len(text.encode()) > GITHUB_LIMIT:
            size = len(text.encode())
            raise Failure(f"The file would have {size} bytes, and GitHub reads none of more than {GITHUB_LIMIT}.")
        if check:
            _compare(text, FORGES[name], read)
        elif out:
            _write(out, text)
        else:
            click.echo(text, nl=False)


def _ownership(
    request: Request, project: Opened, read: Reader, forge: str | None, host: str | None
) -> tuple[str, Ownership]:
    try:
        state = load_state(project.files, DOCUMENTS)
        contents = shown(state, project.files)
        trust = trust_of(contents)
        name = forge or _forge(trust, read)
        question = Question(state, contents, project.place, request.as_of, FORGES[name], host or host_of(name, trust))
        return name, ownership(question, trust)
    except (FilesError, NoOwners) as error:
        raise Failure(str(error)) from error


def _forge(trust: TrustData, read: Reader) -> str:
    """The forge whose file is there already, else the one at which people have their accounts."""
    return next((name for name, forge in FORGES.items() if read(forge.own) is not None), "") or usual_forge(trust)


def _reader(project: Opened, folder: Path) -> Reader:
    """Reads the files beside the project: of the working tree, or of the commit in a bare repository."""
    repository, commit = project.repository, project.commit
    root = repository.worktree if repository else folder.resolve().parent

    def of_tree(path: str) -> str | None:
        entry = repository.entry(commit, path) if repository and commit else None
        return repository.read(entry.oid).data.decode("utf-8", "replace") if repository and entry else None

    def of_disk(path: str) -> str | None:
        place = root / path if root else None
        return place.read_text("utf-8", "replace") if place and place.is_file() else None

    return of_disk if root else of_tree


def _compare(text: str, forge: Forge, read: Reader) -> None:
    """Say where the file that the forge reads is another one.

    Raises:
        SystemExit: it is, or there is none.
    """
    path, current = next(
        ((path, found) for path in forge.files if (found := read(path)) is not None), (forge.own, None)
    )
    if current is None:
        say(f"There is no CODEOWNERS for {forge.title}; make it: ecompm codeowners --out {forge.own}")
        raise SystemExit(1)
    differences = list(_differences(current.splitlines(), text.splitlines()))
    if differences:
        say(f"{path} is not what the project asks for:")
        for line in differences:
            say(f"  {line}")
        say(f"Make it again: ecompm codeowners --out {path}")
        raise SystemExit(1)
    say(f"{path} is what the project asks for.")


def _differences(was: list[str], wanted: list[str]) -> Iterator[str]:
    """Each line that is too many or missing, with its number in the file that is there."""
    for kind, start, end, begin, stop in SequenceMatcher(None, was, wanted, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"line {number + 1}: not wanted: {was[number]}" for number in range(start, end))
            yield from (f"line {end + 1}: missing: {line}" for line in wanted[begin:stop])


def _write(path: Path, text: str) -> None:
    """Write the whole file or leave the old one: half a CODEOWNERS would own half of the files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, "utf-8", newline="\n")
    half.replace(path)
