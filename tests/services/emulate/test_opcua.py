"""The emulator seen by an OPC UA client that never read our documentation."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua

from services.cli import emulate as work
from services.emulate.opcua_names import namespace
from tests.services.emulate.conftest import PATIENCE_S, Running, Start, started

URI = namespace("dhs")


@pytest.fixture(scope="module")
def running(reference_site_file: Path) -> Any:
    """One emulated district heating system in lockstep for the tests of this file."""
    one = started(reference_site_file, "--twin", "dhs", "--opcua", "0", "--lockstep", "--seed", "3")
    yield one
    one.end()


@asynccontextmanager
async def _client(running: Running) -> AsyncIterator[tuple[Client, int]]:
    async with Client(running.told["opcua"], timeout=PATIENCE_S) as client:
        yield client, await client.get_namespace_index(URI)


def _with_client(running: Running, work: Callable[[Client, int], Coroutine[Any, Any, Any]]) -> Any:
    async def session() -> Any:
        async with _client(running) as (client, index):
            return await work(client, index)

    return asyncio.run(session())


def test_browsing_finds_components_points_units_and_ranges(running: Running) -> None:
    async def look(client: Client, index: int) -> None:
        root = await client.nodes.objects.get_child([f"{index}:dhs"])
        folders = {(await n.read_browse_name()).Name: n for n in await root.get_children()}
        assert {"chp", "boiler", "town", "dhs_flow", "plc"} <= set(folders)
        node = await folders["town"].get_child([f"{index}:T_in"])
        assert await node.read_data_type_as_variant_type() == ua.VariantType.Double
        unit = await (await node.get_child(["0:EngineeringUnits"])).read_value()
        assert (unit.DisplayName.Text, unit.UnitId) == ("°C", int.from_bytes(b"CEL", "big"))
        pump = await folders["chp_pump"].get_child([f"{index}:u"])
        span = await (await pump.get_child(["0:EURange"])).read_value()
        assert (span.Low, span.High) == (0.0, 1.0)
        assert ua.AccessLevel.CurrentWrite in await pump.get_access_level()
        assert ua.AccessLevel.CurrentWrite not in await node.get_access_level()

    _with_client(running, look)


def test_time_passes_only_when_told_and_stamps_follow(running: Running) -> None:
    async def look(client: Client, index: int) -> None:
        node = client.get_node(ua.NodeId("town.T_in", index))
        first = await node.read_data_value()
        again = await node.read_data_value()
        assert first.SourceTimestamp == again.SourceTimestamp
        then = running.control.ask({"advance": 30})
        later = await node.read_data_value()
        assert later.StatusCode.is_good()
        assert later.SourceTimestamp - first.SourceTimestamp == _seconds(30)
        assert later.SourceTimestamp == datetime.fromisoformat(then["time"]).astimezone(UTC)

    _with_client(running, look)


def _seconds(count: float) -> Any:
    from datetime import timedelta

    return timedelta(seconds=count)


_BAD = (
    ("boiler.u", ua.Variant(1.5, ua.VariantType.Double), "BadOutOfRange"),
    ("boiler.u", ua.Variant(float("nan"), ua.VariantType.Double), "BadOutOfRange"),
    ("boiler.u", ua.Variant(1, ua.VariantType.Int32), "BadTypeMismatch"),
    ("boiler.u", ua.Variant("0.5", ua.VariantType.String), "BadTypeMismatch"),
    ("boiler.u", ua.Variant([0.5], ua.VariantType.Double), "BadTypeMismatch"),
    ("boiler.u", ua.Variant(None, ua.VariantType.Null), "BadTypeMismatch"),
    ("town.T_in", ua.Variant(1.0, ua.VariantType.Double), "BadNotWritable"),
    ("plc.cycle", ua.Variant(1, ua.VariantType.UInt32), "BadNotWritable"),
    ("plc.heartbeat", ua.Variant(1.0, ua.VariantType.Double), "BadTypeMismatch"),
    ("nothing", ua.Variant(1.0, ua.VariantType.Double), "BadNodeIdUnknown"),
)


def test_writes_are_checked_one_by_one(running: Running) -> None:
    async def write(client: Client, index: int) -> None:
        good = ua.NodeId("boiler.u", index)
        ids = [ua.NodeId(name, index) for name, _, _ in _BAD]
        values = [ua.DataValue(variant) for _, variant, _ in _BAD]
        fine = ua.DataValue(ua.Variant(0.25, ua.VariantType.Double))
        codes = await client.uaclient.write_attributes(
            [*ids, good], [*values, fine], ua.AttributeIds.Value
        )
        found = [code.name for code in codes]
        assert found == [*(wanted for _, _, wanted in _BAD), "Good"]
        assert await client.get_node(good).read_value() == 0.25

    _with_client(running, write)


def test_an_administrator_by_name_is_none(running: Running) -> None:
    async def write() -> None:
        client = Client(running.told["opcua"], timeout=PATIENCE_S)
        client.set_user("admin")
        client.set_password("admin")
        async with client:
            index = await client.get_namespace_index(URI)
            node = client.get_node(ua.NodeId("town.T_in", index))
            with pytest.raises(ua.uaerrors.BadNotWritable):
                await node.write_value(1.0)

    asyncio.run(write())


def test_heartbeat_in_virtual_time(running: Running) -> None:
    async def live(client: Client, index: int) -> None:
        beat, control = (
            client.get_node(ua.NodeId(f"plc.{n}", index)) for n in ("heartbeat", "control")
        )
        boiler = client.get_node(ua.NodeId("boiler.u", index))
        await beat.write_value((await beat.read_value()) + 1, ua.VariantType.UInt32)
        await boiler.write_value(0.95, ua.VariantType.Double)
        running.control.ask({"advance": 1})
        assert await control.read_value() == 1
        running.control.ask({"advance": 60, "beat": True})
        running.control.ask({"advance": 28})
        assert await control.read_value() == 1
        running.control.ask({"advance": 1})
        assert await control.read_value() == 2
        assert await boiler.read_value() != 0.95
        assert running.control.ask({"status": True})["control"] == "safe"

    _with_client(running, live)


def test_frozen_and_broken_values(running: Running) -> None:
    async def look(client: Client, index: int) -> None:
        node = client.get_node(ua.NodeId("town.T_in", index))
        cycle = client.get_node(ua.NodeId("plc.cycle", index))
        name = running.control.ask({"fault": "broken:town.T_in"})["name"]
        running.control.ask({"advance": 1})
        code = (await node.read_data_value(raise_on_bad_status=False)).StatusCode
        assert code.name == "BadSensorFailure"
        running.control.ask({"clear": name})
        running.control.ask({"advance": 1})
        running.control.ask({"fault": {"kind": "freeze"}})
        before, count = await node.read_data_value(), await cycle.read_value()
        running.control.ask({"advance": 60})
        assert await node.read_data_value() == before
        assert await cycle.read_value() == count
        running.control.ask({"clear": "all"})
        running.control.ask({"advance": 1})
        assert (await node.read_data_value()).SourceTimestamp > before.SourceTimestamp

    _with_client(running, look)


def test_link_is_cut_refused_and_back(running: Running) -> None:
    async def session() -> None:
        client = Client(running.told["opcua"], timeout=PATIENCE_S)
        await client.connect()
        index = await client.get_namespace_index(URI)
        node = client.get_node(ua.NodeId("town.T_in", index))
        running.control.ask({"fault": "link,for=30"})
        with pytest.raises((ConnectionError, ua.uaerrors.UaError, asyncio.CancelledError)):
            await node.read_value()
        with suppress(ConnectionError, ua.uaerrors.UaError):
            await client.disconnect()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", _port(running))
        running.control.ask({"advance": 31})
        async with _client(running) as (fresh, _):
            assert await fresh.get_node(ua.NodeId("town.T_in", index)).read_value() > 0.0

    asyncio.run(session())


def _port(running: Running) -> int:
    return int(running.told["opcua"].split("//")[1].split("/")[0].rpartition(":")[2])


def test_the_map_that_is_written_leads_to_every_point(
    running: Running, reference_site_file: Path, tmp_path: Path
) -> None:
    options = work.Options(
        "dhs",
        0,
        None,
        None,
        0,
        "10 %",
        "1 s",
        "off",
        None,
        False,
        (),
        tmp_path / "m.csv",
        None,
        True,
        False,
    )
    work._write_map(work.opened(reference_site_file), options, tmp_path / "m.csv")
    lines = (tmp_path / "m.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))

    async def read(client: Client, index: int) -> None:
        ids = [ua.NodeId(row["node"].partition(";s=")[2], index) for row in rows]
        values = await client.read_attributes([client.get_node(i) for i in ids])
        assert all(value.StatusCode.is_good() for value in values)

    assert {row["node"].partition(";")[0] for row in rows} == {f"nsu={URI}"}
    assert len(rows) > 30
    _with_client(running, read)


@pytest.mark.soak
def test_two_runs_tell_the_same_bytes(start: Start) -> None:
    def values(running: Running) -> list[Any]:
        async def play(client: Client, index: int) -> list[Any]:
            seen = []
            boiler = client.get_node(ua.NodeId("boiler.u", index))
            nodes = [
                client.get_node(ua.NodeId(n, index))
                for n in ("town.T_in", "boiler.E_th", "boiler.P_th")
            ]
            for step in range(5):
                await boiler.write_value(0.4 + 0.1 * step, ua.VariantType.Double)
                running.control.ask({"advance": 20})
                for value in await client.read_attributes(nodes):
                    seen.append((value.Value.Value, value.SourceTimestamp))
            return seen

        return _with_client(running, play)

    words = ("--twin", "dhs", "--opcua", "0", "--lockstep", "--seed", "11")
    assert values(start(*words)) == values(start(*words))
