"""Further sources from the site file to the plan, the settlement, the results and the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid, iso
from rami.information.external.provenance import origin
from services import assemble
from services.balances import tell
from services.run import run_site
from services.study.job import JobResult
from services.study.season_data import DataOptions, read_season
from tests.adapters.sources.ems.conftest import HttpServer, started, stopped
from tests.services.conftest import Ready, ReadySite
from twins.site import load_site

Declaration = dict[str, Any]
HOURS = 6
START = TimeGrid.of("2019-01-14T00:00+01:00", 900, HOURS * 4)
KEYS = [f"{f}.iess.{n}" for f in ("cost", "emission") for n in ("hnht", "hnlt")]
DISTRICT = {
    "heat_draw.dhs.dhs": ("EUR/MWh", 41.0),
    "heat_feed_in.dhs.dhs": ("EUR/MWh", 33.0),
    "max_take.dhs.dhs": ("kW", 800.0),
    "max_give.dhs.dhs": ("MW", 0.3),
    "emission.dhs.dhs": ("g/kWh", 180.0),
}


def _delivery(name: str, unit: str, values: Sequence[float], issued: int | None = None) -> Any:
    return {
        "series": name,
        "unit": unit,
        "issued": iso(START.start_ns if issued is None else issued),
        "start": iso(START.start_ns),
        "step_s": 900,
        "values": [None if np.isnan(v) else float(v) for v in values],
    }


def _drop(folder: Path, *deliveries: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "all.json").write_text(json.dumps(deliveries), encoding="utf-8")


def _ems(declaration: Declaration, **more: Any) -> Declaration:
    declaration["strategy"]["cost_basis"] = "ems"
    source = {"kind": "ems_files", "folder": "from_ems", **more.pop("source", {})}
    declaration["external"] = {"ems": {"source": source, "gives": KEYS, **more}}
    return declaration


@pytest.fixture(scope="module")
def average(reference: ReadySite) -> JobResult:
    """The run by own calculation, to compare with."""
    return reference.run("average", HOURS)


def _own_figures(made: ReadySite, result: JobResult) -> Frame:
    """Eq. 1 to 3 of own calculation as series, from a plan's parameters."""
    controller = assemble.strategy(made.site, cost_basis="average")
    from rami.functional.strategy import PlantState
    from rami.functional.strategy.parameters import parameters
    from rami.functional.strategy.plan_data import PlanData

    layout = controller.compiled(result.data.grid.count).layout
    state = PlantState.nominal(made.site.topology)
    data = PlanData(
        controller.site,
        layout,
        controller.settings,
        result.data.grid,
        result.data,
        result.prices,
        state,
    )
    found = parameters(data)
    columns = {}
    for network, price in (("hnht", "draw_price"), ("hnlt", "feed_price")):
        at = f"network.iess.{network}"
        columns[f"cost.iess.{network}"] = ("EUR/kWh", np.asarray(found[f"{at}.{price}"]))
        columns[f"emission.iess.{network}"] = ("kg/kWh", np.asarray(found[f"{at}.emission"]))
    return Frame.of(result.data.grid, columns)


def test_an_ems_that_delivers_our_own_figures_gives_our_own_run(
    reference_site_declaration: Declaration,
    ready: Ready,
    reference: ReadySite,
    average: JobResult,
    tmp_path: Path,
) -> None:
    own = _own_figures(reference, average)
    units = dict(zip(own.names, own.units, strict=True))
    _drop(tmp_path / "from_ems", *(_delivery(n, units[n], own[n]) for n in own.names))
    made = ready(_ems(reference_site_declaration), tmp_path)
    result = made.run("ems", HOURS)
    assert result.evaluation.closure.holds
    assert result.evaluation.scheduled is not None and average.evaluation.scheduled is not None
    same = result.evaluation.scheduled.values, average.evaluation.scheduled.values
    assert np.allclose(*same, rtol=1e-9, atol=1e-6)
    assert all(origin(result.data, n).external == 1.0 for n in KEYS)
    assert not [n for n in result.notes if "own calculation" in n]


