"""`ecompm export`: the whole derived project."""

from __future__ import annotations

import click

from mkdocs_ecompm.cli.options import Request, format_option, project_options
from mkdocs_ecompm.cli.output import say_json
from mkdocs_ecompm.site.exports import project_to_json


@click.command("export")
@project_options
@format_option("json")
def command(request: Request, output_format: str) -> None:  # noqa: ARG001  # one format for now
    """Print the whole derived project: registers, schedule, sign-offs, findings and what is due."""
    say_json(project_to_json(request.assemble()))
