"""Columns of an exchanger with its pump and valve, worked out from the textbook, not the models."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.network import Network
from rami.asset.pump import Pump
from rami.asset.topology import Link, TwinTopology
from rami.asset.valve import Valve
from rami.asset.water import HEAT_CAPACITY
from rami.core.points import PointIndex
from rami.core.quality import good
from rami.core.timegrid import NS
from rami.functional.diagnosis import Diagnosis, DiagnosisSettings, Monitor

Values = NDArray[np.float64]

WINDOW_S, START_NS = 600.0, 1_700_000_000 * NS // (10_800 * NS) * (10_800 * NS)
PER_DAY = round(86400 / WINDOW_S)
SETTINGS = DiagnosisSettings.model_validate({"reference": "4 d", "window": "10 min"})


def topology() -> TwinTopology:
    """One exchanger, a valve on its hot and a pump on its cold side."""
    design = {"power": "4 MW", "hot": ["115 degC", "85 degC"], "cold": ["60 degC", "105 degC"]}
    hex_ = HeatExchanger.model_validate(
        {"primary": "iess.hnht", "secondary": "circuit", "design": design}
    )
    return TwinTopology(
        "hts",
        "hts",
        {
            "circuit": Network.model_validate(
                {"flow": "95 degC", "return": "60 degC", "water": "7 t"}
            )
        },
        {"hex": hex_, "valve": Valve.sized(40.0), "pump": Pump.sized(30.0)},
        (
            Link("border.take", "hex.hot_in", "valve"),
            Link("circuit.at", "hex.cold_in", "pump"),
        ),
    )


@dataclass
class Plant:
    """What differs from the declaration and from the week before; factors and offsets by day."""

    seed: int
    fouled: Values = field(default_factory=lambda: np.ones(1))
    worn: Values = field(default_factory=lambda: np.ones(1))

    def columns(self, days: int, first: int = 0) -> dict[str, Values]:
        """Window means, sensors with offsets and noise."""
        draw = np.random.default_rng([self.seed, first])
        built = np.random.default_rng(self.seed)
        n = days * PER_DAY
        t = (np.arange(n) + first * PER_DAY) / PER_DAY
        hex_ = topology().components["hex"]
        assert isinstance(hex_, HeatExchanger)
        u = 0.45 + 0.2 * np.sin(2 * np.pi * t) + 0.05 * np.sin(2 * np.pi * t * 5.3)
        v = 0.5 + 0.2 * np.sin(2 * np.pi * t + 0.3)
        worn, fouled = np.resize(self.worn, n), np.resize(self.fouled, n)
        cold = 30.0 * u * worn * built.uniform(0.9, 1.1)
        hot = 40.0 * v * built.uniform(0.9, 1.1)
        hot_in = 115.0 + np.sin(2 * np.pi * t / 3)
        cold_in = 62.0 + 3.0 * np.sin(2 * np.pi * t / 2.1)
        c_hot, c_cold = HEAT_CAPACITY * hot, HEAT_CAPACITY * cold
        c_min, c_max = np.minimum(c_hot, c_cold), np.maximum(c_hot, c_cold)
        nominal = HEAT_CAPACITY * min(hex_.flow_hot, hex_.flow_cold)
        ua = hex_.conductance * built.uniform(0.9, 1.1) * (c_min / nominal) ** 0.6 * fouled
        ntu, ratio = ua / c_min, c_min / c_max
        grown = np.exp(-ntu * (1.0 - ratio))
        power = c_min * (1.0 - grown) / (1.0 - ratio * grown) * (hot_in - cold_in)
        found = {
            "hex.T_hot_in": hot_in,
            "hex.T_hot_out": hot_in - power / c_hot,
            "hex.T_cold_in": cold_in,
            "hex.T_cold_out": cold_in + power / c_cold,
        }
        for name in found:
            found[name] = found[name] + 0.1 * built.uniform(-1, 1) + 0.02 * draw.normal(size=n)
        flows = {"hex.m_hot": hot, "valve.m": hot, "hex.m_cold": cold, "pump.m": cold}
        for name, value in (flows | {"hex.P": power, "pump.P_el": 5.0 * u**3}).items():
            gain = 1.0 + 0.01 * built.uniform(-1, 1)
            found[name] = value * gain * (1.0 + 0.001 * draw.normal(size=n))
        return found | {"pump.u": u, "valve.u": v}


@dataclass
class Watched:
    """A monitor with what it told: (active, time in days since the start, diagnosis)."""

    told: list[tuple[bool, float, Diagnosis]] = field(default_factory=list)
    step: int = 0

    def __post_init__(self) -> None:
        self.points = PointIndex(
            p for p in topology().points.points if not p.name.rpartition(".")[2].startswith("E")
        )
        self.monitor = Monitor(topology(), self.points, SETTINGS, self._note)

    def _note(self, diagnosis: Diagnosis, active: bool, ns: int) -> None:
        self.told.append((active, (ns - START_NS) / (86400 * NS), diagnosis))

    def feed(self, columns: dict[str, Values]) -> None:
        """More windows."""
        count = len(columns["hex.P"])
        table = np.full((count, len(self.points)), np.nan)
        for name, values in columns.items():
            table[:, self.points[name]] = values
        marks = good(len(self.points))
        for row in table:
            self.monitor.update(START_NS + round(self.step * WINDOW_S * NS), row, marks)
            self.step += 1
