"""Plans of one run for another."""

from __future__ import annotations

from services.planning.job import PlanJob, Planned
from services.planning.planner import Planner


class PlannedBefore:
    """Stands for a planner's `planned`: answers with `plans` in their order, else with its own;
    `made` are the answers.

    Two schedules of nearly the same cost may differ by whole exchangers, and which is the better
    one may hang on a hundredth of a kelvin.
    """

    def __init__(self, own: Planner, plans: list[Planned] | None) -> None:
        self._own, self._plans = own.planned, plans
        self.made: list[Planned] = []

    def __call__(self, job: PlanJob) -> Planned:
        """The plan of the same number."""
        if self._plans is None:
            self.made.append(self._own(job))
        else:
            self.made.append(self._plans[len(self.made)])
            assert self.made[-1].interval == job.interval
        return self.made[-1]
