"""Heartbeat, writes, determinism of the soft PLC, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from services.emulate.input_image import Refused
from services.emulate.plc import Control, Plc
from tests.services.emulate.conftest import Make


def test_silence_leads_to_the_safe_state_within_the_declared_time(make: Make) -> None:
    plc = make("dhs", heartbeat_s=30.0)
    assert plc.control is Control.LOCAL
    boiler = plc.inputs["boiler.u"]
    for second in range(60):
        plc.beat(second + 1)
        plc.write(boiler, 0.9)
        plc.scan()
    assert plc.control is Control.REMOTE
    assert plc.actuators.position[boiler] == 0.9
    plc.advance(28)
    assert plc.control is Control.REMOTE
    plc.advance(1)  # the last sign of life came thirty seconds ago
    assert plc.control is Control.SAFE
    assert plc.image[boiler] == plc.actuators.position[boiler]
    plc.beat(100)
    plc.scan()
    assert plc.control is Control.REMOTE


def test_a_heartbeat_that_stands_still_is_none(make: Make) -> None:
    plc = make("dhs", heartbeat_s=5.0)
    for _ in range(10):
        plc.beat(7)
        plc.scan()
    assert plc.control is Control.SAFE


def test_station_closes_when_the_controller_is_silent(make: Make) -> None:
    plc = make("hts", heartbeat_s=10.0)
    for _ in range(120):
        for name in ("hp.u", "ih.u", "hex_hnht_valve.u", "hex_hnht_pump.u"):
            plc.write(plc.inputs[name], 0.6)
        plc.scan()
    assert plc.truth()["hex_hnht.P"] > 500.0
    # ten seconds of silence, one minute's stroke, then what is left in the pipes
    plc.advance(300)
    assert plc.control is Control.SAFE
    assert not plc.actuators.position[plc.inputs["hp.u"]]
    assert plc.truth()["hex_hnht.P"] < 50.0


def test_return_is_from_where_the_actuators_stand(make: Make) -> None:
    plc = make("dhs", heartbeat_s=5.0)
    plc.advance(1800)
    boiler = plc.inputs["boiler.u"]
    stood = float(plc.actuators.position[boiler])
    assert stood > 0.1
    plc.beat(1)
    plc.scan()
    assert plc.control is Control.REMOTE
    assert plc.actuators.position[boiler] == stood


def test_without_heartbeat_it_obeys_for_ever(make: Make) -> None:
    plc = make("dhs", heartbeat_s=None)
    plc.write(plc.inputs["boiler.u"], 0.3)
    plc.advance(3600)
    assert plc.control is Control.REMOTE
    assert plc.actuators.position[plc.inputs["boiler.u"]] == 0.3


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_writes_out_of_range_are_refused(make: Make, value: float) -> None:
    plc = make("dhs")
    place = plc.inputs["boiler.u"]
    before = plc.image[place]
    with pytest.raises(Refused, match=r"boiler\.u"):
        plc.write(place, value)
    assert plc.image[place] == before


def test_neighbours_written_hold_while_the_controller_lives(make: Make) -> None:
    plc = make("hts", heartbeat_s=5.0)
    place = plc.inputs["hex_hnht_border.T_take"]
    plc.write(place, 99.0)
    plc.beat(1)
    plc.scan()
    assert plc.image[place] == 99.0
    plc.advance(10)
    assert plc.image[place] == pytest.approx(115.0, abs=2.0)


def test_a_rig_sets_what_surrounds_the_plant(make: Make) -> None:
    plc = make("hts", heartbeat_s=5.0)
    place = plc.inputs["hex_hnht_border.T_take"]
    plc.held.surround(place, 99.0)
    plc.write(place, 80.0)
    plc.beat(1)
    plc.advance(10)
    assert plc.image[place] == 99.0
    plc.held.surround(place, None)
    plc.advance(10)
    assert plc.image[place] == pytest.approx(115.0, abs=2.0)
    for wrong in (float("nan"), 1e9):
        with pytest.raises(Refused):
            plc.held.surround(place, wrong)


def test_demands_follow_the_sites_data(make: Make) -> None:
    plc = make("dhs")
    place = plc.inputs["town.P_demand"]
    seen = set()
    for _ in range(8):
        seen.add(float(plc.image[place]))
        plc.advance(900)
    assert len(seen) >= 7
    assert min(seen) > 0.0


def _play(plc: Plc) -> bytes:
    rows = []
    for step in range(30):
        plc.beat(step + 1)
        plc.write(plc.inputs["boiler.u"], 0.3 + 0.01 * step)
        plc.advance(10)
        rows.append(plc.values.copy())
    return np.array(rows).tobytes()


def test_same_seed_and_commands_give_the_same_bytes(make: Make) -> None:
    assert _play(make("dhs", seed=1)) == _play(make("dhs", seed=1))
    assert _play(make("dhs", seed=1)) != _play(make("dhs", seed=2))


def test_advance_wants_whole_scans(make: Make) -> None:
    plc = make("dhs", scan_s=2.0)
    for wrong in (3.0, -2.0, float("nan")):
        with pytest.raises(ConfigurationError, match="multiple of the scan"):
            plc.advance(wrong)


def test_a_plc_at_another_time_is_as_it_was(make: Make) -> None:
    plc = make("dhs", seed=4, heartbeat_s=None)
    plc.advance(60)
    before, ages = plc.truth(), plc.elapsed_s - plc.told_s
    plc.set_elapsed(7200.0)
    assert plc.elapsed_s == 7200.0 and plc.truth() == before
    assert (plc.elapsed_s - plc.told_s == ages).all()
    plc.advance(60)
    assert plc.elapsed_s == 7260.0
