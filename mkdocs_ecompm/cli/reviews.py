"""`ecompm reviews`: turn the reviews of a forge's pull requests into evidence, signed by the collector.

`pull` asks the forge about merged pull requests, `record` reads one webhook payload. Both write the same files, and
commit them alone with the collector's own key; without anything new they make no commit.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec.structs import replace

from mkdocs_ecompm.cli import Failure
from mkdocs_ecompm.cli.options import (
    DayType,
    Request,
    as_of_option,
    project_option,
    project_options,
    today,
    trust_root_option,
)
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.cli.reviews_store import Store, ready
from mkdocs_ecompm.signoff.collecting import Collector, Source
from mkdocs_ecompm.signoff.forges import (
    NAMES,
    Access,
    Forge,
    ForgeError,
    NothingToRecord,
    PullRequest,
    forge,
    forge_of,
)

if TYPE_CHECKING:
    from mkdocs_ecompm.signoff.forges.client import HttpClient
    from mkdocs_ecompm.signoff.forges.transport import Token

LARGEST_EVENT: Final = 32 * 1024 * 1024
_REPOSITORY: Final = re.compile(r"(?!\.+/)[\w.-]+(?:/(?!\.+(?:/|$))[\w.-]+)+", re.ASCII)
_TOKEN: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{4,4096}")
"""What a token is made of: no blanks, no quotes, no backslash, so that it looks the same wherever it may turn up."""
_WEB: Final = {"api.github.com": "github.com"}
_forge_names = click.Choice(NAMES)


@click.group("reviews", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def command() -> None:
    """Turn the reviews of pull requests into evidence, committed with the collector's key.

    For the collector, which CI runs on the default branch: its key is that of an attestor in people.yml.
    """


@command.command("pull")
@click.option(
    "--forge", "forge_name", type=_forge_names, required=True, help="Which kind of forge; Forgejo is `gitea`."
)
@click.option(
    "--repository", "name", required=True, metavar="OWNER/NAME", help="The repository at the forge, as it names it."
)
@click.option("--url", metavar="URL", help="The forge's address, if it is one of your own.")
@click.option("--since", type=DayType(), metavar="DATE", help="Only pull requests that changed on this day or later.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and write nothing.")
@project_option
@click.option(
    "--clone",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The local git repository.  [default: the one around the project]",
)
@trust_root_option
@as_of_option
def pull(  # noqa: PLR0913  # these are the command's options
    *,
    forge_name: str,
    name: str,
    url: str | None,
    since: date | None,
    dry_run: bool,
    project: Path,
    clone: Path | None,
    trust_root: tuple[str, ...],
    as_of: date | None,
) -> None:
    """Record the reviews of merged pull requests that lead to HEAD.

    A token is taken from GITHUB_TOKEN, GITLAB_TOKEN (or CI_JOB_TOKEN), GITEA_TOKEN (or FORGEJO_TOKEN).
    """
    if not _REPOSITORY.fullmatch(name):
        raise click.UsageError(f"`{name}` is not the name of a repository at a forge, such as shop/governance.")
    of = forge(forge_name)
    request = Request(project, clone, trust_root, as_of or today())
    begin = datetime.combine(since, time(), UTC) if since else None
    with _said(), _store(request, dry_run=dry_run) as store, _client(of.ACCESS, url, name) as (client, address):
        collector = Collector(store.repository, store.head, store.folder, of.ACCESS.heads, store.now)
        broken: ForgeError | None = None
        try:
            for asked in _told(of.pull_requests(client, name, begin, collector.arrived)):
                _take(store, collector, asked, Source(forge_name, _host(address, asked), name))
        except ForgeError as error:
            broken = error
        if broken is None or store.has_news:  # what was heard is recorded, whatever came after it
            _finish(store, dry_run=dry_run)
        if broken is not None:
            raise broken
    click.get_current_context().exit(2 if store.incomplete else 0)


@command.command("record")
@click.option(
    "--event",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The payload of a webhook, as JSON.",
)
@click.option("--forge", "forge_name", type=_forge_names, help="Which kind of forge sent it.  [default: it shows]")
@click.option("--url", metavar="URL", help="The forge's address, to ask for what the payload leaves out.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and write nothing.")
@project_options
def record(*, event: Path, forge_name: str | None, url: str | None, dry_run: bool, request: Request) -> None:
    """Record the review, the dismissal or the merge that a webhook tells of."""
    payload = _payload(event)
    named = forge_name or forge_of(payload)
    of = forge(named)
    try:
        asked = of.from_event(payload)
    except NothingToRecord as reason:
        say(f"{reason} Nothing is recorded.")
        return
    with _said(), _store(request, dry_run=dry_run) as store:
        if not asked.complete:
            asked = _completed(of, asked, url)
        collector = Collector(store.repository, store.head, store.folder, of.ACCESS.heads, store.now)
        _take(store, collector, asked, Source(named, _host(url, asked), asked.repository))
        _finish(store, dry_run=dry_run)
    click.get_current_context().exit(2 if store.incomplete else 0)


# --- one pull request after another -----------------------------------------------------------------------------------


def _take(store: Store, collector: Collector, asked: PullRequest, source: Source) -> None:
    """Collect a pull request, tell what there is to tell of it, and put what is new into the store."""
    if not source.host:
        raise Failure("Nothing says at which host this pull request is: name it with --url.")
    known = store.known(source, asked.number)
    if known.fault:
        store.incomplete = True
        say(known.fault, err=True)
        return
    collected = collector.collect(asked, source, known.evidence)
    problem = store.put(known, collected.evidence) if collected.evidence is not None else ""
    for notice in (*collected.notices, *filter(None, [problem])):
        say(notice, err=True)
    store.incomplete = store.incomplete or collected.missing or bool(problem)


def _finish(store: Store, *, dry_run: bool) -> None:
    """Commit what is new."""
    _clear()
    found = store.news()
    for line in found:
        say(line)
    if not found:
        say("Nothing new: no commit is made.")
    elif dry_run:
        say("This was a trial: nothing is written.")
    else:
        say(f"Recorded in commit {store.commit()}.")


@contextmanager
def _store(request: Request, *, dry_run: bool) -> Iterator[Store]:
    """The evidence of the project at HEAD; whatever would keep us from committing is found out first."""
    with ready(request, datetime.now(UTC).replace(microsecond=0), writing=not dry_run) as store:
        yield store


@contextmanager
def _said() -> Iterator[None]:
    """What keeps us from hearing the forge is a sentence, and exit status 2."""
    try:
        yield
    except ForgeError as error:
        _clear()
        raise Failure(str(error)) from None  # whatever it came from may hold the token


# --- the forge --------------------------------------------------------------------------------------------------------


@contextmanager
def _client(access: Access, url: str | None, name: str) -> Iterator[tuple[HttpClient, str]]:
    from mkdocs_ecompm.signoff.forges.client import HttpClient  # noqa: PLC0415  # not for --help

    address = url or _usual(access)
    if not re.match(r"https?://[^/\s@?#]+(?:/[^\s@?#]*)?\Z", address):
        raise click.UsageError("--url is a web address, such as https://git.shop.example, without a name or a token.")
    client = HttpClient(access, address, _token(access), name, tell=_tell)
    try:
        yield client, address
    finally:
        client.close()


def _usual(access: Access) -> str:
    """The address that a forge's own CI names, else that of the public one."""
    own_ci = {"GitHub": ("GITHUB_API_URL",), "GitLab": ("CI_API_V4_URL",)}
    inside = os.environ.get("GITEA_ACTIONS") == "true" or os.environ.get("FORGEJO_ACTIONS") == "true"
    variables = own_ci.get(access.title, ("GITHUB_SERVER_URL",) if inside else ())
    found = next((os.environ[name] for name in variables if os.environ.get(name)), access.public)
    if not found:
        raise click.UsageError(f"There is no one {access.title}: say where yours is with --url https://...")
    return found


