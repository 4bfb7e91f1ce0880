"""Real series of the shared data folder, each with the rule that follows from its quantity."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from rami.core.timegrid import instant
from rami.information.quality.column import Column
from rami.information.quality.rule import Rule
from rami.information.quality.rules import effective_rules
from rami.information.quality.subject import Subject

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

_AALBORG = "heat_aalborg_aggregate_2018_hourly.csv"
_METER = "heat_meter_aalborg_660_2018_2020_hourly.csv"
_PRICE = "price_day_ahead_de_lu_2019_hourly.csv"
_GRID = "grid_co2_de_2019_15min.csv"
_WEATHER = "weather_try2010_zone12_mannheim_hourly.csv"


@dataclass(frozen=True)
class Known:
    """A column of a file: canonical value = factor * cell; `difference`: of the next reading;
    `low`: the bound that a consumer's load has in a site."""

    label: str
    file: str
    column: str
    quantity: str
    factor: float = 1.0
    outdoors: bool = False
    cumulative: bool = False
    difference: bool = False
    low: float = -inf


#: the aggregate is a share of a year's heat per hour: here of 10 GWh
ALL = (
    Known("heat load, aggregate", _AALBORG, "heat_share_of_year_1_per_h", "power", 1e7, low=0.0),
    Known("air temperature, Aalborg", _AALBORG, "temp_air_degC", "temperature", outdoors=True),
    Known("day-ahead price", _PRICE, "price_EUR_per_MWh", "energy_price", 1e-3),
    Known("grid CO2", _GRID, "co2_avg_scaled_UBA401_t_per_MWh", "emission_factor"),
    Known("heat load, one house", _METER, "energy_register_kWh", "power", difference=True, low=0.0),
    Known("energy register", _METER, "energy_register_kWh", "energy", cumulative=True),
    Known("volume register", _METER, "volume_register_m3", "volume", cumulative=True),
    Known("inlet register", _METER, "inlet_m3degC", "volume_temperature", cumulative=True),
    Known("air temperature, Mannheim", _WEATHER, "temp_air_degC", "temperature", outdoors=True),
    Known("wet bulb, Mannheim", _WEATHER, "wet_bulb_degC", "temperature", outdoors=True),
    Known("humidity", _WEATHER, "rel_humidity_pct", "share", 1e-2),
    Known("wind", _WEATHER, "wind_m_per_s", "speed"),
    Known("global irradiance", _WEATHER, "ghi_W_per_m2", "irradiance", 1e-3),
)


def load(known: Known) -> Column:
    """A series as it is."""
    with (SHARED / known.file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    times = np.array([instant(row["time_utc"]) for row in rows], np.int64)
    values = np.array([float(row[known.column] or "nan") for row in rows]) * known.factor
    if known.difference:
        times, values = times[:-1], np.diff(values)
    return Column.of(times, values)


def rule_of(known: Known) -> Rule:
    """What quantity and lower bound say, nothing declared."""
    subject = Subject(
        known.label,
        known.quantity,
        cumulative=known.cumulative,
        low=known.low,
        outdoors=known.outdoors,
    )
    return effective_rules([subject], None)[0][0]


def every() -> Iterator[tuple[Known, Column, Rule]]:
    """Every series with its rule."""
    for known in ALL:
        yield known, load(known), rule_of(known)
