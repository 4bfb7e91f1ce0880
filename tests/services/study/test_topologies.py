"""Other sites from YAML alone: new FMU, new MILP, everything still closes."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.heat_exchanger import HeatExchanger
from tests.services.conftest import Ready

Declaration = dict[str, Any]


def _without_storage(site: Declaration) -> None:
    components = site["twins"]["hts"]["components"]
    del components["hs"], components["ih"]


def _second_heat_pump(site: Declaration) -> None:
    components = site["twins"]["hts"]["components"]
    components["hp_2"] = deepcopy(components["hp"]) | {"power_el_max": "250 kW"}


def _without_heat_pump(site: Declaration) -> None:
    del site["twins"]["hts"]["components"]["hp"]


def _only_out(site: Declaration) -> None:
    del site["twins"]["hts"]["components"]["hex_dhs_in"]


def _second_storage_source(site: Declaration) -> None:
    components = site["twins"]["hts"]["components"]
    components["hex_hnht_2"] = deepcopy(components["hex_hnht"])
    components["hex_hnht_2"]["design"]["power"] = "1 MW"


CHANGES = {
    "without storage": _without_storage,
    "second heat pump": _second_heat_pump,
    "without heat pump": _without_heat_pump,
    "no heat from the DHS": _only_out,
    "two source exchangers on one network": _second_storage_source,
}


def _runs_and_closes(declaration: Declaration, ready: Ready, folder: Path) -> None:
    made = ready(declaration, folder)
    result = made.run("marginal", 6)
    assert result.rungs.get("milp", 0) >= 1, (result.rungs, result.notes)
    assert result.evaluation.closure.holds, result.evaluation.closure.broken()
    means, scheduled = result.evaluation.means, result.evaluation.scheduled
    assert scheduled is not None
    exchanged = 0.0
    for twin, name, hex_ in made.site.topology.of(HeatExchanger):
        plan, real = (f[f"{twin}.{name}.P"] for f in (scheduled, means))
        assert np.sqrt(np.mean((plan - real) ** 2)) < 0.1 * hex_.design.power, name
        exchanged += float(real.sum())
    assert exchanged > 0.0


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_declaration_runs(
    change: Any, reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    change(reference_site_declaration)
    _runs_and_closes(reference_site_declaration, ready, tmp_path)


@st.composite
def stations(draw: st.DrawFn) -> dict[str, Any]:
    """What a drawn station is made of."""
    return {
        "changes": draw(st.sets(st.sampled_from(sorted(CHANGES)), max_size=3)),
        "engines": draw(st.integers(1, 3)),
        "layers": draw(st.integers(4, 14)),
        "tower_share": draw(st.sampled_from([0.0, 0.03, 0.1])),
    }


def _drawn(declaration: Declaration, station: dict[str, Any]) -> Declaration:
    site = deepcopy(declaration)
    hts, iess = (site["twins"][t]["components"] for t in ("hts", "iess"))
    hts["hs"]["layers"] = station["layers"]
    iess["chp"]["engines"] = station["engines"]
    iess["cooling_tower"]["electricity_share"] = station["tower_share"]
    order = ["second heat pump", "without heat pump"]
    for change in sorted(station["changes"], key=lambda c: order.index(c) if c in order else -1):
        CHANGES[change](site)
    return site


@pytest.mark.soak
@settings(max_examples=25)
@given(station=stations())
def test_drawn_stations_run_and_close(
    station: dict[str, Any],
    reference_site_file: Path,
    ready: Ready,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import yaml

    declaration = yaml.safe_load(reference_site_file.read_text(encoding="utf-8"))
    _runs_and_closes(_drawn(declaration, station), ready, tmp_path_factory.mktemp("drawn"))


def test_a_station_at_rest_without_storage_closes(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    _without_storage(reference_site_declaration)
    result = ready(reference_site_declaration, tmp_path).run("baseline", 3)
    assert result.evaluation.closure.holds, result.evaluation.closure.broken()
