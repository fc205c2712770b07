"""The History page: what somebody reads first, what is folded, and who changed what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from msgspec.structs import replace

from mkdocs_ecompm.model.comparison import Comparison, Fact, Moment, Period, Tone, Topic
from mkdocs_ecompm.model.history import History, Revision
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Assurance, Decision, SignatureFacts, SignoffRecord, Signoffs
from mkdocs_ecompm.site.exclusion import without
from mkdocs_ecompm.site.history import HistoryView, PeriodBlock, views
from mkdocs_ecompm.site.pages import Site, SiteOptions

Make = Callable[..., Project]
GO_LIVE = Fact(
    Topic.GOAL, "milestone-moved", "timeline/M1", "Go-live", " 6 Oct -> 20 Oct (+14 days)", "2026-10-06", "2026-10-20",
    tone=Tone.BAD, weight=103,
)  # fmt: skip
FIRST, SECOND = "a" * 40, "b" * 40


def moment(day: str) -> Moment:
    return Moment(FIRST, FIRST, date.fromisoformat(day), date.fromisoformat(day))


def period(name: str, *facts: Fact, until: date | None = date(2026, 4, 30), kind: str = "month") -> Period:
    comparison = Comparison(moment("2026-03-31"), moment("2026-04-30"), facts)
    return Period(kind, name, date(2026, 4, 1), until, comparison, (FIRST, SECOND), agreements=True)


def revision(commit: str, day: int, subject: str) -> Revision:
    return Revision(commit, datetime(2026, 4, day, 9, tzinfo=UTC), "Lena Vogt", subject, ("timeline",))


def record(commit: str, day: int) -> SignoffRecord:
    return SignoffRecord(
        f"{commit}:charter", "charter", "mia", None, None, Decision.APPROVE, (), "", Assurance.SIGNED, "commit", "",
        commit, datetime(2026, 4, day, tzinfo=UTC), None, True, False, True, (),  # noqa: FBT003  # as the engine says
        SignatureFacts("ssh", "good", None, False),  # noqa: FBT003
    )  # fmt: skip


def told(make: Make, *periods: Period, **more: Signoffs) -> Project:
    revisions = (revision(FIRST, 2, "Go-live moves"), revision(SECOND, 20, "Merge branch 'x'"))
    history = History(revisions, periods=periods, told={FIRST: (GO_LIVE,)})
    timeline = "{milestones: [{id: M1, name: Go-live, date: 2026-10-20}]}"
    return replace(make(timeline=timeline, **more), history=history)


def page(project: Project) -> HistoryView:
    (view,) = views(project)
    assert isinstance(view.context, HistoryView)
    return view.context


def last(view: HistoryView) -> PeriodBlock:
    assert view.last is not None
    return view.last


def test_the_first_sentence_says_what_happened_last_month(make: Make) -> None:
    view = page(told(make, period("2026-04", GO_LIVE)))
    assert (view.sentence.lead, view.sentence.rest) == ("April 2026: Go-live 6 Oct → 20 Oct (+14 days).", "")
    assert last(view).title == "April 2026"


def test_there_is_no_page_without_a_past(make: Make) -> None:
    assert list(views(make())) == []
    without_git = replace(make(), history=History(problem="There is no git repository."))
    assert list(views(without_git)) == []


def test_a_past_that_cannot_be_read_is_said(make: Make) -> None:
    project = replace(make(answer=Signoffs(commit=FIRST)), history=History(problem="The history is cut off."))
    assert page(project).problem == "The history is cut off."
    assert "The history is cut off." in Site(project).page("history").html


def test_a_month_without_a_change_says_so(make: Make) -> None:
    project = replace(told(make, period("2026-04", GO_LIVE)), as_of=date(2026, 7, 2))
    view = page(project)
    lead, rest = "June 2026: nothing changed.", "The last change was on 20 Apr 2026."
    assert (view.sentence.lead, view.sentence.rest, view.last) == (lead, rest, None)
    assert [block.title for block in view.months] == ["April 2026"]


def test_before_the_first_month_is_over(make: Make) -> None:
    project = replace(told(make, period("2026-04", GO_LIVE, until=None)), as_of=date(2026, 4, 22))
    assert page(project).sentence.lead == "The first month is not over."


def test_a_change_of_very_much_is_not_told_twice(make: Make) -> None:
    project = told(make, period("2026-04", GO_LIVE))
    facts = tuple(replace(GO_LIVE, ref=f"risks/R-{n}") for n in range(30))
    change = last(page(replace(project, history=replace(project.history, told={FIRST: facts})))).changes[1]
    assert (len(change.shown), len(change.folded), change.left) == (4, 16, 10)


def test_a_topic_without_end_is_counted(make: Make) -> None:
    facts = [replace(GO_LIVE, topic=Topic.RISKS, ref=f"risks/R-{n}") for n in range(150)]
    (block,) = last(page(told(make, period("2026-04", *facts)))).topics
    assert (len(block.shown), len(block.folded), block.left) == (6, 94, 50)


def test_a_fact_links_to_its_record_and_to_the_commit_that_made_it(make: Make) -> None:
    (block,) = last(page(told(make, period("2026-04", GO_LIVE)))).topics
    (line,) = block.shown
    assert (line.subject, line.rest, line.ref) == ("Go-live", " 6 Oct → 20 Oct (+14 days)", "timeline/M1")
    assert line.commits == (FIRST,)
    assert line.word == "bad news"


def test_a_long_topic_is_folded_but_never_to_hide_one_line(make: Make) -> None:
    def many(count: int) -> tuple[int, int]:
        facts = [replace(GO_LIVE, topic=Topic.RISKS, ref=f"risks/R-{n}") for n in range(count)]
        (block,) = last(page(told(make, period("2026-04", *facts)))).topics
        return len(block.shown), len(block.folded)

    assert [many(count) for count in (6, 7, 8)] == [(6, 0), (7, 0), (6, 2)]


def test_who_changed_what_newest_first_with_what_was_decided(make: Make) -> None:
    answer = Signoffs(
        records=(
            record("c" * 40, 10),
            record(FIRST, 2),
            record("d" * 40, 1),
            replace(record("e" * 40, 5), counts=False),
        )
    )
    changes = last(page(told(make, period("2026-04", GO_LIVE), answer=answer))).changes
    assert [(change.day.day, change.subject, [said.label for said in change.decided]) for change in changes] == [
        (20, "Merge branch 'x'", []),
        (10, "", ["Charter"]),
        (2, "Go-live moves", ["Charter"]),
        (1, "", ["Charter"]),
    ]
    assert changes[2].shown[0].subject == "Go-live"


def test_a_merge_names_what_it_brought(make: Make) -> None:
    project = told(make, period("2026-04", GO_LIVE))
    first, second = project.history.revisions
    merge = second._replace(merged=(first._replace(author="Aylin Demir", subject="RACI"),))
    project = replace(project, history=replace(project.history, revisions=(first, merge)))
    assert last(page(project)).changes[0].others == (("Aylin Demir", "RACI"),)


def test_periods_that_last_stand_under_since_and_are_named_by_their_gate(make: Make) -> None:
    project = told(
        make,
        period("2026-05", GO_LIVE, until=None),
        period("2026-04", GO_LIVE),
        period("M1", GO_LIVE, until=None, kind="gate"),
        period("v1", GO_LIVE, until=None, kind="baseline"),
        replace(period("2026-03", GO_LIVE), since=date(2026, 3, 1)),
    )
    view = page(project)
    titles = ["May 2026 so far", "Since gate M1, Go-live", "Since the baseline v1"]
    assert [block.title for block in view.since] == titles
    assert [block.title for block in view.months] == ["March 2026"]
    assert view.since[1].command == "diff 2026-03-31"
    assert view.months[0].command == "diff 2026-03-31 2026-04-30"


def test_the_page_is_made_and_a_forge_is_linked(make: Make) -> None:
    project = told(make, period("2026-04", GO_LIVE))
    options = SiteOptions(commit_url="https://forge.example/commit/{commit}")
    html = Site(project, options).page("history").html
    assert '<a href="ecompm:timeline#M1">Go-live</a> 6 Oct → 20 Oct (+14 days)' in html
    assert f'href="https://forge.example/commit/{FIRST}"' in html
    assert f'href="https://forge.example/commit/{FIRST}"' not in Site(project).page("history").html


def test_words_of_strangers_are_text(make: Make) -> None:
    project = told(make, period("2026-04", replace(GO_LIVE, subject="<img src=x>", rest=" <b>")))
    revisions = tuple(one._replace(subject="<script>", author="<i>") for one in project.history.revisions)
    html = Site(replace(project, history=replace(project.history, revisions=revisions))).page("history").html
    for tag in ("<img src=x>", "<b>", "<script>", "<i>"):
        assert tag not in html


def test_what_a_site_leaves_out_is_not_told(make: Make) -> None:
    project = told(make, period("2026-04", GO_LIVE, replace(GO_LIVE, ref="risks/R-1", topic=Topic.RISKS)))
    kept = without(project, {"risks"}).history
    assert [fact.ref for fact in kept.periods[0].comparison.facts] == ["timeline/M1"]
    assert [fact.ref for fact in without(project, {"timeline"}).history.told.get(FIRST, ())] == []
    assert "history" not in Site(project, SiteOptions(exclude=frozenset({"history"}))).views
