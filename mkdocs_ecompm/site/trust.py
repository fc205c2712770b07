"""Who could speak when, with which key and in which role, who put that into force, and what waits for approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.incomplete import how_to_know, why_unknown
from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import TrustState
from mkdocs_ecompm.signoff.proof import Signer, signers
from mkdocs_ecompm.site.signoffs import ROOTS, nobody_can_sign
from mkdocs_ecompm.site.strip import Badge
from mkdocs_ecompm.site.wording import ChangeText, artifact_in_sentence, change_of


class KeyRow(Struct, frozen=True):
    """A key: its fingerprint or file, when it is in force, whether it is now, and the words for that."""

    name: str
    kind: str
    period: str
    badge: Badge


class SpeakerRow(Struct, frozen=True):
    """A person in the trust states: the names for whom this person speaks or spoke, with periods, and the keys."""

    person: str
    name: str
    marks: tuple[str, ...]
    speaks_for: tuple[str, ...]
    keys: tuple[KeyRow, ...]
    accounts: tuple[str, ...]


class AdoptionRow(Struct, frozen=True):
    """A change that came into force: when, by whose approval, where, and what it changed."""

    commit: str
    on: datetime | None
    by: tuple[str, ...]
    alone: bool
    changes: tuple[ChangeText, ...]


class Pending(Struct, frozen=True):
    """A change that waits: what it changes, who has approved it already, and how many of whom it needs."""

    digest: str
    changes: tuple[ChangeText, ...]
    approved: tuple[str, ...]
    admins: tuple[str, ...]
    quorum: int


class TrustView(Struct, frozen=True):
    """Context of `pages/trust`. `adoptions` are newest first; `first` is what the trust root began with."""

    sentence: Sentence
    trust: TrustState
    root: str
    first: tuple[str, ...]
    admins: tuple[str, ...]
    quorum: int
    attestors: tuple[str, ...]
    pending: Pending | None
    speakers: tuple[SpeakerRow, ...]
    past: tuple[SpeakerRow, ...]
    adoptions: tuple[AdoptionRow, ...]


def views(project: Project) -> Iterable[View]:
    """The page of trust, where a project has any people, and any sign-off is demanded or recorded."""
    signoffs = project.signoffs
    if not (project.state.has("people") and (signoffs.trust.root or signoffs.agreements or signoffs.records)):
        return
    content = project.state.contents.get("people")
    context = _context(project)
    sections = (
        ("pending", "What waits for approval", context.pending),
        ("speakers", "Who may speak, and with which key", context.speakers),
        ("past", "Who could speak before", context.past),
        ("changes", "Every change, and who approved it", context.adoptions),
        ("root", "Where trust begins", context.trust.root),
    )
    yield View(
        path=TRUST,
        title="Trust",
        template="trust",
        section="Agreements",
        context=context,
        source=content.source if content is not None else None,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
    )


def _context(project: Project) -> TrustView:
    trust = project.signoffs.trust
    heads = [trust.states[head] for head in trust.heads]
    settings: Mapping[str, Any] = heads[0]["trust"] if heads else {}
    present, past = _speakers(project)
    pending = _pending(project)
    first = trust.states.get(trust.root or "", {"people": []})
    return TrustView(
        sentence=_sentence(project, present, pending),
        trust=trust,
        root=ROOTS.get(trust.source or "", ""),
        first=tuple(person["id"] for person in first["people"]),
        admins=_admins(heads),
        quorum=int(settings.get("quorum", 1)),
        attestors=tuple(_listed(settings.get("attestors", ()))),
        pending=pending,
        speakers=present,
        past=past,
        adoptions=tuple(_adoptions(project)),
    )


def _sentence(project: Project, present: tuple[SpeakerRow, ...], pending: Pending | None) -> Sentence:
    trust = project.signoffs.trust
    if why := why_unknown(project):
        return Sentence("Who may sign cannot be told here.", f"{why} {how_to_know(project, in_full=True)}".strip())
    if to_do := nobody_can_sign(project):
        return Sentence(to_do, "Until then no sign-off can count.")
    if not trust.heads:
        return Sentence("Nobody can be recognised, so no sign-off can count.", project.signoffs.problem)
    able = sum(any(key.badge.tone == "holds" for key in row.keys) for row in present)
    lead = f"{language.capital(language.count(able, 'person', 'people'))} can sign today."
    if pending:
        wanted = language.count(max(pending.quorum - len(pending.approved), 1), "admin")
        rest = f"A change waits for the approval of {wanted}; until then it has no effect."
    elif trust.conflict:
        rest = "Two states are in force on different branches; every rule has to hold under both."
    else:
        rest = "Every change of people, keys and demands was approved by those who could be trusted before it."
    return Sentence(lead, rest)


def _admins(states: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Those who administer every state in force."""
    found = [_listed(state["trust"].get("admins", ())) for state in states]
    return tuple(one for one in (found[0] if found else []) if all(one in others for others in found))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# --- who may speak ----------------------------------------------------------------------------------------------------


