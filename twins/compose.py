"""The twins of a site, each of its own class."""

from __future__ import annotations

from rami.integration.mode import Mode
from twins.dhs import DistrictHeating
from twins.hts import HeatTransferStation
from twins.iess import EnergySupply
from twins.site.site import Site
from twins.twin import Twin

_CLASSES: dict[str, type[Twin]] = {
    twin.kind: twin for twin in (HeatTransferStation, EnergySupply, DistrictHeating)
}


def twins_of(site: Site) -> dict[str, Twin]:
    """Every twin by name, in the order they are stepped; stations run at the control step."""
    clock = site.clock
    return {
        name: _CLASSES[topology.kind](
            topology,
            clock.control_step if topology.kind == "hts" else clock.step,
            Mode(site.twins[name].mode),
        )
        for name, topology in site.topology.twins.items()
    }
