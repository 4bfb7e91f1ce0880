"""The network's coming day: what every section's consumers want, at which temperature."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Forecast, KeyFigures, ScheduleMessage
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, iso
from rami.functional.district.plug_flow import Pipes
from rami.functional.district.stock import Stock, stock
from rami.functional.district.supply import plan_supply
from rami.functional.district.tree import Tree, tree
from rami.information.forecast.calendar import LocalCalendar
from services.utility.loading import Utility, load_utility
from services.utility.work import said
from services.utility.work.watch import note_seconds

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.utility.kinds.network_plan import NetworkPlanConfiguration

#: name of the balance at the plant
PLANT = "plant"
#: a lost kWh costs this share of the tariff
_HEAT_VALUE = 0.6
#: days that the pipes are warmed up on
_WARM_UP = 2


def network_plan(
    configuration: NetworkPlanConfiguration, name: str, place: Place
) -> FunctionService:
    """The service of a configuration."""
    c, utility = configuration, load_utility(place.file)
    district = utility.district
    pipes_of = tree(district.network)
    back = returns(stock(district), pipes_of.count)

    def run(inbox: Inbox) -> list[Said] | None:
        begun = perf_counter()
        ahead = said.day_ahead(inbox.now_ns)
        expected, high = _forecasts(inbox, ahead, pipes_of.names)
        if expected is None or high is None:
            return None
        steady = np.repeat(back[:, None], ahead.count, axis=1)
        pipes, figures = _warmed(inbox, utility, pipes_of, back)
        market, heat = district.market, np.full(ahead.count, _HEAT_VALUE)
        plan = plan_supply(
            district.network, pipes, expected, high, steady, heat * market.heat_tariff,
            electricity(utility, ahead) + district.production.el_buy,
        )  # fmt: skip
        f, at, valid_s = plan.flowed, said.grid_of(ahead), 2 * c.period
        power = Forecast(grid=at, unit="kW", quantity="power", series={PLANT: _listed(f.plant)})
        supply = ScheduleMessage(
            grid=at, unit="degC", quantity="temperature", series={PLANT: _listed(plan.temperature)}
        )
        flows = {n: _listed(q) for n, q in zip(pipes_of.names, f.flow, strict=True)}
        flow = ScheduleMessage(grid=at, unit="kg/s", quantity="mass_flow", series=flows)
        over = np.maximum(f.flow / pipes_of.flow_max[:, None] - 1, 0.0)
        figures |= {
            "demand_expected": (float(expected.sum()), "kWh"),
            "heat_expected": (float(f.plant.sum()), "kWh"),
            "loss_expected": (float(f.lost.sum()), "kWh"),
            "pumping_expected": (float(f.pump.sum()), "kWh"),
            "longest_delay": (float(plan.delay.max()), "h"),
            "sections_over_limit": (float((over > 0).any(axis=1).sum()), "1"),
        }
        rounded = {n: (round(v, 3), unit) for n, (v, unit) in figures.items()}
        span = {"start": iso(ahead.start_ns), "end": iso(ahead.end_ns)}
        note_seconds(
            utility.folder, name, iso(ahead.start_ns)[:10], {"plan": perf_counter() - begun}
        )
        return [
            Said(power, valid_s, "plant_heat"),
            Said(supply, valid_s, "supply"),
            Said(flow, valid_s, "sections"),
            Said(KeyFigures(figures=rounded, **span), valid_s, "network"),
        ]

    return FunctionService(c.declaration(name), run, place.site)


def returns(s: Stock, sections: int) -> Values:
    """Return temperature at each section's end: mean of its groups by heat loss."""
    weight = np.bincount(s.section, s.loss, sections)
    heat = np.bincount(s.section, s.loss * s.return_temperature, sections)
    mean = float((s.loss * s.return_temperature).sum() / s.loss.sum())
    return np.where(weight > 0, heat / np.where(weight > 0, weight, 1.0), mean)


def electricity(utility: Utility, grid: TimeGrid) -> Values:
    """EUR/kWh on the exchange, by local hour as the district declares."""
    hours = LocalCalendar.of(utility.declaration.zone).hours(grid.times()).astype(int)
    return np.asarray(np.array(utility.district.market.electricity)[hours])


def _forecasts(
    inbox: Inbox, ahead: TimeGrid, sections: tuple[str, ...]
) -> tuple[Values | None, Values | None]:
    """Expected demand by section and its upper quantile."""
    middle: dict[str, Values] = {}
    upper: dict[str, Values] = {}
    for message in inbox.of("forecast"):
        payload = message.payload
        if not message.topic.subject.startswith(said.GROUPS) or not isinstance(payload, Forecast):
            continue
        high = payload.quantiles.get("0.9", {})
        for name, values in payload.series.items():
            middle[name] = said.column(values, payload.grid, ahead)
            upper[name] = said.column(high.get(name, values), payload.grid, ahead)
    if not middle:
        return None, None
    count = ahead.count
    # a series is signed where it is what was metered nowhere
    return tuple(  # type: ignore[return-value]
        np.maximum(said.by_section(one, sections, count), 0.0) for one in (middle, upper)
    )


def _warmed(
    inbox: Inbox, utility: Utility, of: Tree, back: Values
) -> tuple[Pipes, dict[str, tuple[float, str]]]:
    """Pipes after the days measured last, and what the model made of the last one."""
    day = said.day_before(inbox.now_ns)
    past = TimeGrid(day.end_ns - _WARM_UP * said.DAY_NS, said.STEP_NS, _WARM_UP * 24)
    water = said.measured(inbox, "water", past)
    powers = said.groups(inbox, past)
    network = utility.district.network
    usual = network.supply_min + 15.0
    supply = np.nan_to_num(water.get("supply", np.full(past.count, usual)), nan=usual)
    pipes = Pipes(of, 1.0, float(supply[0]), float(back.mean()))
    filled = {n: np.nan_to_num(v, nan=float(np.nanmean(v))) for n, v in powers.items()
              if np.isfinite(v).any()}  # fmt: skip
    if not filled:
        return pipes, {}
    demand = np.maximum(said.by_section(filled, of.names, past.count), 0.0)
    steady = np.repeat(back[:, None], past.count, axis=1)
    pipes.run(demand[:, :-24], steady[:, :-24], supply[:-24])
    before = pipes.content
    flowed = pipes.run(demand[:, -24:], steady[:, -24:], supply[-24:])
    closure = float((flowed.plant - flowed.lost - demand[:, -24:].sum(axis=0)).sum())
    return pipes, {
        "heat_modelled": (float(flowed.plant.sum()), "kWh"),
        "loss_modelled": (float(flowed.lost.sum()), "kWh"),
        "stored_modelled": (pipes.content - before, "kWh"),
        "closure_modelled": (closure - (pipes.content - before), "kWh"),
    }


def _listed(values: Values) -> list[float]:
    return [round(v, said.DIGITS) + 0.0 for v in values.tolist()]
