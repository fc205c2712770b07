"""The signature of a commit, from the raw bytes of the object."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from mkdocs_ecompm.signatures import sshsig
from mkdocs_ecompm.signatures.signature import Format, Signature

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

__all__ = [
    "UNSIGNED",
    "Signature",
    "SignedCommit",
    "committer_of",
    "person_problem",
    "split",
    "verify_commit",
    "verify_commits",
    "verify_parts",
]

_HEADER: Final = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
_ANY: Final = b"gpgsig"
"""What every header with a signature has in its name."""
UNSIGNED: Final = Signature("none", "none")
_SIGNATURE_HEADERS: Final = frozenset(_HEADER.values())
_REPEATABLE: Final = frozenset({b"parent", b"mergetag"})
_ONE_HEADER: Final = re.compile(rb"([^ \n]*)[^\n]*(?:\n [^\n]*)*(?:\n|\Z)")
# A person and, as git finds it, the time: the number behind the last `>` with a time zone after it.
_PERSON: Final = re.compile(rb"[^<]*+<[^>]*+>")
_TIME: Final = re.compile(rb">[ \t\r]*+0*+(\d*+)[ \t\r]*+[+-]\d[^>]*+\Z")
_LAST_SECOND: Final = 253402300799  # 9999-12-31T23:59:59Z; of later ones git and ssh-keygen say that they are wrong
_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----")
_FORMATS: Final[dict[bytes, Format]] = {
    b"SSH SIGNATURE": "ssh",
    b"PGP SIGNATURE": "openpgp",
    b"PGP MESSAGE": "openpgp",
    b"SIGNED MESSAGE": "x509",
}
_OPENPGP: Final = b"PGP SIGNATURE"
_MOST_THREADS: Final = 8
_AT_A_TIME: Final = 64
_AHEAD: Final = 32


class SignedCommit(NamedTuple):
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
    if _ANY not in raw:  # of most repositories most commits
        return UNSIGNED
    return verify_parts(split(raw, object_format), openpgp)


def verify_parts(signed: SignedCommit, openpgp: tuple[Certificate, ...] | None = None) -> Signature:
    """The same for a commit or tag that was taken apart."""
    if signed.signature is None:
        return UNSIGNED
    begin = _BEGIN.match(signed.signature)
    kind = _FORMATS.get(begin[1], "none") if begin else "none"
    problem = signed.problem or _armor_problem(signed.signature, begin)
    if problem:
        return Signature(kind, "bad", problem=f"The signature is bad: {problem}.")
    if kind == "ssh":
        return sshsig.verify(signed.payload, signed.signature)
    if begin and begin[1] == _OPENPGP and openpgp is not None:
        from mkdocs_ecompm.signatures import openpgp as pgp  # noqa: PLC0415  # many repositories have none

        return pgp.verify(signed.payload, signed.signature, openpgp)
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
    # one thread more than processors: somebody always waits for the interpreter
    with ThreadPoolExecutor(min(_MOST_THREADS, (os.cpu_count() or 1) + 1)) as threads:
        while part := list(islice(coming, _AT_A_TIME)):
            at_work.append(threads.submit(verify, part))
            while len(at_work) > _AHEAD or (at_work and at_work[0].done()):
                yield from at_work.popleft().result()
        for last in at_work:
            yield from last.result()


def split(raw: bytes, object_format: str = "sha1") -> SignedCommit:
    """Take a raw commit apart.

    The payload is the object without its signature headers, byte for byte. The header of the repository's own hash
    holds the signature; that of the other one is left out and ignored.
    """
    usual = _usual(_HEADER[object_format]).match(raw)
    if usual is None:
        return _split_any(raw, object_format)
    headers, committer, signature = usual.groups()
    payload = headers + raw[usual.end() - 1 :]
    return SignedCommit(payload, signature.replace(b"\n ", b"\n"), person_problem(committer))


@cache
def _usual(header: bytes) -> re.Pattern[bytes]:
    """A signed commit as git writes it: with no other headers, each once and in its place, none with a NUL."""
    before = rb"(tree [0-9a-f]++\n(?:parent [0-9a-f]++\n)*+author [^\0\n]*+\ncommitter ([^\0\n]*+)\n)"
    return re.compile(before + header + rb" ([^\0\n]*+\n(?: [^\0\n]*+\n)*+)\n")


def _split_any(raw: bytes, object_format: str) -> SignedCommit:
    """The same for any bytes."""
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
    return SignedCommit(payload, b"".join(signatures), problem or person_problem(committer_of(raw)))


def committer_of(raw: bytes) -> bytes:
    """The value of the committer line, empty without one."""
    end = raw.find(b"\n\n") + 1 or len(raw)
    start = raw.find(b"\ncommitter ", 0, end)
    return raw[start + len(b"\ncommitter ") : end].split(b"\n", 1)[0] if start >= 0 else b""


def person_problem(line: bytes) -> str:
    """What git cannot make anything of in the value of a committer or tagger line: it names nobody, or no time."""
    if not _PERSON.match(line):
        return "it does not say who made it"
    time = _TIME.search(line)
    digits = time[1] if time else b""
    if len(digits) > len(str(_LAST_SECOND)) or int(digits or b"0") > _LAST_SECOND:
        return "it says that it was made after the year 9999"
    return ""


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
