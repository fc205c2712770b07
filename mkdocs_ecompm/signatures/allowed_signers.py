"""OpenSSH's file of allowed signers: which key may speak for whom, for what and when (ssh-keygen(1)).

Times without `Z` are read as UTC, where OpenSSH reads them in the time zone of the machine: the same file then says
the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from mkdocs_ecompm.signatures.certificate import Certificate
from mkdocs_ecompm.signatures.ssh_key import parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

Standing: TypeAlias = Literal["good", "unknown-key", "expired", "not-yet-valid"]

_TIME: Final = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)?(?:Z|UTC)?", re.ASCII | re.IGNORECASE)
_OPTIONS: Final = re.compile(r'(?:[^ \t"\\]|\\.|"(?:[^"\\]|\\.)*")+')
_OPTION: Final = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?(,(?=.)|$)')
_HARMLESS: Final = frozenset({b"force-command", b"source-address"})  # they limit how one may log in
_KNOWN_OPTIONS: Final = {"cert-authority": False, "namespaces": True, "valid-after": True, "valid-before": True}


class AllowedSigner(Struct, frozen=True):
    """One line of the file."""

    principals: tuple[str, ...]
    blob: bytes
    authority: bool = False
    namespaces: tuple[str, ...] | None = None
    valid_after: datetime | None = None
    valid_before: datetime | None = None
    line: int = 0

    def standing(self, when: datetime, namespace: str) -> Standing:
        """What the line says of its key at a moment; as for OpenSSH, both ends of the time belong to it."""
        if self.namespaces is not None and not matches(namespace, self.namespaces):
            return "unknown-key"
        if self.valid_after is not None and when < self.valid_after:
            return "not-yet-valid"
        if self.valid_before is not None and when > self.valid_before:
            return "expired"
        return "good"


class AllowedSigners(Struct, frozen=True, dict=True):
    """The whole file. `problems` has a sentence for each line that could not be read; such a line allows nothing."""

    signers: tuple[AllowedSigner, ...] = ()
    problems: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> AllowedSigners:
        """Read the file."""
        signers: list[AllowedSigner] = []
        problems: list[str] = []
        for number, line in enumerate(text.split("\n"), 1):
            content = line.strip(" \t\r")
            if content and not content.startswith("#"):
                try:
                    signers.append(_signer(content, number))
                except MalformedError as error:
                    problems.append(f"Line {number} allows nothing: {error}.")
        return cls(tuple(signers), tuple(problems))

    def judge(
        self, blob: bytes, when: datetime, *, namespace: str = "git", certificate: Certificate | None = None
    ) -> tuple[Standing, tuple[str, ...]]:
        """How a key stands at a moment, and for whom it speaks.

        The first line that accepts the key decides. If none does, the first that knows it says why not.
        """
        found: tuple[Standing, tuple[str, ...]] = ("unknown-key", ())
        for signer, principals in self._lines(blob, certificate):
            standing = signer.standing(when, namespace)
            if standing == "good" and certificate is not None:
                standing = _in_force(certificate, when)
            if standing == "good":
                return standing, principals
            if found[0] == "unknown-key" and standing != "unknown-key":
                found = standing, principals
        return found

    def _lines(self, blob: bytes, certificate: Certificate | None) -> Iterator[tuple[AllowedSigner, tuple[str, ...]]]:
        """The lines that name the key, or the authority that certified it, with the names it may speak for there."""
        if certificate is None:
            for signer in self._by_key.get((blob, False), ()):
                allowed = tuple(name for name in signer.principals if matches(name, signer.principals))
                if allowed:
                    yield signer, allowed
        elif certificate.for_users and _HARMLESS.issuperset(certificate.critical_options):
            for signer in self._by_key.get((certificate.authority, True), ()):
                allowed = tuple(name for name in certificate.principals if matches(name, signer.principals))
                if allowed:
                    yield signer, allowed

    @cached_property
    def _by_key(self) -> dict[tuple[bytes, bool], tuple[AllowedSigner, ...]]:
        found: dict[tuple[bytes, bool], tuple[AllowedSigner, ...]] = {}
        for signer in self.signers:
            key = signer.blob, signer.authority
            found[key] = (*found.get(key, ()), signer)
        return found


def matches(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether a text fits a list of patterns with `*` and `?`; one that begins with `!` and fits forbids it."""
    found = False
    for pattern in patterns:
        if _pattern(pattern.removeprefix("!")).fullmatch(text):
            if pattern.startswith("!"):
                return False
            found = True
    return found


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _in_force(certificate: Certificate, when: datetime) -> Standing:
    seconds = int(when.timestamp())
    if seconds < certificate.valid_after:
        return "not-yet-valid"
    return "expired" if seconds >= certificate.valid_before else "good"


def _signer(line: str, number: int) -> AllowedSigner:
    if "\0" in line:
        raise MalformedError("it has a NUL, at which OpenSSH stops to read")
    principals, rest = _first_field(line)
    try:
        blob, _ = parse_public_key(rest)
        options: dict[str, str] = {}
    except MalformedError:
        match = _OPTIONS.match(rest)
        if match is None or match.end() == len(rest):
            raise
        blob, _ = parse_public_key(rest[match.end() :])
        options = _options(match[0])
    after, before = _time(options, "valid-after"), _time(options, "valid-before")
    if after is not None and before is not None and before <= after:
        raise MalformedError("its time ends before it begins")
    namespaces = tuple(options["namespaces"].split(",")) if "namespaces" in options else None
    return AllowedSigner(principals, blob, "cert-authority" in options, namespaces, after, before, number)


def _first_field(line: str) -> tuple[tuple[str, ...], str]:
    """The principals, quoted or not, and what follows them."""
    match = re.match(r'([^ \t"]*)(?:"([^"]*)")?[ \t]*(.*)', line, re.DOTALL)
    if match is None or match[3].startswith('"'):
        raise MalformedError("a quote is not closed")
    principals = tuple(filter(None, (match[1] + (match[2] or "")).split(",")))
    if not principals or not match[3]:
        raise MalformedError("it needs principals and a public key")
    return principals, match[3]


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _OPTION.match(text, position)
        name = match[1].lower() if match else ""
        with_value = match is not None and match[2] is not None
        if match is None or name not in _KNOWN_OPTIONS or _KNOWN_OPTIONS[name] != with_value:
            raise MalformedError(f"the option {text[position : position + 60]!a} is not known")
        if with_value and name in found:
            raise MalformedError(f"the option {name} stands twice")
        found[name] = (match[2] or "").replace('\\"', '"')
        position = match.end()
    return found


def _time(options: dict[str, str], name: str) -> datetime | None:
    text = options.get(name)
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    try:
        return datetime.strptime(match[1] + (match[2] or "").ljust(6, "0") if match else "", "%Y%m%d%H%M%S").replace(
            tzinfo=UTC
        )
    except ValueError:
        raise MalformedError(f"{name} is no time such as 20260131 or 20260131120000Z") from None
