"""What must be so before `ecompm sign` asks anything; each refusal says how to go on."""

from __future__ import annotations

from typing import Final

import click

from mkdocs_ecompm import language
from mkdocs_ecompm.cli import Failure
from mkdocs_ecompm.cli.options import Request
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.signing import Signing
from mkdocs_ecompm.judging import request as asked_of
from mkdocs_ecompm.model.words import did_you_mean
from mkdocs_ecompm.setting import ProjectError, digests

_COMMIT_IT: Final = "Commit or put aside your changes first: git commit -a, or git stash"


def branch(signing: Signing) -> str:
    """The branch that the commit will go to."""
    underway = signing.underway()
    if underway:
        end = f"git {underway} --continue, or give it up: git {underway} --abort"
        raise Failure(f"A {underway} is under way, and a sign-off must be a commit of its own. End it first: {end}")
    branch = signing.branch()
    if branch is None:
        raise Failure(
            "No branch is checked out (detached HEAD), so a sign-off would belong to none. Go to your branch first: "
            "git switch main"
        )
    return branch


def author(signing: Signing) -> None:
    """Refuse what could only be a `relayed` commit: one whose author and committer differ."""
    foreign = signing.foreign_program()
    if foreign:
        raise Failure(
            f"The configuration of this repository names the program that signs ({foreign}); it is not started. "
            f"If you want it, say so in your own configuration: git config --global {foreign} PROGRAM && "
            f"git config --local --unset {foreign}"
        )
    try:
        writes, commits = signing.people()
    except GitError as error:
        raise Failure(
            f'{error} Tell git who you are: git config --global user.name "Your Name" && '
            "git config --global user.email you@example.org"
        ) from error
    if writes != commits:
        raise Failure(
            f"git would write {writes} as the author and {commits} as the committer. A sign-off counts only in a "
            "commit of one's own, where both are the same: look at author.*, committer.* and user.* in "
            "`git config --list --show-origin`, and at the variables GIT_AUTHOR_* and GIT_COMMITTER_*."
        )


def agreed(request: Request, artifacts: tuple[str, ...]) -> dict[str, str]:
    """The digest of each artifact as it is committed, if nothing of it waits to be committed."""
    committed = digests(request.content(at="HEAD"), artifacts)
    try:
        present = digests(request.content(), artifacts)
    except ProjectError as error:
        raise Failure(f"The working copy differs from what is committed: {error} {_COMMIT_IT}") from error
    found: dict[str, str] = {}
    for (artifact, digest), (_, now) in zip(committed, present, strict=True):
        if digest != now:
            what = "is not committed yet" if digest is None else "has uncommitted changes"
            raise Failure(f"`{artifact}` {what}, and what is signed is what is committed. {_COMMIT_IT}")
        if digest is None:
            raise click.UsageError(f"There is no artifact `{artifact}` in the project. {_nearest(request, artifact)}")
        found[artifact] = digest
    return found


def _nearest(request: Request, artifact: str) -> str:
    with asked_of(request.setting(at="HEAD")) as asked:
        known = [*asked.state.contents, *(record.ref for record in asked.state.all() if record.id)]
    return language.capital(did_you_mean(artifact, known))
