"""Template of a supply system's networks (IESS, DHS).

Each network has a flow and a return line; converters stand in parallel between them, each
with a pump, except the peak generator, whose flow balances; consumers draw from the flow line.
"""

from __future__ import annotations

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.water import mass_flow
from twins.wiring.circuit import RESERVE
from twins.wiring.draft import Draft

Converter = Chp | Boiler | CoolingTower


def heat_power(converter: Converter) -> float:
    """Heat (or cooling) of a converter at full load, kW."""
    if isinstance(converter, Chp):
        return float(converter.engines * converter.power_th)
    return float(converter.power)


def peak_generator(converters: dict[str, Converter]) -> str | None:
    """The converter whose flow balances its network: the largest that is no engine."""
    if not converters:
        return None
    return max(
        converters,
        key=lambda n: (not isinstance(converters[n], Chp), heat_power(converters[n])),
    )


def wire_supply(draft: Draft) -> None:
    """Wire every network of the draft; what the user wired himself is left alone."""
    for network, net in draft.networks.items():
        draft.lines(network)
        flow, back = f"{network}_flow.at", f"{network}_return.at"
        mine = {n: c for n, c in draft.declared.items() if _network(draft, c) == network}
        converters = {
            n: c for n, c in mine.items() if isinstance(c, Converter) and not draft.wired(n)
        }
        peak = peak_generator(converters)
        spread = abs(net.flow - net.return_)
        for name, converter in converters.items():
            size = RESERVE * mass_flow(heat_power(converter), spread)
            device = None if name == peak else draft.pump(f"{name}_pump", size)
            draft.link(back, f"{name}.in", device)
            draft.link(f"{name}.out", flow)
        for name, component in mine.items():
            if isinstance(component, Consumer) and not draft.wired(name):
                draft.link(flow, f"{name}.in", name)
                draft.link(f"{name}.out", back)
        if peak is None:
            draft.link(back, flow)


def _network(draft: Draft, component: Component) -> str | None:
    reference = getattr(component, "network", None)
    return draft.local(reference) if reference and draft.is_local(reference) else None
