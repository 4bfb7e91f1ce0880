"""Plans of a live run: asked for when due, wished for or when a plant is lost, taken when there."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep

from rami.communication.live_site import PlanView, Reply
from rami.core.errors import RamiError
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from rami.functional.schedule import Schedule
from services.planning.job import PlanJob, Planned
from services.planning.planner import Answered, Planner, Trouble
from services.runtime.beside import Happened
from services.runtime.views import plan_view
from services.study.season_run import SeasonRun

#: after which a plan that could not be made is tried again
_AGAIN_NS = 60 * NS
#: how long an answer is waited for between two looks, s
_LOOK_S = 0.1
#: rungs of the ladder that are worth a word
_FALLBACKS = ("shifted", "rules", "incumbent")


class LivePlanning:
    """Keeps a run in plans.

    In simulated time (`waits`) it waits for each; else for the first one by `wait`, which gets
    seconds, and the old plan is followed until the new one is there. With `approve` a plan waits
    until somebody applies it. `lost` are twins that must not be counted on.
    """

    def __init__(
        self,
        run: SeasonRun,
        planner: Planner,
        happened: Happened,
        clock: Callable[[], int],
        *,
        waits: bool,
        approve: bool = False,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._run, self._planner, self._happened, self._clock = run, planner, happened, clock
        self._waits, self._approve, self._idle = waits, approve, wait
        self._lost: frozenset[str] = frozenset()
        self._asked = 0
        self._wanted = self._why = ""
        self._waiting: Planned | None = None
        self._offered = ""
        #: a schedule that waits was told
        self._told = approve
        self._trouble = False
        self._failed_ns = self._restarts = 0
        self.shown: PlanView | None = None
        self.proposed: PlanView | None = None

    def want(self, why: str) -> None:
        """A new plan at the next opportunity."""
        self._wanted = self._wanted or why

    @property
    def busy(self) -> bool:
        """Whether a plan is being made, or wanted."""
        return bool(self._asked or self._wanted)

    def lose(self, lost: frozenset[str]) -> None:
        """Plan without these twins from now on."""
        if lost != self._lost:
            self._lost = lost
            self.want("without " + ", ".join(sorted(lost)) if lost else "all twins are back")

    def begin(self, interval: int) -> None:
        """An interval begins: plan where one is due."""
        run = self._run
        if run.due(interval):
            self.want("it is due")
        if self._wanted and (self._waits or run.schedule is None):
            self._now(interval)
        run.begin_interval(interval, plan=False)
        self.between()

    def between(self) -> None:
        """Ask for what is wanted, take what is there."""
        if self._failed_ns and self._clock() - self._failed_ns >= _AGAIN_NS:
            self._failed_ns = 0
            self.want(f"{self._why.removesuffix(', again')}, again")
        if self._wanted:
            if self._waits:
                self._now(self._run.interval)
                self._run.follow(self._run.interval)
            elif not self._asked:
                self._wanted, self._why = "", self._wanted
                self._asked = self._planner.ask(self._job(self._run.interval))
        answer = self._planner.poll()
        self._tell_restarts()
        if isinstance(answer, Answered):
            self._asked = 0
            self._arrived(answer.planned)
        elif isinstance(answer, Trouble):
            self._asked = 0
            self._failed(answer.error)

    def apply(self) -> Reply:
        """Follow the plan that waits."""
        if self._waiting is None:
            return Reply(False, ("no schedule waits to be applied",))
        planned, self._waiting, self.proposed = self._waiting, None, None
        if planned.schedule.grid.end_ns <= self._clock():
            return Reply(False, ("its time is over",))
        self._why = self._offered or self._why
        self._take(planned)
        return Reply(True)

    def offer(self, schedule: Schedule, who: str) -> None:
        """A schedule of somebody else waits to be applied or rejected; it begins now."""
        self._wait(Planned(self._run.interval, schedule, float("nan")), f"offered by {who}")

    def reject(self, who: str, why: str) -> Reply:
        """Drop the plan that waits."""
        if self._waiting is None:
            return Reply(False, ("no schedule waits to be rejected",))
        self._waiting = self.proposed = None
        self._happened(
            EventKind.SCHEDULE, "", Severity.NOTE, f"schedule rejected by {who}: {why}",
            condition="schedule waits", active=False,
        )  # fmt: skip
        return Reply(True)

    def close(self) -> None:
        """No more plans."""
        self._planner.close()

    def _job(self, interval: int) -> PlanJob:
        return self._run.job(interval, unavailable=self._lost)

    def _now(self, interval: int) -> None:
        self._wanted, self._why = "", self._wanted
        try:
            self._take(self._planned(self._job(interval)), interval)
        except RamiError as error:
            if self._run.schedule is None:
                raise
            self._failed(error)

    def _planned(self, job: PlanJob) -> Planned:
        planner = self._planner
        if self._waits:
            return planner.planned(job)
        ticket = planner.ask(job)
        while (answer := planner.poll()) is None or answer.ticket != ticket:
            self._idle(_LOOK_S)
        if isinstance(answer, Trouble):
            raise answer.error
        return answer.planned

    def _arrived(self, planned: Planned) -> None:
        if not self._approve:
            self._take(planned)
            return
        self._wait(planned)

    def _wait(self, planned: Planned, offered: str = "") -> None:
        self._waiting, self._offered, self._told = planned, offered, True
        self.proposed = plan_view(planned.schedule, self._clock(), proposed=True)
        what = f"a schedule {offered} waits" if offered else "a schedule waits"
        self._happened(
            EventKind.SCHEDULE, "", Severity.WARNING, f"{what} to be applied or rejected",
            condition="schedule waits", active=True,
        )  # fmt: skip

    def _take(self, planned: Planned, interval: int | None = None) -> None:
        run, schedule = self._run, planned.schedule
        run.take(planned, run.interval if interval is None else interval)
        if interval is None:
            run.follow(run.interval)
        self.shown, self._failed_ns = plan_view(schedule, self._clock()), 0
        fallback = schedule.rung in _FALLBACKS
        if self._trouble:
            self._trouble = False
            self._happened(
                EventKind.SOLVER, "", Severity.NOTE, "schedules come again",
                condition="no schedule", active=False,
            )  # fmt: skip
        self._happened(
            EventKind.FALLBACK if fallback else EventKind.SCHEDULE, "",
            Severity.WARNING if fallback else Severity.NOTE,
            "; ".join([f"new schedule ({self._why}) from rung {schedule.rung}", *schedule.notes]),
            condition=self._over_now(), active=False,
            why=self._why, rung=schedule.rung, objective_EUR=schedule.objective,
        )  # fmt: skip

    def _over_now(self) -> str:
        """The condition that ends with this plan: another one waited before."""
        told, self._told = self._told, self._told and self._waiting is not None
        return "schedule waits" if told and not self._told else ""

    def _tell_restarts(self) -> None:
        if self._planner.restarts > self._restarts:
            self._restarts = self._planner.restarts
            self._happened(
                EventKind.SOLVER, "", Severity.WARNING,
                "the planner's process ended or hung; another one is started",
                restarts=self._restarts,
            )  # fmt: skip

    def _failed(self, error: RamiError) -> None:
        self._trouble, self._failed_ns = True, 0 if self._waits else self._clock()
        self._happened(
            EventKind.SOLVER, "", Severity.ALARM, f"no new schedule: {error}",
            condition="no schedule", active=True,
        )  # fmt: skip
