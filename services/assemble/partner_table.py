"""A partner's table of powers, whole or with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid, instant
from services.partner_files.table import PartnerTable


def partner_table(
    file: Path, columns: Mapping[str, tuple[str, str]], zone: str | None
) -> PartnerTable:
    """The columns asked for, by our names, as (title, unit); kW, NaN where a cell is empty.

    The second row says the units; the first column is the time, a column `issued` when it was
    issued. Columns that are not there are left out. Raises DataError.
    """
    from adapters.sources.csv.configuration import CsvFile
    from adapters.sources.csv.rows import file_rows
    from adapters.sources.csv.table import read_table

    bare = CsvFile(file=Path(file.name), units_row=True, zone=zone)
    table = read_table(bare, file, careful=True)
    units = dict(zip(table.header, table.units or (), strict=False))
    titles = {title for title, _ in columns.values()}
    problems = [
        Problem(f"{file}:2", f"column {t} is in {units[t] or 'no unit'}, wanted {u}")
        for t, u in sorted(set(columns.values()))
        if t in units and units[t] != u
    ]
    strange = [t for t in table.header[1:] if t not in titles and t != "issued"]
    problems += [Problem(f"{file}:1", f"column {t} is not declared") for t in strange]
    if not titles & set(table.header):
        problems.append(
            Problem(f"{file}:1", f"has none of the columns {', '.join(sorted(titles))}")
        )
    if problems:
        raise DataError(problems)
    issued = None
    if "issued" in table.header:
        issued = _issued([str(c) for c in table.column(table.header.index("issued"))], file)
    named = {n: {"column": t, "unit": u} for n, (t, u) in columns.items() if t in units}
    _, rows = file_rows(
        CsvFile.model_validate({**bare.model_dump(), "columns": named}), file.parent
    )
    series = {}
    times = np.zeros(0, np.int64)
    for place, name in enumerate(rows.names):
        if name in named:
            mine = rows.places == place
            times = rows.times[mine]
            series[name] = np.where(is_bad(rows.status[mine]), np.nan, rows.values[mine])
    steps = np.diff(times)
    if len(times) < 2 or steps.min() <= 0 or steps.min() != steps.max():
        raise DataError([Problem(str(file), "wanted two rows or more at even distances in time")])
    grid = TimeGrid(int(times[0]), int(steps[0]), len(times))
    return PartnerTable(grid, series, issued)


def _issued(cells: list[str], file: Path) -> int:
    try:
        found = {instant(cell.strip()) for cell in cells}
    except ValueError as error:
        raise DataError([Problem(str(file), f"column issued: {error}")]) from None
    if len(found) != 1:
        raise DataError([Problem(str(file), "column issued: wanted one instant in all rows")])
    return found.pop()
