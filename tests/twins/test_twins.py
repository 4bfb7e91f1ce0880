from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.points import Direction
from rami.functional.technical import BaseAutomation
from twins.compose import twins_of
from twins.dhs import DistrictHeating
from twins.hts import HeatTransferStation
from twins.iess import EnergySupply
from twins.site import load_site
from twins.supply import Supply
from twins.twin import CostBasis, PlanBoundary, Twin


@pytest.fixture(scope="module")
def twins(reference_site_file: Path) -> dict[str, Twin]:
    return twins_of(load_site(reference_site_file))


def test_each_twin_has_its_class_and_period(twins: dict[str, Twin]) -> None:
    assert {name: type(twin) for name, twin in twins.items()} == {
        "hts": HeatTransferStation,
        "iess": EnergySupply,
        "dhs": DistrictHeating,
    }
    assert [twin.period_s for twin in twins.values()] == [10.0, 60.0, 60.0]


def test_points_are_split_without_rest(twins: dict[str, Twin]) -> None:
    for twin in twins.values():
        parts = (twin.actuated, twin.disturbances, twin.measured)
        names = [name for index in parts for name in index.names]
        assert sorted(names) == sorted(twin.topology.points.names)
        assert all(p.direction is Direction.ACTUATED for p in twin.actuated.points)


@pytest.mark.parametrize(
    ("basis", "iess"),
    [
        ("marginal", PlanBoundary.BLOCKS),
        ("average", PlanBoundary.PORTS),
        ("ems", PlanBoundary.PORTS),
    ],
)
def test_boundary_of_the_plan(basis: CostBasis, iess: PlanBoundary, twins: dict[str, Twin]) -> None:
    assert twins["hts"].boundary(basis) is PlanBoundary.BLOCKS
    assert twins["iess"].boundary(basis) is iess
    assert twins["dhs"].boundary(basis) is PlanBoundary.PORTS


def test_blocks_are_components_that_have_one(twins: dict[str, Twin]) -> None:
    station = twins["hts"].planned("average")
    assert set(station) == {
        "hex_hnht",
        "hex_hnlt",
        "hex_dhs_in",
        "hex_dhs_out",
        "hp",
        "hs",
        "ih",
    }
    assert twins["iess"].planned("average") == {}
    assert "boiler_hnht" in twins["iess"].planned("marginal")


def test_supply_systems_bring_their_automation(twins: dict[str, Twin]) -> None:
    supply = twins["iess"]
    assert isinstance(supply, Supply)
    automation = supply.controller()
    assert isinstance(automation, BaseAutomation)
    assert automation.period_s == 60.0


def test_a_twin_without_a_kind_of_its_own_has_no_boundary(twins: dict[str, Twin]) -> None:
    with pytest.raises(NotImplementedError):
        Twin(twins["hts"].topology, 10.0).boundary("marginal")
