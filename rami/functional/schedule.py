"""Schedule: what the strategy controller decided, and how good that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.snapshot import Snapshot, array_bytes
from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean


@dataclass(frozen=True)
class Schedule:
    """`values` has shape (grid.count, len(columns)); columns are site paths.

    `<twin>.<exchanger>.P`, `<twin>.<heat pump>.P_el` and `.P_th`, `<twin>.<heater>.P_el`,
    `<twin>.<storage>.P` (discharge positive) in kW and `.Q` in kWh at the END of each step,
    `<twin>.<circuit>.T_flow` in degC, also as `<twin>.T_flow` for a twin of one circuit; with
    the cost basis `marginal` also the converters' `.P_th` and the engines' `.engines`.

    `rung` is the step of the ladder it came from. `objective` (EUR) is eq. 21, `terms` its
    parts (costs `C_`, revenues `R_`, `slack`), `bound` a proven lower bound of the objective and
    `gap` the distance to it; NaN and None on the rungs that no optimisation stands behind.
    `notes` say which limit was violated by how much for how long, and why a rung was left.
    """

    grid: TimeGrid
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    rung: str
    gap: float = float("nan")
    bound: float | None = None
    objective: float = float("nan")
    terms: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """All of it as bytes."""
        g = self.grid
        plain = {
            "grid": [g.start_ns, g.step_ns, g.count],
            "columns": self.columns,
            "rung": self.rung,
            "gap": self.gap,
            "bound": self.bound,
            "objective": self.objective,
            "terms": dict(self.terms),
            "notes": self.notes,
        }
        return Snapshot("schedule", 1, plain, {"values": array_bytes(self.values)}).to_bytes()

    @classmethod
    def from_bytes(cls, state: bytes) -> Schedule:
        """From `to_bytes`; DataError when it is something else."""
        found = Snapshot.from_bytes(state, "schedule", 1)
        plain = dict(found.plain)
        grid, columns = TimeGrid(*plain.pop("grid")), tuple(plain.pop("columns"))
        notes = tuple(plain.pop("notes"))
        return cls(grid, columns, found.array("values"), **plain, notes=notes)

    def __contains__(self, path: object) -> bool:
        return path in self.columns

    def column(self, path: str) -> NDArray[np.float64]:
        """One column, shape (grid.count,); KeyError with a hint."""
        try:
            place = self.columns.index(path)
        except ValueError:
            raise KeyError(
                f"the schedule has no {path!r}; {did_you_mean(path, self.columns)}"
            ) from None
        column: NDArray[np.float64] = self.values[:, place]
        return column

    def at(self, ns: int) -> NDArray[np.float64]:
        """The row of the step that holds an instant; ValueError outside the schedule."""
        row: NDArray[np.float64] = self.values[self.grid.index(ns)]
        return row
