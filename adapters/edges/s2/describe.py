"""What a resource manager described, in the words of `rami.functional.flexibility`. Powers in W."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from s2python.common import NumberRange, PowerForecast, PowerRange
from s2python.frbc import (
    FRBCActuatorDescription,
    FRBCFillLevelTargetProfile,
    FRBCLeakageBehaviour,
    FRBCStorageStatus,
    FRBCSystemDescription,
    FRBCUsageForecast,
)
from s2python.ombc import OMBCSystemDescription
from s2python.pebc import PEBCPowerConstraints

from adapters.edges.s2.told import Told
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, instant
from rami.functional.flexibility import Element, Envelope, Mode, Store, Switch
from rami.functional.flexibility.steps import over

#: the one actuator of a device that is controlled by operation modes
DEVICE = UUID(int=0)


@dataclass(frozen=True)
class Device:
    """A store with the actuator that is controlled, its present level, mode and factor; `held` is
    what other actuators fill besides, level/s."""

    store: Store
    actuator: UUID
    level: float
    mode: str
    factor: float
    held: float


def device(told: Told, quantity: str) -> Device | str:
    """The device that fill rate or operation mode based control describes, or why there is none."""
    currency = told.details.currency if told.details else None
    if currency is not None and currency.value != "EUR":
        return f"its costs are in {currency.value}, not in EUR"
    modes = told.last(OMBCSystemDescription)
    if modes is not None:
        return _without_store(modes, told, quantity)
    described, status = told.last(FRBCSystemDescription), told.last(FRBCStorageStatus)
    if described is None or status is None:
        return "its store or the store's fill level is not known"
    found = [(a, m) for a in described.actuators if (m := _modes(a, quantity))]
    if not found:
        return f"no actuator has a power range of {quantity}"
    actuator, listed = max(found, key=lambda f: Store(0, 1, f[1]).most())
    inside = described.storage.fill_level_range
    leakage = told.last(FRBCLeakageBehaviour)
    lost = tuple(
        (e.fill_level_range.start_of_range, e.fill_level_range.end_of_range, e.leakage_rate)
        for e in (leakage.elements if leakage else ())
    )
    store = Store(
        inside.start_of_range, inside.end_of_range, listed, lost,
        _switches(actuator.transitions, actuator.timers),
    )  # fmt: skip
    mode, factor = told.running.get(actuator.id, (listed[0].name, 0.0))
    if mode not in store.names():
        return "it runs in a mode for abnormal conditions"
    held = sum(_rate(a, told, status.present_fill_level) for a in described.actuators
               if a.id != actuator.id)  # fmt: skip
    return Device(store, actuator.id, status.present_fill_level, mode, factor, held)


def expected(told: Told, quantity: str, grid: TimeGrid) -> Values | None:
    """The power (kW) that it forecasts itself, by step; none where it does not cover the grid."""
    forecast = told.last(PowerForecast)
    if forecast is None:
        return None
    values = [_of(e.power_values, quantity) for e in forecast.elements]
    if any(v is None for v in values):
        return None
    watts = [v.value_expected for v in values if v is not None]
    return over(grid, instant(forecast.start_time), durations(forecast), watts) / 1000


def usage(told: Told, grid: TimeGrid) -> Values:
    """What others draw from the store (level/s), by step; nothing where that was not told."""
    forecast = told.last(FRBCUsageForecast)
    if forecast is None:
        return np.zeros(grid.count)
    rates = [e.usage_rate_expected for e in forecast.elements]
    return over(grid, instant(forecast.start_time), durations(forecast), rates)


def targets(told: Told, store: Store, grid: TimeGrid) -> tuple[Values | None, Values | None]:
    """Least and most fill level that is wanted, by step."""
    profile = told.last(FRBCFillLevelTargetProfile)
    if profile is None:
        return None, None
    start, lengths = instant(profile.start_time), durations(profile)
    low = [e.fill_level_range.start_of_range for e in profile.elements]
    high = [e.fill_level_range.end_of_range for e in profile.elements]
    return (
        np.clip(over(grid, start, lengths, low), store.low, store.high),
        np.clip(over(grid, start, lengths, high), store.low, store.high),
    )


def envelope(told: Told, quantity: str, power: Values, grid: TimeGrid) -> Envelope | str:
    """What power envelope based control allows, or why nothing."""
    limits = told.last(PEBCPowerConstraints)
    if limits is None:
        return "its power constraints are not known"
    ends = limits.valid_until
    if instant(limits.valid_from) > grid.start_ns or (ends and instant(ends) < grid.end_ns):
        return "its power constraints do not hold over the time asked for"
    upper, lower = (_allowed(limits, quantity, t) for t in ("UPPER_LIMIT", "LOWER_LIMIT"))
    if upper is None or lower is None:
        return f"its power constraints do not speak of {quantity}"
    least = np.minimum(power, upper[0] / 1000)
    most = np.maximum(power, lower[1] / 1000)
    hours = grid.step_s / 3600
    windows: list[tuple[int, int, float, float]] = []
    for one in told.energy.values():
        if one.commodity_quantity.value != quantity:
            continue
        first, end = (
            int(np.clip(round((instant(t) - grid.start_ns) / grid.step_ns), 0, grid.count))
            for t in (one.valid_from, one.valid_until)
        )
        if first < end and all(end <= a or first >= b for a, b, _, _ in windows):
            span = (end - first) * hours / 1000
            windows.append(
                (first, end, one.lower_average_power * span, one.upper_average_power * span)
            )
    if not windows and limits.consequence_type.value == "DEFER":
        kept = float(power.sum()) * hours
        windows = [(0, grid.count, kept, kept)]
    return Envelope(power, least, most, grid.step_s, tuple(windows))


def durations(message: Any) -> list[int]:
    """Of a forecast's elements, ms; a length of nothing counts as a millisecond."""
    return [max(e.duration.root, 1) for e in message.elements]


