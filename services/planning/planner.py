"""Who plans for a run: asked, then polled; in this process or in one of its own."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rami.core.errors import RamiError, RunError
from services.planning.job import PlanJob, Planned, plan

if TYPE_CHECKING:
    from rami.functional.strategy import StrategyController


@dataclass(frozen=True)
class Trouble:
    """A job that gave no schedule: which, and why in words; the run goes on with what it has."""

    ticket: int
    interval: int
    error: RamiError


@dataclass(frozen=True)
class Answered:
    """A job that was done."""

    ticket: int
    planned: Planned


class Planner(Protocol):
    """Works off one job after the other; an answer comes in the order of the jobs."""

    #: processes that had to be replaced
    restarts: int

    def ask(self, job: PlanJob) -> int:
        """Take a job; its ticket. Does not wait."""

    def poll(self) -> Answered | Trouble | None:
        """The next answer, None while there is none. Does not wait."""

    def planned(self, job: PlanJob) -> Planned:
        """Ask and wait for the answer. Raises RamiError where there is no schedule."""

    def close(self) -> None:
        """No more jobs."""


class InProcessPlanner:
    """Plans in this process, when asked."""

    restarts = 0

    def __init__(self, controller: StrategyController) -> None:
        self.controller = controller
        self._answers: deque[Answered | Trouble] = deque()
        self._ticket = 0

    def ask(self, job: PlanJob) -> int:
        """Do the job at once; `poll` has the answer."""
        self._ticket += 1
        try:
            answer: Answered | Trouble = Answered(self._ticket, plan(self.controller, job))
        except RamiError as error:
            answer = Trouble(self._ticket, job.interval, error)
        self._answers.append(answer)
        return self._ticket

    def poll(self) -> Answered | Trouble | None:
        """The next answer."""
        return self._answers.popleft() if self._answers else None

    def planned(self, job: PlanJob) -> Planned:
        """Do the job. Raises RamiError where there is no schedule."""
        if self._answers:
            raise RunError("an answer was not taken yet; poll before the next job")
        return plan(self.controller, job)

    def close(self) -> None:
        """Nothing to do."""
