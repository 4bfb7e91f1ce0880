"""Each fault does what it says, and no more."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from services.emulate.fault import KINDS, parse_fault, read_fault
from services.emulate.input_image import Refused
from services.emulate.plc import Control, Plc
from tests.services.emulate.conftest import Make


@pytest.fixture
def pair(make: Make) -> tuple[Plc, Plc]:
    """Two equal plants, so that one can have a fault."""
    return make("dhs", seed=4, heartbeat_s=None), make("dhs", seed=4, heartbeat_s=None)


def _put(plc: Plc, text: str) -> str:
    name = plc.faults.add(parse_fault(text), plc.elapsed_s)
    plc.refresh_faults()
    return name


def _difference(pair: tuple[Plc, Plc]) -> dict[str, float]:
    well, ill = pair
    apart = ill.values - well.values
    names = well.outputs.names
    return {n: float(d) for n, d in zip(names, apart, strict=True) if d != 0.0}


def _advance(pair: tuple[Plc, Plc], seconds: float) -> None:
    for plc in pair:
        plc.advance(seconds)


def test_spike_lasts_one_scan(pair: tuple[Plc, Plc]) -> None:
    _put(pair[1], "spike:town.T_in,size=40")
    _advance(pair, 1)
    assert _difference(pair) == {"town.T_in": pytest.approx(40.0)}
    _advance(pair, 1)
    assert _difference(pair) == {}
    assert pair[1].faults.entries == {}


def test_drift_grows_by_its_rate_and_can_be_cleared(pair: tuple[Plc, Plc]) -> None:
    name = _put(pair[1], "drift:town.T_in,rate=6,after=100")
    _advance(pair, 100)
    assert _difference(pair) == {}
    _advance(pair, 601)
    assert _difference(pair) == {"town.T_in": pytest.approx(1.0, abs=0.01)}
    pair[1].faults.clear(name)
    _advance(pair, 1)
    assert _difference(pair) == {}


def test_freeze_stops_values_and_stamps(pair: tuple[Plc, Plc]) -> None:
    plc = pair[1]
    plc.advance(10)
    _put(plc, "freeze,for=60")
    before = plc.values.copy()
    plc.advance(60)
    assert (plc.values == before).all()
    assert (plc.told_s == 10.0).all()
    plc.advance(1)
    assert (plc.told_s == 71.0).all()


def test_freeze_of_one_point(pair: tuple[Plc, Plc]) -> None:
    plc = pair[1]
    plc.advance(10)
    _put(plc, "freeze:town.T_in")
    plc.advance(60)
    place = plc.outputs["town.T_in"]
    assert plc.told_s[place] == 10.0
    assert set(np.delete(plc.told_s, place)) == {70.0}


def test_broken_sensor(pair: tuple[Plc, Plc]) -> None:
    _put(pair[1], "broken:town.T_in")
    _advance(pair, 1)
    assert pair[1].bad.tolist().count(True) == 1


def test_writes_delayed(pair: tuple[Plc, Plc]) -> None:
    plc = pair[1]
    place = plc.inputs["boiler.u"]
    _put(plc, "delay,by=5")
    plc.write(place, 0.7)
    plc.advance(5)
    assert plc.actuators.position[place] == 0.0
    plc.advance(1)
    assert plc.actuators.position[place] == 0.7


def test_writes_refused(pair: tuple[Plc, Plc]) -> None:
    plc = pair[1]
    name = _put(plc, "refuse:boiler.u")
    with pytest.raises(Refused):
        plc.write(plc.inputs["boiler.u"], 0.7)
    plc.write(plc.inputs["chp.u"], 0.7)
    plc.faults.clear(name)
    plc.refresh_faults()
    plc.write(plc.inputs["boiler.u"], 0.7)


@pytest.mark.parametrize("keep", [1, 0])
def test_restart(make: Make, keep: int) -> None:
    plc = make("dhs", seed=4, heartbeat_s=20.0)
    boiler = plc.inputs["boiler.u"]
    for second in range(600):
        plc.beat(second + 1)
        plc.write(boiler, 1.0)
        plc.scan()
    warm = plc.truth()["boiler.E_th"]
    assert warm > 1000.0
    _put(plc, f"restart,for=30,keep={keep}")
    assert plc.link_down
    plc.advance(30)
    assert plc.link_down
    assert plc.actuators.position[boiler] == 0.0
    plc.advance(1)
    assert not plc.link_down
    assert plc.control is Control.LOCAL
    assert plc.cycle == 1
    assert (plc.truth()["boiler.E_th"] >= warm) is bool(keep)


def test_fouling_of_an_exchanger(make: Make) -> None:
    powers = {}
    for size in (0.0, 0.3):
        plc = make("hts", seed=4, heartbeat_s=None)
        if size:
            _put(plc, f"fouling:hex_hnht,size={size}")
        for name in ("hex_hnht_valve.u", "hex_hnht_pump.u"):
            plc.write(plc.inputs[name], 0.7)
        plc.advance(300)
        powers[size] = plc.truth()["hex_hnht.P"]
        plc.faults.clear("all")
        plc.refresh_faults()
        plc.advance(300)
        powers[size + 1] = plc.truth()["hex_hnht.P"]
    assert powers[0.3] < 0.97 * powers[0.0]
    assert powers[1.3] == pytest.approx(powers[1.0], rel=0.03)


def test_fouling_grows_by_the_day(make: Make) -> None:
    plc = make("hts", seed=4, heartbeat_s=None, scan_s=60.0)
    _put(plc, "fouling:hex_hnht,rate=0.05")
    plc.advance(2 * 86400)
    assert plc._effects.factors == {"hex_hnht.UA": pytest.approx(0.9, abs=1e-3)}


def test_pump_wear(pair: tuple[Plc, Plc]) -> None:
    for plc in pair:
        plc.write(plc.inputs["chp_pump.u"], 0.8)
    _put(pair[1], "wear:chp_pump,size=0.2")
    _advance(pair, 120)
    well, ill = (plc.truth()["chp_pump.m"] for plc in pair)
    assert ill == pytest.approx(0.8 * well, rel=1e-6)


@pytest.mark.parametrize(("words", "stands"), [("", 0.6), (",at=0.2", 0.2)])
def test_stuck_actuator(pair: tuple[Plc, Plc], words: str, stands: float) -> None:
    plc = pair[1]
    place = plc.inputs["boiler.u"]
    plc.write(place, 0.6)
    plc.advance(1)
    _put(plc, f"stuck:boiler.u{words}")
    plc.write(place, 0.9)
    plc.advance(10)
    assert plc.actuators.position[place] == stands
    assert plc.image[place] == 0.9
    plc.faults.clear("all")
    plc.advance(1)
    assert plc.actuators.position[place] == 0.9


def test_link_comes_back_by_itself(pair: tuple[Plc, Plc]) -> None:
    plc = pair[1]
    _put(plc, "link,for=20")
    assert plc.link_down
    plc.advance(20)
    assert plc.link_down
    plc.advance(1)
    assert not plc.link_down


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drft:hp.P_el,rate=1", "did you mean 'drift'"),
        ("drift:town.T_im,rate=1", "did you mean 'town.T_in'"),
        ("drift:town.T_in", "rate: Field required"),
        ("drift:town.T_in,rate=fast", "rate: Input should be a valid number"),
        ("drift:town.T_in,rate=nan", "rate: Input should be a finite number"),
        ("drift:town.T_in,rate", "is no key=number"),
        ("delay,by=-1", "greater than 0"),
        ("wear:boiler,size=0.1", "wear has no target 'boiler'"),
        ("fouling:hex,size=1.5", "less than 1"),
        ("spike:town.T_in,size=1,colour=2", "colour: Extra inputs are not permitted"),
        ("", "no kind ''"),
    ],
)
def test_wrong_faults_are_told(pair: tuple[Plc, Plc], text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says.replace("(", r"\(")):
        pair[0].faults.add(parse_fault(text), 0.0)


def test_one_name_once(pair: tuple[Plc, Plc]) -> None:
    _put(pair[0], "spike:town.T_in,size=1")
    with pytest.raises(ConfigurationError, match="is on already"):
        _put(pair[0], "spike:town.T_in,size=2")
    _put(pair[0], "spike:town.T_in,size=2,name=second")
    with pytest.raises(ConfigurationError, match="no fault 'third'"):
        pair[0].faults.clear("third")


_LEAST: dict[str, dict[str, Any]] = {
    "spike": {"target": "town.T_in", "size": 1},
    "drift": {"target": "town.T_in", "rate": 1},
    "broken": {"target": "town.T_in"},
    "delay": {"by": 1},
    "fouling": {"target": "hex_hnht"},
    "wear": {"target": "chp_pump"},
    "stuck": {"target": "boiler.u"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_faults_survive_json(kind: str) -> None:
    fault = read_fault({"kind": kind, **_LEAST.get(kind, {})})
    again = read_fault(json.loads(json.dumps(fault.model_dump(by_alias=True))))
    assert again == fault
