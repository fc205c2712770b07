"""Who owns which files: whoever must approve an artifact owns the files that say it, the admins own those of trust.

Pure: from the content shown, on one day. What a forge makes of it stands in `codeowners_text`. It helps a forge to ask
the right people; whether somebody agreed, it never says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.words import ID_PATTERN
from mkdocs_ecompm.registers.signoffs import ARTIFACT, PARTY
from mkdocs_ecompm.signoff.codeowners_accounts import Accounts, NoOwners
from mkdocs_ecompm.signoff.codeowners_areas import (
    ANY,
    FOLDERS_OF_TRUST,
    OF_TRUST,
    Area,
    Where,
    either,
    is_folder,
    within,
)
from mkdocs_ecompm.signoff.codeowners_forges import Forge
from mkdocs_ecompm.signoff.policy import Place, slots
from mkdocs_ecompm.signoff.trust import InvalidTrust, TrustData, read_trust

ADMINS: Final = "admins"


class Claim(Struct, frozen=True):
    """Why people own files: an artifact asks `approver`, who are these `owners`; `needed` of them must agree.

    A `general` claim stands in for files that nobody else claims yet: those that will be added to a register's folder.
    """

    artifact: str
    approver: str
    owners: tuple[str, ...]
    areas: tuple[Area, ...]
    needed: int = 1
    general: bool = False


class Ownership(Struct, frozen=True):
    """Every claim, that of the admins last: they are asked where nobody else can be; and what to tell the reader."""

    claims: tuple[Claim, ...]
    admins: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class Question(Struct, frozen=True):
    """Whose files: those of the content shown, in the folder `place` of the repository, on a day, at a forge's host."""

    state: State
    contents: Contents
    place: str
    as_of: date
    forge: Forge
    host: str


def trust_of(contents: Contents) -> TrustData:
    """The trust state of the content shown, in force or not.

    Raises:
        NoOwners: there is none, or it is invalid.
    """
    try:
        trust = read_trust(contents)
    except InvalidTrust as error:
        raise NoOwners(f"What people.yml and signoffs.yml say can never be in force. {error}") from error
    if trust is None:
        raise NoOwners("people.yml has no trust section, so there are no admins who could own anything.")
    return trust


def ownership(question: Question, trust: TrustData) -> Ownership:
    """Who owns what.

    Raises:
        NoOwners: the admins could not be asked, or a login is none.
    """
    accounts = Accounts(trust, question.forge, question.host, question.as_of)
    admins = accounts.of(person for person in trust.people.values() if person.id in trust.admins)
    if not admins:
        names = ", ".join(sorted(trust.admins))
        raise NoOwners(
            f"None of the admins ({names}) has an account at {question.host} with a login in people.yml, "
            "so nobody could own the files of trust."
        )
    claims = list(_demanded(question, trust, accounts))
    claims += _of_new_files(question, claims)
    own = Claim(TRUST, ADMINS, admins, tuple(_areas_of_trust(question)), min(trust.quorum, len(admins)))
    return Ownership((*claims, own), admins, tuple(dict.fromkeys(accounts.warnings)))


@dataclass(slots=True)
class _Draft:
    """A claim in the making: what it will be called, and what was found so far."""

    name: str
    approver: str
    owners: dict[str, str] = field(default_factory=dict)
    areas: dict[Area, None] = field(default_factory=dict)
    needed: int = 1

    def claim(self) -> Claim:
        owners = tuple(self.owners.values())
        return Claim(self.name, self.approver, owners, tuple(self.areas), max(1, min(self.needed, len(owners))))


def _demanded(question: Question, trust: TrustData, accounts: Accounts) -> Iterator[Claim]:
    """A claim for each approver of what is asked; one that nobody can be asked for has no owners."""
    where = Where(question.state, question.contents, question.place)
    drafts: dict[tuple[str, str], _Draft] = {}
    for asked in _asked(question, trust, accounts.warnings):
        key = asked.name.casefold(), asked.approver.casefold()
        draft = drafts.setdefault(key, _Draft(asked.name, asked.approver))
        if asked.approver != PARTY:
            found = accounts.speaking_for(asked.approver, asked.artifact)
            draft.owners |= {login.casefold(): login for login in found}
        draft.areas |= dict.fromkeys(where.stands(asked.where))
        draft.needed = max(draft.needed, asked.needed)
    for draft in drafts.values():
        accounts.warnings += _shortage(draft, question.host)
        yield draft.claim()


