"""A district as a site of services: one for each owner's part, zones, and a bus."""

from __future__ import annotations

import json
from typing import Any

from rami.asset.district.declaration import District

NETWORK, PRODUCTION, NEGOTIATION = "network", "production", "negotiation"
_ANSWERS = ("negotiation_ready", "flexibility_offer", "flexibility_answer", "settlement_answer")
_ASKS = ("negotiation_call", "flexibility_request", "settlement")


def sections(district: District, file: Any, step: int = 2, desk: str = "") -> dict[str, Any]:
    """Sections `district`, `services` and `zones` of a site file; `file` is the district's, as
    section `district` takes it. A `desk` is told how talks end."""
    zones, services = _zones(district), _services(district, step)
    if desk:
        consumes = [{"kind": "key_figures", "subject": "deal"}]
        services["desk"] = {"kind": "remote", "owner": desk, "consumes": consumes}
        zones.append(_crossing(district.production.owner, desk, ("key_figures",), ("*",), "deal"))
    return {"district": file, "services": services, "zones": zones}


def site_text(reference: str, more: dict[str, Any]) -> str:
    """A site file: another one's text with these sections after it."""
    return reference.rstrip() + "\n\n" + "".join(f"{k}: {json.dumps(v)}\n" for k, v in more.items())


def owners(district: District) -> tuple[str, ...]:
    """All that own something."""
    found = [b.owner for b in district.buildings.values()]
    found += [district.network.owner, *(s.owner for s in district.surplus.values())]
    return tuple(dict.fromkeys([*found, district.production.owner]))


def parties(district: District) -> dict[str, tuple[str, ...]]:
    """Services of consumers and stations, and the names that each speaks of."""
    found: dict[str, tuple[str, ...]] = {}
    for name, kind in district.buildings.items():
        service = f"buildings_{kind.owner}"
        found[service] = (*found.get(service, ()), f"*.{name}_*")
    return found | {n: (n,) for n in district.surplus}


def _services(district: District, step: int) -> dict[str, Any]:
    def one(kind: str, owner: str, **more: object) -> dict[str, object]:
        # each owner's services run in a process of his own anyway
        return {"kind": kind, "owner": owner, "apart": "thread", **more}

    buildings = dict.fromkeys(b.owner for b in district.buildings.values())
    found = {f"buildings_{o}": one("district_buildings", o) for o in buildings}
    found |= {n: one("district_station", s.owner, station=n) for n, s in district.surplus.items()}
    found[NETWORK] = one("district_network", district.network.owner)
    found[PRODUCTION] = one("district_production", district.production.owner)
    found[NEGOTIATION] = one("negotiation", district.production.owner, steps=step)
    return found


def _zones(district: District) -> list[dict[str, Any]]:
    net, plant = district.network.owner, district.production.owner
    own = _services(district, 2)
    names = parties(district) | {
        NETWORK: (NETWORK, "plant", *district.network.sections),
        PRODUCTION: (PRODUCTION,),
    }
    found = []
    for service, signals in names.items():
        owner = own[service]["owner"]
        found.append(_crossing(owner, plant, _ANSWERS, signals))
        found.append(_crossing(plant, owner, _ASKS, signals, service))
        if service in district.surplus:
            found.append(_crossing(owner, plant, ("forecast",), signals, "surplus"))
        elif service not in (NETWORK, PRODUCTION):
            found.append(_crossing(owner, net, ("forecast", "measurement"), signals, "demand"))
    found.append(_crossing(net, plant, ("forecast", "measurement"), ("plant",), "plant"))
    return [c for c in found if c["owner"] not in c["to"]]


def _crossing(
    owner: str, to: str, kinds: tuple[str, ...], signals: tuple[str, ...], subject: str = "*"
) -> dict[str, Any]:
    return {
        "owner": owner, "to": [to], "kinds": list(kinds), "signals": list(signals),
        "subjects": [subject],
    }  # fmt: skip
