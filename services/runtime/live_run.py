"""A live run from its begin to its end: steps, plans, requests, modes, views, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rami.communication.live_site import Reply, Request, SiteView, Verb
from rami.core.errors import ModelError, RamiError, RunError
from rami.core.event import EventKind, Severity
from rami.core.snapshot import Snapshot
from rami.core.timegrid import iso
from rami.integration.alarm_limits import AlarmLimit
from rami.integration.mode import Mode
from services.control.published import Published
from services.control.requests import Waiting
from services.planning.planner import Planner
from services.runtime.checkpoints import Checkpoints
from services.runtime.climbing import Climb
from services.runtime.clock import RunClock
from services.runtime.desk import URGENT, Desk
from services.runtime.figures import LiveFigures
from services.runtime.history import LiveHistory
from services.runtime.late_watch import LateWatch
from services.runtime.limit_watch import LimitWatch
from services.runtime.live_loop import LiveLoop
from services.runtime.loop_services import LoopServices
from services.runtime.planning import LivePlanning
from services.runtime.refused import RefusedRequests
from services.runtime.resuming import check_same
from services.runtime.saving import Saving
from services.runtime.stopping import BrokenOff, Stopping
from services.runtime.twin_modes import TwinModes
from services.runtime.views import site_view
from services.study.season_run import SeasonRun

KIND, VERSION = "run", 1
#: what comes before a checkpoint is in the historian, so that a resumed run leaves no gap, s
_SETTLE_S = 10.0
#: how long a signal may be waited for, s
_SLICE_S = 0.25


@dataclass(frozen=True)
class LiveOptions:
    """`aims` are modes that twins are to be brought to, in the name of `who`. Seconds of the
    wall clock between checkpoints and, in simulated time, between views."""

    site_hash: str
    who: str = ""
    aims: Mapping[str, Mode] | None = None
    approve: bool = False
    checkpoint_s: float = 5.0
    view_s: float = 0.2


class LiveRun:
    """Drives `run` over `loop` until its data end or somebody stops it."""

    def __init__(
        self,
        run: SeasonRun,
        loop: LiveLoop,
        modes: Mapping[str, TwinModes],
        planner: Planner,
        published: Published,
        checkpoints: Checkpoints,
        options: LiveOptions,
        figures: LiveFigures,
        limits: Mapping[str, Sequence[AlarmLimit]],
        history: LiveHistory | None = None,
        refused: RefusedRequests | None = None,
    ) -> None:
        self.run, self.loop, self.published = run, loop, published
        self.modes = dict(modes)
        self._checkpoints, self._options, self._history = checkpoints, options, history
        self._figures, self._refused = figures, refused
        self._clock: RunClock = loop.clock
        self._simulated = loop.clock.kind == "simulated"
        happened = published.happened
        self.planning = LivePlanning(
            run, planner, happened, loop.clock, waits=self._simulated, approve=options.approve,
            wait=self.while_waiting,
        )  # fmt: skip
        self.desk = Desk(self.modes, loop.clock, happened, self._elsewhere)
        loop.keep = self.desk.keep
        self._climb = Climb(self.modes, options.aims or {}, options.who, happened)
        self._shown_s = time.monotonic()
        self._late = LateWatch(loop.clock.lateness, happened)
        self._limits = [
            (switch, LimitWatch(
                twin, switch.outputs, limits.get(twin, ()), happened, published.conditions,
                loop.clock,
            ))
            for twin, switch in loop.switches.items()
        ]  # fmt: skip
        self.saving = Saving(self.checkpoint, options.checkpoint_s, happened)
        self.services: LoopServices | None = None
        self._deferred: list[Waiting] = []
        self._stopping = Stopping(
            0.0 if self._simulated else loop.steps.exchange_s / loop.clock.speed
        )
        #: end as soon as that can be; from any thread
        self.stop = self._stopping.stop

    @property
    def stopped(self) -> str:
        """Why it was stopped; empty while it was not."""
        return self._stopping.why

    def attach(self, services: LoopServices) -> None:
        """Services that run beside from now on."""
        self.services = services
        keep = self.loop.keep

        def keep_both() -> None:
            keep()
            services.keep()

        self.loop.keep = keep_both

    def go(self) -> None:
        """Run. Raises RamiError of whatever fails; the last checkpoint stands then."""
        if self._clock.kind == "scaled":
            self._clock.begin(self.loop.now_ns)
        self._publish()
        if not self._simulated:
            self.saving.now()  # something to go on from, whenever it is stopped
        try:
            while self.run.interval < self.run.data.grid.count and not self.stopped:
                self.exchange_step()
            if self.stopped and (trouble := self.saving.now()):
                raise RunError(trouble)
        except BrokenOff:
            pass
        for modes in self.modes.values():
            for guard in modes.switch.guards():
                guard.close()
        if self._refused is not None:
            self._refused.record(all_=True)
        self._publish()

    def exchange_step(self) -> None:
        """The next exchange step with all that belongs to it."""
        run = self.run
        if self.services is not None:
            self.services.step()
        if not run.begun:
            self.planning.begin(run.interval)
        self.loop.run_samples(run.interval, run.sample, run.sample + 1)
        run.sample += 1
        if run.sample == self.loop.steps.samples:
            run.end_interval(run.interval)
        self._between_exchanges()

    def failed(self, error: RamiError) -> None:
        """What ends the run, for whoever looks at it and for its journal."""
        self.published.happened(EventKind.STOP, "", Severity.DANGER, f"the run failed: {error}")
        self.published.publish(self._view("failed"))

    def after(self, step: int) -> None:
        """The loop has ended a control step (paced) or an exchange step (simulated)."""
        for modes in self.modes.values():
            modes.watch()
        self._serve()
        if self._refused is not None:
            self._refused.record()
        now = time.monotonic()
        if not self._simulated or now - self._shown_s >= self._options.view_s:
            self._shown_s = now
            self._publish()
        if self._history is not None:
            self._history.step(self.loop.now_ns)
        self._late.look()
        for switch, limits in self._limits:
            limits.look(switch.told)
        self._stopping.look()

    def while_waiting(self, seconds: float) -> None:
        """Wait, but not for what is urgent. Raises BrokenOff."""
        end = time.monotonic() + seconds
        self._stopping.look()
        while (left := end - time.monotonic()) > 0.0:
            if self.published.wait_for_request(min(left, _SLICE_S)):
                self._serve(urgent=True)
            self._stopping.look()

    def checkpoint(self) -> Path:
        """Write the whole state; the file. RunError."""
        if self._history is not None and self._simulated:
            self._history.settle(_SETTLE_S)
        try:
            state = {"run": self.run.save(), "events": self.published.save()}
            if self.services is not None:
                state["services"] = self.services.save()
        except ModelError as error:
            raise RunError(str(error)) from None
        plain = {
            "site": self._options.site_hash,
            "clock": self._clock.kind,
            "start_ns": self.run.data.grid.start_ns,
            "intervals": self.run.data.grid.count,
            "time_ns": self.loop.now_ns,
            "steps": self.loop.control_steps,
            "modes": {twin: modes.plain() for twin, modes in self.modes.items()},
        }
        return self._checkpoints.write(Snapshot(KIND, VERSION, plain, state))

    def resume(self) -> bool:
        """Go on from the last checkpoint; whether there is one. RunError, DataError."""
        found = self._checkpoints.last(KIND, VERSION)
        if found is None:
            return False
        file, state = found
        check_same(file, state.plain, self._clock.kind, self._options.site_hash)
        self.loop.at(int(state.plain["time_ns"]))
        self.loop.control_steps = int(state.plain["steps"])
        self._clock.begin(self.loop.now_ns)
        self.published.restore(state.parts["events"])
        self.run.restore(state.parts["run"])
        if self.services is not None and "services" in state.parts:
            self.services.restore(state.parts["services"])
        for twin, plain in state.plain["modes"].items():
            self.modes[twin].restore(plain)
        if not self._simulated:
            self.published.happened(
                EventKind.START, "", Severity.NOTE, f"resumed at {iso(self.loop.now_ns)}"
            )
        return True

    def _between_exchanges(self) -> None:
        self._climb.step()
        lost = frozenset(twin for twin, modes in self.modes.items() if modes.lost)
        self.planning.lose(lost)
        if self.run.begun:
            self.planning.between()
        self.published.publish_plan(self.planning.shown)
        self.published.propose(self.planning.proposed)
        self.saving.between()

    def _serve(self, *, urgent: bool = False) -> None:
        """Answer what waits; while a step runs only what is urgent."""
        waiting = [*self._deferred, *self.published.requests()]
        now = [w for w in waiting if not urgent or w.request.verb in URGENT]
        self._deferred = [w for w in waiting if w not in now]
        for one in now:
            self._climb.give_up(str(one.request.arguments.get("twin", "")))
            if one.request.verb is Verb.CHECKPOINT:
                self.saving.ask(one)
            else:
                one.answer(self.desk.answer(one.request))

    def _elsewhere(self, request: Request) -> Reply:
        """What is about the run itself."""
        why = str(request.arguments.get("why", ""))
        match request.verb:
            case Verb.REPLAN:
                self.planning.want(f"{request.who} asks")
                return Reply(True)
            case Verb.APPLY:
                return self.planning.apply()
            case Verb.REJECT:
                return self.planning.reject(request.who, why)
            case Verb.STOP:
                self.stop(f"by {request.who}: {why}")
                return Reply(True)
        return Reply(False, (f"{request.verb.value} is not done here",))

    def _publish(self) -> None:
        self.published.publish(self._view("stopping" if self.stopped else "running"))

    def _view(self, state: str) -> SiteView:
        view = site_view(self.loop, self.modes, state, self._figures)
        return view if self.services is None else replace(view, services=self.services.view())
