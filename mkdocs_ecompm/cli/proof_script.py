"""The commands of a proof: a shell script that checks it with sha256sum, ssh-keygen, gpg and git alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from shlex import quote
from typing import Final

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Decision, SignoffRecord
from mkdocs_ecompm.signoff.proof import Exhibit, Proof

_HEAD: Final = """\
#!/bin/sh
# Checks this proof without ecompm: needs sha256sum, ssh-keygen (OpenSSH 8.2 or newer) and git (2.34 or newer).
#   sh commands.sh          what is in this folder
#   sh commands.sh CLONE    also that a clone of the repository holds exactly these objects
# Each line can be run alone, in this folder. It stops at the first check that fails.
set -eu
export TZ=UTC LC_ALL=C GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_GLOBAL=/dev/null
clone=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$0")"

fail() { echo "FAILED: $*" >&2; exit 1; }

# digest FILE SHA256: the file has this SHA-256
digest() { test "$(sha256sum < "$1" | cut -c1-64)" = "$2" || fail "the digest of $1"; echo "ok  digest of $1"; }

# object COMMIT: the stored commit has its id, and the payload is the commit without its signature
object() {
  raw=commits/$1.commit
  test "$({ printf 'commit %s\\0' "$(wc -c < "$raw" | tr -d ' ')"; cat "$raw"; } | SUM | cut -d' ' -f1)" = "$1" \\
    || fail "the id of $raw"
  sed -e '1,/^$/{' -e '/^gpgsig\\(-sha256\\)\\{0,1\\} /,/^ -----END/d' -e '}' "$raw" | cmp -s - "commits/$1.payload" \\
    || fail "the payload of $1"
  echo "ok  object $1"
}

# says COMMIT LINE: the message has a line that begins so
says() {
  sed '1,/^$/d' "commits/$1.payload" | grep -qi -- "^$2\\( \\|\\$\\)" || fail "the words of $1"
  echo "ok  words $1: $2"
}

# admin PERSON STATE: the person is one of the admins of this trust state
admin() {
  grep -q -e '"admins":"'"$1"'"' -e '"admins":\\[[^]]*"'"$1"'"' "$2.json" || fail "$1 is no admin in $2"
  echo "ok  admin $1"
}

# attestor PERSON STATE: the person is one of those who record reviews in this trust state
attestor() {
  grep -q -e '"attestors":"'"$1"'"' -e '"attestors":\\[[^]]*"'"$1"'"' "$2.json" || fail "$1 is no attestor in $2"
  echo "ok  attestor $1"
}

# records FILE REVIEW TEXT: the file of evidence names this review and this digest
records() {
  grep -q -e "\"$2\"" -e "\"id\": *$2,"  "$1" && grep -q -- "$3" "$1" || fail "the review $2 in $1"
  echo "ok  review $2 in $1"
}

# ssh_signed COMMIT PERSON STATE TIME: a key of this person in this trust state, in force at that time, signed it
ssh_signed() {
  ssh-keygen -Y verify -f "$3.allowed_signers" -I "$2" -n git -O "verify-time=$4" -s "commits/$1.sig" \\
    < "commits/$1.payload" > /dev/null || fail "the signature of $2 on $1"
  echo "ok  signed $1 by $2"
}

# gpg_signed COMMIT PERSON KEYFILE: the key in this file signed the commit
gpg_signed() {
  home=$(mktemp -d) && gpg --homedir "$home" --quiet --batch --import "$3" \\
    && gpg --homedir "$home" --batch --verify "commits/$1.asc" "commits/$1.payload" 2> /dev/null \\
    || fail "the signature of $2 on $1"
  rm -r "$home"; echo "ok  signed $1 by $2"
}
"""

_CLONE: Final = """\
# held COMMIT: the clone holds the commit, byte for byte, and it leads to the one that was looked at
held() {
  git -C "$clone" cat-file commit "$1" | cmp -s - "commits/$1.commit" || fail "the clone does not hold $1"
  git -C "$clone" merge-base --is-ancestor "$1" "$tip" || fail "$1 does not lead to $tip"
  echo "ok  in the clone: $1"
}

# file COMMIT PATH BLOB FILE: the commit holds this file, byte for byte
file() {
  test "$(git -C "$clone" rev-parse "$1:$2")" = "$3" || fail "$2 in $1"
  git -C "$clone" cat-file blob "$3" | cmp -s - "$4" || fail "the bytes of $2 in $1"
  echo "ok  file $2 in $1"
}

