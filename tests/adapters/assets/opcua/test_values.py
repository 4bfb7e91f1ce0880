"""Values as they come from a real server: units, types, quality, times, batches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import Commandable, Linked, LinkState, Observable
from rami.core.quality import Reason, is_bad, is_good, reasons
from tests.adapters.assets.opcua.conftest import INPUTS, NODES, OUTPUTS, PlantServer, until, value

Open = Callable[..., OpcuaBackend]
Serve = Callable[..., PlantServer]


def _reasons(backend: OpcuaBackend, name: str) -> Reason:
    return Reason(int(reasons(backend.observe().quality)[OUTPUTS[name]]))


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_values_follow_the_plant_in_canonical_units(
    plant: PlantServer, opened: Open, updates: str
) -> None:
    backend = opened(plant.url, updates=updates)
    assert isinstance(backend, Observable)
    assert isinstance(backend, Commandable)
    assert isinstance(backend, Linked)
    assert backend.link().state is LinkState.OPEN
    seen, held = backend.observe(), backend.read_back()
    assert seen.values.tolist() == pytest.approx([120.0, 80.0, 1.0])  # kW, degC, kg/s
    assert held.values.tolist() == pytest.approx([0.2, 0.5, 1.0])
    assert is_good(seen.quality).all()
    assert is_good(held.quality).all()
    health = backend.health()
    counts = (health.subscribed, health.polled)
    assert counts == ((6, 0) if updates == "subscription" else (0, 6))
    plant.do("set", name="hp.P_el", value=250e3, age=100.0)
    until(lambda: value(backend, "hp.P_el") == 250.0)
    age = backend.observe().times_ns.max() - backend.observe().times_ns[OUTPUTS["hp.P_el"]]
    assert age > 90e9  # the source's own time, not that of arrival


def test_before_it_is_open_nothing_is_known(plant: PlantServer, made: Open) -> None:
    backend = made(plant.url)
    seen = backend.observe()
    assert np.isnan(seen.values).all()
    assert is_bad(seen.quality).all()
    assert (seen.times_ns == 0).all()
    assert backend.link().state is LinkState.CLOSED


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_what_is_no_good_value_leaves_the_last_one(
    plant: PlantServer, opened: Open, updates: str
) -> None:
    backend = opened(plant.url, updates=updates)
    for said, reason in (
        ({"value": "nan"}, Reason.MISSING),
        ({"value": "inf"}, Reason.RANGE),
        ({"value": 5.0, "status": "BadSensorFailure"}, Reason.MISSING),
        ({"value": 5.0, "status": "BadOutOfRange"}, Reason.RANGE),
    ):
        plant.do("set", name="hp.P_el", **said)
        until(lambda reason=reason: _reasons(backend, "hp.P_el") is reason)
        seen = backend.observe()
        assert is_bad(seen.quality)[OUTPUTS["hp.P_el"]]
        assert seen.values[OUTPUTS["hp.P_el"]] == 120.0
    plant.do("set", name="hp.P_el", value=7e3, status="UncertainLastUsableValue")
    until(lambda: value(backend, "hp.P_el") == 7.0)
    assert _reasons(backend, "hp.P_el") is Reason.STALE
    assert not is_bad(backend.observe().quality)[OUTPUTS["hp.P_el"]]


def test_nodes_that_a_server_will_not_subscribe_to_are_polled(serve: Serve, opened: Open) -> None:
    server = serve(fault={"create_subscription": "BadTooManySubscriptions"})
    backend = opened(server.url)
    assert (backend.health().subscribed, backend.health().polled) == (0, 6)
    assert backend.health().refusal == "BadTooManySubscriptions"
    server.do("set", name="hp.P_el", value=250e3)
    until(lambda: value(backend, "hp.P_el") == 250.0)


@pytest.mark.parametrize("told", [True, False])
def test_batches_keep_within_what_the_server_takes(serve: Serve, opened: Open, told: bool) -> None:
    more = {"told_limits": {"read": 4}} if told else {}
    server = serve(limits={"read": 5, "write": 2}, **more)
    backend = opened(server.url, updates="polling")
    assert backend.observe().values[0] == 120.0
    assert server.do("counts")["largest"] <= 5
    values, chosen = np.array([0.3, 0.3, 3.0]), np.ones(len(INPUTS), np.bool_)
    assert {a.taken for a in backend.command(values, chosen)} == {"done"}
    assert server.do("get", name="chp.engines_on") == [3, "Int16"]


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_a_source_that_does_not_move_grows_stale_where_that_is_declared(
    plant: PlantServer, opened: Open, updates: str
) -> None:
    backend = opened(plant.url, source_age="1000 s", updates=updates)
    plant.do("set", name="hp.P_el", value=250e3, age=900.0)
    until(lambda: value(backend, "hp.P_el") == 250.0)
    assert is_good(backend.observe().quality).all()
    plant.do("set", name="hp.P_el", value=251e3, age=1100.0)
    until(lambda: value(backend, "hp.P_el") == 251.0)
    assert _reasons(backend, "hp.P_el") is Reason.STALE
    plant.do("set", name="hp.P_el", value=251e3)  # the same value, but of now
    until(lambda: is_good(backend.observe().quality).all())


def test_a_wrong_clock_is_measured_and_marked(
    plant: PlantServer, tmp_path: object, made: Open
) -> None:
    import time

    backend = made(plant.url, clock_skew="20 s")
    backend._clock = lambda: time.time_ns() + 60 * 10**9  # ours runs ahead by a minute
    backend.open()
    until(lambda: backend.health().skew_s is not None)
    skew = backend.health().skew_s
    assert skew is not None and -65.0 < skew < -55.0
    until(lambda: reasons(backend.observe().quality)[0] & Reason.CLOCK)


def test_an_index_keeps_its_meaning_and_a_uri_is_found(serve: Serve, opened: Open) -> None:
    server = serve(namespaces=["urn:plant", "urn:other"])
    rows = "point,node,unit\nhp.P_el,ns=2;s=hp.P_el,W\n"
    optional = ["hp.u", "pump.u", "chp.*", "hex.*"]
    backend = opened(server.url, rows, optional=optional)
    assert value(backend, "hp.P_el") == 120.0
    server.kill()
    until(lambda: backend.link().state is LinkState.LOST)
    decoy = {"name": "hp.P_el", "value": 1.0, "namespace": "urn:other"}
    folder = [n for n in NODES if n["name"] != "elsewhere"]
    server.start(namespaces=["urn:other", "urn:plant"], nodes=[*folder, decoy])
    until(lambda: backend.link().state is LinkState.OPEN)
    assert value(backend, "hp.P_el") == 120.0
    assert backend.link().losses == 1
