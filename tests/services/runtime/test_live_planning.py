"""Plans of a live run: waited for or not, wished for, without a lost plant, approved."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from rami.core.errors import RunError
from rami.core.event import EventKind, Severity
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from services.planning.job import Planned
from services.planning.planner import Answered, Trouble
from services.runtime.planning import LivePlanning


@dataclass
class Job:
    interval: int
    unavailable: frozenset[str]


class Run:
    """As far as plans need a season's run."""

    def __init__(self, period: int = 4) -> None:
        self.interval, self.period = 0, period
        self.schedule: Schedule | None = None
        self.begun: list[int] = []
        self.followed: list[tuple[int, Schedule | None]] = []

    def due(self, interval: int) -> bool:
        return interval % self.period == 0

    def job(self, interval: int, unavailable: Collection[str] = ()) -> Job:
        return Job(interval, frozenset(unavailable))

    def take(self, planned: Planned, interval: int) -> None:
        self.schedule = planned.schedule

    def follow(self, interval: int) -> None:
        self.followed.append((interval, self.schedule))

    def begin_interval(self, interval: int, *, plan: bool) -> None:
        assert not plan
        self.interval = interval
        self.begun.append(interval)


def planned(job: Any) -> Planned:
    notes = tuple(f"{t}: not available for the whole plan" for t in sorted(job.unavailable))
    values = np.zeros((4, 1))
    grid = TimeGrid(job.interval * 900, 900, 4)
    return Planned(job.interval, Schedule(grid, ("hts.hp.P_el",), values, "milp", notes=notes), 0.0)


@dataclass
class Planner:
    """Answers when told to."""

    jobs: list[Any] = field(default_factory=list)
    answers: deque[Any] = field(default_factory=deque)
    fails: bool = False
    closed: bool = False
    restarts: int = 0

    def ask(self, job: Any) -> int:
        self.jobs.append(job)
        return len(self.jobs)

    def answer(self) -> None:
        ticket, job = len(self.jobs), self.jobs[-1]
        error = RunError("the planner was ended")
        self.answers.append(
            Trouble(ticket, job.interval, error) if self.fails else Answered(ticket, planned(job))
        )

    def poll(self) -> Any:
        return self.answers.popleft() if self.answers else None

    def planned(self, job: Any) -> Planned:
        self.jobs.append(job)
        if self.fails:
            raise RunError("no solution")
        return planned(job)

    def close(self) -> None:
        self.closed = True


class Told:
    """Events."""

    def __init__(self) -> None:
        self.all: list[tuple[EventKind, Severity, str, str, bool]] = []

    def __call__(
        self, kind: EventKind, source: str, severity: Severity, text: str, *, condition: str = "",
        active: bool = False, **details: float | str | bool,
    ) -> None:  # fmt: skip
        self.all.append((kind, severity, text, condition, active))


def made(
    *, waits: bool, approve: bool = False, clock: Callable[[], int] = lambda: 7
) -> tuple[LivePlanning, Run, Planner, Told]:
    run, planner, told = Run(), Planner(), Told()
    planning = LivePlanning(
        run, planner, told, clock, waits=waits, approve=approve,  # type: ignore[arg-type]
        wait=lambda _: planner.answer(),
    )  # fmt: skip
    return planning, run, planner, told


def test_in_simulated_time_each_plan_is_waited_for() -> None:
    planning, run, planner, _ = made(waits=True)
    for interval in range(6):
        planning.begin(interval)
    assert [job.interval for job in planner.jobs] == [0, 4] and run.begun == [*range(6)]
    planning.lose(frozenset({"hts"}))
    planning.between()
    assert planner.jobs[-1].unavailable == {"hts"}
    assert run.schedule is not None and run.followed[-1] == (5, run.schedule)
    planning.close()
    assert planner.closed


def test_else_the_old_plan_is_followed_until_the_new_one_is_there() -> None:
    planning, run, planner, told = made(waits=False)
    planning.begin(0)
    first = run.schedule
    assert first is not None, "the first one is waited for"
    for interval in range(1, 5):
        planning.begin(interval)
    assert len(planner.jobs) == 2 and run.schedule is first
    planning.between()
    assert len(planner.jobs) == 2, "asked once"
    planner.answer()
    planning.between()
    assert run.schedule is not first and run.followed[-1] == (4, run.schedule)
    assert [e[0] for e in told.all] == [EventKind.SCHEDULE] * 2


