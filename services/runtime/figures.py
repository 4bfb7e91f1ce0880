"""Key figures of a run while it runs: now, and over the intervals that are over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.business.account import OwnerAccount
from rami.business.meters import with_electric_loads
from rami.business.settlement import settle
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.quality import Qualities
from services.loop.recorder import join
from services.runtime.present_figures import Figures, PresentFigures
from services.study.key_figures import key_figures

if TYPE_CHECKING:
    from services.study.season_run import SeasonRun
    from twins.site.site import Site

#: of an owner's account: unit, and where it stands
_ACCOUNT: Mapping[str, tuple[str, Callable[[OwnerAccount], float]]] = {
    "cost": ("EUR", lambda a: a.cost),
    "fuel_cost": ("EUR", lambda a: float(a.fuel_cost.sum())),
    "co2_cost": ("EUR", lambda a: float(a.co2_cost.sum())),
    "import_cost": ("EUR", lambda a: float(a.import_cost.sum())),
    "peak_cost": ("EUR", lambda a: a.peak_cost),
    "export_revenue": ("EUR", lambda a: float(a.export_revenue.sum())),
    "heat_bought": ("EUR", lambda a: float(a.heat_bought.sum())),
    "heat_sold": ("EUR", lambda a: float(a.heat_sold.sum())),
    "grid_import": ("kWh", lambda a: float(a.grid_import.sum())),
    "grid_export": ("kWh", lambda a: float(a.grid_export.sum())),
    "peak_import": ("kW", lambda a: a.peak_kw),
    "scope1": ("kg", lambda a: a.scope1_kg),
    "scope2": ("kg", lambda a: a.scope2_kg),
}


class LiveFigures:
    """By name with their units:

    - `energy.<twin>.<point>`: what a register counted since the run began, now;
    - `cost.*` and `emission.*`: as `PresentFigures`, once an exchange step;
    - `kpi.<name>`: those that the site declares, over the last interval;
    - `planned.<exchanger>.E`, `executed.<exchanger>.E`: heat by plan and in fact so far, kWh;
    - `account.<owner>.*`: money, energies, emissions so far, the peak charge included.

    "So far" is up to the end of the last interval; NaN before there is one, and where a meter had
    no value.
    """

    def __init__(self, site: Site, run: SeasonRun) -> None:
        self._site, self._run = site, run
        outputs = {twin: b.outputs for twin, b in run.loop.plant.backends.items()}
        self._present = PresentFigures(site.topology, run.owner_of, outputs)
        #: the exchange step that was looked at last
        self._looked = (-1, -1)
        self._seen: Figures = {}
        self._over = 0
        self._so_far: Figures = {name: (np.nan, unit) for name, unit in self._later().items()}

    @property
    def until_ns(self) -> int:
        """End of the last interval that is over."""
        grid = self._run.data.grid
        return grid.start_ns + self._run.interval * grid.step_ns

    def now(self, marks: Mapping[str, Qualities]) -> Figures:
        """All of them; `marks` are the qualities of the twins' outputs."""
        run, plant = self._run, self._run.loop.plant
        step = (run.interval, run.sample)
        if step != self._looked:
            self._looked = step
            interval = min(run.interval, run.data.grid.count - 1)
            data, prices = run.data.part(interval, 1), run.prices.part(interval, 1)
            self._seen = self._present.now(plant.outputs, marks, data, prices)
        if run.interval and run.interval != self._over:
            self._over = run.interval
            self._so_far = self._until(run.interval)
        return self._energies() | self._seen | self._so_far

    @property
    def units(self) -> dict[str, str]:
        """Of all that are ever told, by name."""
        counted = {name: unit for name, (_, unit) in self._energies().items()}
        return counted | self._present.units | self._later()

    def _later(self) -> dict[str, str]:
        """Units of what there is once an interval is over."""
        site = self._site
        found = {f"kpi.{name}": one.unit for name, one in (site.declaration.kpi or {}).items()}
        for twin, name, _ in site.topology.of(HeatExchanger):
            found |= {f"{word}.{twin}.{name}.E": "kWh" for word in ("planned", "executed")}
        for owner in site.business.owners:
            found |= {f"account.{owner}.{name}": unit for name, (unit, _) in _ACCOUNT.items()}
        return found

    def _energies(self) -> Figures:
        found: Figures = {}
        for twin, recorder in self._run.loop.recorders.items():
            outputs = self._run.loop.plant.outputs[twin]
            for place, first in recorder.begun():
                point = recorder.outputs.points[place]
                value = float(outputs[place]) - first
                found[f"energy.{twin}.{point.name}"] = (value, point.unit)
        return found

    def _until(self, count: int) -> Figures:
        run, recorders = self._run, self._run.loop.recorders
        data, prices = run.data.part(0, count), run.prices.part(0, count)
        means = join({t: r.mean_frame() for t, r in recorders.items()}).part(0, count)
        registers = join({t: r.meter_frame() for t, r in recorders.items()}).part(0, count)
        metered = with_electric_loads(self._site.topology, registers, data)
        last = count - 1
        figures = key_figures(
            self._site, means.part(last, 1), metered.part(last, 1), data.part(last, 1),
            prices.part(last, 1),
        )  # fmt: skip
        found = self._energies_by_plan(means, count)
        if figures is not None:
            for name, unit, value in zip(
                figures.names, figures.units, figures.values[0], strict=True
            ):
                found[name] = (float(value), unit)
        business = self._site.business
        try:
            settled = settle(
                self._site.topology, business.owners, prices, metered, business.heat_transfer
            )
        except DataError:
            # a meter had no value: no account can be closed over it
            return {n: (np.nan, u) for n, u in self._later().items()} | found
        for owner, account in settled.owners.items():
            for name, (unit, value) in _ACCOUNT.items():
                found[f"account.{owner}.{name}"] = (value(account), unit)
        return found

    def _energies_by_plan(self, means: Frame, count: int) -> Figures:
        scheduled, hours = self._run.schedules.frame(), means.grid.step_h
        found: Figures = {}
        for twin, name, _ in self._site.topology.of(HeatExchanger):
            path = f"{twin}.{name}"
            planned = np.nan
            if scheduled is not None and f"{path}.P" in scheduled:
                planned = float(scheduled[f"{path}.P"][:count].sum()) * hours
            found[f"planned.{path}.E"] = (planned, "kWh")
            executed = means[f"{path}.P"]
            found[f"executed.{path}.E"] = (float(executed.sum()) * hours, "kWh")
        return found
