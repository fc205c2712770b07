"""Every finding code: how severe it is, what it is about, and what it means to somebody who reads the docs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.model.finding import About, Finding, Severity, Source


class Code(Struct, frozen=True):
    """One kind of finding."""

    severity: Severity
    about: About
    meaning: str


def _mistake(meaning: str) -> Code:
    return Code(Severity.ERROR, About.TEXT, meaning)


def _doubt(meaning: str) -> Code:
    return Code(Severity.WARNING, About.TEXT, meaning)


def _condition(meaning: str) -> Code:
    return Code(Severity.WARNING, About.PROJECT, meaning)


CATALOGUE: Final[Mapping[str, Code]] = MappingProxyType(
    {
        # reading a file
        "yaml-syntax": _mistake("The file is not YAML: the place is where reading stopped."),
        "yaml-duplicate-key": _mistake("A mapping has the same key twice; the second is named."),
        "yaml-alias": _mistake("Anchors, aliases and merge keys are not read: they hide what was agreed."),
        "yaml-tag": _mistake("Tags (`!something`) are not read."),
        "yaml-multiple-documents": _mistake("A file holds one document; `---` in the middle begins a second."),
        "yaml-encoding": _mistake("The file is not clean UTF-8: control, bidirectional or line-separator characters."),
        "yaml-too-deep": _mistake("More than 64 levels of nesting."),
        "file-too-large": _mistake("A file over 8 MiB."),
        "path-outside-project": _mistake("A symbolic link, or a path that leaves the project folder."),
        "merge-conflict": _mistake("The file still holds the marks of a merge conflict."),
        "duplicate-register": _mistake("A register exists as a file and as a folder, or its header stands twice."),
        "unknown-register": _mistake("A file whose name is no register."),
        "too-many-faults": _mistake("More than 10,000 faults in one register; the rest was not looked at."),
        # shape and values
        "unknown-key": _mistake("A key that this place does not have."),
        "missing-key": _mistake("A key that is needed here is missing or empty."),
        "wrong-type": _mistake("A value of the wrong kind."),
        "value-out-of-range": _mistake("A number outside its scale."),
        "unknown-value": _mistake("A word that is not one of those allowed here."),
        "bad-date": _mistake("Not a day of the calendar in the form YYYY-MM-DD."),
        "bad-id": _mistake("An id with characters that ids do not have."),
        "duplicate-id": _mistake("The same id twice in a register, upper and lower case alike."),
        "unknown-reference": _mistake("A reference to something that does not exist."),
        "ambiguous-reference": _mistake("A bare id that exists in several registers."),
        "unknown-file": _mistake("A file that is named but is not there."),
        "ambiguous-number": _mistake("A number with a comma or several points, or money with three decimals."),
        "text-cut-by-comment": _doubt("A ` #` inside an unquoted text begins a comment; the rest is lost."),
        "comma-in-one-line": _mistake("A comma inside `{...}` made a new key out of a part of a text."),
        "list-expected": _mistake("A single value where a list is needed."),
        "name-for-id": _mistake("A name where an id is needed."),
        "key-shared": _mistake("One key under two people."),
        "account-shared": _mistake("One account at a forge under two people: reviews by it count for nobody."),
        "key-time-without-offset": _mistake("The time of a key has no offset from UTC."),
        "bad-key": _mistake("A public key that cannot be read."),
        # charter
        "objective-not-measurable": _doubt("An objective without metric, target or due day."),
        "objective-without-kpi": _doubt("An objective that no KPI measures."),
        "charter-no-authority": _doubt("The charter does not say what the project manager may decide alone."),
        "function-unrepresented": _doubt("A business function that nobody represents and that is not excluded."),
        "strategy-inconsistent": _doubt("What is sold does not fit the purpose of the site."),
        # raci
        "raci-no-accountable": _mistake("An activity for which nobody is accountable."),
        "raci-several-accountable": _mistake("An activity for which more than one is accountable."),
        "raci-no-responsible": _doubt("An activity that nobody does."),
        "raci-duplicate-activity": _mistake("The same activity twice in a matrix."),
        "raci-inactive-person": _doubt("An activity with somebody who is no longer active."),
        "raci-accountable-not-one-person": _mistake("An accountable role or department that is not one person today."),
        # obligations
        "obligation-incomplete": _mistake("An obligation that does not say what, by when and by which process."),
        "obligation-overdue": _condition("An obligation past its day."),
        "obligation-self-accepted": _doubt("An obligation accepted by the party that owes it."),
        # timeline
        "dependency-cycle": _mistake("Tasks that wait for each other in a circle."),
        "date-before-network": _condition("A date that lies before the earliest day the plan allows."),
        "gate-not-signed": _condition("A phase that began before its gate was signed."),
        "go-live-in-freeze": _condition("A go-live inside a freeze of the shop."),
        "holidays-unknown": Code(
            Severity.INFO, About.PROJECT, "A country whose public holidays are not known on this machine."
        ),
        "simulation-unavailable": Code(
            Severity.INFO, About.PROJECT, "Estimates that cannot be simulated, because numpy is not installed."
        ),
        # risks
        "risk-score-differs": _mistake("A stated score that the matrix does not give."),
        "risk-owner-not-person": _mistake("A risk owned by a group, or by nobody who is active."),
        "risk-no-action": _doubt("An open high risk without an action that has a day."),
        "risk-closed-without-reason": _mistake("A closed risk without a reason and evidence."),
        "risk-unchanged": _condition("A risk that nobody has changed for a long time."),
        # budget
        "budget-currency-differs": _doubt("A budget in another currency than the project's."),
        "budget-over-approved": _doubt("More is planned than was approved."),
        "budget-report-twice": _mistake("Two reports of earned value of the same day."),
        "budget-report-falls": _doubt("A figure of a report that counts from the beginning, and is lower than before."),
        "budget-earned-too-much": _doubt("More is earned than all of the work is worth."),
        "budget-forecast-too-low": _doubt("A forecast below what is ordered or paid already."),
        "budget-exceeded": _condition("The forecast is more than what was approved."),
        "budget-over-tolerance": _condition("The forecast exceeds the plan by more than the charter tolerates."),
        "budget-charter-differs": _doubt("The budget and the charter name different amounts."),
        # kpis
        "kpi-without-owner": _doubt("A KPI that nobody owns."),
        "kpi-objective-differs": _mistake("A KPI whose target or day is not that of its objective."),
        "kpi-direction-inconsistent": _doubt("A KPI whose target lies on the wrong side of its baseline."),
        "kpi-measured-twice": _mistake("Two measurements of a KPI on the same day."),
        # sign-offs and trust
        "signoff-overdue": _condition("A demanded agreement that does not hold after its due day."),
        "signoff-stale": _condition("An agreement whose content has changed since."),
        "signoff-rejected": _condition("Somebody who is asked has said no."),
        "signoff-withdrawn": _condition("Somebody who had agreed took it back."),
        "signoff-unverifiable": _condition("An agreement that cannot be checked here."),
        "signoff-malformed": _condition("A Signoff line that cannot be read; it counts for nothing."),
        "evidence-malformed": _condition("A file of recorded reviews that cannot be read; it counts for nothing."),
        "trust-change-pending": _condition("People, keys or demands changed and no admin has approved it yet."),
        "trust-review-needed": _condition("A trust state that a compromised key helped to adopt."),
        "trust-conflict": _condition("Two trust states are in force on different branches."),
        "trust-unusable": _condition("There is no valid trust section, so no sign-off can count."),
        "trust-id-reused": _condition("An id that was one person's and is now another's."),
        "project-folder-link": _doubt("The project folder is a symbolic link, so a Signoff line may not be about it."),
        # across registers
        "register-unchanged": Code(
            Severity.INFO, About.PROJECT, "A register with open work in it that nobody has changed for a long time."
        ),
        "accountable-never-signed": Code(
            Severity.INFO, About.PROJECT, "Somebody accountable for work whose agreement he never signed."
        ),
    }
)


def finding(
    code: str, message: str, source: Source | None = None, *, hint: str = "", commit: str | None = None
) -> Finding:
    """A finding with the severity that the catalogue gives its code."""
    return Finding(code, CATALOGUE[code].severity, message, source, hint, commit)


def is_text(item: Finding) -> bool:
    """Whether somebody typed something wrong; otherwise the finding tells how the project stands."""
    return CATALOGUE[item.code].about is About.TEXT
