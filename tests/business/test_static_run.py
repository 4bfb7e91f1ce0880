"""The static run against the check calculation of the reference data, and against the models."""

from pathlib import Path

import numpy as np
import pytest

from adapters.sources.csv.ready import season_file
from models import NativePlant, assemble
from rami.asset.topology import SiteTopology
from rami.business.balances import fuel_balances, heat_balances
from rami.business.meters import meters_of
from rami.business.ownership import owner_of_twins
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.series import required_series
from tests.adapters.sources.test_csv_shared import STARTS
from tests.business.conftest import settle_static

# cost of the IESS at rest in the check calculation, EUR, without peak and cooling tower
CHECK = {"winter": 284476, "spring": 238851, "summer": 215525, "fall": 223275}


@pytest.mark.parametrize("season", CHECK)
def test_baseline_cost_of_the_reference_site(
    shared_data: Path, reference_site: SiteTopology, reference_business: Business, season: str
) -> None:
    grid = TimeGrid.of(STARTS[season], 900, 1344)
    wanted = required_series(reference_site, reference_business.series())
    data = season_file(shared_data, season).read(list(wanted), grid)
    settled = settle_static(reference_site, reference_business, data, relaxed=True)
    iess = settled.settlement.owners["iess"]
    tower = settled.run.metered["iess.cooling_tower.E_el"]
    fans = float((tower * settled.prices.owner("iess").el_buy).sum())
    assert iess.cost - iess.peak_cost - fans == pytest.approx(CHECK[season], rel=2e-4)
    assert settled.closure().holds


@pytest.mark.parametrize("twin", ["hts", "iess", "dhs"])
def test_registers_of_the_models_close(reference_site: SiteTopology, twin: str) -> None:
    """Every register the accounts and the closure read comes out of the models and adds up."""
    plant = NativePlant(assemble(reference_site.twins[twin]))
    registers = [p.name for p in plant.outputs.points if p.cumulative]
    places, stored = plant.outputs.places(registers), plant.outputs["balance.stored"]
    owner_of = owner_of_twins(reference_site, {"all": tuple(reference_site.twins)})
    metered = {m.path for m in meters_of(reference_site, owner_of) if m.path.startswith(f"{twin}.")}
    assert metered - {f"{twin}.{n}" for n in registers} <= {"iess.factory.E"}
    rng = np.random.default_rng(7)
    readings, content = [plant.read()[places]], [plant.read()[stored]]
    for _ in range(3):
        for _ in range(5):
            inputs = plant.inputs.starts()
            for i, point in enumerate(plant.inputs.points):
                quantity = point.name.rpartition(".")[2]
                high = {"u": 1.0, "engines_on": 2.0, "P_demand": 2500.0, "m": 10.0, "Q": 500.0}
                if quantity in high:
                    inputs[i] = rng.uniform(0, high[quantity])
            plant.step(inputs, 60.0)
        readings.append(plant.read()[places])
        content.append(plant.read()[stored])
    frame = Frame(
        TimeGrid.of("2019-01-14T00:00Z", 300, 3),
        tuple(f"{twin}.{n}" for n in registers),
        ("kWh",) * len(registers),
        np.diff(readings, axis=0),
    )
    alone = SiteTopology("alone", {twin: reference_site.twins[twin]})
    assert max(fuel_balances(alone, frame).values(), default=0.0) < 1e-9
    residual = heat_balances(reference_site, frame, {twin: np.diff(content)})
    assert residual[twin] < 1e-9
    assert frame.values.any()
