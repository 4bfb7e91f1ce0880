"""A plant that is not what was declared is learned; what changes afterwards is named."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.functional.diagnosis import FaultKind
from tests.functional.diagnosis.plants import PER_DAY, Plant, Watched

REFERENCE, WEEK = 5, 7
SLOWLY = np.linspace(0.0, 1.0, WEEK * PER_DAY)


@pytest.fixture(scope="module")
def learned() -> bytes:
    watched = Watched()
    watched.feed(Plant(5).columns(REFERENCE))
    return watched.monitor.save()


def week(learned: bytes, plant: Plant, offsets: dict[str, float] | None = None) -> Watched:
    watched = Watched()
    watched.monitor.restore(learned)
    watched.step = REFERENCE * PER_DAY
    columns = plant.columns(WEEK, REFERENCE)
    for name, most in (offsets or {}).items():
        columns[name] = columns[name] + most * SLOWLY
    watched.feed(columns)
    return watched


def test_a_healthy_plant_that_differs_from_its_declaration_is_no_fault(learned: bytes) -> None:
    watched = week(learned, Plant(5))
    assert watched.told == []
    assert not watched.monitor.learning
    assert watched.monitor.unlearned == ()


@pytest.mark.parametrize(
    ("plant", "offsets", "component", "kind", "point"),
    [
        (Plant(5, fouled=1.0 - 0.15 * SLOWLY), {}, "hex", FaultKind.FOULING, ""),
        (Plant(5, worn=1.0 - 0.10 * SLOWLY), {}, "pump", FaultKind.WEAR, ""),
        (Plant(5), {"hex.T_hot_out": 1.5}, "hex", FaultKind.DRIFT, "hex.T_hot_out"),
        (Plant(5), {"hex.T_cold_in": -1.5}, "hex", FaultKind.DRIFT, "hex.T_cold_in"),
        (Plant(5), {"hex.m_hot": 2.0}, "hex", FaultKind.DRIFT, "hex.m_hot"),
        (Plant(5), {"pump.m": -2.0}, "pump", FaultKind.DRIFT, "pump.m"),
        (Plant(5), {"hex.P": 300.0}, "hex", FaultKind.DRIFT, "hex.P"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict | FaultKind) else None,
)
def test_a_slow_fault_is_named_by_component_kind_and_sensor(
    learned: bytes,
    plant: Plant,
    offsets: dict[str, float],
    component: str,
    kind: FaultKind,
    point: str,
) -> None:
    watched = week(learned, plant, offsets)
    raised = [d for active, _, d in watched.told if active]
    assert {d.component for d in raised} == {component}
    last = raised[-1]
    assert (last.kind, last.point) == (kind, point)
    assert watched.monitor.diagnoses[component].confidence > 0.9


def test_the_size_of_fouling_is_told_in_percent(learned: bytes) -> None:
    watched = week(learned, Plant(5, fouled=1.0 - 0.15 * SLOWLY))
    size = watched.monitor.diagnoses["hex"].size
    # the mean of the last day of a week that ends at 15 %
    assert 11.0 < size < 16.0


def test_a_fault_that_goes_is_told_to_be_over(learned: bytes) -> None:
    watched = week(learned, Plant(5), {"hex.T_hot_out": 1.5})
    watched.feed(Plant(5).columns(4, REFERENCE + WEEK))
    assert [active for active, _, _ in watched.told][-1] is False
    assert watched.monitor.diagnoses == {}


def test_a_restored_monitor_has_the_same_future(learned: bytes) -> None:
    whole = week(learned, Plant(5, fouled=1.0 - 0.3 * SLOWLY))
    parted = Watched()
    parted.monitor.restore(learned)
    parted.step = REFERENCE * PER_DAY
    columns = Plant(5, fouled=1.0 - 0.3 * SLOWLY).columns(WEEK, REFERENCE)
    cut = 3 * PER_DAY + 7
    parted.feed({n: v[:cut] for n, v in columns.items()})
    other = Watched()
    other.monitor.restore(parted.monitor.save())
    other.step = parted.step
    other.feed({n: v[cut:] for n, v in columns.items()})
    assert other.monitor.save() == whole.monitor.save()
    assert other.monitor.diagnoses == whole.monitor.diagnoses


def test_a_state_of_other_relations_is_refused(learned: bytes) -> None:
    watched = Watched()
    watched.monitor.relations = watched.monitor.relations[1:]
    with pytest.raises(DataError, match="other relations"):
        watched.monitor.restore(learned)


def test_points_that_are_missing_leave_their_relations_out() -> None:
    from rami.core.points import PointIndex
    from rami.functional.diagnosis import Monitor
    from tests.functional.diagnosis.plants import topology

    points = [p for p in topology().points.points if p.name != "hex.P"]
    names = {r.name for r in Monitor(topology(), PointIndex(points)).relations}
    assert "pump: flow at its position" in names
    assert not any("conductance" in name for name in names)
