"""From meters, or without any, to the plan: sums, balance, the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.utility.loading import Utility
from services.utility.running import DayReport, days
from services.utility.synthetic.files import Made
from tests.services.utility.conftest import FOLDER, Make


def _closes(report: DayReport, made: Made, day: int = 0) -> None:
    """Groups, losses and the rest make up the plant's heat, and the rest is what was made up."""
    figures = {n: v for n, (v, _) in report.figures["balance"].items()}
    given_ = made.plant[24 * day : 24 * (day + 1)].sum()
    parts = (figures[n] for n in ("metered", "shared_out", "losses", "rest"))
    assert sum(parts) == pytest.approx(given_, rel=1e-4)
    assert abs(figures["closure"]) < 0.01
    assert abs(figures["unmetered_share"]) < 0.05
    modelled = report.figures["network"]["closure_modelled"][0]
    assert abs(modelled) < 1e-3 * figures["plant"]


def _planned(report: DayReport) -> None:
    assert not report.troubles
    heat = sum(np.array(p) for p in report.schedules["production"].values())
    short = report.figures["production"]["short"][0]
    load = np.array(report.schedules["plant_heat"]["plant"])
    assert heat.sum() + short == pytest.approx(load.sum(), rel=0.02)
    assert len(report.schedules["supply"]["plant"]) == 24


@pytest.mark.parametrize("name", ["buys_heat", "solar_biomass", "mixed_no_meters"])
def test_three_unlike_utilities(name: str, make: Make) -> None:
    utility, made = make(name, days=2, customers=400)
    kinds = {s.kind for s in utility.declaration.services.values()}
    assert kinds - {"meter_ingest"} == {
        "plant_data", "group_demand", "group_forecast", "network_plan", "production_plan",
    }  # fmt: skip
    for day, report in enumerate(days(utility, utility.since_ns, 2)):
        _closes(report, made, day)
        _planned(report)
        assert set(made.groups) <= set(report.forecast)
        if utility.declaration.meters:
            # faults are judged, gaps completed: close to what was really drawn
            seen = np.array([report.measured[n] for n in made.groups], float)
            true = made.demand[:, 24 * day : 24 * (day + 1)]
            assert np.abs(seen - true).sum() < 0.02 * true.sum()
        metered = "meters in" in report.provenance
        assert metered == bool(utility.declaration.meters)
        assert ("without meters" in report.provenance) != metered
    assert report.error is not None and report.error < 0.5


def test_without_faults_groups_are_what_was_made_up(make: Make) -> None:
    utility, made = make("solar_biomass", customers=300, faults=False)
    (report,) = days(utility, utility.since_ns, 1)
    assert report.figures["balance"]["measured"][0] == 1.0
    for i, name in enumerate(made.groups):
        # a register shows 0.1 kWh
        np.testing.assert_allclose(report.measured[name], made.demand[i, :24], atol=0.1 * 40)
        total = sum(v or 0.0 for v in report.measured[name])
        assert total == pytest.approx(made.demand[i, :24].sum(), abs=0.1 * 40)


def _bytes(utility: Utility, count: int) -> str:
    return json.dumps([r.plain() for r in days(utility, utility.since_ns, count)], sort_keys=True)


def test_the_same_data_and_keys_give_the_same_bytes(make: Make, tmp_path: Path) -> None:
    utility, made = make("solar_biomass", days=2, customers=200)
    before = tmp_path / "before"
    shutil.copytree(made.file.parent, before)
    first = _bytes(utility, 1)
    shutil.copytree(made.file.parent / "meter-keys", before / "meter-keys")
    for name in (before / "meter-keys").iterdir():
        if name.suffix != ".keys":
            name.unlink()
    again = _bytes(Utility(before / "utility.yaml", utility.declaration), 1)
    assert first == again


def test_a_day_told_again_is_told_the_same(make: Make) -> None:
    utility, _ = make("solar_biomass", customers=200)
    (first,), (again,) = (list(days(utility, utility.since_ns, 1)) for _ in range(2))
    assert first.measured == again.measured and first.forecast == again.forecast
    assert again.figures["ingest"]["new"][0] == 0.0


def test_a_day_of_25_hours_keeps_its_energy(make: Make) -> None:
    utility, made = make(
        "solar_biomass", days=3, customers=150, faults=False,
        edit=lambda text: text.replace("2019-01-14T00:00+01:00", "2019-10-26T00:00+02:00"),
    )  # fmt: skip
    for day, report in enumerate(days(utility, utility.since_ns, 3)):
        assert report.figures["ingest"]["left_out"][0] == 0.0
        assert report.figures["balance"]["measured"][0] == 1.0
        _closes(report, made, day)


