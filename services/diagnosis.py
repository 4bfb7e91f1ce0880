"""Recorded data of a site looked through for slow faults, twin by twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.points import PointIndex
from rami.core.quality import good, is_bad
from rami.core.timegrid import NS, iso
from rami.functional.diagnosis.finding import Diagnosis
from rami.functional.diagnosis.monitor import Monitor
from rami.functional.diagnosis.settings import DiagnosisSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rami.asset.topology import SiteTopology, TwinTopology
    from rami.core.signal import Rows


@dataclass(frozen=True)
class Told:
    """A diagnosis that was raised, as it was then; `ended_ns` when it was over, None while it
    holds. `last` is what it had become by then."""

    twin: str
    raised: Diagnosis
    last: Diagnosis
    ended_ns: int | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        one = self.last
        return {
            "twin": self.twin,
            "component": one.component,
            "kind": str(one.kind),
            "point": one.point or None,
            "size": round(one.size, 3),
            "unit": one.unit,
            "since": iso(one.since_ns),
            "detected": iso(self.raised.detected_ns),
            "ended": None if self.ended_ns is None else iso(self.ended_ns),
            "confidence": round(one.confidence, 3),
            "ranked": [{"fault": n, "confidence": round(c, 3)} for n, c in one.ranked],
            "evidence": list(one.evidence),
        }


@dataclass
class Diagnosed:
    """What was found: diagnoses in the order raised; relations judged and not, by twin."""

    told: list[Told] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    unjudged: dict[str, tuple[str, ...]] = field(default_factory=dict)


def diagnose(
    site: SiteTopology, rows: Rows, settings: Mapping[str, DiagnosisSettings | None]
) -> Diagnosed:
    """All twins of a site whose points (`hts.hex_hnht.P`) are among the rows.

    DataError when nothing can be judged: no relation has all its points, or all data lie within
    the reference time.
    """
    found = Diagnosed()
    learning = 0
    for name, topology in site.twins.items():
        told, monitor = _twin(topology, rows, settings.get(name) or DiagnosisSettings())
        if monitor is None:
            continue
        learning += monitor.learning
        found.told += told
        found.judged[name] = len(monitor.relations) - len(monitor.unlearned)
        found.unjudged[name] = monitor.unlearned
    if not found.judged:
        hint = "names are twin.component.point, e.g. hts.hex_hnht.P"
        raise DataError([Problem("data", "no component has all the points it takes", hint)])
    if learning == len(found.judged):
        what = "all data lie within the reference time; nothing was judged"
        raise DataError([Problem("data", what, "give more data, or a shorter --reference")])
    found.told.sort(key=lambda t: t.raised.detected_ns)
    return found


def _twin(
    topology: TwinTopology, rows: Rows, settings: DiagnosisSettings
) -> tuple[list[Told], Monitor | None]:
    head = f"{topology.name}."
    place = {name: i for i, name in enumerate(rows.names)}
    points = PointIndex(p for p in topology.points.points if head + p.name in place)
    open_, over = {}, []

    def note(diagnosis: Diagnosis, active: bool, ns: int) -> None:
        if active:
            open_[diagnosis.component] = Told(topology.name, diagnosis, diagnosis)
        else:
            began = open_.pop(diagnosis.component)
            over.append(Told(topology.name, began.raised, diagnosis, ns))

    monitor = Monitor(topology, points, settings, note)
    if not monitor.relations:
        return [], None
    window_ns = round(settings.window * NS)
    chosen = [place[head + p.name] for p in points.points]
    for ns, values in _windows(rows, chosen, window_ns):
        monitor.update(ns, values, good(len(points)))
    monitor.end()
    holding = [Told(t.twin, t.raised, monitor.diagnoses.get(c, t.last)) for c, t in open_.items()]
    return [*over, *holding], monitor


def _windows(
    rows: Rows, chosen: list[int], window_ns: int
) -> list[tuple[int, NDArray[np.float64]]]:
    """Means by window of some of the rows' signals, at the start of each window with any."""
    column = np.full(len(rows.names), -1)
    column[chosen] = np.arange(len(chosen))
    usable = (column[rows.places] >= 0) & np.isfinite(rows.values) & ~is_bad(rows.status)
    if not usable.any():
        return []
    windows, which = np.unique(rows.times[usable] // window_ns, return_inverse=True)
    cell = which.ravel() * len(chosen) + column[rows.places[usable]]
    size = len(windows) * len(chosen)
    total = np.bincount(cell, rows.values[usable], size)
    count = np.bincount(cell, minlength=size)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    table = mean.reshape(len(windows), len(chosen))
    return [(int(w) * window_ns, row) for w, row in zip(windows, table, strict=True)]
