"""Sites for the tests of the model: the reference one, drawn ones, one with a kind from outside."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from rami.asset.kinds import kinds
from rami.asset.topology import SiteTopology
from rami.communication.information_model import NodeSet, SiteModel, Told, site_model
from rami.communication.information_model.type_set import types_of
from tests.conftest import REPOSITORY
from tests.functional.strategy.test_topologies import site_of, stations
from tests.models.solar_field import SolarField

WITH_OUTSIDE = {**kinds(), "solar_field": SolarField}


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


def with_solar_field(site: SiteTopology) -> SiteTopology:
    """The site with a component of a kind from outside in its first twin."""
    name, twin = next(iter(site.twins.items()))
    more = {**twin.components, "field": SolarField(power="1 MW")}
    return replace(site, twins={**site.twins, name: replace(twin, components=more)})


@st.composite
def sites(draw: st.DrawFn) -> SiteTopology:
    """Any station with the supply around it; storages of any number of layers."""
    networks, parts, supply = draw(stations())
    for part in parts.values():
        if part["kind"] == "heat_storage":
            part["layers"] = draw(st.integers(2, 40))
    site = site_of(reference_declaration(), (networks, parts, supply))
    return with_solar_field(site) if draw(st.booleans()) else site


@cache
def reference_model() -> SiteModel:
    """The reference site with a plant behind its station."""
    twins = reference_declaration()["twins"]
    parts = (twins["hts"]["networks"], twins["hts"]["components"], {})
    site = site_of(reference_declaration(), parts)
    told = Told(
        simulated_by=dict.fromkeys(site.twins, "fmu"),
        plants=["hts"],
        figures={"kpi.cost": "EUR", "balance.iess.C_gas": "EUR"},
    )
    return site_model(site, told)
