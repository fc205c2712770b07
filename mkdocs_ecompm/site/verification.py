"""How anyone checks an agreement in a clone of the repository: the exact commands, the plain tools first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Assurance, SignoffRecord
from mkdocs_ecompm.signoff.proof import allowed_signers, signers
from mkdocs_ecompm.site.wording import ecompm_command


class Check(Struct, frozen=True):
    """A step by which anyone checks, with plain tools or ours: what it shows, and the commands."""

    title: str
    shows: str
    commands: tuple[str, ...]


def checks(project: Project, artifact: str, records: Iterable[SignoffRecord]) -> Iterator[Check]:
    """How anyone checks the standing decisions in a clone of the repository, the plain tools first."""
    found = [record for record in records if record.assurance is not Assurance.CLAIMED]
    tip = project.state.commit or project.signoffs.commit
    if not found or tip is None:
        return
    paths = " ".join(project.state.paths.get(artifact.partition("/")[0], ()))
    lines = dict.fromkeys(line for record in found for line in _key_lines(project, record))
    imports = dict.fromkeys(line for record in found for line in _imports(project, record))
    written = "cat > signers << 'END'\n" + "".join(f"{line}\n" for line in lines) + "END"
    shown = ("cut -d' ' -f3- signers | ssh-keygen -lf -",) if lines else ()
    yield Check(
        "Write down whose keys they are",
        "These are the public keys of those who signed, and of the collector who recorded reviews, from the state of "
        "people.yml that was in force. Compare the fingerprints with the people themselves: that is what everything "
        "else rests on.",
        (written, *shown, *imports),
    )
    commits = dict.fromkeys(record.commit for record in found)
    files = {commit: _files(found, commit, paths.split()) for commit in commits}
    yield Check(
        "Verify each signature with git",
        "A good signature says that this key signed this commit, with its message and its whole content.",
        tuple(f"TZ=UTC git -c gpg.ssh.allowedSignersFile=signers verify-commit {commit}" for commit in commits),
    )
    yield Check(
        "Read what each of them signed",
        "The message names the decision; the commit holds the text. Of a review, its file says what was reviewed.",
        tuple(
            line
            for commit in commits
            for line in (f"git show -s --format='%an, %cI%n%n%B' {commit}", *_show(commit, files[commit]))
        ),
    )
    yield Check(
        "See what has changed since",
        "Nothing is printed for a decision that is about the text of today, but for comments and fields that are no "
        "part of the agreement.",
        tuple(f"git diff {commit} {tip} -- {paths}" for commit in commits) if paths else (),
    )
    root = f" --trust-root {project.signoffs.trust.root}" if project.signoffs.trust.root else ""
    yield Check(
        "Or let ecompm do all of it",
        "The first line judges the history again; the second writes all objects, keys and texts into a folder, with a "
        "script that checks them without ecompm.",
        tuple(ecompm_command(project.state, f"{verb} {artifact}{root} --at {tip}") for verb in ("signoffs", "proof")),
    )


def _files(records: Iterable[SignoffRecord], commit: str, paths: Iterable[str]) -> tuple[str, ...]:
    """The files to read in a commit: those of the text, or of the reviews that it records."""
    reviews = dict.fromkeys(one.source for one in records if one.commit == commit and one.review)
    return tuple(reviews) or tuple(paths)


def _show(commit: str, paths: Iterable[str]) -> Iterator[str]:
    yield from (f"git show {commit}:{path}" for path in paths)


def _imports(project: Project, record: SignoffRecord) -> Iterator[str]:
    """How gpg gets the OpenPGP key of the one who signed, from the commit that put it into force."""
    if record.signature.format != "openpgp":
        return
    folder = "/".join(next(iter(project.state.paths.get("people", ("people.yml",)))).split("/")[:-1])
    for base in record.base:
        for one in signers(project.signoffs.trust.states[base]):
            if one.file and one.person == record.person:
                yield f"git show {base}:{folder}/{one.file}".replace(":/", ":") + " | gpg --import"


def _key_lines(project: Project, record: SignoffRecord) -> Iterator[str]:
    """The lines of an allowed-signers file for the key of a record, as it was in force."""
    for base in record.base:
        state = project.signoffs.trust.states[base]
        wanted = {one.line for one in signers(state) if one.fingerprint == record.signature.key}
        yield from (line for line in allowed_signers(state) if any(line.endswith(one) for one in wanted))
