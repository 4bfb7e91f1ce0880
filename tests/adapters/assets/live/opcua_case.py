"""Case of the OPC UA backend: a server in another process, behind a wire that can be cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.asset.live import Vector
from rami.core.points import PointIndex
from tests.adapters.assets.live.case import INPUTS, OUTPUTS, Case, LiveBackend
from tests.adapters.assets.live.wire import Wire
from tests.adapters.assets.opcua.plant_server import PlantServer

_NODES: list[dict[str, Any]] = [
    {"name": "hex.T_set", "value": 600, "type": "Int16", "writable": True},
    {"name": "hp.P_set", "value": 100e3, "type": "Float", "writable": True, "unit": [5723220, "W"]},
    {"name": "valve.u", "value": 25.0, "writable": True},
    {"name": "hex.T", "value": 0.0, "unit": [4932940, "K"]},
    {"name": "hex.m", "value": 0, "type": "UInt32"},
    {"name": "hp.P", "value": 0.0, "type": "Float"},
    {"name": "meter.E", "value": 0.0},
]
_MAP = """\
point,node,unit,scale
hex.T_set,nsu=urn:plant;s=hex.T_set,degC,0.1
hp.P_set,nsu=urn:plant;s=hp.P_set,,
valve.u,nsu=urn:plant;s=valve.u,%,
hex.T,nsu=urn:plant;/Plant/hex.T,K,
hex.m,nsu=urn:plant;s=hex.m,kg/s,0.001
hp.P,nsu=urn:plant;s=hp.P,MW,
meter.E,nsu=urn:plant;s=meter.E,MWh,
"""


class OpcuaCase(Case):
    can_be_cut = True
    can_refuse = True
    missing = ("hex.m", "hp.P_set")
    stale_after_s = 5.0
    tolerance = 0.02

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._plant = folder, PlantServer(nodes=_NODES)
        self._wire = Wire(lambda: int(self._plant.wanted["port"]))
        (folder / "map.csv").write_text(_MAP, encoding="utf-8")
        lost = _MAP.replace("s=hex.m", "s=gone.m").replace("s=hp.P_set", "s=gone.P_set")
        (folder / "lost.csv").write_text(lost, encoding="utf-8")
        self._number = 0
        self.reset()

    def reset(self) -> None:
        self._wire.mend()
        self._plant.do("behave")
        for name, value in (("hex.T_set", 600), ("hp.P_set", 100e3), ("valve.u", 25.0)):
            self._plant.do("set", name=name, value=value)
        self._show()

    def _show(self) -> None:
        """Raw values of the outputs, all of them new ones."""
        n = self._number = self._number + 1
        self._raw = (340.0 + n, 70_000 + n, 0.25 + n / 16, 12.5 + n)
        for name, value in zip(OUTPUTS.names, self._raw, strict=True):
            self._plant.do("set", name=name, value=value)

    def told(self) -> Vector:
        temperature, flow, power, energy = self._raw
        return np.array([temperature - 273.15, flow / 1000, power * 1e3, energy * 1e3])

    def change(self, backend: LiveBackend) -> None:
        self._show()

    def held(self) -> Vector:
        temperature, power, valve = (self._plant.do("get", name=n)[0] for n in INPUTS.names)
        return np.array([temperature / 10, power / 1e3, valve / 100])

    def _backend(
        self, nodes: str, port: int, inputs: PointIndex, outputs: PointIndex
    ) -> LiveBackend:
        declared = OpcuaConfiguration.model_validate(
            {
                "endpoint": f"opc.tcp://127.0.0.1:{port}/plant",
                "nodes": nodes,
                "sampling": "20 ms",
                "keep_alive": "100 ms",
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
        self._plant.do("behave", denied=[name])

    def close(self) -> None:
        self._wire.close()
        self._plant.kill()
