"""Cross-checks: which relations fail, and which signal explains it (leave-one-out)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame, Values
from rami.core.quality import Family, Qualities, Reason, is_bad, quality, worst
from rami.core.timegrid import TimeGrid
from rami.information.quality.relation import Relation
from rami.information.quality.suspects import Signatures

#: what a signal carries that others contradict
INCONSISTENT = np.uint32(quality(Family.UNCERTAIN, Reason.INCONSISTENT))

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdict:
    """One relation over the windows of `grid`: means of residual and tolerance (`unit`), where
    it was `checked` (at least half of the window known), and where it was `violated`."""

    relation: Relation
    grid: TimeGrid
    residual: Values
    tolerance: Values
    checked: Mask
    violated: Mask

    @property
    def worst_ratio(self) -> float:
        """The largest |residual| / tolerance of a checked window; NaN when none was checked."""
        if not self.checked.any():
            return float("nan")
        return float(np.max(np.abs(self.residual[self.checked]) / self.tolerance[self.checked]))


@dataclass(frozen=True)
class Finding:
    """Relations that fail together from `start_ns` to `end_ns`, and who may be at fault.

    `suspects` are the signals whose fault alone would explain it; one: that one is named.
    """

    start_ns: int
    end_ns: int
    relations: tuple[str, ...]
    suspects: tuple[str, ...]
    others: tuple[str, ...]

    def __str__(self) -> str:
        """`x disagrees with a, b, c`, or who disagree without anyone to blame."""
        if len(self.suspects) == 1:
            return f"{self.suspects[0]} disagrees with {', '.join(self.others)}"
        if self.suspects:
            rest = f"; the others: {', '.join(self.others)}" if self.others else ""
            return f"one of {', '.join(self.suspects)} is wrong{rest}"
        return f"{', '.join(self.others)} disagree"


@dataclass(frozen=True)
class CrossChecked:
    """All verdicts, all findings, and what each signal's status gets, shape of the frame."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    marks: Qualities


def cross_check(frame: Frame, relations: Iterable[Relation]) -> CrossChecked:
    """Every relation whose signals the frame has.

    Values of bad status do not count. A window is violated where the mean residual is larger
    than the mean tolerance. Suspects are UNCERTAIN and INCONSISTENT over the window; without a
    suspect, every member is.
    """
    there = [r for r in relations if all(name in frame for name in r.needs)]
    known = np.where(is_bad(frame.quality), np.nan, frame.values)
    columns = {name: known[:, j] for j, name in enumerate(frame.names)}
    verdicts = tuple(_verdict(one, columns, frame.grid) for one in there)
    marks = np.zeros(frame.quality.shape, np.uint32)
    findings: list[Finding] = []
    for size in dict.fromkeys(_size(v.relation, frame.grid) for v in verdicts):
        group = [v for v in verdicts if _size(v.relation, frame.grid) == size]
        findings += _explained(group, frame, size, marks)
    findings.sort(key=lambda f: (f.start_ns, f.relations))
    return CrossChecked(verdicts, tuple(findings), marks)


def checked_frame(frame: Frame, result: CrossChecked) -> Frame:
    """The frame with the marks in its quality."""
    grade = worst(frame.quality, result.marks)
    return Frame(frame.grid, frame.names, frame.units, frame.values, grade, frame.sources)


def _size(relation: Relation, grid: TimeGrid) -> int:
    return max(1, min(round(relation.window_s / grid.step_s), max(grid.count, 1)))


def _verdict(relation: Relation, columns: Mapping[str, Values], grid: TimeGrid) -> Verdict:
    size = _size(relation, grid)
    residual = relation.residual(columns, grid)
    tolerance = relation.tolerance(columns, grid)
    known = np.isfinite(residual) & np.isfinite(tolerance)
    starts = np.arange(0, grid.count, size)
    count = np.add.reduceat(known.astype(float), starts) if grid.count else np.zeros(0)
    means = []
    for values in (residual, tolerance):
        total = np.add.reduceat(np.where(known, values, 0.0), starts) if grid.count else count
        means.append(np.divide(total, count, out=np.full(len(starts), np.nan), where=count > 0))
    full = np.minimum(starts + size, grid.count) - starts
    checked = (count >= np.maximum(full / 2.0, 1.0)) & (full * 2 >= size)
    violated = checked & (np.abs(means[0]) > means[1])
    windows = TimeGrid(grid.start_ns, size * grid.step_ns, len(starts))
    return Verdict(relation, windows, means[0], means[1], checked, violated)


def _explained(
    group: Sequence[Verdict], frame: Frame, size: int, marks: Qualities
) -> list[Finding]:
    """Findings of the relations that share a window; writes into `marks`."""
    signatures = Signatures([v.relation.members for v in group])
    violated = np.array([v.violated for v in group]).T
    checked = np.array([v.checked for v in group]).T
    patterns, which = np.unique(
        np.hstack([violated, checked])[violated.any(axis=1)], axis=0, return_inverse=True
    )
    windows = np.flatnonzero(violated.any(axis=1))
    grid = group[0].grid
    found: list[Finding] = []
    for number, pattern in enumerate(patterns):
        explanations = signatures.explain(pattern[: len(group)], pattern[len(group) :])
        at = windows[which.ravel() == number]
        for first, last in _runs(at):
            begin, end = first * size, min((last + 1) * size, frame.grid.count)
            for failing, suspects, others in explanations:
                for name in suspects or others:
                    marks[begin:end, frame.place(name)] |= INCONSISTENT
                found.append(
                    Finding(
                        grid.start_ns + first * grid.step_ns,
                        min(grid.start_ns + (last + 1) * grid.step_ns, frame.grid.end_ns),
                        tuple(group[i].relation.name for i in failing),
                        suspects,
                        others,
                    )
                )
    return found


def _runs(places: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and last of every run of neighbouring places."""
    breaks = np.flatnonzero(np.diff(places) > 1) + 1
    return [(int(part[0]), int(part[-1])) for part in np.split(places, breaks) if len(part)]