def test_an_ems_that_delivers_nothing_leaves_own_calculation(
    reference_site_declaration: Declaration, ready: Ready, average: JobResult, tmp_path: Path
) -> None:
    result = ready(_ems(reference_site_declaration), tmp_path).run("ems", HOURS)
    assert result.evaluation.closure.holds
    assert result.evaluation.scheduled is not None and average.evaluation.scheduled is not None
    assert np.array_equal(result.evaluation.scheduled.values, average.evaluation.scheduled.values)
    for name in KEYS:
        assert origin(result.data, name).own == 1.0
        assert "folder" in result.data.sources[name]
    assert f"{KEYS[0]}: own calculation (eq. 1-3) in 96 of 96 steps" in result.notes


def test_no_source_at_all_is_a_warning_and_own_calculation(
    reference_site_declaration: Declaration, tmp_path: Path
) -> None:
    declaration = _ems(reference_site_declaration)
    del declaration["external"]
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(declaration), encoding="utf-8")
    site = load_site(file)
    (warned,) = [w for w in site.warnings if "cost_basis" in w.where]
    assert "own calculation (eq. 1-3) stands in" in warned.what
    frame = read_season(site, "run", START, DataOptions())
    assert set(KEYS) <= set(frame.names)
    assert is_bad(frame.quality[:, frame.place(KEYS[0])]).all()
    assert frame.sources[KEYS[0]] == "own calculation: no source gives it"


def test_too_old_or_missing_key_figures_end_the_work_where_that_is_asked(
    reference_site_declaration: Declaration, tmp_path: Path
) -> None:
    values = [0.05] * 24
    _drop(tmp_path / "from_ems", *(_delivery(n, "EUR/kWh", values) for n in KEYS[:2]))
    declaration = _ems(reference_site_declaration, validity="1 h", fallback="fail")
    declaration["external"]["ems"]["gives"] = KEYS[:2]
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(declaration), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_season(load_site(file), "run", START, DataOptions())
    assert [p.what.partition(":")[0] for p in caught.value.problems] == KEYS[:2]
    assert all("older than 1 h" in p.what for p in caught.value.problems)


def test_a_source_of_everything_that_has_gaps_is_refused_by_series(
    reference_site_declaration: Declaration, tmp_path: Path
) -> None:
    """As `data` itself there is nothing to fall back to."""
    names = ["temp_air", "price_da", "P_th_dem_HNHT", "P_th_dem_HNLT", "P_c_dem_CN"]
    units = {"temp_air": "degC", "price_da": "EUR/MWh"}
    values = [10.0] * 23 + [np.nan]
    series = [*names, "P_el_factory", "P_th_dem_DHS"]
    _drop(tmp_path / "all", *(_delivery(n, units.get(n, "kW"), values) for n in series))
    reference_site_declaration["data"] = {"kind": "ems_files", "folder": "all"}
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(reference_site_declaration), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_season(load_site(file), "run", START, DataOptions())
    told = [p.what for p in caught.value.problems]
    assert len(told) == len(series) + 1  # the wet bulb follows from the air
    assert "price_da: 1 of 24 values are missing, the first at 2019-01-14T04:45:00Z" in told


def test_the_operators_prices_and_limits_reach_plan_and_settlement(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    given = [_delivery(n, unit, [value] * 24) for n, (unit, value) in DISTRICT.items()]
    _drop(tmp_path / "from_dhs", *given)
    reference_site_declaration["external"] = {
        "operator": {
            "source": {"kind": "ems_files", "folder": "from_dhs"},
            "gives": list(DISTRICT),
        }
    }
    made = ready(reference_site_declaration, tmp_path)
    result = made.run("average", HOURS)
    assert result.evaluation.closure.holds, result.evaluation.closure.broken()
    heat = result.prices.heat["iess", "dhs"]
    assert np.allclose(heat.draw, 0.041) and np.allclose(heat.feed_in, 0.033)
    plan = result.evaluation.scheduled
    assert plan is not None
    assert plan["hts.hex_dhs_out.P"].max() <= 800.0 + 1e-6
    assert plan["hts.hex_dhs_in.P"].max() <= 300.0 + 1e-6
    paid = sum(b.payment.sum() for b in result.evaluation.settlement.borders if b.between_owners)
    energy = [b.billed for b in result.evaluation.settlement.borders if b.between_owners]
    wanted = sum((np.maximum(e, 0) * 0.041 - np.maximum(-e, 0) * 0.033).sum() for e in energy)
    assert paid == pytest.approx(wanted)


def test_a_run_tells_its_figures_origin_and_sends_its_balances(
    reference_site_declaration: Declaration, tmp_path: Path
) -> None:
    reference_site_declaration["clock"] |= {"duration": "1 h", "strategy_period": "30 min"}
    declaration = _ems(reference_site_declaration, source={"outbox": "to_ems"})
    _drop(tmp_path / "from_ems", _delivery(KEYS[0], "EUR/kWh", [0.05, np.nan, 0.05, 0.05]))
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(declaration), encoding="utf-8")
    figures = run_site(load_site(file), tmp_path / "out", lambda what, share: None)
    assert figures["own_share_cost.iess.hnht"] == 0.25
    assert "own calculation 25 %: missing or bad from" in figures["source_cost.iess.hnht"]
    (message,) = (tmp_path / "to_ems").iterdir()
    told = {d["series"]: d for d in json.loads(message.read_text("utf-8"))["deliveries"]}
    assert told["balance.iess.cost"]["step_s"] == 1800.0
    cost = sum(told["balance.iess.cost"]["values"])
    assert cost + figures["iess_peak_cost_EUR"] == pytest.approx(figures["iess_cost_EUR"])
    assert {f"hts.{h}_border.E" for h in ("hex_hnht", "hex_hnlt", "hex_dhs_in")} <= told.keys()
    assert told["hts.hex_hnht_border.E"]["unit"] == "kWh"


