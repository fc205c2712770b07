"""Floor 8: the `ecompm` command. Each command's module is imported only when that command is used."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from mkdocs_ecompm import __version__

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "init": "Begin a new project folder, or the worked example.",
        "check": "Validate the project and list its findings.",
        "signoffs": "Show the state of every demanded sign-off.",
        "sign": "Agree to an artifact by a signed commit, after seeing exactly what it says.",
        "proof": "Write an auditor's proof of an agreement, checkable without this program.",
        "signatures": "Verify the signatures of commits, in any repository.",
        "digest": "Print the digest of what is agreed on.",
        "diff": "Tell what happened between two commits, tags or days.",
        "review": "Tell what a pull request means, and who must agree to it.",
        "reviews": "Turn the reviews of pull requests into signed evidence.",
        "codeowners": "Print CODEOWNERS: whom a forge asks about which file.",
        "export": "Print the whole derived project as JSON.",
        "schema": "Print a JSON Schema of each register, for editors.",
    }
)
"""Each command, in the order of the help, with its short help: the module of the same name holds `command`."""

_OBJECTS_BETWEEN_COLLECTIONS: Final = 100_000


class Failure(click.ClickException):
    """What the machine or its set-up did: one sentence on stderr, and exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the sentence."""
        click.echo(f"ecompm: {self.format_message()}", file=file, err=file is None)


def _machine_errors() -> tuple[type[BaseException], ...]:
    """The errors that carry a sentence for a person; looked up only once one of them may be on its way."""
    from mkdocs_ecompm.setting import GitError, ProjectError  # noqa: PLC0415

    return (ProjectError, GitError)


def _sentence(error: OSError) -> str:
    """What the operating system said, about which file."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mkdocs_ecompm.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint at the nearest command."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from mkdocs_ecompm.model.words import did_you_mean  # noqa: PLC0415

            ctx.fail(f"There is no command `{name}`. " + did_you_mean(name, COMMANDS).capitalize())
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; its output is UTF-8 whatever the locale, so that a name never stops it.

        The garbage collector seldom runs: a command makes many objects, keeps them, and is soon over.
        """
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the machine is one sentence, never a traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, so that click still handles a reader who has gone
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            raise Failure(_sentence(error)) from error
        except _machine_errors() as error:
            raise Failure(str(error)) from error
        return result


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ecompm")
def main() -> None:
    """Governance as code: the project's agreements as YAML in git, each proved by a signature.

    Exit status: 0 fine, 1 the project has errors or a demanded sign-off does not hold, 2 usage or environment.
    """


def run() -> None:
    """`ecompm` as a process: it ends as soon as all is written.

    The interpreter would take the objects of a long history down one by one, which the system does at once.
    """
    _replace_closed_streams()
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and _written():
            os._exit(end.code)
        raise


def _replace_closed_streams() -> None:
    """Where whoever started the command has closed one, it leads nowhere, and no pipe to git may take its number."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)  # noqa: FBT003  # positional only
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # open to the end


def _written() -> bool:
    """Whether all output has reached its reader."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # its reader has gone, or it was closed
        return False
    return True
