"""The electricity price among a run's external series."""

from __future__ import annotations

from typing import NamedTuple

from rami.core.frame import Frame, Values
from services.report.charts.figure import sources_of

TITLE = "price in EUR/MWh"


class Price(NamedTuple):
    """EUR/MWh, as markets print it."""

    name: str
    values: Values
    origin: str


def price(data: Frame) -> Price | None:
    """The first series measured in EUR/kWh, None where the site buys at fixed prices."""
    for name, unit in zip(data.names, data.units, strict=True):
        if unit == "EUR/kWh":
            return Price(name, 1000 * data[name], sources_of(data.sources, [name]))
    return None
