"""What `ecompm sign` shows before it asks and after it signed, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.model.signoff import Decision, SignoffRecord, Signoffs, Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.signoff.authority import Authority
from mkdocs_ecompm.signoff.evaluation import Request
from mkdocs_ecompm.site.agreed_text import lines, passages
from mkdocs_ecompm.site.wording import artifact_name, change_of, reason_in_words

_VERBS: Final = {
    Decision.APPROVE: "agree to",
    Decision.REJECT: "object to",
    Decision.WITHDRAW: "take back what you decided on",
}


class Intent(Struct, frozen=True, kw_only=True):
    """A decision that is about to be signed: whose, with which key, on what, and in which words."""

    person: str
    key: str
    decision: Decision
    role: str | None
    conditions: tuple[str, ...]
    agreed: Mapping[str, str]
    authority: Authority
    signoffs: Signoffs
    message: str


def shown(asked: Request, intent: Intent) -> Iterator[str]:
    """Everything that somebody must know before signing."""
    from mkdocs_ecompm.history.contents import shown as contents_shown  # noqa: PLC0415  # named as this function
    from mkdocs_ecompm.history.digest import content  # noqa: PLC0415  # the same

    contents = contents_shown(asked.state, asked.files)
    for artifact, digest in intent.agreed.items():
        now = content(contents, artifact)
        title = artifact_name(asked.state, artifact)
        yield from (title, "=" * len(title), "", *lines(passages(now)), "")
        yield from _what_changed(asked.state, intent, artifact, now)
        yield from ("", f"digest  {digest}", f"commit  {asked.commit}", "")
    yield from _who(asked.state, intent)
    yield ""


def _what_changed(state: State, intent: Intent, artifact: str, now: Any) -> Iterator[str]:
    """The difference to what this person agreed to last, else to what anybody did; of trust, to what is in force."""
    yield "What changed"
    if artifact == TRUST:
        for head in intent.signoffs.trust.heads:
            yield f"  since the trust state in force, of commit {head[:12]}:"
            yield from _differences(state, intent.signoffs.trust.states[head], now)
        return
    last = _last(intent, artifact)
    text = intent.signoffs.texts.get(last.digest or "") if last else None
    if last is None or text is None:
        yield "  Nobody has agreed to it before: all of the above is new."
        return
    who = "you" if last.person == intent.person else state.name(last.person or "")
    yield f"  since {who} agreed on {language.day(last.date.date())} (commit {last.commit[:12]}):"
    yield from _differences(state, text.content, now)


def _differences(state: State, was: Any, now: Any) -> Iterator[str]:
    found = [change_of(state, change) for change in difference(was, now)]
    for text in found:
        yield f"    {text.what}: {text.was or 'not there'} -> {text.is_ or 'taken out'}"
    if not found:
        yield "    nothing"


def _last(intent: Intent, artifact: str) -> SignoffRecord | None:
    """The last approval that counted: the person's own, else anybody's."""
    records = [
        record
        for record in intent.signoffs.records
        if record.artifact.casefold() == artifact.casefold()
        and record.decision is Decision.APPROVE
        and (record.counts or record.reasons == ("superseded",))
    ]
    mine = [record for record in records if record.person == intent.person]
    return max(mine or records, key=lambda record: record.date, default=None)


def _who(state: State, intent: Intent) -> Iterator[str]:
    yield f"You are about to {_VERBS[intent.decision]} {language.listing(intent.agreed)}"
    yield f"  as       {state.name(intent.person)} ({intent.person}), key {intent.key}"
    for artifact in intent.agreed:
        yield f"  for      {_capacity(state, intent, artifact)}: {artifact}"
    for condition in intent.conditions:
        yield f"  only if  {condition}"
    yield "The signed commit says this and changes no file. You agree to nothing else: not to other files of the"
    yield "project, nor to status, progress and notes, which may change without asking you."


def _capacity(state: State, intent: Intent, artifact: str) -> str:
    seats = intent.authority.seats[artifact]
    if intent.role:
        seats = tuple(seat for seat in seats if seat.approver.casefold() == intent.role.casefold())
    said = [
        f"{state.name(seat.approver)}{f' as deputy of {state.name(seat.deputy_for)}' if seat.deputy_for else ''}"
        for seat in seats
    ]
    if said:
        return language.listing(said)
    return "the admins" if artifact == TRUST else "yourself (nobody is asked about it)"


def outcome(state: State, signoffs: Signoffs, intent: Intent, commit: str) -> Iterator[str]:
    """What was done, and how the agreements stand now."""
    yield f"Signed: commit {commit[:12]}. It counts."
    for artifact in intent.agreed:
        agreement = signoffs.by_artifact.get(artifact)
        if agreement is not None:
            holding = sum(slot.status is Status.VALID for slot in agreement.slots)
            yield f"  {artifact}: {agreement.status.value}, {holding} of {len(agreement.slots)} hold"
            waiting = [state.name(slot.approver) for slot in agreement.slots if slot.status is not Status.VALID]
            if waiting:
                yield f"    still wanting: {language.listing(dict.fromkeys(waiting))}"
        elif artifact == TRUST:
            yield f"  trust: {_trust(signoffs, commit)}"
    yield "Others see it once it is pushed: git push"


def _trust(signoffs: Signoffs, commit: str) -> str:
    if any(adopted.commit == commit for adopted in signoffs.trust.adopted):
        return "this state of people, keys and demands is in force now"
    if signoffs.trust.pending:
        return "your approval is there, that of other admins is still wanting"
    return "this state was in force already"


def way_out(state: State, may: Authority, key: str) -> str:
    """Why nobody can speak with a key, and what to do about it."""
    if may.person is None:
        return (
            f"The key that git signs with ({key}) belongs to nobody in the trust state in force, so your signature "
            "would count for nothing. Add the line of your public key to your entry in people.yml; an admin approves "
            "it with `ecompm sign trust`."
        )
    todo = {
        "key-expired": "Add a new key to your entry in people.yml; an admin approves it with `ecompm sign trust`.",
        "key-not-yet-valid": "Wait until it is in force, or sign with another key.",
        "not-active": "An admin has to make you active again in people.yml and approve that.",
    }
    hint = todo.get(may.fault, "Sign with a key that is in force: git config user.signingkey ...")
    return f"{state.name(may.person)} cannot sign with the key {key}: {reason_in_words(may.fault)} {hint}"
