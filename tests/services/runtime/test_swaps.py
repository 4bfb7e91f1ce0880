"""Swaps under load against the unswapped run: temperatures, actuators, energy between twins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.services.conftest import ReadySite
from tests.services.runtime.self_driven import Beaten, SelfDriven, SelfDrivenPlants
from tests.services.runtime.swap_table import allowed, table
from tests.services.runtime.swaps import (
    FLOWS,
    Course,
    Stay,
    course,
    declared,
    stays,
)

Ready = Callable[[Mapping[str, Any], Path], ReadySite]
#: flow temperatures of the networks, and of the station's own circuit
NETWORKS, CIRCUIT = slice(1, 5), 0
_PLANNED = [Stay(24, 2, "random"), Stay(42, 3, "manual")]


@pytest.fixture
def site(ready: Ready, reference_site_declaration: dict[str, Any], tmp_path: Path) -> ReadySite:
    return ready(declared(reference_site_declaration), tmp_path)


def _no_jumps(one: Course) -> None:
    rate = allowed(one.names, 10.0)
    for swap in one.swaps:
        assert (np.abs(swap.jump) <= rate + 1e-9).all(), (swap.to, swap.why)


def _energy_closes(one: Course) -> None:
    counted = np.diff(one.handed, axis=0).sum(axis=0)
    assert np.abs(counted).min() >= 0.0
    np.testing.assert_allclose(np.abs(counted[:, 0]), np.abs(counted[:, 1]), rtol=1e-9, atol=1e-6)


def test_swaps_leave_no_trace(site: ReadySite, tmp_path: Path) -> None:
    one, other = (
        course(site, tmp_path / f"{swapped}", _PLANNED, swapped=swapped)
        for swapped in (True, False)
    )
    assert [swap.to for swap in one.swaps] == ["model", "plant"] * 2
    assert not one.refused
    difference = np.abs(one.flows - other.flows)
    assert difference[:, NETWORKS].max() < 1.0, dict(
        zip(FLOWS, difference.max(axis=0), strict=True)
    )
    assert difference[:, CIRCUIT].max() < 2.0
    _no_jumps(one)
    assert (np.abs(np.diff(one.own, axis=0)) <= allowed(one.names, 10.0) + 1e-9).all()
    _energy_closes(one)
    _energy_closes(other)


def test_a_plant_that_drives_itself_is_taken_over(site: ReadySite, tmp_path: Path) -> None:
    plants = SelfDrivenPlants(site)

    def begun(rig: Any) -> None:
        plant = plants.made[0]
        assert isinstance(plant, SelfDriven)
        rig.opened.modes["hts"].switch.plant.rehearsal = Beaten(plant)

    one = course(
        site, tmp_path / "run", [Stay(24, 5, "random")], swapped=True, plants=plants, begun=begun
    )
    assert len(one.swaps) == 2
    _no_jumps(one)
    away = slice(one.swaps[0].step + 4, one.swaps[1].step)
    assert (np.abs(np.diff(one.own[away], axis=0)) > 0.0).any(), "base control took over"
    mine = slice(one.swaps[1].step - 1, None)
    assert (np.abs(np.diff(one.own[mine], axis=0)) <= allowed(one.names, 10.0) + 1e-9).all()


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_swaps(site: ReadySite, tmp_path: Path, seed: int) -> None:
    planned = stays(50, seed)
    one, other = (
        course(site, tmp_path / f"{swapped}", planned, swapped=swapped) for swapped in (True, False)
    )
    sys.stdout.write("\n" + "\n".join(table(one, other)))
    assert len(one.swaps) == 100
    assert np.abs(one.flows - other.flows)[:, NETWORKS].max() < 1.0
    _no_jumps(one)
    assert (np.abs(np.diff(one.own, axis=0)) <= allowed(one.names, 10.0) + 1e-9).all()
    _energy_closes(one)


@pytest.mark.soak
def test_a_hundred_swaps_of_a_plant_that_drives_itself(site: ReadySite, tmp_path: Path) -> None:
    def run(name: str, *, swapped: bool) -> Course:
        plants = SelfDrivenPlants(site)

        def begun(rig: Any) -> None:
            plant = plants.made[0]
            assert isinstance(plant, SelfDriven)
            rig.opened.modes["hts"].switch.plant.rehearsal = Beaten(plant)

        return course(
            site, tmp_path / name, stays(50, 1), swapped=swapped, plants=plants, begun=begun
        )

    one, other = run("one", swapped=True), run("other", swapped=False)
    sys.stdout.write("\n" + "\n".join(table(one, other)))
    assert len(one.swaps) == 100
    _no_jumps(one)
    _energy_closes(one)
