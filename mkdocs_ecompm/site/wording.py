"""Field paths and codes in plain words: what changed, and why a record does not count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.history.reading import Reader
from mkdocs_ecompm.history.wording import path_in_words, register_name
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.signoff import Agreement, Slot
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.words import shorten
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.registers.budget_sums import frame_of

_NAMED: Final = 2
_SHORT: Final = 60


class ChangeText(Struct, frozen=True):
    """One difference for a reader: `what` changed, from `was` to `is_`; an empty text where it came or went.

    `of` is what the record of which a field changed is called: "Lost rankings" for the risk R-004.
    """

    what: str
    was: str
    is_: str
    of: str = ""

    @property
    def record(self) -> str:
        """The first part of `what`, which `of` belongs to: "Risk R-004"."""
        return self.what.partition(", ")[0]

    @property
    def field(self) -> str:
        """The rest of it, with the comma before it: ", likelihood"."""
        return self.what.removeprefix(self.record)


def change_of(state: State, change: Change, artifact: str = "") -> ChangeText:
    """`objectives/OB-2/due` as "Objective OB-2, due", with days, amounts and people as one says them."""
    read = reader_of(state, artifact).words
    was, is_ = (read(change.path, value) for value in (change.was, change.is_))
    of = _record_of(state, artifact, change.path)
    return ChangeText(path_in_words(change.path), was, is_, of if of not in (was, is_) else "")


def _record_of(state: State, artifact: str, path: str) -> str:
    """What the record is called that a path leads into; empty where it has no other name than its id."""
    steps = path.split("/")
    register = "people" if artifact == TRUST else artifact.partition("/")[0]
    record = state.find(f"{register}/{steps[1]}") if register and len(steps) > 1 else None
    named = record is not None and record.list == steps[0] and record.headline != record.id
    return shorten(record.headline, _SHORT) if record is not None and named else ""


def reader_of(state: State, artifact: str) -> Reader:
    """Who reads the values of an artifact, with the names and the currency of the project."""

    def party(name: str) -> str:
        if "/" in name:
            return artifact_name(state, name) if state.find(name) or state.party(name.rpartition("/")[2]) else ""
        found = state.party(name)
        return found.headline if found else ""

    return Reader(artifact.partition("/")[0], party, frame_of(state).currency)


def artifact_name(state: State, artifact: str) -> str:
    """What a reader calls an artifact: `raci/delivery` as "RACI: Delivery", `obligations/it` as "Obligations: IT"."""
    register, _, name = artifact.partition("/")
    label = register_name(register)
    if not name:
        return label
    if register == "obligations" and (party := state.party(name)):
        return f"{label}: {party.headline}"
    record = state.find(artifact)
    if record is None:
        return f"{label}: {name}"
    if record.list == "gates":
        return f"Gate {record.id}: {record.headline}"
    return f"{label}: {record.headline}"


def artifact_in_sentence(state: State, artifact: str) -> str:
    """The same within a sentence: "the charter", "the obligations of IT"; what has a name of its own goes by that."""
    register, _, party = artifact.partition("/")
    name = artifact_name(state, artifact)
    if register == "obligations" and party and (found := state.party(party)):
        return f"the obligations of {found.headline}"
    return name if "/" in artifact or " " in name else f"the {language.small(name)}"


def waiting(state: State, refs: Iterable[str]) -> tuple[tuple[tuple[str, str], ...], int]:
    """What waits for something: the two that matter most with their names, gates first, and how many more there are."""
    ranks = {"gates": 0, "milestones": 1}
    found = []
    for ref in refs:
        record = state.find(ref)
        kind = record.list if record else ""
        name = f"Gate {record.id}" if record and kind == "gates" else shorten(state.name(ref), _SHORT)
        found.append((ranks.get(kind, 2), ref, name))
    found.sort(key=lambda item: item[0])
    return tuple((ref, name) for _, ref, name in found[:_NAMED]), len(found[_NAMED:])


def asked_again(state: State, agreement: Agreement, slot: Slot) -> str:
    """That asks.yml added a slot, when and why; empty for one that signoffs.yml demands."""
    if slot.ask is None:
        return ""
    ask = next((record.entry for record in state.of(Ask) if record.id.casefold() == slot.ask.casefold()), None)
    on = f" on {language.day(ask.date)}" if ask and ask.date else ""
    said = "asked again" if agreement.asks_again(slot) else "asked" if on else "asked later"
    because = f", because {ask.because.rstrip('.')}" if ask and ask.because else ""
    return f"{said}{on}{because}"


def sign_command(state: State, artifact: str) -> str:
    """The plain git command by which somebody approves an artifact as it is in his working copy."""
    project = getattr(state.documents.get("project"), "id", "")
    # A line that does not name its project speaks only for `project/` at the root of the repository.
    elsewhere = any(not path.startswith("project/") for paths in state.paths.values() for path in paths)
    line = f"Signoff: approve {artifact}" + (f" project={project}" if project and elsewhere else "")
    return f'git commit -S --allow-empty -m "Approve {artifact}" --trailer "{line}"'


def ecompm_command(state: State, words: str) -> str:
    """A command of ours, such as `sign charter`, with the project's folder where it is not `project`."""
    path = next(iter(state.paths.get("project", ())), "project/project.yml")
    folder = path.partition("/project.yml")[0].partition("/project/")[0] if "/" in path else "."
    return f"ecompm {words}" + ("" if folder == "project" else f" --project {folder}")


