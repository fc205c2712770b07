"""The plan in words: the sentence of the page, the figures behind it, and the chart for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.registers.timeline_baseline import baseline, days_in
from mkdocs_ecompm.registers.timeline_chart import standing
from mkdocs_ecompm.registers.timeline_gates import GateCard
from mkdocs_ecompm.registers.timeline_plan import calendar, summaries
from mkdocs_ecompm.registers.timeline_rules import is_go_live
from mkdocs_ecompm.registers.timeline_schema import Milestone, Task


def sentence_of(project: Project, cards: Sequence[GateCard]) -> Sentence:
    """When it ends, what decides that, and what the next gate waits for."""
    plan = project.schedule
    if plan is None or (not plan.tasks and not plan.cycle):
        return Sentence("There is no plan yet.", "Tasks with durations give one.")
    if plan.cycle:
        names = language.few([project.state.name(f"timeline/{name}") for name in plan.cycle], most=4)
        return Sentence("The plan cannot be computed.", f"{names} wait for each other in a circle.")
    clauses = [*_promise(project), *_since_baseline(project), *_critical(project, plan), *_next_gate(cards)]
    return Sentence(_headline(project, plan), " ".join(clauses))


def go_live(project: Project) -> Record[Milestone] | None:
    """The milestone that the project is about: its go-live, else its last one."""
    milestones = project.state.of(Milestone)
    named = [milestone for milestone in milestones if is_go_live(milestone.entry)]
    return max(named or milestones, key=lambda milestone: standing(project, milestone), default=None)


def _headline(project: Project, plan: Schedule) -> str:
    goal = go_live(project)
    if goal is None:
        return f"The plan ends on {language.near_day(plan.finish, project.as_of)}." if plan.finish else "Nothing to do."
    if goal.entry.reached:
        return f"{goal.entry.name} was reached on {language.near_day(goal.entry.reached, project.as_of)}."
    if missed(project, goal):
        return missed_sentence(project, goal)
    return f"{goal.entry.name}: {language.near_day(standing(project, goal), project.as_of)}."


def missed(project: Project, goal: Record[Milestone]) -> int:
    """How many days ago a milestone should have been reached, where even the plan names no day that is still ahead."""
    if goal.entry.reached or standing(project, goal) >= project.as_of:
        return 0
    return (project.as_of - goal.entry.date).days


def missed_sentence(project: Project, goal: Record[Milestone]) -> str:
    """What one says of such a milestone."""
    promised = language.near_day(goal.entry.date, project.as_of)
    return f"{goal.entry.name} was promised for {promised} and has not been reached."


def _promise(project: Project) -> Iterator[str]:
    goal = go_live(project)
    if goal is None or goal.entry.reached:
        return
    if late := missed(project, goal):
        yield f"That was {language.figure(late, 'day')} ago."
        return
    days = (standing(project, goal) - goal.entry.date).days
    if days > 0:
        promised = language.near_day(goal.entry.date, project.as_of)
        yield f"That is {language.figure(days, 'day')} later than promised, {promised}."
    dates = project.schedule.tasks.get(goal.id) if project.schedule and goal.entry.after else None
    if dates and project.as_of <= dates.finish < goal.entry.date:
        spare = language.figure((goal.entry.date - dates.finish).days, "day")
        yield f"The plan reaches it by {language.near_day(dates.finish, project.as_of)}, with {spare} in hand."


def _since_baseline(project: Project) -> Iterator[str]:
    """How far the go-live has moved since the plan that was fixed last, where that is not its promise of today."""
    goal, fixed = go_live(project), baseline(project)
    days = days_in(fixed).get(goal.id.casefold()) if goal else None
    if goal is None or fixed is None or days is None or goal.entry.reached:
        return
    moved = (standing(project, goal) - days[1]).days
    if moved and days[1] != goal.entry.date:
        way = "later" if moved > 0 else "earlier"
        since = language.near_day(fixed.day, project.as_of)
        yield f"It stands {language.figure(abs(moved), 'day')} {way} than in the baseline of {since}."


def _critical(project: Project, plan: Schedule) -> Iterator[str]:
    """What the critical path still runs through: the tasks if they are few, else their phases and the first of them."""
    tasks = {task.id: task.entry for task in project.state.of(Task)}
    path = [tasks[name] for name in plan.critical_paths[0] if name in tasks] if plan.critical_paths else []
    ahead = [task for task in path if not task.done]
    others = f"; {language.count(plan.critical_path_count - 1, 'other path is', 'other paths are')} as long"
    tail = others if plan.critical_path_count > 1 else ""
    if not ahead:
        return
    if len(ahead) <= 4:
        yield f"The critical path runs through {language.listing(task.name for task in ahead)}{tail}."
        return
    phases = list(dict.fromkeys(_phase_name(project, task.phase) for task in ahead if task.phase))
    through = language.few(phases, most=4) if phases else f"{len(ahead)} tasks"
    finish = plan.tasks[ahead[0].id].finish
    until = language.near_day(finish, project.as_of)
    first = f"until {until}" if finish >= project.as_of else f"due since {until}"
    yield (
        f"The critical path runs through {through}: {language.figure(len(ahead), 'task')} ahead, "
        f"“{ahead[0].name}” first, {first}{tail}."
    )


def _next_gate(cards: Sequence[GateCard]) -> Iterator[str]:
    """What the next gate that cannot pass waits for."""
    card = _next([card for card in cards if card.waits_for])
    if card is not None:
        yield f"Gate {card.id} waits for {language.listing(card.waits_for)}."


def _next(cards: Sequence[GateCard]) -> GateCard | None:
    return min((card for card in cards if not card.decided), key=lambda card: card.day, default=None)


def figures_of(project: Project, cards: Sequence[GateCard]) -> Iterator[Figure]:
    """The few figures behind the sentence."""
    plan, goal, gate = project.schedule, go_live(project), _next(cards)
    if plan is None or not plan.tasks:
        return
    if goal is not None:
        yield goal_figure(project, goal)
    if gate is not None:
        ready = "what it asks for cannot be checked" if gate.unknown else "nothing missing"
        waits = language.listing(gate.waits_for) if gate.waits_for else ready
        tone = gate.mark.tone
        yield Figure(f"Gate {gate.id}, {gate.name}", language.when(gate.day, project.as_of), waits, tone, gate.page)
    yield from _work_figures(project, plan)


def goal_figure(project: Project, goal: Record[Milestone]) -> Figure:
    """The go-live: as promised, later inside the tolerance of the charter, later than that, or missed."""
    place = f"timeline#{goal.id}"
    if overdue := missed(project, goal):
        value = language.short_day(goal.entry.date, project.as_of)
        return Figure(goal.entry.name, value, f"not reached, {language.figure(overdue, 'day')} late", "broken", place)
    day = standing(project, goal)
    late = (day - goal.entry.date).days
    tone, more = "holds", "reached" if goal.entry.reached else "as promised"
    if late > 0:
        tone, tolerance = _tolerance(project, goal.entry.date, day)
        promised = language.short_day(goal.entry.date, project.as_of)
        more = f"promised {promised}, +{language.figure(late, 'day')}{tolerance}"
    return Figure(goal.entry.name, language.short_day(day, project.as_of), more, tone, place)


def _tolerance(project: Project, promised: date, day: date) -> tuple[str, str]:
    """The tone of a slip, and how much of what the charter tolerates it takes: working days, as the charter counts."""
    tolerances = getattr(project.state.documents.get("charter"), "tolerances", None)
    tolerated = getattr(tolerances, "days", None)
    if tolerated is None:
        return "broken", ""
    working = calendar(project.state, project.as_of).between(promised, day)
    days = f"tolerated working {'day' if tolerated == 1 else 'days'}"
    words = f": {language.number(working)} of {language.number(tolerated)} {days}"
    return "waits" if working <= tolerated else "broken", words


def _end(finish: date, as_of: date) -> str:
    return f"the plan {'ends' if finish >= as_of else 'ended'} {language.day(finish)}"


def _work_figures(project: Project, plan: Schedule) -> Iterator[Figure]:
    above = summaries(project.state)
    tasks = [task for task in project.state.of(Task) if task.id not in above]
    done = sum(1 for task in tasks if task.entry.done)
    if not tasks:
        return
    yield Figure(
        "Tasks done",
        f"{language.number(done)} of {language.number(len(tasks))}",
        _end(plan.finish, project.as_of) if plan.finish else "",
        "calm",
        "timeline#tasks",
    )
    critical = [
        task for task in tasks if task.id in plan.tasks and plan.tasks[task.id].critical and not task.entry.done
    ]
    rest = [
        plan.tasks[task.id].total_float
        for task in tasks
        if not task.entry.done and task.id in plan.tasks and not plan.tasks[task.id].critical
    ]
    near = sum(1 for spare in rest if spare <= 5)
    more = f"{language.figure(near, 'more task')} with five days of float or less" if near else ""
    if rest and not near:
        more = "the rest has more than a week of float"
    tone = "waits" if critical else "calm"
    yield Figure("Critical tasks left", language.number(len(critical)), more, tone, "timeline#tasks")


def drawn(project: Project) -> str:
    """The chart in words."""
    plan = project.schedule
    if plan is None or plan.start is None or plan.finish is None or not project.state.of(Task):
        return "Phases, gates and milestones on a time axis."
    names = {record.id: record.headline for record in project.state.records.get("timeline", ())}
    path = ", ".join(names[name] for name in plan.critical_paths[0]) if plan.critical_paths else "none"
    return (
        f"Tasks as bars from {language.day(plan.start)} to {language.day(plan.finish)}, by phase, with gates and "
        f"milestones as diamonds. The critical path: {path}. The same figures stand in the table below."
    )


def _phase_name(project: Project, ref: str | None) -> str:
    return project.state.name(f"timeline/{ref}").removeprefix("timeline/") if ref else ""
