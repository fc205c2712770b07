"""A record page for each agreement: who decided what about which text, on what evidence, and how anyone checks it.

It is made to be printed: the statement, the parties, the evidence, the text in full, and the commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.history.reading import Reader
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import AgreedText, Agreement, Decision, SignoffRecord, Slot, Status
from mkdocs_ecompm.registers.signoffs import Demand
from mkdocs_ecompm.signoff.proof import records_of
from mkdocs_ecompm.site.agreed_text import Passage, passages
from mkdocs_ecompm.site.signoffs import ROOTS, UNCHECKED
from mkdocs_ecompm.site.strip import EVIDENCE, Badge, badge_of, sentence_of
from mkdocs_ecompm.site.verification import Check, checks
from mkdocs_ecompm.site.wording import ChangeText, artifact_name, asked_again, change_of, reader_of, reason_in_words

PARENT: Final = "signoffs"
NOT_QUALIFIED: Final = "Electronic record of agreement. Not a qualified electronic signature (eIDAS, § 126a BGB)."
NOBODY_ASKED: Final = Sentence("Nobody is asked to agree to this.", "What was said of it is recorded all the same.")
_SILENT: Final = "No answer. Silence is never consent."
_UNCHECKED: Final = "What was said cannot be checked here."
UNCOUNTED: Final = "What was not counted, and why"
_DECIDED: Final = {Decision.APPROVE: "agreed", Decision.REJECT: "said no", Decision.WITHDRAW: "took it back"}


class Fact(Struct, frozen=True):
    """A label and what there is to say, in words; `code` is the exact value behind it, such as a digest."""

    label: str
    value: str
    code: str = ""


class Statement(Struct, frozen=True):
    """What one person decided, as evidence.

    Attributes:
        record: The record itself.
        who: The person's name, or "Somebody" where nobody is known.
        said: The decision as a verb: "agreed".
        speaks_for: For whom: "for Marketing, as deputy for Mia Köster". Empty for oneself.
        evidence: What stands behind it, in words.
        badge: Whether it holds today.
        reasons: Why it does not count, in sentences; empty if it does.
        differences: What has changed since in what was decided on.
    """

    record: SignoffRecord
    who: str
    said: str
    speaks_for: str
    evidence: str
    badge: Badge
    reasons: tuple[str, ...]
    differences: tuple[ChangeText, ...]


class Party(Struct, frozen=True):
    """One demanded approval, and the statement that fills it or decided its status; None if nobody has answered.

    `asked` says when and why it was asked for, if asks.yml did; `silence` what there is to say without a statement.
    """

    approver: str
    asked: str
    badge: Badge
    overdue: bool
    statement: Statement | None
    silence: str
    notes: tuple[str, ...]


class Version(Struct, frozen=True):
    """A text in full. `agreed_by` are those whose decision is about it, `current` whether it is the text of today."""

    digest: str
    anchor: str
    title: str
    current: bool
    agreed_by: tuple[str, ...]
    passages: tuple[Passage, ...]


class AgreementView(Struct, frozen=True):
    """Context of `pages/agreement`. `history` and `not_counting` are oldest first.

    `whole`: every text, unfolded; `unknown`: nothing that was decided can be checked in this copy.
    """

    sentence: Sentence
    artifact: str
    label: str
    facts: tuple[Fact, ...]
    parties: tuple[Party, ...]
    wanting: bool
    history: tuple[Statement, ...]
    not_counting: tuple[Statement, ...]
    versions: tuple[Version, ...]
    checks: tuple[Check, ...]
    not_qualified: str = NOT_QUALIFIED
    whole: bool = False
    unknown: bool = False


def views(project: Project) -> Iterable[View]:
    """One page for each demanded agreement. The one on `trust` has a page of its own kind."""
    for agreement in project.signoffs.agreements:
        if agreement.slots and agreement.artifact != TRUST:
            yield view(project, agreement)


def page_of(artifact: str) -> str:
    """The path of an agreement's page: `signoffs/raci-delivery`. Names of registers hold no dash."""
    return f"{PARENT}/{artifact.replace('/', '-')}"


