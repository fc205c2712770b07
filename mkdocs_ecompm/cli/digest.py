"""`ecompm digest`: the digest of what is agreed on, to be quoted in a sign-off or compared by hand."""

from __future__ import annotations

import click

from mkdocs_ecompm.cli.options import Request, at_option, project_options
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.setting import digests


@click.command("digest")
@click.argument("artifact", nargs=-1, required=True)
@project_options
@at_option
def command(artifact: tuple[str, ...], request: Request, at: str | None) -> None:
    """Print `<digest>  <artifact>` for each ARTIFACT (`charter`, `raci/delivery`, `obligations/it`, `trust`)."""
    for name, found in digests(request.content(at=at), artifact):
        if found is None:
            raise click.UsageError(f"There is no artifact `{name}` in the project.")
        say(f"{found}  {name}")
