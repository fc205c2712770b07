"""The simulation: against closed forms, and run by run against the deterministic plan with the same durations."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

import pytest
from msgspec.structs import replace

np = pytest.importorskip("numpy")

from mkdocs_ecompm.model.forecast import Simulation, day_by, share_by  # noqa: E402
from mkdocs_ecompm.schedule.activity import KINDS, Activity, Dependency, NotBefore  # noqa: E402
from mkdocs_ecompm.schedule.calendar import WEEKDAYS, Calendar  # noqa: E402
from mkdocs_ecompm.schedule.estimates import Estimate  # noqa: E402
from mkdocs_ecompm.schedule.plan import schedule  # noqa: E402
from mkdocs_ecompm.schedule.sampling import DISTRIBUTIONS, durations, pert, triangular  # noqa: E402
from mkdocs_ecompm.schedule.simulation import Draw, simulate  # noqa: E402

MONDAY = date(2026, 3, 2)
EVERY_DAY = Calendar(MONDAY, WEEKDAYS)
WORK_WEEK = Calendar(MONDAY, holidays=[date(2026, 4, 3), date(2026, 4, 6)])


def days(*numbers: float) -> Estimate:
    return Estimate(*(Decimal(str(number)) for number in numbers))


def task(name: str, estimate: Estimate | None, *after: str, duration: float = 10, **other: object) -> Activity:
    waits = tuple(Dependency(before) for before in after)
    return Activity(name, Decimal(str(duration)), after=waits, estimate=estimate, **other)  # type: ignore[arg-type]


def run(activities: list[Activity], *, status: date | None = None, **draw: object) -> Simulation:
    found = simulate(activities, EVERY_DAY, status, draw=Draw(**draw))  # type: ignore[arg-type]
    assert found is not None
    return found


def offset(day: date) -> int:
    """Working days that are over in the evening of a day, in a calendar without free days."""
    return (day - MONDAY).days + 1


# --- closed forms -----------------------------------------------------------------------------------------------------


def triangle(x: float, best: float, likely: float, worst: float) -> float:
    """The share of triangular durations up to x."""
    if x <= best:
        return 0
    if x >= worst:
        return 1
    if x <= likely:
        return (x - best) ** 2 / ((worst - best) * (likely - best))
    return 1 - (worst - x) ** 2 / ((worst - best) * (worst - likely))


def test_one_triangular_task() -> None:
    found = run([task("A", days(100, 130, 200))], distribution="triangular")
    for number in (115, 130, 150, 180):
        exact = triangle(number, 100, 130, 200)
        assert share_by(found.histogram, MONDAY + timedelta(number - 1)) == pytest.approx(exact, abs=0.015)
    assert abs(offset(found.p50) - (200 - math.sqrt(0.5 * 100 * 70))) <= 2


def test_the_longer_of_two() -> None:
    """The share of the later of two independent finishes is the product of the shares."""
    found = run([task("A", days(100, 130, 200)), task("B", days(90, 150, 180))], distribution="triangular")
    for number in (130, 150, 170):
        exact = triangle(number, 100, 130, 200) * triangle(number, 90, 150, 180)
        assert share_by(found.histogram, MONDAY + timedelta(number - 1)) == pytest.approx(exact, abs=0.015)
    both = found.criticality["A"] + found.criticality["B"]
    assert both == pytest.approx(1, abs=0.01)  # never none, hardly ever both


def test_a_long_chain_is_normal() -> None:
    """The central limit theorem: a sum has the sum of the means, and of the variances."""
    chain = [task(f"T{n}", days(5, 10, 21), *([f"T{n - 1}"] if n else [])) for n in range(60)]
    found = run(chain, distribution="triangular")
    mean = (5 + 10 + 21) / 3
    variance = (25 + 100 + 441 - 50 - 105 - 210) / 18
    normal = NormalDist(60 * mean, math.sqrt(60 * variance))
    for share, day in ((0.5, found.p50), (0.8, found.p80), (0.95, found.p95)):
        assert abs(offset(day) - normal.inv_cdf(share)) < 2
    assert set(found.criticality.values()) == {1.0}


def test_pert_has_its_mean_and_spread() -> None:
    chain = [task(f"T{n}", days(4, 10, 22), *([f"T{n - 1}"] if n else [])) for n in range(60)]
    found = run(chain)
    mean = (4 + 4 * 10 + 22) / 6
    variance = (mean - 4) * (22 - mean) / 7  # of a beta with alpha + beta = 6
    assert abs(offset(found.p50) - 60 * mean) < 2
    assert abs(offset(found.p95) - NormalDist(60 * mean, math.sqrt(60 * variance)).inv_cdf(0.95)) < 2.5


@pytest.mark.parametrize("mode", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_quantiles_of_the_beta(mode: float) -> None:
    """The table of quantiles against numpy's own beta distribution."""
    share = (np.arange(20_000, dtype=np.float32) + 0.5) / 20_000
    ours = pert(mode)(share.astype(np.float32))
    theirs = np.sort(np.random.default_rng(5).beta(1 + 4 * mode, 5 - 4 * mode, 200_000))[5::10]
    assert np.all(np.diff(ours) >= 0)
    assert ours.min() >= 0
    assert ours.max() <= 1
    assert float(ours.mean()) == pytest.approx((4 * mode + 1) / 6, abs=2e-4)
    assert np.abs(ours - theirs)[200:-200].max() < 0.01