def _speakers(project: Project) -> tuple[tuple[SpeakerRow, ...], tuple[SpeakerRow, ...]]:
    """Those in the states in force, and those whose keys only earlier states had."""
    trust = project.signoffs.trust
    present: dict[str, SpeakerRow] = {}
    for head in trust.heads:
        for person, keys in _with_keys(trust.states[head]):
            present.setdefault(person["id"].casefold(), _row(project, trust.states[head], person, keys))
    past = tuple(_past(project, {key.name for row in present.values() for key in row.keys}))
    return tuple(row for row in present.values() if row.keys or row.accounts or row.speaks_for), past


def _past(project: Project, known: set[str]) -> Iterator[SpeakerRow]:
    """People with the keys that are not `known`, as the last state had them that did."""
    seen = set(known)
    for state in reversed(list(project.signoffs.trust.states.values())):
        for person, keys in _with_keys(state):
            gone = [key for key in keys if (key.fingerprint or key.file) not in seen]
            if gone:
                row = _row(project, state, person, gone)
                seen.update(key.name for key in row.keys)
                taken = tuple(replace(key, badge=Badge("calm", "·", "taken out")) for key in row.keys)
                yield replace(row, marks=(), keys=taken, accounts=())


def _with_keys(state: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[Signer]]]:
    """Each person of a state with the keys."""
    keys: dict[str, list[Signer]] = {}
    for signer in signers(state):
        keys.setdefault(signer.person, []).append(signer)
    yield from ((person, keys.get(person["id"], [])) for person in state["people"])


def _row(project: Project, state: Mapping[str, Any], person: Mapping[str, Any], keys: Iterable[Signer]) -> SpeakerRow:
    trust = state["trust"]
    marks = [
        *(["admin"] if person["id"] in _listed(trust.get("admins", ())) else []),
        *(["records reviews"] if person["id"] in _listed(trust.get("attestors", ())) else []),
        *(["not active"] if person.get("active", "yes").casefold() in {"no", "false"} else []),
        *([person["kind"]] if person.get("kind", "person") != "person" else []),
    ]
    now = datetime.combine(project.as_of, datetime.min.time(), UTC) + timedelta(hours=12)
    active = "not active" not in marks
    reviews = trust.get("reviews", "no").casefold() in {"yes", "true"}
    return SpeakerRow(
        person=person["id"],
        name=person.get("name", person["id"]),
        marks=tuple(marks),
        speaks_for=tuple(_speaks_for(project, state, person)),
        keys=tuple(_key(signer, now, active=active) for signer in keys),
        accounts=tuple(_accounts(person.get("accounts", ()))) if reviews else (),
    )


