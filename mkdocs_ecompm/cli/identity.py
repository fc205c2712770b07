"""Who runs the command, as his own git and his own keys say: a proposal for people.yml, nothing more."""

from __future__ import annotations

import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.process import environment
from mkdocs_ecompm.signatures.ssh_key import parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

KEY_FILES: Final = ("id_ed25519_sk.pub", "id_ed25519.pub", "id_ecdsa_sk.pub", "id_ecdsa.pub", "id_rsa.pub")
"""Where OpenSSH keeps public keys, the better ones first."""


class Identity(Struct, frozen=True):
    """Name and e-mail address as git has them (a placeholder and empty if not), an id made of the name, and a key."""

    id: str
    name: str
    email: str
    key: str
    key_file: str = ""
    """Where the public key stands, if git does not sign with it yet."""


def identity(taken: frozenset[str]) -> Identity:
    """The one who runs the command; his id is none of those `taken`."""
    name = _configured("user.name") or "Your Name"
    ids = (slug(name.split()[0]), slug(name))
    key, file = next(_keys(), ("", ""))
    return Identity(
        id=next((candidate for candidate in ids if candidate and candidate not in taken), "me"),
        name=name,
        email=_configured("user.email"),
        key=key,
        key_file="" if _configured("gpg.format") == "ssh" and _configured("user.signingkey") else file,
    )


def slug(text: str) -> str:
    """A text as an id: small letters, digits and dashes, accents removed; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")


def _configured(name: str) -> str:
    """A setting of git, empty without one or without git."""
    try:
        answer = subprocess.run(  # noqa: S603  # a fixed command; only the user's own configuration is asked
            ["git", "config", "--get", name],  # noqa: S607  # the user's own git
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment(own_settings=True),
        )
    except FileNotFoundError:
        return ""
    return "".join(character for character in answer.stdout if character.isprintable()).strip()


def _keys() -> Iterator[tuple[str, str]]:
    """Public keys and the files they stand in, the one that git signs with first."""
    stated = _configured("user.signingkey").removeprefix("key::")
    if stated.startswith(("ssh-", "ecdsa-", "sk-")):
        yield from _readable(stated, "")
    elif stated:
        yield from _of_file(stated if stated.endswith(".pub") else f"{stated}.pub")
    for name in KEY_FILES:
        yield from _of_file(f"~/.ssh/{name}")


def _of_file(file: str) -> Iterator[tuple[str, str]]:
    try:
        text = Path(os.path.expanduser(file)).read_text("utf-8")  # noqa: PTH111  # unlike Path, it refuses nothing
    except (OSError, UnicodeDecodeError):
        return  # no such key: the next one is tried
    yield from _readable(text.strip().partition("\n")[0].strip(), file)


def _readable(line: str, file: str) -> Iterator[tuple[str, str]]:
    try:
        parse_public_key(line)
    except MalformedError:
        return
    yield line, file