def test_quantiles_of_the_triangle() -> None:
    share = np.linspace(0, 1, 9, dtype=np.float32)
    assert triangular(0.5)(share) == pytest.approx([triangle_quantile(float(one)) for one in share], abs=1e-6)
    assert triangular(0.0)(share)[-1] == pytest.approx(1)
    assert triangular(1.0)(share) == pytest.approx(np.sqrt(share), abs=1e-6)


def triangle_quantile(share: float) -> float:
    return math.sqrt(share / 2) if share < 0.5 else 1 - math.sqrt((1 - share) / 2)


# --- against the deterministic plan -----------------------------------------------------------------------------------


def random_plan(seed: int, *, told: bool) -> list[Activity]:
    """A plan with everything: all kinds of dependencies, lags, days, summaries, milestones, progress and actuals."""
    chance = random.Random(seed)  # noqa: S311  # plans, no secrets
    found: list[Activity] = []
    for number in range(14):
        after = tuple(
            Dependency(before.id, chance.choice(KINDS), Decimal(chance.choice([0, 0, 0, 1, 3, -2])))
            for before in chance.sample(found, min(len(found), chance.randrange(3)))
        )
        limits = (
            (NotBefore(MONDAY + timedelta(chance.randrange(40)), chance.choice(KINDS), Decimal(chance.randrange(3))),)
            if chance.random() < 0.3
            else ()
        )
        likely = chance.randrange(1, 12)
        vary = chance.random() < 0.7
        one = Activity(
            f"T{number}",
            Decimal(0) if chance.random() < 0.15 else Decimal(likely),
            wbs=chance.choice(["", "", "", "1", "1.1", "1.2", "2.1"]) if seed % 3 == 0 else "",
            after=after,
            not_before=limits,
        )
        if vary and one.duration:
            one = replace(one, estimate=days(likely / 2, likely, likely * 2))
        found.append(_told(one, chance) if told else one)
    return found


def _told(one: Activity, chance: random.Random) -> Activity:
    """What has happened: ended, ended on an unknown day, begun, or nothing."""
    begin = MONDAY + timedelta(chance.randrange(10))
    match chance.randrange(6):
        case 0:
            started = begin if chance.random() < 0.5 else None
            return replace(one, finished=begin + timedelta(chance.randrange(9)), started=started)
        case 1:
            return replace(one, progress=Decimal(100), started=begin if chance.random() < 0.5 else None)
        case 2:
            return replace(one, progress=Decimal(chance.choice([25, 50, 80])))
        case 3:
            return replace(one, started=begin, progress=Decimal(chance.choice([0, 40])))
    return one


def by_the_plan(activities: list[Activity], status: date | None, draw: Draw) -> tuple[Counter[date], Counter[str]]:
    """Finish days and critical activities of each run, from the deterministic plan with the durations drawn."""
    above = schedule(activities, WORK_WEEK, status)
    if above.cycle:
        return Counter(), Counter()
    found = simulate(activities, WORK_WEEK, status, draw=draw)
    if found is None:
        return Counter(), Counter()
    varies = [number for number, one in enumerate(activities) if one.estimate and _is_open(activities, one, status)]
    rows = durations([e for number in varies if (e := activities[number].estimate)], draw.distribution)(
        np.random.Generator(np.random.PCG64(draw.seed)).random((len(varies), draw.runs), np.float32)
    )
    finishes: Counter[date] = Counter()
    critical: Counter[str] = Counter()
    for column in range(draw.runs):
        known = list(activities)
        for row, number in enumerate(varies):
            known[number] = replace(known[number], duration=Decimal(str(round(float(rows[row, column]), 4))))
        plan = schedule(known, WORK_WEEK, status)
        assert plan.finish is not None
        finishes[plan.finish] += 1
        critical.update(name for name, dates in plan.tasks.items() if dates.critical)
    return finishes, critical


def _is_open(activities: list[Activity], one: Activity, status: date | None) -> bool:
    codes = [other.wbs for other in activities]
    if one.wbs and any(code.startswith(one.wbs + ".") for code in codes):
        return False
    return status is None or (one.finished is None and one.progress < 100)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("told", [False, True], ids=["planned", "under way"])
