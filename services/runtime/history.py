"""What a running site shows, into its historian: every step's points, plant less model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from rami.asset.capability import STORED
from rami.core.errors import RunError
from rami.core.event import EventKind, Severity
from rami.core.historian import Historian
from rami.core.points import PointIndex
from rami.core.signal import Signal
from rami.information.historian.pressure import Pressure
from rami.integration.shadow import Shadow
from services.runtime.beside import Happened
from services.runtime.shown import seen, shown_points
from services.runtime.twin_switch import PLANT, TwinSwitch


class Writer(Historian, Protocol):
    """A historian that tells how it does."""

    def pressure(self) -> Pressure:
        """What waits, what was dropped, how the store does."""


class LiveHistory:
    """Appends after every step, and never waits: a store that fails is told of, not waited for.

    With `points` the points of all twins, `<twin>.<point>`, at the end of the step; always
    `<twin>.<point>@residual` of the twins that are compared now. `shadows` by twin.
    """

    def __init__(
        self,
        into: Writer,
        switches: Mapping[str, TwinSwitch],
        shadows: Mapping[str, Shadow],
        happened: Happened,
        *,
        points: bool,
    ) -> None:
        self._into, self._happened = into, happened
        self._switches, self._shadows = dict(switches), dict(shadows)
        self._names: dict[str, tuple[str, ...]] = {}
        self._trouble = False
        signals: list[Signal] = []
        for twin, switch in self._switches.items() if points else ():
            shown = shown_points(switch)
            self._names[twin] = tuple(f"{twin}.{name}" for name in shown.names)
            signals += _signals(twin, shown)
        for shadow in self._shadows.values():
            signals += shadow.signals
        into.declare(signals)

    def step(self, now_ns: int) -> None:
        """After a step; the run's time."""
        try:
            for twin, names in self._names.items():
                told = seen(self._switches[twin])
                self._into.append_at(names, now_ns, told.values, told.quality)
            for twin, shadow in self._shadows.items():
                if self._switches[twin].backend == PLANT and np.isfinite(shadow.residual).any():
                    self._into.append(shadow.rows())
        except RunError as error:
            self._tell(str(error))
            return
        pressure = self._into.pressure()
        self._tell(pressure.trouble if pressure.state != "running" else "")

    def _tell(self, trouble: str) -> None:
        if bool(trouble) == self._trouble:
            return
        self._trouble = bool(trouble)
        what = f"the historian keeps rows back: {trouble}"
        self._happened(
            EventKind.LINK, "", Severity.WARNING if trouble else Severity.NOTE,
            what if trouble else "the historian writes again",
            condition="historian", active=self._trouble,
        )  # fmt: skip


def _signals(twin: str, points: PointIndex) -> list[Signal]:
    return [
        Signal(
            f"{twin}.{p.name}", p.quantity, p.cumulative and not p.name.endswith(STORED),
            p.description,
        )
        for p in points.points
    ]  # fmt: skip
