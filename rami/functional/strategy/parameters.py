"""All parameters of a plan, by the names of its model."""

from __future__ import annotations

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.core.timegrid import NS, instant, moment
from rami.functional.strategy.exchanger_limits import exchanger_values, heat_pump_values
from rami.functional.strategy.layout import Network, Storage
from rami.functional.strategy.plan_data import PlanData, Values
from rami.information.prices import Array
from rami.information.series import Figure


def parameters(data: PlanData) -> dict[str, np.ndarray | float]:
    """Every Param of the layout's model. KeyError with a hint for a missing series or price."""
    layout, settings = data.layout, data.settings
    values: dict[str, np.ndarray | float] = {
        "hours": data.grid.step_h,
        "shortage_price": settings.shortage_price,
        "terminal_price": settings.terminal_price,
        "co2_price": data.prices.co2_price,
        "gas_factor": data.prices.gas_factor,
    }
    for pump in layout.heat_pumps:
        values.update(heat_pump_values(data, pump))
    for item in layout.exchangers:
        values.update(exchanger_values(data, item))
    for storage in layout.storages:
        values.update(_storage(data, storage))
    for unit in layout.chps:
        values.update(_chp(data, unit.path, unit.commitment != "none"))
    for unit in layout.boilers:
        values.update(_boiler(data, unit.path, unit.commitment != "none"))
    for unit in layout.cooling_towers:
        tower = data.component(unit.path, CoolingTower)
        values[f"{unit.path}.p_max"] = tower.power
        values[f"{unit.path}.share"] = tower.electricity_share
    for load in layout.consumers:
        series = data.component(load.path, Consumer).demand
        values[f"{load.path}.demand"] = data.forecast[series]
    for network in layout.networks:
        values.update(_network(data, network))
    for owner in layout.owners:
        values.update(_owner(data, owner))
    return values


def _storage(data: PlanData, item: Storage) -> Values:
    storage = data.component(item.path, HeatStorage)
    full = storage.content_max
    declared = storage.start_content * full
    start = min(max(data.state.content.get(item.path, declared), 0.0), full)
    end = start if data.settings.terminal_content == "initial" else declared
    values: dict[str, np.ndarray | float] = {
        "q_start": start,
        "q_end": end,
        "q_min": min(storage.reserve * full, start, end),
        "q_max": full,
        "p_max": storage.power_max,
        "loss_share": storage.loss_share,
        "loss_idle": storage.loss_idle,
    }
    circuit = data.layout.circuit(item.circuit)
    if circuit and circuit.hot_sinks:
        hot = data.state.hot_content.get(item.path, 0.0)
        values["q_hot_start"] = min(max(hot, 0.0), start - values["q_min"])
    found = {f"{item.path}.{name}": v for name, v in values.items()}
    for path in item.heaters:
        heater = data.component(path, ImmersionHeater)
        found[f"{path}.eta"] = heater.efficiency
        found[f"{path}.p_el_max"] = heater.power_el_max
    return found


def _chp(data: PlanData, path: str, commitment: bool) -> Values:
    unit = data.component(path, Chp)
    values: dict[str, np.ndarray | float] = {
        f"{path}.engines_max": float(unit.engines),
        f"{path}.p_th_engine": unit.power_th,
        f"{path}.eta_el": unit.efficiency_el,
        f"{path}.eta_th": unit.efficiency_th,
        f"{path}.fuel_price": unit.fuel_price,
    }
    if commitment:
        values[f"{path}.part_load"] = unit.part_load_min
    return values


def _boiler(data: PlanData, path: str, commitment: bool) -> Values:
    unit = data.component(path, Boiler)
    values: dict[str, np.ndarray | float] = {
        f"{path}.p_max": unit.power,
        f"{path}.eta": unit.efficiency,
        f"{path}.fuel_price": unit.fuel_price,
    }
    if commitment:
        values[f"{path}.part_load"] = unit.part_load_min
    return values


def _network(data: PlanData, item: Network) -> Values:
    at = f"network.{item.path}"
    values: dict[str, np.ndarray | float] = {}
    if len(item.draws) > 1:
        values[f"{at}.draw_max"] = data.headroom(item.path)
    if len(item.feeds) > 1:
        values[f"{at}.feed_max"] = data.room(item.path)
    if len(item.coolers) > 1:
        values[f"{at}.cooling_max"] = np.maximum(data.demand(item.path), 0.0)
    if not item.balanced:
        values.update(_port(data, item))
    return values


def _port(data: PlanData, item: Network) -> Values:
    at = f"network.{item.path}"
    values: dict[str, np.ndarray | float] = {}
    if item.kind == "cooling":
        saved: np.ndarray | float = 0.0
        if item.own:
            buy = data.prices.owner(item.owner).el_buy
            saved = data.baselines[item.owner].tower_share(item.path, item.owner) * buy
        values[f"{at}.feed_price"] = saved
    elif item.own:
        cost, emission = _key_figures(data, item)
        values[f"{at}.emission"] = emission
        values[f"{at}.draw_price"] = values[f"{at}.feed_price"] = cost
    else:
        station = next(data.site.owner_of[p.partition(".")[0]] for p in (*item.draws, *item.feeds))
        agreed = data.prices.heat[station, item.owner]
        values[f"{at}.draw_price"], values[f"{at}.feed_price"] = agreed.draw, agreed.feed_in
    if not item.draws:
        values.pop(f"{at}.draw_price", None)
    if not item.feeds and not item.coolers:
        values.pop(f"{at}.feed_price", None)
    return values


def _key_figures(data: PlanData, item: Network) -> tuple[Array, Array]:
    """Specific cost and emission of a network: own calculation (eq. 1-3), or as delivered."""
    baseline = data.baselines[item.owner]
    own = (lambda: baseline.cost(item.path)), (lambda: baseline.emission(item.path))
    if data.settings.cost_basis != "ems":
        return own[0](), own[1]()
    return (
        data.delivered(Figure.COST, item.path, own[0]),
        data.delivered(Figure.EMISSION, item.path, own[1]),
    )


def _owner(data: PlanData, owner: str) -> Values:
    at, prices, baseline = f"owner.{owner}", data.prices.owner(owner), data.baselines[owner]
    peak = data.state.peak.get(owner, max(float(baseline.residual.max(initial=0.0)), 0.0))
    values: dict[str, np.ndarray | float] = {
        f"{at}.el_buy": prices.el_buy,
        f"{at}.peak": peak,
        f"{at}.peak_price": prices.peak * rest_of_year(data.grid.start_ns)
        if data.settings.peak
        else 0.0,
    }
    if data.layout.balanced:
        values[f"{at}.el_sell"], values[f"{at}.levy"] = prices.el_sell, prices.levy
    else:
        values[f"{at}.residual"] = baseline.residual
    return values


def rest_of_year(ns: int) -> float:
    """Share of the billing year (calendar year, UTC) that is left: what a new peak still costs."""
    year = moment(ns).year
    begin, end = instant(f"{year}-01-01T00:00Z"), instant(f"{year + 1}-01-01T00:00Z")
    return (end - ns) / NS / ((end - begin) / NS)
