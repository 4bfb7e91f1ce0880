"""Sources made of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rami.core.errors import RamiError
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import good
from rami.core.timegrid import TimeGrid
from rami.information.external import ExternalSettings
from rami.information.source import check_offered


@dataclass
class Made:
    """Columns of one grid; `error` is raised instead of any answer."""

    grid: TimeGrid
    columns: Mapping[str, Any]
    issued: Mapping[str, Any] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)
    unit: str = "kW"
    said: str = "made"
    error: RamiError | None = None

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource."""
        if self.error is not None:
            raise self.error
        check_offered(self.said, names, list(self.columns))
        assert grid == self.grid
        count = grid.count
        unknown = np.full(count, NO_ISSUE, np.int64)
        return Frame(
            grid,
            tuple(names),
            (self.unit,) * len(names),
            np.column_stack([np.broadcast_to(self.columns[n], count) for n in names]),
            np.column_stack([self.quality.get(n, good(count)) for n in names]),
            dict.fromkeys(names, self.said),
            np.column_stack([self.issued.get(n, unknown) for n in names]),
        )

    def describe(self) -> Mapping[str, str]:
        """Names."""
        return dict.fromkeys(self.columns, self.said)


class Issuing(Made):
    """The same, which knows when its values became known."""

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued; all of it was known."""
        return self.read(names, grid)


def settings(*gives: str, **more: Any) -> ExternalSettings:
    """As a site file has them."""
    return ExternalSettings.model_validate({"gives": gives, **more})