REASONS: Final = {
    "unsigned": "The commit is not signed: anybody could have written this line.",
    "bad-signature": "The signature does not fit the commit: it was changed after signing, or made with another key.",
    "unsupported-signature": "The signature is of a kind that cannot be checked here.",
    "unknown-key": "Nobody in people.yml has the key that signed this commit.",
    "key-expired": "The key was past its last day when it signed.",
    "key-not-yet-valid": "The key was not in force yet when it signed.",
    "key-retired": "The key had been taken out of use.",
    "key-compromised": "The key was stolen or lost; nothing that it signed counts.",
    "wrong-namespace": "The signature was made for something else than a git commit.",
    "not-in-role": "The person did not hold the role or speak for the department asked.",
    "not-active": "The person was not active in the project.",
    "relayed": "The commit was copied, merged or amended by somebody else, so it is not this person's own word.",
    "before-trust-root": "The commit comes before the point from which keys and roles can be trusted.",
    "trust-conflict": "Two versions of people.yml were in force on different branches, and they disagree.",
    "no-trust": "There is no trust section in people.yml, so nobody can be recognised.",
    "assurance-too-low": "More evidence is demanded here than this record has.",
    "not-independent": "The person had changed the content, and an independent approval is demanded.",
    "author-unknown": "It cannot be told who changed the content, and an independent approval is demanded.",
    "dated-after-as-of": "It is dated after the day on which this is looked at.",
    "digest-mismatch": "The content named is another one than the commit holds.",
    "superseded": "The same person decided again later.",
    "malformed-trailer": "The Signoff line cannot be read.",
    "unknown-artifact": "There is no such artifact in the commit.",
    "ambiguous-project": "The line does not say which project of the repository it means.",
    "attestor-unknown": "The review was recorded by somebody who is not trusted to record reviews.",
    "unknown-account": "The account that reviewed belongs to nobody in people.yml, or to several people.",
    "review-commented": "The review was a comment, or it cannot be told what it was about.",
    "review-dismissed": "The review was dismissed.",
    "own-pull-request": "The person reviewed a pull request of their own.",
    "not-merged": "The pull request that was reviewed was not merged.",
    "requires-not-valid": "An agreement that this gate requires does not hold.",
    "object-mismatch": "An object of the repository does not have the content that its id promises.",
    "shallow-history": "The history in this clone is incomplete.",
    "duplicate": "The same signed words appear in an earlier commit.",
}
"""Every reason code of a record that does not count, in a sentence."""


def reason_in_words(code: str) -> str:
    """The sentence of a reason code; the code itself where there is none."""
    return REASONS.get(code, code)
