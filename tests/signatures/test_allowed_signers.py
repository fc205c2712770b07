"""The file of allowed signers, read as ssh-keygen reads it."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import SigningKey, armor, wire

from mkdocs_ecompm.signatures import sshsig
from mkdocs_ecompm.signatures.allowed_signers import AllowedSigners, matches

ANA, BEN = SigningKey.make("ana"), SigningKey.make("ben", "ecdsa-256")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MESSAGE = b"We agree.\n"


def keygen(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {"TZ": "UTC", "PATH": "/usr/bin:/bin:/usr/local/bin"}
    return subprocess.run(["ssh-keygen", *arguments], input=data, capture_output=True, check=False, env=environment)


def openssh(folder: Path, text: str, signature: bytes, when: datetime = NOON) -> str | None:
    """The first principal for whom OpenSSH accepts the signature, as git asks it."""
    allowed, file = folder / "allowed", folder / "signature"
    allowed.write_text(text, encoding="utf-8")
    file.write_bytes(signature)
    at = f"-Overify-time={when:%Y%m%d%H%M%S}"
    found = keygen("-Y", "find-principals", "-f", str(allowed), "-s", str(file), at).stdout.decode().splitlines()
    for principal in found:
        options = ["-Y", "verify", "-n", "git", "-f", str(allowed), "-I", principal, "-s", str(file), at]
        if keygen(*options, data=MESSAGE).returncode == 0:
            return principal
    return None


def ours(text: str, key: SigningKey = ANA, when: datetime = NOON) -> tuple[str, tuple[str, ...]]:
    return AllowedSigners.parse(text).judge(key.blob, when)


LINES = {
    "plain": "ana@shop.example {ana}",
    "comment at the end": "ana@shop.example {ana} Ana's laptop # 2",
    "spaces and tabs": "  ana@shop.example \t  {ana}  ",
    "carriage return": "ana@shop.example {ana}\r",
    "several principals": "ana@shop.example,ana@home {ana}",
    "quoted principal": '"ana ruiz" {ana}',
    "quoted principals": '"ana@shop.example,ana ruiz" {ana}',
    "half quoted": 'ana"@shop.example" {ana}',
    "pattern": "*@shop.example {ana}",
    "negated pattern": "!ben@shop.example,*@shop.example {ana}",
    "namespace": 'ana namespaces="git" {ana}',
    "namespaces": 'ana namespaces="file,git" {ana}',
    "namespace pattern": 'ana namespaces="g*" {ana}',
    "other namespace": 'ana namespaces="file" {ana}',
    "negated namespace": 'ana namespaces="*,!git" {ana}',
    "option in capitals": 'ana NameSpaces="git" {ana}',
    "after": 'ana valid-after="20260101" {ana}',
    "after with time": 'ana valid-after="202603011200" {ana}',
    "after with seconds": 'ana valid-after="20260301120001" {ana}',
    "after in UTC": 'ana valid-after="20260301Z" {ana}',
    "before": 'ana valid-before="20260301" {ana}',
    "before, the same second": 'ana valid-before="20260301120000Z" {ana}',
    "before, a second earlier": 'ana valid-before="20260301115959Z" {ana}',
    "both": 'ana valid-after="20260101",valid-before="20270101" {ana}',
    "all": 'ana namespaces="git",valid-after="20260101Z",valid-before="20270101Z" {ana}',
    "ends before it begins": 'ana valid-after="20270101",valid-before="20260101" {ana}',
    "no time": 'ana valid-after="soon" {ana}',
    "short time": 'ana valid-after="2026" {ana}',
    "no such month": 'ana valid-after="20261301" {ana}',
    "authority signing itself": "ana cert-authority {ana}",
    "unknown option": "ana no-touch {ana}",
    "repeated option": 'ana namespaces="git",namespaces="git" {ana}',
    "unquoted value": "ana namespaces=git {ana}",
    "open quote": 'ana namespaces="git {ana}',
    "comma at the end": 'ana namespaces="git", {ana}',
    "two spaces after options": 'ana namespaces="git"   {ana}',
    "no key": "ana",
    "key only": "{ana}",
    "wrong type": "ana {ben_type} {ana_text}",
    "cut key": "ana {ana_cut}",
    "other key": "ana {ben}",
    "commented out": "# ana {ana}",
    "broken line before": "ana junk\nana {ana}",
    "first of two lines": "ana {ana}\nother {ana}",
    "second of two lines": 'ana valid-before="20260101" {ana}\nother {ana}',
    "empty": "\n\n",
    "nobody but one who is excluded": "!ana {ana}",
    "everybody and one who is excluded": "*,!ana {ana}",
    "one who is excluded, and another": "!ana,ben {ana}",
    "the same one, excluded": "ana,!ana {ana}",
    "NUL": "ana\0 {ana}",
}


@pytest.mark.parametrize("name", LINES)
def test_as_openssh(name: str, tmp_path: Path) -> None:
    kind, text = ANA.line.split()
    values = {"ana": ANA.line, "ben": BEN.line, "ben_type": BEN.line.split()[0], "ana_text": text}
    content = LINES[name].format(**values, ana_cut=f"{kind} {text[:-10]}") + "\n"
    accepted = openssh(tmp_path, content, ANA.sign(MESSAGE))
    standing, principals = ours(content)
    assert (standing == "good") == (accepted is not None), (standing, accepted)
    if accepted is not None:
        assert accepted in principals


@pytest.mark.parametrize(
    ("line", "standing", "principals"),
    [
        ('ana valid-before="20260101Z" {}', "expired", ("ana",)),
        ('ana valid-after="20270101Z" {}', "not-yet-valid", ("ana",)),
        ('ana namespaces="file" {}', "unknown-key", ()),
        ("ana cert-authority {}", "unknown-key", ()),
        ("", "unknown-key", ()),
        ('"a b,c" {}', "good", ("a b", "c")),
        ('ana valid-before="20260101Z" {0}\nben {0}', "good", ("ben",)),
        ('ana namespaces="file" {0}\nben valid-before="20260101Z" {0}', "expired", ("ben",)),
    ],
)
def test_standings(line: str, standing: str, principals: tuple[str, ...]) -> None:
    assert ours(line.format(ANA.line)) == (standing, principals)


def test_times_without_a_zone_are_utc() -> None:
    """On purpose not as OpenSSH, which takes the time zone of the machine."""
    for ending in ("", "Z", "z", "UTC"):
        line = f'ana valid-before="202603011159{ending}" {ANA.line}'
        assert ours(line)[0] == "expired"
        assert ours(line, when=NOON.replace(hour=11, minute=59))[0] == "good"


def test_every_unreadable_line_is_named() -> None:
    found = AllowedSigners.parse(f"# head\nana junk\nben {BEN.line}\n\nana foo=bar {ANA.line}\n")
    assert [signer.line for signer in found.signers] == [3]
    assert [problem.split(":")[0] for problem in found.problems] == [
        "Line 2 allows nothing",
        "Line 5 allows nothing",
    ]


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    AllowedSigners.parse(text)
    AllowedSigners.parse(f"ana {text} {ANA.line}")


@given(st.text("ab*?!", max_size=6), st.text("ab", max_size=6))
def test_patterns(pattern: str, text: str) -> None:
    def simple(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return simple(pattern[1:], text) or (bool(text) and simple(pattern, text[1:]))
        return bool(text) and pattern[0] in {"?", text[0]} and simple(pattern[1:], text[1:])

    assert matches(text, (pattern,)) == (not pattern.startswith("!") and simple(pattern, text))


# --- certificates -------------------------------------------------------------------------------------------------


def certificate(folder: Path, subject: SigningKey, authority: SigningKey, *options: str) -> Path:
    """A certificate by ssh-keygen; the path of the certified private key."""
    private = subject.file(folder)
    options = options or ("-n", "ana@shop.example", "-V", "20260101:20270101")
    done = keygen("-s", str(authority.file(folder)), "-I", "id", *options, str(private.with_suffix(".pub")))
    assert done.returncode == 0, done.stderr
    return private


def sign_with_certificate(private: Path) -> bytes:
    """A signature whose public key is the certificate."""
    public = private.with_name(private.name + "-cert.pub")
    done = keygen("-Y", "sign", "-n", "git", "-f", str(public), data=MESSAGE)
    assert done.returncode == 0, done.stderr
    return done.stdout


AUTHORITY = SigningKey.make("authority")
CASES = {
    "known authority": ("ana@shop.example cert-authority {authority}", (), NOON),
    "pattern": ("*@shop.example cert-authority {authority}", (), NOON),
    "other name": ("ben@shop.example cert-authority {authority}", (), NOON),
    "no authority": ("ana@shop.example {authority}", (), NOON),
    "the key itself": ("ana@shop.example {key}", (), NOON),
    "other authority": ("ana@shop.example cert-authority {key}", (), NOON),
    "expired": ("ana@shop.example cert-authority {authority}", (), NOON.replace(year=2027)),
    "not yet": ("ana@shop.example cert-authority {authority}", (), NOON.replace(year=2025)),
    "line expired": ('ana@shop.example cert-authority,valid-before="20260201" {authority}', (), NOON),
    "namespace": ('ana@shop.example cert-authority,namespaces="file" {authority}', (), NOON),
    "host": ("ana@shop.example cert-authority {authority}", ("-h", "-n", "ana@shop.example"), NOON),
    "two names": ("*@home cert-authority {authority}", ("-n", "ana@shop.example,ana@home"), NOON),
    "limits to logging in": (
        "ana@shop.example cert-authority {authority}",
        ("-n", "ana@shop.example", "-O", "force-command=true", "-O", "source-address=10.0.0.0/8"),
        NOON,
    ),
    "no names": ("* cert-authority {authority}", ("-V", "always:forever"), NOON),
}


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-256", "rsa"])
@pytest.mark.parametrize("name", CASES)
def test_certificates_as_openssh(name: str, kind: str, tmp_path: Path) -> None:
    line, options, when = CASES[name]
    key = SigningKey.make("ana", kind)  # type: ignore[arg-type]
    text = line.format(authority=AUTHORITY.line, key=key.line) + "\n"
    signature = sign_with_certificate(certificate(tmp_path, key, AUTHORITY, *options))
    found = sshsig.verify(MESSAGE, signature)
    assert (found.status, found.key, found.blob) == ("good", key.fingerprint, key.blob)
    assert found.certificate is not None
    standing, principals = AllowedSigners.parse(text).judge(key.blob, when, certificate=found.certificate)
    accepted = openssh(tmp_path, text, signature, when)
    assert (standing == "good") == (accepted is not None), (standing, accepted)
    if accepted is not None:
        assert accepted in principals
    expected = {"expired": "expired", "not yet": "not-yet-valid", "line expired": "expired"}
    assert name not in expected or standing == expected[name]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A certificate in wire form."""
    private = certificate(tmp_path_factory.mktemp("certificate"), ANA, AUTHORITY)
    return base64.b64decode(private.with_name(private.name + "-cert.pub").read_text().split()[1])


