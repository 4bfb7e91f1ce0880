"""A plant that is only played: its surroundings and its time, over its control channel."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.errors import ConfigurationError, ModelError, UnreachableError
from rami.integration.live_model import LiveModel
from services.emulate.control_client import ControlClient


class ModelRehearsal:
    """Implements `Rehearsal` for a model run as a plant in this process."""

    lockstep = True

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
    call. Raises UnreachableError when nobody listens at the start."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._client: ControlClient | None = ControlClient(port)
        self.lockstep = self._client.ask({"status": True}).get("speed") is None

    def around(self, values: Mapping[str, float]) -> None:
        """Set acting inputs by name; UnreachableError."""
        self._ask({"around": dict(values)})

    def beat(self) -> None:
        """The plant's controller lives; UnreachableError."""
        self._ask({"beat": True})

    def advance(self, seconds: float) -> None:
        """Let its time pass; UnreachableError."""
        self._ask({"advance": seconds})

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ask(self, said: Mapping[str, object]) -> None:
        try:
            if self._client is None:
                self._client = ControlClient(self._port)
            self._client.ask(said)
        except UnreachableError:
            self.close()
            raise
        except ConfigurationError as error:
            raise UnreachableError(f"the emulator at {self._port} refuses: {error}") from None
