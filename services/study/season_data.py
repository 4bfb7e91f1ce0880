"""External data of one season, from whatever source a study was told to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.consumer import Consumer
from rami.core.errors import DataError, Problem
from rami.core.timegrid import TimeGrid, iso
from rami.information.external.provenance import origin
from rami.information.overlay import overlay
from rami.information.series import DAY_AHEAD, WET_BULB, figure_of
from services import assemble
from services.assemble.quality import checked

#: times a consumer's power that a demand is not believed
UNLIKELY = 20.0

#: by series: shares of intervals, highest age, words
Origins = Mapping[str, Mapping[str, float | str | None]]

if TYPE_CHECKING:
    from rami.asset.topology import SiteTopology
    from rami.core.frame import Frame
    from rami.information.source import DataSource
    from twins.site.site import Site


@dataclass(frozen=True)
class DataOptions:
    """`folder` holds season files, `prices` a file of day-ahead prices; None: as declared."""

    folder: Path | None = None
    prices: Path | None = None


def season_path(folder: Path, season: str) -> Path:
    """Where a season's file lies in a folder of season files."""
    from adapters.sources.csv.ready import season_name

    return folder / season_name(season)


def open_source(site: Site, season: str, options: DataOptions) -> DataSource:
    """The season's source with the site's further ones; DataError when a file does not read."""
    from adapters.sources.csv.ready import price_file, season_file

    base = season_file(options.folder, season) if options.folder else None
    source = assemble.open_data(site, base)
    if options.prices:
        source = overlay(source, price_file(options.prices), [DAY_AHEAD])
    return checked(site, source)


def read_season(site: Site, season: str, grid: TimeGrid, options: DataOptions) -> Frame:
    """All series the site needs on `grid`; DataError with every problem."""
    names = [*assemble.read_names(site), WET_BULB]
    frame = open_source(site, season, options).read(names, grid)
    problems = missing_values(frame) + implausible_demands(site.topology, frame)
    if problems:
        raise DataError(problems)
    return frame


def missing_values(frame: Frame) -> list[Problem]:
    """Series with values missing, but for figures of networks: those have own calculation."""
    problems = []
    for name in frame.names:
        lacking = np.flatnonzero(~np.isfinite(frame[name]))
        if lacking.size and not figure_of(name):
            first = iso(int(frame.grid.times()[lacking[0]]))
            problems.append(
                Problem(
                    frame.sources.get(name, name),
                    f"{name}: {lacking.size} of {frame.grid.count} values are missing, the first "
                    f"at {first}",
                    "declare how gaps are filled, or a source below it",
                )
            )
    return problems


def origins(site: Site, frame: Frame) -> Origins:
    """Where the columns came from that may come from outside, by series: shares, age, words."""
    return {n: origin(frame, n).plain() for n in assemble.outside(site) if n in frame}


def implausible_demands(site: SiteTopology, frame: Frame) -> list[Problem]:
    """Demands below zero, or so far above the consumer's power that the unit must be wrong."""
    problems = []
    for _, _, consumer in site.of(Consumer):
        values = frame[consumer.demand]
        most = UNLIKELY * consumer.power
        for wrong, what, hint in (
            (
                (values < 0.0) & (not consumer.electric),
                "lower than 0",
                "a demand is what is drawn; check its sign",
            ),
            (values > most, f"above {most:g} kW", f"its consumer has {consumer.power:g} kW; unit?"),
        ):
            if wrong.any():
                first = int(np.flatnonzero(wrong)[0])
                problems.append(
                    Problem(
                        frame.sources.get(consumer.demand, consumer.demand),
                        f"{consumer.demand}: {int(wrong.sum())} values {what}, the first "
                        f"{values[first]:g} kW at {iso(int(frame.grid.times()[first]))}",
                        hint,
                    )
                )
    return problems


def read_outlook(site: Site, season: str, data: Frame, beyond: int, options: DataOptions) -> Frame:
    """`data` and `beyond` more intervals for plans that look past the end of a run.

    Where the source does not reach that far, `data` alone: its last values are held then.
    """
    grid = data.grid.part(0, data.grid.count + beyond)
    try:
        return read_season(site, season, grid, options)
    except DataError:
        return data
