"""What a district's week came to, by step of cooperation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rami.business.deal import Deal
from rami.core.frame import Values

#: local hours of the morning
MORNING = (5, 10)


@dataclass(frozen=True)
class Talk:
    """One day's negotiation: rounds, residual and movement by round (over the load), the plan's
    cost, the bound of the joint programme on the same model (EUR), the deal, why none."""

    rounds: int
    settled: bool
    history: list[tuple[float, float]]
    cost: float
    bound: float | None
    deal: Deal
    because: str
    without: dict[str, float] = field(default_factory=dict)
    with_: dict[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """Share by which the plan may exceed the best there is."""
        if self.bound is None or not self.cost:
            return None
        return (self.cost - self.bound) / abs(self.bound)


@dataclass
class DayResult:
    """One lived day. Powers kW (steps,), money EUR, CO2 kg, degree-hours K h of dwellings.

    `capacity_EUR` is what the highest powers, `highest_kW` by carrier, exceed those before, at
    their price; `left_MWh` is what storages hold at the end.
    """

    plant: Values
    demand: Values
    lost: Values
    supply: Values
    forecast: Values
    delivered: Values
    clock: Values
    step_h: float
    production_EUR: float
    capacity_EUR: float
    station_EUR: float
    pumping_EUR: float
    discomfort_EUR: float
    co2_kg: float
    short_kWh: float
    over_kWh: float
    outside_Kh: float
    heat: dict[str, float]
    closure_kWh: float
    paid: dict[str, float]
    bills: dict[str, float]
    highest_kW: dict[str, float]
    left_MWh: float
    talk: Talk | None = None

    @property
    def morning_peak(self) -> float:
        """Highest heat at the plant in the morning, kW."""
        inside = (self.clock >= MORNING[0]) & (self.clock < MORNING[1])
        return float(self.plant[inside].max()) if inside.any() else float("nan")


@dataclass
class StepResult:
    """All days of one step of cooperation."""

    step: int
    days: list[DayResult]

    def total(self, name: str) -> float:
        """Sum of a figure over the days."""
        return float(sum(getattr(d, name) for d in self.days))

    def figures(self) -> dict[str, float]:
        """The figures that are compared; units in the names."""
        d0 = self.days[0]
        energy = self.total("production_EUR") + self.total("station_EUR")
        energy += self.total("pumping_EUR")
        carriers = d0.highest_kW
        return {
            "cost_EUR": energy + self.total("capacity_EUR"),
            "energy_EUR": energy,
            "production_EUR": self.total("production_EUR"),
            "capacity_EUR": self.total("capacity_EUR"),
            "station_EUR": self.total("station_EUR"),
            "pumping_EUR": self.total("pumping_EUR"),
            "discomfort_EUR": self.total("discomfort_EUR"),
            "co2_t": self.total("co2_kg") / 1000,
            "morning_peak_mean_kW": float(np.mean([d.morning_peak for d in self.days])),
            "morning_peak_max_kW": max(d.morning_peak for d in self.days),
            "peak_kW": max(float(d.plant.max()) for d in self.days),
            "outside_band_Kh": self.total("outside_Kh"),
            "short_kWh": self.total("short_kWh"),
            "beyond_capacity_kWh": self.total("over_kWh"),
            "heat_demand_MWh": sum(float(d.demand.sum()) for d in self.days) * d0.step_h / 1000,
            **{f"highest_{n}_kW": max(d.highest_kW[n] for d in self.days) for n in carriers},
            "left_in_storage_MWh": self.days[-1].left_MWh,
            "heat_lost_MWh": sum(float(d.lost.sum()) for d in self.days) * d0.step_h / 1000,
            "forecast_error_share": float(
                np.mean([np.abs(d.forecast - d.plant).mean() / d.plant.mean() for d in self.days])
            ),
        }

    def owners(self) -> dict[str, float]:
        """EUR of each owner over the span: bills and costs, less what deals paid (income
        negative)."""
        total: dict[str, float] = {}
        for day in self.days:
            for owner, euro in day.bills.items():
                total[owner] = total.get(owner, 0.0) + euro
            for owner, euro in day.paid.items():
                total[owner] = total.get(owner, 0.0) - euro
        return total
