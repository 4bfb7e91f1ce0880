from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.topology import SiteTopology
from rami.functional.technical.set_points import RAMP_S, STOP_S, SetPoints
from rami.functional.technical.station_loops import station_loops
from tests.functional.technical.benches import Rows

HNHT, DHS_IN, DHS_OUT = 0, 1, 3
REST = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 95.0]


@pytest.fixture
def moving(site: SiteTopology) -> SetPoints:
    station = station_loops(site.twins["hts"])
    return SetPoints(station, 10.0, np.zeros(len(station.set_points)))


def walk(moving: SetPoints, seconds: float) -> Rows:
    rows = []
    for _ in range(round(seconds / 10.0)):
        moving.advance()
        rows.append(moving.value.copy())
    return np.array(rows)


def row(**powers: float) -> list[float]:
    values = list(REST)
    for name, value in powers.items():
        values[{"hnht": HNHT, "dhs_in": DHS_IN, "dhs_out": DHS_OUT}[name]] = value
    return values


def test_a_step_becomes_a_ramp(moving: SetPoints) -> None:
    moving.aim(row(hnht=3000.0), None, 900.0)
    seen = walk(moving, 900.0)[:, HNHT]
    assert np.diff(seen[: round(RAMP_S / 10)]) == pytest.approx(3000.0 * 10 / RAMP_S)
    assert seen[round(RAMP_S / 10) - 1 :] == pytest.approx(3000.0)


def test_a_known_step_is_ramped_around_and_keeps_its_energy(moving: SetPoints) -> None:
    moving.aim(row(hnht=1000.0), row(hnht=3000.0), 900.0)
    first = walk(moving, 900.0)[:, HNHT]
    moving.aim(row(hnht=3000.0), row(hnht=3000.0), 900.0)
    second = walk(moving, 900.0)[:, HNHT]
    both = np.concatenate([first[45:], second])
    # half of the ramp lies before the step: what is given early is what is missing late
    wanted = 1000.0 * 45 + 3000.0 * 90
    assert both.sum() == pytest.approx(wanted, abs=2000.0)
    assert first[-1] == pytest.approx(1000 + 2000 * 8 / 15)
    assert (np.diff(both) >= -1e-9).all()


def test_small_powers_are_off(moving: SetPoints) -> None:
    moving.aim(row(hnht=50.0), None, 900.0)
    assert not walk(moving, 300.0)[:, HNHT].any()


def test_one_way_is_still_before_the_other_starts(moving: SetPoints) -> None:
    moving.aim(row(dhs_in=1500.0), row(dhs_out=3000.0), 900.0)
    first = walk(moving, 900.0)
    moving.aim(row(dhs_out=3000.0), None, 900.0)
    second = walk(moving, 300.0)
    assert first[-1, DHS_IN] == 0.0
    assert not first[:, DHS_OUT].any()
    assert not second[:, DHS_IN].any()
    assert second[-1, DHS_OUT] == pytest.approx(3000.0)
    assert first[90 - round(STOP_S / 10) - 3, DHS_IN] == pytest.approx(1500.0)


def test_without_look_ahead_the_start_waits_for_the_stop(moving: SetPoints) -> None:
    moving.aim(row(dhs_in=1500.0), None, 900.0)
    walk(moving, 900.0)
    moving.aim(row(dhs_out=3000.0), row(dhs_out=3000.0), 900.0)
    seen = walk(moving, 900.0)
    assert ((seen[:, DHS_IN] == 0.0) | (seen[:, DHS_OUT] == 0.0)).all()
    assert seen[-1, DHS_OUT] == pytest.approx(3000.0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 40.0, 900.0, 4000.0]),
            st.sampled_from([0.0, 500.0, 2000.0]),
            st.sampled_from([0.0, 800.0, 3500.0]),
        ),
        min_size=2,
        max_size=8,
    ),
    st.booleans(),
)
def test_every_target_is_reached_and_never_passed(
    site: SiteTopology, steps: list[tuple[float, float, float]], look: bool
) -> None:
    station = station_loops(site.twins["hts"])
    moving = SetPoints(station, 10.0, np.zeros(len(station.set_points)))
    rows = [row(hnht=a, dhs_in=b if not c else 0.0, dhs_out=c) for a, b, c in steps]
    for now, then in zip(rows, [*rows[1:], None], strict=True):
        moving.aim(now, np.array(then) if look and then else None, 900.0)
        seen = walk(moving, 900.0)
        assert (seen[:, :6] >= 0.0).all()
        assert (seen[:, HNHT] <= 4000.0).all()
        middle = seen[50]
        assert middle[HNHT] == pytest.approx(now[HNHT] if now[HNHT] > 60.0 else 0.0)
        assert middle[DHS_OUT] == pytest.approx(now[DHS_OUT])
        assert ((seen[:, DHS_IN] == 0.0) | (seen[:, DHS_OUT] == 0.0)).all()


def test_what_is_expected_is_what_comes(moving: SetPoints) -> None:
    moving.aim(row(hnht=1000.0), row(hnht=3000.0), 900.0)
    walk(moving, 700.0)
    expected = [moving.ahead(60.0)[HNHT]]
    for _ in range(19):
        walk(moving, 10.0)
        expected.append(moving.ahead(60.0)[HNHT])
    moving_on = walk(moving, 10.0)[:, HNHT]
    assert expected[0] == pytest.approx(1000.0)
    assert expected[14] == pytest.approx(moving_on[-1], abs=150.0)


def test_restored_set_points_have_the_same_future(site: SiteTopology, moving: SetPoints) -> None:
    moving.aim(row(hnht=1000.0), row(hnht=3000.0), 900.0)
    walk(moving, 830.0)
    station = station_loops(site.twins["hts"])
    twin = SetPoints(station, 10.0, np.zeros(len(station.set_points)))
    twin.restore(moving.save())
    assert np.array_equal(walk(twin, 200.0), walk(moving, 200.0))
