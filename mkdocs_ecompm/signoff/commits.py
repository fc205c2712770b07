"""The commits behind a sign-off: what they say, who signed them, and the trust state in each of their trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import ContentsHistory
from mkdocs_ecompm.history.digest import trust_stamp
from mkdocs_ecompm.signatures.commit import UNSIGNED, Signature, split, verify_commit, verify_commits
from mkdocs_ecompm.signoff.ancestry import in_order, parents_first
from mkdocs_ecompm.signoff.attested import EvidenceFiles
from mkdocs_ecompm.signoff.trailers import Line, Saying, read_message
from mkdocs_ecompm.signoff.trust import InvalidTrust, TrustData, read_trust

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

T = TypeVar("T")

DEFAULT_FOLDER: Final = "project"
_SIGNED: Final = b"\ngpgsig"
"""A commit without this has no signature header, for none can be its first line."""
_WORD: Final = b"signoff"
"""A commit without this, in any case, says nothing."""
_MADE: Final = frozenset({"good", "expired", "not-yet-valid", "revoked"})


class SignedCommits:
    """Some commits, parents first, with their signatures and with what they say.

    An OpenPGP signature is that of an unknown key here: only a trust state has the certificate to verify it with.
    """

    def __init__(self, commits: Sequence[Commit], object_format: str) -> None:
        self.commits = commits
        self.sayings: Mapping[str, Saying] = {
            commit.oid: saying
            for commit in commits
            if _WORD in commit.raw.lower() and (saying := read_message(commit.message)) != Saying()
        }
        self.signed: Mapping[str, bytes] = {commit.oid: commit.raw for commit in commits if _SIGNED in commit.raw}
        self._object_format = object_format
        self._verifying: Callable[[], list[Signature]] | None = None

    def verify(self) -> Callable[[], list[Signature]]:
        """Begin to verify the signatures, beside whatever else there is to do; what is returned waits for the result.

        While git still reads for us, it would only be in the way.
        """
        if self._verifying is None:
            raws = self.signed.values()
            self._verifying = _beside(lambda: list(verify_commits(raws, self._object_format, openpgp=())))
        return self._verifying

    def verdict(self, commit: str) -> Signature:
        """The verdict on a commit's signature."""
        return self._verdicts.get(commit, UNSIGNED)

    @cached_property
    def _verdicts(self) -> Mapping[str, Signature]:
        return dict(zip(self.signed, self.verify()(), strict=True))


