"""Key figures of a run while it runs, and what of a run in simulated time the historian keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import pytest
import yaml

from rami.communication.information_model.enumerations import MODE, RUNG
from rami.communication.live_site import SiteView
from rami.core.timegrid import NS
from services.assemble.historian import open_store
from services.study.job import JobResult, job_result
from services.study.key_figures import key_figures
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import live
from twins.site import load_site

EXCHANGERS = ("hex_hnht", "hex_dhs_in", "hex_hnlt", "hex_dhs_out")


@dataclass
class Ran:
    """An hour: views after 46 minutes and at the end, and what the study makes of it."""

    ready: ReadySite
    part: SiteView
    whole: SiteView
    result: JobResult
    start_ns: int


@pytest.fixture(scope="module")
def ran(reference: ReadySite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("figures")
    declared = {
        **yaml.safe_load(reference.site.file.read_text(encoding="utf-8")),
        "historian": {"kind": "duckdb", "folder": "history", "own_process": False},
        "kpi": {"hnht": {"formula": "cost.iess.hnht", "unit": "EUR/kWh"}},
    }
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declared), encoding="utf-8")
    site = replace(reference, site=load_site(file))
    with live(site, folder / "run", hours=1.0) as run:
        views = []
        start = run.clock()
        for minutes in (46, 14):
            run.run(minutes)
            run.opened.run.checkpoint()
            run.opened.run._publish()
            views.append(run.opened.published.view())
        result = job_result(site.site, site.job("marginal", 1.0), run.opened.season)
        assert not run.events("limit"), "nothing is beyond its limits where all is well"
        plan = run.opened.published.plan()
        assert plan is not None and plan.bound is not None
        assert plan.objective - plan.bound == pytest.approx(plan.gap, abs=0.01)
    yield Ran(site, views[0], views[1], result, start)


def test_money_and_energies_are_those_of_the_end(ran: Ran) -> None:
    told, settled = ran.whole.figures, ran.result.evaluation.settlement.owners
    for owner, account in settled.items():
        plain = account.plain()
        assert told[f"account.{owner}.cost"] == (pytest.approx(plain["cost_EUR"]), "EUR")
        peak = pytest.approx(plain["peak_import_kW"])
        assert told[f"account.{owner}.peak_import"] == (peak, "kW")
        assert told[f"account.{owner}.scope1"][0] == pytest.approx(1000 * plain["scope1_t"])
    scheduled, means = ran.result.evaluation.scheduled, ran.result.evaluation.means
    assert scheduled is not None
    for name in EXCHANGERS:
        for word, frame in (("planned", scheduled), ("executed", means)):
            whole = frame[f"hts.{name}.P"].sum() / 4
            part = frame[f"hts.{name}.P"][:3].sum() / 4
            assert told[f"{word}.hts.{name}.E"] == (pytest.approx(whole), "kWh")
            assert ran.part.figures[f"{word}.hts.{name}.E"][0] == pytest.approx(part)
    kpi = key_figures(
        ran.ready.site, means, ran.result.evaluation.metered, ran.result.data, ran.result.prices
    )
    assert kpi is not None
    assert told["kpi.hnht"] == (pytest.approx(kpi["kpi.hnht"][3]), "EUR/kWh")
    assert ran.part.figures["kpi.hnht"][0] == pytest.approx(kpi["kpi.hnht"][2])


def test_equations_1_to_3_now(ran: Ran) -> None:
    told, seen = ran.whole.figures, ran.whole.twins["iess"].seen
    names = ran.ready.site.topology.twins["iess"].points
    assert len(seen.values) >= len(names)
    prices = ran.result.prices
    boiler = ran.ready.site.topology.twins["iess"].components["boiler_hnht"]
    chp = ran.ready.site.topology.twins["iess"].components["chp"]
    # eq. 1 and 2 of a boiler: fuel over its efficiency
    assert told["cost.iess.boiler_hnht"][0] == pytest.approx(0.029 / 0.9)
    assert told["emission.iess.boiler_hnht"][0] == pytest.approx(prices.gas_factor / 0.9)
    # an engine all of whose electricity is used on site: less the purchase avoided, plus the levy
    owner = prices.owner("iess")
    value = float(owner.el_buy[3] - owner.levy[3])
    cost = (chp.fuel_price - chp.efficiency_el * value) / chp.efficiency_th
    assert told["cost.iess.chp"] == (pytest.approx(cost), "EUR/kWh")
    # a network lies between its converters; a heater that rests has no cost
    low, high = sorted((told["cost.iess.chp"][0], told["cost.iess.boiler_hnht"][0]))
    assert low <= told["cost.iess.hnht"][0] <= high
    assert boiler.efficiency == 0.9 and np.isnan(told["cost.hts.ih"][0])


def test_all_names_are_known_from_the_start(ran: Ran) -> None:
    assert ran.part.figures.keys() == ran.whole.figures.keys()
    assert all(ran.part.figures[n][1] == unit for n, (_, unit) in ran.whole.figures.items())


def test_the_historian_has_every_step_in_virtual_time(ran: Ran) -> None:
    with closing(open_store(ran.ready.site, read_only=True)) as past:
        name, low, high = "hts.hex_hnht.P", ran.start_ns, ran.start_ns + 4000 * NS
        rows = past.rows([name], low, high)
        assert np.diff(rows.times).tolist() == [60 * NS] * 59
        assert rows.times[0] == ran.start_ns + 60 * NS
        last = ran.whole.twins["hts"].seen
        points = ran.ready.site.topology.twins["hts"].points
        place = points.names.index("hex_hnht.P")
        assert rows.values[-1] == pytest.approx(last.values[place])
        words = past.rows(["hts/Control/Mode", "/Strategy/Schedule/Rung"], low, high)
        # on change only, and nothing changed
        assert words.places.tolist() == [0, 1]
        assert words.values[0] == MODE.number("simulate")
        assert RUNG.words[int(words.values[1])] in ("milp", "incumbent")
        figures = past.rows(["account.iess.cost@live"], low, high)
        assert figures.times.tolist() == [ran.start_ns + n * 900 * NS for n in (1, 2, 3)]
        assert figures.values[-1] == pytest.approx(ran.part.figures["account.iess.cost"][0])
