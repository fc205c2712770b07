"""`ecompm codeowners`: who must approve what, as the file by which a forge asks them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from typing import Final

import click
from msgspec import Struct

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


class Held(Struct, frozen=True):
    """What the repository has at a path: a file with this text, or the way there leads over a link."""

    text: str = ""
    link: str = ""


Reader = Callable[[str], Held | None]
"""Reads a file of the repository by its path from the root; None if there is none."""
_MOST_SHOWN: Final = 200
"""Lines of a difference."""


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

    def of_tree(path: str) -> Held | None:
        entry = repository.entry(commit, path) if repository and commit else None
        if repository is None or entry is None or entry.kind not in {"file", "link"}:
            return None
        return Held(link=path) if entry.kind == "link" else Held(_text(repository.read(entry.oid).data))

    return (lambda path: _on_disk(root, path)) if root else of_tree


def _on_disk(root: Path, path: str) -> Held | None:
    """The file in the working tree. Git follows no link inside of it, and so no forge does."""
    place = root / path
    way = accumulate(path.split("/"), "{}/{}".format)
    link = next((part for part in way if (root / part).is_symlink()), "")
    if link and (place.exists() or place.is_symlink()):
        return Held(link=link)
    return Held(_text(place.read_bytes())) if place.is_file() else None


def _text(data: bytes) -> str:
    """The text, in which bytes that are none stay what they are."""
    return data.decode("utf-8", "surrogateescape")


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
    if current.link:
        say(f"{current.link} is a link, and no forge follows one: nobody owns anything. Put a file in its place.")
        raise SystemExit(1)
    if "\r\n" in current.text and current.text.replace("\r\n", "\n") == text:
        say(f"{path} has the line ends of Windows. For each forge to read it: `{path} text eol=lf` in .gitattributes")
        raise SystemExit(1)
    differences = list(_differences(_lines(current.text), _lines(text)))
    if differences:
        say(f"{path} is not what the project asks for:")
        for line in differences[:_MOST_SHOWN]:
            say(f"  {line}")
        if len(differences) > _MOST_SHOWN:
            say(f"  and {len(differences) - _MOST_SHOWN} lines more")
        say(f"Make it again: ecompm codeowners --out {path}")
        raise SystemExit(1)
    say(f"{path} is what the project asks for.")


def _lines(text: str) -> list[str]:
    """The lines as a forge sees them: only a line feed ends one."""
    return text.removesuffix("\n").split("\n")


def _differences(was: list[str], wanted: list[str]) -> Iterator[str]:
    """Each line that is too many or missing, with its number in the file that is there.

    Empty lines are no landmarks: each of one side would be compared with each of the other.
    """
    matcher = SequenceMatcher(operator.not_, was, wanted, autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind != "equal":
            yield from (f"line {number + 1}: not wanted: {was[number]}" for number in range(start, end))
            yield from (f"line {end + 1}: missing: {line}" for line in wanted[begin:stop])


def _write(path: Path, text: str) -> None:
    """Write the whole file or leave the old one: half a CODEOWNERS would own half of the files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, "utf-8", newline="\n")
    half.replace(path)
