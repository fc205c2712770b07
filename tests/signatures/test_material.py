"""The numbers of a key: gpg says which SSH key an OpenPGP key is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gnupg import Keyring
from hypothesis import given
from hypothesis import strategies as st
from repositories import SigningKey

from mkdocs_ecompm.signatures import material
from mkdocs_ecompm.signatures.openpgp_certificate import certificates
from mkdocs_ecompm.signatures.ssh_key import parse_public_key


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    with Keyring.create() as made:
        yield made


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa2048", "nistp256", "nistp384", "nistp521"])
def test_an_openpgp_key_and_the_ssh_key_that_gpg_makes_of_it(keyring: Keyring, algorithm: str) -> None:
    key = keyring.make(algorithm, algorithm)
    fingerprint = keyring.add_subkey(key, f"{algorithm}/ecdsa" if "nist" in algorithm else algorithm)
    (certificate,) = certificates(key.exported)
    bodies = {part.fingerprint: part.body for part in certificate.keys}
    numbers = {name: material.of_openpgp(body) for name, body in bodies.items()}
    assert len(set(numbers.values())) == 2
    for name in (key.fingerprint, fingerprint):
        line = keyring.gpg("--export-ssh-key", f"{name}!").decode()
        assert material.of_ssh(parse_public_key(line)[0]) == numbers[name] != ""


def test_kinds_of_ssh_keys() -> None:
    kinds = ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa", "sk-ed25519", "sk-ecdsa")
    found = [material.of_ssh(SigningKey.make("ana", kind).blob) for kind in kinds]  # type: ignore[arg-type]
    assert all(found)
    assert len(set(found)) == len(kinds)
    assert material.of_ssh(SigningKey.make("ana").blob) == found[0]


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert isinstance(material.of_ssh(data), str)
    assert isinstance(material.of_openpgp(bytes(6) + data), str)
    for kind in (1, 19, 22, 27):
        assert isinstance(material.of_openpgp(bytes((4, 0, 0, 0, 0, kind)) + data), str)
