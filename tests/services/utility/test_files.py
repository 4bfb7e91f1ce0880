"""A utility's file and its tables: all problems in words, at their places."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError, DataError
from services.utility.loading import is_utility, load_utility
from services.utility.work.engineering import read_groups
from tests.conftest import REPOSITORY
from tests.services.utility.conftest import FOLDER


def _edited(tmp_path: Path, old: str, new: str) -> Path:
    text = (FOLDER / "buys_heat.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "utility.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dataset: customers}", "dataset: costumers}", "no dataset 'costumers'"),
        ("Europe/Copenhagen\ndata", "Europe/Kopenhagen\ndata", "no time zone"),
        ("kind: network_plan", "kind: network_plans", "network_plans"),
        ("utility: buys_heat", "utility: buys_heat\ncolour: red", "colour"),
        ("kind: group_demand", "kind: group_demand, section: area", "no section 'area'"),
        ("planning: {purpose", "billing: {purpose", "no recipient 'planning'"),
        ("kind: group_demand", "kind: group_demand, register: heat", "no register 'heat'"),
        (", dataset: customers}", "}", "wanted a dataset of meters, engineering data"),
    ],
)
def test_problems_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_utility(_edited(tmp_path, old, new))


def test_a_site_is_no_utility() -> None:
    assert is_utility(FOLDER / "mixed_no_meters.yaml")
    assert not is_utility(REPOSITORY / "examples" / "reference" / "site.yaml")
    assert not is_utility(REPOSITORY / "nowhere.yaml")


def test_groups_without_meters_are_read_with_all_problems(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(
        "group,section,annual_energy_MWh,floor_area_m2\n"
        "a,north,500,4000\nb,north,-1,10\nc,,20,\nd,north,many,1\na,south,10,1\n"
    )
    with pytest.raises(DataError) as told:
        read_groups(file)
    where = {p.where.rpartition("/")[2]: p.what for p in told.value.problems}
    assert "above 0" in where["groups.csv:3"]
    assert "section" in where["groups.csv:4"]
    assert "many" in where["groups.csv:5"]
    assert "group a comes twice" in where["groups.csv"]


def test_groups_with_their_figures(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("section,group,annual_energy_MWh\nnorth,a,500\n")
    found = read_groups(file)
    assert found.paths == ("north.a",)
    assert found.annual.tolist() == [500_000.0] and found.area.tolist() == [0.0]


def test_a_table_without_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("group,energy\na,5\n")
    with pytest.raises(DataError, match="no column section, annual_energy_MWh"):
        read_groups(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_groups(tmp_path / "none.csv")
