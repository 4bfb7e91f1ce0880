"""Swaps under load against the unswapped run: temperatures, actuators, energy between twins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.planning.job import Planned
from tests.services.conftest import ReadySite
from tests.services.runtime.self_driven import Beaten, SelfDriven, SelfDrivenPlants
from tests.services.runtime.stays import Stay, shut_down, stays
from tests.services.runtime.swap_table import table
from tests.services.runtime.swaps import FLOWS, Course, Plants, allowed, course, declared

Ready = Callable[[Mapping[str, Any], Path], ReadySite]
#: of the station's own circuit and of the networks
FLOW_LINES = slice(0, 5)
_PLANNED = [Stay(24, 2, "random"), Stay(42, 3, "manual")]


@pytest.fixture
def site(ready: Ready, reference_site_declaration: dict[str, Any], tmp_path: Path) -> ReadySite:
    return ready(declared(reference_site_declaration), tmp_path)


def _both(
    site: ReadySite, folder: Path, planned: list[Stay], seed: int = 3, *, alone: bool = False
) -> tuple[Course, Course]:
    """With and without the swaps, on the same plans; `seed` is that of the plant. While the model
    is in its place the plant is driven as it is without the swaps, or left `alone`."""
    other = course(site, folder / "other", planned, swapped=False, plants=Plants(site, seed=seed))
    one = course(
        site, folder / "one", planned, swapped=True, plants=Plants(site, seed=seed),
        plans=other.plans, driven=None if alone else other.own,
    )  # fmt: skip
    return one, other


def _no_jumps(one: Course) -> None:
    rate = allowed(one.names, 10.0)
    for swap in one.swaps:
        assert (np.abs(swap.jump) <= rate + 1e-9).all(), (swap.to, swap.why)


def _energy_closes(one: Course) -> None:
    counted = np.diff(one.handed, axis=0).sum(axis=0)
    assert np.abs(counted).min() >= 0.0
    np.testing.assert_allclose(np.abs(counted[:, 0]), np.abs(counted[:, 1]), rtol=1e-9, atol=1e-6)


def test_swaps_leave_no_trace(site: ReadySite, tmp_path: Path) -> None:
    one, other = _both(site, tmp_path, _PLANNED, alone=True)
    assert [swap.to for swap in one.swaps] == ["model", "plant"] * 2
    assert not one.refused
    difference = np.abs(one.flows - other.flows)
    assert difference[:, FLOW_LINES].max() < 1.0, dict(
        zip(FLOWS, difference.max(axis=0), strict=True)
    )
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
    one, other = _both(site, tmp_path, planned)
    sys.stdout.write("\n" + "\n".join(table(one, other)))
    assert len(one.swaps) == 100
    difference = np.abs(one.flows - other.flows)[:, FLOW_LINES]
    compared = [not shut_down(planned, minute) for minute in range(len(difference))]
    sys.stdout.write(f"\nmost, K: {np.round(difference[compared].max(axis=0), 2).tolist()}\n")
    assert difference[compared].max() < 1.0
    _no_jumps(one)
    assert (np.abs(np.diff(one.own, axis=0)) <= allowed(one.names, 10.0) + 1e-9).all()
    _energy_closes(one)


@pytest.mark.soak
def test_a_hundred_swaps_of_a_plant_left_alone(site: ReadySite, tmp_path: Path) -> None:
    """What it did meanwhile is felt after each return, but not the swap."""
    one, other = _both(site, tmp_path, stays(50, 1), alone=True)
    sys.stdout.write("\n" + "\n".join(table(one, other)))
    assert len(one.swaps) == 100
    difference = np.abs(one.flows - other.flows)[:, FLOW_LINES]
    for to, back in zip(one.swaps[::2], one.swaps[1::2], strict=True):
        assert difference[to.step // 6 : back.step // 6].max() < 1.5
    _no_jumps(one)
    _energy_closes(one)


@pytest.mark.soak
def test_a_hundred_swaps_of_a_plant_that_drives_itself(site: ReadySite, tmp_path: Path) -> None:
    def run(name: str, *, swapped: bool, plans: list[Planned] | None = None) -> Course:
        plants = SelfDrivenPlants(site)

        def begun(rig: Any) -> None:
            plant = plants.made[0]
            assert isinstance(plant, SelfDriven)
            rig.opened.modes["hts"].switch.plant.rehearsal = Beaten(plant)

        return course(
            site, tmp_path / name, stays(50, 1), swapped=swapped, plants=plants, begun=begun,
            plans=plans,
        )  # fmt: skip

    other = run("other", swapped=False)
    one = run("one", swapped=True, plans=other.plans)
    sys.stdout.write("\n" + "\n".join(table(one, other)))
    assert len(one.swaps) == 100
    _no_jumps(one)
    _energy_closes(one)
