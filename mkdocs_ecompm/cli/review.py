"""`ecompm review`: what a pull request means, and who must agree to it."""

from __future__ import annotations

import click
from msgspec.structs import replace

from mkdocs_ecompm.cli import review_markdown, review_text
from mkdocs_ecompm.cli.options import Request, format_option, project_options
from mkdocs_ecompm.cli.output import say, say_json
from mkdocs_ecompm.cli.review_json import to_json
from mkdocs_ecompm.cli.site_settings import trust_roots_at
from mkdocs_ecompm.model.proposal import Proposal
from mkdocs_ecompm.proposal.pull_request import commits_of, place_of, proposed
from mkdocs_ecompm.setting import ProjectError


@click.command("review")
@click.argument("base")
@click.argument("head", required=False, default="HEAD")
@project_options
@format_option("text", "json", "markdown")
def command(base: str, head: str, request: Request, output_format: str) -> None:
    """Tell what merging HEAD into BASE would mean: what changes, and who must agree to it.

    The merge base of the two is compared with HEAD (default: what is checked out, as a commit). Who may agree, and what
    is demanded, says BASE: a pull request does not choose its own judges. Exit status 1: it brings errors into the
    text.
    """
    found = _proposal(base, head, request)
    if output_format == "json":
        say_json(to_json(found))
    elif output_format == "markdown":
        say(review_markdown.markdown(found))
    else:
        for line in review_text.text(found):
            say(line)
    if found.errors:
        raise SystemExit(1)


def _proposal(base: str, head: str, request: Request) -> Proposal:
    with request.opened() as repository:
        if repository is None:
            raise ProjectError(f"There is no git repository around {request.project}, so there is no pull request.")
        setting = request.content()
        commits = commits_of(repository, base, head, request.as_of)
        if request.trust_roots:
            setting = replace(setting, trust_roots=request.trust_roots)
        else:  # as the base has it: the working tree may be that of the pull request
            roots = trust_roots_at(repository, commits.base, place_of(setting, commits))
            setting = replace(setting, trust_roots=roots, root_given_by="project")
    return proposed(setting, commits)
