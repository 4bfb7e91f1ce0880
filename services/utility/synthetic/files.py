"""The files of a made-up utility: meters by day, list of customers, groups, plant and weather."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import District
from rami.core.errors import RunError
from rami.core.frame import Values
from rami.core.timegrid import NS, iso, moment
from rami.functional.district.stock import Stock
from services.utility.loading import Utility
from services.utility.synthetic.meters import FaultShares, MeterPark, Read
from services.utility.synthetic.town import Plant, TownDay, annual, lived, sized
from services.utility.work.said import local_day

#: heat that no meter sees, of what meters see
UNMETERED = 0.01
#: floor area of a dwelling, m2
_AREA = 110.0
_FIRST_NUMBER, _NEXT = 60_000_000, 37


@dataclass(frozen=True)
class Made:
    """What was written: the utility's file, its groups, and what they really drew (groups, hours)
    in kW, for those who want to compare."""

    file: Path
    groups: tuple[str, ...]
    demand: Values
    plant: Values
    meters: int
    rows: int


def generate(
    utility: Utility,
    out: Path,
    days: int,
    customers: int | None = None,
    faults: FaultShares | None = None,
    read_from: int = 0,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> Made:
    """Write a folder with a copy of the utility's file and all its data. Raises RunError.

    There is a day of weather more than of meters, for the last plan. Meters' files begin with day
    `read_from`.
    """
    district = sized(utility.district, utility.declaration.since, days + 1, customers)
    groups, told = lived(district)
    sections = tuple(district.network.sections)
    paths = tuple(f"{sections[s]}.{n}" for s, n in zip(groups.section, groups.names, strict=True))
    metered = groups.metered > 0
    of_meter = np.repeat(np.arange(groups.count), groups.dwellings.astype(int))
    of_meter = of_meter[metered[of_meter]]
    park = MeterPark(of_meter, groups.dwellings, district.seed, faults or FaultShares())
    zone = ZoneInfo(utility.declaration.zone)
    try:
        (out / "meters").mkdir(parents=True, exist_ok=True)
        _copies(utility, district, out)
        _tables(out, groups, sections, park)
        plant = Plant(district, groups, UNMETERED)
        lines, drawn, given, rows = [_HEADER], [], [], 0
        for number, day in enumerate(told):
            read = park.day(number, day.demand)
            power = np.where(metered[:, None], 0.0, day.demand)
            np.add.at(power, park.group, read.energy)
            heat, supply, back = plant.serve(day, power)
            lines += _plant_lines(day, heat, supply, back)
            if number < days:
                if park.count and number >= read_from:
                    rows += _readings(out / "meters", day, read, park, zone)
                drawn.append(power)
                given.append(heat)
            report("days made up", (number + 1) / (days + 1))
        (out / "plant.csv").write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise RunError(f"{out}: cannot be written: {error.strerror or error}") from None
    return Made(out / "utility.yaml", paths, np.hstack(drawn), np.hstack(given), park.count, rows)


_HEADER = (
    "time_utc,heat_plant_kW,T_supply_degC,T_return_degC,temp_air_degC,temp_air_expected_degC\n"
)


def _plant_lines(day: TownDay, heat: Values, supply: Values, back: Values) -> Iterator[str]:
    columns = (heat, supply, back, day.air, day.expected)
    for t, at in enumerate(day.grid.times().tolist()):
        cells = ",".join(f"{c[t]:.3f}" for c in columns)
        yield f"{iso(at)},{cells}\n"


def _copies(utility: Utility, district: District, out: Path) -> None:
    """The utility's file beside its district's; the size that the data have is said."""
    text = utility.file.read_text(encoding="utf-8")
    said = "district: district.yaml"
    if district.groups != utility.district.groups:
        text = re.sub(r"(?m)^groups:.*\n", "", text)
        said += f"\ngroups: {district.groups}"
    text = re.sub(r"(?m)^district:.*$", said, text)
    (out / "utility.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(utility.folder / utility.declaration.district, out / "district.yaml")


def _tables(out: Path, groups: Stock, sections: tuple[str, ...], park: MeterPark) -> None:
    rows = ["meter_id;group;section\n"]
    for i, g in enumerate(park.group.tolist()):
        section = sections[int(groups.section[g])]
        rows.append(f"{_FIRST_NUMBER + _NEXT * i};{groups.names[g]};{section}\n")
    if park.count:
        (out / "customers.csv").write_text("".join(rows), encoding="utf-8")
    energy = annual(groups, 80_000.0)
    lines = ["group,section,annual_energy_MWh,floor_area_m2,customers\n"]
    for g in np.flatnonzero(groups.metered == 0).tolist():
        area = _AREA * groups.dwellings[g]
        section = sections[int(groups.section[g])]
        lines.append(
            f"{groups.names[g]},{section},{energy[g] / 1000:.1f},{area:.0f},"
            f"{groups.dwellings[g]:.0f}\n"
        )
    if len(lines) > 1:
        (out / "groups.csv").write_text("".join(lines), encoding="utf-8")


def _readings(folder: Path, day: TownDay, read: Read, park: MeterPark, zone: ZoneInfo) -> int:
    """One file, a line per reading, hour by hour as head-end systems write them."""
    numbers = [f"{_FIRST_NUMBER + _NEXT * i};" for i in range(park.count)]
    name = local_day(day.grid, zone.key).date().isoformat()
    count = 0
    with (folder / f"{name}.csv").open("w", encoding="utf-8") as out:
        out.write("meter_id;time;energy\n")
        for hour in range(24):
            stamp = _stamp(day.grid.start_ns + (hour - 23) * 3600 * NS, zone)
            count += _lines(out.write, numbers, stamp, read.late, hour)
        for hour in range(24):
            stamp = _stamp(day.grid.start_ns + (hour + 1) * 3600 * NS, zone)
            count += _lines(out.write, numbers, stamp, read.values, hour)
        for hour in np.flatnonzero(read.twice.any(axis=0)).tolist():
            stamp = _stamp(day.grid.start_ns + (hour + 1) * 3600 * NS, zone)
            again = np.where(read.twice, read.values, np.nan)
            count += _lines(out.write, numbers, stamp, again, hour)
    return count


def _stamp(ns: int, zone: ZoneInfo) -> str:
    return _text(moment(ns).astimezone(zone))


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _lines(
    write: Callable[[str], object], numbers: list[str], stamp: str, values: Values, hour: int
) -> int:
    column: NDArray[np.float64] = values[:, hour]
    some = np.flatnonzero(np.isfinite(column))
    listed = column[some].tolist()
    pairs = zip(some.tolist(), listed, strict=True)
    write("".join([f"{numbers[i]}{stamp};{v:.1f}\n" for i, v in pairs]))
    return len(some)
