"""What each relation of the reference site says of a plant that is as declared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.native import NativePlant
from rami.asset.topology import TwinTopology
from rami.functional.diagnosis.relation import Quantity
from rami.functional.diagnosis.twin_relations import twin_relations
from twins.site import load_site
from twins.site.site import Site

#: inputs at which each twin runs for hours without a controller
RUNNING = {
    "hts": {
        "hp.u": 0.5,
        "hp_condenser_pump.u": 0.5,
        "hp_evaporator_pump.u": 0.5,
        "hex_hnht_valve.u": 0.5,
        "hex_hnht_pump.u": 0.4,
        "hex_hnlt_valve.u": 0.4,
        "hex_hnlt_pump.u": 0.4,
    },
    "iess": {
        "chp.u": 1.0,
        "chp.engines_on": 2.0,
        "chp_pump.u": 0.9,
        "boiler_hnlt.u": 0.6,
        "cooling_tower.u": 0.5,
        "production.P_demand": 3000.0,
        "buildings.P_demand": 5000.0,
        "machines.P_demand": 1500.0,
    },
}


@pytest.fixture(scope="module")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


def settled(topology: TwinTopology) -> dict[str, np.ndarray]:
    """Its points after hours."""
    from models import assemble

    plant = NativePlant(assemble(topology))
    inputs = plant.inputs.starts()
    for name, value in RUNNING[topology.name].items():
        inputs[plant.inputs[name]] = value
    for _ in range(360):
        outputs = plant.step(inputs, 60.0)
    found = dict(zip(plant.outputs.names, outputs, strict=True))
    found |= dict(zip(plant.inputs.names, inputs, strict=True))
    return {name: np.array([value]) for name, value in found.items()}


@pytest.mark.parametrize("twin", ["hts", "iess"])
def test_relations_hold_in_the_models_of_the_reference_site(twin: str, site: Site) -> None:
    topology = site.topology.twins[twin]
    columns = settled(topology)
    judged = 0
    for relation in twin_relations(topology):
        residual = float(relation.residual(columns)[0])
        if np.isnan(residual):
            continue
        judged += 1
        # a network drifts without its controller; that is what water stores
        limit = 0.2 if relation.unit == "K" else 2.5
        assert abs(residual) < limit, relation.name
    assert judged > 15


def test_every_point_is_there_and_no_relation_repeats(site: Site) -> None:
    for topology in site.topology.twins.values():
        relations = twin_relations(topology)
        assert len({r.name for r in relations}) == len(relations)
        for relation in relations:
            assert all(p in topology.points for p in relation.points), relation.name
            assert {m.quantity for m in relation.members} - {Quantity.GIVEN}
