"""The files of evidence in a repository: what was recorded, what is new, and the collector's signed commit of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.cli import Failure, sign_checks
from mkdocs_ecompm.cli.options import Request
from mkdocs_ecompm.cli.sign import signing_key
from mkdocs_ecompm.cli.sign_text import way_out
from mkdocs_ecompm.git.amending import check_worktree, is_staged, put_into_worktree, with_files
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.signing import Signing
from mkdocs_ecompm.judging import request as asked_of
from mkdocs_ecompm.model.review import PullRequestEvidence, Review
from mkdocs_ecompm.signatures.commit import verify_commit
from mkdocs_ecompm.signoff import evaluation
from mkdocs_ecompm.signoff.adoption import TrustRootError
from mkdocs_ecompm.signoff.attested import ENDING, EVIDENCE
from mkdocs_ecompm.signoff.authority import authority, recorded
from mkdocs_ecompm.signoff.collecting import Source
from mkdocs_ecompm.signoff.commits import own
from mkdocs_ecompm.signoff.recorded import says_more, without_talk
from mkdocs_ecompm.signoff.review_file import InvalidEvidence, parse, serialise
from mkdocs_ecompm.signoff.sightings import noted, unseen


class Known(Struct, frozen=True):
    """What is recorded of a pull request; `fault` says in a sentence why its file cannot be written to."""

    path: str
    evidence: PullRequestEvidence | None = None
    fault: str = ""


class Store:
    """The evidence below a project's folder at a commit, and what is to be added to it."""

    def __init__(  # noqa: PLR0913, PLR0917  # these are its parts
        self,
        repository: Repository,
        head: str,
        folder: str,
        now: datetime,
        signing: Signing | None,
        trusted: Mapping[str, PullRequestEvidence],
    ) -> None:
        """Take what attestors wrote (`trusted`, by path): whatever else stands in the tree is nobody's evidence."""
        self.repository = repository
        self._trusted = trusted
        self.head = head
        self.folder = folder
        self.now = now
        self.incomplete = False
        """Whether something could not be recorded. What could is, and the command ends with exit status 2."""
        self._signing = signing
        self._branch = ""
        self._prefix = f"{folder}/{EVIDENCE}" if folder else EVIDENCE
        self._before: dict[str, PullRequestEvidence | None] = {}
        self._after: dict[str, PullRequestEvidence] = {}

    @property
    def has_news(self) -> bool:
        """Whether anything is to be committed."""
        return bool(self._after)

    @property
    def place(self) -> str:
        """The folder of the evidence, from the root of the repository."""
        return self._prefix

    def known(self, source: Source, number: int) -> Known:
        """What is recorded of a pull request of this source."""
        path = f"{self._prefix}/{source.host}-{number}{ENDING}"
        if path in self._after:
            return Known(path, self._after[path])
        found = self._trusted.get(path)
        if found is None:
            return Known(path)
        if (found.forge, found.host, found.repository.casefold(), found.number) != (
            source.forge,
            source.host,
            source.repository.casefold(),
            number,
        ):
            return Known(path, fault=f"{path} is about something else than {source.repository}, and is left as it is.")
        self._before[path] = found
        return Known(path, found)

    def _stands(self, path: str, found: PullRequestEvidence) -> bool:
        """Whether the tree's file says exactly this; anybody who can push can write another one there."""
        entry = self.repository.entry(self.head, path)
        try:
            return entry is not None and entry.kind == "file" and parse(self.repository.read(entry.oid).data) == found
        except InvalidEvidence:
            return False

    def put(self, known: Known, found: PullRequestEvidence) -> str:
        """Take evidence in if it says more than what is recorded; else why not, as a sentence, if something is amiss.

        What comments say decides nothing, so it makes room where it is too much: anybody may write any number of them.
        """
        if self._is_recorded(known, found):
            return ""
        problem = _problem(found)
        if problem:
            found = without_talk(found)
            problem = _problem(found)
        if problem:
            return f"What the forge says of pull request {found.number} is no evidence: {problem}"
        if not self._is_recorded(known, found):
            self._after[known.path] = found
        return ""

    def _is_recorded(self, known: Known, found: PullRequestEvidence) -> bool:
        """Whether the file says all of it already, and nobody else has changed it."""
        before = known.evidence
        return before is not None and not says_more(before, found) and self._stands(known.path, before)

    def news(self) -> list[str]:
        """What is new, a line for each pull request; what was seen for the first time stands with it from now on."""
        every = self._trusted
        waiting = unseen(self.repository, self.head, every.values())
        if waiting and not self._after and every:
            last = max(every, key=lambda path: (every[path].number, path))
            self._after[last] = replace(every[last], recorded_at=self.now)
        paths = sorted(self._after, key=lambda path: (self._after[path].number, path))
        for path, found in zip(
            paths, noted(self.repository, [self._after[path] for path in paths], waiting, self.now), strict=True
        ):
            self._after[path] = found
        return [_line(self._before.get(path) or every.get(path), self._after[path]) for path in paths]

    def commit(self) -> str:
        """Commit what is new, alone and signed, and let the branch move to it; the commit's id.

        What somebody else had put into a file is taken out first, by a commit of its own: an approval that stood there
        before is not written by who leaves it there.
        """
        signing = self._signing
        if signing is None:
            raise Failure("This was only a trial.")
        files = {path: serialise(found) for path, found in self._after.items()}
        for path in files:
            _check_free(self.repository, self.head, path)
        check_worktree(self.repository, files)
        foreign = [path for path in files if self._is_foreign(path)]
        last = self.head
        if foreign:
            last = self._made(last, "Take out what no attestor wrote\n\n" + "\n".join(foreign), dict.fromkeys(foreign))
        numbers = ", ".join(f"#{found.number}" for found in self._after.values())
        subject = f"Record the reviews of {len(files)} pull request{'s' if len(files) > 1 else ''}"
        made = self._made(last, f"{subject}\n\n{numbers}\n", files)
        signing.move(self._branch, made, subject)
        put_into_worktree(self.repository, files)
        return made

    def _made(self, on: str, message: str, files: Mapping[str, bytes | None]) -> str:
        """A commit of these files on another one; no branch moves."""
        made = Signing(self.repository, on).commit(message, with_files(self.repository, on, files))
        written = self.repository.commit(made)
        if not own(written) or verify_commit(written.raw, self.repository.object_format).status in {"none", "bad"}:
            raise Failure("git made another commit than the collector's own signed one. Nothing was added to a branch.")
        return made

    def _is_foreign(self, path: str) -> bool:
        """Whether a file is there that says something else than what attestors wrote."""
        if self.repository.entry(self.head, path) is None:
            return False
        trusted = self._trusted.get(path)
        return trusted is None or not self._stands(path, trusted)

    def for_branch(self, branch: str) -> None:
        """Say which branch the commit goes to."""
        self._branch = branch


