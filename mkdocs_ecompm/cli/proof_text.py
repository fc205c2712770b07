"""The certificate of a proof as Markdown: readable as it is, in any editor and on any printer."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_ecompm import language
from mkdocs_ecompm.cli.output import safe
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import SignoffRecord
from mkdocs_ecompm.signoff.proof import Proof
from mkdocs_ecompm.site.agreed_text import lines
from mkdocs_ecompm.site.agreement import AgreementView, Statement, Version

_FOLDER = """\
- `proof.html`: this, to be printed. `proof.json`: the same as data.
- `commands.sh`: every check, with sha256sum, ssh-keygen and git, and then with ecompm.
- `agreed/`: each text as agreed. The SHA-256 of the `.json` is the digest; the `.txt` is the same to be read.
- `commits/`: each commit as git stores it, what of it was signed (`.payload`), and the signature.
- `files/`: the files of each commit that hold the text, byte for byte.
- `trust/`: each state of people, keys and demands that was in force, and its keys as OpenSSH reads them.
- `SHA256SUMS`: the sums of all of these files."""

_LIMITS = """\
The signatures prove that a key signed these words and this content. A review rests on the collector who recorded it,
and on the forge that told him: the person signed nothing. That the key is this person's rests on the trust
root and on the adoptions listed here: compare the fingerprints with the people themselves. Times are claims of those
who signed; their order is proved by the history. That history was deleted, that a withdrawal was never merged, or that
this repository was kept from news, nobody can see in it."""


def markdown(project: Project, view: AgreementView, proof: Proof) -> str:
    """The whole certificate. Texts of others stand in code blocks, so that nothing in them is taken for ours."""
    return safe("\n".join(_all(project, view, proof))) + "\n"


def _all(project: Project, view: AgreementView, proof: Proof) -> Iterator[str]:
    yield from (f"# Proof of agreement: {_plain(view.label)}", "")
    yield from (f"**{_plain(view.sentence.lead)}** {_plain(view.sentence.rest)}".rstrip(), "")
    for fact in view.facts:
        yield f"- {fact.label}: " + " ".join(filter(None, (_plain(fact.value), fact.code and f"`{fact.code}`")))
    yield from (f"- As of: {project.as_of}", "", view.not_qualified, "")
    if view.parties:
        yield from ("## Who was asked, and what they said", "")
    for party in view.parties:
        yield from (f"### {_plain(project.state.name(party.approver))}: {party.badge.word}", "")
        yield from _statement(party.statement) if party.statement else ("No answer. Silence is never consent.",)
        yield from (f"- {language.capital(_plain(note))}." for note in party.notes)
        yield ""
    yield from ("## The text", "")
    for version in view.versions:
        yield from _version(version)
    yield from ("## Every decision, in order", "")
    for item in view.history:
        yield from (*_statement(item), "")
    if view.not_counting:
        yield from ("## What was not counted, and why", "")
        for item in view.not_counting:
            yield from (*_statement(item), *(f"- {reason}" for reason in item.reasons), "")
    yield from ("## Who put the trust states into force", "", *_trust(project, proof), "")
    yield from ("## What is in this folder", "", _FOLDER, "", "## What it proves, and what it cannot", "", _LIMITS)


def _statement(item: Statement) -> Iterator[str]:
    record = item.record
    said = " ".join(word for word in (item.who, item.said, item.speaks_for) if word)
    day, evidence = language.day(record.date.date()), language.capital(item.evidence)
    yield f"{_plain(said)}, {day}. {evidence}. Today: {item.badge.word}."
    yield ""
    yield from _made(record)
    if record.signature.key:
        yield f"- key `{record.signature.key}`"
    if record.digest:
        yield f"- text `{record.digest}`"
    yield from (f"- on condition: {_plain(condition)}" for condition in record.conditions)
    if record.comment:
        yield from ("", *(f"    {line}" for line in record.comment.splitlines()), "")
    for change in item.differences:
        was, now = _plain(change.was or "not there"), _plain(change.is_ or "taken out")
        yield f"- since then: {_plain(change.what)}: {was} -> {now}"


def _made(record: SignoffRecord) -> Iterator[str]:
    """Where and when something was said."""
    review, time = record.review, f"{record.date:%Y-%m-%d %H:%M:%S} UTC"
    seen = f", seen by an attestor {record.seen:%Y-%m-%d %H:%M:%S} UTC" if record.seen else ""
    if review is None:
        yield f"- commit `{record.commit}`, time claimed {time}{seen}"
        return
    where = f"pull request {review.number} of {_plain(review.repository)} at {_plain(review.host)}"
    account = f"{_plain(review.login)} (number {review.account or 'unknown'})"
    yield f"- review {_plain(review.id)} of {where}, by the account {account}, submitted {time}"
    if review.commit:
        yield f"- of the commit `{review.commit}`"
    yield f"- recorded in `{record.commit}`, in the file {_plain(review.file)}{seen}"


def _version(version: Version) -> Iterator[str]:
    yield from (f"### {version.title}", "", f"`{version.digest}`", "")
    if version.agreed_by:
        yield from ("Decided on by " + "; ".join(map(_plain, version.agreed_by)) + ".", "")
    yield from (f"    {line}" for line in lines(version.passages))
    yield ""


def _trust(project: Project, proof: Proof) -> Iterator[str]:
    trust = proof.signoffs.trust
    yield f"- `{trust.root}`: the trust root"
    for adopted in trust.adopted:
        who = ", ".join(project.state.name(person) for person in adopted.by)
        how = "added one key to the own entry" if adopted.added else "approved"
        yield f"- `{adopted.commit}`: {_plain(who)} {how}"


def _plain(text: str) -> str:
    """A text of others in a line of ours: no markup, no new line."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in " ".join(text.split()))
