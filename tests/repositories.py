"""Real git repositories with real SSH keys for the tests, made fast: objects are written in process, without git.

    ana = SigningKey.make("ana")
    repository = TestRepository.create(tmp_path)
    first = repository.commit("Begin", files={"project/people.yml": "..."}, key=ana, when="2026-01-05T10:00:00Z")
    second = repository.commit("Approve", key=ana)                    # the same files, a minute later
    merge = repository.commit("Merge", parents=[second, other])
    repository.check_out()                                            # fill the working tree

This writer is on purpose not the product's own: git itself (`fsck`, `log`) is asked whether it writes properly.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Kind = Literal["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa", "rsa-1024", "sk-ed25519", "sk-ecdsa"]
ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}
BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FILE = "100644"


# --- keys ---------------------------------------------------------------------------------------------------------


def wire(*parts: bytes) -> bytes:
    """SSH strings, one after another."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def mpint(value: int) -> bytes:
    """An SSH number, without the length in front."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b""


@lru_cache
def _rsa_key(size: int, name: str) -> rsa.RSAPrivateKey:
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


@dataclass(frozen=True)
class SigningKey:
    """A private key of somebody; ed25519 and ecdsa keys follow from the name, RSA keys are new in every run."""

    name: str
    kind: Kind
    private: Any
    flags: int = 1
    application: bytes = b"ssh:"

    @classmethod
    def make(cls, name: str, kind: Kind = "ed25519", *, flags: int = 1) -> SigningKey:
        """The key of this name; `flags` are those of a security key (1: touched, 4: PIN)."""
        seed = hashlib.sha256(f"{kind} {name}".encode()).digest()
        if kind.endswith("ed25519"):
            return cls(name, kind, ed25519.Ed25519PrivateKey.from_private_bytes(seed), flags)
        if kind.startswith("rsa"):
            return cls(name, kind, _rsa_key(1024 if kind == "rsa-1024" else 2048, name))
        curve: ec.EllipticCurve = {"384": ec.SECP384R1(), "521": ec.SECP521R1()}.get(kind[-3:], ec.SECP256R1())
        secret = int.from_bytes(hashlib.shake_256(seed).digest(64), "big") >> max(0, 512 - curve.key_size + 8)
        return cls(name, kind, ec.derive_private_key(secret, curve), flags)

    @property
    def type(self) -> bytes:
        """The type of the key in the SSH world."""
        names = {
            "ed25519": "ssh-ed25519",
            "sk-ed25519": "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa": "sk-ecdsa-sha2-nistp256@openssh.com",
        }
        if self.kind.startswith("ecdsa"):
            return f"ecdsa-sha2-nistp{self.kind[-3:]}".encode()
        return names.get(self.kind, "ssh-rsa").encode()

    @property
    def blob(self) -> bytes:
        """The public key in wire form."""
        public = self.private.public_key()
        tail = wire(self.application) if self.kind.startswith("sk-") else b""
        if self.kind.endswith("ed25519"):
            return wire(self.type, public.public_bytes_raw()) + tail
        if self.kind.startswith("rsa"):
            numbers = public.public_numbers()
            return wire(self.type, mpint(numbers.e), mpint(numbers.n))
        point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return (
            wire(self.type, b"nistp" + (b"256" if self.kind == "sk-ecdsa" else self.kind[-3:].encode()), point) + tail
        )

    @property
    def line(self) -> str:
        """The public key as people.yml and allowed_signers take it."""
        return f"{self.type.decode()} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def identity(self) -> str:
        """The author line without its time."""
        return f"{self.name.capitalize()} <{self.name}@shop.example>"

    def file(self, folder: Path) -> Path:
        """The private key as a file that ssh-keygen and git can use, with the public key beside it."""
        path = folder / f"key-{self.name}-{self.kind}"
        encoding, formatting = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH
        path.touch(mode=0o600)
        path.write_bytes(self.private.private_bytes(encoding, formatting, serialization.NoEncryption()))
        path.with_suffix(".pub").write_text(f"{self.line} {self.name}\n", encoding="ascii")
        return path

    def raw_signature(self, message: bytes, *, sha1: bool = False) -> bytes:
        """The signature over a message, in wire form."""
        if self.kind.startswith("sk-"):
            counter = self.flags.to_bytes(1, "big") + (7).to_bytes(4, "big")
            digests = hashlib.sha256(self.application).digest(), hashlib.sha256(message).digest()
            return wire(self.type, self._value(digests[0] + counter + digests[1])) + counter
        if self.kind.startswith("rsa"):
            name, algorithm = (b"ssh-rsa", hashes.SHA1()) if sha1 else (b"rsa-sha2-512", hashes.SHA512())  # noqa: S303
            return wire(name, self.private.sign(message, padding.PKCS1v15(), algorithm))
        return wire(self.type, self._value(message))

    def _value(self, message: bytes) -> bytes:
        if self.kind.endswith("ed25519"):
            return bytes(self.private.sign(message))
        size = self.private.curve.key_size
        algorithm = {384: hashes.SHA384(), 521: hashes.SHA512()}.get(size, hashes.SHA256())
        return wire(*map(mpint, decode_dss_signature(self.private.sign(message, ec.ECDSA(algorithm)))))

    def sign(self, payload: bytes, namespace: str = "git", digest: str = "sha512") -> bytes:
        """An armored SSH signature."""
        return armor(self.signature_blob(payload, namespace, digest))

    def signature_blob(self, payload: bytes, namespace: str = "git", digest: str = "sha512") -> bytes:
        """The content of the armor."""
        hashed = hashlib.new(digest, payload).digest()
        signed = b"SSHSIG" + wire(namespace.encode(), b"", digest.encode(), hashed)
        fields = (self.blob, namespace.encode(), b"", digest.encode(), self.raw_signature(signed))
        return b"SSHSIG" + (1).to_bytes(4, "big") + wire(*fields)


def armor(blob: bytes) -> bytes:
    """The armor around a signature."""
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


# --- repositories -------------------------------------------------------------------------------------------------


def insert_signature(payload: bytes, armored: bytes, header: str = "gpgsig") -> bytes:
    """The commit with a signature as its last header, as git writes it."""
    head, gap, message = payload.partition(b"\n\n")
    value = armored.rstrip(b"\n").replace(b"\n", b"\n ")
    return head + b"\n" + header.encode() + b" " + value + gap + message


def instant(when: datetime | str | int) -> int:
    """Seconds since 1970."""
    if isinstance(when, int):
        return when
    moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    assert moment.tzinfo is not None, "a time in a test carries an offset"
    return int(moment.timestamp())


@dataclass
class TestRepository:
    """A repository in a temporary folder. Without a time, each commit is a minute after the one before."""

    __test__ = False  # for pytest: not a class of tests

    folder: Path
    bare: bool = False
    object_format: Literal["sha1", "sha256"] = "sha1"
    clock: datetime = BEGIN
    _trees: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def create(
        cls, folder: Path, *, bare: bool = False, object_format: Literal["sha1", "sha256"] = "sha1"
    ) -> TestRepository:
        """Make an empty repository whose branch is `main`."""
        folder.mkdir(parents=True, exist_ok=True)
        repository = cls(folder, bare, object_format)
        options = ["--bare"] if bare else []
        repository.git("init", "-q", "-b", "main", "--template=", f"--object-format={object_format}", *options, ".")
        return repository

    @property
    def git_dir(self) -> Path:
        """Where git keeps its files."""
        return self.folder if self.bare else self.folder / ".git"

    def git(self, *arguments: str, data: bytes = b"", check: bool = True, **variables: str) -> str:
        """Run the real git, isolated from the machine; what it prints, without the last line break."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | ISOLATED | variables
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, input=data, capture_output=True, env=environment, check=False
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    # --- objects

    def store(self, kind: str, data: bytes, *, oid: str | None = None) -> str:
        """Write a loose object; with `oid` under an id that is not its own (a tampered one)."""
        content = f"{kind} {len(data)}\0".encode() + data
        name = oid or hashlib.new(self.object_format, content).hexdigest()
        path = self.git_dir / "objects" / name[:2] / name[2:]
        if oid or not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(zlib.compress(content, 1))
        return name

    def remove(self, oid: str) -> None:
        """Take a loose object away."""
        (self.git_dir / "objects" / oid[:2] / oid[2:]).unlink()

    def raw(self, oid: str) -> bytes:
        """The content of a loose object."""
        return zlib.decompress((self.git_dir / "objects" / oid[:2] / oid[2:]).read_bytes()).partition(b"\0")[2]

    def tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        """Write the trees of a folder of files (path -> mode, id)."""
        entries: dict[str, tuple[str, str]] = {}
        below: dict[str, dict[str, tuple[str, str]]] = {}
        for path, entry in files.items():
            top, slash, rest = path.partition("/")
            if slash:
                below.setdefault(top, {})[rest] = entry
            else:
                entries[top] = entry
        entries |= {top: ("40000", self.tree(inner)) for top, inner in below.items()}
        order = sorted(entries, key=lambda name: os.fsencode(name + "/" if entries[name][0] == "40000" else name))
        lines = (os.fsencode(f"{entries[n][0]} {n}\0") + bytes.fromhex(entries[n][1]) for n in order)
        return self.store("tree", b"".join(lines))

    def files(self, commit: str) -> dict[str, tuple[str, str]]:
        """The files of a commit: path -> mode, blob id."""
        if commit not in self._trees:
            rows = self.git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
            parts = (row.partition("\t") for row in rows if row)
            self._trees[commit] = {path: (meta.split()[0], meta.split()[2]) for meta, _, path in parts}
        return dict(self._trees[commit])

    # --- commits

    def commit(
        self,
        message: str = "A change",
        *,
        files: Mapping[str, str | bytes | None] | None = None,
        key: SigningKey | None = None,
        when: datetime | str | int | None = None,
        parents: Sequence[str] | None = None,
        branch: str | None = "main",
        author: str | None = None,
        committer: str | None = None,
        author_when: datetime | str | int | None = None,
        tree_of: str | None = None,
        namespace: str = "git",
        change: Callable[[bytes], bytes] = bytes,
    ) -> str:
        """Write a commit and let `branch` point to it; its id.

        Args:
            message: The whole message; a line break at its end is added.
            files: What changes against the first parent (or `tree_of`): path -> content, None removes.
            key: Whose key signs it; none, no signature.
            when: Its committer time, and its author time unless `author_when` is given.
            parents: Default: the tip of the branch, if there is one.
            branch: None: no branch moves.
            author: `Name <mail>`; default: the key's owner.
            committer: Default: the author.
            author_when: A different time in the author line.
            tree_of: Take the files of this commit instead of the first parent's.
            namespace: What the signature says that it is for.
            change: Last changes to the raw bytes, after signing.
        """
        ancestors = list(parents) if parents is not None else [tip for tip in [self.tip(branch or "main")] if tip]
        base = self.files(tree_of or ancestors[0]) if tree_of or ancestors else {}
        for path, content in (files or {}).items():
            if content is None:
                del base[path]
            else:
                base[path] = (FILE, self.store("blob", content.encode() if isinstance(content, str) else content))
        seconds = instant(when if when is not None else self.clock)
        self.clock = datetime.fromtimestamp(seconds, UTC) + timedelta(minutes=1)
        who = author or (key.identity if key else "Nobody <nobody@shop.example>")
        lines = [f"tree {self.tree(base)}", *(f"parent {parent}" for parent in ancestors)]
        lines.append(f"author {who} {instant(author_when) if author_when is not None else seconds} +0000")
        lines.append(f"committer {committer or who} {seconds} +0000")
        payload = "\n".join([*lines, "", message.rstrip("\n") + "\n"]).encode()
        header = "gpgsig-sha256" if self.object_format == "sha256" else "gpgsig"
        raw = insert_signature(payload, key.sign(payload, namespace), header) if key else payload
        oid = self.store("commit", change(raw))
        self._trees[oid] = base
        if branch:
            self.point(f"refs/heads/{branch}", oid)
        return oid

    def tag(
        self,
        name: str,
        target: str,
        key: SigningKey | None = None,
        *,
        kind: str = "commit",
        when: datetime | str | int | None = None,
        message: str = "A plan",
        ref: str | None = None,
        change: Callable[[bytes], bytes] = bytes,
    ) -> str:
        """Write a tag object and let `refs/tags/<ref>` (default: its name) point to it; its id."""
        who = key.identity if key else "Nobody <nobody@shop.example>"
        seconds = instant(when if when is not None else self.clock)
        head = f"object {target}\ntype {kind}\ntag {name}\ntagger {who} {seconds} +0000"
        payload = f"{head}\n\n{message}\n".encode()
        oid = self.store("tag", change(payload + (key.sign(payload) if key else b"")))
        self.point(f"refs/tags/{ref or name}", oid)
        return oid

    def signed_by_git(self, message: str, key: SigningKey, *, when: datetime | str | int | None = None) -> str:
        """A commit by the real `git commit -S` on what is checked out, with an SSH key."""
        date = f"{instant(when if when is not None else self.clock)} +0000"
        name, mail = key.name.capitalize(), f"{key.name}@shop.example"
        settings = {
            "gpg.format": "ssh",
            "user.signingkey": str(key.file(self.folder.parent)),
            "user.name": name,
            "user.email": mail,
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        self.git("add", "--all")
        times = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        self.git(*options, "commit", "-q", "-S", "--allow-empty", "--cleanup=verbatim", "-m", message, **times)
        return self.git("rev-parse", "HEAD")

    # --- names

    def point(self, ref: str, oid: str) -> None:
        """Let a ref point to an object, without git."""
        path = self.git_dir / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{oid}\n", encoding="ascii")

    def tip(self, branch: str = "main") -> str | None:
        """The newest commit of a branch; None if the branch does not exist."""
        path = self.git_dir / "refs/heads" / branch
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        return self.git("rev-parse", "--verify", "-q", f"refs/heads/{branch}", check=False) or None

    def check_out(self, branch: str = "main") -> None:
        """Make the working tree that of the branch."""
        self.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        self.git("reset", "-q", "--hard")

    def configure(self, name: str, value: str) -> None:
        """Set something in the repository's own configuration."""
        self.git("config", name, value)
