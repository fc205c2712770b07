"""What verification says about one signature."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from mkdocs_ecompm.signatures.certificate import Certificate

Format: TypeAlias = Literal["ssh", "openpgp", "x509", "none"]
Status: TypeAlias = Literal["good", "bad", "unsupported", "none", "unknown-key", "expired", "not-yet-valid", "revoked"]
"""The last three are what an OpenPGP certificate says of its own key; keys of other formats carry no such words."""


class Signature(NamedTuple):
    """The cryptographic verdict on a signature. `good` says that a key made it, never whose key that is.

    `key` is the fingerprint (`SHA256:...`) and `blob` the wire form of the public key; with a certificate, both are
    those of the key that it certifies. `hardware`: a security key made it and somebody touched it. `namespace` is what
    the signature says it is for. `problem` explains in a sentence every status but `good` and `none`.

    Of OpenPGP, `key` is the fingerprint of the primary key (of an unknown key, what the signature names), `subkey` that
    of the key that signed if it is another, and `until` the moment at which the certificate ends.

    A named tuple, for a long history has tens of thousands of them.
    """

    format: Format
    status: Status
    key: str | None = None
    blob: bytes | None = None
    hardware: bool = False
    namespace: str | None = None
    certificate: Certificate | None = None
    problem: str = ""
    subkey: str | None = None
    until: datetime | None = None
