from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_storage import HeatStorage
from rami.core.errors import ConfigurationError, ModelError, Problem
from tests.twins.site.conftest import Changes, line_of
from twins.site import Site, load_site


@pytest.fixture(scope="module")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


def test_values_are_in_canonical_units(site: Site) -> None:
    station = site.topology.twins["hts"]
    assert station.component("hex_hnht", HeatExchanger).design.power == 4000.0
    assert station.component("hs", HeatStorage).capacity == pytest.approx(285.1, abs=0.1)
    assert site.clock.strategy_period == 86400.0
    assert site.business.emission_price == pytest.approx(0.02487)
    assert site.business.tariffs["iess"].peak == 80.0
    assert site.study is not None
    assert site.study.seasons["summer"] == datetime(2019, 7, 7, 22, tzinfo=UTC)


def test_the_topology_is_wired(site: Site) -> None:
    assert list(site.topology.twins) == ["hts", "iess", "dhs"]
    assert {c.exchange for c in site.topology.couplings} == {
        "hts_hex_hnht",
        "hts_hex_dhs_in",
        "hts_hex_hnlt",
        "hts_hex_dhs_out",
        "hts_hp",
    }
    assert site.warnings == ()


def test_the_hash_is_of_what_the_file_means(site: Site, changed: Callable[[Changes], Path]) -> None:
    same = {
        "power: 4 MW, hot: [115": "power: 4000 kW, hot: [388.15 K",
        " degC, 85 degC], cold: [60": ", 85 degC], cold: [60",
        "2019-04-01T00:00+02:00": "2019-03-31T22:00Z",
        "description: Industrial": "description: Other",
        "# networks and exchange": "# other words",
        "  horizon: 24 h\n  step: 15 min\n": "  step: 900 s\n  horizon: 1 d\n",
    }
    assert load_site(changed(same)).hash == site.hash


@pytest.mark.parametrize(
    "change",
    [
        {"power: 4 MW, hot: [115": "power: 4.1 MW, hot: [115"},
        {"seed: 2019": "seed: 2020"},
        {"2019-04-01T00:00+02:00": "2019-04-01T00:00+01:00"},
        {"cost_basis: marginal": "cost_basis: average"},
        {"site: reference": "site: other"},
    ],
)
def test_the_hash_changes_with_any_value(
    change: Changes, site: Site, changed: Callable[[Changes], Path]
) -> None:
    assert load_site(changed(change)).hash != site.hash


def test_places_of_paths(site: Site) -> None:
    line = line_of(site.file, "      hp:")
    assert site.where("twins.hts.components.hp") == (
        f"{site.file}:{line}:7: twins.hts.components.hp"
    )
    assert site.where("hts.hp") == site.where("twins.hts.components.hp")
    assert site.where("hts.circuit").endswith("twins.hts.networks.circuit")
    assert site.where("twins.hts.components.hp_condenser_pump").endswith("twins.hts.components")


def test_later_errors_are_put_at_their_lines(site: Site) -> None:
    line = line_of(site.file, "      hex_hnlt:")
    error = ModelError("hts: a pump is missing around hex_hnlt_pump.in, circuit_flow")
    (problem,) = site.located(error)
    assert problem.where == f"{site.file}:{line}:7: twins.hts.components.hex_hnlt"
    (whole,) = site.located(ModelError("dhs: no such thing"))
    assert whole.where.endswith("twins.dhs")
    (other,) = site.located(ModelError("the C compiler failed"))
    assert other == Problem("", "the C compiler failed")
    declared = ConfigurationError([Problem("business.owners", "nobody"), Problem("a.csv", "bad")])
    first, second = site.located(declared)
    assert first.where.endswith("business.owners")
    assert second.where == "a.csv"


def test_less_and_more_components_in_yaml_alone(changed: Callable[[Changes], Path]) -> None:
    text = "      ih:\n        kind: immersion_heater\n"
    more = "      ih2:\n        kind: immersion_heater\n        storage: hs\n"
    site = load_site(changed({text: f"{more}        power_el_max: 2 MW\n{text}"}))
    assert "ih2" in site.topology.twins["hts"].components
    assert "ih2.P_el" in site.topology.twins["hts"].points
