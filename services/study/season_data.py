"""External data of one season, from whatever source a study was told to use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rami.core.timegrid import TimeGrid
from rami.information.overlay import overlay
from rami.information.series import DAY_AHEAD, WET_BULB, required_series
from rami.information.source import SourceConfiguration
from rami.information.wet_bulb import with_wet_bulb

if TYPE_CHECKING:
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
    """The season's source; DataError when a file is missing or does not read."""
    from adapters.sources.csv.ready import price_file, season_file

    needed = required_series(site.topology, site.business.series())
    source: DataSource = (
        season_file(options.folder, season)
        if options.folder
        else cast(SourceConfiguration, site.data).open(site.folder, needed)
    )
    if options.prices:
        source = overlay(source, price_file(options.prices), [DAY_AHEAD])
    return with_wet_bulb(source)


def read_season(site: Site, season: str, grid: TimeGrid, options: DataOptions) -> Frame:
    """All series the site needs on `grid`; DataError with every problem."""
    needed = required_series(site.topology, site.business.series())
    return open_source(site, season, options).read([*needed, WET_BULB], grid)
