"""Sites for the tests of the model: the reference one, drawn ones, one with a kind from outside."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Literal

import yaml
from hypothesis import strategies as st

from rami.asset.component import Component
from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import SiteTopology
from rami.communication.information_model import NodeSet, SiteModel, Told, site_model
from rami.communication.information_model.type_set import types_of
from rami.core.errors import ConfigurationError
from tests.conftest import REPOSITORY
from tests.functional.strategy.test_topologies import stations
from tests.models.solar_field import SolarField
from twins.wiring.site import DeclaredTwin, wire_site

WITH_OUTSIDE: dict[str, type[Component]] = {**kinds(), "solar_field": SolarField}


@cache
def all_types() -> NodeSet:
    """Our types and that of the kind from outside."""
    return types_of(WITH_OUTSIDE)


@cache
def reference_declaration() -> dict[str, Any]:
    """The reference site's file."""
    text = (REPOSITORY / "examples" / "reference" / "site.yaml").read_text(encoding="utf-8")
    declaration: dict[str, Any] = yaml.safe_load(text)
    return declaration


def wired(
    networks: dict[str, Any], components: dict[str, Any], wiring: Literal["standard", "none"]
) -> SiteTopology:
    """The reference site with another station."""
    twins = reference_declaration()["twins"]
    twins = {**twins, "hts": {**twins["hts"], "networks": networks, "components": components}}
    declared = {
        name: DeclaredTwin(
            twin["kind"],
            {n: Network.model_validate(v) for n, v in twin["networks"].items()},
            {n: kinds()[v["kind"]].model_validate(v) for n, v in twin["components"].items()},
            template=wiring if name == "hts" else "standard",
        )
        for name, twin in twins.items()
    }
    return wire_site("drawn", declared)


@cache
def reference_site() -> SiteTopology:
    """As declared."""
    station = reference_declaration()["twins"]["hts"]
    return wired(station["networks"], station["components"], "standard")


@cache
def small_site() -> SiteTopology:
    """A station of one storage and one exchanger beside a factory's network."""
    twins = reference_declaration()["twins"]
    station, factory = twins["hts"]["components"], twins["iess"]["components"]
    storage = {**station["hs"], "layers": 3}
    declared = {
        "hts": ("hts", "circuit", {"hex_hnht": station["hex_hnht"], "hs": storage}),
        "iess": ("iess", "hnht", {n: factory[n] for n in ("boiler_hnht", "factory")}),
    }
    return wire_site(
        "small",
        {
            name: DeclaredTwin(
                kind,  # type: ignore[arg-type]
                {network: Network.model_validate(twins[name]["networks"][network])},
                {n: kinds()[v["kind"]].model_validate(v) for n, v in parts.items()},
            )
            for name, (kind, network, parts) in declared.items()
        },
    )


def with_solar_field(site: SiteTopology) -> SiteTopology:
    """The site with a component of a kind from outside in its first twin."""
    name, twin = next(iter(site.twins.items()))
    more = {**twin.components, "field": SolarField(power="1 MW")}
    return replace(site, twins={**site.twins, name: replace(twin, components=more)})


@st.composite
def sites(draw: st.DrawFn) -> SiteTopology:
    """Any station with the supply around it; storages of any number of layers."""
    networks, parts, _ = draw(stations())
    for part in parts.values():
        if part["kind"] == "heat_storage":
            part["layers"] = draw(st.integers(2, 40))
    try:
        site = wired(networks, parts, "standard")
    except ConfigurationError:  # some need wiring by hand; they get no flows
        site = wired(networks, parts, "none")
    return with_solar_field(site) if draw(st.booleans()) else site


@cache
def reference_model() -> SiteModel:
    """The reference site with a plant behind its station."""
    site = reference_site()
    told = Told(
        simulated_by=dict.fromkeys(site.twins, "fmu"),
        plants=["hts"],
        figures={"kpi.cost": "EUR", "balance.iess.C_gas": "EUR"},
        columns={
            "hts.hex_hnht.P": "kW",
            "hts.circuit.T_flow": "degC",
            "hts.T_flow": "degC",
            "price": "EUR/kWh",
        },
    )
    return site_model(site, told)
