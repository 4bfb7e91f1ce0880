"""What the diagnosis makes of recordings: detected, after how long, and the right component?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.diagnosis_cases import Case
from benchmarks.diagnosis_runs import WINDOW_S, Recording, reference_site, start_ns
from rami.core.points import PointIndex
from rami.core.quality import good
from rami.core.timegrid import NS
from rami.functional.diagnosis import Diagnosis, DiagnosisSettings, Monitor
from services.assemble.emulated import points

_DAY_NS = 86400 * NS
_WINDOW_NS = round(WINDOW_S * NS)


@dataclass(frozen=True)
class Raised:
    """A diagnosis, and how many days after the end of the reference time."""

    twin: str
    days: float
    diagnosis: Diagnosis


class Watch:
    """The monitors of all twins, having learned a reference recording."""

    def __init__(
        self, season: str, reference: Recording, settings: DiagnosisSettings | None = None
    ) -> None:
        self._ns = self._begun_ns = start_ns(season)
        self.raised: list[Raised] = []
        self.monitors: dict[str, Monitor] = {}
        for name, twin in reference_site().topology.twins.items():
            inputs, outputs = points(twin)
            told = PointIndex([*outputs.points, *inputs.points])
            self.monitors[name] = Monitor(twin, told, settings, self._note(name))
        self.feed(reference)
        self._begun_ns = self._ns
        self._learned = {name: m.save() for name, m in self.monitors.items()}

    def _note(self, twin: str) -> Callable[[Diagnosis, bool, int], None]:
        def note(diagnosis: Diagnosis, active: bool, ns: int) -> None:
            if active:
                days = (ns - self._begun_ns) / _DAY_NS
                self.raised.append(Raised(twin, days, diagnosis))

        return note

    def feed(self, recording: Recording) -> None:
        """More windows of all twins."""
        count = 0
        for twin, table in recording.items():
            count = len(table)
            ns, marks = self._ns, good(table.shape[1])
            for row in table.astype(np.float64):
                self.monitors[twin].update(ns, row, marks)
                ns += _WINDOW_NS
        self._ns += count * _WINDOW_NS

    def back(self) -> None:
        """To the end of the reference time."""
        for twin, monitor in self.monitors.items():
            monitor.restore(self._learned[twin])
        self.raised, self._ns = [], self._begun_ns

    def end(self) -> None:
        """Judge what is left."""
        for monitor in self.monitors.values():
            monitor.end()


@dataclass(frozen=True)
class Outcome:
    """A case: days to the first diagnosis (None: none within the week), whether it named the
    right component and sensor, whether the component could be judged at all."""

    case: Case
    days: float | None
    right: bool
    exact: bool
    ran: bool
    first: str = ""


def outcome(case: Case, watch: Watch, recording: Recording) -> Outcome:
    """What a week with a fault gives."""
    watch.back()
    watch.feed(recording)
    watch.end()
    ran = watch.monitors[case.twin].judged(case.component) > 0
    if not watch.raised:
        return Outcome(case, None, False, False, ran)
    first = watch.raised[0]
    right = (first.twin, first.diagnosis.component) == (case.twin, case.component)
    last = watch.monitors[case.twin].diagnoses.get(case.component)
    return Outcome(case, first.days, right, right and _exact(case, last), ran, str(first.diagnosis))


def _exact(case: Case, found: Diagnosis | None) -> bool:
    """Whether at the end of the week kind and sensor are right as well."""
    if found is None:
        return False
    if "drift" in case.kind:
        return found.point == case.target
    return str(found.kind) == {"pump wear": "wear", "stuck actuator": "stuck"}.get(
        case.kind, case.kind
    )


def grown(case: Case, recording: Recording) -> Recording:
    """A recording of the healthy plant with a sensor's drift laid over it."""
    twin = reference_site().topology.twins[case.twin]
    _, outputs = points(twin)
    table = recording[case.twin].copy()
    share = (np.arange(len(table)) + 0.5) * WINDOW_S / (7.0 * 86400.0)
    table[:, outputs[case.target]] += (case.growth * share).astype(np.float32)
    return {**recording, case.twin: table}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    kind: str
    size: str
    cases: int
    resting: int
    detected: int
    right: int
    exact: int
    delay_d: float | None


def table(outcomes: Iterable[Outcome]) -> list[Row]:
    """By kind and size; components that did not run in the week are counted apart."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((one.case.kind, one.case.size), []).append(one)
    rows = []
    for (kind, size), group in groups.items():
        ran = [o for o in group if o.ran]
        delays = [o.days for o in ran if o.days is not None]
        rows.append(
            Row(
                kind,
                size,
                len(group),
                len(group) - len(ran),
                len(delays),
                sum(o.right for o in ran),
                sum(o.exact for o in ran),
                median(delays) if delays else None,
            )
        )
    return rows
