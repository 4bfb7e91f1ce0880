"""What a plan is built from: layouts, owners, states, schedules; compiled once per structure."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from rami.asset.heat_storage import HeatStorage
from rami.core.errors import ConfigurationError
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy import PlantState, StrategyController, content_of
from rami.functional.strategy.build import term_names
from rami.functional.strategy.site_layout import SiteLayout
from tests.business.sites import wired
from tests.functional.strategy.planning import Planning, made_up, planning

OWNERS = {"iess": ("iess", "hts"), "dhs": ("dhs",)}


def test_layout_of_the_reference_site(marginal: Planning) -> None:
    layout = marginal.controller.site.layout(4, balanced=True)
    (circuit,) = layout.circuits
    assert circuit.sources == ("hts.hex_hnht", "hts.hex_dhs_in")
    assert circuit.hot_sinks == ("hts.hex_dhs_out",)
    assert circuit.hot_direction == "hts_dhs_dhs"
    assert circuit.idle_sources == ("hts.hex_dhs_in",)
    assert {e.path: (e.direction, e.side) for e in layout.exchangers} == {
        "hts.hex_hnht": (None, None),
        "hts.hex_hnlt": (None, None),
        "hts.hex_dhs_in": ("hts_dhs_dhs", "in"),
        "hts.hex_dhs_out": ("hts_dhs_dhs", "out"),
    }
    assert [u.commitment for u in layout.chps] == ["switch"]
    assert [u.commitment for u in layout.boilers] == ["none", "none"]
    assert layout.owners == ("iess",)
    assert term_names(layout)["iess.hnht"] == "HNHT"
    linear = marginal.controller.site.layout(4, balanced=True, binaries=False)
    assert linear.directions == ()
    assert linear.circuits[0].hot_sinks == ()


def test_a_hot_sink_without_partner_has_a_binary_of_its_own(reference: dict[str, Any]) -> None:
    declaration = deepcopy(reference)
    del declaration["twins"]["hts"]["components"]["hex_dhs_in"]
    setup = planning(declaration, made_up(), cost_basis="average")
    circuit = setup.controller.site.layout(4, balanced=False).circuits[0]
    assert circuit.hot_direction is None
    plan = setup.plan()
    assert "circuit.hts.circuit.hot" in setup.controller.compiled(96).program.columns
    fed = plan.column("hts.hex_dhs_out.P") > 1
    assert fed.any()
    assert (plan.column("hts.T_flow")[fed] == 105).all()
    rounded = setup.with_settings(rungs=("rounded",)).plan()
    assert rounded.objective >= plan.bound - 1e-6  # type: ignore[operator]


@pytest.mark.parametrize(
    ("drop", "gone"),
    [(("hs", "ih"), "hts.hs.P"), (("ih",), "hts.ih.P_el"), (("hp",), "hts.hp.P_el")],
)
def test_components_may_be_missing(
    reference: dict[str, Any], drop: tuple[str, ...], gone: str
) -> None:
    declaration = deepcopy(reference)
    for name in drop:
        del declaration["twins"]["hts"]["components"][name]
    plan = planning(declaration, made_up(), cost_basis="average").plan(0, 16)
    assert plan.rung == "milp"
    assert gone not in plan.columns


def test_second_heat_pump_shares_cooling_and_preheating(reference: dict[str, Any]) -> None:
    declaration = deepcopy(reference)
    parts = declaration["twins"]["hts"]["components"]
    parts["hp2"] = {**parts["hp"], "power_el_max": "900 kW", "outlet_max": "75 degC"}
    setup = planning(declaration, made_up(), cost_basis="average", peak=False)
    plan = setup.plan(0, 8, override={"owner.iess.el_buy": -0.2})
    heat = [plan.column(f"hts.{n}.P_th") for n in ("hp", "hp2")]
    cold = sum(plan.column(f"hts.{n}.P_th") - plan.column(f"hts.{n}.P_el") for n in ("hp", "hp2"))
    assert min(h.max() for h in heat) > 50
    assert (cold <= setup.data.part(0, 8)["P_c_dem_CN"] + 1e-6).all()


def test_compiled_once_per_structure(reference: dict[str, Any]) -> None:
    one, other = (planning(reference, made_up(seed=s)) for s in (1, 2))
    first, second = one.controller.compiled(8), other.controller.compiled(8)
    assert first.program.model is second.program.model
    assert first.program.theta is not second.program.theta
    assert one.controller.compiled(9).program.model is not first.program.model


def test_every_twin_needs_one_owner(reference: dict[str, Any]) -> None:
    site = wired(reference["twins"])
    with pytest.raises(ConfigurationError) as caught:
        SiteLayout(site, {"iess": ("iess", "hts"), "dhs": ("hts",)})
    assert [p.what for p in caught.value.problems] == [
        "twin hts belongs to iess, dhs",
        "twin dhs belongs to no owner",
    ]


def test_content_from_layers() -> None:
    storage = HeatStorage(
        across="circuit",
        volume="252 m3",
        layers=4,
        power_max="3 MW",
        reference="60 degC",
        usable="95 degC",
    )
    layers = [105.0, 104.0, 90.0, 60.0]
    share = 252 * 972 * 4.19 / 3600 / 4
    assert content_of(storage, layers) == pytest.approx(share * (45 + 44 + 30))
    assert content_of(storage, layers, above=104.0) == pytest.approx(share * (45 + 44))
    assert content_of(storage, [90.0, 105.0], above=104.0) == 0.0


def test_measured_temperatures_replace_nominal_ones(average: Planning) -> None:
    cold = PlantState(temperatures={"iess.hnht": (96.0, 80.0)})
    nominal = average.plan(0, 8)
    plan = average.plan(0, 8, cold)
    assert plan.column("hts.hex_hnht.P").max() < 0.8 * nominal.column("hts.hex_hnht.P").max()


def test_schedule_is_read_by_path_and_time() -> None:
    grid = TimeGrid.of("2019-01-01T00:00Z", 900, 2)
    plan = Schedule(grid, ("hts.hp.P_el", "hts.hs.Q"), np.array([[1.0, 2.0], [3.0, 4.0]]), "milp")
    assert "hts.hp.P_el" in plan
    assert plan.column("hts.hs.Q").tolist() == [2.0, 4.0]
    assert plan.at(grid.start_ns + grid.step_ns).tolist() == [3.0, 4.0]
    with pytest.raises(KeyError, match=r"no 'hts.hp.P_e'; did you mean 'hts.hp.P_el'"):
        plan.column("hts.hp.P_e")
    with pytest.raises(ValueError, match="outside the grid"):
        plan.at(grid.end_ns)


def test_controller_loads_no_solver_before_its_first_plan() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import rami.functional.strategy; "
        "print([m for m in ('pyomo', 'highspy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reserved_twin_names(reference: dict[str, Any]) -> None:
    twins = deepcopy(reference["twins"])
    twins["owner"] = twins.pop("dhs")
    for part in twins["hts"]["components"].values():
        for side in ("primary", "secondary"):
            if part.get(side) == "dhs.dhs":
                part[side] = "owner.dhs"
    with pytest.raises(ConfigurationError, match="'owner' means something else in a plan"):
        StrategyController(
            wired(twins), planning_settings(), {"iess": ("iess", "hts"), "dhs": ("owner",)}
        )


def planning_settings() -> Any:
    from rami.functional.strategy import StrategySettings

    return StrategySettings()
