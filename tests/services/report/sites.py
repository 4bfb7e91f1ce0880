"""Two wired sites: the reference, and a small one with other names and no heat pump."""

from __future__ import annotations

from typing import Any

from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import SiteTopology
from twins.wiring.site import DeclaredTwin, wire_site

SMALL: dict[str, Any] = {
    "exchange_house": {
        "kind": "hts",
        "networks": {"loop": {"flow": "90 degC", "return": "60 degC", "water": "5 t"}},
        "components": {
            "waste_heat": {
                "kind": "heat_exchanger",
                "primary": "works.steam_condensate",
                "secondary": "loop",
                "design": {
                    "power": "2 MW",
                    "hot": ["110 degC", "80 degC"],
                    "cold": ["60 degC", "95 degC"],
                },
            },
            "feed": {
                "kind": "heat_exchanger",
                "primary": "loop",
                "secondary": "town.grid",
                "design": {
                    "power": "2 MW",
                    "hot": ["90 degC", "60 degC"],
                    "cold": ["50 degC", "85 degC"],
                },
            },
        },
    },
    "works": {
        "kind": "iess",
        "networks": {
            "steam_condensate": {"flow": "110 degC", "return": "80 degC", "water": "10 t"}
        },
        "components": {
            "kettle": {
                "kind": "boiler",
                "network": "steam_condensate",
                "power": "5 MW",
                "efficiency": 0.9,
                "fuel_price": "30 EUR/MWh",
            }
        },
    },
    "town": {
        "kind": "dhs",
        "networks": {"grid": {"flow": "85 degC", "return": "50 degC", "water": "80 t"}},
        "components": {
            "peak": {
                "kind": "boiler",
                "network": "grid",
                "power": "5 MW",
                "efficiency": 0.9,
                "fuel_price": "30 EUR/MWh",
            }
        },
    },
}


def wired(name: str, twins: dict[str, Any]) -> SiteTopology:
    """The twins of a site declaration, wired."""
    return wire_site(
        name,
        {
            twin: DeclaredTwin(
                declared["kind"],
                {n: Network.model_validate(v) for n, v in declared["networks"].items()},
                {
                    n: kinds()[v["kind"]].model_validate(v)
                    for n, v in declared["components"].items()
                },
            )
            for twin, declared in twins.items()
        },
    )
