"""Zones and clock changes: never a silent shift."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.rows import file_rows
from rami.core.errors import DataError
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid, instant
from tests.adapters.sources.conftest import Write

BERLIN = ZoneInfo("Europe/Berlin")


def _local(start: datetime, count: int, step: timedelta = timedelta(hours=1)) -> str:
    """A file of local time without offsets, as it really is in Berlin; values count up."""
    moments = [(start + i * step).astimezone(BERLIN) for i in range(count)]
    rows = [f"{m:%Y-%m-%d %H:%M},{i}" for i, m in enumerate(moments)]
    return "\n".join(["time,load_kW", *rows]) + "\n"


SPRING, AUTUMN = datetime(2019, 3, 30, 23, tzinfo=UTC), datetime(2019, 10, 26, 22, tzinfo=UTC)


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
@pytest.mark.parametrize("minutes", [15, 60])
def test_clock_change_days_do_not_shift(write: Write, start: datetime, minutes: int) -> None:
    step = timedelta(minutes=minutes)
    count = 26 * 60 // minutes
    if minutes == 15 and start is AUTUMN:
        # 02:00 to 02:45 twice, one after the other: told apart by order
        assert _local(start, count, step).count("2019-10-27 02:45") == 2
    source = write(_local(start, count, step), zone="Europe/Berlin")
    grid = TimeGrid.of(start, 60 * minutes, count)
    assert source.read(["load"], grid)["load"].tolist() == list(range(count))


def test_offsets_tell_the_repeated_hour_apart(write: Write) -> None:
    text = (
        "time,load_kW\n2019-10-27T01:00+02:00,0\n2019-10-27T02:00+02:00,1\n"
        "2019-10-27T02:00+01:00,2\n2019-10-27T03:00+01:00,3\n"
    )
    grid = TimeGrid.of("2019-10-27T01:00+02:00", 3600, 4)
    assert write(text).read(["load"], grid)["load"].tolist() == [0.0, 1.0, 2.0, 3.0]


def _without(text: str, part: str, occurrence: int = 1) -> str:
    rows = text.splitlines(keepends=True)
    hits = [i for i, row in enumerate(rows) if part in row]
    del rows[hits[occurrence - 1]]
    return "".join(rows)


def test_repeated_hour_given_once_is_a_gap(write: Write) -> None:
    text = _without(_local(AUTUMN, 26), "10-27 02:00", 2)
    grid = TimeGrid.of(AUTUMN, 3600, 26)
    with pytest.raises(DataError, match="1 values missing from 2019-10-27T01:00:00Z"):
        write(text, zone="Europe/Berlin").read(["load"], grid)
    gaps = {"longest": "1 h", "fill": "linear"}
    frame = write(text, zone="Europe/Berlin", gaps=gaps).read(["load"], grid)
    assert frame["load"].tolist() == list(range(26))
    filled = quality(Family.UNCERTAIN, Reason.FILLED)
    assert frame.quality[:, 0].tolist() == [filled if i == 3 else 0 for i in range(26)]


def test_hour_that_does_not_exist(write: Write) -> None:
    text = "time,load_kW\n" + "".join(f"2019-03-31 {h:02}:00,{h}\n" for h in range(24))
    with pytest.raises(DataError) as caught:
        write(text, zone="Europe/Berlin").read(["load"], TimeGrid.of("2019-03-31T00:00Z", 3600, 3))
    assert "data.csv:4: '2019-03-31 02:00' does not exist in Europe/Berlin" in str(caught.value)
    # an empty row for it is how some exchanges print the day: it stands for nothing
    source = write(text.replace("02:00,2", "02:00,"), zone="Europe/Berlin")
    grid = TimeGrid.of("2019-03-31T00:00+01:00", 3600, 4)
    assert source.read(["load"], grid)["load"].tolist() == [0.0, 1.0, 3.0, 4.0]


def test_local_time_needs_its_zone(write: Write) -> None:
    with pytest.raises(DataError, match="carries no time zone; hint: declare its zone"):
        write("time,load_kW\n2019-01-01 00:00,1\n2019-01-01 01:00,1\n").describe()


def test_zone_against_the_header(write: Write) -> None:
    text = "time_utc,load_kW\n2019-01-01 00:00,1\n2019-01-01 01:00,1\n"
    with pytest.raises(DataError, match="says UTC, the declaration says Europe/Berlin"):
        write(text, zone="Europe/Berlin").describe()
    with pytest.raises(DataError, match="no time zone 'Europe/Berln'"):
        write(text.replace("_utc", ""), zone="Europe/Berln").describe()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 8700),
    st.integers(2, 60),
    st.sampled_from(["Europe/Berlin", "UTC", "Europe/London"]),
)
def test_local_files_of_any_time_of_the_year(
    write: Write, hour: int, count: int, zone: str
) -> None:
    start = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    moments = [(start + timedelta(hours=i)).astimezone(ZoneInfo(zone)) for i in range(count)]
    stamps = [f"{m:%d.%m.%Y %H:%M}" for m in moments]
    if moments[0].fold:
        return  # the first half of the repeated hour is not in the file
    text = "time;load_kW\n" + "".join(f"{t};{i}\n" for i, t in enumerate(stamps))
    grid = TimeGrid.of(instant(start), 3600, count)
    assert write(text, zone=zone).read(["load"], grid)["load"].tolist() == list(np.arange(count))


def test_the_repeated_hour_of_an_irregular_recording(tmp_path: Path) -> None:
    """Its two occurrences share no stamp, and some rows stand there twice."""
    seconds = [17 * i + i % 5 for i in range(900)]
    moments = [AUTUMN + timedelta(hours=1, seconds=s) for s in seconds]
    moments.insert(400, moments[400])
    rows = [f"{m.astimezone(BERLIN):%d.%m.%Y %H:%M:%S},{i}" for i, m in enumerate(moments)]
    (tmp_path / "r.csv").write_text("\n".join(["time,load_kW", *rows]) + "\n", encoding="utf-8")
    _, found = file_rows(CsvFile(file="r.csv", zone="Europe/Berlin"), tmp_path)
    assert found.times.tolist() == [instant(m) for m in moments]


@pytest.mark.parametrize("sign", [".", ","])
def test_seconds_since_the_begin(tmp_path: Path, sign: str) -> None:
    rows = [f"{10 * i}{sign}5;{i}" for i in range(3)]
    (tmp_path / "r.csv").write_text("\n".join(["t;P_kW", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="of seconds since the begin: epoch_s"):
        file_rows(CsvFile(file="r.csv", zone="UTC"), tmp_path)
    _, found = file_rows(CsvFile(file="r.csv", time_format="epoch_s"), tmp_path)
    assert found.times.tolist() == [500_000_000, 10_500_000_000, 20_500_000_000]