def test_a_missing_file_is_told_and_estimated(make: Make) -> None:
    utility, made = make("solar_biomass", days=3, customers=150, faults=False)
    (made.file.parent / "meters" / "2019-01-15.csv").unlink()
    first, second, third = days(utility, utility.since_ns, 3)
    assert first.figures["balance"]["measured"][0] == 1.0
    assert second.figures["ingest"]["files"][0] == 0.0
    # nobody told anything of these hours: nothing is made up, the plant's heat is metered nowhere
    assert second.figures["balance"]["metered"][0] == 0.0
    assert second.alarms and "metered nowhere" in second.alarms[0]
    assert third.figures["balance"]["metered"][0] > 0.0
    _planned(third)


def test_lines_at_fault_are_counted_and_the_rest_is_in(make: Make) -> None:
    utility, made = make("solar_biomass", customers=150, faults=False)
    file = next((made.file.parent / "meters").iterdir())
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "60000000;yesterday;17.5\n60000000;2019-01-14 01:00;many\n", "utf-8")
    (report,) = days(utility, utility.since_ns, 1)
    assert report.figures["ingest"]["left_out"][0] == 2.0
    assert report.figures["balance"]["measured"][0] == 1.0


def test_some_meters_and_some_none(make: Make) -> None:
    def mixed(text: str) -> str:
        return text.replace(
            "dataset: customers}", "dataset: customers, engineering: {file: g.csv}}"
        )

    utility, made = make("solar_biomass", customers=300, faults=False, edit=mixed)
    folder = made.file.parent
    rows = (folder / "customers.csv").read_text(encoding="utf-8").splitlines()
    dark = rows[-1].split(";")[1]
    section = rows[-1].split(";")[2]
    left = [r for r in rows if r.split(";")[1] != dark]
    (folder / "customers.csv").write_text("\n".join(left) + "\n", encoding="utf-8")
    gone = {r.split(";")[0] for r in rows if r.split(";")[1] == dark}
    file = next((folder / "meters").iterdir())
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(r for r in lines if r.split(";")[0] not in gone) + "\n", "utf-8")
    (folder / "g.csv").write_text(
        f"group,section,annual_energy_MWh,floor_area_m2\n{dark},{section},500,4000\n", "utf-8"
    )
    (report,) = days(utility, utility.since_ns, 1)
    _closes(report, made)
    path = f"{section}.{dark}"
    drawn = made.demand[made.groups.index(path), :24].sum()
    shared = sum(v or 0.0 for v in report.measured[path])
    # all that no meter sees is among it
    assert drawn < shared < 1.5 * drawn + 0.05 * made.plant[:24].sum()


@settings(
    max_examples=3,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_one_group_or_many(data: st.DataObject, make: Make) -> None:
    _drawn(data, make, 12)


@pytest.mark.soak
@settings(
    max_examples=25,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_one_group_or_a_thousand(data: st.DataObject, make: Make) -> None:
    _drawn(data, make, data.draw(st.sampled_from([1, 60, 1000])))


_RUNS = iter(range(10_000))


def _drawn(data: st.DataObject, make: Make, most: int) -> None:
    """Any number of groups of any size in any sections, metered or not."""
    name = data.draw(st.sampled_from(["buys_heat", "mixed_no_meters"]))
    plain = yaml.safe_load((FOLDER.parent / f"{name}.yaml").read_text(encoding="utf-8"))
    kind = next(iter(plain["buildings"]))
    groups = data.draw(st.integers(max(1, most // 2), most) | st.just(1))
    size = data.draw(st.integers(5, 30))
    plain["buildings"] = {kind: plain["buildings"][kind] | {"groups": groups, "dwellings": size}}
    plain["seed"] = data.draw(st.integers(0, 1000))
    plain["weather"]["mean"] = f"{data.draw(st.integers(-12, 20))} degC"
    used = data.draw(st.integers(1, 4))
    sections = dict(list(plain["network"]["sections"].items())[: used + 1])
    part = groups * size / 60_000
    for i, section in enumerate(sections.values()):
        section |= {
            "share": 1.0 / used if i else 0.0, "water": f"{900 * part:.6f} m3",
            "loss": f"{9 * part:.6f} kW/K", "flow_max": f"{3000 * part:.6f} kg/s",
        }  # fmt: skip
    plain["network"]["sections"] = sections
    plain["surplus"] = {}
    boiler = {"kind": "boiler", "network": "district", "power": "900 MW", "efficiency": "93 %",
              "fuel_price": "30 EUR/MWh"}  # fmt: skip
    plain["production"]["units"] = {"boiler": boiler}
    folder = f"drawn{next(_RUNS)}"
    utility, made = make(name, customers=groups * size, folder=folder, district=plain)
    (report,) = days(utility, utility.since_ns, 1)
    figures = report.figures["balance"]
    assert abs(figures["closure"][0]) < 0.01
    parts = (figures[n][0] for n in ("metered", "shared_out", "losses", "rest"))
    assert sum(parts) == pytest.approx(made.plant[:24].sum(), rel=1e-3, abs=0.5)
    told = {n for n in report.measured if n != "plant.rest" and not n.endswith(".rest")}
    assert told == set(made.groups)
    _planned(report)
