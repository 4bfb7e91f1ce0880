"""The one interface through which external data come in, whatever stands behind it.

A source's configuration is a class of its own (entry point group `rami.sources`), so that a
site file can be checked without loading the code that reads the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rami.asset.component import Declared
from rami.core.errors import DataError, Problem
from rami.core.wording import did_you_mean
from rami.information.series import Series

if TYPE_CHECKING:  # checking a site file needs no arrays
    from rami.core.frame import Frame
    from rami.core.timegrid import TimeGrid


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
