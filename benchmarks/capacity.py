"""What a price for capacity does to the demo's week: `python -m benchmarks.capacity`.

For each price of gas capacity the winter week at steps 0 and 2, with the power paid already that
is worth paying for over a year; one more row has no price for capacity. `--levels` finds those
powers: the producer's cheapest year, no whole numbers, all of the year known (minutes).
"""

from __future__ import annotations

from collections.abc import Iterator
from sys import argv

import numpy as np

from rami.asset.district.capacity import Capacity
from rami.asset.district.declaration import District
from rami.core.frame import Values
from rami.functional.district.building import BuildingModel
from rami.functional.district.demand import Conditions, gains, hot_water, wanted
from rami.functional.district.production import Producer, Prospect
from rami.functional.district.stock import stock
from rami.functional.strategy.convex import solve
from services.negotiation.loading import demo, load_district
from services.negotiation.week import LivedDistrict
from services.negotiation.world import wander

_HOURS = 8760
#: EUR/(kW a): beyond 29 MW and at 10 to 13 MW in Meissen 2010, the first 700 kW in Goettingen 2017
GAS = (3.99, 4.78, 12.47)
#: kW of gas that `--levels` finds for them; of electricity it finds none
LEVELS = {3.99: 27_273.0, 4.78: 27_273.0, 12.47: 18_094.0}
#: EUR/(kW a): medium voltage from 2,500 h/a on, Hildesheim 2014
ELECTRICITY = 90.12


def year(district: District) -> tuple[Values, Conditions]:
    """Heat at the plant (kW) and conditions of the hours of a made-up year: air of 9.5 degC on
    average, 9 K warmer in July and colder in January, as in the middle of Germany."""
    random = np.random.Generator(np.random.PCG64([district.seed, 47]))
    hour = np.arange(_HOURS)
    clock = (hour % 24).astype(float)
    season = -np.cos(2 * np.pi * (hour / 24 - 15) / 365)
    air = 9.5 + 9.0 * season + (3.5 + season) * np.cos(2 * np.pi * (clock - 15) / 24)
    air = air + 3.5 * wander(random, _HOURS, 1.0, 96.0)
    sun = np.maximum(np.sin(np.pi * (clock - 8) / 8), 0.0) * (abs(clock - 12) < 4)
    day = Conditions(air, sun * (0.35 + 0.15 * season), clock)
    all_ = stock(district)
    model = BuildingModel(all_, 1.0)
    start = model.steady(float(air[0]), wanted(all_, day)[:, 0])
    course = model.course(start, air, gains(all_, day), wanted(all_, day))
    sections = district.network.sections.values()
    lost = 2 * sum(s.loss for s in sections) * (0.5 * (80 + 45) - district.network.ground)
    return (course.heating + hot_water(all_, day)).sum(axis=0) + lost, day


def worth(district: District) -> dict[str, float]:
    """The level (kW) of each priced carrier that makes the producer's year cheapest."""
    load, day = year(district)
    producer = Producer(district.production, district.market, _HOURS, 1.0, 0)
    price = np.array(district.market.electricity)[day.hour]
    firm = sum(s.firm * s.power for s in district.surplus.values())
    names = [c.name for c in producer.carriers]
    prospect = Prospect(
        price, np.full(_HOURS, firm), day.hour, producer.content(), dict.fromkeys(names, 0.0)
    )
    found = solve(producer.fixed(prospect, load), relaxed=True, interior=True)
    return dict(zip(names, found.x[-len(names) :].tolist(), strict=True))


def priced(district: District, gas: float | None) -> District:
    """The same district at another price for gas capacity, or at none for any."""
    capacity = Capacity()
    if gas is not None:
        told = {"price": f"{gas} EUR/kW/a", "measured": "1 h", "level": f"{LEVELS[gas]} kW"}
        power = {"price": f"{ELECTRICITY} EUR/kW/a", "measured": "15 min"}
        capacity = Capacity.model_validate({"gas": told, "electricity": power})
    production = district.production.model_copy(update={"capacity": capacity})
    return district.model_copy(update={"production": production})


def levels() -> Iterator[str]:
    """The powers worth paying for at each price."""
    for gas in GAS:
        found = worth(priced(load_district(demo()), gas))
        yield f"{gas} EUR/(kW a): " + ", ".join(f"{n} {x:,.0f} kW" for n, x in found.items())


def lines() -> Iterator[str]:
    """The table of the sensitivity, line by line."""
    declared = load_district(demo())
    yield "| gas, EUR/(kW a) | paid, MW | cost | CO2 | morning peak, mean | highest |"
    yield "|---|---|---|---|---|---|"
    for gas in (None, *GAS):
        district = priced(declared, gas)
        zero, two = (LivedDistrict(district).live(k).figures() for k in (0, 2))
        changes = [
            f"{100 * (two[k] / zero[k] - 1):+.1f} %"
            for k in ("cost_EUR", "co2_t", "morning_peak_mean_kW", "morning_peak_max_kW")
        ]
        level = "–" if gas is None else f"{LEVELS[gas] / 1000:.1f}"
        yield f"| {'none' if gas is None else gas} | {level} | {' | '.join(changes)} |"


if __name__ == "__main__":
    for line in levels() if "--levels" in argv else lines():
        print(line, flush=True)