def test_each_run_is_the_plan_with_other_durations(seed: int, told: bool) -> None:
    activities = random_plan(seed, told=told)
    status = MONDAY + timedelta(14) if told else None
    draw = Draw(runs=40, seed=seed, distribution=DISTRIBUTIONS[seed % 2])
    finishes, critical = by_the_plan(activities, status, draw)
    found = simulate(activities, WORK_WEEK, status, draw=draw)
    if found is None or not finishes:
        assert not finishes
        return
    # A finish within a minute of midnight may fall on either side of it.
    ours, theirs = (
        sum(offset(day) * count for day, count in one.items()) / draw.runs for one in (found.histogram, finishes)
    )
    assert abs(ours - theirs) <= 0.2
    for name, share in found.criticality.items():
        assert abs(share - critical[name] / draw.runs) <= 0.05, name


# --- what it promises -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_runs() -> None:
    plan = [task("A", days(5, 10, 30)), task("B", days(5, 10, 30), "A")]
    assert run(plan, seed=3) == run(plan, seed=3)
    assert run(plan, seed=3).histogram != run(plan, seed=4).histogram
    # PCG64 promises the same stream everywhere, so these days may be written down
    found = run(plan)
    assert (found.p50, found.p80, found.p95) == (MONDAY + timedelta(24), MONDAY + timedelta(30), MONDAY + timedelta(35))


def test_every_run_is_counted() -> None:
    found = run([task("A", days(5, 10, 30))], runs=3_777)
    assert (found.runs, sum(found.histogram.values())) == (3_777, 3_777)


def test_a_plan_without_estimates_is_not_simulated() -> None:
    assert simulate([task("A", None)], EVERY_DAY) is None
    assert simulate([], EVERY_DAY) is None
    assert simulate([task("A", days(5, 4, 9))], EVERY_DAY) is None  # the estimate does not rise
    assert simulate([task("A", days(1, 2, 3), "B"), task("B", None, "A")], EVERY_DAY) is None  # a circle
    done = task("A", days(5, 10, 30), finished=MONDAY)
    assert simulate([done, task("B", None, "A")], EVERY_DAY, MONDAY) is None


def test_a_duration_without_an_estimate_is_certain() -> None:
    found = run([task("A", days(1, 2, 3)), task("B", None, duration=50)])
    assert found.histogram == {MONDAY + timedelta(49): 10_000}
    assert found.criticality == {"A": 0, "B": 1}


def test_an_estimate_of_one_value_is_certain() -> None:
    found = run([task("A", days(4, 4, 4)), task("B", days(5, 6, 8), "A")])
    assert min(found.histogram) >= MONDAY + timedelta(8)


def test_only_the_rest_of_a_task_under_way_varies() -> None:
    status = MONDAY + timedelta(20)
    half = task("A", days(10, 20, 40), duration=20, progress=Decimal(50), started=MONDAY)
    found = run([half], status=status)
    assert min(found.histogram) >= status + timedelta(4)  # half of the best, 5 days, from the status date on
    assert max(found.histogram) <= status + timedelta(19)
    assert run([replace(half, progress=Decimal(0), started=None)], status=status).p50 > found.p50


def test_milestones_are_counted() -> None:
    plan = [
        task("A", days(5, 10, 30)),
        task("M", None, "A", duration=0),
        Activity("N", Decimal(0), after=(Dependency("A", "SS", Decimal(2)),)),
        Activity("L", Decimal(0), after=(Dependency("O"),)),
        Activity("O", Decimal(0), after=(Dependency("A"),), not_before=(NotBefore(MONDAY + timedelta(99)),)),
        task("B", None, "M", duration=40),
    ]
    found = simulate(plan, EVERY_DAY, milestones=("L", "M", "N", "O"))
    assert found is not None
    assert set(found.milestones) == {"L", "M", "N", "O"}
    reached = found.milestones["M"]
    assert sum(reached.values()) == 10_000
    # a milestone stands on the day on which what it waits for ends; one that waits for a start, or a day, on that day
    without = simulate([one for one in plan if one.id not in {"L", "O"}], EVERY_DAY)
    assert without is not None
    assert without.histogram == {day + timedelta(40): count for day, count in reached.items()}
    assert found.milestones["N"] == {MONDAY + timedelta(2): 10_000}
    assert found.milestones["O"] == found.milestones["L"] == found.histogram == {MONDAY + timedelta(99): 10_000}


def test_quantiles_of_a_histogram() -> None:
    counts = {MONDAY + timedelta(2): 5, MONDAY: 3, MONDAY + timedelta(1): 2}
    assert [day_by(counts, share) for share in (0.3, 0.31, 0.5, 0.51, 1)] == [
        MONDAY + timedelta(days) for days in (0, 1, 1, 2, 2)
    ]
    assert [share_by(counts, MONDAY + timedelta(days)) for days in (-1, 0, 1, 9)] == [0, 0.3, 0.5, 1]
    with pytest.raises(ValueError, match="Nothing was counted"):
        day_by({}, 0.5)