def signed_under(key: bytes) -> bytes:
    """A signature by Ana that names any public key."""
    return armor(b"SSHSIG\0\0\0\1" + wire(key, b"git", b"", b"sha512", ANA.signature_blob(MESSAGE)[-83:]))


@settings(deadline=None)
@given(st.data())
def test_a_changed_certificate_is_not_believed(certified: bytes, data: st.DataObject) -> None:
    place, bit = data.draw(st.integers(0, len(certified) - 1)), data.draw(st.integers(0, 7))
    changed = certified[:place] + bytes([certified[place] ^ (1 << bit)]) + certified[place + 1 :]
    assert sshsig.verify(MESSAGE, signed_under(certified)).status == "good"
    assert sshsig.verify(MESSAGE, signed_under(changed)).status in {"bad", "unsupported"}


def test_an_unknown_limit_of_a_certificate_is_respected(tmp_path: Path) -> None:
    """PROTOCOL.certkeys: what one does not understand, one refuses. (OpenSSH does not look here.)"""
    options = ("-n", "ana", "-O", "critical:only-on-sundays=yes")
    found = sshsig.verify(MESSAGE, sign_with_certificate(certificate(tmp_path, ANA, AUTHORITY, *options)))
    assert found.status == "good"
    allowed = AllowedSigners.parse(f"ana cert-authority {AUTHORITY.line}\n")
    assert allowed.judge(ANA.blob, NOON, certificate=found.certificate) == ("unknown-key", ())
