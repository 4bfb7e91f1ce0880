"""What is learned of a component from its history: parameters, curves, how far they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class LearnedParameter:
    """A parameter of the site file as the measurements have it.

    `path` is `twin.component.field`; `error` is one standard error; `why_not` says why it
    should not be written back (empty: it may).
    """

    path: str
    declared: float
    learned: float
    error: float
    why_not: str = ""

    @property
    def change(self) -> float:
        """Relative to what is declared."""
        return self.learned / self.declared - 1.0 if self.declared else float("nan")


@dataclass(frozen=True)
class LearnedCurve:
    """A curve with its table, what it was learned from, and its residuals.

    `component` is `twin.component`, `curve` what it is (`part load`, `COP`, `UA`), `equation` in
    words. `valid` holds the range of each quantity that was seen (5th to 95th percentile).
    `table` maps a title to a column; the columns have one length. `residual` is the robust
    standard deviation in `residual_unit`; `samples` of `offered` intervals were used.
    """

    component: str
    curve: str
    equation: str
    samples: int
    offered: int
    valid: Mapping[str, tuple[float, float, str]]
    table: Mapping[str, tuple[float, ...]]
    residual: float
    residual_unit: str
    explained: float
    parameters: tuple[LearnedParameter, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "component": self.component,
            "curve": self.curve,
            "equation": self.equation,
            "samples": self.samples,
            "offered": self.offered,
            "valid": {
                k: {"from": low, "to": high, "unit": unit}
                for k, (low, high, unit) in self.valid.items()
            },
            "table": {k: list(v) for k, v in self.table.items()},
            "residual": self.residual,
            "residual_unit": self.residual_unit,
            "explained": self.explained,
            "parameters": [
                {
                    "path": p.path,
                    "declared": p.declared,
                    "learned": p.learned,
                    "standard_error": p.error,
                    "change": p.change,
                    "why_not": p.why_not,
                }
                for p in self.parameters
            ],
            "notes": list(self.notes),
        }
