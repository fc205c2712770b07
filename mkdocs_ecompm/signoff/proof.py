"""The facts of a proof: for one artifact, everything that somebody needs to check its sign-offs without this program.

Nothing is judged here: what counts was decided by the engine. These are the bytes under its answer: the objects as git
stores them, what was signed, by which key, in whose name, and the trust states that say whose key that was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.canonical import canonical, sha256
from mkdocs_ecompm.history.digest import TRUST, VERSION
from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.model.signoff import AgreedText, SignoffRecord, Signoffs
from mkdocs_ecompm.signatures.commit import split, verify_commit
from mkdocs_ecompm.signatures.signature import Signature
from mkdocs_ecompm.signatures.ssh_key import fingerprint, parse_public_key

_TIME: Final = "%Y%m%d%H%M%S"


class Signer(Struct, frozen=True):
    """A key of a person in a trust state. `line` is the public key of SSH, `file` the path of one of OpenPGP."""

    person: str
    key: Key
    fingerprint: str = ""
    line: str = ""
    file: str = ""


class StoredFile(Struct, frozen=True):
    """A file in the tree of a commit: its path in the repository, the id of its blob, and its bytes."""

    path: str
    blob: str
    data: bytes


class Exhibit(Struct, frozen=True):
    """A commit as git stores it, what of it was signed, and the signature (None if there is none)."""

    commit: str
    raw: bytes
    payload: bytes
    signature: bytes | None
    verdict: Signature
    committed: datetime


class Proof(Struct, frozen=True):
    """What proves the sign-offs of one artifact.

    Attributes:
        artifact: What was agreed on.
        object_format: The hash of the repository, `sha1` or `sha256`.
        signoffs: The engine's answer, of this artifact alone.
        texts: The texts that were agreed, by digest, that of today too.
        exhibits: The commits of all records, adoptions and approvals of trust, by id.
        files: The files that hold the artifact, in the tree of each record's commit.
        states: The trust states in the order in which they came into force, the root first.
        approvals: What admins said of trust, by the commit that says or records it.
        key_files: The key files of OpenPGP that each trust state names.
    """

    artifact: str
    object_format: str
    signoffs: Signoffs
    texts: Mapping[str, AgreedText]
    exhibits: Mapping[str, Exhibit]
    files: Mapping[str, tuple[StoredFile, ...]]
    states: Mapping[str, Mapping[str, Any]]
    approvals: Mapping[str, tuple[SignoffRecord, ...]]
    key_files: Mapping[str, tuple[StoredFile, ...]]


def prove(repository: Repository, folder: str, signoffs: Signoffs, artifact: str) -> Proof:
    """The proof of an artifact from the engine's answer and the repository that it was judged in.

    Args:
        repository: Where the objects are.
        folder: The project folder as a path from the root of the repository, empty for the root itself.
        signoffs: The answer about all artifacts.
        artifact: The artifact, as the answer names it.

    Raises:
        ObjectError: an object is missing or is not what its id says.
    """
    records = records_of(signoffs, artifact)
    agreements = tuple(one for one in signoffs.agreements if one.artifact == artifact)
    digests = [*(one.digest for one in agreements), *(one.digest for one in records)]
    trust = signoffs.trust
    approvals = [commit for adopted in trust.adopted for commit in adopted.approvals]
    commits = [
        *(record.commit for record in records),
        *(commit for adopted in trust.adopted for commit in (adopted.commit, *adopted.approvals)),
        *([trust.root] if trust.root else []),
    ]
    return Proof(
        artifact=artifact,
        object_format=repository.object_format,
        signoffs=Signoffs(
            signoffs.commit, signoffs.dirty, trust, agreements, records, signoffs.problem, signoffs.texts
        ),
        texts={digest: signoffs.texts[digest] for digest in digests if digest and digest in signoffs.texts},
        exhibits={commit: _exhibit(repository, commit) for commit in dict.fromkeys(commits)},
        files=_files(repository, folder, signoffs.records, artifact, approvals),
        states=trust.states,
        approvals=_by_commit(records_of(signoffs, TRUST)),
        key_files={
            commit: tuple(_key_files(repository, folder, commit, state)) for commit, state in trust.states.items()
        },
    )


def _files(
    repository: Repository, folder: str, records: Sequence[SignoffRecord], artifact: str, approvals: Collection[str]
) -> dict[str, tuple[StoredFile, ...]]:
    """The files that hold the artifact in the tree of each commit that says something, and the evidence of reviews.

    Of `approvals` of trust, the evidence alone.
    """
    found: dict[str, tuple[StoredFile, ...]] = {}
    for commit, said in _by_commit(records).items():
        about = [record for record in said if record.artifact.casefold() == artifact.casefold()]
        reviews = [record.review for record in said if record.review] if about or commit in approvals else []
        if not about and not reviews:
            continue
        stored = tuple(stored_files(repository, folder, commit, artifact)) if about else ()
        names = dict.fromkeys(review.file for review in reviews)
        evidence = ((path, repository.entry(commit, path)) for path in names)
        files = (StoredFile(path, one.oid, repository.read(one.oid).data) for path, one in evidence if one)
        found[commit] = (*stored, *files)
    return found


def _by_commit(records: Iterable[SignoffRecord]) -> dict[str, tuple[SignoffRecord, ...]]:
    found: dict[str, tuple[SignoffRecord, ...]] = {}
    for record in records:
        found[record.commit] = (*found.get(record.commit, ()), record)
    return found


def records_of(signoffs: Signoffs, artifact: str) -> tuple[SignoffRecord, ...]:
    """All that was said about an artifact, as the engine lists it."""
    return tuple(record for record in signoffs.records if record.artifact.casefold() == artifact.casefold())


def document(text: AgreedText) -> bytes:
    """The bytes whose SHA-256 is the digest of an agreed text: RFC 8785 JSON."""
    parts = {"ecompm": VERSION, "project": text.project, "artifact": text.artifact, "content": text.content}
    if sha256(parts) != text.digest:
        raise AssertionError(f"the text of {text.artifact} does not have the digest {text.digest}")
    return canonical(parts)


def trust_document(project: str, state: Mapping[str, Any]) -> bytes:
    """The bytes whose SHA-256 is the digest of a trust state."""
    return canonical({"ecompm": VERSION, "project": project, "artifact": TRUST, "content": dict(state)})


def signers(state: Mapping[str, Any]) -> Iterator[Signer]:
    """Every key in a trust state, in force or not."""
    for person in state["people"]:
        for entry in person.get("keys", ()):
            key = Key.model_validate(entry)
            if key.ssh:
                yield Signer(person["id"], key, _fingerprint(key.ssh), " ".join(key.ssh.split()[:2]))
            else:
                yield Signer(person["id"], key, file=key.openpgp)


@lru_cache(maxsize=4096)  # the same keys stand in state after state
def _fingerprint(line: str) -> str:
    return fingerprint(parse_public_key(line)[0])


def allowed_signers(state: Mapping[str, Any]) -> list[str]:
    """The lines of OpenSSH's allowed-signers file for the people who could speak in a trust state. Times are UTC."""
    silent = {person["id"] for person in state["people"] if not _may_speak(person)}
    found = (one for one in signers(state) if one.line and one.key.revoked is None and one.person not in silent)
    return [_allowed(signer) for signer in found]


