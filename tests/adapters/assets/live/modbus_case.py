"""Case of the Modbus backend: a server in another process, behind a wire that can be cut."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from adapters.assets.modbus.configuration import ModbusConfiguration
from rami.asset.live import Vector
from rami.core.points import PointIndex
from tests.adapters.assets.live.case import INPUTS, OUTPUTS, Case, LiveBackend
from tests.adapters.assets.live.wire import Wire
from tests.adapters.assets.modbus_process import ModbusPlant

_MAP = """\
point,device,table,address,type,words,scale,offset,unit,writable
hex.T_set,1,holding,10,int16,,0.1,0,degC,true
hp.P_set,1,holding,11,float32,,1,0,W,true
valve.u,2,holding,5,uint16,,0.01,0,%,true
hex.T,1,input,0,int16,,0.1,-10,K,
hex.m,1,input,1,uint32,little,0.001,0,kg/s,
hp.P,2,input,7,float32,big,1,0,MW,
meter.E,2,input,100,float64,big,1,0,MWh,
"""
_ORDER = [*INPUTS.names, *OUTPUTS.names]


class ModbusCase(Case):
    can_be_cut = True
    can_refuse = True
    missing = ("hex.m", "hp.P_set")
    stale_after_s = 5.0
    tolerance = 0.02

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._plant = folder, ModbusPlant()
        self._wire = Wire(lambda: self._plant.port)
        (folder / "map.csv").write_text(_MAP, encoding="utf-8")
        lost = _MAP.replace("hex.m,1,input,1,", "hex.m,1,input,5000,")
        lost = lost.replace("hp.P_set,1,holding,11,", "hp.P_set,1,holding,6000,")
        (folder / "lost.csv").write_text(lost, encoding="utf-8")
        self._number = 0
        self.reset()

    def reset(self) -> None:
        self._wire.mend()
        self._plant.tell("well")
        self._plant.set(1, "holding", 10, [600, *_words(">f", 100e3)])
        self._plant.set(2, "holding", 5, [2500])
        self._show()

    def _show(self) -> None:
        """Raw values of the outputs, all of them new ones."""
        n = self._number = self._number + 1
        self._raw = (3400 + n, 70_000 + n, 0.25 + n / 16, 12.5 + n)
        temperature, flow, power, energy = self._raw
        self._plant.set(1, "input", 0, [temperature, flow & 0xFFFF, flow >> 16])
        self._plant.set(2, "input", 7, _words(">f", power))
        self._plant.set(2, "input", 100, _words(">d", energy))

    def told(self) -> Vector:
        temperature, flow, power, energy = self._raw
        return np.array([temperature / 10 - 10 - 273.15, flow / 1000, power * 1e3, energy * 1e3])

    def change(self, backend: LiveBackend) -> None:
        self._show()

    def held(self) -> Vector:
        temperature, *power = self._plant.get(1, "holding", 10, 3)
        (watts,) = struct.unpack(">f", struct.pack(">2H", *power))
        (valve,) = self._plant.get(2, "holding", 5)
        return np.array([temperature / 10, watts / 1e3, valve / 100 / 100])

    def _backend(
        self, registers: str, port: int, inputs: PointIndex, outputs: PointIndex
    ) -> LiveBackend:
        declared = ModbusConfiguration.model_validate(
            {
                "host": "127.0.0.1",
                "port": port,
                "registers": registers,
                "period": "20 ms",
                "timeout": "5 s",
                "stale_age": f"{self.stale_after_s} s",
                "retries": {"first": "20 ms", "longest": "100 ms"},
            }
        )
        return declared.open_live(self._folder, "hts", inputs, outputs, self.clock)

    def backend(self, inputs: PointIndex = INPUTS, outputs: PointIndex = OUTPUTS) -> LiveBackend:
        return self._backend("map.csv", self._wire.port, inputs, outputs)

    def lacking(self) -> LiveBackend:
        return self._backend("lost.csv", self._wire.port, INPUTS, OUTPUTS)

    def absent(self) -> LiveBackend:
        nobody = Wire(lambda: 0)
        nobody.close()
        return self._backend("map.csv", nobody.port, INPUTS, OUTPUTS)

    def cut(self) -> None:
        self._wire.cut()

    def mend(self) -> None:
        self._wire.mend()

    def refuse(self, name: str) -> None:
        assert name == "hp.P_set"
        self._plant.tell("fault", 1, "holding", 12, 0, 4)

    def close(self) -> None:
        self._wire.close()
        self._plant.close()


def _words(form: str, value: float) -> list[int]:
    raw = struct.pack(form, value)
    return [*struct.unpack(f">{len(raw) // 2}H", raw)]
