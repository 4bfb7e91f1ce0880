"""A client that reads history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from asyncua import ua

from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS, moment
from tests.services.opcua.running import SPACE, START, Server
from tests.services.opcua.served import client

POINT = "hts.hex_hnht.P"
#: every 10 s for two hours, and a gap of 20 minutes after the first hour
TIMES = START + 10 * NS * np.array([*range(360), *range(480, 720)])
VALUES = np.arange(float(len(TIMES)))
STATUS = np.full(len(TIMES), int(Reason.SIMULATED), np.uint32)
STATUS[5], VALUES[5] = quality(Family.BAD, Reason.MISSING), np.nan
_FAR = datetime(1601, 1, 1, tzinfo=UTC)
AVERAGE, LEAST, MOST, BETWEEN = (
    ua.NodeId(getattr(ua.ObjectIds, f"AggregateFunction_{name}"))
    for name in ("Average", "Minimum", "Maximum", "Interpolative")
)


class Reading:
    """A client that reads the past."""

    def __init__(self, made: Any, index: int) -> None:
        self.made, self.index = made, index

    def id(self, name: str = POINT) -> Any:
        return ua.NodeId(name, self.index)

    async def read(
        self, details: Any, *names: str, points: list[bytes] | None = None, **more: Any
    ) -> list[Any]:
        wanted = ua.HistoryReadParameters()
        wanted.HistoryReadDetails = details
        wanted.TimestampsToReturn = more.pop("stamps", ua.TimestampsToReturn.Source)
        wanted.ReleaseContinuationPoints = more.pop("release", False)
        for name, point in zip(names, points or [None] * len(names), strict=True):
            one = ua.HistoryReadValueId(NodeId=self.id(name))
            one.ContinuationPoint = point
            for key, value in more.items():
                setattr(one, key, value)
            wanted.NodesToRead.append(one)
        return list(await self.made.uaclient.history_read(wanted))

    async def raw(self, *names: str, points: Any = None, **asked: Any) -> list[Any]:
        return await self.read(raw(**asked), *(names or (POINT,)), points=points)


def raw(
    start: int | None = None, end: int | None = None, count: int = 0, bounds: bool = False
) -> Any:
    times = [_FAR if ns is None else moment(ns) for ns in (start, end)]
    return ua.ReadRawModifiedDetails(
        IsReadModified=False,
        StartTime=times[0],
        EndTime=times[1],
        NumValuesPerNode=count,
        ReturnBounds=bounds,
    )


def processed(kind: Any, start: int, end: int, step_s: float) -> Any:
    return ua.ReadProcessedDetails(
        StartTime=moment(start),
        EndTime=moment(end),
        ProcessingInterval=step_s * 1000.0,
        AggregateType=[kind],
    )


def values(result: Any) -> list[float | None]:
    return [d.Value.Value if d.Value is not None else None for d in result.HistoryData.DataValues]


def at(result: Any) -> list[int]:
    seconds = [d.SourceTimestamp.replace(tzinfo=UTC) for d in result.HistoryData.DataValues]
    return [round((s - moment(START)).total_seconds()) for s in seconds]


def reading(server: Server, work: Callable[[Reading], Awaitable[None]]) -> None:
    async def connected() -> None:
        async with client(server.url) as made:
            index = (await made.get_namespace_array()).index(SPACE)
            await work(Reading(made, index))

    asyncio.run(connected())