def _token(access: Access) -> Token | None:
    from mkdocs_ecompm.signoff.forges.transport import Token  # noqa: PLC0415  # not for --help

    for variable, header in access.tokens.items():
        value = os.environ.get(variable, "").strip()
        if value and not _TOKEN.fullmatch(value):
            raise Failure(f"What stands in {variable} is no token: it holds blanks, quotes or other characters.")
        if value:
            return Token(value, variable, header)
    return None


def _completed(of: Forge, asked: PullRequest, url: str | None) -> PullRequest:
    """The pull request as the forge tells it, if an address says where that is; the payload leaves out too much."""
    if url is None:
        say(
            f"{of.ACCESS.title} does not say in its payload what exactly was reviewed, so an approval is a comment. "
            "With --url (and a token) the forge is asked; `ecompm reviews pull` does so, too.",
            err=True,
        )
        return asked
    with _client(of.ACCESS, url, asked.repository) as (client, _):
        found = of.pull_request(client, asked.repository, asked.number)
    return replace(found, repository=asked.repository, host=asked.host or found.host)


def _host(address: str | None, asked: PullRequest) -> str:
    """The host whose accounts are meant. This machine is none: it is the end of a tunnel, the forge says which."""
    from mkdocs_ecompm.signoff.forges.fields import host  # noqa: PLC0415  # the same
    from mkdocs_ecompm.signoff.forges.transport import is_local  # noqa: PLC0415  # not for --help

    named = host(address)
    if not named or is_local(named):
        return asked.host or named
    return _WEB.get(named, named)


def _payload(file: Path) -> Mapping[str, Any]:
    with file.open("rb") as stream:
        data = stream.read(LARGEST_EVENT + 1)
    if len(data) > LARGEST_EVENT:
        raise Failure(f"{file} is too large for the payload of a webhook.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Failure(f"{file} is no JSON, so it is not the payload of a webhook.") from None
    if not isinstance(found, dict):
        raise Failure(f"{file} is not the payload of a webhook: it is no JSON mapping.")
    return found


# --- a terminal -------------------------------------------------------------------------------------------------------


def _told(items: Iterable[PullRequest]) -> Iterator[PullRequest]:
    for item in items:
        _tell(f"Pull request {item.number} ...")
        yield item


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)


def _clear() -> None:
    _tell("")