def _accounts(accounts: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for account in accounts:
        yield f"{account.get('login') or account.get('id', '')} at {account.get('host', '')}"


def _speaks_for(project: Project, state: Mapping[str, Any], person: Mapping[str, Any]) -> Iterator[str]:
    name = project.state.name
    for held in _holdings(person.get("roles", ())):
        yield name(held["role"]) + _period(held.get("from"), held.get("to"))
    for group in (*state["departments"], *state["organisations"]):
        if group.get("head") == person["id"]:
            yield f"{group.get('name', group['id'])}, as head"
        elif person["id"] in _listed(group.get("signatories", ())):
            yield f"{group.get('name', group['id'])}, as signatory"
    for deputy in state["deputies"]:
        if deputy["by"] == person["id"]:
            only = f", only for {_artifacts(project, deputy['artifacts'])}" if deputy.get("artifacts") else ""
            yield f"deputy for {name(deputy['for'])}{_period(deputy.get('from'), deputy.get('to'))}{only}"


def _artifacts(project: Project, artifacts: Any) -> str:
    return language.listing(artifact_in_sentence(project.state, artifact) for artifact in _listed(artifacts))


def _holdings(roles: Any) -> Iterator[Mapping[str, str]]:
    for role in _listed(roles):
        yield {"role": role} if isinstance(role, str) else role


def _period(since: str | None, until: str | None) -> str:
    parts = [f"from {_day(since)}" if since else "", f"until {_day(until)}" if until else ""]
    said = " ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _day(text: str) -> str:
    return language.day(date.fromisoformat(text[:10]))


def _key(signer: Signer, now: datetime, *, active: bool) -> KeyRow:
    key = signer.key
    period = " ".join(
        part
        for part in (
            f"from {language.day(key.since.date())}" if key.since else "",
            f"until {language.day(key.until.date())}" if key.until else "",
        )
        if part
    )
    kind = signer.line.partition(" ")[0] if signer.line else "OpenPGP"
    return KeyRow(signer.fingerprint or signer.file, kind, period or "without end", _state(key, now, active=active))


def _state(key: Key, now: datetime, *, active: bool) -> Badge:
    if key.revoked is not None:
        on = f" {language.day(key.revoked.on.date())}" if key.revoked.on else ""
        broken = key.revoked.reason == "compromised"
        return Badge("broken" if broken else "calm", "✗" if broken else "·", f"{key.revoked.reason}{on}")
    if key.since is not None and now < key.since:
        return Badge("calm", "·", "not yet")
    if key.until is not None and key.until <= now:
        return Badge("calm", "·", "expired")
    return Badge("holds", "✓", "in force") if active else Badge("calm", "·", "not active")


# --- changes ----------------------------------------------------------------------------------------------------------


def _adoptions(project: Project) -> Iterator[AdoptionRow]:
    trust = project.signoffs.trust
    for adoption in reversed(trust.adopted):
        was = [trust.states[base] for base in adoption.base if base in trust.states]
        changes = difference(dict(was[0]), dict(trust.states[adoption.commit])) if was else ()
        yield AdoptionRow(
            commit=adoption.commit,
            on=adoption.date,
            by=adoption.by,
            alone=adoption.added is not None,
            changes=tuple(change_of(project.state, change, TRUST) for change in changes),
        )


def _pending(project: Project) -> Pending | None:
    trust = project.signoffs.trust
    if trust.pending is None or trust.proposed is None or not trust.heads:
        return None
    states = [trust.states[head] for head in trust.heads]
    changes = difference(dict(states[0]), dict(trust.proposed))
    said = [
        record.person
        for record in project.signoffs.records
        if record.artifact == TRUST and record.digest == trust.pending and record.counts and record.person
    ]
    return Pending(
        digest=trust.pending,
        changes=tuple(change_of(project.state, change, TRUST) for change in changes),
        approved=tuple(dict.fromkeys(said)),
        admins=_admins(states),
        quorum=max(int(state["trust"].get("quorum", 1)) for state in states),
    )
