"""HistoryRead as a client meets it, against a store in memory and none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, moment
from tests.services.opcua.attacks import until
from tests.services.opcua.history_client import (
    _FAR,
    AVERAGE,
    BETWEEN,
    LEAST,
    MOST,
    POINT,
    STATUS,
    TIMES,
    VALUES,
    Reading,
    at,
    processed,
    raw,
    reading,
    values,
)
from tests.services.opcua.running import START, Running, Server
from tests.services.opcua.served import client
from twins.site import load_site

WORD = "hts/Control/Mode"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("history")
    declared = DuckdbConfiguration(folder=folder / "rows")
    store = declared.open(folder)
    store.declare([Signal(POINT, "power"), Signal("kpi.cop", "share")])
    store.write(Rows.of_series(POINT, TIMES, VALUES, STATUS))
    store.declare([Signal(WORD, "unknown")])
    store.write(Rows.of_series(WORD, START + NS * np.array([0, 50, 90]), np.array([0.0, 1.0, 3.0])))
    store.close()
    loop = Running(load_site(reference_site_file))
    loop.publish()
    made = Server(
        loop, folder, past=lambda: declared.open(folder, read_only=True),
        insecure=True, limits={"continuation_points": 3},
    )  # fmt: skip
    yield made
    made.close()
    loop.end()


def test_a_range_in_both_directions(server: Server) -> None:
    async def work(here: Reading) -> None:
        (found,) = await here.raw(start=START, end=START + 100 * NS)
        assert found.StatusCode.is_good()
        assert at(found) == list(range(0, 100, 10))
        assert values(found) == [0, 1, 2, 3, 4, None, 6, 7, 8, 9]
        codes = [d.StatusCode.value for d in found.HistoryData.DataValues]
        assert codes[4:6] == [0x401, ua.StatusCodes.BadNoData]
        (found,) = await here.raw(start=START + 100 * NS, end=START + 50 * NS)
        assert at(found) == [100, 90, 80, 70, 60]
        (found,) = await here.raw(start=START + 8000 * NS, end=START + 9000 * NS)
        assert (found.StatusCode.name, values(found)) == ("GoodNoData", [])

    reading(server, work)


def test_a_number_of_values(server: Server) -> None:
    async def work(here: Reading) -> None:
        (found,) = await here.raw(start=START + 3590 * NS, count=3)
        assert at(found) == [3590, 4800, 4810]
        assert found.ContinuationPoint is None
        (found,) = await here.raw(end=START + 4800 * NS, count=3)
        assert at(found) == [4800, 3590, 3580]

    reading(server, work)


def test_bounds(server: Server) -> None:
    async def work(here: Reading) -> None:
        span = {"start": START + 3585 * NS, "end": START + 4795 * NS, "bounds": True}
        (found,) = await here.raw(**span)
        assert at(found) == [3580, 3590, 4800]
        (found,) = await here.raw(start=START - 5 * NS, end=START + 20 * NS, bounds=True)
        assert at(found) == [-5, 0, 10, 20]
        assert found.HistoryData.DataValues[0].StatusCode.name == "BadBoundNotFound"
        (found,) = await here.raw(start=START + 20 * NS, end=START + 5 * NS, bounds=True)
        assert at(found) == [20, 10, 0]

    reading(server, work)


def test_what_does_not_fit_waits(server: Server) -> None:
    async def work(here: Reading) -> None:
        span = {"start": START, "end": START + 90 * NS, "count": 4, "bounds": False}
        (found,) = await here.raw(**span)
        told = at(found)
        while found.ContinuationPoint:
            (found,) = await here.raw(points=[found.ContinuationPoint], **span)
            told += at(found)
        assert told == list(range(0, 90, 10))
        # the oldest of a session's points gives way to newer ones
        points = [(await here.raw(**span))[0].ContinuationPoint for _ in range(4)]
        (lost,) = await here.raw(points=points[:1], **span)
        assert lost.StatusCode.name == "BadContinuationPointInvalid"
        (released,) = await here.read(raw(**span), POINT, points=points[1:2], release=True)
        assert released.StatusCode.is_good()
        (lost,) = await here.raw(points=points[1:2], **span)
        assert lost.StatusCode.name == "BadContinuationPointInvalid"

        async def stranger(other: Reading) -> None:
            (lost,) = await other.raw(points=points[2:3], **span)
            assert lost.StatusCode.name == "BadContinuationPointInvalid"

        async with client(server.url) as made:
            await stranger(Reading(made, here.index))

    reading(server, work)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (AVERAGE, [(0 + 1 + 2 + 3 + 4) / 5, (6 + 7 + 8 + 9 + 10 + 11) / 6]),
        (LEAST, [0.0, 6.0]),
        (MOST, [4.0, 11.0]),
    ],
)
def test_aggregates(server: Server, kind: Any, wanted: list[float]) -> None:
    async def work(here: Reading) -> None:
        (found,) = await here.read(processed(kind, START, START + 120 * NS, 60), POINT)
        assert values(found) == pytest.approx(wanted)
        assert at(found) == [0, 60]
        assert {d.StatusCode.value for d in found.HistoryData.DataValues} == {0x401}
        (found,) = await here.read(processed(kind, START + 120 * NS, START, 60), POINT)
        assert at(found) == [120, 60]
        # one interval where no length is given; nothing in the gap; the end cuts the last one
        (found,) = await here.read(processed(kind, START, START + 120 * NS, 0), POINT)
        assert len(values(found)) == 1
        gap = processed(kind, START + 3600 * NS, START + 4860 * NS, 600)
        (found,) = await here.read(gap, POINT)
        names = [d.StatusCode.value for d in found.HistoryData.DataValues]
        assert names == [ua.StatusCodes.BadNoData] * 2 + [0x405]

    reading(server, work)


def test_interpolation(server: Server) -> None:
    async def work(here: Reading) -> None:
        asked = processed(BETWEEN, START + 35 * NS, START + 65 * NS, 10)
        (found,) = await here.read(asked, POINT)
        # bad values are passed over
        assert values(found) == pytest.approx([3.5, 4.5, 5.5])
        assert {d.StatusCode.value for d in found.HistoryData.DataValues} == {0x402}
        (found,) = await here.read(processed(BETWEEN, START, START + 20 * NS, 10), POINT)
        assert {d.StatusCode.value for d in found.HistoryData.DataValues} == {0x400}
        outside = processed(BETWEEN, START - 7200 * NS, START + 14_400 * NS, 7200)
        (found,) = await here.read(outside, POINT)
        assert values(found) == [None, 0.0, VALUES[-1]]
        codes = [d.StatusCode.value for d in found.HistoryData.DataValues]
        extrapolated = ua.StatusCodes.UncertainDataSubNormal | 0x402
        assert codes == [ua.StatusCodes.BadNoData, 0x400, extrapolated]

    reading(server, work)


def test_values_at_instants(server: Server) -> None:
    def asked(*seconds: float) -> Any:
        times = [moment(START + round(s * NS)) for s in seconds]
        return ua.ReadAtTimeDetails(ReqTimes=times, UseSimpleBounds=True)

    async def work(here: Reading) -> None:
        (found,) = await here.read(asked(35, 20, 7195), POINT)
        assert (at(found), values(found)) == ([35, 20, 7195], [3.5, 2.0, VALUES[-1]])
        codes = [d.StatusCode.value for d in found.HistoryData.DataValues]
        assert codes == [0x402, 0x400, ua.StatusCodes.UncertainDataSubNormal | 0x402]
        (found,) = await here.read(asked(-5, 49.5, 50, 1e6), WORD)
        assert values(found) == [None, 0, 1, 3]
        kinds = {d.Value.VariantType for d in found.HistoryData.DataValues[1:]}
        assert kinds == {ua.VariantType.Int32}
        assert found.HistoryData.DataValues[0].StatusCode.name == "BadNoData"
        # far apart they are looked up one by one, some for an answer
        far = [day * 86_400.0 for day in range(30)]
        (found,) = await here.read(asked(*far), POINT)
        assert len(values(found)) == 20
        (rest,) = await here.read(asked(*far), POINT, points=[found.ContinuationPoint])
        assert len(values(rest)) == 10 and rest.ContinuationPoint is None
        (none,) = await here.read(asked(), POINT)
        assert none.StatusCode.name == "BadInvalidTimestampArgument"

    reading(server, work)


def test_words(server: Server) -> None:
    async def work(here: Reading) -> None:
        (found,) = await here.raw(WORD, start=START, end=START + 100 * NS, bounds=True)
        assert values(found) == [0, 1, 3, None]
        assert {v.Value.VariantType for v in found.HistoryData.DataValues[:3]} == {
            ua.VariantType.Int32
        }
        (found,) = await here.read(processed(AVERAGE, START, START + NS, 1), WORD)
        assert found.StatusCode.name == "BadAggregateNotSupported"

    reading(server, work)


def test_what_is_kept_is_changed_by_nobody(server: Server) -> None:
    async def work(here: Reading) -> None:
        request = ua.HistoryUpdateRequest()
        request.Parameters.HistoryUpdateDetails = [
            ua.UpdateDataDetails(NodeId=here.id(), UpdateValues=[ua.DataValue(ua.Variant(1.0))]),
            ua.DeleteRawModifiedDetails(
                NodeId=here.id("hts.nothing"), StartTime=moment(START), EndTime=moment(START + NS)
            ),
        ]
        data = await here.made.uaclient.protocol.send_request(request)
        response = struct_from_binary(ua.HistoryUpdateResponse, data)
        assert [r.StatusCode.name for r in response.Results] == [
            "BadHistoryOperationUnsupported", "BadNodeIdUnknown",
        ]  # fmt: skip
        request.Parameters.HistoryUpdateDetails = []
        with pytest.raises(ua.UaStatusCodeError, match="BadNothingToDo"):
            await here.made.uaclient.protocol.send_request(request)

    server.audit.rows.clear()
    reading(server, work)
    wanted = [(POINT, "UpdateDataDetails"), ("hts.nothing", "DeleteRawModifiedDetails")]

    def tried() -> list[tuple[str, str]]:
        return [(r.what, r.why) for r in server.audit.rows if r.outcome == "refused"]

    assert asyncio.run(until(lambda: tried() == wanted))


def test_what_is_wrong_is_told(server: Server) -> None:
    async def work(here: Reading) -> None:
        async def code(details: Any, name: str = POINT, **more: Any) -> str:
            (found,) = await here.read(details, name, **more)
            return str(found.StatusCode.name)

        span = raw(START, START + NS)
        assert await code(span, "hts.nothing") == "BadNodeIdUnknown"
        assert await code(span, "hts/Control/WantedMode") == "BadHistoryOperationUnsupported"
        assert await code(span, IndexRange="0:1") == "BadIndexRangeInvalid"
        assert await code(span, stamps=ua.TimestampsToReturn.Server) == "BadTimestampNotSupported"
        assert await code(raw(START)) == "BadHistoryOperationInvalid"
        assert await code(raw(count=5)) == "BadHistoryOperationInvalid"
        modified = raw(START, START + NS)
        modified.IsReadModified = True
        assert await code(modified) == "BadHistoryOperationUnsupported"
        events = ua.ReadEventDetails()
        assert await code(events) == "BadHistoryOperationUnsupported"
        count = ua.NodeId(ua.ObjectIds.AggregateFunction_Count)
        assert await code(processed(count, START, START + NS, 1)) == "BadAggregateNotSupported"
        empty = processed(AVERAGE, START, START, 1)
        assert await code(empty) == "BadHistoryOperationInvalid"
        for length in (-1.0, 1e-9, float("nan"), float("inf")):
            wrong = processed(AVERAGE, START, START + NS, length)
            assert await code(wrong) == "BadAggregateInvalidInputs"
        fewer = processed(AVERAGE, START, START + NS, 1)
        found = await here.read(fewer, POINT, POINT)
        assert [f.StatusCode.name for f in found] == ["Good", "BadAggregateListMismatch"]
        with pytest.raises(ua.UaStatusCodeError, match="BadTimestampsToReturnInvalid"):
            await here.read(span, POINT, stamps=ua.TimestampsToReturn.Neither)
        with pytest.raises(ua.UaStatusCodeError, match="BadNothingToDo"):
            await here.read(span)
        far = ua.ReadRawModifiedDetails(False, _FAR, datetime(9999, 1, 1, tzinfo=UTC), 2, False)
        assert await code(far) == "Good"

    reading(server, work)


def test_nodes_and_server_tell_the_truth(server: Server) -> None:
    async def work(here: Reading) -> None:
        made = here.made
        attributes = (ua.AttributeIds.AccessLevel, ua.AttributeIds.Historizing)
        for name, wanted in ((POINT, (5, True)), ("hts.hex_hnht.T_hot_in", (1, False))):
            node = made.get_node(here.id(name))
            assert tuple([(await node.read_attribute(a)).Value.Value for a in attributes]) == wanted
        folder = made.get_node(ua.NodeId(ua.ObjectIds.HistoryServerCapabilities_AggregateFunctions))
        told = {n.nodeid for n in await folder.get_children()}
        assert told == {AVERAGE, LEAST, MOST, BETWEEN}

    reading(server, work)
