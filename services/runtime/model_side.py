"""A twin's model: stepped, and tried again where it failed beside a plant."""

from __future__ import annotations

from rami.asset.capability import Snapshotable
from rami.asset.live import Vector
from rami.core.errors import ModelError
from rami.core.event import EventKind, Severity
from services.loop.cosimulation import PlantBackend
from services.runtime.beside import Beside, Happened

#: a model that failed is tried again after this time, s
_RETRY_S = 60.0


class ModelSide:
    """Steps `backend` into `told`; `failed` is why it does not run, empty while it does.

    What is `beside` sets it to the plant's state, as far as that is known, before it is tried
    again, and knows what the plant does otherwise.
    """

    def __init__(
        self,
        twin: str,
        backend: PlantBackend,
        told: Vector,
        happened: Happened,
        beside: Beside | None,
    ) -> None:
        self.backend, self.told, self.failed = backend, told, ""
        self._twin, self._happened, self._beside = twin, happened, beside
        self._failed_s = 0.0
        self._saved: bytes | None = None

    def stand_in(self, held: Vector, seconds: float, *, must: bool) -> bool:
        """As `step`, in the plant's place: it does at the positions `held` what the plant does."""
        inputs = held if self._beside is None else self._beside.inputs(held)
        return self.step(inputs, seconds, must=must)

    def step(self, inputs: Vector, seconds: float, *, must: bool = False) -> bool:
        """Whether it made the step; ModelError where it does not and `must`."""
        if self.failed and not must:
            self._failed_s += seconds
            if self._failed_s < _RETRY_S:
                return False
        self._failed_s = 0.0
        try:
            if self.failed and self._beside is not None:
                self._beside.settle(self.backend)
            self.told[:] = self.backend.step(inputs, seconds)
        except ModelError as error:
            if must:
                raise
            if not self.failed:
                self._say(f"the model beside the plant failed: {error}", failed=True)
            self.failed = str(error)
            return False
        if self.failed:
            self.failed = ""
            self._say("the model runs again", failed=False)
        return True

    def settle(self) -> None:
        """Set it to the plant's state, as far as that is known; ModelError."""
        if self._beside is not None:
            self._beside.settle(self.backend)
            self.told[:] = self.backend.read()

    def save(self) -> bytes:
        """Its state; the last one that it gave while it does not run. ModelError."""
        if not isinstance(self.backend, Snapshotable):
            raise ModelError(
                f"the model of {self._twin} cannot save its state: this run cannot be resumed"
            )
        if self.failed and self._saved is not None:
            return self._saved
        self._saved = self.backend.save()
        return self._saved

    def plain(self) -> list[str | float]:
        """Why it failed and since when, for a checkpoint."""
        return [self.failed, self._failed_s]

    def restore(self, plain: list[str | float]) -> None:
        """Go on."""
        self.failed, self._failed_s = str(plain[0]), float(plain[1])

    def _say(self, text: str, *, failed: bool) -> None:
        severity = Severity.ALARM if failed else Severity.NOTE
        self._happened(
            EventKind.MODEL, self._twin, severity, text, condition="model", active=failed
        )
