"""Files whose shape is known: the season files of a study, and a file of day-ahead prices."""

from __future__ import annotations

from pathlib import Path

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.source import csv_source
from adapters.sources.csv.table import read_table
from rami.core.errors import DataError, Problem
from rami.core.units import quantities_of
from rami.information.series import DAY_AHEAD
from rami.information.table.columns import Title, offered
from rami.information.table.settings import MappedColumn
from rami.information.table.source import TableSource

_PATTERN = "site_synthetic_{season}_15min.csv"


def season_name(season: str) -> str:
    """Name of a season's file."""
    return _PATTERN.format(season=season)


def season_file(folder: Path, season: str) -> TableSource:
    """The source `site_synthetic_<season>_15min.csv` in a folder. Raises DataError."""
    name = season_name(season)
    if not (folder / name).is_file():
        there = sorted(p.name for p in folder.glob(_PATTERN.format(season="*")))
        hint = f"there are {', '.join(there)}" if there else f"looked in {folder}"
        raise DataError([Problem(str(folder / name), f"no data file of season {season!r}", hint)])
    return csv_source((CsvFile(file=name),), folder)


def price_file(file: Path, zone: str | None = None) -> TableSource:
    """A source that offers the file's one price column as `price_da`.

    `price_da_<unit>` is taken if there is one, else the only column with a unit of price.
    Raises DataError.
    """
    declared = CsvFile(file=file.name, zone=zone)
    header = read_table(declared, file).header
    titles = offered([Title(text, place) for place, text in enumerate(header[1:], 1)], {})
    if DAY_AHEAD not in titles:
        units = {t: t[len(n) :].strip(" _[]()").replace("_per_", "/") for n, t in titles.items()}
        prices = {t: u for t, u in units.items() if "energy_price" in quantities_of(u)}
        if len(prices) != 1:
            found = ", ".join(prices) if prices else "none"
            raise DataError(
                [
                    Problem(
                        f"{file}:1",
                        f"wanted one column of prices, found {found}",
                        "call it price_da_EUR_per_MWh",
                    )
                ]
            )
        ((title, unit),) = prices.items()
        mapping = {DAY_AHEAD: MappedColumn(column=title, unit=unit)}
        declared = CsvFile(file=file.name, zone=zone, columns=mapping)
    return csv_source((declared,), file.parent)
