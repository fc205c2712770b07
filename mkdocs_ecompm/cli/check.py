"""`ecompm check`: validate the project and list its findings."""

from __future__ import annotations

from collections.abc import Iterable

import click

from mkdocs_ecompm.cli import findings
from mkdocs_ecompm.cli.options import Request, at_option, format_option, project_options
from mkdocs_ecompm.cli.output import say, say_json
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.site.exports import findings_to_json


@click.command("check")
@project_options
@at_option
@format_option("text", "json", "github", "sarif")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning")),
    default="error",
    show_default=True,
    help="How grave a finding about the text must be for exit status 1.",
)
def command(request: Request, at: str | None, output_format: str, fail_on: str) -> None:
    """Validate the project and list its findings.

    A finding is about the text (what somebody typed) or about the project (overdue, stale, unsigned: true, and not a
    mistake). Only those about the text decide the exit status.
    """
    found = request.assemble(at=at).findings
    if output_format == "json":
        say_json(findings_to_json(found))
    elif output_format == "sarif":
        say_json(findings.to_sarif(found))
    elif output_format == "github":
        for item in found:
            say(findings.to_annotation(item))
    else:
        for item in found:
            say(findings.to_text(item))
        say(findings.summary(found))
    if _fails(found, fail_on):
        raise SystemExit(1)


def _fails(found: Iterable[Finding], fail_on: str) -> bool:
    grave = {"error"} if fail_on == "error" else {"error", "warning"}
    return any(item.severity.value in grave and is_text(item) for item in found)
