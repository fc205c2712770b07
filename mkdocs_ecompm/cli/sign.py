"""`ecompm sign`: agree to an artifact, after seeing exactly what is agreed, by a signed commit of one's own.

Nothing happens before everything is known: what would be refused afterwards is refused first, with the way out. The
commit is made as an object, judged by the same engine as every other, and only then does the branch move to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import click
from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.cli import Failure, sign_checks
from mkdocs_ecompm.cli.options import Request, project_options
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.cli.sign_text import Intent, outcome, shown, way_out
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.signing import Signing
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.judging import request as asked_of
from mkdocs_ecompm.model.signoff import Decision, Signoffs
from mkdocs_ecompm.signatures.ssh_key import PublicKeyError, fingerprint, parse_public_key
from mkdocs_ecompm.signoff import evaluation
from mkdocs_ecompm.signoff.authority import Authority, authority
from mkdocs_ecompm.signoff.commits import DEFAULT_FOLDER, own
from mkdocs_ecompm.signoff.trailers import Line, read_message

PROBE: Final = "Which key signs here? This commit says nothing and belongs to no branch.\n"


class Wish(Struct, frozen=True):
    """What the command line asks for."""

    artifacts: tuple[str, ...]
    decision: Decision
    role: str | None
    conditions: tuple[str, ...]
    message: str


@click.command("sign")
@click.argument("artifact", nargs=-1, required=True)
@click.option(
    "--decision",
    type=click.Choice([decision.value for decision in Decision]),
    default=Decision.APPROVE.value,
    show_default=True,
    help="What you decide.",
)
@click.option("--as", "role", metavar="ROLE", help="Speak only in this role, or for this department.")
@click.option("--condition", multiple=True, metavar="TEXT", help="A condition of your agreement; repeat it for more.")
@click.option("-m", "--message", default="", metavar="TEXT", help="Your comment, kept with the decision.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@project_options
def command(  # noqa: PLR0913, PLR0917  # these are the command's options
    artifact: tuple[str, ...],
    decision: str,
    role: str | None,
    condition: tuple[str, ...],
    message: str,
    request: Request,
    *,
    yes: bool,
) -> None:
    """Show what ARTIFACT says (`charter`, `raci/delivery`, `trust`), ask, and make your signed commit on it.

    It is made with your own git configuration and key. Your files and what you have staged stay as they are.
    """
    wish = Wish(artifact, Decision(decision), role, condition, message)
    with _at_head(request) as asked:
        repository = asked.repository
        if repository is None or repository.worktree is None:
            raise Failure("Sign in a repository with files: this one is bare, and there is nothing to read in it.")
        signing = Signing(repository, asked.commit or "")
        branch = sign_checks.branch(signing)
        agreed = sign_checks.agreed(request, wish.artifacts)
        sign_checks.author(signing)
        intent = _intent(asked, signing_key(repository, signing), wish, agreed)
        for line in shown(asked, intent):
            say(line)
        _ask(wish, yes=yes)
        commit = _sign(signing, intent)
        signoffs = _judged(asked, repository, intent, commit)
        signing.move(branch, commit, intent.message.partition("\n")[0])
    for line in outcome(asked.state, signoffs, intent, commit):
        say(line)


# --- what must be so before anything is asked -------------------------------------------------------------------------


@contextmanager
def _at_head(request: Request) -> Iterator[evaluation.Request]:
    """The project as it is committed, not earlier than today: what is signed now is dated now."""
    with request.opened() as repository:
        if repository is None:
            raise Failure(
                f"There is no git repository around {request.project}, and a sign-off is a signed commit. Begin one: "
                'git init && git add . && git commit -m "Begin the project"'
            )
        if repository.head() is None:
            raise Failure('There is no commit yet. Commit the project first: git add . && git commit -m "Begin"')
    setting = request.setting(at="HEAD")
    with asked_of(replace(setting, as_of=max(setting.as_of, datetime.now(UTC).date()))) as asked:
        yield asked


# --- who signs, and what ----------------------------------------------------------------------------------------------


def _intent(asked: evaluation.Request, key: str | bytes, wish: Wish, agreed: dict[str, str]) -> Intent:
    may = authority(asked, key, agreed, datetime.now(UTC))
    if may.key is None:
        raise Failure(f"{may.problem} {_SET_A_KEY}")
    if may.person is None or may.fault:
        raise Failure(way_out(asked.state, may, may.key))
    for artifact in agreed:
        _check_seat(asked, may, artifact, wish.role)
    return Intent(
        person=may.person,
        key=may.key,
        decision=wish.decision,
        role=wish.role,
        conditions=wish.conditions,
        agreed=agreed,
        authority=may,
        signoffs=evaluation.evaluate(asked).signoffs,
        message=_message(asked, wish, agreed),
    )


def signing_key(repository: Repository, signing: Signing) -> str | bytes:
    """The fingerprint of the key that git signs with; where its configuration cannot tell, a commit that it signed."""
    try:
        line = signing.public_key()
        if line:
            return fingerprint(parse_public_key(line)[0])
        return repository.commit(signing.commit(PROBE)).raw
    except PublicKeyError as error:
        raise Failure(f"The key in user.signingkey cannot be read: {error}.") from error
    except GitError as error:
        raise Failure(f"{error} {_SET_A_KEY}") from error


_SET_A_KEY: Final = (
    "To sign with your SSH key: git config --global gpg.format ssh && "
    "git config --global user.signingkey ~/.ssh/id_ed25519.pub"
)


def _check_seat(asked: evaluation.Request, may: Authority, artifact: str, role: str | None) -> None:
    """Refuse a decision that could fill no slot."""
    seats, name = may.seats[artifact], asked.state.name
    if artifact.casefold() == TRUST and (may.of_trust or not may.asked[artifact]):
        if not may.of_trust:
            raise Failure(
                f"{name(may.person or '')} is no admin in the trust state in force, so this approval would count for "
                "nothing. Ask one of the admins to approve `trust`."
            )
        return
    if not may.asked[artifact] and role is None:
        return
    fitting = [seat for seat in seats if role is None or seat.approver.casefold() == role.casefold()]
    if fitting:
        return
    asked_of_all = ", ".join(dict.fromkeys(f"{name(one)} ({one})" for one in may.asked[artifact])) or "nobody"
    who = name(may.person or "")
    if role is not None and seats:
        can = ", ".join(seat.approver for seat in seats)
        raise Failure(f"{who} cannot agree to `{artifact}` as {role}, but as {can}: --as {seats[0].approver}")
    raise Failure(
        f"{who} is not asked to agree to `{artifact}`, so this would count for nothing. Asked: {asked_of_all}. "
        "Whoever holds that role or is that department's head, signatory or deputy can sign; roles and deputies are in "
        "people.yml, the demand is in signoffs.yml."
    )


def _message(asked: evaluation.Request, wish: Wish, agreed: dict[str, str]) -> str:
    """The commit message, made sure to say exactly what is wished and nothing more."""
    project = getattr(asked.state.documents.get("project"), "id", None)
    named = project if asked.folder != DEFAULT_FOLDER else None
    wanted = tuple(Line(wish.decision, name, wish.role, digest, named) for name, digest in agreed.items())
    said = [_line(line) for line in wanted] + [f"Condition: {text}" for text in wish.conditions]
    verb = wish.decision.value.capitalize()
    subject = wish.message.strip() or f"{verb} {', '.join(agreed)}"
    message = subject + "\n\n" + "\n".join(said) + "\n"
    heard = read_message(message.encode("utf-8", "replace"))
    if (heard.lines, heard.conditions, heard.faults) != (wanted, tuple(map(str.strip, wish.conditions)), ()):
        raise click.UsageError(
            "This message would not say what you mean: a comment holds no line that begins with `Signoff:`, a "
            "condition is one line of plain text, a role is an id."
        )
    return message


def _line(line: Line) -> str:
    parts = [f"Signoff: {line.decision.value} {line.artifact}"]
    attributes = (("as", line.role), ("digest", line.digest), ("project", line.project))
    return " ".join([*parts, *(f"{key}={value}" for key, value in attributes if value)])


# --- the commit -------------------------------------------------------------------------------------------------------


def _ask(wish: Wish, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("There is no terminal to ask on. Read the above, and if that is what you want, add --yes.")
    click.confirm(f"Do you {wish.decision.value} this?", abort=True)


def _sign(signing: Signing, intent: Intent) -> str:
    if sys.stdin.isatty():  # git keeps what the signing program says to itself
        say("Signing. If your key asks for a passphrase or a touch, give it now.", err=True)
    try:
        return signing.commit(intent.message)
    except GitError as error:
        raise Failure(f"{error} Nothing was signed. {_SET_A_KEY}") from error


def _judged(asked: evaluation.Request, repository: Repository, intent: Intent, commit: str) -> Signoffs:
    """What the engine says of the commit. One that would count for nothing goes nowhere."""
    made = repository.commit(commit)
    when = max(asked.as_of, made.committer_date.astimezone(UTC).date())
    signoffs = evaluation.evaluate(replace(asked, commit=commit, as_of=when)).signoffs
    if not own(made):
        raise Failure("git wrote two different people or times as author and committer. Nothing was added to a branch.")
    for artifact in intent.agreed:
        record = signoffs.by_id.get(f"{commit}:{artifact}")
        if record is None or not record.counts:
            why = way_out_of_record(record.reasons if record else ("unknown-artifact",))
            raise Failure(f"This sign-off of `{artifact}` would not count: {why} Nothing was added to a branch.")
    return signoffs


def way_out_of_record(reasons: Sequence[str]) -> str:
    """Why a record does not count, in sentences."""
    from mkdocs_ecompm.site.wording import reason_in_words  # noqa: PLC0415  # rarely needed

    return " ".join(f"{reason_in_words(code)} [{code}]" for code in reasons)
