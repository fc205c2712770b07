"""The command in this process, with what it prints and what it complains about apart, on every click we allow."""

from __future__ import annotations

from click.testing import CliRunner, Result

from mkdocs_ecompm.cli import main


def run_ecompm(*arguments: str) -> Result:
    """Run `ecompm` with these arguments in the current folder."""
    try:
        runner = CliRunner(mix_stderr=False)  # type: ignore[call-arg]  # click 8.1 mixes them unless told
    except TypeError:
        runner = CliRunner()
    return runner.invoke(main, list(arguments), prog_name="ecompm")
