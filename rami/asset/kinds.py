"""The registry of component kinds: ours, and those from the entry point `rami.components`."""

from __future__ import annotations

from functools import cache

from rami.asset.boiler import Boiler
from rami.asset.border import Border
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.exchange import Exchange
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.junction import Junction
from rami.asset.pump import Pump
from rami.asset.valve import Valve
from rami.core.plugins import found

_OURS: tuple[type[Component], ...] = (
    HeatExchanger,
    HeatPump,
    ImmersionHeater,
    HeatStorage,
    Chp,
    Boiler,
    CoolingTower,
    Consumer,
    Pump,
    Valve,
    Junction,
    Border,
    Exchange,
)


def kind_name(kind: type[Component]) -> str:
    """The word that a site file writes for a kind."""
    return str(kind.model_fields["kind"].default)


@cache
def kinds() -> dict[str, type[Component]]:
    """Every known kind by its word; a stranger's kind cannot replace one of ours."""
    table = {kind_name(k): k for k in _OURS}
    for name, load in found("rami.components").items():
        table.setdefault(name, load())
    return table