# git_verifies COMMIT STATE: git itself finds the signature good
git_verifies() {
  git -C "$clone" -c "gpg.ssh.allowedSignersFile=$PWD/$2.allowed_signers" verify-commit "$1" 2> /dev/null \\
    || fail "git verify-commit $1"
  echo "ok  git verify-commit $1"
}
"""


def script(project: Project, proof: Proof) -> str:
    """The whole script. Only ids, digests, names of artifacts and quoted paths get into it."""
    sum_ = "sha256sum" if proof.object_format == "sha256" else "sha1sum"
    return "\n".join([_HEAD.replace("SUM", sum_, 1), *_folder(proof), "", *_clone(project, proof)]) + "\n"


def _folder(proof: Proof) -> Iterator[str]:
    yield 'echo "The files of this folder are whole"'
    yield "sha256sum --check --quiet SHA256SUMS || fail SHA256SUMS"
    yield 'echo "Each text has the digest that was signed"'
    for digest in proof.texts:
        name = digest.removeprefix("sha256:")
        yield f"digest agreed/{name[:16]}.json {name}"
    yield 'echo "Each commit is what its id says"'
    yield from (f"object {commit}" for commit in proof.exhibits)
    yield 'echo "Each change of trust was approved by a key of the state before it"'
    for adopted in proof.signoffs.trust.adopted:
        for commit in adopted.approvals:
            for record in proof.approvals.get(commit, ()):
                if record.person not in adopted.by or record.decision is not Decision.APPROVE:
                    continue
                yield from _signed(proof, record)
                if adopted.added is None:
                    yield from (f"admin {record.person} {_state(proof, base)}" for base in record.base)
    yield 'echo "Each decision was signed by a key of the trust state that was in force"'
    yield from dict.fromkeys(line for record in _signed_records(proof) for line in _signed(proof, record))
    yield ""
    yield 'test -n "$clone" || { echo "All of it is good. Give a clone to check against it, too."; exit 0; }'


def _signed_records(proof: Proof) -> Iterator[SignoffRecord]:
    """The records that counted when they were made."""
    for record in proof.signoffs.records:
        if record.counts or record.reasons == ("superseded",):
            yield record


def _signed(proof: Proof, record: SignoffRecord) -> Iterator[str]:
    exhibit = proof.exhibits[record.commit]
    review = record.review
    person = (review.attestor if review else record.person) or ""
    if review is None:
        yield f"says {record.commit} {quote(f'Signoff: {record.decision.value} {record.artifact}')}"
    elif record.commit in proof.files:
        stored = quote(f"files/{record.commit[:12]}/{review.file}")
        yield f"records {stored} {quote(review.id)} {record.digest}"
    for base in record.base:
        if review is not None:
            yield f"attestor {person} {_state(proof, base)}"
        if exhibit.verdict.format == "ssh":
            yield f"ssh_signed {record.commit} {person} {_state(proof, base)} {_time(exhibit)}"
        elif exhibit.verdict.format == "openpgp":
            for stored in _keys_of(proof, base, person):
                yield f"gpg_signed {record.commit} {person} {quote(stored)}"


def _keys_of(proof: Proof, base: str, person: str) -> Iterator[str]:
    keys = (one.get("keys", ()) for one in proof.states[base]["people"] if one["id"] == person)
    names = tuple(key["openpgp"] for listed in keys for key in listed if "openpgp" in key)
    for stored in proof.key_files[base]:
        if stored.path.endswith(names):
            yield f"files/{base[:12]}/{stored.path}"


def _state(proof: Proof, commit: str) -> str:
    return f"trust/{list(proof.states).index(commit):02}-{commit[:12]}"


def _time(exhibit: Exhibit) -> str:
    return exhibit.committed.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _clone(project: Project, proof: Proof) -> Iterator[str]:
    trust = proof.signoffs.trust
    yield _CLONE
    yield f"tip={proof.signoffs.commit}"
    yield 'echo "The clone holds exactly these objects, and they lead to the commit that was looked at"'
    yield from (f"held {commit}" for commit in proof.exhibits)
    for commit, stored in proof.files.items():
        for one in stored:
            yield f"file {commit} {quote(one.path)} {one.blob} {quote(f'files/{commit[:12]}/{one.path}')}"
    signed = [one for one in _signed_records(proof) if proof.exhibits[one.commit].verdict.format == "ssh"]
    verified = (f"git_verifies {one.commit} {_state(proof, base)}" for one in signed for base in one.base)
    yield from dict.fromkeys(verified)
    yield ""
    yield 'echo "All of it is good."'
    yield "# With ecompm: the same judgement again, the digests from the files, and this proof once more."
    root = f" --trust-root {trust.root}"
    artifact = quote(proof.artifact)
    yield "if command -v ecompm > /dev/null; then"
    yield '  cd "$clone"'
    place = quote(_folder_of(project))
    day = f"--as-of {project.as_of}"
    yield f"  ecompm signoffs {artifact} --project {place}{root} --at {proof.signoffs.commit} {day}"
    for record in _signed_records(proof):
        if record.digest and record.review is None:
            expected = quote(f"{record.digest}  {record.artifact}")
            found = f"ecompm digest {artifact} --project {place} --at {record.commit}"
            yield f'  test "$({found})" = {expected} || fail "the digest of {record.commit}"'
    yield '  echo "ok  ecompm finds the same digests"'
    yield "fi"


def _folder_of(project: Project) -> str:
    """The project folder in the repository, as the files of its first register say."""
    path = next(iter(project.state.paths.get("project", ("project/project.yml",))))
    return path.rpartition("/project")[0] or "."
