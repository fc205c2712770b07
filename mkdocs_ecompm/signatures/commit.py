"""The signature of a commit, from the raw bytes of the object."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from mkdocs_ecompm.signatures import sshsig
from mkdocs_ecompm.signatures.signature import Format, Signature

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

__all__ = ["Signature", "SignedCommit", "committer_of", "split", "verify_commit", "verify_commits"]

_HEADER: Final = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
_SIGNATURE_HEADERS: Final = frozenset(_HEADER.values())
_REPEATABLE: Final = frozenset({b"parent", b"mergetag"})
_ONE_HEADER: Final = re.compile(rb"([^ \n]*)[^\n]*(?:\n [^\n]*)*(?:\n|\Z)")
_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----")
_FORMATS: Final[dict[bytes, Format]] = {
    b"SSH SIGNATURE": "ssh",
    b"PGP SIGNATURE": "openpgp",
    b"PGP MESSAGE": "openpgp",
    b"SIGNED MESSAGE": "x509",
}
_OPENPGP: Final = b"PGP SIGNATURE"
_MOST_THREADS: Final = 8
_AT_A_TIME: Final = 16
_AHEAD: Final = 128


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A commit taken apart: what was signed, the signature (None if there is none), and what is wrong with it."""

    payload: bytes
    signature: bytes | None
    problem: str = ""


def verify_commit(raw: bytes, object_format: str = "sha1", openpgp: tuple[Certificate, ...] | None = None) -> Signature:
    """The verdict on the signature of a raw commit. Any bytes get an answer, none an error.

    Args:
        raw: The content of the commit object, as git stores it.
        object_format: `sha1` or `sha256`, the hash of the repository.
        openpgp: The OpenPGP certificates that are known; None leaves signatures of this format `unsupported`.
    """
    commit = split(raw, object_format)
    if commit.signature is None:
        return Signature("none", "none")
    begin = _BEGIN.match(commit.signature)
    kind = _FORMATS.get(begin[1], "none") if begin else "none"
    problem = commit.problem or _armor_problem(commit.signature, begin)
    if problem:
        return Signature(kind, "bad", problem=f"The signature is bad: {problem}.")
    if kind == "ssh":
        return sshsig.verify(commit.payload, commit.signature)
    if begin and begin[1] == _OPENPGP and openpgp is not None:
        from mkdocs_ecompm.signatures import openpgp as pgp  # noqa: PLC0415  # many repositories have none

        return pgp.verify(commit.payload, commit.signature, openpgp)
    return Signature(kind, "unsupported", problem=f"Signatures of the format {kind} are not verified.")


def verify_commits(
    raws: Iterable[bytes], object_format: str = "sha1", openpgp: tuple[Certificate, ...] | None = None
) -> Iterator[Signature]:
    """The verdicts on many commits, in their order, on all processors: the arithmetic runs outside the interpreter.

    The commits are taken as they come, so that verifying begins while git is still reading, and none are kept.
    """
    from concurrent.futures import Future, ThreadPoolExecutor  # noqa: PLC0415  # slow to import, and only for many

    def verify(part: list[bytes]) -> list[Signature]:
        return [verify_commit(raw, object_format, openpgp) for raw in part]

    coming = iter(raws)
    at_work: deque[Future[list[Signature]]] = deque()
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        while part := list(islice(coming, _AT_A_TIME)):
            at_work.append(threads.submit(verify, part))
            if len(at_work) > _AHEAD:
                yield from at_work.popleft().result()
        for done in at_work:
            yield from done.result()


def split(raw: bytes, object_format: str = "sha1") -> SignedCommit:
    """Take a raw commit apart.

    The payload is the object without its signature headers, byte for byte. The header of the repository's own hash
    holds the signature; that of the other one is left out and ignored.
    """
    end = raw.find(b"\n\n") + 1 or len(raw)
    own = _HEADER[object_format]
    names: list[bytes] = []
    kept: list[bytes] = []
    signatures: list[bytes] = []
    for header in _ONE_HEADER.finditer(raw, 0, end):
        name, text = header[1], header[0]
        if text:
            names.append(name)
        if name == own:
            signatures.append(text[len(own) + 1 :].replace(b"\n ", b"\n"))
        elif name not in _SIGNATURE_HEADERS:
            kept.append(text)
    payload = b"".join(kept) + raw[end:]
    if not signatures:
        return SignedCommit(payload, None)
    problem = "the commit has a NUL in a header" if b"\0" in raw[:end] else _header_problem(tuple(names))
    return SignedCommit(payload, b"".join(signatures), problem)


def committer_of(raw: bytes) -> bytes:
    """The value of the committer line, empty without one."""
    _, found, rest = raw[: raw.find(b"\n\n") + 1 or len(raw)].partition(b"\ncommitter ")
    return rest.split(b"\n", 1)[0] if found else b""


@lru_cache(maxsize=1024)  # nearly all commits have the same headers
def _header_problem(names: tuple[bytes, ...]) -> str:
    if b"" in names:
        return "the commit has a header without a name"
    once = [name for name in names if name not in _REPEATABLE]
    if len(once) != len(set(once)):
        return "the commit has the same header twice"
    rest = [name for name in names if name not in _SIGNATURE_HEADERS]
    leading = next((place for place, name in enumerate(rest[1:], 1) if name != b"parent"), 0)
    if rest[:1] != [b"tree"] or rest[leading : leading + 2] != [b"author", b"committer"] or b"parent" in rest[leading:]:
        return "the headers of the commit are not in their order"
    return ""


def _armor_problem(signature: bytes, begin: re.Match[bytes] | None) -> str:
    if begin is None:
        return "it is no signature block"
    if signature.count(b"-----BEGIN ") > 1:
        return "there are two signatures in one block"
    _, ending, rest = signature.partition(b"-----END " + begin[1] + b"-----")
    if not ending:
        return "its block does not end"
    return "something follows its block" if rest.strip() else ""
