"""`ecompm init`: a new project folder from the starter, or the worked example with its history."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final

import click
from jinja2 import Environment, StrictUndefined

from mkdocs_ecompm import __version__
from mkdocs_ecompm.cli import Failure
from mkdocs_ecompm.cli.identity import Identity, identity, slug
from mkdocs_ecompm.cli.options import today
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.templates import templates_folder

TEMPLATE: Final = ".jinja"
HIDDEN: Final = "dot-"
FORGES: Final = MappingProxyType({"github": "github.com", "gitlab": "gitlab.com", "gitea": "codeberg.org"})
"""Each forge that the starter knows, and its usual host."""
OF_FORGES: Final = "forges"
TAKEN: Final = frozenset(
    "sponsor sponsor-seat project-manager e-commerce marketing it operations finance".split()  # noqa: SIM905  # as read
)
"""Ids that the starter gives to somebody else."""


@click.command("init")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--example", is_flag=True, help="The worked example: a git repository with a year of signed history.")
@click.option("--forge", metavar="NAME", help="Continuous integration too, for github, gitlab or gitea (Forgejo).")
def command(target: Path, *, example: bool, forge: str | None) -> None:
    """Begin a new project in DIR: mkdocs.yml, pages of your own, and the project's YAML. Nothing is overwritten.

    With --forge also what the forge runs: the check and the report on every pull request, the collector of reviews,
    the site. The example has a pinned history and takes none.
    """
    if forge is not None:
        _check_forge(forge)
    if example and forge:
        raise click.UsageError("The example is a pinned history, to which nothing is added: give --forge without it.")
    if example:
        from mkdocs_ecompm.cli.replay import AS_OF, replay  # noqa: PLC0415  # only the example needs it

        commit = replay(target)
        say(f"The example is in {target}, at commit {commit[:12]}. Its keys are throw-away keys.\n")
        serve = "mkdocs serve        # and open the address that it prints"
        say(_steps(target, [serve, f"ecompm signoffs --as-of {AS_OF}"]))
        return
    who = identity(TAKEN)
    _write(target, _starter(target, who, forge))
    say(_next(target, who))
    if forge:
        say(f"\nWhat {forge} runs is there too; the collector waits for its key. `ecompm codeowners` says whom to ask.")


def _check_forge(name: str) -> None:
    if name not in FORGES:
        from mkdocs_ecompm.model.words import did_you_mean  # noqa: PLC0415  # not for --help

        hint = did_you_mean(name, FORGES) or f"They are {', '.join(FORGES)}; Forgejo is gitea."
        raise click.UsageError(f"There is no continuous integration for `{name}`. {hint[:1].upper()}{hint[1:]}")


def _starter(target: Path, who: Identity, forge: str | None) -> Mapping[str, str]:
    """Every file of the starter, and of the forge's part of it, filled in, by its path."""
    folder = templates_folder() / "starter"
    of_forge = folder / OF_FORGES / forge if forge else None
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701  # YAML, quoted by the filter
    environment.filters["yaml"] = _quoted
    values = _values(target, who, forge)
    found = {}
    for part in filter(None, (folder, of_forge)):
        for path in sorted(part.rglob("*")):
            if path.is_file() and (part != folder or OF_FORGES not in path.relative_to(part).parts):
                text = path.read_text("utf-8")
                if path.suffix == TEMPLATE:
                    text = environment.from_string(text).render(values)
                found[_name(path.relative_to(part))] = text
    return found


def _values(target: Path, who: Identity, forge: str | None) -> Mapping[str, Any]:
    now = today()
    name = target.resolve().name
    start = now + timedelta(days=-now.weekday() % 7)
    return {
        "project_id": slug(name) or "project",
        "project_name": name.replace("-", " ").replace("_", " ").strip().capitalize() or "Project",
        "person": who,
        "today": now.isoformat(),
        "day": _from(start),
        "version": __version__,
        "forge": forge,
        "forge_host": FORGES.get(forge or ""),
        "freeze_year": (start + timedelta(weeks=38)).year,
    }


def _from(start: date) -> Callable[..., str]:
    """Days counted from a Monday, so that a starter's plan begins soon whenever it is made."""
    return lambda weeks, days=0: (start + timedelta(weeks=weeks, days=days)).isoformat()


def _quoted(text: str) -> str:
    """A text as a YAML scalar in double quotes, which is JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _name(path: Path) -> str:
    """Where a file of the starter goes: without the mark of a template, each step hidden where its name says so."""
    steps = (f".{step.removeprefix(HIDDEN)}" if step.startswith(HIDDEN) else step for step in path.parts)
    return PurePosixPath(*steps).as_posix().removesuffix(TEMPLATE)


def _write(target: Path, files: Mapping[str, str]) -> None:
    """Write all files or, if one of them exists, none."""
    existing = [name for name in files if (target / name).exists() or (target / name).is_symlink()]
    if existing:
        raise Failure(f"Nothing was written: {target} already holds {', '.join(existing)}.")
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


def _next(target: Path, who: Identity) -> str:
    """What to do now."""
    begin = [] if _in_repository(target) else ["git init"]
    key = (
        f"You are {who.id} in project/people.yml, with the SSH key found on this machine."
        if who.key
        else f"You are {who.id} in project/people.yml; no SSH key was found, the file says how to add one."
    )
    steps = ["mkdocs serve        # the site; it follows every save", "ecompm check"]
    if who.key_file:  # git has to be told to sign with it
        begin += ["git config gpg.format ssh", f"git config user.signingkey {who.key_file}"]
    commit = ["git add .", 'git commit -S -m "Begin the project"' if who.key else 'git commit -m "Begin the project"']
    return f"A new project is in {target}. {key}\n\n" + _steps(target, [*begin, *steps, *commit])


def _in_repository(target: Path) -> bool:
    return any((folder / ".git").exists() for folder in (target.resolve(), *target.resolve().parents))


def _steps(target: Path, lines: list[str]) -> str:
    return "\n".join(f"    {line}" for line in [f"cd {target}", *lines])
