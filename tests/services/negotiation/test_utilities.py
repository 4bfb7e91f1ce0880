"""Three unlike utilities: the same services, by configuration alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.asset.district.scaling import scaled
from services.negotiation.loading import DEMOS, demo, load_district
from services.negotiation.side_by_side import compare
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "examples" / "utilities"
CUSTOMERS = {"solar_biomass": 5000, "mixed_no_meters": 4800, "buys_heat": 60_000}


@pytest.mark.parametrize("name", CUSTOMERS)
def test_the_same_services_run_on_every_utility(name: str) -> None:
    declared = load_district(FOLDER / f"{name}.yaml")
    assert sum(b.groups * b.dwellings for b in declared.buildings.values()) == CUSTOMERS[name]
    small = scaled(declared, 24).model_copy(update={"days": 1})
    found = compare(small, (0, 1, 2), clock=lambda: 0.0)
    for step in found.steps.values():
        figures = step.figures()
        assert abs(step.days[0].closure_kWh) < 1e-6
        assert figures["short_kWh"] < 1.0
        owned = sum(step.owners().values())
        assert owned == pytest.approx(figures["cost_EUR"] + figures["discomfort_EUR"], abs=0.01)
    talk = found.steps[2].days[0].talk
    assert talk is not None
    # a deal that leaves nobody worse off, or none with its reason
    assert min(talk.deal.gain.values()) >= 0 if talk.deal.made else talk.because


def test_the_demo_is_one_town_with_either_kind_of_production() -> None:
    one, other = (load_district(demo(name)).model_dump() for name in DEMOS)
    assert {k for k in one if one[k] != other[k]} == {"district", "production"}
    assert one["production"]["owner"] == other["production"]["owner"]


def test_all_problems_at_once_with_their_lines(tmp_path: Path) -> None:
    from rami.core.errors import ConfigurationError

    text = (FOLDER / "buys_heat.yaml").read_text(encoding="utf-8")
    text = text.replace("supply_min: 70 degC", "supply_min: 70 kW").replace("seed: 4", "sead: 4")
    file = tmp_path / "district.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        load_district(file)
    words = str(told.value)
    assert "supply_min" in words and "sead" in words and "district.yaml:" in words
