"""Template `hts.standard`: the usual circuit of a heat transfer station.

Return line -> heat pump condensers (parallel, with a bypass) -> preheated line -> source
exchangers (parallel) -> flow line -> sink exchangers (parallel) -> return line; a storage
between flow and return line as hydraulic separator, or a plain bypass where there is none.
"""

from __future__ import annotations

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.water import mass_flow
from rami.core.errors import ConfigurationError, Problem
from twins.wiring.draft import Draft

#: flow reserve of pumps and valves over their exchanger's design flow
RESERVE = 1.3
#: water content of the preheated line as a share of the circuit's content
PREHEATED_SHARE = 0.15


def wire_circuit(draft: Draft) -> None:
    """Wire every component of the draft that the user did not wire; ConfigurationError."""
    circuit = _circuit(draft)
    draft.lines(circuit)
    pumps = {n: c for n, c in draft.declared.items() if isinstance(c, HeatPump)}
    preheated = draft.line(circuit, hot=False)
    if pumps:
        net = draft.networks[circuit]
        preheated = draft.junction(f"{circuit}_preheated", PREHEATED_SHARE * net.water, net.return_)
        draft.link(draft.line(circuit, hot=False), preheated)
    for name, component in draft.declared.items():
        if draft.wired(name):
            continue
        if isinstance(component, HeatPump):
            _heat_pump(draft, name, component, circuit, preheated)
        elif isinstance(component, HeatExchanger):
            _exchanger(draft, name, component, circuit, preheated)
    _separator(draft, circuit)


def _circuit(draft: Draft) -> str:
    if len(draft.networks) != 1:
        raise ConfigurationError(
            [
                Problem(
                    f"twins.{draft.name}.networks",
                    f"the standard wiring needs exactly one circuit, got {len(draft.networks)}",
                    "declare one network, or wire the components with explicit links",
                )
            ]
        )
    return next(iter(draft.networks))


def _heat_pump(draft: Draft, name: str, hp: HeatPump, circuit: str, preheated: str) -> None:
    source = draft.foreign(hp.evaporator)
    heat = hp.power_el_max * hp.cop_design
    lift = max(hp.outlet_max - draft.networks[circuit].return_, 5.0)
    cold = heat - hp.power_el_max
    border = draft.border(f"{name}_border", hp.evaporator, takes_hot=True)
    condenser = draft.pump(f"{name}_condenser_pump", RESERVE * mass_flow(heat, lift))
    evaporator = draft.pump(
        f"{name}_evaporator_pump",
        RESERVE * mass_flow(cold, max(source.hot - hp.source_outlet_min, 2.0)),
    )
    draft.link(draft.line(circuit, hot=False), f"{name}.condenser_in", condenser)
    draft.link(f"{name}.condenser_out", preheated)
    draft.link(f"{border}.take", f"{name}.evaporator_in", evaporator)
    draft.link(f"{name}.evaporator_out", f"{border}.give")


def _exchanger(draft: Draft, name: str, hex_: HeatExchanger, circuit: str, preheated: str) -> None:
    valve = draft.valve(f"{name}_valve", RESERVE * hex_.flow_hot)
    if draft.is_local(hex_.secondary):  # source
        preheating = 2.0 if not preheated.startswith(f"{circuit}_return") else 1.0
        pump = draft.pump(f"{name}_pump", RESERVE * preheating * hex_.flow_cold)
        border = draft.border(f"{name}_border", hex_.primary, takes_hot=True)
        draft.link(f"{border}.take", f"{name}.hot_in", valve)
        draft.link(f"{name}.hot_out", f"{border}.give")
        draft.link(preheated, f"{name}.cold_in", pump)
        draft.link(f"{name}.cold_out", draft.line(circuit, hot=True))
    else:
        pump = draft.pump(f"{name}_pump", RESERVE * hex_.flow_cold)
        border = draft.border(f"{name}_border", hex_.secondary, takes_hot=False)
        draft.link(draft.line(circuit, hot=True), f"{name}.hot_in", valve)
        draft.link(f"{name}.hot_out", draft.line(circuit, hot=False))
        draft.link(f"{border}.take", f"{name}.cold_in", pump)
        draft.link(f"{name}.cold_out", f"{border}.give")


def _separator(draft: Draft, circuit: str) -> None:
    storages = {n: c for n, c in draft.declared.items() if isinstance(c, HeatStorage)}
    free = [n for n in storages if not draft.wired(n)]
    if len(free) > 1:
        raise ConfigurationError(
            [
                Problem(
                    f"twins.{draft.name}.components.{free[1]}",
                    f"two storages across {circuit} leave the split of their flow undetermined",
                    "keep one, or wire the others with explicit links and a pump",
                )
            ]
        )
    hot, cold = draft.line(circuit, hot=True), draft.line(circuit, hot=False)
    if free:
        draft.link(hot, f"{free[0]}.top")
        draft.link(f"{free[0]}.bottom", cold)
    elif not storages:
        draft.link(hot, cold)
