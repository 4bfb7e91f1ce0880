"""Over OPC UA, with a server that is no part of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from adapters.sources.ems.configuration import EmsOpcuaConfiguration
from rami.core.errors import ConfigurationError, DataError, UnreachableError
from rami.core.quality import is_bad
from rami.core.timegrid import instant
from rami.information.source import Receiving
from tests.adapters.sources.ems.conftest import (
    GRID,
    SERIES,
    OpcuaServer,
    balances,
    started,
    stopped,
)

COST, LOAD = "cost.iess.hnht", "P_th_dem_HNHT"
#: as the server is before a test changes it
MAP: dict[str, Any] = {COST: {"node": "ns=2;s=Cost", "unit": "EUR/MWh"}}


def _open(url: str, folder: Path, nodes: dict[str, Any], **more: Any) -> Any:
    said = {"url": url, "nodes": nodes, "timeout": "10 s", **more}
    return EmsOpcuaConfiguration.model_validate(said).open(folder, SERIES)


def test_a_measurement_holds_from_its_source_time(
    opcua_server: OpcuaServer, tmp_path: Path
) -> None:
    opcua_server.set("Cost", 32.0, "2019-01-14T02:00:00+00:00")
    frame = _open(opcua_server.url, tmp_path, MAP).read([COST], GRID)
    assert np.isnan(frame[COST][:8]).all() and (frame[COST][8:] == 0.032).all()
    assert frame.issues()[8, 0] == instant("2019-01-14T02:00Z")
    assert frame.sources[COST] == f"opcua {opcua_server.url}"


def test_history_fills_what_was_before(opcua_server: OpcuaServer, tmp_path: Path) -> None:
    nodes = {COST: MAP[COST] | {"history": True}}
    frame = _open(opcua_server.url, tmp_path, nodes).read([COST], GRID)
    assert frame[COST][::4].tolist() == [0.03, 0.031, 0.032, 0.032]
    assert frame.issues()[4, 0] == instant("2019-01-14T01:00Z")


@pytest.mark.parametrize(
    "times",
    [{"times": "ns=2;s=PlanTimes"}, {"start": "ns=2;s=PlanStart", "step": "1 h"}],
)
def test_an_array_is_a_plan_with_its_issue(
    opcua_server: OpcuaServer, tmp_path: Path, times: dict[str, str]
) -> None:
    node = {"node": "ns=2;s=Plan", "unit": "MW", "issued": "ns=2;s=Issued", **times}
    frame = _open(opcua_server.url, tmp_path, {LOAD: node}).read([LOAD], GRID)
    assert frame[LOAD][::4].tolist() == [1000.0, 2000.0, 3000.0, 4000.0]
    assert (frame.issues()[:, 0] == instant("2019-01-13T12:00Z")).all()


def test_a_bad_status_is_no_value(opcua_server: OpcuaServer, tmp_path: Path) -> None:
    opcua_server.set("Cost", 99.0, "2019-01-14T03:00:00+00:00", bad=True)
    frame = _open(opcua_server.url, tmp_path, MAP).read([COST], GRID)
    assert is_bad(frame.quality).all()
    nodes = {COST: MAP[COST] | {"history": True}}
    kept = _open(opcua_server.url, tmp_path, nodes).read([COST], GRID)
    assert kept[COST][-1] == 0.032  # the last good one, at its own age
    opcua_server.set("Cost", 32.0, "2019-01-14T02:00:00+00:00")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"node": "ns=2;s=Cost", "unit": "kW"}, "unit 'kW' does not measure energy price"),
        ({"node": "ns=2;s=Gone", "unit": "EUR/MWh"}, "BadNodeIdUnknown"),
        ({"node": "ns=2;s=Word", "unit": "EUR/MWh"}, "wanted a number"),
        ({"node": "ns=2;s=Plan", "unit": "EUR/MWh"}, "declare `times`"),
        (
            {"node": "ns=2;s=Plan", "unit": "EUR/MWh", "times": "ns=2;s=Word"},
            "wanted a DateTime",
        ),
        (
            {"node": "ns=2;s=Plan", "unit": "EUR/MWh", "times": "ns=2;s=PlanStart"},
            "4 values and 1 times",
        ),
    ],
)
def test_a_node_that_does_not_serve_is_named(
    opcua_server: OpcuaServer, tmp_path: Path, node: dict[str, str], words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        _open(opcua_server.url, tmp_path, {COST: node}).read([COST], GRID)
    assert node["node"] in str(caught.value)


def test_no_node_for_a_series_and_no_node_id(opcua_server: OpcuaServer, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="temp_air: no node is declared for it"):
        _open(opcua_server.url, tmp_path, MAP).read(["temp_air"], GRID)
    with pytest.raises(ConfigurationError, match="'Cost' is no node id"):
        _open(opcua_server.url, tmp_path, {COST: {"node": "Cost", "unit": "EUR/MWh"}}).read(
            [COST], GRID
        )


def test_balances_are_written_in_the_units_and_types_of_the_server(
    opcua_server: OpcuaServer, tmp_path: Path
) -> None:
    source = _open(
        opcua_server.url,
        tmp_path,
        MAP,
        writes={
            "hts.hex_hnht_border.E": {"node": "ns=2;s=Heat", "unit": "MWh"},
            "balance.iess.cost": {"node": "ns=2;s=Costs", "unit": "EUR"},
        },
        message_node="ns=2;s=Message",
        outbox="to",
    )
    assert isinstance(source, Receiving)
    source.publish(balances(2500.0))
    assert opcua_server.get("Heat") == 2.5
    assert opcua_server.get("Costs") == [-3.5, 2500.0]
    assert len(opcua_server.get("Message")) == 20
    assert list((tmp_path / "to").iterdir()) == []


def test_a_server_that_is_gone_and_back(tmp_path: Path) -> None:
    writes = {"hts.hex_hnht_border.E": {"node": "ns=2;s=Heat", "unit": "kWh"}}
    first = started("opcua_server")
    assert first.stdout is not None
    url = first.stdout.readline().strip()
    stopped(first)
    with pytest.raises(UnreachableError, match="does not answer"):
        _open(url, tmp_path, MAP).read([COST], GRID)
    with pytest.raises(UnreachableError, match="1 messages wait"):
        _open(url, tmp_path, MAP, writes=writes, outbox="to").publish(balances())
    second = started("opcua_server")
    try:
        assert second.stdout is not None and second.stdin is not None
        back = OpcuaServer(second, second.stdout.readline().strip())
        assert (_open(back.url, tmp_path, MAP).read([COST], GRID)[COST][8:] == 0.032).all()
        source = _open(back.url, tmp_path, MAP, writes=writes, outbox="to")
        source.deliver()
        assert back.get("Heat") == 5.0
    finally:
        stopped(second)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"security": "sign"}, "go together"),
        ({"user": "me"}, "go together"),
        ({"user": "me", "password_env": "P"}, "needs `security"),
        ({"writes": {"a": {"node": "ns=2;s=A", "unit": "kWh"}}}, "go together"),
        ({"url": "opc.tcp://me:word@ems:4840"}, "pattern"),
        ({"nodes": {COST: {"node": "i=1", "unit": "kW", "start": "i=2"}}}, "needs `step`"),
    ],
)
def test_declarations_that_cannot_be_meant(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EmsOpcuaConfiguration.model_validate({"url": "opc.tcp://ems:4840", "nodes": MAP, **more})
