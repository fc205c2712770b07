"""The signature of a tag, from the raw bytes of the object.

It stands at the end of the message, not in a header: from the last line that begins a signature block, as git finds it.
What was signed is all that comes before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mkdocs_ecompm.signatures.commit import SignedCommit, person_problem, verify_parts
from mkdocs_ecompm.signatures.signature import Signature

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

_BEGIN: Final = re.compile(
    rb"^-----BEGIN (?:SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----", re.MULTILINE
)
_HEADERS: Final = [b"object", b"type", b"tag", b"tagger"]


def verify_tag(raw: bytes, openpgp: tuple[Certificate, ...] | None = None) -> Signature:
    """The verdict on the signature of a raw tag. Any bytes get an answer, none an error.

    Args:
        raw: The content of the tag object, as git stores it.
        openpgp: The OpenPGP certificates that are known; None leaves signatures of this format `unsupported`.
    """
    return verify_parts(split_tag(raw), openpgp)


def split_tag(raw: bytes) -> SignedCommit:
    """Take a raw tag apart."""
    starts = [match.start() for match in _BEGIN.finditer(raw)]
    if not starts:
        return SignedCommit(raw, None)
    return SignedCommit(raw[: starts[-1]], raw[starts[-1] :], _problem(raw))


def _problem(raw: bytes) -> str:
    """What is wrong with the headers: git writes these four, in this order, and no others."""
    head = raw.partition(b"\n\n")[0]
    lines = [line.partition(b" ") for line in head.split(b"\n")]
    if b"\0" in head or [name for name, _, _ in lines] != _HEADERS:
        return "the headers of the tag are not those of a tag"
    return person_problem(lines[-1][2])