def view(project: Project, agreement: Agreement, *, whole: bool = False) -> View:
    """The page of one agreement; as a `whole` with the text of every decision that was ever counted."""
    context = _context(project, agreement, whole=whole)
    sections = (
        ("parties", "Who was asked, and what they said", context.parties),
        ("text", "The text", context.versions),
        ("history", "Every decision, in order", context.history),
        ("not-counted", UNCHECKED if context.unknown else UNCOUNTED, context.not_counting),
        ("check", "Check it yourself", context.checks),
    )
    return View(
        path=page_of(agreement.artifact),
        title=f"Agreement: {context.label}",
        template="agreement",
        section="Agreements",
        context=context,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
        anchors=tuple(version.anchor for version in context.versions),
        parent=PARENT,
    )


def _context(project: Project, agreement: Agreement, *, whole: bool) -> AgreementView:
    records = sorted(records_of(project.signoffs, agreement.artifact), key=lambda one: (one.date, one.id))
    statements = [_statement(project, record, agreement) for record in records]
    heard = tuple(one for one in statements if one.record.counts or one.record.reasons == ("superseded",))
    # An auditor compares the whole with the files, and gets it as it was written.
    reader = None if whole else reader_of(project.state, agreement.artifact)
    standing = [record for slot in agreement.slots if (record := project.signoffs.by_id.get(slot.record or ""))]
    return AgreementView(
        sentence=sentence_of(project, agreement) if agreement.slots else NOBODY_ASKED,
        artifact=agreement.artifact,
        label=artifact_name(project.state, agreement.artifact),
        facts=tuple(_facts(project, agreement)),
        parties=tuple(_party(project, agreement, slot) for slot in agreement.slots),
        wanting=any(slot.status is not Status.VALID for slot in agreement.slots),
        history=heard,
        not_counting=tuple(one for one in statements if one not in heard),
        versions=tuple(_versions(project, agreement, [one.record for one in heard] if whole else standing, reader)),
        checks=tuple(checks(project, agreement.artifact, standing or [one.record for one in heard])),
        whole=whole,
        unknown=project.signoffs.unverifiable,
    )


# --- the facts --------------------------------------------------------------------------------------------------------


def _facts(project: Project, agreement: Agreement) -> Iterator[Fact]:
    state, trust = project.state, project.signoffs.trust
    document = state.documents.get("project")
    yield Fact("Project", getattr(document, "name", ""), getattr(document, "id", ""))
    yield Fact("Artifact", artifact_name(state, agreement.artifact), agreement.artifact)
    if agreement.due:
        yield Fact("Due", language.day(agreement.due))
    demanded = "; ".join(dict.fromkeys(_demanded(project, agreement.artifact)))
    if demanded:
        yield Fact("Demanded", demanded)
    if agreement.digest:
        yield Fact("Digest of the text today", "", agreement.digest)
    commit = state.commit or project.signoffs.commit
    if commit:
        uncommitted = "with changes that are not committed" if project.signoffs.dirty and not state.commit else ""
        yield Fact("Looked at in commit", uncommitted, commit)
    if trust.root:
        yield Fact("Trust begins at", ROOTS.get(trust.source or "", ""), trust.root)


def _demanded(project: Project, artifact: str) -> Iterator[str]:
    """What the demands in force ask for beside the names."""
    states = [project.signoffs.trust.states[head] for head in project.signoffs.trust.heads]
    demands = [Demand.model_validate(entry) for state in states for entry in state["signoffs"]]
    for demand in demands:
        if demand.asks_for(artifact):
            if demand.independent:
                yield "only of people who did not change the text themselves"
            if demand.minimum != "reviewed":
                yield f"evidence at least: {demand.minimum}"
            if demand.renew == "gate":
                yield "a changed text stays agreed until the next gate that needs it"


# --- what was said ----------------------------------------------------------------------------------------------------