def _without_store(described: Any, told: Told, quantity: str) -> Device | str:
    listed = []
    for m in described.operation_modes:
        power = _of(m.power_ranges, quantity)
        if power is None or m.abnormal_condition_only:
            continue
        element = Element(0.0, 1.0, (0.0, 0.0), _kw(power), _cost(m.running_costs))
        listed.append(Mode(str(m.id), (element,)))
    if not listed:
        return f"no operation mode has a power range of {quantity}"
    switches = _switches(described.transitions, described.timers)
    mode, factor = told.running.get(DEVICE, (listed[0].name, 0.0))
    store = Store(0.0, 1.0, tuple(listed), (), switches)
    if mode not in store.names():
        return "it runs in a mode for abnormal conditions"
    return Device(store, DEVICE, 0.5, mode, factor, 0.0)


def _modes(actuator: FRBCActuatorDescription, quantity: str) -> tuple[Mode, ...]:
    found = []
    for m in actuator.operation_modes:
        elements = []
        for e in m.elements:
            power, inside, rate = _of(e.power_ranges, quantity), e.fill_level_range, e.fill_rate
            if power is None:
                return ()
            elements.append(
                Element(
                    inside.start_of_range, inside.end_of_range,
                    (rate.start_of_range, rate.end_of_range), _kw(power), _cost(e.running_costs),
                )
            )  # fmt: skip
        if not m.abnormal_condition_only:
            found.append(Mode(str(m.id), tuple(elements)))
    return tuple(found)


def _switches(transitions: Sequence[Any], timers: Sequence[Any]) -> dict[tuple[str, str], Switch]:
    """A mode stays for the longest of the timers that going there starts."""
    long = {t.id: t.duration.root / 1000 for t in timers}
    return {
        (str(t.from_), str(t.to)): Switch(
            t.transition_costs or 0.0, max((long[i] for i in t.start_timers), default=0.0)
        )
        for t in transitions
        if not t.abnormal_condition_only
    }


def _rate(actuator: FRBCActuatorDescription, told: Told, level: float) -> float:
    mode, factor = told.running.get(actuator.id, ("", 0.0))
    for m in actuator.operation_modes:
        for e in m.elements if str(m.id) == mode else ():
            if e.fill_level_range.start_of_range <= level <= e.fill_level_range.end_of_range:
                low, high = e.fill_rate.start_of_range, e.fill_rate.end_of_range
                return float(low + factor * (high - low))
    return 0.0


def _of(values: Sequence[Any], quantity: str) -> Any | None:
    return next((v for v in values if v.commodity_quantity.value == quantity), None)


def _kw(power: PowerRange) -> tuple[float, float]:
    return power.start_of_range / 1000, power.end_of_range / 1000


def _cost(costs: NumberRange | None) -> tuple[float, float]:
    """The middle of what is told: the range says how uncertain it is."""
    middle = (costs.start_of_range + costs.end_of_range) / 2 if costs is not None else 0.0
    return middle, middle


def _allowed(limits: Any, quantity: str, kind: str) -> tuple[float, float] | None:
    """The range (W) in which a limit may be set, from the widest that is told."""
    found = [
        (r.range_boundary.start_of_range, r.range_boundary.end_of_range)
        for r in limits.allowed_limit_ranges
        if r.commodity_quantity.value == quantity
        and r.limit_type.value == kind
        and not r.abnormal_condition_only
    ]
    return (min(a for a, _ in found), max(b for _, b in found)) if found else None