def test_a_study_by_an_ems_over_http_tells_where_its_key_figures_came_from(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    """Stopped in the middle of the morning: old values, then own calculation; all of it told."""
    process = started("http_server")
    try:
        assert process.stdout is not None
        server = HttpServer(process, f"http://127.0.0.1:{process.stdout.readline().strip()}")
        declaration = _ems(reference_site_declaration, validity="3 h")
        declaration["external"]["ems"]["source"] = {
            "kind": "ems_http",
            "url": f"{server.url}/values",
            "pause": "1 ms",
        }
        declaration["study"]["duration"] = "6 h"
        units = {n: "EUR/kWh" if n.startswith("cost") else "kg/kWh" for n in KEYS}
        server.answer(*(_delivery(n, units[n], [0.05] * 24) for n in KEYS[:3]))
        made = ready(declaration, tmp_path)
        from services.study.run import run_study

        out = tmp_path / "out"
        run_study(made.site, out, lambda what, share: None, seasons=("winter",))
    finally:
        stopped(process)
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert {"average", "marginal", "ems"} <= results["seasons"]["winter"].keys()
    assert results["seasons"]["winter"]["closure"]["energy_rel"] < 1e-6
    told = results["provenance"]["external"]["winter"]
    assert set(told) == set(KEYS)
    first = told[KEYS[0]]
    assert first["external_share"] == pytest.approx(13 / 24)
    assert first["own_share"] == pytest.approx(11 / 24)
    assert first["oldest_s"] == 3 * 3600 and first["unit"] == "EUR/kWh"
    assert first["source"].startswith("ems (http http://127.0.0.1:")
    assert "older than 3 h from 2019-01-14T02:15:00Z" in first["source"]
    assert told[KEYS[3]]["own_share"] == 1.0
    assert not [s for s in results["provenance"]["data_sources"] if "cost.iess" in s]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="external"' in page and "54.2 %" in page and 'id="show-ems"' in page
    # the plan looks further than the data, whose last values are held
    assert "cost.iess.hnht: own calculation (eq. 1-3) in 83 of 96 steps" in page


class _Down:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def publish(self, frame: Frame) -> None:
        raise self.error


def test_a_receiver_that_is_down_keeps_no_other_from_its_message() -> None:
    from rami.core.errors import RunError, UnreachableError

    taken: list[Frame] = []

    class Up:
        def publish(self, frame: Frame) -> None:
            taken.append(frame)

    frame = Frame.of(TimeGrid.of("2019-01-14T00:00Z", 900, 1), {"a": ("kWh", np.ones(1))})
    down = _Down(UnreachableError("1 messages wait"))
    assert tell({"a": down, "b": Up()}, frame) == {"a": "1 messages wait"}
    assert len(taken) == 1
    with pytest.raises(RunError, match=r"external\.a: balances are lost: full"):
        tell({"a": _Down(RunError("full")), "b": Up()}, frame)
    assert len(taken) == 2
