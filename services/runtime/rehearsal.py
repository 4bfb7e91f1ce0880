"""A plant that is only played: its surroundings and its time, over its control channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from rami.core.errors import ConfigurationError, ModelError, UnreachableError
from rami.core.timegrid import NS, iso, moment
from rami.integration.live_model import LiveModel
from services.emulate.control_client import ControlClient


class ModelRehearsal:
    """Implements `Rehearsal` for a model run as a plant in this process."""

    lockstep, connections = True, 1

    def __init__(self, plant: LiveModel) -> None:
        self._plant = plant

    def around(self, values: Mapping[str, float]) -> None:
        """Set acting inputs by name."""
        surroundings = self._plant.surroundings
        known = [name for name in values if name in surroundings]
        now = self._plant.surrounding()
        now[surroundings.places(known)] = [values[name] for name in known]
        self._plant.surround(now)

    def beat(self) -> None:
        """It obeys for ever."""

    def advance(self, seconds: float) -> None:
        """Let its time pass; UnreachableError when it fails."""
        try:
            self._plant.advance(seconds)
        except ModelError as error:
            raise UnreachableError(str(error)) from None


class EmulatorRehearsal:
    """Implements `Rehearsal`; after a loss of the channel a new connection is tried at the next
    call, by the wall clock not oftener than every `again_s`. Raises UnreachableError when nobody
    listens at the start.

    In lockstep what surrounds the plant and its heartbeat go with the next `advance`: a round
    trip a step. A plant whose clock is not the run's (`clock`, UTC ns) is set to it after each new
    connection, and `tell` gets that in words: an emulator that was started anew begins at its
    site's start, one that was there before a run was resumed has gone further.
    """

    def __init__(
        self,
        port: int,
        clock: Callable[[], int],
        tell: Callable[[str], None],
        again_s: float = 0.2,
    ) -> None:
        self._port, self._again_s, self._tried_s = port, again_s, 0.0
        self._clock, self._tell, self._timed = clock, tell, 0
        self._client: ControlClient | None = ControlClient(port)
        self.lockstep = self._client.ask({"status": True}).get("speed") is None
        #: since the start; a new one has forgotten what surrounds its plant
        self.connections = 1
        self._around: dict[str, float] = {}
        self._beat = False

    def around(self, values: Mapping[str, float]) -> None:
        """Set acting inputs by name; UnreachableError."""
        if self.lockstep:
            self._around.update(values)
        else:
            self._ask({"around": dict(values)})

    def beat(self) -> None:
        """The plant's controller lives; UnreachableError."""
        if self.lockstep:
            self._beat = True
        else:
            self._ask({"beat": True})

    def advance(self, seconds: float) -> None:
        """Let its time pass up to the run's; UnreachableError."""
        if self._timed != self.connections or self._client is None:
            self._set_time(self._clock() - round(seconds * NS), round(seconds * NS))
        said: dict[str, object] = {"advance": seconds}
        if self._around:
            said["around"] = self._around
        if self._beat:
            said["beat"] = True
        self._around, self._beat = {}, False
        self._ask(said)

    def _set_time(self, ns: int, step_ns: int) -> None:
        told = self._ask({"status": True})
        if abs(told["time_ns"] - ns) >= step_ns:
            self._ask({"time": moment(ns).isoformat()})
            self._tell(
                f"the emulator stood at {iso(told['time_ns'])}; its clock was set to the run's, "
                f"{iso(ns)}, its plant is as it was"
            )
        self._timed = self.connections

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ask(self, said: Mapping[str, object]) -> dict[str, Any]:
        try:
            if self._client is None:
                self._client = self._anew()
            return self._client.ask(said)
        except UnreachableError:
            self.close()
            raise
        except ConfigurationError as error:
            raise UnreachableError(f"the emulator at {self._port} refuses: {error}") from None

    def _anew(self) -> ControlClient:
        now = monotonic()
        if now - self._tried_s < self._again_s:
            raise UnreachableError(f"no emulator at control port {self._port}")
        self._tried_s = now
        client = ControlClient(self._port)
        self.connections += 1
        return client
