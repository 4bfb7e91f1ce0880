"""`rami data export | import | stats | last | compact` on real files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from rami.core.errors import ConfigurationError, DataError
from rami.core.historian import Aggregation, Store
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, instant
from services.assemble.historian import open_historian, open_store
from services.cli.application import app
from services.cli.history import export as export_command
from services.cli.history import importing
from services.cli.site import opened
from tests.services.cli.conftest import Rami

T0 = instant("2019-01-14T00:00Z")
HOUR = 3600 * NS
STUCK = quality(Family.UNCERTAIN, Reason.STUCK)
BAD = quality(Family.BAD, Reason.MISSING)
EVER = (instant("1971-01-01T00:00Z"), instant("2199-01-01T00:00Z"))


class Data(Protocol):
    """Calls `rami data` in this process, in an empty folder."""

    def __call__(self, *words: object) -> Result: ...


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Result:
        return CliRunner().invoke(app, ["data", *map(str, words)])

    return call


@pytest.fixture
def site(tmp_path: Path, reference_site_file: Path) -> Path:
    """The reference site with a historian beside it."""
    return site_in(tmp_path / "one", reference_site_file)


@pytest.fixture
def other(tmp_path: Path, reference_site_file: Path) -> Path:
    """The same elsewhere, with a history of its own."""
    return site_in(tmp_path / "two", reference_site_file)


def site_in(folder: Path, reference: Path) -> Path:
    folder.mkdir()
    text = reference.read_text(encoding="utf-8")
    file = folder / "site.yaml"
    file.write_text(f"{text}\nhistorian: {{kind: duckdb, folder: history}}\n", encoding="utf-8")
    return file


@contextmanager
def history(site: Path) -> Iterator[Store]:
    with closing(open_store(opened(site))) as store:
        yield store


@pytest.fixture
def filled(site: Path) -> Path:
    """Three signals: a power with odd values, a register, a name that needs quotes."""
    times = np.array([T0, T0 + 1, T0 + HOUR, T0 + 2 * HOUR])
    with history(site) as store:
        store.declare(
            [
                Signal("hts.hp.P_el", "power"),
                Signal("hts.hp.E_el", "energy", cumulative=True),
                Signal('weather, "north"', "temperature"),
            ]
        )
        store.write(
            Rows.of_series(
                "hts.hp.P_el",
                times,
                np.array([0.1 + 0.2, np.nan, -np.inf, 5e-324]),
                np.array([0, BAD, STUCK, 0xFFFF_FFFF], np.uint32),
            )
        )
        readings = np.array([10.0, 12.5, 20.0])
        store.write(Rows.of_series("hts.hp.E_el", times[[0, 2, 3]], readings))
        store.write(Rows.of_series('weather, "north"', times[:1], np.array([-3.5])))
    return site


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


def test_every_problem_is_told_and_nothing_is_kept(data: Data, site: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "time_utc,signal,quantity,unit,register,value,status\n"
        "2019-01-14T00:00:00Z,a,power,kW,false,1,0\n"
        "yesterday,a,power,kW,false,1,0\n"
        "2019-01-14T00:00:00Z,b,power,kWh,false,1,0\n"
        "2019-01-14T00:00:00Z,c,powr,kW,false,1,0\n"
        "2019-01-14T00:00:00Z,a,power,kW,false,one,good\n",
        encoding="utf-8",
    )
    ended = data("import", site, "bad.csv")
    assert ended.exit_code == 2
    for words in (
        "bad.csv:3: no instant in UTC: 'yesterday'",
        "bad.csv:4: b: unit 'kWh' of power",
        "bad.csv:5: c: no quantity 'powr'; hint: did you mean 'power'?",
        "bad.csv:6: no number: 'one'",
        "bad.csv:6: no status: 'good'",
        "5 problems",
    ):
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    with history(site) as store:
        assert store.signals() == ()


def test_a_contradiction_with_what_is_kept(data: Data, filled: Path, tmp_path: Path) -> None:
    (tmp_path / "heat.csv").write_text(
        "time_utc,hts.hp.P_el [degC]\n2019-01-14T00:00Z,1\n2019-01-14T01:00Z,2\n"
    )
    ended = data("import", filled, "heat.csv")
    assert ended.exit_code == 2 and "hts.hp.P_el" in ended.stderr


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


def test_rows_of_single_customers_stay(data: Data, site: Path) -> None:
    with history(site) as store:
        store.declare([Signal("meters.town.x1.energy", "energy", True), Signal("a", "power")])
        for name in ("meters.town.x1.energy", "a"):
            store.write(Rows.of_series(name, np.array([T0]), np.array([1.0])))
    assert json.loads(data("last", site, "--json").stdout)[0]["signal"] == "a"
    refused = data("export", site, "--signals", "meters.*", "--out", "m.csv")
    assert refused.exit_code == 2 and "rami meters" in refused.stderr


OPTIONS = {
    "signals": "*",
    "first": None,
    "after": None,
    "step": None,
    "how": None,
    "kind": None,
    "store": None,
    "json": False,
}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"signals": "hts.hp.P_elx"}, "did you mean 'hts.hp.P_el'?"),
        ({"signals": "zzz*, hts.*"}, "no signal fits 'zzz*'"),
        ({"first": "2019-01-14T00:00"}, "--from: 2019-01-14T00:00 carries no time zone"),
        ({"first": "soon", "after": "later"}, "--to: 'later' is no instant"),
        (
            {"first": "2019-01-15T00:00Z", "after": "2019-01-14T00:00Z"},
            "--to: wanted an instant after",
        ),
        ({"first": "2030-01-01T00:00Z"}, "nothing in the span asked for"),
        ({"step": "60"}, "--step: 60 needs a unit"),
        ({"step": "0 s"}, "--step: wanted more than 0 s"),
        ({"how": "mean"}, "give --step too"),
    ],
)
def test_what_cannot_be_exported(
    filled: Path, tmp_path: Path, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        export_command.export(filled, tmp_path / "x.csv", **{**OPTIONS, **options})
    assert words in str(told.value)
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("out", "words"),
    [("x.txt", "end it in .csv"), ("nowhere/x.csv", "no folder"), (".", "tells no format")],
)
def test_where_nothing_can_be_exported_to(
    filled: Path, tmp_path: Path, out: str, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        export_command.export(filled, tmp_path / out, **OPTIONS)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("[1]", "wanted options"),
        ("{file: x}", "wanted options"),
        ("{zoen: UTC}", "--form: zoen"),
        ("{", "wanted options"),
    ],
)
def test_forms_that_cannot_be(site: Path, tmp_path: Path, form: str, words: str) -> None:
    (tmp_path / "a.csv").write_text("time_utc,a [kW]\n2019-01-14T00:00Z,1\n")
    options = {"form": form, "zone": None, "store": None, "json": True}
    with pytest.raises(ConfigurationError, match=words):
        importing.import_file(site, tmp_path / "a.csv", **options)


def test_no_such_file(site: Path, tmp_path: Path) -> None:
    options = {"form": None, "zone": None, "store": None, "json": True}
    with pytest.raises(DataError, match="no such file"):
        importing.import_file(site, tmp_path / "none.csv", **options)


def test_a_loop_has_the_store_behind_a_writer(site: Path) -> None:
    with open_historian(opened(site)) as writer:
        writer.declare([Signal("a", "power")])
        ticket = writer.append(Rows.of_series("a", np.array([T0]), np.array([1.0])))
        assert writer.settled(ticket, 30.0)
    with history(site) as store:
        assert len(store.rows(["a"], *EVER)) == 1
