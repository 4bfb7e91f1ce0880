"""Short words for a component or network: its size, in the unit a person would choose."""

from __future__ import annotations

from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.network import Network


def power(kw: float) -> str:
    """`600 kW`, `1.5 MW`."""
    return f"{kw / 1000:g} MW" if kw >= 1000 else f"{kw:g} kW"


def figures(component: Component) -> tuple[str, ...]:
    """The figures that say how large a component is."""
    if isinstance(component, HeatExchanger):
        return (power(component.design.power),)
    if isinstance(component, HeatStorage):
        return f"{component.volume:g} m³", f"{component.content_max / 1000:.3g} MWh"
    if isinstance(component, Chp):
        return (f"{component.engines} × {power(component.power_el)} el",)
    if isinstance(component, HeatPump):
        return f"{power(component.power_el_max)} el", f"COP {component.cop_design:.1f}"
    for field, suffix in (("power", ""), ("power_el_max", " el")):
        value = getattr(component, field, None)
        if isinstance(value, float):
            return (power(value) + suffix,)
    return ()


def temperatures(network: Network) -> str:
    """`115 / 85 °C`, flow first."""
    return f"{network.flow:g} / {network.return_:g} °C"


def kind_words(component: Component) -> str:
    """`heat exchanger`."""
    if isinstance(component, Consumer) and component.electric:
        return "electric load"
    return str(component.model_dump()["kind"]).replace("_", " ")
