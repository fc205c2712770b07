"""The options that commands share, and what they ask for: a project, a repository, a trust root and a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm import clock

if TYPE_CHECKING:
    from mkdocs_ecompm.git.repository import Repository
    from mkdocs_ecompm.model.project import Project
    from mkdocs_ecompm.setting import Setting

Command = TypeVar("Command", bound=Callable[..., Any])


def today() -> date:
    """Today, or the usage error that the environment deserves."""
    try:
        return clock.today()
    except clock.ClockError as error:
        raise click.UsageError(str(error)) from None


class DayType(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        if isinstance(value, date):
            return value
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise click.BadParameter(f"there is no day {value}.", ctx, param) from None
        raise click.BadParameter(f"`{value}` is not a day as YYYY-MM-DD.", ctx, param)


class CommitType(click.ParamType):  # type: ignore[type-arg]
    """A full commit id: an abbreviation may mean another commit tomorrow."""

    name = "commit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id in lower case."""
        from mkdocs_ecompm.git.objects import is_id  # noqa: PLC0415  # not for --help

        text = str(value).lower()
        if is_id(text):
            return text
        raise click.BadParameter(f"`{value}` is not a full commit id (40 or 64 hexadecimal digits).", ctx, param)


project_option = click.option(
    "--project",
    "project",
    type=click.Path(path_type=Path),
    default=Path("project"),
    show_default=True,
    metavar="DIR",
    help="The folder with the project's YAML.",
)
repository_option = click.option(
    "--repository",
    "repository",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="The git repository; a bare one works.  [default: the one around the project]",
)
trust_root_option = click.option(
    "--trust-root",
    "trust_root",
    type=CommitType(),
    multiple=True,
    metavar="COMMIT",
    help="The full id of the commit that trust starts from; repeat it for checkpoints.",
)
as_of_option = click.option(
    "--as-of",
    "as_of",
    type=DayType(),
    default=None,
    metavar="DATE",
    help="Judge as on this day.  [default: SOURCE_DATE_EPOCH, else today in UTC]",
)


at_option = click.option(
    "--at",
    metavar="REV",
    help="As it stood at this commit, tag, branch or day (2026-03-01) instead of the working tree.",
)


def format_option(*names: str) -> Callable[[Command], Command]:
    """`--format`, with the first name as the default."""
    return click.option(
        "--format", "output_format", type=click.Choice(names), default=names[0], show_default=True, help="The output."
    )


class Request(Struct, frozen=True):
    """What the shared options ask for. `as_of` moves the clock, never the content."""

    project: Path
    repository: Path | None
    trust_roots: tuple[str, ...]
    as_of: date

    def setting(self, *, at: str | None = None) -> Setting:
        """The same for the engine: of the working tree, or of the commit `at`."""
        from mkdocs_ecompm.cli.site_settings import trust_roots_of_site  # noqa: PLC0415  # heavy: not for --help

        setting = self.content(at=at)
        if self.trust_roots:
            return replace(setting, trust_roots=self.trust_roots)
        roots = trust_roots_of_site(self.project, setting.repository, at=at)
        return replace(setting, trust_roots=roots, root_given_by="project")

    def content(self, *, at: str | None = None) -> Setting:
        """As `setting`, for what asks nobody whom to trust: it says no trust root."""
        from mkdocs_ecompm.setting import CACHE, Setting  # noqa: PLC0415  # heavy: not for --help

        repository = self.repository or self._around()
        return Setting(folder=self.project, as_of=self.as_of, repository=repository, at=at, cache=CACHE)

    def _around(self) -> Path | None:
        """Where to look for the repository if the project's folder is only in a commit: in a bare one, or long ago."""
        from mkdocs_ecompm.git.repository import Repository  # noqa: PLC0415
        from mkdocs_ecompm.setting import ProjectError  # noqa: PLC0415

        if self.project.is_dir():
            return None
        nearest = next(folder for folder in self.project.absolute().parents if folder.is_dir())
        if Repository.discover(nearest) is None:
            raise ProjectError(
                f"There is no project folder {self.project}; name it with --project, or run `ecompm init`."
            )
        return nearest

    def assemble(self, *, at: str | None = None, keep: bool = False) -> Project:
        """The whole project, of the working tree or of the commit `at`. Only with `keep` is anything written."""
        from mkdocs_ecompm.assembly import assemble  # noqa: PLC0415

        return assemble(replace(self.setting(at=at), keep=keep))

    @contextmanager
    def opened(self) -> Iterator[Repository | None]:
        """The repository asked for, or the one around the project, or None; closed afterwards."""
        from mkdocs_ecompm.git.repository import Repository  # noqa: PLC0415

        place = self.repository or self._around()
        found = Repository.open(place) if place else Repository.discover(self.project)
        if found is None:
            yield None
            return
        with found as repository:
            yield repository


def project_options(command: Command) -> Command:
    """`--project`, `--repository`, `--trust-root` and `--as-of`, handed to the command as one `request`."""

    @wraps(command)
    def run(
        *args: Any,
        project: Path,
        repository: Path | None,
        trust_root: tuple[str, ...],
        as_of: date | None,
        **kwargs: Any,
    ) -> Any:
        return command(*args, request=Request(project, repository, trust_root, as_of or today()), **kwargs)

    for option in (as_of_option, trust_root_option, repository_option, project_option):
        run = option(run)
    return run  # type: ignore[return-value]  # click's decorators keep the callable
