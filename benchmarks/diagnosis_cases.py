"""Faults of the table: what is injected, at which sizes, and what must be named.

Every fault grows from nothing to its size within a week, linearly, as the slow ones do. Sizes are
those that matter to whoever runs the plant: the large one costs money at once, the small one is
what a good engineer finds by looking; none was chosen after the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

SIZES = ("small", "middle", "large")
#: reached after a week: shares of UA, COP or tower transfer; of a pump's flow; K; share of the
#: nominal power or flow
FOULING, WEAR, DRIFT_K, DRIFT_SHARE = (
    (0.05, 0.15, 0.30),
    (0.05, 0.10, 0.20),
    (0.5, 1.5, 4.0),
    (0.03, 0.10, 0.25),
)
_DAYS, _HOURS = 7.0, 168.0


@dataclass(frozen=True)
class Case:
    """A fault of a twin: its kind in the table, its target, its size by name.

    `words` are those of `rami emulate`; without any the sensor is read by no controller, and
    `growth` per week is laid over a recording of the healthy plant: the same bytes.
    """

    kind: str
    twin: str
    target: str
    size: str
    words: str = ""
    growth: float = 0.0

    @property
    def component(self) -> str:
        """What must be named."""
        return self.target.partition(".")[0]

    @property
    def name(self) -> str:
        """For files."""
        return f"{self.twin}-{self.kind.replace(' ', '_')}-{self.target}-{self.size}"


_FOULED = ("hts.hex_hnht", "hts.hex_hnlt", "hts.hex_dhs_in", "hts.hex_dhs_out", "hts.hp",
           "iess.cooling_tower")  # fmt: skip
_WORN = ("hts.hex_hnht_pump", "hts.hex_hnlt_pump", "hts.hp_condenser_pump", "iess.chp_pump")
_WARM = ("hts.hex_hnht.T_cold_out", "hts.hex_hnlt.T_hot_out", "hts.hp.T_evaporator_in",
         "hts.circuit_return.T", "iess.boiler_hnlt.T_out")  # fmt: skip
_POWER = (("hts.hex_hnlt.P", 4000.0), ("hts.hp.P_el", 600.0))
_STUCK = ("hts.hex_hnht_valve.u", "hts.hex_hnlt_pump.u", "iess.boiler_hnlt.u")
#: sensors that no controller reads, with their nominal value (1: K)
_UNREAD_K = ("iess.production.T_out", "iess.buildings.T_in", "iess.machines.T_out", "dhs.town.T_in")
_UNREAD = (
    ("hts.hex_hnht.m_hot", 31.8),
    ("hts.hex_hnlt.m_cold", 27.3),
    ("hts.hex_hnht_pump.m", 21.2),
    ("hts.hp.m_condenser", 35.0),
    ("iess.buildings.P", 7000.0),
    ("dhs.town.P", 20000.0),
    ("dhs.chp.P_fuel", 35000.0),
)


def cases(size: str) -> list[Case]:
    """All faults of a size; actuators stick whatever the size, and come with the middle one."""
    place = SIZES.index(size)
    found = []
    for path in _FOULED:
        twin, _, target = path.partition(".")
        words = f"fouling:{target},rate={FOULING[place] / _DAYS:.7f}"
        found.append(Case("fouling", twin, target, size, words))
    for path in _WORN:
        twin, _, target = path.partition(".")
        words = f"wear:{target},rate={WEAR[place] / _DAYS:.7f}"
        found.append(Case("pump wear", twin, target, size, words))
    for path in _WARM:
        twin, _, target = path.partition(".")
        words = f"drift:{target},rate={DRIFT_K[place] / _HOURS:.9f}"
        found.append(Case("temperature drift", twin, target, size, words))
    for path, nominal in _POWER:
        twin, _, target = path.partition(".")
        words = f"drift:{target},rate={DRIFT_SHARE[place] * nominal / _HOURS:.9f}"
        found.append(Case("power drift", twin, target, size, words))
    for path in _UNREAD_K:
        twin, _, target = path.partition(".")
        found.append(Case("temperature drift", twin, target, size, growth=DRIFT_K[place]))
    for path, nominal in _UNREAD:
        twin, _, target = path.partition(".")
        kind = "power drift" if target.rpartition(".")[2].startswith("P") else "flow drift"
        found.append(Case(kind, twin, target, size, growth=DRIFT_SHARE[place] * nominal))
    if size == "middle":
        for path in _STUCK:
            twin, _, target = path.partition(".")
            found.append(Case("stuck actuator", twin, target, size, f"stuck:{target}"))
    return found
