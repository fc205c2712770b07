"""`ecompm signoffs`: the state of every demanded sign-off, for a person or as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import click
from msgspec.structs import replace

from mkdocs_ecompm.cli.options import Request, at_option, format_option, project_options
from mkdocs_ecompm.cli.output import say, say_json
from mkdocs_ecompm.judging import judge
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, SignoffRecord, Signoffs, Slot, Status
from mkdocs_ecompm.signoff.report import to_json
from mkdocs_ecompm.site.wording import change_of, reason_in_words

_SOURCES = {
    "verifier": "given on the command line",
    "project": "named by the project itself, which a merge can change",
    "first-use": "taken on first use: the first commit with a trust section",
}
_DECIDED = {"approve": "agreed", "reject": "said no", "withdraw": "took it back"}


@click.command("signoffs")
@click.argument("artifact", nargs=-1)
@project_options
@format_option("text", "json")
@at_option
@click.option("--require", is_flag=True, help="Exit status 1 unless every sign-off that is due holds.")
def command(artifact: tuple[str, ...], request: Request, output_format: str, at: str | None, *, require: bool) -> None:
    """Show the state of every demanded sign-off, or of each ARTIFACT (`charter`, `raci/delivery`)."""
    project = judge(request.setting(at=at))
    signoffs = _only(project.signoffs, artifact)
    if output_format == "json":
        name = getattr(project.state.documents.get("project"), "id", None)
        say_json(to_json(signoffs, name, project.as_of))
    else:
        for line in _lines(project, signoffs):
            say(line)
    unknown = sorted(set(map(str.casefold, artifact)) - {found.artifact.casefold() for found in signoffs.agreements})
    for name in unknown:
        say(f"ecompm: nobody is asked to sign `{name}`.", err=True)
    if require and (unknown or not _all_hold(project, signoffs)):
        raise SystemExit(1)


def _only(signoffs: Signoffs, artifacts: Collection[str]) -> Signoffs:
    if not artifacts:
        return signoffs
    wanted = {name.casefold() for name in artifacts}
    return replace(
        signoffs,
        agreements=tuple(found for found in signoffs.agreements if found.artifact.casefold() in wanted),
        records=tuple(found for found in signoffs.records if found.artifact.casefold() in wanted),
    )


def _all_hold(project: Project, signoffs: Signoffs) -> bool:
    """Whether all that is due holds. Where it cannot be told what is demanded, nothing does."""
    blind = signoffs.unverifiable or (bool(signoffs.problem) and "signoffs" in project.state.unreadable)
    return not blind and all(agreement.holds(project.as_of) for agreement in signoffs.agreements)


def _lines(project: Project, signoffs: Signoffs) -> Iterator[str]:
    yield _trust(signoffs)
    if signoffs.problem:
        yield f"Nothing can be judged: {signoffs.problem}"
    if signoffs.dirty:
        yield "The project folder differs from the last commit; what is shown is the folder."
    if not signoffs.agreements:
        yield "No sign-off is demanded."
    width = max((len(slot.approver) for found in signoffs.agreements for slot in found.slots), default=0)
    for agreement in signoffs.agreements:
        yield ""
        yield _headline(agreement)
        told: set[tuple[Change, ...]] = set()
        for slot in agreement.slots:
            record = signoffs.by_id.get(slot.record or "")
            yield f"  {slot.approver:<{width}}  {slot.status.value:<12} {_who(project, slot, record)}".rstrip()
            if slot.difference not in told:
                yield from _difference(project, slot, width)
            told.add(slot.difference)
        if agreement.requires_not_valid:
            yield f"  waits for: {', '.join(agreement.requires_not_valid)}"
        if agreement.changed_since:
            yield f"  changed since it was signed: {', '.join(agreement.changed_since)}"
    yield from _not_counted(project, signoffs)


def _trust(signoffs: Signoffs) -> str:
    trust = signoffs.trust
    if trust.root is None:
        return "Trust: none."
    parts = [f"Trust: from {trust.root[:12]}, {_SOURCES.get(trust.source or '', trust.source or '')}"]
    if trust.adopted:
        parts.append(f"{len(trust.adopted)} change{'s' * (len(trust.adopted) != 1)} adopted")
    if trust.pending:
        parts.append("a change waits for approval")
    if trust.conflict:
        parts.append("two trust states side by side")
    return "; ".join(parts) + "."


def _headline(agreement: Agreement) -> str:
    notes = [agreement.status.value]
    if agreement.due:
        notes.append(f"due {agreement.due}")
    if agreement.overdue:
        notes.append("overdue")
    if agreement.changed:
        notes.append("changed since, still standing")
    return f"{agreement.artifact}: {', '.join(notes)}"


def _difference(project: Project, slot: Slot, width: int) -> Iterator[str]:
    for change in slot.difference:
        text = change_of(project.state, change)
        yield f"  {'':<{width}}  {text.what}: {text.was or 'nothing'} -> {text.is_ or 'nothing'}"


def _who(project: Project, slot: Slot, record: SignoffRecord | None) -> str:
    if record is None:
        return f"waiting for {project.state.name(slot.approver)}" if slot.status is Status.MISSING else ""
    said = f"{project.state.name(record.person or '')} {_DECIDED[record.decision.value]} on {record.date.date()}"
    deputy = f", as deputy for {project.state.name(record.deputy_for)}" if record.deputy_for else ""
    left = ", has left the role since" if slot.held_then else ""
    return f"{said} ({record.assurance.value}{deputy}{left})"


def _not_counted(project: Project, signoffs: Signoffs) -> Iterator[str]:
    found = [record for record in signoffs.records if not record.counts and record.reasons != ("superseded",)]
    if found:
        yield ""
        yield "Not counted:"
    for record in found:
        who = project.state.name(record.person) if record.person else "somebody"
        why = " ".join(f"{reason_in_words(code)} [{code}]" for code in record.reasons)
        yield f"  {record.commit[:12]} {record.date.date()}: {who}, {record.decision.value} {record.artifact}: {why}"