def test_a_lost_plant_is_planned_without_and_counted_on_when_it_is_back() -> None:
    planning, run, planner, told = made(waits=False)
    planning.begin(0)
    planning.lose(frozenset({"hts"}))
    planning.lose(frozenset({"hts"}))
    planning.between()
    planning.lose(frozenset())
    planning.between()
    assert len(planner.jobs) == 2, "the next job waits for the answer of the first"
    planner.answer()
    planning.between()
    assert "without hts" in told.all[-1][2] and "not available" in told.all[-1][2]
    planning.between()
    planner.answer()
    planning.between()
    assert [job.unavailable for job in planner.jobs[1:]] == [{"hts"}, frozenset()]
    assert "all twins are back" in told.all[-1][2] and run.schedule is not None
    assert not run.schedule.notes


def test_a_plan_that_fails_is_an_alarm_until_one_comes() -> None:
    planning, run, planner, told = made(waits=False)
    planner.fails = True
    with pytest.raises(RunError):
        planning.begin(0)  # a run without any plan has nothing to follow
    planner.fails = False
    planning.begin(0)
    kept, planner.fails = run.schedule, True
    planning.want("somebody asks")
    planning.between()
    planner.answer()
    planning.between()
    assert run.schedule is kept
    assert told.all[-1][:2] == (EventKind.SOLVER, Severity.ALARM) and told.all[-1][3:] == (
        "no schedule",
        True,
    )
    planner.fails = False
    planning.want("somebody asks")
    planning.between()
    planner.answer()
    planning.between()
    assert ("no schedule", False) in [e[3:] for e in told.all[-2:]]


def test_plans_wait_for_approval() -> None:
    planning, run, planner, told = made(waits=False, approve=True)
    planning.begin(0)
    first = run.schedule
    planning.want("ann asks")
    planning.between()
    planner.answer()
    planning.between()
    proposed = planning.proposed
    assert run.schedule is first and proposed is not None and proposed.proposed
    assert told.all[-1][3:] == ("schedule waits", True)
    assert planning.reject("ann", "no").done and planning.proposed is None
    assert told.all[-1][3:] == ("schedule waits", False)
    assert not planning.reject("ann", "no").done and not planning.apply().done
    planning.want("ann asks")
    planning.between()
    planner.answer()
    planning.between()
    assert planning.apply().done and run.schedule is not first and planning.proposed is None
    assert ("schedule waits", False) in [e[3:] for e in told.all[-2:]]


def test_a_plan_that_failed_is_tried_again_by_itself() -> None:
    now = [10**9]
    planning, _, planner, told = made(waits=False, clock=lambda: now[0])
    planning.begin(0)
    planner.fails = True
    planning.lose(frozenset({"hts"}))
    for _ in range(3):
        planning.between()
        planner.answer()
        planning.between()
        asked = len(planner.jobs)
        planning.between()
        assert len(planner.jobs) == asked, "not at once"
        now[0] += 60 * 10**9
    planner.fails = False
    planning.between()
    planner.answer()
    planning.between()
    assert planner.jobs[-1].unavailable == {"hts"}
    assert told.all[-1][2].startswith("new schedule (without hts, again)")
    now[0] += 3600 * 10**9
    asked = len(planner.jobs)
    planning.between()
    assert len(planner.jobs) == asked


def test_a_planner_that_is_started_anew_is_told_once() -> None:
    planning, _, planner, told = made(waits=False)
    planning.begin(0)
    planner.restarts = 1
    planning.between()
    planning.between()
    assert [e[2] for e in told.all if e[0] is EventKind.SOLVER] == [
        "the planner's process ended or hung; another one is started"
    ]


def test_a_plan_that_came_meanwhile_is_not_made_again() -> None:
    now = [10**9]
    planning, _, planner, _ = made(waits=False, clock=lambda: now[0])
    planning.begin(0)
    planner.fails = True
    for why in ("ann asks", "bob asks"):
        planning.want(why)
        planning.between()
        planner.answer()
        planning.between()
        planner.fails = False
    asked = len(planner.jobs)
    now[0] += 60 * 10**9
    planning.between()
    assert len(planner.jobs) == asked
