"""Frame: named series on one time grid, each with its unit and quality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Qualities, good
from rami.core.timegrid import NS, TimeGrid
from rami.core.wording import did_you_mean

Values = NDArray[np.float64]
Issues = NDArray[np.int64]

#: issue time of a value of which nobody said when it became known
NO_ISSUE = int(np.iinfo(np.int64).min)


@dataclass(frozen=True)
class Frame:
    """`values` has shape (grid.count, len(names)); `units` and `quality` go with it.

    `sources` says where each column came from (file, generator and seed, calculation).
    `issued_ns` says when each value became known (UTC nanoseconds, shape of `values`,
    NO_ISSUE where that is not known): a forecast's issue, a price's publication, an EMS's
    stamp. None: of no value.
    """

    grid: TimeGrid
    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Values
    quality: Qualities = field(default_factory=lambda: good(0))
    sources: Mapping[str, str] = field(default_factory=dict)
    issued_ns: Issues | None = None

    def __post_init__(self) -> None:
        shape = (self.grid.count, len(self.names))
        if self.values.shape != shape or len(self.units) != len(self.names):
            raise ValueError(f"wanted values of shape {shape}, got {self.values.shape}")
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"column names repeat: {', '.join(self.names)}")
        if self.quality.shape != shape:
            object.__setattr__(self, "quality", good(shape))
        if self.issued_ns is not None and self.issued_ns.shape != shape:
            raise ValueError(f"wanted issue times of shape {shape}, got {self.issued_ns.shape}")

    @classmethod
    def of(
        cls, grid: TimeGrid, columns: Mapping[str, tuple[str, Values]], source: str = ""
    ) -> Frame:
        """From `{name: (unit, values)}`; one source for all."""
        names = tuple(columns)
        table = np.empty((grid.count, len(names)))
        for j, name in enumerate(names):
            table[:, j] = columns[name][1]
        return cls(
            grid,
            names,
            tuple(columns[n][0] for n in names),
            table,
            sources=dict.fromkeys(names, source),
        )

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def place(self, name: str) -> int:
        """Column number; KeyError with a hint."""
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(f"no series {name!r}; {did_you_mean(name, self.names)}") from None

    def __getitem__(self, name: str) -> Values:
        """One column, shape (count,)."""
        column: Values = self.values[:, self.place(name)]
        return column

    def part(self, first: int, count: int) -> Frame:
        """Rows first to first + count; past the end the last row is held."""
        rows = np.minimum(np.arange(first, first + count), self.grid.count - 1)
        return Frame(
            self.grid.part(first, count),
            self.names,
            self.units,
            self.values[rows],
            self.quality[rows],
            self.sources,
            None if self.issued_ns is None else self.issued_ns[rows],
        )

    def select(self, names: Sequence[str]) -> Frame:
        """Some columns, in the order asked for."""
        cols = [self.place(n) for n in names]
        return Frame(
            self.grid,
            tuple(names),
            tuple(self.units[c] for c in cols),
            self.values[:, cols],
            self.quality[:, cols],
            {n: self.sources.get(n, "") for n in names},
            None if self.issued_ns is None else self.issued_ns[:, cols],
        )

    def joined(self, others: Iterable[Frame]) -> Frame:
        """This frame and others on the same grid, side by side."""
        frames = [self, *others]
        if any(f.grid != self.grid for f in frames):
            raise ValueError("frames to join stand on different grids")
        return Frame(
            self.grid,
            tuple(n for f in frames for n in f.names),
            tuple(u for f in frames for u in f.units),
            np.hstack([f.values for f in frames]),
            np.hstack([f.quality for f in frames]),
            {n: s for f in frames for n, s in f.sources.items()},
            None
            if all(f.issued_ns is None for f in frames)
            else np.hstack([f.issues() for f in frames]),
        )

    def issues(self) -> Issues:
        """`issued_ns`, with NO_ISSUE everywhere where the frame has none."""
        if self.issued_ns is None:
            return np.full(self.values.shape, NO_ISSUE, np.int64)
        return self.issued_ns

    def ages_s(self, at_ns: int) -> Values:
        """Seconds from each value's issue to `at_ns`; NaN where the issue is not known."""
        issues = self.issues()
        known = issues != NO_ISSUE
        return np.where(known, (at_ns - np.where(known, issues, at_ns)) / NS, np.nan)
