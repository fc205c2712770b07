"""`ecompm export`: the whole derived project."""

from __future__ import annotations

import click

from mkdocs_ecompm.cli.options import Request, at_option, format_option, project_options
from mkdocs_ecompm.cli.output import say_json
from mkdocs_ecompm.site.calendar import calendar
from mkdocs_ecompm.site.exports import project_to_json


@click.command("export")
@project_options
@at_option
@format_option("json", "ics")
def command(request: Request, at: str | None, output_format: str) -> None:
    """Print the whole derived project: registers, schedule, sign-offs, findings and what is due.

    As `ics` it is a calendar of what is due, for Outlook, Google Calendar, Thunderbird and others.
    """
    project = request.assemble(at=at, keep=True)
    if output_format == "ics":
        click.echo(calendar(project), nl=False)
    else:
        say_json(project_to_json(project))
