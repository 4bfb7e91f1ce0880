"""What the negotiation does to the morning peak, by kind of production, as a table:
`python -m benchmarks.morning_peak [NAME ...]`.

The demo's week with two kinds of production, and the weeks of three utilities with all their
groups, each at steps 0 and 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from sys import argv

from rami.asset.district.declaration import District
from rami.asset.heat_storage import HeatStorage
from services.negotiation.loading import load_district
from services.negotiation.results import StepResult
from services.negotiation.week import LivedDistrict

_FOLDER = Path(__file__).parents[1] / "examples" / "utilities"
#: beside a wood boiler of 4.5 MW, 50 l per kW (usewoodfuel.co.uk: 40 to 60)
_TANK = {
    "kind": "heat_storage", "across": "district", "volume": "225 m3", "power_max": "4.5 MW",
    "reference": "50 degC", "usable": "95 degC", "loss": "0.065 kW/K", "start_content": 0.5,
}  # fmt: skip


def _file(name: str) -> District:
    return load_district(_FOLDER / f"{name}.yaml")


def _with_tank() -> District:
    declared = _file("demo_heat_only")
    units = declared.production.units | {"tank": HeatStorage.model_validate(_TANK)}
    production = declared.production.model_copy(update={"units": units})
    return declared.model_copy(update={"production": production})


DISTRICTS: dict[str, Callable[[], District]] = {
    "demo_engines": lambda: _file("demo_engines"),
    "demo_heat_only": lambda: _file("demo_heat_only"),
    "demo_heat_only with a tank": _with_tank,
    "solar_biomass": lambda: _file("solar_biomass"),
    "mixed_no_meters": lambda: _file("mixed_no_meters"),
    "buys_heat": lambda: _file("buys_heat"),
}


def lines(names: Sequence[str] = ()) -> Iterator[str]:
    """The table, line by line; `names` of some districts."""
    yield "| | morning peak, mean | highest | cost | CO2 | deals | largest gap | outside band |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in names or DISTRICTS:
        declared = DISTRICTS[name]()
        zero, two = (LivedDistrict(declared).live(k) for k in (0, 2))
        yield f"| {name} | {' | '.join(_cells(zero, two))} |"


def _cells(zero: StepResult, two: StepResult) -> Iterator[str]:
    before, after = zero.figures(), two.figures()
    for key in ("morning_peak_mean_kW", "morning_peak_max_kW", "cost_EUR", "co2_t"):
        yield f"{100 * (after[key] / before[key] - 1):+.1f} %"
    talks = [d.talk for d in two.days if d.talk is not None]
    yield f"{sum(t.deal.made for t in talks)} of {len(talks)}"
    yield f"{100 * max(t.gap or 0.0 for t in talks):.1f} %"
    yield f"{before['outside_band_Kh']:.1f} → {after['outside_band_Kh']:.1f} K h"


if __name__ == "__main__":
    for line in lines(argv[1:]):
        print(line, flush=True)
