"""What verification says about one signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mkdocs_ecompm.signatures.certificate import Certificate

Format: TypeAlias = Literal["ssh", "openpgp", "x509", "none"]
Status: TypeAlias = Literal["good", "bad", "unsupported", "none", "unknown-key"]


@dataclass(frozen=True, slots=True)
class Signature:
    """The cryptographic verdict on a signature. `good` says that a key made it, never whose key that is.

    `key` is the fingerprint (`SHA256:...`) and `blob` the wire form of the public key; with a certificate, both are
    those of the key that it certifies. `hardware`: a security key made it and somebody touched it. `namespace` is what
    the signature says it is for. `problem` explains in a sentence every status but `good` and `none`.
    """

    format: Format
    status: Status
    key: str | None = None
    blob: bytes | None = None
    hardware: bool = False
    namespace: str | None = None
    certificate: Certificate | None = None
    problem: str = ""