def stored_files(repository: Repository, folder: str, commit: str, artifact: str) -> Iterator[StoredFile]:
    """The files that an artifact is read from, in the tree of a commit."""
    names = ("people", "signoffs") if artifact == TRUST else (artifact.partition("/")[0],)
    prefix = _prefix(folder)
    for name in ("project", *(name for name in names if name != "project")):
        for place in (f"{prefix}{name}.yml", f"{prefix}{name}"):
            for path, entry in repository.walk(commit, place):
                if entry.kind == "file" and path.endswith(".yml"):
                    yield StoredFile(path, entry.oid, repository.read(entry.oid).data)


def _key_files(repository: Repository, folder: str, commit: str, state: Mapping[str, Any]) -> Iterator[StoredFile]:
    for signer in signers(state):
        path = _prefix(folder) + signer.file
        entry = repository.entry(commit, path) if signer.file else None
        if entry is not None and entry.kind == "file":
            yield StoredFile(path, entry.oid, repository.read(entry.oid).data)


def _prefix(folder: str) -> str:
    return f"{folder.strip('/')}/" if folder.strip("/.") else ""


def _exhibit(repository: Repository, commit: str) -> Exhibit:
    found = repository.commit(commit)
    parts = split(found.raw, repository.object_format)
    verdict = verify_commit(found.raw, repository.object_format)
    return Exhibit(commit, found.raw, parts.payload, parts.signature, verdict, found.committer_date)


def _may_speak(person: Mapping[str, Any]) -> bool:
    return person.get("active", "yes").casefold() in {"yes", "true"} and person.get("kind", "person") != "vacant"


def _allowed(signer: Signer) -> str:
    options = ['namespaces="git"', *_window(signer.key)]
    return f"{signer.person} {','.join(options)} {signer.line}"


def _window(key: Key) -> Iterable[str]:
    if key.since:
        yield f'valid-after="{key.since.astimezone(UTC).strftime(_TIME)}"'
    if key.until:
        yield f'valid-before="{key.until.astimezone(UTC).strftime(_TIME)}"'
