"""The same district in another size."""

from __future__ import annotations

from rami.asset.district.declaration import District
from rami.asset.district.source import HeatSource


def scaled(district: District, groups: int) -> District:
    """The same district with so many groups (at least one of each type), plant and pipes in
    proportion."""
    part = groups / district.groups
    buildings = {
        n: b.model_copy(update={"groups": max(1, round(b.groups * part))})
        for n, b in district.buildings.items()
    }
    part = sum(b.groups for b in buildings.values()) / district.groups
    scaled = {
        n: s.model_copy(update={k: getattr(s, k) * part for k in ("water", "loss", "flow_max")})
        for n, s in district.network.sections.items()
    }
    keys = {
        "chp": ("power_el",), "boiler": ("power",), "source": ("power",),
        "heat_storage": ("volume", "power_max", "loss"),
    }  # fmt: skip
    units = {
        n: u.model_copy(
            update={k: getattr(u, k) * part for k in keys[u.kind]}
            | (
                {"capacity": u.capacity.scaled(part)}
                if isinstance(u, HeatSource) and u.capacity
                else {}
            )
        )
        for n, u in district.production.units.items()
    }
    surplus = {
        n: s.model_copy(update={"power": s.power * part, "storage": s.storage * part})
        for n, s in district.surplus.items()
    }
    return district.model_copy(
        update={
            "buildings": buildings,
            "network": district.network.model_copy(update={"sections": scaled}),
            "production": district.production.model_copy(
                update={"units": units, "capacity": district.production.capacity.scaled(part)}
            ),
            "surplus": surplus,
        }
    )
