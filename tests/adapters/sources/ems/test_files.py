"""A folder that an energy management system drops files into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.sources.ems import form, table
from adapters.sources.ems.configuration import EmsFilesConfiguration
from adapters.sources.ems.outbox import Outbox
from rami.core.errors import DataError, RunError, UnreachableError
from rami.core.quality import is_bad
from rami.core.timegrid import instant
from rami.information.source import DataSource, Issued, Receiving
from tests.adapters.sources.ems.conftest import GRID, SERIES, balances, delivery, folder_of

COST = "cost.iess.hnht"


def _open(folder: Path, **more: Any) -> Any:
    declared = EmsFilesConfiguration.model_validate({"folder": folder.name, **more})
    return declared.open(folder.parent, SERIES)


def _drop(folder: Path, name: str, *deliveries: dict[str, Any]) -> None:
    half = folder / f".{name}"
    half.write_text(json.dumps(deliveries), encoding="utf-8")
    half.rename(folder / name)


def test_the_newest_valid_value_of_each_time_counts(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    source = _open(folder)
    assert isinstance(source, DataSource) and isinstance(source, Issued)
    assert not isinstance(source, Receiving)
    _drop(folder, "b.json", delivery())
    assert source.read([COST], GRID)[COST][:4].tolist() == [0.03] * 4
    later = delivery(issued="2019-01-13T18:00:00Z", values=[40.0, None, 42.0])
    _drop(folder, "a.json", later)
    frame = source.read([COST], GRID)
    assert frame[COST][::4].tolist() == [0.04, 0.031, 0.042, 0.033]
    assert frame.issues()[0, 0] == instant("2019-01-13T18:00Z")
    assert frame.issues()[4, 0] == instant("2019-01-13T12:00Z")
    before = source.read_issued([COST], GRID, instant("2019-01-13T15:00Z"))
    assert before[COST][0] == 0.03
    assert is_bad(source.read_issued([COST], GRID, 0).quality).all()


def test_units_are_converted(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    _drop(
        folder,
        "all.json",
        delivery(series="P_th_dem_HNHT", unit="MW", values=[1.5]),
        delivery(series="temp_air", unit="K", values=[273.15]),
    )
    frame = _open(folder).read(["temp_air", "P_th_dem_HNHT"], GRID)
    assert frame.units == ("degC", "kW")
    assert frame.values[0].tolist() == pytest.approx([0.0, 1500.0])
    assert np.isnan(frame["temp_air"][4:]).all()


def test_half_written_and_strange_files_are_passed_over_and_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    _drop(folder, "good.json", delivery())
    (folder / "half.json").write_text(json.dumps([delivery(values=[9.0])])[:-9], encoding="utf-8")
    (folder / "table.csv").write_text("series,unit,time,value\ncost.iess.hnht,EUR/MWh", "utf-8")
    (folder / "binary.json").write_bytes(b"\xff\xfe\x00")
    (folder / ".on_its_way.json").write_text("{", encoding="utf-8")
    (folder / "readme.txt").write_text("hello", encoding="utf-8")
    frame = _open(folder).read([COST], GRID)
    assert frame[COST][0] == 0.03
    assert all(w in frame.sources[COST] for w in ("half.json", "table.csv", "binary.json"))
    assert "on_its_way" not in frame.sources[COST]
    (folder / "half.json").write_text(
        json.dumps([delivery(values=[9.0], issued="2019-01-13T13:00Z")]), encoding="utf-8"
    )
    assert _open(folder).read([COST], GRID)[COST][0] == pytest.approx(0.009)


def test_a_wrong_unit_refuses_one_file_or_the_series(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    _drop(folder, "wrong.json", delivery(unit="kW"))
    with pytest.raises(DataError, match="unit 'kW' does not measure energy price"):
        _open(folder).read([COST], GRID)
    _drop(folder, "right.json", delivery())
    frame = _open(folder).read([COST], GRID)
    assert frame[COST][0] == 0.03 and "does not measure" in frame.sources[COST]


def test_all_that_is_lacking_is_told_at_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    with pytest.raises(DataError) as caught:
        _open(folder).read([COST, "temp_air", "speed_of_light"], GRID)
    assert len(caught.value.problems) == 1  # a name nobody knows is a slip of ours
    with pytest.raises(DataError) as caught:
        _open(folder).read([COST, "temp_air"], GRID)
    assert [p.what for p in caught.value.problems] == [
        f"{COST}: nothing was delivered",
        "temp_air: nothing was delivered",
    ]


def test_a_folder_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    source = _open(tmp_path / "from_ems")
    with pytest.raises(UnreachableError, match="from_ems"):
        source.read([COST], GRID)
    _drop(folder_of(tmp_path), "a.json", delivery())
    assert source.read([COST], GRID)[COST][0] == 0.03


def test_balances_lie_in_the_outbox_until_they_are_taken(tmp_path: Path) -> None:
    source = _open(folder_of(tmp_path), outbox="to_ems", outbox_most=2)
    assert isinstance(source, Receiving)
    source.publish(balances())
    source.publish(balances())  # the same is no second message
    (file,) = (tmp_path / "to_ems").iterdir()
    said = json.loads(file.read_text(encoding="utf-8"))
    assert said["id"] in file.name
    first = said["deliveries"][0]
    assert first["series"] == "hts.hex_hnht_border.E" and first["values"] == [1500.0, 5.0]
    assert first["unit"] == "kWh" and first["issued"] == "2019-01-14T02:00:00Z"
    source.publish(balances(6.0))
    with pytest.raises(RunError, match="is full: 2 messages wait"):
        source.publish(balances(7.0))
    file.unlink()
    source.publish(balances(7.0))
    assert len(list((tmp_path / "to_ems").iterdir())) == 2


def test_an_outbox_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match="cannot be written"):
        Outbox(tmp_path / "file", 5).put("a", "{}")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("2019-01-14T00:00Z,1,5", "more cells than columns"),
        ("0001-01-01T00:00Z,3", "beyond the year 2262"),
        ("2019-01-14T00:00Z,\0", "could not convert"),
    ],
)
def test_csv_rows_that_do_not_hold(cells: str, words: str) -> None:
    text = f"series,unit,time,value\ncost.iess.hnht,EUR/MWh,{cells}\n"
    found = table.read(text, "x", {"cost.iess.hnht": "energy_price"})
    assert not found.found and words in str(found.refused["cost.iess.hnht"][0])


def test_a_cell_without_end_is_no_csv() -> None:
    with pytest.raises(form.Unreadable, match="no CSV"):
        table.read(f"series,unit,time,value\na,kW,2019-01-14T00:00Z,{'9' * 200_000}\n", "x", {})
