"""People's logins at one forge: who can be asked there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from mkdocs_ecompm.model.people import Account, Person
from mkdocs_ecompm.signoff.capacity import capacity, may_fill
from mkdocs_ecompm.signoff.codeowners_forges import FORGES, Forge, kind_of_host
from mkdocs_ecompm.signoff.trust import TrustData


class NoOwners(Exception):  # noqa: N818  # it says what was found
    """Nobody can own the files. The text is a whole sentence for the user."""


@dataclass
class Accounts:
    """The logins of a trust state's people at one host, on one day."""

    trust: TrustData
    forge: Forge
    host: str
    as_of: date
    warnings: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def speaking_for(self, approver: str, artifact: str) -> tuple[str, ...]:
        """The logins of everybody who can fill a slot, deputies too.

        Raises:
            NoOwners: a login is none.
        """
        by_artifact = any(deputy.artifacts for deputy in self.trust.deputies)
        key = (approver.casefold(), artifact if by_artifact else "")
        if key not in self._known:
            self._known[key] = self.of(
                person
                for person in self.trust.people.values()
                if capacity(self.trust, person.id, approver, artifact, self.as_of) is not None
            )
        return self._known[key]

    def of(self, people: Iterable[Person]) -> tuple[str, ...]:
        """The logins of people who may fill a slot at all, each once.

        Raises:
            NoOwners: a login is none.
        """
        found: dict[str, str] = {}
        for person in people:
            for account in person.accounts if may_fill(self.trust, person) else ():
                if account.login and account.host.casefold() == self.host.casefold():
                    found.setdefault(account.login.casefold(), self._login(person, account))
        return tuple(found.values())

    def _login(self, person: Person, account: Account) -> str:
        if not self.forge.login.fullmatch(account.login):
            raise NoOwners(
                f"The login {account.login!r} of {person.id} is none that {self.forge.title} gives: "
                "write it without @, as it stands in the address of the profile."
            )
        if account.id is None:
            self.warnings.append(
                f"the account {account.login} of {person.id} has no id: it is asked, but its reviews count for nobody"
            )
        return account.login


def host_of(forge: str, trust: TrustData) -> str:
    """The host whose accounts are meant, as far as people.yml tells.

    Raises:
        NoOwners: it tells of several.
    """
    hosts = dict.fromkeys(account.host.casefold() for who in trust.people.values() for account in who.accounts)
    named = [host for host in hosts if kind_of_host(host) == forge]
    unnamed = [host for host in hosts if not kind_of_host(host)]
    usual = FORGES[forge].host
    candidates = [usual] if usual in named else named or unnamed or [usual]
    if len(candidates) > 1:
        raise NoOwners(f"The accounts in people.yml are at {' and '.join(sorted(candidates))}: say which with --host.")
    return candidates[0]


def usual_forge(trust: TrustData) -> str:
    """The forge at which most of the accounts are, as far as the names of their hosts tell."""
    kinds = [kind_of_host(account.host) for who in trust.people.values() for account in who.accounts]
    return max(FORGES, key=kinds.count)
