"""Field paths and codes in plain words: what changed, and why a record does not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mkdocs_ecompm.history.wording import path_in_words, register_name, value_in_words
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.state import State


@dataclass(frozen=True, slots=True)
class ChangeText:
    """One difference for a reader: `what` changed, from `was` to `is_`; an empty text where it came or went."""

    what: str
    was: str
    is_: str


def change_of(state: State, change: Change) -> ChangeText:
    """`objectives/OB-2/due` as "Objective OB-2, due", with days written as days and ids of people as names."""
    return ChangeText(path_in_words(change.path), _value(state, change.was), _value(state, change.is_))


def _value(state: State, value: str | None) -> str:
    def party(name: str) -> str:
        found = state.party(name)
        return found.headline if found else ""

    return value_in_words(value, party)


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
    "digest-mismatch": "The line names another content than the commit holds.",
    "superseded": "The same person decided again later.",
    "malformed-trailer": "The Signoff line cannot be read.",
    "unknown-artifact": "There is no such artifact in the commit.",
    "ambiguous-project": "The line does not say which project of the repository it means.",
    "attestor-unknown": "The review was recorded by somebody who is not trusted to record reviews.",
    "unknown-account": "The account that approved belongs to nobody in people.yml.",
    "review-commented": "The review was a comment, not an approval.",
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
