"""One owner's account: energies, money and emissions per step, and their sums."""

from __future__ import annotations

from dataclasses import dataclass

from rami.information.prices import Array


@dataclass(frozen=True)
class OwnerAccount:
    """Arrays of shape (T,): energies in kWh, money in EUR, emissions in kg.

    Costs and revenues are positive numbers. `peak_cost` (EUR) and `peak_kw` belong to the
    whole period. `scope2` is (import - export) x grid factor; `scope2_heat` adds purchased heat
    at the seller's allocated factor and stays zero when heat transfer is excluded. Heat
    sold and bought is between owners, at the billing meter.
    """

    owner: str
    fuel: Array
    drawn: Array
    generated: Array
    grid_import: Array
    grid_export: Array
    self_consumed: Array
    consumer_heat: Array
    fuel_cost: Array
    co2_cost: Array
    import_cost: Array
    levy_cost: Array
    export_revenue: Array
    consumer_revenue: Array
    heat_sold: Array
    heat_bought: Array
    peak_kw: float
    peak_cost: float
    scope1: Array
    scope2: Array
    scope2_heat: Array

    @property
    def cost_steps(self) -> Array:
        """Cost less revenues per step in EUR, without the peak charge, shape (T,)."""
        costs = (
            self.fuel_cost + self.co2_cost + self.import_cost + self.levy_cost + self.heat_bought
        )
        return costs - self.export_revenue - self.consumer_revenue - self.heat_sold

    @property
    def cost(self) -> float:
        """Cost less revenues of the period in EUR, peak charge included."""
        return float(self.cost_steps.sum()) + self.peak_cost

    @property
    def profit(self) -> float:
        """The cost with its sign turned, EUR."""
        return -self.cost

    @property
    def gross_money(self) -> float:
        """All payments in and out added up, EUR: the measure of `near zero`."""
        parts = (
            self.fuel_cost,
            self.co2_cost,
            self.import_cost,
            self.levy_cost,
            self.export_revenue,
            self.consumer_revenue,
            self.heat_sold,
            self.heat_bought,
        )
        return float(sum(abs(p).sum() for p in parts)) + self.peak_cost

    @property
    def scope1_kg(self) -> float:
        """Fuel burnt x factor, kg."""
        return float(self.scope1.sum())

    @property
    def scope2_kg(self) -> float:
        """Of electricity, and of purchased heat where that is allocated, kg."""
        return float(self.scope2.sum() + self.scope2_heat.sum())

    def plain(self) -> dict[str, float]:
        """For results.json; units in the key names."""
        return {
            "cost_EUR": self.cost,
            "profit_EUR": self.profit,
            "fuel_cost_EUR": float(self.fuel_cost.sum()),
            "co2_cost_EUR": float(self.co2_cost.sum()),
            "import_cost_EUR": float(self.import_cost.sum()),
            "levy_cost_EUR": float(self.levy_cost.sum()),
            "peak_cost_EUR": self.peak_cost,
            "heat_bought_EUR": float(self.heat_bought.sum()),
            "export_revenue_EUR": float(self.export_revenue.sum()),
            "consumer_revenue_EUR": float(self.consumer_revenue.sum()),
            "heat_sold_EUR": float(self.heat_sold.sum()),
            "scope1_t": self.scope1_kg / 1000,
            "scope2_t": self.scope2_kg / 1000,
            "scope2_purchased_heat_t": float(self.scope2_heat.sum()) / 1000,
            "fuel_MWh": float(self.fuel.sum()) / 1000,
            "electricity_drawn_MWh": float(self.drawn.sum()) / 1000,
            "electricity_generated_MWh": float(self.generated.sum()) / 1000,
            "grid_import_MWh": float(self.grid_import.sum()) / 1000,
            "grid_export_MWh": float(self.grid_export.sum()) / 1000,
            "self_consumed_MWh": float(self.self_consumed.sum()) / 1000,
            "consumer_heat_MWh": float(self.consumer_heat.sum()) / 1000,
            "peak_import_kW": self.peak_kw,
        }
