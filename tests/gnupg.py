"""A keyring of the real gpg in a temporary home, with keys that sign the commits of a TestRepository."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class OpenPGPKey:
    """A key of somebody in a keyring, in the shape in which `TestRepository.commit` takes a key."""

    keyring: Keyring
    name: str
    options: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """The author line without its time."""
        return f"{self.name.capitalize()} <{self.name}@shop.example>"

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the primary key."""
        return self.fingerprints[0]

    @property
    def fingerprints(self) -> list[str]:
        """The fingerprints of the primary key and of the subkeys."""
        listed = self.keyring.gpg("--with-colons", "--with-subkey-fingerprint", "--list-keys", self.user).decode()
        return [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:")]

    @property
    def user(self) -> str:
        """How gpg finds it."""
        return f"={self.identity}"

    def sign(self, payload: bytes, _namespace: str = "git") -> bytes:
        """An armored signature, made as git has it made."""
        signer = () if "-u" in self.options else ("-u", self.user)
        return self.keyring.gpg(*self.options, *signer, "--armor", "--detach-sign", data=payload)

    def at(self, day: str, *options: str) -> OpenPGPKey:
        """The same key, signing at another time (`20260131`) or with more options."""
        time = ("--faked-system-time", f"{day}T120000!") if day else ()
        return OpenPGPKey(self.keyring, self.name, (*time, *options))

    @property
    def exported(self) -> bytes:
        """The armored certificate."""
        return self.keyring.gpg("--armor", "--export", self.user)


@dataclass(frozen=True)
class Keyring:
    """A home of gpg."""

    home: Path

    @classmethod
    @contextmanager
    def create(cls) -> Iterator[Keyring]:
        """An empty keyring, in a folder with a short name: gpg's sockets need that."""
        if shutil.which("gpg") is None:
            pytest.fail("these tests need gpg: apt-get install gnupg")
        home = Path(tempfile.mkdtemp(prefix="gnupg-"))
        (home / "gpg.conf").write_text("trust-model always\nallow-weak-key-signatures\n", encoding="ascii")
        try:
            yield cls(home)
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], env=os.environ | {"GNUPGHOME": str(home)}, check=False)
            shutil.rmtree(home, ignore_errors=True)

    def gpg(self, *arguments: str, data: bytes = b"") -> bytes:
        """Run gpg; what it prints."""
        command = ["gpg", "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", *arguments]
        environment = os.environ | {"GNUPGHOME": str(self.home), "LC_ALL": "C"}
        done = subprocess.run(command, input=data, capture_output=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def make(
        self, name: str, algorithm: str = "ed25519", *, when: str = "20250101", expires: str = "never"
    ) -> OpenPGPKey:
        """A new key that may sign, made on a day of the past."""
        key = OpenPGPKey(self, name)
        time = ("--faked-system-time", f"{when}T120000!")
        self.gpg(*time, "--quick-generate-key", key.identity, algorithm, "sign", expires)
        return key

    def add_subkey(self, key: OpenPGPKey, algorithm: str = "ed25519", *, when: str = "20250102") -> str:
        """Give a key a subkey that signs; its fingerprint."""
        time = ("--faked-system-time", f"{when}T120000!")
        self.gpg(*time, "--quick-add-key", key.fingerprint, algorithm, "sign", "never")
        return key.fingerprints[-1]

    def extend(self, key: OpenPGPKey, period: str, *, when: str) -> None:
        """Set when a key expires; gpg throws away what the certificate said before."""
        self.gpg("--faked-system-time", f"{when}T120000!", "--quick-set-expire", key.fingerprint, period)

    def revoke(self, key: OpenPGPKey) -> None:
        """Revoke a key with the certificate that gpg made for it."""
        text = (self.home / "openpgp-revocs.d" / f"{key.fingerprint}.rev").read_text()
        self.gpg("--import", data=text.replace(":-----BEGIN", "-----BEGIN").encode())

    def revoke_subkey(self, key: OpenPGPKey) -> None:
        """Revoke the first subkey of a key."""
        answers = b"key 1\nrevkey\ny\n0\n\ny\nsave\n"
        self.gpg("--command-fd", "0", "--status-fd", "1", "--edit-key", key.fingerprint, data=answers)
