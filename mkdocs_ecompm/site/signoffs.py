"""Every demanded agreement, who must do what now, every record with why it does not count, and the trust behind it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.incomplete import how_to_know, why_unknown
from mkdocs_ecompm.model.parties import speakers
from mkdocs_ecompm.model.people import Person
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import Adoption, Agreement, Decision, SignoffRecord, Slot, Status, TrustState, due_of
from mkdocs_ecompm.registers.people import PeopleDocument
from mkdocs_ecompm.site.strip import SIGNS, Badge, badge_of, standing_of
from mkdocs_ecompm.site.wording import artifact_name, asked_again, reason_in_words

ROOTS: Final = {
    "verifier": "It was given from outside by whoever checks: the strongest kind.",
    "project": "It is named in this project's own configuration: weaker, because a merge can change it.",
    "first-use": "Nobody named one: the first commit with a valid trust section was taken.",
}
"""Where the trust root came from, in words."""

UNCOUNTED: Final = "What does not count, and why"
UNCHECKED: Final = "What cannot be checked, and why"
_TO_DO: Final = {
    Status.MISSING: "no answer yet",
    Status.STALE: "agreed to an earlier text",
    Status.REJECTED: "said no, and the objection is still open",
    Status.WITHDRAWN: "took the agreement back",
    Status.UNVERIFIABLE: "cannot be checked here",
}
UNKNOWN: Final = "No agreement can be checked here."
_SAID: Final = {Decision.APPROVE: "agreed", Decision.REJECT: "said no", Decision.WITHDRAW: "took it back"}
_SUPERSEDED: Final = ("superseded",)
"""The reason of a record that counted until the same person decided again."""


class Asked(Struct, frozen=True):
    """A party that is asked; `people` are those who can answer for it, `himself` where it is one of them."""

    approver: str
    people: tuple[str, ...]
    himself: bool


class ToDo(Struct, frozen=True):
    """Approvals of one artifact that are wanting for the same reason; `why` says which."""

    artifact: str
    label: str
    asked: tuple[Asked, ...]
    badge: Badge
    why: str
    due: date | None
    overdue: bool


class AgreementRow(Struct, frozen=True):
    """A demanded agreement; its strip says the rest. `requires` are the agreements that it waits for."""

    artifact: str
    label: str
    anchor: str
    badge: Badge
    holding: int
    demanded: int
    due: date | None
    overdue: bool
    requires: tuple[str, ...]


class RecordRow(Struct, frozen=True):
    """One line of one commit. `outcome` says whether it counts and, if not, why."""

    record: SignoffRecord
    said: str
    label: str
    outcome: Badge
    reasons: tuple[str, ...]


class SignoffsView(Struct, frozen=True):
    """Context of `pages/signoffs`. `root` says in words where trust begins; `adopted` is newest first.

    `unknown`: no agreement can be checked in this copy, and the sentence says why. Else `problem` says what is wrong.
    """

    sentence: Sentence
    problem: str
    unknown: bool
    agreements: tuple[AgreementRow, ...]
    todo: tuple[ToDo, ...]
    counting: tuple[RecordRow, ...]
    superseded: tuple[RecordRow, ...]
    not_counting: tuple[RecordRow, ...]
    trust: TrustState
    root: str
    adopted: tuple[Adoption, ...]


def views(project: Project) -> Iterable[View]:
    """The page of all sign-offs, where any is demanded or recorded."""
    signoffs = project.signoffs
    if not signoffs.agreements and not signoffs.records and not project.state.has("signoffs"):
        return
    content = project.state.contents.get("signoffs")
    context = _context(project)
    sections = (
        ("todo", "Who must do what now", context.todo),
        ("agreements", "What is demanded", context.agreements),
        ("counting", "What was decided", context.counting),
        ("not-counting", UNCHECKED if context.unknown else UNCOUNTED, context.not_counting),
        ("trust", "Why anyone may believe this", (True,)),
    )
    yield View(
        path="signoffs",
        title="Sign-offs",
        template="signoffs",
        section="Agreements",
        context=context,
        source=content.source if content is not None else None,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
        anchors=tuple(row.anchor for row in context.agreements),
    )


def _context(project: Project) -> SignoffsView:
    signoffs, unknown = project.signoffs, bool(why_unknown(project))
    newest = sorted(signoffs.records, key=lambda record: (record.date, record.id), reverse=True)
    records = [_record(project, record) for record in newest]
    agreements = sorted(signoffs.agreements, key=lambda item: (item.status.rank, not item.overdue))
    todo = [] if unknown else [item for agreement in agreements for item in _todo(project, agreement)]
    return SignoffsView(
        sentence=sentence_of(project),
        problem="" if unknown or nobody_can_sign(project) else signoffs.problem,
        unknown=unknown,
        agreements=tuple(_agreement(project, agreement) for agreement in agreements),
        todo=tuple(sorted(todo, key=lambda item: (not item.overdue, item.due or date.max, item.artifact))),
        counting=tuple(row for row in records if row.record.counts),
        superseded=tuple(row for row in records if row.record.reasons == _SUPERSEDED),
        not_counting=tuple(row for row in records if not row.record.counts and row.record.reasons != _SUPERSEDED),
        trust=signoffs.trust,
        root=ROOTS.get(signoffs.trust.source or "", ""),
        adopted=tuple(reversed(signoffs.trust.adopted)),
    )


def sentence_of(project: Project) -> Sentence:
    """How many agreements hold, and what keeps the others from it."""
    agreements = project.signoffs.agreements
    if not agreements:
        return Sentence("No agreement is demanded yet.", "signoffs.yml says who must agree to what.")
    if why := why_unknown(project):
        return Sentence(UNKNOWN, f"{why} {how_to_know(project, in_full=True)}".strip())
    lead = how_many_hold(project)
    if all(agreement.status is Status.VALID for agreement in agreements):
        return Sentence(lead, _next_due(project))
    failing = [status for status in Status if status is not Status.VALID]
    counts = [(sum(item.status is status for item in agreements), SIGNS[status][1]) for status in failing]
    kinds = language.listing(f"{language.in_words(number)} {word}" for number, word in counts if number)
    overdue = sum(agreement.overdue for agreement in agreements)
    their = "is past its day" if overdue == 1 else "are past their day"
    late = f" {language.capital(language.count(overdue, 'agreement'))} {their}."
    first = nobody_can_sign(project)
    return Sentence(lead, f"{first} {language.capital(kinds)}.{late if overdue else ''}".strip())


def can_sign(project: Project) -> bool:
    """Whether there is anybody whose sign-off could count."""
    return not (project.signoffs.unverifiable or project.signoffs.problem)


def nobody_can_sign(project: Project) -> str:
    """That nobody can sign, and what to do, where people.yml does not say who may; empty where somebody can."""
    signoffs = project.signoffs
    if can_sign(project) or signoffs.unverifiable or signoffs.commit is None:
        return ""
    document = project.state.header(PeopleDocument)
    if document is None or document.trust is None:
        return "Nobody can sign yet: name those who administer people.yml in it, under trust, with their keys."
    admins = [project.state.party(admin) for admin in dict.fromkeys(document.trust.admins)]
    without = [one.headline for one in admins if one and isinstance(one.entry, Person) and not _has_key(one.entry)]
    if without:
        a_key = "a key" if len(without) == 1 else "keys"
        return f"Nobody can sign yet: add {a_key} for {language.few(without)} in people.yml, and commit it."
    if signoffs.dirty:
        return "Nobody can sign yet: people.yml has to be committed."
    return ""


def _has_key(person: Person) -> bool:
    return any(key.revoked is None for key in person.keys)


def how_many_hold(project: Project) -> str:
    """Five of twelve agreements hold."""
    agreements = project.signoffs.agreements
    if why_unknown(project):
        return UNKNOWN
    holding = sum(agreement.status is Status.VALID for agreement in agreements)
    total = language.count(len(agreements), "agreement")
    if holding == len(agreements):
        return f"All {total} hold." if holding > 1 else "The one agreement holds."
    if holding == 0:
        return f"None of {total} holds." if len(agreements) > 1 else "The one agreement does not hold."
    return f"{language.capital(language.in_words(holding))} of {total} {'holds' if holding == 1 else 'hold'}."


def _next_due(project: Project) -> str:
    days = [item.due for item in project.signoffs.agreements if item.due and item.due >= project.as_of]
    return f"The next is due {language.near_day(min(days), project.as_of)}." if days else ""


def _todo(project: Project, agreement: Agreement) -> Iterable[ToDo]:
    """The slots that do not hold, those with the same status and delay, asked for the same reason, together."""
    groups: dict[tuple[Status, bool, str | None], list[Slot]] = {}
    for slot in agreement.slots:
        if slot.status is not Status.VALID:
            groups.setdefault((slot.status, slot.overdue, slot.ask), []).append(slot)
    for (status, overdue, ask), slots in groups.items():
        again = asked_again(project.state, agreement, slots[0])
        yield ToDo(
            artifact=agreement.artifact,
            label=artifact_name(project.state, agreement.artifact),
            asked=tuple(dict.fromkeys(asked_of(project, slot) for slot in slots)),
            badge=badge_of(status, overdue=overdue),
            why=f"{_TO_DO[status]}; {again}" if again else _TO_DO[status],
            due=due_of(slots) if ask else agreement.due,
            overdue=overdue,
        )


def asked_of(project: Project, slot: Slot) -> Asked:
    """Who is asked by a slot."""
    people = (slot.person,) if slot.person else speakers(project.state, slot.approver, project.as_of)
    return Asked(slot.approver, people, slot.approver in people)


def _agreement(project: Project, agreement: Agreement) -> AgreementRow:
    return AgreementRow(
        artifact=agreement.artifact,
        label=artifact_name(project.state, agreement.artifact),
        anchor=anchor_of(agreement.artifact),
        badge=standing_of(agreement),
        holding=sum(slot.status is Status.VALID for slot in agreement.slots),
        demanded=len(agreement.slots),
        due=agreement.due,
        overdue=agreement.overdue,
        requires=agreement.requires_not_valid,
    )


def anchor_of(artifact: str) -> str:
    """The anchor of an agreement on the page."""
    return "on-" + artifact.replace("/", "-")


def _record(project: Project, record: SignoffRecord) -> RecordRow:
    return RecordRow(
        record=record,
        said=_SAID[record.decision],
        label=artifact_name(project.state, record.artifact),
        outcome=_outcome(record),
        reasons=tuple(reason_in_words(code) for code in record.reasons),
    )


def _outcome(record: SignoffRecord) -> Badge:
    if not record.counts:
        return Badge("calm", "·", "does not count")
    if record.decision != "approve":
        return Badge("broken", "✗" if record.decision == "reject" else "↺", _SAID[record.decision])
    if record.current:
        return Badge("holds", "✓", "this text")
    return Badge("waits", "≠", "an earlier text")