class History(SignedCommits):
    """All commits that lead to the one that is verified, with what they contain."""

    def __init__(self, repository: Repository, commit: str, folder: str) -> None:
        """Raises ObjectError if one of the commits, or a folder of the project in one, cannot be relied on."""
        super().__init__(parents_first(repository, commit, folder), repository.object_format)
        self.repository = repository
        self.tip = commit
        self.folder = folder.strip("/")
        self.parents: Mapping[str, tuple[str, ...]] = {commit.oid: commit.parents for commit in self.commits}
        self.contents = ContentsHistory(repository, folder, in_pieces=True)
        self.contents.read_ahead(self.commits)
        self.evidence = EvidenceFiles(repository, self.contents, self.folder)
        self.evidence_writers = self.evidence.writers(self.commits)
        self._trust: dict[Any, TrustData | None] = {}
        self._trust_in: dict[str, TrustData | None] = {}
        self._payloads: dict[tuple[bytes, str], str] = {}
        self._by_certificates: dict[tuple[str, tuple[Certificate, ...]], Signature] = {}

    def read_what_is_spoken_of(self) -> None:
        """Read the registers that the commits speak of, as they are there, in one go.

        Raises:
            ObjectError: a project folder cannot be relied on.
        """
        said = ((commit, line.artifact) for commit, saying in self.sayings.items() for line in saying.lines)
        self.contents.read_registers((commit, artifact.partition("/")[0].casefold()) for commit, artifact in said)

    def until(self, commit: str) -> History:
        """The history that leads to one of these commits. What was read and verified for this one is shared with it.

        Raises:
            ObjectError: one of its commits cannot be relied on.
        """
        found = copy(self)
        found.tip = commit
        found.commits = in_order(self.repository, commit)
        found.parents = {one.oid: one.parents for one in found.commits}
        found._payloads = {}  # noqa: SLF001  # it is one of this class
        return found

    def signature(self, commit: str, states: Iterable[TrustData]) -> Signature:
        """The verdict on a commit's signature in these trust states: the first that is not good, if one is not."""
        found = self.verdict(commit)
        if found.format != "openpgp" or found.status != "unknown-key":
            return found
        for state in states:
            found = self._verified(commit, state.certificates)
            if found.status != "good":
                break
        return found

    def _verified(self, commit: str, certificates: tuple[Certificate, ...]) -> Signature:
        found = self._by_certificates.get((commit, certificates))
        if found is None:
            raw = self.repository.commit(commit).raw
            found = verify_commit(raw, self.repository.object_format, certificates)
            self._by_certificates[commit, certificates] = found
        return found

    def trust(self, commit: str) -> TrustData | None:
        """The trust state in a commit's tree, None if there is none or it is invalid."""
        folder = self.contents.folder(commit)
        if folder not in self._trust_in:
            self._trust_in[folder] = self._read_trust(commit)
        return self._trust_in[folder]

    def _read_trust(self, commit: str) -> TrustData | None:
        contents = self.contents.at(commit)
        try:
            stamp = trust_stamp(contents)
            if stamp not in self._trust:
                self._trust[stamp] = None
                self._trust[stamp] = read_trust(contents)
        except (InvalidTrust, UnreadableContent):
            return None
        return self._trust[stamp]

    def speaks_here(self, commit: str, line: Line) -> bool:
        """Whether a line is about this project: it says so, or the project stands where one alone stands."""
        if line.project is not None:
            return line.project == self.contents.at(commit).project
        return self.folder == DEFAULT_FOLDER or line.digest is not None

    def repeats(self, commit: Commit, key: str) -> str | None:
        """An earlier commit with the same payload, signed by the same key: the two are one. None for the first."""
        if commit.committer not in self._shared_lines:
            return None
        payload = sha256(split(commit.raw, self.repository.object_format).payload).digest()
        first = self._payloads.setdefault((payload, key), commit.oid)
        return None if first == commit.oid else first

    @cached_property
    def _shared_lines(self) -> frozenset[bytes]:
        """Committers and times of more than one signed commit: only those commits can have the same payload."""
        counted = Counter(self.repository.commit(commit).committer for commit in self.signed)
        return frozenset(line for line, commits in counted.items() if commits > 1)

    @property
    def problems(self) -> str:
        """Why the tip's own trust state is none, as a sentence; empty if it is one."""
        try:
            return "" if read_trust(self.contents.at(self.tip)) else "There is no trust section in people.yml."
        except InvalidTrust as error:
            return str(error)


def _beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work in a thread of its own; what is returned waits for its result."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # slow to import

    thread = ThreadPoolExecutor(1)
    begun = thread.submit(work)
    thread.shutdown(wait=False)
    return begun.result


def key_of(signature: Signature) -> str | None:
    """The fingerprint of the key that made a signature which is right, whether that key was in force or not."""
    if signature.certificate is not None or signature.status not in _MADE:
        return None
    return signature.subkey or signature.key


def own(commit: Commit) -> bool:
    """Whether the commit is its committer's own: one parent, author and committer the same to the second."""
    return len(commit.parents) == 1 and commit.author == commit.committer


def first_use(history: History) -> tuple[str, ...]:
    """The commits with a valid trust state and no ancestor with one."""
    settled: set[str] = set()
    found = []
    for commit in history.commits:
        if not settled.isdisjoint(commit.parents):
            settled.add(commit.oid)
        elif history.trust(commit.oid):
            settled.add(commit.oid)
            found.append(commit.oid)
    return tuple(found)
