"""An owner's allocated emission factor of heat, for `heat_transfer: allocated`.

The fuel of a CHP is shared between heat and electricity by energy; boilers give all of
theirs to heat. One factor per owner and period: scope 1 allocated to heat over the heat of
all its converters. Heat pumps and immersion heaters do not enter (their electricity is in the
owner's scope 2 already).
"""

from __future__ import annotations

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame


def allocated_heat_factor(
    site: SiteTopology, owner_of: dict[str, str], owner: str, metered: Frame, gas_factor: float
) -> float:
    """Factor in kg per kWh of heat; 0 for an owner whose converters gave no heat."""
    fuel = heat = 0.0
    for twin, name, _ in site.of(Boiler):
        if owner_of[twin] == owner:
            fuel += float(metered[f"{twin}.{name}.E_fuel"].sum())
            heat += float(metered[f"{twin}.{name}.E_th"].sum())
    for twin, name, _ in site.of(Chp):
        if owner_of[twin] == owner:
            thermal = float(metered[f"{twin}.{name}.E_th"].sum())
            electric = float(metered[f"{twin}.{name}.E_el"].sum())
            if thermal + electric > 0:
                burnt = float(metered[f"{twin}.{name}.E_fuel"].sum())
                fuel += burnt * thermal / (thermal + electric)
            heat += thermal
    return gas_factor * fuel / heat if heat > 0 else 0.0
