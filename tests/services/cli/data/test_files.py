"""`rami data export | import | stats | last | compact` on real files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from rami.core.historian import Aggregation
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid, instant
from services.assemble.historian import open_historian
from services.cli.site import opened
from tests.services.cli.conftest import Rami
from tests.services.cli.data.rows import BAD, EVER, HOUR, T0, Data, history


def all_rows(site: Path) -> list[tuple[object, ...]]:
    with history(site) as store:
        names = [s.name for s in store.signals()]
        rows = store.rows(names, *EVER)
        kinds = {s.name: (s.quantity, s.cumulative) for s in store.signals()}
    return [
        (names[p], *kinds[names[p]], t, np.float64(v).view(np.int64), s)
        for p, t, v, s in zip(rows.places, rows.times, rows.values, rows.status, strict=True)
    ]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_exported_and_imported_is_the_same_to_the_bit(
    data: Data, filled: Path, other: Path, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"rows.{kind}"
    sent = data("export", filled, "--out", file, "--json")
    assert sent.exit_code == 0, sent.stderr
    assert json.loads(sent.stdout)["rows"] == 8
    for new, duplicates in ((8, 0), (0, 8)):
        taken = data("import", other, file, "--json")
        assert taken.exit_code == 0, taken.stderr
        found = json.loads(taken.stdout)
        assert (found["new"], found["duplicates"]) == (new, duplicates)
    assert all_rows(other) == all_rows(filled)


def test_the_command_itself(rami: Rami, filled: Path) -> None:
    ended = rami("data", "export", filled, "--signals", "none*", "--out", "rows.csv")
    assert ended.returncode == 2 and "no signal fits 'none*'" in ended.stderr
    assert "Traceback" not in ended.stderr and not ended.stdout


def test_long_csv_says_everything(data: Data, filled: Path, tmp_path: Path) -> None:
    ended = data("export", filled, "--signals", "hts.*.P_el", "--out", "rows.csv")
    assert ended.exit_code == 0 and "4 rows of 1 signals" in ended.stderr
    text = (tmp_path / "rows.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0] == {
        "time_utc": "2019-01-14T00:00:00Z",
        "signal": "hts.hp.P_el",
        "quantity": "power",
        "unit": "kW",
        "register": "false",
        "value": "0.30000000000000004",
        "status": "0",
    }
    assert rows[1]["time_utc"] == "2019-01-14T00:00:00.000000001Z" and rows[1]["value"] == ""


def test_json_is_json(data: Data, filled: Path, tmp_path: Path) -> None:
    assert data("export", filled, "--out", "rows.json").exit_code == 0
    text = (tmp_path / "rows.json").read_text(encoding="utf-8")
    rows = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert len(rows) == 8 and rows[0]["signal"] == "hts.hp.E_el" and rows[0]["register"] is True


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_values_on_a_grid_go_out_wide_and_come_back(
    data: Data, site: Path, other: Path, tmp_path: Path, kind: str
) -> None:
    with history(site) as store:
        store.declare([Signal("a.P", "power"), Signal("a.E", "energy", cumulative=True)])
        times = T0 + HOUR // 2 * np.arange(6)
        store.write(Rows.of_series("a.P", times, np.arange(6.0)))
        store.write(Rows.of_series("a.E", times, np.arange(6.0) * 10))
    file = tmp_path / f"wide.{kind}"
    words = ("--step", "1 h", "--from", "2019-01-14T00:00Z", "--to", "2019-01-14T02:00Z")
    assert data("export", site, "--out", file, *words).exit_code == 0
    if kind == "csv":
        assert file.read_text(encoding="utf-8").splitlines() == [
            "time_utc,a.E [kWh],a.P [kW]",
            "2019-01-14T00:00:00Z,20.0,0.5",
            "2019-01-14T01:00:00Z,20.0,2.5",
        ]
    taken = data("import", other, file, "--json")
    assert taken.exit_code == 0, taken.stderr
    with history(other) as store:
        frame = store.read(["a.P"], TimeGrid(T0, HOUR, 2), Aggregation.MEAN)
    assert frame["a.P"].tolist() == [0.5, 2.5]


def test_a_grid_spans_the_values_of_the_chosen_signals(
    data: Data, site: Path, tmp_path: Path
) -> None:
    """Not those of others, nor years of empty lines."""
    with history(site) as store:
        store.declare([Signal("short.P", "power"), Signal("long.T", "temperature")])
        times = T0 + HOUR // 4 * np.array([5, 9, 30_000])
        store.write(
            Rows.of_series("short.P", times, np.array([1.0, 3.0, 9.0]), np.array([0, 0, BAD], "u4"))
        )
        ends = T0 + HOUR * np.array([-50_000, 50_000])
        store.write(Rows.of_series("long.T", ends, np.ones(2)))
    file = tmp_path / "wide.csv"
    words = ("--out", file, "--signals", "short.*", "--step")
    for step, lines in (
        ("1 h", ["2019-01-14T01:00:00Z,1.0", "2019-01-14T02:00:00Z,3.0"]),
        ("10 s", ["2019-01-14T01:15:00Z,1.0", *["..."] * 359, "2019-01-14T02:15:00Z,3.0"]),
    ):
        sent = data("export", site, *words, step)
        assert sent.exit_code == 0, sent.stderr
        got = file.read_text(encoding="utf-8").splitlines()[1:]
        assert (got[0], got[-1], len(got)) == (lines[0], lines[-1], len(lines))
    sent = data("export", site, *words, "1 h", "--to", "2019-01-14T05:00Z")
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1 + 4


def test_files_as_people_have_them(data: Data, site: Path, tmp_path: Path) -> None:
    """Semicolons, decimal commas, local time over a change of clocks, other units."""
    (tmp_path / "load.csv").write_text(
        "Zeit;Last [MW];T [°C]\n"
        "31.03.2019 01:00;1,5;4\n31.03.2019 03:00;2,5;\n31.03.2019 04:00;3,5;6\n",
        encoding="utf-8",
    )
    taken = data("import", site, "load.csv", "--zone", "Europe/Berlin", "--json")
    assert taken.exit_code == 0, taken.stderr
    assert json.loads(taken.stdout)["new"] == 6
    with history(site) as store:
        rows = store.rows(["Last"], *EVER)
        assert rows.times.tolist() == [instant(f"2019-03-31T0{h}:00Z") for h in (0, 1, 2)]
        assert rows.values.tolist() == [1500.0, 2500.0, 3500.0]
        assert store.rows(["T"], *EVER).status[1] == BAD


def test_long_files_of_others_and_more_by_form(data: Data, site: Path, tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text(
        "time_utc,signal,value,unit\n2019-01-14T00:00Z,m1,1,MW\n2019-01-14T00:00Z,m2,21.5,degC\n",
        encoding="utf-8",
    )
    assert data("import", site, "long.csv").exit_code == 0
    (tmp_path / "odd.csv").write_text(
        "time_utc,meter,reading\n2019-01-14T01:00Z,m1,2000\n", encoding="utf-8"
    )
    form = "{long: {signal: meter, value: reading}, columns: {m1: {column: m1, unit: kW}}}"
    taken = data("import", site, "odd.csv", "--form", form)
    assert taken.exit_code == 0, taken.stderr
    with history(site) as store:
        assert store.rows(["m1"], *EVER).values.tolist() == [1000.0, 2000.0]
        assert store.rows(["m2"], *EVER).values.tolist() == [21.5]


def test_stats_last_compact(data: Data, filled: Path) -> None:
    stats = json.loads(data("stats", filled, "--json").stdout)
    assert (stats["rows"], stats["signals"], stats["months"]) == (8, 3, {"2019-01": 8})
    assert stats["first"] == "2019-01-14T00:00:00Z" and stats["bytes"] > 0
    assert ["2019-01", "8"] in [line.split() for line in data("stats", filled).stdout.splitlines()]
    shown = data("last", filled, "hts.*", "--json")
    assert shown.exit_code == 0, shown.stderr
    latest = json.loads(shown.stdout)
    assert [row["signal"] for row in latest] == ["hts.hp.E_el", "hts.hp.P_el"]
    assert latest[0] == {
        "signal": "hts.hp.E_el",
        "time_utc": "2019-01-14T02:00:00Z",
        "value": 20.0,
        "unit": "kWh",
        "quality": "good",
    }
    ended = data("compact", filled, "--json")
    assert ended.exit_code == 0 and json.loads(ended.stdout)
    assert json.loads(data("stats", filled, "--json").stdout)["rows"] == 8


def test_a_folder_in_place_of_the_sites_own(data: Data, tmp_path: Path) -> None:
    """Without section `historian`: the error says what to write, --store does without."""
    (tmp_path / "a.csv").write_text("time_utc,a [kW]\n2019-01-14T00:00Z,1\n2019-01-14T01:00Z,2\n")
    (tmp_path / "plain.yaml").write_text(
        Path(opened(None).file).read_text(encoding="utf-8"), encoding="utf-8"
    )
    refused = data("import", "plain.yaml", "a.csv")
    assert refused.exit_code == 2
    assert "historian: {kind: duckdb, folder: history}" in refused.stderr
    taken = data("import", "plain.yaml", "a.csv", "--store", "kept")
    assert taken.exit_code == 0, taken.stderr
    assert json.loads(data("stats", "--store", "kept", "--json").stdout)["rows"] == 2


def test_a_loop_has_the_store_behind_a_writer(site: Path) -> None:
    with open_historian(opened(site)) as writer:
        writer.declare([Signal("a", "power")])
        ticket = writer.append(Rows.of_series("a", np.array([T0]), np.array([1.0])))
        assert writer.settled(ticket, 30.0)
    with history(site) as store:
        assert len(store.rows(["a"], *EVER)) == 1
