"""Tuning: what a step test found out about each loop, and the settings that follow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rami.core.errors import ControlError
from rami.core.wording import did_you_mean
from rami.functional.technical.pid import Gains


@dataclass(frozen=True)
class LoopTuning:
    """One loop: identified process, rule and settings.

    `gain` is the change of the controlled value per unit of the loop's correction (both in
    the controlled value's unit, so near 1 where the feedforward is right); `delay`, `lag`,
    `ti`, `td` in s; `opening` the actuator's position in the test (the lag changes with the
    flow, and the controller counts with that).
    """

    actuator: str
    controlled: str
    gain: float
    delay: float
    lag: float
    rule: str
    kp: float
    ti: float
    td: float
    opening: float


@dataclass(frozen=True)
class Tuning:
    """All loops of a twin, for a controller of one period."""

    twin: str
    period_s: float
    loops: tuple[LoopTuning, ...]

    def gains(self, actuators: Sequence[str]) -> Gains:
        """Gains in the order of `actuators`; ControlError names every loop that is missing."""
        loops = self._of(actuators)
        return Gains.of(*((t.kp, t.ti, t.td) for t in loops))

    def openings(self, actuators: Sequence[str]) -> list[float]:
        """The actuators' positions in the test, in the order of `actuators`."""
        return [t.opening for t in self._of(actuators)]

    def _of(self, actuators: Sequence[str]) -> list[LoopTuning]:
        known = {t.actuator: t for t in self.loops}
        missing = [a for a in actuators if a not in known]
        if missing:
            hints = ", ".join(f"{a} ({did_you_mean(a, known)})" for a in missing)
            raise ControlError(
                f"the tuning of {self.twin} lacks {len(missing)} of {len(actuators)} loops: "
                f"{hints}; tune this station again"
            )
        return [known[a] for a in actuators]

    def to_json(self) -> str:
        """As text, the same bytes for the same tuning."""
        plain = {
            "twin": self.twin,
            "period_s": self.period_s,
            "loops": [asdict(t) for t in self.loops],
        }
        return json.dumps(plain, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Tuning:
        """From `to_json`'s text; ControlError when it is something else."""
        try:
            plain = json.loads(text)
            loops = tuple(LoopTuning(**t) for t in plain["loops"])
            return cls(plain["twin"], float(plain["period_s"]), loops)
        except (KeyError, TypeError, ValueError) as error:
            raise ControlError(f"this is no tuning ({error}); tune the station again") from error