@contextmanager
def ready(request: Request, now: datetime, *, writing: bool) -> Iterator[Store]:
    """The store at HEAD, once it is sure that what is recorded can be committed."""
    with request.opened() as repository:
        if repository is None or repository.worktree is None or repository.head() is None:
            raise Failure("Reviews are recorded by a commit: run this in a git repository with files and a commit.")
        if repository.shallow or repository.partial:
            raise Failure(
                "This clone has only a part of the history, and a collector needs all of it: git fetch --unshallow"
            )
    with asked_of(replace(request.setting(at="HEAD"), as_of=max(request.as_of, now.date()))) as asked:
        repository, head = asked.repository, asked.commit
        if repository is None or head is None:
            raise Failure("There is no commit to look from.")
        folder = "" if asked.folder == "." else asked.folder
        signing = Signing(repository, head) if writing else None
        store = Store(repository, head, folder, now, signing, _trusted(asked, writing=writing))
        if signing is not None:
            store.for_branch(sign_checks.branch(signing))
            if repository.dirty(store.place) or is_staged(repository, store.place):
                raise Failure(
                    f"There are changes in {store.place}/ that are not committed. Only the collector writes there: "
                    f"look at `git status {store.place}`, and put them aside."
                )
            sign_checks.author(signing)
            _check_attestor(asked, repository, signing, now)
        yield store


def _trusted(asked: evaluation.Request, *, writing: bool) -> Mapping[str, PullRequestEvidence]:
    """What attestors wrote; a trial may be made before there is anybody to trust."""
    try:
        return recorded(asked)
    except TrustRootError:
        if writing:
            raise
        return {}


def _check_attestor(asked: evaluation.Request, repository: Repository, signing: Signing, now: datetime) -> None:
    """Refuse a key whose evidence nobody would believe."""
    may = authority(asked, signing_key(repository, signing), (), now)
    if may.key is None:
        raise Failure(may.problem)
    if may.person is None or (may.fault and may.attests):
        raise Failure(way_out(asked.state, may, may.key))
    if not may.attests:
        raise Failure(
            f"The key that git signs with ({may.key}) is that of {asked.state.name(may.person)}, who is no attestor: "
            "evidence by it would count for nothing. A collector has a key of its own: an entry of `kind: machine` in "
            "people.yml that `trust.attestors` names."
        )


def _check_free(repository: Repository, head: str, path: str) -> None:
    """Refuse to write over a file that git does not know."""
    top = repository.worktree
    if top is not None and repository.entry(head, path) is None and os.path.lexists(top / path):
        raise Failure(f"There is a file {path} that git does not know. Put it aside.")


def _problem(found: PullRequestEvidence) -> str:
    """Why evidence could not be read again; empty if it can."""
    try:
        parse(serialise(found))
    except InvalidEvidence as error:
        return str(error)
    return ""


def _line(before: PullRequestEvidence | None, after: PullRequestEvidence) -> str:
    """What is new about a pull request, for a person."""
    old = {review.id: review for review in before.reviews} if before else {}
    fresh = [review for review in after.reviews if old.get(review.id) != review]
    parts = [_review(review) for review in fresh]
    if before is not None and before.merged != after.merged:
        parts.append("merged")
    new = len(after.seen) - (len(before.seen) if before else 0)
    if new > 0:
        parts.append(f"{new} signed sign-off{'s' if new > 1 else ''} seen")
    return f"{after.host} {after.repository} #{after.number}: {'; '.join(parts) or 'brought up to date'}"


def _review(review: Review) -> str:
    what = ", ".join(review.artifacts) or "nothing of the project"
    return f"{review.reviewer.login} {review.state.replace('_', ' ')} ({what})"
