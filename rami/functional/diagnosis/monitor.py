"""A plant watched for slow faults: learns it while it is healthy, then says what has changed.

The same code for a live plant (a sample of all points per step) and for recorded columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from rami.asset.topology import TwinTopology
from rami.core.errors import DataError
from rami.core.points import PointIndex
from rami.core.quality import Qualities
from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import NS
from rami.functional.diagnosis.change import threshold
from rami.functional.diagnosis.finding import Diagnosis, sized
from rami.functional.diagnosis.hypothesis import Signatures
from rami.functional.diagnosis.isolation import Candidate
from rami.functional.diagnosis.judge import SLACK, Judge
from rami.functional.diagnosis.means import Means
from rami.functional.diagnosis.record import Records
from rami.functional.diagnosis.reference import learn
from rami.functional.diagnosis.relation import FaultKind
from rami.functional.diagnosis.settings import DiagnosisSettings
from rami.functional.diagnosis.twin_relations import twin_relations

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: told of a diagnosis: raised or changed (True), or over (False), at a time
OnChange = Callable[[Diagnosis, bool, int], None]

_KIND, _VERSION = "diagnosis", 1
#: blocks in which the same component must come out before it is named
_SURE = 2
#: a fault once named stays so while it is at least this share as likely as another
_STAYS = 0.3


class Monitor:
    """Watches the points of one twin.

    `points` names the columns of every sample: measured points, what acts on the plant, and the
    actuators as read back, in any order; relations whose points are not all there are left out.
    `diagnoses` hold now.
    """

    def __init__(
        self,
        topology: TwinTopology,
        points: PointIndex,
        settings: DiagnosisSettings | None = None,
        on_change: OnChange = lambda diagnosis, active, ns: None,
    ) -> None:
        self.twin, self.points = topology.name, points
        self.settings = settings or DiagnosisSettings()
        self.relations = tuple(
            r for r in twin_relations(topology) if all(p in points for p in r.points)
        )
        self._on_change = on_change
        needed = dict.fromkeys(p for r in self.relations for p in r.points)
        self._names = tuple(needed)
        self._places = points.places(self._names)
        window_ns = round(self.settings.window * NS)
        self._block_ns = max(1, round(self.settings.block * NS) // window_ns) * window_ns
        self._means = Means(len(self._names), window_ns, self._block_ns)
        self._records = Records(self.relations)
        blocks = self.settings.false_alarms * NS / self._block_ns * max(len(self.relations), 1)
        self._judge = Judge(self._records, Signatures(self.relations), threshold(blocks, SLACK))
        self._first_block = -1
        self._learned: list[Values] = []
        self._pending: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self.diagnoses: dict[str, Diagnosis] = {}

    @property
    def learning(self) -> bool:
        """Whether the reference time still runs, and nothing has been judged."""
        return not self._judge.memory

    @property
    def unlearned(self) -> tuple[str, ...]:
        """Relations that have not been seen often enough to be judged."""
        healthy = self._judge.healthy
        return tuple(r.name for r, h in zip(self.relations, healthy, strict=True) if h is None)

    def judged(self, component: str) -> int:
        """Blocks since the reference time in which a component could be judged: those of the
        relation that its own fault moves, or of all in which a sensor of it stands."""
        return self._judge.judged(component)

    def update(self, ns: int, values: Values, quality: Qualities) -> None:
        """A sample of all `points` at `ns` (UTC); times must not go back."""
        block = self._means.block
        rows = self._means.add(ns, values[self._places], quality[self._places])
        if self._first_block < 0:
            self._first_block = self._means.block
        if rows is not None:
            self._close(block, rows)

    def end(self) -> None:
        """No more samples will come."""
        block, rows = self._means.block, self._means.end()
        if rows is not None:
            self._close(block, rows)

    def _close(self, block: int, rows: Values) -> None:
        columns = {name: rows[:, j] for j, name in enumerate(self._names)}
        record = self._records.of(columns)
        end_ns = self._means.start_ns(block + 1)
        span = end_ns - self._means.start_ns(self._first_block)
        if span <= self.settings.reference * NS:
            self._learned.append(record)
            if span + self._block_ns > self.settings.reference * NS:
                self._learn(range(len(self.relations)))
            return
        unlearned = [k for k, h in enumerate(self._judge.healthy) if h is None]
        if not self._judge.memory and len(unlearned) == len(self.relations):
            self._learn(unlearned)
        # what rested in the reference time is learned when it first runs
        late = [k for k in unlearned if np.isfinite(record[k]) and self._judge.healthy[k] is None]
        if late:
            kept = np.full_like(record, np.nan)
            for k in late:
                kept[k] = record[k]
                for part in (self._records.members[k], self._records.shapes[k]):
                    kept[part] = record[part]
            self._learned.append(kept)
            self._learn(late)
        self._judge.add(record)
        self._name(end_ns)

    def _learn(self, wanted: list[int] | range) -> None:
        for k in wanted:
            seen = [s for r in self._learned if (s := self._records.seen(r, k)) is not None]
            self._judge.healthy[k] = learn(self.relations[k], seen)

    def _name(self, ns: int) -> None:
        """Raise, change and end diagnoses by what the judge explains now."""
        found: dict[str, Diagnosis] = {}
        for candidates, group, blocks in self._judge.explain():
            fault, one = self._diagnosis(candidates, group, blocks, ns)
            if one.component not in found:
                found[one.component] = one
                self._named[one.component] = fault
        self._pending = {c: self._pending.get(c, 0) + 1 for c in found}
        for component, told in list(self.diagnoses.items()):
            if component not in found:
                del self.diagnoses[component], self._named[component]
                self._on_change(told, False, ns)
        for component, one in found.items():
            before = self.diagnoses.get(component)
            if before is not None:
                changed = before.condition != one.condition
                one = replace(one, detected_ns=before.detected_ns, since_ns=before.since_ns)
                if changed:
                    self._on_change(before, False, ns)
            elif self._pending[component] < _SURE:
                continue
            else:
                changed = True
            self.diagnoses[component] = one
            if changed:
                self._on_change(one, True, ns)

    def _diagnosis(
        self, candidates: list[Candidate], group: Mask, blocks: int, ns: int
    ) -> tuple[int, Diagnosis]:
        signatures = self._judge.signatures
        best = candidates[0]
        component = signatures.faults[best.fault].component
        told = self._named.get(component)
        for candidate in candidates:
            # what was named stays named until another is clearly likelier
            if candidate.fault == told and candidate.confidence > _STAYS * best.confidence:
                best = candidate
        fault = signatures.faults[best.fault]
        recent = self._judge.recent(best.fault, signatures.touches[best.fault])
        size = recent if np.isfinite(recent) else best.size
        before = self.diagnoses.get(component)
        kind, size = sized(fault.kind, size, fault.unit, before.kind if before else None)
        sure = sum(
            c.confidence for c in candidates if signatures.faults[c.fault].component == component
        )
        rivals = [c for c in candidates if c is not best]
        evidence = tuple(
            f"{self.relations[k].name}: {self._judge.mean(int(k)):+.2g} {self.relations[k].unit}"
            for k in np.flatnonzero(group)
        )
        return best.fault, Diagnosis(
            fault.component,
            kind,
            fault.point if kind is FaultKind.DRIFT else "",
            size,
            fault.unit,
            ns - blocks * self._block_ns,
            ns,
            min(sure, 1.0),
            evidence,
            tuple((str(signatures.faults[c.fault]), c.confidence) for c in (best, *rivals)),
        )

    def save(self) -> bytes:
        """The whole state; restored, the same samples give the same future."""
        means = self._means
        plain = {
            "relations": [r.name for r in self.relations],
            "first_block": self._first_block,
            "window": means.window,
            "samples": means.samples,
            "healthy": [h is not None for h in self._judge.healthy],
            "pending": self._pending,
            "named": self._named,
            "diagnoses": [asdict(d) for d in self.diagnoses.values()],
        }
        learned = np.array(self._learned).reshape(len(self._learned), self._records.width)
        arrays = {
            "sum": means.sum,
            "known": means.known,
            "rows": means.rows,
            "learned": learned,
            **self._judge.arrays(),
        }
        parts = {name: array_bytes(array) for name, array in arrays.items()}
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; DataError when it is damaged or of other relations."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        plain, arrays = saved.plain, {name: saved.array(name).copy() for name in saved.parts}
        if plain["relations"] != [r.name for r in self.relations]:
            raise DataError(f"{self.twin}: the saved diagnosis watches other relations")
        means = self._means
        means.window, means.samples = plain["window"], plain["samples"]
        means.sum, means.known, means.rows = arrays["sum"], arrays["known"], arrays["rows"]
        self._first_block = plain["first_block"]
        self._learned = list(arrays["learned"])
        self._judge.take(arrays)
        self._judge.healthy = [None] * len(self.relations)
        self._learn([k for k, healthy in enumerate(plain["healthy"]) if healthy])
        self._pending, self._named = dict(plain["pending"]), dict(plain["named"])
        self.diagnoses = {d["component"]: _read(d) for d in plain["diagnoses"]}


def _read(plain: dict[str, object]) -> Diagnosis:
    told = dict(plain)
    told["kind"] = FaultKind(str(told["kind"]))
    told["evidence"] = tuple(told["evidence"])  # type: ignore[arg-type]
    told["ranked"] = tuple((n, c) for n, c in told["ranked"])  # type: ignore[attr-defined]
    return Diagnosis(**told)  # type: ignore[arg-type]
