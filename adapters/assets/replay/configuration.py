"""What a site file says of a recording that stands for a plant; reads no data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.errors import Problem
from rami.core.quantity import Duration
from rami.core.written import InputFile, Instant

if TYPE_CHECKING:
    from adapters.assets.replay.backend import ReplayBackend
    from rami.core.points import Point, PointIndex
    from rami.integration.recording import Recordings


class ReplayConfiguration(Declared):
    """A file of series, or rows of the site's historian, told as a plant would tell them.

    Example: `plant: {kind: replay, file: experiment.csv, columns: columns.csv, speed: 60}`.
    """

    kind: Literal["replay"] = "replay"
    file: InputFile | None = Field(None, description="CSV or Parquet")
    form: Mapping[str, str | bool | int] = Field(
        default_factory=dict, description="options of a file of the source `csv`, e.g. `zone`"
    )
    run: str | None = Field(
        None, description="run of a study in the historian; empty: the site's own rows"
    )
    columns: InputFile | None = Field(None, description="column map, `.csv`, `.yaml` or `.yml`")
    optional: tuple[str, ...] = Field((), description="points that need no column, by pattern")
    start: Instant | None = Field(None, description="first instant; none: that of the recording")
    end: Instant | None = Field(None, description="last instant; none: that of the recording")
    speed: float | None = Field(
        None, gt=0, le=1e6, description="times the clock; none: moved on by the loop alone"
    )
    between: Literal["hold", "line"] = Field("hold", description="values between two rows")
    gap: Duration | None = Field(
        None, gt=0, description="without a row; none: three times the usual distance"
    )
    at_end: Literal["loop", "hold", "end"] = Field("end", description="after the last row")

    @model_validator(mode="after")
    def _holds_together(self) -> ReplayConfiguration:
        if (self.file is None) == (self.run is None):
            raise ValueError("wanted either `file` or `run`")
        if self.start and self.end and self.end <= self.start:
            raise ValueError("`end` is not after `start`")
        if self.run is not None and self.form:
            raise ValueError("`form` is of a file; leave it out")
        return self

    def check_points(
        self, folder: Path, points: Sequence[Point]
    ) -> tuple[list[Problem], list[Problem]]:
        """What is wrong with the column map for a twin's points, and what is worth a look.

        The recording itself is read when it is opened.
        """
        from adapters.assets.replay.column_map import read_map
        from rami.integration.mapped import looked_over

        if self.columns is None:
            return [], []
        return looked_over(lambda: read_map(self, folder, points))

    def open_live(
        self,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int] = time.time_ns,
        recordings: Recordings | None = None,
    ) -> ReplayBackend:
        """The backend, not yet open; `clock` gives UTC ns, `recordings` the rows.

        ConfigurationError for a column map that does not fit the points.
        """
        from adapters.assets.replay.backend import ReplayBackend

        if recordings is None:
            raise ValueError("a replay needs `recordings`: services.assemble hands them in")
        return ReplayBackend(self, folder, twin, inputs, outputs, clock, recordings)
