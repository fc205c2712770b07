"""`ecompm diff`: what happened between two moments, in the project's own words."""

from __future__ import annotations

from collections.abc import Collection

import click
from msgspec.structs import replace

from mkdocs_ecompm.cli import diff_text
from mkdocs_ecompm.cli.options import Request, format_option, project_options
from mkdocs_ecompm.cli.output import say, say_json
from mkdocs_ecompm.comparison.report import to_json
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.moments import Between, between, only
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.project import ProjectDocument


@click.command("diff")
@click.argument("rev", nargs=-1)
@project_options
@click.option(
    "--only", "artifact", multiple=True, metavar="ARTIFACT", help="Only of this artifact; repeat it for more."
)
@format_option("text", "json", "markdown")
def command(rev: tuple[str, ...], artifact: tuple[str, ...], request: Request, output_format: str) -> None:
    """Tell what happened from one REV to another: dates, agreements, money, risks, people.

    Without REV: from the last commit to the working tree. With one: from it to the working tree (of a bare repository:
    to HEAD). A REV is a commit, a tag, a branch, or a day such as 2026-03-01: the last commit on or before it. Each
    side is judged on its own day; with --as-of none is judged later than that.
    """
    if len(rev) > 2:  # from and to
        raise click.UsageError("At most two revisions can be compared.")
    asked = click.get_current_context().params.get("as_of")
    was, is_ = (*rev, None, None)[:2]
    found = between(request.setting(), was, is_, clock=asked)
    _check_known(artifact, found)
    facts = only(found.comparison.facts, artifact) if artifact else found.comparison.facts
    comparison = replace(found.comparison, facts=facts)
    if output_format == "json":
        header = found.is_.state.header(ProjectDocument)
        say_json(to_json(comparison, header.id if header else None))
    else:
        lines = diff_text.markdown if output_format == "markdown" else diff_text.text
        for line in lines(comparison, whole=bool(artifact)):
            say(line)
    for moment in (comparison.was, comparison.is_):
        for register, path in moment.unreadable:
            where = f"commit {moment.commit[:12]}" if moment.commit and moment.name else "the working tree"
            say(f"ecompm: {path} cannot be read in {where}, so {register} is not compared.", err=True)
    if comparison.not_compared:
        raise SystemExit(1)


def _check_known(artifacts: Collection[str], found: Between) -> None:
    for artifact in artifacts:
        if not any(_has(project.state, artifact) for project in (found.was, found.is_)):
            raise click.UsageError(f"There is no artifact `{artifact}` on either side.")


def _has(state: State, artifact: str) -> bool:
    register, slash, name = artifact.casefold().partition("/")
    if not slash:
        return register == "trust" or (register in DOCUMENTS and state.has(register))
    if register == "obligations" and state.party(name) is not None:
        return True
    return name in state.known_ids.get(register, {})
