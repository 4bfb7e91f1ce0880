"""Engineering data of the reference site, small enough to read."""

from __future__ import annotations

import pytest

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump


@pytest.fixture
def chp() -> Chp:
    return Chp.model_validate(
        {
            "network": "hnht",
            "engines": 2,
            "power_el": "1.5 MW",
            "efficiency_el": 0.40,
            "efficiency_th": 0.45,
            "part_load_min": 0.5,
            "fuel_price": "26 EUR/MWh",
        }
    )


@pytest.fixture
def boiler() -> Boiler:
    return Boiler.model_validate(
        {"network": "hnht", "power": "6 MW", "efficiency": 0.9, "fuel_price": "29 EUR/MWh"}
    )


@pytest.fixture
def hex_dhs_in() -> HeatExchanger:
    return HeatExchanger.model_validate(
        {
            "primary": "dhs.dhs",
            "secondary": "circuit",
            "design": {
                "power": "2 MW",
                "hot": ["100 degC", "65 degC"],
                "cold": ["60 degC", "95 degC"],
            },
        }
    )


@pytest.fixture
def heat_pump() -> HeatPump:
    return HeatPump.model_validate(
        {
            "condenser": "circuit.return",
            "evaporator": "iess.cn",
            "power_el_max": "600 kW",
            "outlet_max": "80 degC",
            "source_outlet_min": "25 degC",
            "cop": {"kind": "carnot", "fraction": 0.55},
        }
    )
