"""The one interface through which external data come in, whatever stands behind it.

A source's configuration is a class of its own (entry point group `rami.sources`), so that a
site file can be checked without loading the code that reads the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rami.asset.component import Declared
from rami.core.errors import DataError, Problem
from rami.core.wording import did_you_mean
from rami.information.series import Series

if TYPE_CHECKING:  # checking a site file needs no arrays
    from rami.core.frame import Frame
    from rami.core.timegrid import TimeGrid

#: what the provenance of a column says when it tells the future
FORESIGHT = ", perfect foresight"


@runtime_checkable
class DataSource(Protocol):
    """Gives named series on any grid."""

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """The series on `grid` in canonical units, with quality and source per column.

        Powers and prices are mean values of the interval; a coarser source is held (prices,
        powers) or interpolated (temperatures). Raises DataError with every problem of every
        series asked for: unknown names, units, gaps, a period that is not covered.
        """

    def describe(self) -> Mapping[str, str]:
        """Every series on offer and where it comes from (file and column, generator, seed)."""


@runtime_checkable
class Issued(Protocol):
    """Capability of a source that knows when its values became known.

    Weather forecasts with lead times, prices published the day before, values of an EMS.
    """

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """What was known at the instant `at_ns` (UTC ns) about every interval of `grid`.

        Of several issues of one interval the latest that is not later than `at_ns` counts;
        `Frame.issued_ns` names it. What had not been issued by then is NaN and Bad with the
        reason MISSING: no error, since the caller has to live with it. A column without
        issue times in a source that has them for others is given as `read` gives it, with
        NO_ISSUE. Raises DataError as `read` does for unknown names and faulty data, and
        UnreachableError where the outside does not answer.
        """


@runtime_checkable
class Receiving(Protocol):
    """Capability of a source that takes values back (an EMS: balances, plans)."""

    def publish(self, frame: Frame) -> None:
        """Deliver a frame; returns when it is accepted. Raises UnreachableError."""


def known_frame(source: DataSource, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
    """What was known at `at_ns`; perfect foresight where the source has no issue times.

    The latter is said: such a column has no issue times (NO_ISSUE) and its provenance ends in
    `FORESIGHT`; `foresight(frame)` names these columns. Raises as the source does.
    """
    if isinstance(source, Issued):
        frame = source.read_issued(names, grid, at_ns)
    else:
        frame = source.read(names, grid)
    seen = set(foresight(frame))
    said = {
        n: f"{frame.sources.get(n, '')}{FORESIGHT}"
        if n in seen and not frame.sources.get(n, "").endswith(FORESIGHT)
        else frame.sources.get(n, "")
        for n in frame.names
    }
    return replace(frame, sources=said)


def foresight(frame: Frame) -> tuple[str, ...]:
    """The columns that hold values of which nobody said when they became known."""
    from rami.core.frame import NO_ISSUE

    if frame.issued_ns is None:
        return frame.names
    unsaid = (frame.issued_ns == NO_ISSUE) & (frame.values == frame.values)  # not NaN
    return tuple(n for n, some in zip(frame.names, unsaid.any(axis=0), strict=True) if some)


class SourceConfiguration(Declared):
    """What a site file says of a source; `kind` is the entry point's name."""

    kind: str

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The source itself; relative files are in `folder`, `series` is what the site needs.

        Raises DataError.
        """
        raise NotImplementedError


def unknown_series(where: str, names: Sequence[str], offered: Sequence[str]) -> list[Problem]:
    """One problem for every name that is not offered."""
    return [
        Problem(where, f"no series {name!r}", did_you_mean(name, offered))
        for name in names
        if name not in offered
    ]


def check_offered(where: str, names: Sequence[str], offered: Sequence[str]) -> None:
    """Raise DataError when a name is not offered, all of them at once."""
    problems = unknown_series(where, names, offered)
    if problems:
        raise DataError(problems)
