"""What a running site shows, into its historian: every step's points, words, figures, residuals."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

import numpy as np

from rami.asset.capability import STORED
from rami.core.errors import RamiError, RunError
from rami.core.event import EventKind, Severity
from rami.core.historian import Historian
from rami.core.points import PointIndex
from rami.core.quality import Family, Reason, good, quality
from rami.core.signal import Rows, Signal
from rami.core.units import CANONICAL
from rami.information.historian.pressure import Pressure
from rami.integration.shadow import Shadow
from services.runtime.beside import Happened
from services.runtime.figures import LiveFigures
from services.runtime.twin_modes import TwinModes
from services.runtime.twin_switch import PLANT
from services.runtime.words import Words

#: of figures while a run lasts: what is told at its end has the plain names
LIVE = "live"
_LACKING = np.uint32(quality(Family.BAD, Reason.MISSING))
_QUANTITY = {unit: quantity for quantity, unit in reversed(CANONICAL.items())}


class Writer(Historian, Protocol):
    """A historian that tells how it does."""

    def pressure(self) -> Pressure:
        """What waits, what was dropped, how the store does."""


class LiveHistory:
    """Appends after every step, and never waits for a store that fails: it tells of it.

    At the end of each step the points of all twins, `<twin>.<point>`, what words have changed
    (`words`), and `<twin>.<point>@residual` of the twins that are compared now; at the end of
    each interval, once the next one runs, the figures, `<name>@live`. `shadows` by twin.
    """

    def __init__(
        self,
        into: Writer,
        modes: Mapping[str, TwinModes],
        shadows: Mapping[str, Shadow],
        figures: LiveFigures,
        words: Words,
        happened: Happened,
    ) -> None:
        self._into, self._happened = into, happened
        self._modes, self._shadows, self._figures = dict(modes), dict(shadows), figures
        self._words, self._told = words, dict[str, float]()
        self._names = {
            twin: tuple(f"{twin}.{name}" for name in one.shown.points.names)
            for twin, one in self._modes.items()
        }
        self._trouble = False
        self._until_ns = figures.until_ns
        self._ticket: int | None = None
        signals = [s for twin, one in modes.items() for s in _signals(twin, one.shown.points)]
        signals += [Signal(name, "unknown", description=about) for name, about in words.names]
        signals += [
            Signal(f"{name}@{LIVE}", _QUANTITY.get(unit, "unknown"))
            for name, unit in figures.units.items()
        ]
        for shadow in self._shadows.values():
            signals += shadow.signals
        into.declare(signals)

    def step(self, now_ns: int) -> None:
        """After a step; the run's time."""
        try:
            marks = {}
            for twin, names in self._names.items():
                told = self._modes[twin].shown.seen()
                marks[twin] = told.quality
                self._ticket = self._into.append_at(names, now_ns, told.values, told.quality)
            for twin, shadow in self._shadows.items():
                compared = self._modes[twin].switch.backend == PLANT
                if compared and np.isfinite(shadow.residual).any():
                    self._into.append(shadow.rows())
            self._some(self._changed(), now_ns)
            if self._figures.until_ns != self._until_ns:
                self._until_ns = self._figures.until_ns
                figures = {f"{n}@{LIVE}": v for n, (v, _) in self._figures.now(marks).items()}
                self._some(figures, self._until_ns)
        except RunError as error:
            self._tell(str(error))
            return
        pressure = self._into.pressure()
        self._tell(pressure.trouble if pressure.state != "running" else "")

    def settle(self, timeout_s: float) -> None:
        """Wait until what was appended is durable, as long as that is worth it."""
        if self._ticket is not None:
            # a store that fails is told of by the next step
            with suppress(RamiError):
                self._into.settled(self._ticket, timeout_s)

    def _changed(self) -> dict[str, float]:
        """Words that are others now, as numbers."""
        now = self._words.now()
        changed = {name: value for name, value in now.items() if self._told.get(name) != value}
        self._told = now
        return changed

    def _some(self, values: Mapping[str, float], now_ns: int) -> None:
        if values:
            array = np.array(list(values.values()))
            status = np.where(np.isfinite(array), good(len(array), Reason.SIMULATED), _LACKING)
            self._into.append(Rows.at(tuple(values), now_ns, array, status.astype(np.uint32)))

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
