"""What a file may look like."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sources.csv.configuration import CsvConfiguration
from rami.core.quality import is_good
from rami.core.timegrid import TimeGrid
from rami.information.series import Series
from rami.information.table.columns import split_header
from tests.adapters.sources.conftest import Write

GRID = TimeGrid.of("2019-01-14T00:00+01:00", 3600, 3)


DRESSES = {
    "plain": """time_utc,P_el_MW
2019-01-13T23:00:00Z,1.5
2019-01-14T00:00:00Z,2
2019-01-14T01:00:00Z,-3
""",
    "offsets": """time;P_el_kW
2019-01-14 00:00+01:00;1500
2019-01-14 01:00+01:00;2000
2019-01-14 02:00+01:00;-3000
""",
    "tabs": "time_utc\tP_el [MW]\n2019-01-13T23:00\t1.5\n2019-01-14T00:00\t2\n"
    "2019-01-14T01:00\t-3e0",
    "german": "\ufefftime_utc;P_el (MW)\r\n13.01.2019 23:00;1,5\r\n14.01.2019 00:00;2,0\r\n"
    "14.01.2019 01:00;-3,0\r\n",
    "quoted": """time_utc,P_el_W,note
"2019-01-13T23:00Z","1500000","a, b"

2019-01-14T00:00Z,2000000,
2019-01-14T01:00Z,-3e6,x
""",
}


@pytest.mark.parametrize("text", DRESSES.values(), ids=DRESSES)
def test_same_values_in_many_dresses(write: Write, text: str) -> None:
    frame = write(text).read(["P_el"], GRID)
    assert frame["P_el"] == pytest.approx([1500.0, 2000.0, -3000.0])
    assert frame.units == ("kW",)
    assert is_good(frame.quality).all()
    assert frame.sources["P_el"].startswith("data.csv, column P_el")


def test_mapped_columns_in_another_encoding(write: Write) -> None:
    source = write(
        "Zeit;Preis für Strom;Last\n"
        "14.01.2019 00:00;40,5;1\n14.01.2019 01:00;41;2\n14.01.2019 02:00;-42;3\n",
        bytes_as="latin-1",
        encoding="latin-1",
        zone="Europe/Berlin",
        columns={
            "price_da": {"column": "Preis für Strom", "unit": "EUR/MWh"},
            "load": {"column": "Last", "unit": "MW"},
        },
    )
    frame = source.read(["price_da", "load"], GRID)
    assert frame["price_da"] == pytest.approx([0.0405, 0.041, -0.042])
    assert frame["load"] == pytest.approx([1000.0, 2000.0, 3000.0])
    assert set(source.describe()) == {"price_da", "load"}


def test_several_files_and_a_stamp_at_the_end(tmp_path: Path) -> None:
    stamps = ["2019-01-14T00:15Z", "2019-01-14T00:30Z", "2019-01-14T00:45Z", "2019-01-14T01:00Z"]
    (tmp_path / "a.csv").write_text(
        "end,load_kW\n" + "".join(f"{t},{i}\n" for i, t in enumerate(stamps))
    )
    (tmp_path / "b.csv").write_text(
        "time_utc,temp_air_K\n2019-01-14T00:00,273.15\n2019-01-14T01:00,277.15\n"
    )
    settings = CsvConfiguration.model_validate(
        {"files": [{"file": "a.csv", "stamp": "end"}, "b.csv"]}
    )
    source = settings.open(tmp_path, {"load": Series("load", "power")})
    frame = source.read(["temp_air", "load"], TimeGrid.of("2019-01-14T00:00Z", 900, 4))
    assert frame["load"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert frame["temp_air"] == pytest.approx([0.0, 1.0, 2.0, 3.0])


def test_declared_time_format_and_step(write: Write) -> None:
    text = "day/hour,load_kW\n14/01 2019 00h,1\n14/01 2019 01h,2\n14/01 2019 02h,3\n"
    source = write(text, time_format="%d/%m %Y %Hh", zone="Europe/Berlin", step="1 h")
    assert source.read(["load"], GRID)["load"].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("price_da_EUR_per_MWh", ("price_da", "EUR/MWh")),
        ("price_EUR_per_MWh", ("price", "EUR/MWh")),
        ("temp_air_degC", ("temp_air", "degC")),
        ("temperature (°C)", ("temperature", "degC")),
        ("co2_avg_t_per_MWh", ("co2_avg", "t/MWh")),
        ("rel_humidity_pct", ("rel_humidity", "%")),
        ("dst_filled", None),
        ("wind_m_per_s", ("wind", "m/s")),
        ("wind_mi_per_h", None),
        ("time_utc", None),
        ("load [furlong]", None),
    ],
)
def test_headers(title: str, parts: tuple[str, str] | None) -> None:
    assert split_header(title) == parts


numbers = st.decimals(-9999, 9999, places=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(numbers, min_size=2, max_size=12),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([".", ","]),
    st.sampled_from([900, 3600]),
    st.sampled_from(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M+00:00", "%d.%m.%Y %H:%M"]),
)
def test_what_was_written_is_read(
    write: Write, values: list[float], separator: str, decimal: str, step: int, pattern: str
) -> None:
    if separator == decimal:
        return
    start = datetime(2020, 2, 28, 23, tzinfo=UTC)
    lines = [separator.join(("time_utc", "load_kW"))]
    for i, value in enumerate(values):
        stamp = (start + timedelta(seconds=step * i)).strftime(pattern)
        lines.append(separator.join((stamp, str(value).replace(".", decimal))))
    source = write("\n".join(lines), decimal=decimal)
    frame = source.read(["load"], TimeGrid.of(start, step, len(values)))
    assert frame["load"] == pytest.approx(np.array(values, float), abs=1e-9)
