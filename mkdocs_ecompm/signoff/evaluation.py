"""The answer of the sign-off engine: what is demanded, what was said, and what of it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from mkdocs_ecompm.git.objects import DamagedObject, MissingObject, ObjectError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.contents import shown as contents_shown
from mkdocs_ecompm.load.files import Files
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.signoff import Agreement, SignoffRecord, Signoffs, Slot, Status, TrustState
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.signoffs import Demand
from mkdocs_ecompm.signoff import notices
from mkdocs_ecompm.signoff.agreements import agreements, rule
from mkdocs_ecompm.signoff.ancestry import readable as readable_commits
from mkdocs_ecompm.signoff.commits import History, SignedCommits, first_use
from mkdocs_ecompm.signoff.court import Bench, Shown, readable
from mkdocs_ecompm.signoff.evidence import claims
from mkdocs_ecompm.signoff.judgement import Judge
from mkdocs_ecompm.signoff.policy import slots
from mkdocs_ecompm.signoff.recording import agreed_texts, record, unjudged
from mkdocs_ecompm.signoff.reviewed import collect
from mkdocs_ecompm.signoff.versions import Versions
from mkdocs_ecompm.signoff.walk import Walk


class Request(Struct, frozen=True, kw_only=True):
    """What is to be judged.

    Args:
        state: The content that is shown, of the working tree or of a commit.
        repository: Where the evidence is; None if there is none.
        commit: The commit that is verified; None before the first one.
        folder: The project folder as a path from the root of the repository.
        as_of: The day on which everything is judged.
        trust_roots: Full commit ids; the first is the root, the others are checkpoints.
        root_source: Who named them, `verifier` or `project`.
        dirty: Whether the content shown differs from that of the commit.
        files: The files of the content shown, for the key files that people.yml names.
    """

    state: State
    repository: Repository | None
    commit: str | None
    folder: str
    as_of: date
    trust_roots: tuple[str, ...] = ()
    root_source: str = "verifier"
    dirty: bool = False
    files: Files | None = None


class Answer(Struct, frozen=True):
    """What the engine says, and the findings about trust and about what was said.

    `history` is what it was judged by, for questions about earlier commits; None if nothing could be relied on.
    """

    signoffs: Signoffs
    findings: tuple[Finding, ...] = ()
    history: History | None = None


def evaluate(request: Request) -> Answer:
    """Judge every demanded sign-off.

    Raises:
        TrustRootError: a trust root that was named cannot be one.
    """
    shown = Shown(contents_shown(request.state, request.files), request.state, request.as_of)
    if request.repository is None or request.commit is None:
        return _without_history(request, shown)
    try:
        history = History(request.repository, request.commit, "" if request.folder == "." else request.folder)
        roots = request.trust_roots or first_use(history)
        if not request.trust_roots and len(roots) != 1:
            return _without_root(request, shown, history, roots)
        history.verify()
        history.read_what_is_spoken_of()
        return _judged(request, shown, Walk(history, roots, request.as_of))
    except ObjectError as error:
        return _unverifiable(request, shown, error)


def _judged(request: Request, shown: Shown, walk: Walk) -> Answer:
    bench = Bench(walk, Judge(walk), Versions(walk), shown)
    evidence = collect(walk, bench.judge)
    ruling = rule(bench, evidence)
    pending = walk.history.trust(walk.history.tip) if walk.pending else None
    signoffs = Signoffs(
        commit=request.commit,
        dirty=request.dirty,
        trust=TrustState(
            root=walk.roots[0],
            source=request.root_source if request.trust_roots else "first-use",
            heads=walk.heads,
            adopted=tuple(notices.adoption(adopted) for adopted in walk.adopted.values()),
            pending=pending.digest if pending else None,
            conflict=len(walk.heads) > 1,
            states={commit: state.content for commit, state in walk.states.items()},
            proposed=pending.content if pending else None,
        ),
        agreements=agreements(ruling),
        records=tuple(record(ruling, one) for one in evidence),
        texts=agreed_texts(ruling, evidence),
    )
    findings = [
        *notices.of_trust(walk, request.state),
        *notices.of_messages(walk.history),
        *notices.of_evidence(walk.history),
    ]
    return Answer(signoffs, tuple(findings), walk.history)


def _without_history(request: Request, shown: Shown) -> Answer:
    """Before the first commit nobody has said anything."""
    problem = "There is no git repository." if request.repository is None else "There is no commit yet."
    found = _demanded(request, shown, Status.MISSING)
    return Answer(Signoffs(dirty=request.dirty, agreements=found, problem=problem))


def _without_root(request: Request, shown: Shown, history: History, roots: Sequence[str]) -> Answer:
    """Without a trust section nobody can speak; with two beginnings nobody can say who."""
    if roots:
        problem = f"Trust begins at {len(roots)} unrelated commits; name the right one as the trust root."
        status = Status.UNVERIFIABLE
    else:
        problem = history.problems or "No commit has a valid trust section."
        status = Status.MISSING
    found = _demanded(request, shown, status)
    said = [unjudged(one) for one in claims(history, "no-trust")]
    signoffs = Signoffs(
        request.commit, request.dirty, TrustState(), found, tuple(said), problem, unverifiable=bool(roots)
    )
    unusable = [notices.unusable(problem, request.state)] if found or said else []
    return Answer(signoffs, (*unusable, *notices.of_messages(history)), history)


def _unverifiable(request: Request, shown: Shown, error: ObjectError) -> Answer:
    """An object that cannot be relied on may hide anything: a withdrawal, a change of trust."""
    shallow = request.repository is not None and request.repository.shallow
    if isinstance(error, DamagedObject) and request.repository is not None and request.repository.partial:
        error = MissingObject(error.oid)  # git gives up where it may not fetch
    hint = " Fetch the whole history (`git fetch --unshallow`)." if isinstance(error, MissingObject) and shallow else ""
    found = _demanded(request, shown, Status.UNVERIFIABLE)
    source = request.root_source if request.trust_roots else None
    trust = TrustState(root=request.trust_roots[0] if request.trust_roots else None, source=source)
    said: list[SignoffRecord] = []
    if request.repository is not None and request.commit is not None:
        heard = SignedCommits(readable_commits(request.repository, request.commit), request.repository.object_format)
        reason = "shallow-history" if isinstance(error, MissingObject) else "object-mismatch"
        said = [unjudged(one) for one in claims(heard, reason)]
    problem = f"{error}{hint}"
    return Answer(Signoffs(request.commit, request.dirty, trust, found, tuple(said), problem, unverifiable=True))


def _demanded(request: Request, shown: Shown, status: Status) -> tuple[Agreement, ...]:
    """The agreements that the content shown demands itself, where no trust state can say more."""
    demands = [found.entry for found in request.state.of(Demand)]
    answer = []
    for artifact, places in sorted(slots(demands, shown.contents, request.state).items()):
        known = readable(shown, artifact)
        dues = [place.due for place in places if place.due]
        answer.append(
            Agreement(
                artifact=artifact,
                digest=shown.digest(artifact) if known else None,
                status=status if known else Status.UNVERIFIABLE,
                due=min(dues, default=None),
                overdue=any(due < request.as_of for due in dues),
                changed=False,
                changed_since=(),
                requires_not_valid=(),
                slots=tuple(
                    Slot(
                        approver=place.approver,
                        status=status if known else Status.UNVERIFIABLE,
                        overdue=place.due is not None and place.due < request.as_of,
                        ask=place.ask.id if place.ask else None,
                        due=place.due,
                    )
                    for place in places
                ),
            )
        )
    return tuple(answer)
