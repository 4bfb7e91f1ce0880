"""What the converters of a network have to give, from its flows and temperatures."""

from __future__ import annotations

from collections.abc import Sequence

from rami.asset.consumer import Consumer
from rami.asset.exchange import Exchange
from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY, mass_flow
from rami.functional.technical.process import Process
from rami.functional.technical.rules import Aim, Settings, settings


class NetworkBalance:
    """Required heat of one network: feedforward from its flows, PI on its flow temperature.

    Flow line at its set-point: heat of the converters = c (T_set - T_return) x (flow drawn from
    the flow line) + heat that exchanges take out of that line. The coming change of the
    exchanges is added. Heat counts into the network; in a cooling network it is negative.
    The PI (eq. 24) is tuned by CHR for disturbances from the content of the flow line and the
    converters' lags.
    """

    def __init__(
        self,
        topology: TwinTopology,
        network: str,
        converters: Sequence[str],
        delay_s: float,
        period_s: float,
    ) -> None:
        self.name = network
        net = topology.networks[network]
        self.set_point = net.flow
        self.spread = abs(net.flow - net.return_)
        self._hour = 3600.0 / period_s
        consumers = {
            n: c for n, c in topology.of(Consumer).items() if _local(topology, c.network) == network
        }
        exchanges = {
            n: c for n, c in topology.of(Exchange).items() if _local(topology, c.network) == network
        }
        into = [n for n, e in exchanges.items() if e.taken_from == "return"]
        other = [n for n in exchanges if n not in into]
        self.points = (
            f"{network}_flow.T",
            f"{network}_return.T",
            *(f"{c}.m" for c in converters),
            *(f"{c}.m" for c in consumers),
            *(f"{e}.E" for e in into),
            *(f"{e}.E" for e in other),
        )
        a = 2 + len(converters)
        b = a + len(consumers)
        self._converters, self._consumers = slice(2, a), slice(a, b)
        self._into, self._exchanges = slice(b, b + len(into)), slice(b, b + len(exchanges))
        design = sum(c.power for c in consumers.values()) or 100.0
        self.process = _process(net.water / 2.0, mass_flow(design, self.spread), delay_s)
        self.rule: Settings = settings(self.process, period_s, Aim.DISTURBANCE)
        self._ki = self.rule.kp * period_s / self.rule.ti
        self._tracking = min(period_s / self.rule.ti, 1.0)
        self.integral = self._wanted = self._error = 0.0
        self._registers: tuple[float, float] | None = None
        self.flow = 0.0

    def required(self, v: Sequence[float], expected: float) -> float:
        """Heat the converters should give, kW; `v` holds `points`, `expected` the exchanges' heat.

        Call `settle` with what they can give before the next call. Also sets `flow`, the flow
        (kg/s) that they have to carry.
        """
        t_flow, t_return = v[0], v[1]
        error = self.set_point - t_flow
        registers = sum(v[self._into]), sum(v[self._exchanges])
        before = self._registers or registers
        into = (registers[0] - before[0]) * self._hour
        last = (registers[1] - before[1]) * self._hour
        change = expected - last if self._registers else 0.0
        self._registers = registers
        carried = sum(v[self._converters])
        drawn = max(carried, sum(v[self._consumers]), 0.0)
        feedforward = HEAT_CAPACITY * (self.set_point - t_return) * drawn + into + change
        self.flow = max(carried + abs(change) * (change > 0.0) / (HEAT_CAPACITY * self.spread), 0.0)
        self._error = error
        self._wanted = feedforward + self.rule.kp * error + self.integral
        return self._wanted

    def settle(self, low: float, high: float) -> float:
        """Required heat within what is possible (kW); the integrator follows the limits."""
        given = min(max(self._wanted, low), high)
        self.integral += self._ki * self._error + self._tracking * (given - self._wanted)
        return given

    def follow(self, given: float) -> None:
        """Somebody else drives all converters, which give `given` kW: in place of `settle`."""
        self.integral += given - self._wanted

    def landed(self, missing: float) -> None:
        """What was given beyond (kW, mostly negative) what `settle` returned."""
        self.integral += self._tracking * missing

    def save(self) -> list[float]:
        """State as numbers."""
        known = self._registers is not None
        return [self.integral, float(known), *(self._registers or (0.0, 0.0))]

    def restore(self, state: Sequence[float]) -> None:
        """Go back to a saved state."""
        self.integral = state[0]
        self._registers = (state[2], state[3]) if state[1] else None


def _process(water: float, flow: float, delay_s: float) -> Process:
    """Flow line: gain 1/(c m), lag water/m; its slope does not depend on the flow."""
    return Process(1.0 / (HEAT_CAPACITY * flow), delay_s, water / flow)


def _local(topology: TwinTopology, reference: str) -> str:
    return reference.removeprefix(f"{topology.name}.")
