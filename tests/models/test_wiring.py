"""Hydraulics: what follows from the mass balance, and every wiring fault's message."""

from __future__ import annotations

import pytest

from models import assemble
from rami.core.errors import ModelError
from tests.models.wired import HEX, Bench, Declaration, border, plant, pump, station, twin

TANK: Declaration = {"kind": "junction", "water": "1 t", "start": "50 degC"}


def test_storage_takes_what_sources_and_sinks_differ_by() -> None:
    bench = Bench(station().twins["station"])
    bench.run(600, source_0_pump__u=1, sink_0_valve__u=0.5, hp_0_condenser_pump__u=0.2)
    assert bench["hs.m"] == pytest.approx(bench["source_0.m_cold"] - bench["sink_0.m_hot"])


def test_without_a_storage_the_bypass_takes_it_either_way() -> None:
    bench = Bench(station(storage=False).twins["station"], {"circuit_return.T": 50.0})
    bench.run(1800, sink_0_valve__u=1, sink_0_pump__u=1, source_0_pump__u=0)
    # the sink alone drives the flow: it draws from the return through the bypass
    assert bench["circuit_flow.T"] == pytest.approx(bench["circuit_return.T"], abs=2)


def test_a_missing_pump_names_the_stores_around_it() -> None:
    with pytest.raises(ModelError, match=r"bench: a pump is missing around a\.T, b\.T"):
        assemble(twin({"a": TANK, "b": TANK}, ["a.at > b.at", "b.at > a.at"]))


def test_two_pumps_in_series_name_both() -> None:
    parts = {"net": border(90, 60), "a": TANK, "p": pump(10), "q": pump(10)}
    with pytest.raises(ModelError, match=r"two pumps in series: p and q at a\.T.*take the"):
        assemble(twin(parts, ["net.take > a.at by p", "a.at > net.give by q"]))


def test_one_pump_may_be_named_on_both_links_it_drives() -> None:
    parts = {"net": border(90, 60), "a": TANK, "p": pump(10)}
    bench = plant(parts, ["net.take > a.at by p", "a.at > net.give by p"]).run(3600, p__u=1)
    assert bench["a.T"] == pytest.approx(90)


def test_two_storages_side_by_side_leave_the_split_open() -> None:
    tank = {
        "kind": "heat_storage",
        "across": "x",
        "volume": "10 m3",
        "layers": 2,
        "power_max": "1 MW",
        "reference": "60 degC",
        "usable": "90 degC",
    }
    parts = {"net": border(90, 60), "a": tank, "b": tank, "f": TANK, "r": TANK, "p": pump(10)}
    links = ["net.take > f.at by p", "r.at > net.give"]
    links += [f"{end}" for k in "ab" for end in (f"f.at > {k}.top", f"{k}.bottom > r.at")]
    with pytest.raises(ModelError, match="a pump is missing around"):
        assemble(twin(parts, links))


def test_all_wiring_faults_come_at_once() -> None:
    parts = {
        "net": border(90, 60),
        "a": TANK,
        "hex": {**HEX, "primary": "x.a", "secondary": "x.b"},
        "p": pump(10),
    }
    with pytest.raises(ModelError) as caught:
        assemble(twin(parts, ["net.take > a.att by p", "a.at > net.give by qq"]))
    text = str(caught.value)
    assert "no port 'a.att'; did you mean 'a.at'?" in text
    assert "'qq' sets no flow" in text
    assert "port hex.cold_in is connected to nothing" in text
    assert len(text.splitlines()) == 6


def test_a_pump_on_no_link() -> None:
    parts = {"net": border(90, 60), "a": TANK, "p": pump(10), "idle": pump(1)}
    with pytest.raises(ModelError, match=r"bench\.idle stands on no link"):
        assemble(twin(parts, ["net.take > a.at by p", "a.at > net.give"]))


def test_references_to_nothing_are_explained() -> None:
    heater = {"kind": "immersion_heater", "storage": "hss", "power_el_max": "1 MW"}
    load = {"kind": "consumer", "network": "nett", "demand": "d", "power": "1 MW"}
    with pytest.raises(ModelError) as caught:
        assemble(twin({"ih": heater, "load": load}, [], {}))
    assert "ih: bench has no HeatStorage 'hss'" in str(caught.value)
    assert "bench.load: no network 'nett' in this twin" in str(caught.value)


def test_water_from_two_links_arrives_mixed() -> None:
    bench = plant(
        {
            "a": border(100, 100),
            "b": border(60, 60),
            "cold": border(20, 20),
            "hex": {**HEX, "primary": "x.a", "secondary": "x.b"},
            "pa": pump(10),
            "pb": pump(30),
            "pc": pump(20),
        },
        [
            "a.take > hex.hot_in by pa",
            "b.take > hex.hot_in by pb",
            "hex.hot_out > a.give",
            "b.take > b.give by pb",
            "cold.take > hex.cold_in by pc",
            "hex.cold_out > cold.give",
        ],
    ).run(3600, pa__u=1, pb__u=1, pc__u=1)
    assert bench["hex.T_hot_in"] == pytest.approx((10 * 100 + 30 * 60) / 40)
    assert bench["hex.m_hot"] == pytest.approx(40)


def test_parallel_links_between_the_same_ports() -> None:
    parts = {"net": border(90, 60), "a": TANK, "p": pump(10), "q": pump(5)}
    links = ["net.take > a.at by p", "net.take > a.at by q", "a.at > net.give"]
    bench = plant(parts, links).run(600, p__u=1, q__u=1)
    assert bench["net.m"] == pytest.approx(15)
