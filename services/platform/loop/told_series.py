"""Series that services tell, on the grid of a plan: forecasts, prices, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast, Limits, PriceSignal
from rami.core.frame import NO_ISSUE, Frame, Values
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS, TimeGrid, iso
from rami.core.units import convert, unit_of
from rami.information.series import Figure, Series, figure_of
from services.platform.loop.heard import Heard

#: times a consumer's nominal power that a forecast is not believed
_UNLIKELY = 20.0
#: what is believed of quantities without a nominal value, in canonical units
_BOUNDS = {"temperature": (-60.0, 60.0), "energy_price": (-10.0, 10.0)}
_LIMITS = (Figure.MAX_GIVE, Figure.MAX_TAKE)
_MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))
_TOLD = np.uint32(quality(Family.GOOD, Reason.ESTIMATED))

#: takes a message that cannot be used, and why
Wrong = Callable[[Message, str], None]


@dataclass(frozen=True)
class Wanted:
    """What plans can use: `series` by name; forecasts of service `source` about `subject`; and
    figures of `networks` (path -> owner), which their owner alone may tell."""

    series: Mapping[str, Series]
    networks: Mapping[str, str]
    source: str = ""
    subject: str = "*"

    def forecasts_of(self, service: str) -> bool:
        """Whether plans are made on the forecasts of a service."""
        return self.source in ("*", service)


class ToldSeries:
    """Gives a frame of all that was told and can be used; NaN where nothing was."""

    def __init__(self, wanted: Wanted, heard: Callable[[], Heard], wrong: Wrong) -> None:
        self.wanted, self._heard, self._wrong = wanted, heard, wrong

    def __call__(self, issued_ns: int, grid: TimeGrid) -> Frame:
        """On `grid`, in canonical units, as heard by `issued_ns`; of several the latest sent."""
        columns: dict[str, tuple[Values, Message]] = {}
        for message in self._usable(issued_ns):
            for name, values in self._columns(message, grid):
                known = np.isfinite(values)
                if name not in columns:
                    columns[name] = (values, message)
                    continue
                before = columns[name][0]
                columns[name] = (np.where(known, values, before), message)
        return _frame(grid, columns, self._quantity)

    def _usable(self, now_ns: int) -> list[Message]:
        heard = self._heard()
        found = [
            m for m in heard.kind(Forecast.kind)
            if self.wanted.forecasts_of(m.topic.service)
            and self.wanted.subject in ("*", m.topic.subject)
        ]  # fmt: skip
        found += heard.kind(PriceSignal.kind) + heard.kind(Limits.kind)
        valid = [m for m in found if m.valid_until_ns > now_ns]
        return sorted(valid, key=lambda m: (m.sent_ns, str(m.topic)))

    def _columns(self, message: Message, grid: TimeGrid) -> Iterator[tuple[str, Values]]:
        payload = message.payload
        assert isinstance(payload, Forecast | PriceSignal | Limits)
        own = TimeGrid.of(payload.grid.start, payload.grid.step_s, payload.grid.count)
        for name, told in payload.series.items():
            quantity = self._quantity(name)
            if not quantity:
                continue
            why = self._not_for(message, name) or _other(payload, quantity)
            values = np.empty(0)
            if not why:
                try:
                    values = _canonical(told, payload.unit, quantity)
                    why = self._implausible(name, quantity, values)
                except ValueError as error:
                    why = str(error)
            if why:
                self._wrong(message, f"{name}: {why}")
            else:
                yield name, on_grid(values, own, grid)

    def _quantity(self, name: str) -> str:
        if name in self.wanted.series:
            return self.wanted.series[name].quantity
        figure = figure_of(name)
        return figure[0].quantity if figure and figure[1] in self.wanted.networks else ""

    def _not_for(self, message: Message, name: str) -> str:
        """Why this sender's word does not count; empty where it does."""
        figure = figure_of(name)
        if figure is None:
            limits = message.payload.kind == Limits.kind
            return "limits are told of networks, e.g. max_give.dhs.main" if limits else ""
        if (message.payload.kind == Limits.kind) != (figure[0] in _LIMITS):
            return f"comes as {Limits.kind if figure[0] in _LIMITS else PriceSignal.kind}"
        owner = self.wanted.networks[figure[1]]
        return "" if owner == message.topic.owner else f"{figure[1]} belongs to {owner}"

    def _implausible(self, name: str, quantity: str, values: Values) -> str:
        series = self.wanted.series.get(name)
        low, high = _BOUNDS.get(quantity, (-np.inf, np.inf))
        if quantity == "power":
            electric = series is not None and series.role == "electric"
            power = series.power if series is not None else 0.0
            low, high = -np.inf if electric else 0.0, _UNLIKELY * power or np.inf
        off = np.flatnonzero((values < low) | (values > high))
        if not off.size:
            return ""
        return f"{values[off[0]]:g} {unit_of(quantity)} is not within {low:g} to {high:g}"


def on_grid(values: Values, own: TimeGrid, grid: TimeGrid) -> Values:
    """Means over the intervals of `grid`, held where they are shorter; NaN outside."""
    if grid.step_ns <= own.step_ns:
        place = (grid.times() - own.start_ns) // own.step_ns
        inside = (place >= 0) & (place < own.count)
        return np.where(inside, values[np.clip(place, 0, own.count - 1)], np.nan)
    # the integral at the edges, linear in between
    edges = own.start_ns + own.step_ns * np.arange(own.count + 1)
    summed = np.concatenate([[0.0], np.cumsum(values)]) * own.step_s
    at = np.append(grid.times(), grid.end_ns)
    inside = (at >= own.start_ns) & (at <= own.end_ns)
    integral = np.interp((at - own.start_ns) / NS, (edges - own.start_ns) / NS, summed)
    return np.diff(np.where(inside, integral, np.nan)) / grid.step_s


def _other(payload: Forecast | PriceSignal | Limits, quantity: str) -> str:
    """Why a forecast is not of what the series holds; empty where it is."""
    told = payload.quantity if isinstance(payload, Forecast) else quantity
    return "" if told == quantity else f"is forecast as {told}, wanted {quantity}"


def _canonical(told: Sequence[float], unit: str, quantity: str) -> Values:
    """ValueError where the unit does not measure it."""
    zero = convert(0.0, unit, quantity)
    return zero + (convert(1.0, unit, quantity) - zero) * np.array(told, np.float64)


def _frame(
    grid: TimeGrid,
    columns: Mapping[str, tuple[Values, Message]],
    quantity: Callable[[str], str],
) -> Frame:
    names = tuple(sorted(columns))
    table = np.empty((grid.count, len(names)))
    issued = np.full(table.shape, NO_ISSUE, np.int64)
    sources = {}
    for j, name in enumerate(names):
        table[:, j], message = columns[name]
        issued[np.isfinite(table[:, j]), j] = message.sent_ns
        topic = message.topic
        sources[name] = f"{topic.owner}/{topic.service} of {iso(message.sent_ns)}" + (
            f" ({message.reason})" if message.reason else ""
        )
    marks = np.where(np.isfinite(table), _TOLD, _MISSING)
    units = tuple(unit_of(quantity(n)) for n in names)
    return Frame(grid, names, units, table, marks, sources, issued)
