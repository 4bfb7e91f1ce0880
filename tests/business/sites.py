"""Sites for the accounts' tests: the reference one, a small one, and drawn ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import SiteTopology
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from twins.wiring.site import DeclaredTwin, wire_site

Declaration = Mapping[str, Any]


def wired(twins: Declaration) -> SiteTopology:
    """The topology of a file's section `twins`."""
    declared = {
        name: DeclaredTwin(
            twin["kind"],
            {n: Network.model_validate(v) for n, v in twin["networks"].items()},
            {n: kinds()[v["kind"]].model_validate(v) for n, v in twin["components"].items()},
        )
        for name, twin in twins.items()
    }
    return wire_site("test", declared)


def hex_(primary: str, secondary: str, kw: float) -> dict[str, Any]:
    """An exchanger from 110/70 to 60/100 degC."""
    return {
        "kind": "heat_exchanger",
        "primary": primary,
        "secondary": secondary,
        "design": {
            "power": f"{kw} kW",
            "hot": ["110 degC", "70 degC"],
            "cold": ["60 degC", "100 degC"],
        },
    }


def small_twins() -> dict[str, Any]:
    """A factory with a CHP and a load, a town with a boiler, a station between them."""
    return {
        "hts": {
            "kind": "hts",
            "networks": {"circuit": {"flow": "95 degC", "return": "60 degC", "water": "5 t"}},
            "components": {
                "source": hex_("works.heat", "circuit", 1000),
                "sink": hex_("circuit", "town.heat", 1000),
                "draw": hex_("town.heat", "circuit", 1000),
            },
        },
        "works": {
            "kind": "iess",
            "networks": {"heat": {"flow": "115 degC", "return": "85 degC", "water": "20 t"}},
            "components": {
                "chp": {
                    "kind": "chp",
                    "network": "heat",
                    "power_el": "1000 kW",
                    "efficiency_el": 0.4,
                    "efficiency_th": 0.5,
                    "part_load_min": 0.0,
                    "fuel_price": "20 EUR/MWh",
                },
                "load": {
                    "kind": "consumer",
                    "network": "electricity",
                    "demand": "P_el",
                    "power": "2 MW",
                },
            },
        },
        "town": {
            "kind": "dhs",
            "networks": {"heat": {"flow": "100 degC", "return": "55 degC", "water": "20 t"}},
            "components": {
                "boiler": {
                    "kind": "boiler",
                    "network": "heat",
                    "power": "2 MW",
                    "efficiency": 0.8,
                    "fuel_price": "32 EUR/MWh",
                },
                "homes": {
                    "kind": "consumer",
                    "network": "heat",
                    "demand": "P_th",
                    "power": "2 MW",
                    "return_temperature": "55 degC",
                },
            },
        },
    }


def small_business(**changes: Any) -> Business:
    """Round prices for the small site."""
    declared = {
        "owners": {"iess": ["works", "hts"], "dhs": ["town"]},
        "emission_price": "100 EUR/t",
        "gas_factor": "0.2 t/MWh",
        "grid_factor": "400 kg/MWh",
        "tariffs": {
            "iess": {
                "electricity": {
                    "buy_fee": "50 EUR/MWh",
                    "sell_premium": "0 EUR/MWh",
                    "self_consumption_levy": "10 EUR/MWh",
                },
                "peak": "8760 EUR/MW/a",
            },
            "dhs": {"electricity": {"buy_fee": "50 EUR/MWh"}, "consumer_heat": "75 EUR/MWh"},
        },
        "heat_between_owners": {
            "buyer": "iess",
            "seller": "dhs",
            "feed_in_share": 0.8,
            "draw_surcharge": "6 EUR/MWh",
        },
        **changes,
    }
    return Business.model_validate(declared)


HOURS = TimeGrid.of("2019-01-14T00:00Z", 3600, 2)


def small_data(p_el: list[float], p_th: list[float], price: list[float]) -> Frame:
    """Two hours of the small site: kW, kW, EUR/MWh."""
    columns = {
        "P_el": ("kW", np.array(p_el)),
        "P_th": ("kW", np.array(p_th)),
        "price_da": ("EUR/kWh", np.array(price) / 1000),
    }
    return Frame.of(HOURS, columns)


def powers(grid: TimeGrid, **levels: float | list[float]) -> Frame:
    """Powers of the station's components: `source=...` is `hts.source.P` in kW."""
    columns = {
        f"hts.{name}.P": ("kW", np.broadcast_to(np.asarray(v, float), (grid.count,)))
        for name, v in levels.items()
    }
    return Frame.of(grid, columns)