def _shortage(draft: _Draft, host: str) -> Iterator[str]:
    """A warning where not everybody can be asked who should be."""
    if not draft.owners and draft.approver != PARTY:
        yield (
            f"nobody who can speak for {draft.approver} has an account at {host}: "
            f"where nobody else owns {draft.name}, the admins do"
        )
    elif 0 < len(draft.owners) < draft.needed:
        count = len(draft.owners)
        yield f"{draft.name} asks {draft.needed} of {draft.approver}, but only {count} can be asked at {host}"


class _Asked(Struct, frozen=True):
    """One approver of an artifact, and how many are asked; `where` is the artifact whose files are meant.

    The name is that of the demand where it is about every record alike, so that a new record changes nothing.
    """

    name: str
    where: str
    artifact: str
    approver: str
    needed: int


def _asked(question: Question, trust: TrustData, warnings: list[str]) -> Iterator[_Asked]:
    """Who is asked for each artifact, and for those that are demanded of a register which has none yet."""
    found = slots(trust.demands, question.contents, question.state)
    for artifact, places in found.items():
        if not ARTIFACT.fullmatch(artifact) or not all(_is_id(place.approver) for place in places):
            # an ask is no part of trust: anything can stand in it
            warnings.append(f"asks.yml asks for {artifact!r} in words that are no ids: left out")
            continue
        for name, same in _by_name(artifact, places).items():
            every = same[0].demand.artifact == name and not same[0].demand.where
            for approver, needed in _counted(same):
                yield _Asked(name, name if every else artifact, artifact, approver, needed)
    there = {artifact.partition("/")[0].casefold() for artifact in found}
    for demand in trust.demands:
        if demand.artifact.partition("/")[0].casefold() not in there:
            for one in demand.approvers:
                yield _Asked(demand.artifact, demand.artifact, demand.artifact, one.of(PARTY), one.count)


def _is_id(approver: str) -> bool:
    return approver == ANY or ID_PATTERN.fullmatch(approver) is not None


def _by_name(artifact: str, places: Iterable[Place]) -> dict[str, list[Place]]:
    """The slots of an artifact by what the file calls them: a party's obligations are its own."""
    found: dict[str, list[Place]] = {}
    for place in places:
        is_every = place.demand.artifact.endswith(f"/{ANY}") and not artifact.startswith("obligations/")
        found.setdefault(place.demand.artifact if is_every else artifact, []).append(place)
    return found


def _counted(places: Iterable[Place]) -> list[tuple[str, int]]:
    """Each approver once, and how many of it are asked: the most that one demand or one ask does."""
    counts: dict[str, tuple[str, dict[int, int]]] = {}
    for place in places:
        approver = PARTY if place.approver == ANY else place.approver  # whoever owes, where that cannot be read
        _, each = counts.setdefault(approver.casefold(), (approver, {}))
        source = id(place.ask or place.demand)
        each[source] = each.get(source, 0) + 1
    return [(approver, max(each.values())) for approver, each in counts.values()]


def _of_new_files(question: Question, claims: list[Claim]) -> Iterator[Claim]:
    """Of each register in a folder: whoever owns one of its files owns those that are added."""
    for register, paths in sorted(question.state.paths.items()):
        of_register = [claim for claim in claims if claim.artifact.partition("/")[0] == register]
        if of_register and is_folder(question.place, register, paths):
            area = Area(within(question.place, register), folder=True)
            yield Claim(register, "everybody asked", together(of_register), (area,), general=True)


def _areas_of_trust(question: Question) -> Iterator[Area]:
    for register in OF_TRUST:
        yield from either(question.place, register)
    for folder in FOLDERS_OF_TRUST:
        yield Area(within(question.place, folder), folder=True)
    for above in PurePosixPath(question.place).parents:  # a site above the project can name the trust root
        yield Area((above / "mkdocs.yml").as_posix())
        yield Area((above / "mkdocs.yaml").as_posix())
    for path in question.forge.guarded:
        yield Area(path.rstrip("/"), folder=path.endswith("/"))
    for path in question.forge.files:  # wherever the forge looks: it takes the first that it finds
        yield Area(path)


def together(claims: Iterable[Claim]) -> tuple[str, ...]:
    """All owners of some claims, each once."""
    return tuple({login.casefold(): login for claim in claims for login in claim.owners}.values())