def _party(project: Project, agreement: Agreement, slot: Slot) -> Party:
    record = project.signoffs.by_id.get(slot.record or "")
    notes = []
    if slot.held_then:
        notes.append("has left this role since; what was agreed then stands")
    if slot.changed:
        notes.append("the text changed since; it is agreed anew at the next gate")
    if record and record.restored:
        notes.append("the text came back to what was agreed")
    return Party(
        approver=slot.approver,
        asked=asked_again(project.state, agreement, slot),
        badge=badge_of(slot.status, overdue=slot.overdue),
        overdue=slot.overdue,
        statement=_statement(project, record, agreement) if record else None,
        silence=_UNCHECKED if slot.status is Status.UNVERIFIABLE else _SILENT,
        notes=tuple(notes),
    )


def _statement(project: Project, record: SignoffRecord, agreement: Agreement) -> Statement:
    name = project.state.name
    speaks_for = f"for {name(record.role)}" if record.role and record.role != record.person else ""
    if record.deputy_for:
        speaks_for = f"{speaks_for}, as deputy for {name(record.deputy_for)}".removeprefix(", ")
    counts = record.counts or record.reasons == ("superseded",)
    differences = _since(project, record, agreement) if counts and not record.current else ()
    return Statement(
        record=record,
        who=name(record.person) if record.person else "Somebody",
        said="had a review dismissed" if record.review and record.review.dismissed else _DECIDED[record.decision],
        speaks_for=speaks_for,
        evidence=EVIDENCE[record.assurance],
        badge=badge_of(Status.UNVERIFIABLE) if project.signoffs.unverifiable else _standing(record),
        reasons=tuple(reason_in_words(code) for code in record.reasons),
        differences=tuple(change_of(project.state, change, record.artifact) for change in differences),
    )


def _standing(record: SignoffRecord) -> Badge:
    """Whether what somebody said stands today."""
    if record.reasons == ("superseded",):
        return Badge("calm", "·", "decided again later")
    if not record.counts:
        return Badge("calm", "·", "does not count")
    if record.decision is not Decision.APPROVE:
        return Badge("broken", "✗" if record.decision is Decision.REJECT else "↺", _DECIDED[record.decision])
    return Badge("holds", "✓", "the text of today") if record.current else Badge("waits", "≠", "an earlier text")


def _since(project: Project, record: SignoffRecord, agreement: Agreement) -> tuple[Change, ...]:
    """The difference between what was decided on and the text of today."""
    then, now = _text(project, record.digest), _text(project, agreement.digest)
    return difference(then.content, now.content) if then and now else ()


def _text(project: Project, digest: str | None) -> AgreedText | None:
    return project.signoffs.texts.get(digest or "")


# --- the text ---------------------------------------------------------------------------------------------------------


def _versions(
    project: Project, agreement: Agreement, standing: Iterable[SignoffRecord], reader: Reader | None
) -> Iterator[Version]:
    """The text of today, and those that the standing decisions are about, the newest first."""
    by_digest: dict[str, list[SignoffRecord]] = {agreement.digest: []} if agreement.digest else {}
    for record in sorted(standing, key=lambda one: one.date, reverse=True):
        by_digest.setdefault(record.digest or "", []).append(record)
    now = _text(project, agreement.digest)
    for digest, records in by_digest.items():
        text = _text(project, digest)
        if text is None:
            continue
        current = digest == agreement.digest
        changes = () if current or now is None else difference(text.content, now.content)
        said = [
            f"{project.state.name(record.person or '')}, {language.day(record.date.date())}"
            for record in sorted(records, key=lambda one: one.date)
        ]
        yield Version(
            digest=digest,
            anchor=f"text-{digest.removeprefix('sha256:')[:12]}",
            title="As it is today" if current else f"As it was decided on {_days(records)}",
            current=current,
            agreed_by=tuple(dict.fromkeys(said)),
            passages=passages(text.content, changes, reader),
        )


def _days(records: Iterable[SignoffRecord]) -> str:
    days = sorted({record.date.date() for record in records})
    return language.day(days[0]) if len(days) == 1 else f"{language.day(days[0])} to {language.day(days[-1])}"
