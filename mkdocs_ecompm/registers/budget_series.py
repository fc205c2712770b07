"""What a version of budget.yml says, for the history: approved, planned, ordered, paid, forecast. Untyped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.numbers import MAX_DIGITS, NUMBER
from mkdocs_ecompm.model.register import Said

_SUMS: Final = {"planned": "Planned", "committed": "Ordered", "actual": "Paid"}


def series(content: YamlMap) -> Iterable[Said]:
    """The sums of one version. One that holds something that is no amount of money is said to be unreadable."""
    for field, name in (("approved", "Approved"), ("reserve", "Reserve")):
        if field in content:
            yield _said(field, name, amount(content[field]))
    accounts = [item for item in _items(content.get("accounts")) if isinstance(item, YamlMap)]
    if not accounts:
        return
    for field, name in _SUMS.items():
        yield _said(field, name, _sum(_total(account.get(field)) for account in accounts))
    yield _said("forecast", "Forecast", _sum(_forecast(account) for account in accounts))


def _said(field: str, name: str, value: Decimal | None) -> Said:
    return Said("budget", f"budget/{field}", name, "" if value is None else f"{value:f}")


def amount(value: Yaml | None) -> Decimal | None:
    """The number that a text is; None if it is none."""
    if not isinstance(value, str) or len(value) > 2 * MAX_DIGITS or not NUMBER.fullmatch(value.strip()):
        return None
    return Decimal(value.strip())


def _items(value: Yaml | None) -> Iterator[Yaml]:
    yield from value if isinstance(value, YamlList) else ()


def _total(value: Yaml | None) -> Decimal | None:
    """All amounts of an account by period or day; nothing for a field that is not there."""
    if value is None:
        return Decimal(0)
    return _sum(amount(item) for item in value.values()) if isinstance(value, YamlMap) else None


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    found = Decimal(0)
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def _forecast(account: YamlMap) -> Decimal | None:
    """As written; else what is planned, or ordered, or paid, whichever is most."""
    if "forecast" in account:
        return amount(account["forecast"])
    sums = [_total(account.get(field)) for field in _SUMS]
    known = [one for one in sums if one is not None]
    return max(known) if len(known) == len(sums) else None
