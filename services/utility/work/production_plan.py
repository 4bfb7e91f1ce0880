"""The producer's coming day."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import KeyFigures, ScheduleMessage
from rami.core.timegrid import iso
from rami.functional.district.production import Producer, Prospect
from rami.functional.district.surplus import SurplusStation
from rami.information.forecast.calendar import LocalCalendar
from services.utility.loading import load_utility
from services.utility.work import said
from services.utility.work.network_plan import PLANT, electricity
from services.utility.work.watch import note_seconds

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.utility.kinds.production_plan import ProductionPlanConfiguration


def production_plan(
    configuration: ProductionPlanConfiguration, name: str, place: Place
) -> FunctionService:
    """The service of a configuration."""
    c, utility = configuration, load_utility(place.file)
    district = utility.district
    producer = Producer(district.production, district.market, 24, 1.0, 0)
    stations = {n: SurplusStation(s, 1.0) for n, s in district.surplus.items()}
    calendar = LocalCalendar.of(utility.declaration.zone)

    def run(inbox: Inbox) -> list[Said] | None:
        begun = perf_counter()
        ahead = said.day_ahead(inbox.now_ns)
        found, _ = said.forecast(inbox, "plant_heat", ahead)
        load = found.get(PLANT)
        if load is None or not np.isfinite(load).all():
            return None
        times = ahead.times()
        hour = calendar.hours(times).astype(np.intp)
        working = int(calendar.day_types(times[12:13])[0]) == 0
        sent = {n: s.contracted(s.available(hour, working)) for n, s in stations.items()}
        delivered = sum(sent.values(), np.zeros(ahead.count))
        day = Prospect(electricity(utility, ahead), delivered, hour, producer.content())
        plan = producer.plan(day, np.maximum(load, 0.0), c.gap)
        series = plan.heat | plan.storage | sent
        listed = {n: [round(v, said.DIGITS) + 0.0 for v in p.tolist()] for n, p in series.items()}
        figures = {
            "cost": (round(plan.cost, 2), "EUR"),
            "bound": (round(plan.bound, 2), "EUR"),
            "heat": (round(float(load.sum()), 3), "kWh"),
            "delivered": (round(float(delivered.sum()), 3), "kWh"),
            "short": (round(float(plan.short.sum()), 3), "kWh"),
        }
        made = sum(float(p.sum()) for p in series.values()) + figures["short"][0]
        figures["surplus"] = (round(made - float(load.sum()), 1), "kWh")
        span = {"start": iso(ahead.start_ns), "end": iso(ahead.end_ns)}
        note_seconds(
            utility.folder, name, iso(ahead.start_ns)[:10], {"plan": perf_counter() - begun}
        )
        return [
            Said(
                ScheduleMessage(grid=said.grid_of(ahead), unit="kW", quantity="power",
                                series=listed, rung="milp"),
                2 * c.period, "production", reason="storages as full as at the start of the day",
            ),
            Said(KeyFigures(figures=figures, **span), 2 * c.period, "production"),
        ]  # fmt: skip

    return FunctionService(c.declaration(name), run, place.site)
