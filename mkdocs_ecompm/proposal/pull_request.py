"""A pull request: its two ends, judged on one day, and what that means for every agreement.

What the base knows decides: who may speak, what is demanded, what was said. The head adds what was signed in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.assembly import assemble
from mkdocs_ecompm.comparison.facts import compare, not_compared
from mkdocs_ecompm.comparison.rest import changed_findings
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.git.common_ancestors import merge_bases
from mkdocs_ecompm.git.days import commit_named
from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.history.contents import ContentsHistory, shown
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.comparison import Comparison, Moment
from mkdocs_ecompm.model.finding import Severity
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.proposal import Commits, FileChange, NewAsk, Proposal
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.proposal.ends import Ends
from mkdocs_ecompm.proposal.outlook import merged
from mkdocs_ecompm.proposal.questions import asked, standing
from mkdocs_ecompm.proposal.trust import of_trust
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.setting import ProjectError, Setting, opened
from mkdocs_ecompm.signoff import coverage
from mkdocs_ecompm.signoff.adoption import TrustRootError
from mkdocs_ecompm.signoff.evaluation import Request, evaluate
from mkdocs_ecompm.signoff.trust import InvalidTrust, TrustData, read_trust

SHALLOW: Final = (
    "This clone is shallow, so nobody can tell what was agreed: fetch the whole history "
    "(`fetch-depth: 0` in GitHub and Forgejo Actions, `GIT_DEPTH: 0` in GitLab CI, else `git fetch --unshallow`)."
)
EVIDENCE: Final = "evidence"


def commits_of(repository: Repository, base: str, head: str, as_of: date) -> Commits:
    """The commits of a pull request: where it leads, its end, and where it began.

    Raises:
        GitError: The clone is shallow, a revision does not exist, or the two have no commit in common.
    """
    if repository.shallow:
        raise GitError(SHALLOW)
    into, tip = commit_named(repository, base), commit_named(repository, head)
    began = merge_bases(repository, into, tip)
    if not began:
        raise GitError(f"`{base}` and `{head}` have no commit in common, so the one cannot be merged into the other.")
    return Commits(base, into, head, tip, began[0], as_of, began[1:])


def proposed(setting: Setting, commits: Commits) -> Proposal:
    """What merging the head into the base would mean.

    Raises:
        ProjectError: There is no project on either side.
        GitError: The history cannot be read, or the trust root is not one of the base.
    """
    with _Look.at(setting, commits) as look:
        was, was_known = look.project(commits.merge_base)
        is_, is_known = look.project(commits.head)
        ends = look.ends(was, is_)
        at_head = is_.signoffs if is_known and not look.rootless(is_) else None
        trust = of_trust(ends, at_head)
        evidence = tuple(look.evidence())
        questions = asked(ends)
        sides = (replace(Side.of(was), signoffs=ends.before), replace(Side.of(is_), signoffs=ends.outlook))
        if look.rootless(was) or not was_known or not ends.trust:
            sides = (replace(sides[0], signoffs=None), replace(sides[1], signoffs=None))
        comparison = Comparison(*look.moments(was, is_), compare(*sides), not_compared(*sides))
        came, gone = ([item for _, item in found] for found in changed_findings(*sides))
        header = is_.state.header(ProjectDocument) or was.state.header(ProjectDocument)
        return Proposal(
            project=header.id if header else None,
            name=header.name if header else "",
            commits=commits,
            comparison=comparison,
            asked=questions,
            standing=standing(ends, questions),
            trust=trust,
            trust_problem=look.problem(ends),
            recorded_reviews=bool(ends.trust) and all(state.attestors for state in ends.trust),
            asks=tuple(_new_asks(ends)),
            evidence=evidence,
            new_findings=tuple(came),
            gone_findings=tuple(gone),
            errors=tuple(item for item in came if item.severity is Severity.ERROR and is_text(item)),
            state=is_.state,
        )


def _new_asks(ends: Ends) -> Iterator[NewAsk]:
    known = {(record.id.casefold(), party.casefold()) for record in ends.was.state.of(Ask) for party in record.entry.of}
    for record in ends.is_.state.of(Ask):
        ask = record.entry
        of = tuple(ends.party(party) for party in ask.of if (ask.id.casefold(), party.casefold()) not in known)
        if of:
            yield NewAsk(ask.id, ask.artifact, ends.artifact(ask.artifact), of, ask.because)


class _Look(Struct, frozen=True, eq=False):
    """The repository while it is looked at, and the folder of the project in it."""

    setting: Setting
    commits: Commits
    repository: Repository
    place: str

    @classmethod
    @contextmanager
    def at(cls, setting: Setting, commits: Commits) -> Iterator[_Look]:
        """Open the repository."""
        place = place_of(setting, commits)
        found = Repository.open(setting.repository) if setting.repository else Repository.discover(setting.folder)
        if found is None:
            raise AssertionError("the place of a project is only found in a repository")
        with found as repository:
            yield cls(setting, commits, repository, place)

    def project(self, commit: str) -> tuple[Project, bool]:
        """The project at a commit; an empty one and False where there is none yet, or any more."""
        if not self._files(commit).exists:
            return Project(State(commit=commit), self.setting.as_of), False
        asked = replace(self.setting, at=commit, past=False, periods=False)
        try:
            return assemble(asked), True
        except TrustRootError:  # before the root nobody could be recognised
            found = assemble(replace(asked, trust_roots=()))
            return replace(found, signoffs=Signoffs(commit, problem=_BEFORE)), True

    def rootless(self, project: Project) -> bool:
        """Whether the trust root is no ancestor of a side."""
        return project.signoffs.problem == _BEFORE

    def ends(self, was: Project, is_: Project) -> Ends:
        """Both ends, judged by what is known at the base."""
        at_base = self._judged(is_)
        before = self._judged(was)
        base = before if not self.commits.behind else self._judged(self.project(self.commits.base)[0])
        trust = tuple(self._trust(at_base))
        then, now = (shown(project.state, self._files(project.state.commit or "")) for project in (was, is_))
        tree = ContentsHistory(self.repository, self._folder)
        bases, head = [tree.at(commit) for commit in self.commits.merge_bases], tree.at(self.commits.head)
        covered = {*coverage.changed(bases, head), *coverage.asked_again(bases, head)}
        at_head = None if self.rootless(is_) else is_.signoffs
        outlook = merged(at_base, at_head, trust)
        return Ends(was, is_, then, now, trust, before, outlook, base, frozenset(covered))

    def _judged(self, project: Project) -> Signoffs:
        """What is known at the base of the content of a side."""
        return evaluate(
            Request(
                state=project.state,
                repository=self.repository,
                commit=self.commits.base,
                folder=self.place,
                as_of=self.setting.as_of,
                trust_roots=self.setting.trust_roots,
                root_source=self.setting.root_given_by,
                files=self._files(project.state.commit or self.commits.base),
            )
        ).signoffs

    def _trust(self, signoffs: Signoffs) -> Iterator[TrustData]:
        """The trust states in force at the base."""
        tree = ContentsHistory(self.repository, self._folder)
        for head in signoffs.trust.heads:
            try:
                found = read_trust(tree.at(head))
            except InvalidTrust as error:
                raise AssertionError("a state that is invalid is never in force") from error
            if found is not None:
                yield found

    def problem(self, ends: Ends) -> str:
        """Why nobody's agreement can count at the base; empty if it can."""
        return "" if ends.trust else ends.outlook.problem or "No commit has a valid trust section."

    def evidence(self) -> Iterator[FileChange]:
        """The files below `evidence/` that differ."""
        folder = f"{self._folder}/{EVIDENCE}".strip("/")
        then, now = (
            {path: entry.oid for path, entry in self.repository.walk(commit, folder)}
            for commit in (self.commits.merge_base, self.commits.head)
        )
        for path in sorted({*then, *now}):
            if then.get(path) != now.get(path):
                yield FileChange(path, "added" if path not in then else "removed" if path not in now else "changed")

    def moments(self, was: Project, is_: Project) -> tuple[Moment, Moment]:
        """The two sides of the comparison."""
        return self._moment(self.commits.base_name, was), self._moment(self.commits.head_name, is_)

    def _moment(self, name: str, project: Project) -> Moment:
        commit = project.state.commit or ""
        day = self.repository.commit(commit).committer_date.date()
        return Moment(name, commit, day, project.as_of, unreadable=tuple(sorted(project.state.unreadable.items())))

    @property
    def _folder(self) -> str:
        return "" if self.place == "." else self.place

    def _files(self, commit: str) -> TreeFiles:
        return TreeFiles(self.repository, commit, self._folder)


_BEFORE: Final = "The trust root is no ancestor of this commit."


def place_of(setting: Setting, commits: Commits) -> str:
    """The project's folder from the top of the repository, at the head or, where only that has it, the merge base.

    Raises:
        ProjectError: Neither has it.
    """
    try:
        with opened(replace(setting, at=commits.head)) as found:
            return found.place
    except ProjectError:
        with opened(replace(setting, at=commits.merge_base)) as found:
            return found.place
