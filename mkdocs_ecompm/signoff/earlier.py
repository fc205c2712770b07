"""How agreements stood at an earlier commit, on a day then. Nothing is verified again that was verified before."""

from __future__ import annotations

from datetime import date

from mkdocs_ecompm.git.objects import ObjectError
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.signoff.adoption import TrustRootError
from mkdocs_ecompm.signoff.agreements import agreements, rule
from mkdocs_ecompm.signoff.commits import History, first_use
from mkdocs_ecompm.signoff.court import Bench, Shown
from mkdocs_ecompm.signoff.judgement import Judge
from mkdocs_ecompm.signoff.reviewed import collect
from mkdocs_ecompm.signoff.versions import Versions
from mkdocs_ecompm.signoff.walk import Walk


def earlier(history: History, roots: tuple[str, ...], commit: str, state: State, day: date) -> Signoffs | None:
    """The agreements at a commit of a history that was judged: what was read and verified for that serves again.

    None where nobody could be recognised yet, and where an object cannot be relied on.

    Args:
        history: The history of the commit that was judged.
        roots: The trust roots that were named for it; without one, the first use counts.
        commit: One of its commits.
        state: What the project was there.
        day: The day on which everything is judged.
    """
    try:
        then = history.until(commit)
        found = roots or first_use(then)
        if not roots and len(found) != 1:
            return None
        walk = Walk(then, found, day)
    except (TrustRootError, ObjectError):
        return None
    bench = Bench(walk, Judge(walk), Versions(walk), Shown(then.contents.at(commit), state, day))
    return Signoffs(commit, agreements=agreements(rule(bench, collect(walk, bench.judge))))
