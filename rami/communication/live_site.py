"""A running site as everybody outside the loop sees it: OPC UA server, command line, services.

The loop publishes into it and takes requests from it between two steps; nobody holds the loop
up. The same protocol is met in the loop's process and at the other end of its control socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from rami.asset.live import Observation
from rami.core.event import Event
from rami.core.points import PointIndex
from rami.core.timegrid import TimeGrid
from rami.integration.mode import Mode
from rami.integration.role import Role


@dataclass(frozen=True)
class TwinView:
    """A twin after the last step.

    `seen` are its points in the order of `points(twin)`: measured, acting and actuated (as read
    back), as the active backend tells them; simulated values carry SIMULATED. `backend` is
    `model` or `plant`, what its values come from; `mode` what was asked for and holds.
    `wanted_mode` differs from it while a lost plant is waited for. `residuals` are plant less
    model by point, in canonical units, where both are known. `advice` are set-points computed
    and not written (mode `advise`), by input.
    """

    mode: Mode
    wanted_mode: Mode
    backend: str
    backends: tuple[str, ...]
    link: str
    link_trouble: str
    seen: Observation
    residuals: Mapping[str, float] = field(default_factory=dict)
    advice: Mapping[str, float] = field(default_factory=dict)
    stopped: str = ""
    diagnosis: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanView:
    """The schedule that is followed; `values[i, j]` is column j in step i of `grid`.

    `bound` is a proven lower bound of the objective, `gap` the distance to it; None and NaN
    where no optimisation stands behind the plan. `proposed`: it waits to be applied or rejected
    by an operator (`apply_schedule`).
    """

    grid: TimeGrid
    columns: tuple[str, ...]
    units: tuple[str, ...]
    values: Sequence[Sequence[float]]
    rung: str
    gap: float
    objective: float
    made_ns: int
    notes: tuple[str, ...] = ()
    proposed: bool = False
    bound: float | None = None


@dataclass(frozen=True)
class Pace:
    """How the loop keeps time: `clock` is simulated, scaled or real, `speed` the factor (0 in
    simulated time); steps taken, late and missed; lateness in seconds."""

    clock: str
    speed: float
    steps: int
    late: int
    missed: int
    late_p99_s: float
    late_most_s: float


@dataclass(frozen=True)
class ServiceView:
    """A service beside the run: `state` in a word (`well`, `crashed`, `late`, ...) since when
    (UTC ns), when its last message was sent (0: none), what stands in for it (empty: nothing)."""

    owner: str
    state: str
    since_ns: int
    last_ns: int
    fallback: str = ""


@dataclass(frozen=True)
class SiteView:
    """All twins after step `step`, which ended at `time_ns` (the loop's time).

    `figures` are key figures, balances and counters with their units, by name
    (`kpi.x`, `cost.iess.hnht`, `account.iess.cost`): value, unit.
    """

    step: int
    time_ns: int
    twins: Mapping[str, TwinView]
    pace: Pace
    figures: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    state: str = "running"
    services: Mapping[str, ServiceView] = field(default_factory=dict)


class Verb(StrEnum):
    """What may be asked for; arguments of each in brackets.

    `mode` [twin, mode, why], `swap` [twin, backend, why], `replan` [], `apply_schedule` [],
    `reject_schedule` [why], `set_point` [point, value, unit?, lease_s?] takes a lease by the
    role MANUAL for it, `give_back` [point], `release` [twin, why] ends an emergency stop,
    `emergency` [twin, why] begins one, `acknowledge` [source, condition, comment],
    `checkpoint` [], `stop` [why] ends the run.
    """

    MODE = "mode"
    SWAP = "swap"
    REPLAN = "replan"
    APPLY = "apply_schedule"
    REJECT = "reject_schedule"
    SET_POINT = "set_point"
    GIVE_BACK = "give_back"
    EMERGENCY = "emergency"
    RELEASE = "release"
    ACKNOWLEDGE = "acknowledge"
    CHECKPOINT = "checkpoint"
    STOP = "stop"


@dataclass(frozen=True)
class Request:
    """What `who` (operator's name) asks for; `role` is checked by whoever let him in."""

    verb: Verb
    who: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    role: Role = Role.MANUAL


@dataclass(frozen=True)
class Reply:
    """`done`, or every reason why not; `told` is what the verb gives back."""

    done: bool
    why: tuple[str, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)


class LiveSite(Protocol):
    """A running site. All calls may come from any thread."""

    name: str
    twins: tuple[str, ...]

    def points(self, twin: str) -> PointIndex:
        """Outputs, then what acts on the twin, then what is actuated; never changes."""

    def view(self) -> SiteView:
        """After the last step; a new object for each step, never changed."""

    def plan(self) -> PlanView | None:
        """What is followed now; None before the first plan."""

    def proposal(self) -> PlanView | None:
        """A plan that waits for an operator."""

    def events(self, after: int = 0, at_most: int = 1000) -> tuple[Event, ...]:
        """Events with a number above `after`, in order."""

    def conditions(self) -> Mapping[tuple[str, str], tuple[Event, bool]]:
        """Alarms that hold or wait to be acknowledged, by (source, condition): the event that
        raised them, and whether somebody has acknowledged it. The event's `active` is false when
        the alarm has ended and only waits."""

    def wait(self, step: int, timeout_s: float) -> bool:
        """Until a step after `step` has ended; whether one has in time."""

    def ask(self, request: Request, timeout_s: float = 30.0) -> Reply:
        """Have it done between two steps; a reply that says so when it was not in time."""
