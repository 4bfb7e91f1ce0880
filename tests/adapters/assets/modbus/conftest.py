"""A plant with two devices behind one gateway, in another process, and backends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from adapters.assets.modbus.backend import ModbusBackend
from adapters.assets.modbus.configuration import ModbusConfiguration
from rami.asset.live import Answer, Taken
from rami.core.points import Direction, Point, PointIndex
from tests.adapters.assets.live.case import Clock
from tests.adapters.assets.modbus_process import ModbusPlant

INPUTS = PointIndex(
    [
        Point("a.u", "share", Direction.ACTUATED),
        Point("a.P_set", "power", Direction.ACTUATED),
        Point("a.on", "share", Direction.ACTUATED),
        Point("a.ready", "share", Direction.ACTUATED),
        Point("b.u", "share", Direction.ACTUATED),
    ]
)
OUTPUTS = PointIndex(
    [Point("a.T", "temperature"), Point("a.P", "power"), Point("b.T", "temperature")]
)
MAP = """\
point,device,table,address,type,scale,unit,invalid
a.u,1,holding,0,int16,0.1,%,
a.P_set,1,holding,1,uint16,1,kW,
a.on,1,holding,2,bit3,,,
a.ready,1,holding,2,bit4,,,
b.u,2,coil,8,bool,,,
a.T,1,input,0,int16,0.1,degC,-32768
a.P,1,input,4,int16,1,kW,
b.T,2,input,0,int16,0.1,degC,
"""
EVERY = np.ones(len(INPUTS), np.bool_)
Opened = Callable[..., ModbusBackend]


@pytest.fixture(scope="module")
def server() -> Iterator[ModbusPlant]:
    plant = ModbusPlant()
    yield plant
    plant.close()


@pytest.fixture
def plant(server: ModbusPlant) -> ModbusPlant:
    fill(server)
    return server


def fill(server: ModbusPlant) -> None:
    server.tell("well")
    server.set(1, "holding", 0, [250, 100, 0x8001])
    server.set(2, "coil", 8, [0])
    server.set(1, "input", 0, [600, 0, 0, 0, 70])
    server.set(2, "input", 0, [450])
    server.tell("requests")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(plant: ModbusPlant, tmp_path: Path, clock: Clock) -> Iterator[Opened]:
    backends: list[ModbusBackend] = []

    def open_one(text: str = MAP, **settings: object) -> ModbusBackend:
        (tmp_path / "map.csv").write_text(text, encoding="utf-8")
        declared = ModbusConfiguration.model_validate(
            {
                "host": "127.0.0.1",
                "port": plant.port,
                "registers": "map.csv",
                "period": "10 ms",
                "timeout": "300 ms",
                "stale_age": "5 s",
                "retries": {"first": "10 ms", "longest": "50 ms"},
                **settings,
            }
        )
        backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock)
        backends.append(backend)
        backend.open()
        return backend

    yield open_one
    for backend in backends:
        backend.close()


def wrote(backend: ModbusBackend, **wanted: float) -> list[Answer]:
    values, chosen = np.full(len(INPUTS), np.nan), np.zeros(len(INPUTS), np.bool_)
    for name, value in wanted.items():
        place = INPUTS[name.replace("_", ".", 1)]
        values[place], chosen[place] = value, True
    return list(backend.command(values, chosen))


def taken(answers: Sequence[Answer]) -> list[Taken]:
    return [a.taken for a in answers]
