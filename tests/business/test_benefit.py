from dataclasses import replace

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.business.baseline import baseline_powers
from rami.business.benefit import Change, compare
from rami.business.peak import peak_charge, peak_import, peak_so_far, window_means
from rami.business.planned import decompose
from rami.business.tariffs import Business
from rami.core.errors import ConfigurationError
from rami.core.timegrid import TimeGrid
from tests.business.conftest import Settled, settle_static
from tests.business.sites import HOURS, powers, small_business, small_data


@pytest.fixture
def rested(small_site: SiteTopology) -> Settled:
    data = small_data([600, 100], [1000, 1200], [40, 10])
    return settle_static(small_site, small_business(), data)


def test_changes_are_run_less_baseline(rested: Settled, fed: Settled) -> None:
    benefit = compare(rested.settlement, fed.settlement)
    before, after = rested.settlement.owners, fed.settlement.owners
    assert benefit.benefit["iess"].delta == pytest.approx(before["iess"].cost - after["iess"].cost)
    assert benefit.benefit["dhs"].delta == pytest.approx(after["dhs"].profit - before["dhs"].profit)
    assert benefit.scope1["iess"].delta == pytest.approx(200.0)
    assert benefit.scope1["dhs"].delta == pytest.approx(-0.2 * (500 - 200) / 0.8)
    assert benefit.scope2["iess"].delta == pytest.approx(-0.4 * 400)
    total = benefit.benefit["total"].delta
    assert total == pytest.approx(sum(benefit.benefit[o].delta for o in ("iess", "dhs")))


def test_export_in_tonnes_and_euros(rested: Settled, fed: Settled) -> None:
    delta = compare(rested.settlement, fed.settlement).plain()
    assert set(delta) == {"scope1_t", "scope2_t", "benefit_eur"}
    assert all(set(row) == {"iess", "dhs", "total"} for row in delta.values())
    assert delta["scope1_t"]["iess"] == pytest.approx(0.2)
    assert delta["scope2_t"]["total"] == pytest.approx(-0.16)


def test_relative_figures(rested: Settled, fed: Settled) -> None:
    benefit = compare(rested.settlement, fed.settlement)
    relative = benefit.plain_relative()
    base = rested.settlement.owners["iess"].cost
    assert relative["benefit"]["iess"] == pytest.approx(benefit.benefit["iess"].delta / abs(base))
    assert relative["scope1"]["iess"] is None  # the works burnt nothing
    assert relative["scope2"]["dhs"] is None


@pytest.mark.parametrize(
    ("baseline", "relative"), [(100.0, 0.1), (-100.0, 0.1), (50.0, None), (51.0, 10 / 51)]
)
def test_near_zero_is_five_percent_of_the_gross_flows(
    baseline: float, relative: float | None
) -> None:
    assert Change(10.0, baseline, 1000.0).relative == relative


def test_allocated_heat_has_no_total(small_site: SiteTopology) -> None:
    data = small_data([600, 100], [1000, 1200], [40, 10])
    business = small_business(heat_transfer="allocated")
    before = settle_static(small_site, business, data).settlement
    after = settle_static(
        small_site, business, data, powers(HOURS, source=500, sink=500)
    ).settlement
    benefit = compare(before, after)
    assert "total" not in benefit.scope2
    assert benefit.plain()["scope2_t"]["total"] is None
    assert benefit.plain()["scope1_t"]["total"] is not None
    with pytest.raises(ValueError, match="differently"):
        compare(before, replace(after, heat_transfer="excluded"))
    with pytest.raises(ValueError, match="different owners"):
        compare(before, replace(after, owners={}))


def test_peak_is_the_highest_quarter_of_an_hour() -> None:
    minutes = TimeGrid.of("2019-01-01T00:00Z", 300, 7)
    energy = np.array([0.0, 30, 0, 10, 10, 10, 20])  # kWh in 5 min
    assert window_means(energy, minutes) == pytest.approx([120.0, 120.0, 240.0])
    assert peak_import(energy, minutes) == pytest.approx(240.0)
    assert peak_import(np.zeros(0), TimeGrid.of("2019-01-01T00:00Z", 300, 0)) == 0.0
    quarters = TimeGrid.of("2019-01-01T00:00Z", 900, 4)
    assert peak_so_far(np.array([10.0, 30, 20, 0]), quarters).tolist() == [0.0, 40, 120, 120]


def test_peak_is_charged_pro_rata() -> None:
    fortnight = TimeGrid.of("2019-01-01T00:00Z", 900, 1344)
    assert peak_charge(7000.0, 80.0, fortnight) == pytest.approx(7000 * 80 * 14 / 365)


def test_both_baselines(reference_site: SiteTopology, reference_business: Business) -> None:
    owners = reference_business.owners
    rest = baseline_powers(reference_site, owners, HOURS)
    assert set(rest.names) == {
        "hts.hex_hnht.P",
        "hts.hex_dhs_in.P",
        "hts.hex_hnlt.P",
        "hts.hex_dhs_out.P",
        "hts.hp.P_el",
        "hts.hp.P_th",
        "hts.ih.P_el",
    }
    assert (rest.values == 0).all()
    feeding = baseline_powers(reference_site, owners, HOURS, 1500.0)
    assert feeding.values[0].sum() == 3000.0
    assert feeding["hts.hex_hnht.P"][0] == feeding["hts.hex_dhs_out.P"][1] == 1500.0
    with pytest.raises(ConfigurationError, match="exchangers carry 3500 kW"):
        baseline_powers(reference_site, owners, HOURS, 3800.0)


def test_chain_from_planned_to_realised() -> None:
    gap = decompose(45000.0, [("cost basis", 9000.0), ("tracking", 8000.0), ("dynamics", 7000.0)])
    assert gap.causes == (("cost basis", -36000.0), ("tracking", -1000.0), ("dynamics", -1000.0))
    assert gap.planned + sum(eur for _, eur in gap.causes) == gap.realised == 7000.0
    assert gap.plain()["causes_EUR"] == dict(gap.causes)
    for chain in ([], [("a", 1.0), ("a", 2.0)]):
        with pytest.raises(ValueError, match="each named once"):
            decompose(1.0, chain)
