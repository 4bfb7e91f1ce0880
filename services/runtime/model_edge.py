"""The inputs of a model as something that a guard can stand before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rami.asset.live import Answer, Mask, Observation, Taken, Vector
from rami.core.audit import Audit, AuditEntry
from rami.core.points import Direction, PointIndex
from rami.core.quality import Reason, good
from rami.integration.role import Role

_AUTOMATIC = tuple(f"{role.value}:" for role in (Role.TECHNICAL, Role.STRATEGY))


class ModelEdge:
    """Observable, Commandable: what is commanded is held for the model's next step.

    `inputs` are the actuated ones of the model. Values are Good and SIMULATED; observations hold
    until the next one.
    """

    def __init__(self, inputs: PointIndex, outputs: PointIndex, clock: Callable[[], int]) -> None:
        actuated = [p for p in inputs.points if p.direction is Direction.ACTUATED]
        self.inputs, self.outputs = PointIndex(actuated), outputs
        self.held: Vector = self.inputs.starts()
        self.told: Vector = outputs.starts()
        self._clock = clock
        self._in = good(len(self.inputs), Reason.SIMULATED)
        self._out = good(len(outputs), Reason.SIMULATED)
        self._in_ns = np.zeros(len(self.inputs), np.int64)
        self._out_ns = np.zeros(len(outputs), np.int64)
        self._done = tuple(Answer(place, Taken.DONE) for place in range(len(self.inputs)))

    def observe(self) -> Observation:
        """The model's outputs after its last step."""
        self._out_ns.fill(self._clock())
        return Observation(self.told, self._out, self._out_ns)

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Hold the chosen inputs."""
        self.held[chosen] = values[chosen]
        return tuple(self._done[place] for place in np.flatnonzero(chosen).tolist())

    def read_back(self) -> Observation:
        """What is held."""
        self._in_ns.fill(self._clock())
        return Observation(self.held, self._in, self._in_ns)


class ModelAudit:
    """Keeps what people do to a model; what automation writes into it reaches no plant."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        """As in Audit."""
        kept = tuple(e for e in entries if not e.who.startswith(_AUTOMATIC))
        if kept:
            self._audit.record(kept)

    def head(self) -> str:
        """As in Audit."""
        return self._audit.head()
