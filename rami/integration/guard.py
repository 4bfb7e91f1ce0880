"""Guard: the one way from any controller to the inputs of a plant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rami.asset.live import Beating, Commandable, Mask, Observation, Vector
from rami.core.audit import Audit
from rami.core.points import PointIndex
from rami.core.timegrid import NS
from rami.integration import requests
from rami.integration.columns import Columns
from rami.integration.desk import Desk
from rami.integration.guard_step import Prepared, Step, Stepped
from rami.integration.leases import Lease, Leases
from rami.integration.ledger import Ledger
from rami.integration.limits import Limit
from rami.integration.mode import Mode
from rami.integration.refusal import Reason, Refusal
from rami.integration.role import Role
from rami.integration.settings import GuardSettings


def _silent(_: str) -> None:
    return None


class Guard:
    """Stands between all controllers and one backend, whose `command` nobody else gets.

    Roles `take` leases of inputs and `want` values; `step`, once per control cycle, lets the
    highest role that holds a valid lease win, keeps range and rate, records, then writes.
    Requests are refused or clamped, never raised about. `clock` gives UTC ns, `period_s` is the
    longest time that a rate is counted over, `outputs` the points in the order of observations.
    `stopped` is who stopped the twin before, if that still holds. `automatic`: what automatic
    roles write is recorded; for a model it need not be. Threads may call at any time.
    """

    def __init__(
        self,
        twin: str,
        backend: Commandable,
        limits: Sequence[Limit],
        audit: Audit,
        clock: Callable[[], int],
        *,
        settings: GuardSettings | None = None,
        outputs: PointIndex | None = None,
        period_s: float = 10.0,
        mode: Mode = Mode.SHADOW,
        stopped: str = "",
        automatic: bool = True,
        tell: Callable[[str], None] = _silent,
    ) -> None:
        if tuple(one.name for one in limits) != backend.inputs.names:
            raise ValueError("limits are not those of the backend's inputs, in their order")
        settings = settings or GuardSettings()
        columns = Columns.of(limits, outputs)
        self.twin = twin
        self.inputs = backend.inputs
        self._clock = clock
        self._operators = settings.operators
        self._leases = Leases(columns.lease_ns)
        self._ledger = Ledger(twin, audit, round(settings.repeats * NS), tell)
        self._step = Step(
            backend, tuple(limits), columns, self._leases, self._ledger,
            round(settings.settling * NS), round(period_s * NS), mode, stopped,
            automatic,
        )  # fmt: skip
        self._desk = Desk(
            backend.inputs, columns, self._leases, self._ledger,
            round(settings.request_age * NS), self._closed,
        )  # fmt: skip
        self.turn = self._step.turn
        self._latest = 0
        self.__beat = backend.beat if isinstance(backend, Beating) else None

    @property
    def mode(self) -> Mode:
        """Mode of the twin as the guard knows it."""
        return self._step.mode

    @property
    def stopped(self) -> str:
        """Who stopped the twin and why; empty while it runs."""
        return self._step.stopped

    @property
    def trouble(self) -> str:
        """Why the audit cannot be written; empty while it can."""
        return self._ledger.trouble

    @property
    def refused(self) -> int:
        """Requests, or inputs of them, refused so far."""
        return self._ledger.refused

    def take(
        self, role: Role | str, holder: str, names: Iterable[str] | None = None
    ) -> Lease | Refusal:
        """A lease over inputs by name (default: all that the role may write), whole or not at all.

        It holds for the declared time from now, and from each request or `beat` on.
        """
        with self.turn:
            return self._desk.take(self._now(), role, holder, names)

    def want(
        self, lease: Lease, values: Vector, chosen: Mask | None = None, at_ns: int | None = None
    ) -> Mask:
        """Ask for values in canonical units, shape (inputs,), where `chosen` (default: all of the
        lease); where they were accepted. An accepted value is a sign of life for its input.

        `at_ns` is when the request was made (default: now).
        """
        with self.turn:
            return self._desk.want(self._now(), lease, values, chosen, at_ns)

    def go_on(self, lease: Lease, values: Vector, chosen: Mask) -> bool:
        """As `want` for a holder that asks in every cycle, with a sign of life for all of his
        lease; False, nothing being done or refused, where not all of it is accepted."""
        with self.turn:
            return self._desk.go_on(self._now(), lease, values, chosen)

    def want_named(
        self, lease: Lease, name: str, value: object, unit: object = None, at_ns: object = None
    ) -> Refusal | None:
        """Ask for one value by name, with its unit (default: canonical); the refusal, if any.

        For callers at the edge, of whom nothing is believed.
        """
        with self.turn:
            return self._desk.want_named(self._now(), lease, name, value, unit, at_ns)

    def clamps(self, name: str, value: object, unit: object = None) -> bool:
        """Whether a value that is accepted lies beyond its input's range, and is limited to it."""
        return self._desk.clamps(name, value, unit)

    def beat(self, lease: Lease) -> bool:
        """A sign of life for all inputs of a lease that still holds; whether any does."""
        with self.turn:
            return self._desk.beat(self._now(), lease)

    def give_back(self, lease: Lease) -> None:
        """End a lease; what nobody else holds goes to its safe value, or stays, as declared."""
        with self.turn:
            self._desk.give_back(self._now(), lease)

    def leases(self) -> Sequence[Lease]:
        """Leases not given back, e.g. to go on with after a restore."""
        with self.turn:
            return self._leases.all()

    def stop(self, who: str, why: str) -> None:
        """Emergency stop: from the next step on (call `step` at once) every input goes to its safe
        value and every request is refused, until an operator releases it."""
        with self.turn:
            known = requests.holder(who)
            name = "unknown" if isinstance(known, Refusal) else known
            self._step.stop(name, str(why), self._now())

    def release(self, operator: str, why: str) -> Refusal | None:
        """End an emergency stop in the name of an operator; audited before it takes effect.

        Everything has to be asked for anew.
        """
        with self.turn:
            now = self._now()
            name = requests.holder(operator)
            if not isinstance(name, Refusal) and self._operators and name not in self._operators:
                name = Refusal(Reason.FORBIDDEN, f"{name} is none of the declared operators")
            if isinstance(name, Refusal):
                return self._ledger.refuse(now, str(operator), "", None, name)
            return self._step.release(name, str(why), now)

    def set_mode(self, mode: Mode, who: str, why: str) -> None:
        """Enter a mode. Nothing asked for before counts any more; the leases stay.

        Towards `control` every input starts from what the plant holds.
        """
        with self.turn:
            self._step.set_mode(mode, who, why, self._now())

    def prepare(self, seen: Observation | None = None) -> Prepared:
        """First half of a step: decide; what it returns is to be recorded, then finished."""
        return self._step.prepare(self._now(), seen)

    def finish(self, prepared: Prepared, trouble: str = "") -> Stepped:
        """Second half: write, if the batch was recorded (no `trouble`)."""
        return self._step.finish(prepared, trouble)

    def step(self, seen: Observation | None = None) -> Stepped:
        """One control cycle: decide, record durably, write. `seen` are the plant's points."""
        with self.turn:
            prepared = self.prepare(seen)
            return self.finish(prepared, self._ledger.put(prepared.batch))

    def beat_plant(self) -> None:
        """Keep up the heartbeat that the plant expects; to be called by the loop in each cycle.

        It ends in every mode but `control`, and while nothing can be recorded, and so written:
        then the plant is left to its own safe state. No actuator: not audited.
        """
        if self.__beat is not None and self.mode.writes and not self.trouble:
            self.__beat()

    def close(self) -> None:
        """Record what waits to be counted, as far as the audit can be written."""
        with self.turn:
            now = self._now()
            self._ledger.record(self._ledger.batch(now, [], all_=True), now)

    def save(self) -> bytes:
        """Leases, requests, positions, latch and what waits to be recorded, for a checkpoint."""
        with self.turn:
            state = {"latest": self._latest, "leases": self._leases.state(), **self._step.state()}
            return json.dumps(state, sort_keys=True).encode()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state of a guard of the same inputs; a stop since then stays."""
        with self.turn:
            told: dict[str, Any] = json.loads(state)
            self._latest = int(told["latest"])
            self._leases.restore(told["leases"])
            self._step.restore(told)

    def _now(self) -> int:
        # a clock that is set back must not prolong leases
        self._latest = max(self._latest, self._clock())
        return self._latest

    def _closed(self) -> Refusal | None:
        if self._step.stopped:
            return Refusal(Reason.STOP, self._step.stopped)
        if not self._step.mode.asks:
            return Refusal(Reason.MODE, f"nothing is written in {self._step.mode.value}")
        return None
