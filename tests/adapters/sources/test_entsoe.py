"""Day-ahead prices through the real entsoe-py, from a platform on this machine."""

import csv
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.sources.entsoe.configuration import EntsoeConfiguration
from rami.core.errors import ConfigurationError, DataError, RamiError, UnreachableError
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid, instant
from rami.information.source import DataSource, Issued, foresight, known_frame
from tests.adapters.sources.entsoe_platform import (
    Platform,
    asked,
    document,
    nothing,
    period,
    platform,
)

TOKEN = "a-secret-token-0815"
DAY = TimeGrid.of("2019-01-14T00:00+01:00", 3600, 24)


@pytest.fixture
def served(peer: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """The platform, with entsoe-py turned to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = peer("entsoe.entsoe")
    monkeypatch.setenv("ENTSOE_API_KEY", TOKEN)
    with platform() as found:
        monkeypatch.setattr(module, "URL", found.url)
        yield found


def _source(folder: Path, **options: object) -> DataSource:
    return EntsoeConfiguration.model_validate({"zone": "DE_LU", **options}).open(folder, {})


def _flat(query: dict[str, str], price: float = 40.0) -> tuple[int, str]:
    hourly = dict.fromkeys(range(1, 25), price)
    return 200, document([period(a, b, 60, hourly) for a, b in asked(query)])


def test_prices_are_fetched_once_and_kept(served: Platform, tmp_path: Path) -> None:
    served.answer = lambda q: _flat(dict(q))
    frame = _source(tmp_path).read(["price_da"], DAY)
    assert frame.units == ("EUR/kWh",)
    assert frame["price_da"].tolist() == [0.04] * 24
    assert foresight(frame) == ()
    (query,) = served.queries
    assert query["securityToken"] == TOKEN
    assert (query["periodStart"], query["periodEnd"]) == ("201901132300", "201901142300")
    kept = tmp_path / "entsoe" / "DE_LU" / "2019-01-14.json"
    retrieved = json.loads(kept.read_text())["retrieved"]
    said = frame.sources["price_da"]
    assert "DE_LU, document doc-1 rev. 1, retrieved " + retrieved in said
    again = _source(tmp_path).read(["price_da"], DAY)
    assert len(served.queries) == 1
    assert again.sources == frame.sources
    assert TOKEN not in kept.read_text() + said


def test_the_cache_needs_neither_token_nor_package(
    served: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.answer = lambda q: _flat(dict(q))
    _source(tmp_path).read(["price_da"], DAY)
    monkeypatch.delenv("ENTSOE_API_KEY")
    monkeypatch.setitem(sys.modules, "entsoe", None)
    assert _source(tmp_path).read(["price_da"], DAY)["price_da"][0] == 0.04
    later = DAY.part(24, 24)
    with pytest.raises(ConfigurationError, match="set the environment variable ENTSOE_API_KEY"):
        _source(tmp_path).read(["price_da"], later)
    (tmp_path / "token").write_text(TOKEN + "\n")
    with pytest.raises(ConfigurationError, match=r"pip install 'rami-twins\[entsoe\]'"):
        _source(tmp_path, token_file="token").read(["price_da"], later)
    with pytest.raises(ConfigurationError, match=r"write it into .*absent"):
        _source(tmp_path, token_file="absent").read(["price_da"], later)


def test_a_long_period_is_asked_in_months(served: Platform, tmp_path: Path) -> None:
    served.answer = lambda q: _flat(dict(q), 30.0)
    grid = TimeGrid.of("2019-01-01T00:00+01:00", 900, 96 * 70)
    frame = _source(tmp_path).read(["price_da"], grid)
    assert [q["periodStart"] for q in served.queries] == [
        "201812312300",
        "201901312300",
        "201903032300",
    ]
    assert (frame["price_da"] == 0.03).all()
    assert len(list((tmp_path / "entsoe" / "DE_LU").iterdir())) == 70


def test_known_from_the_day_before(served: Platform, tmp_path: Path) -> None:
    served.answer = lambda q: _flat(dict(q))
    source = _source(tmp_path)
    assert isinstance(source, Issued)
    two_days = TimeGrid.of("2019-01-14T00:00+01:00", 900, 192)
    before = known_frame(source, ["price_da"], two_days, instant("2019-01-14T12:41+01:00"))
    assert np.isfinite(before["price_da"]).tolist() == [True] * 96 + [False] * 96
    assert is_bad(before.quality[96:]).all()
    assert len(served.queries) == 1  # nobody asks for what is not published
    after = known_frame(source, ["price_da"], two_days, instant("2019-01-14T12:42+01:00"))
    assert np.isfinite(after["price_da"]).all()
    assert (after.issues()[96:] == instant("2019-01-14T12:42+01:00")).all()
    assert (after.issues()[:96] == instant("2019-01-13T12:42+01:00")).all()
    nothing_yet = known_frame(source, ["price_da"], two_days, instant("2019-01-01T00:00Z"))
    assert np.isnan(nothing_yet["price_da"]).all()
    other = _source(tmp_path, published="11:00")
    assert isinstance(other, Issued)
    early = other.read_issued(["price_da"], two_days, instant("2019-01-14T11:00+01:00"))
    assert np.isfinite(early["price_da"]).all()


def test_left_out_positions_repeat_the_last_price(served: Platform, tmp_path: Path) -> None:
    prices = {1: 10.0, 5: -20.0, 24: 70.0}
    start, end = "2019-01-13T23:00Z", "2019-01-14T23:00Z"
    served.answer = lambda q: (200, document([period(start, end, 60, prices)]))
    got = _source(tmp_path).read(["price_da"], DAY)["price_da"] * 1000
    assert got == pytest.approx([10.0] * 4 + [-20.0] * 19 + [70.0])
    served.answer = lambda q: (200, document([period(start, end, 60, prices)], curve="A01"))
    with pytest.raises(DataError, match="2019-01-14: the answer has 3 prices of the day"):
        _source(tmp_path, cache="other").read(["price_da"], DAY)


@pytest.mark.parametrize(
    ("day", "hours", "start", "end"),
    [
        ("2019-03-31T00:00+01:00", 23, "2019-03-30T23:00Z", "2019-03-31T22:00Z"),
        ("2019-10-27T00:00+02:00", 25, "2019-10-26T22:00Z", "2019-10-27T23:00Z"),
    ],
)
def test_days_of_23_and_25_hours(
    served: Platform, tmp_path: Path, shared_data: Path, day: str, hours: int, start: str, end: str
) -> None:
    grid = TimeGrid.of(day, 3600, hours)
    with (shared_data / "price_day_ahead_de_lu_2019_hourly.csv").open() as file:
        rows = {instant(r["time_utc"]): r for r in csv.DictReader(file)}
    prices = [float(rows[t]["price_EUR_per_MWh"]) for t in grid.times().tolist()]
    positions = dict(enumerate(prices, 1))
    served.answer = lambda q: (200, document([period(start, end, 60, positions)]))
    frame = _source(tmp_path).read(["price_da"], grid)
    assert frame["price_da"] == pytest.approx([p / 1000 for p in prices])
    short = {n: p for n, p in positions.items() if n < hours}
    served.answer = lambda q: (200, document([period(start, end, 60, short)], curve="A01"))
    with pytest.raises(DataError, match=f"has {hours - 1} prices of the day, not all"):
        _source(tmp_path, cache="other").read(["price_da"], grid)


def test_quarter_hours_beside_hours(served: Platform, tmp_path: Path) -> None:
    def answer(query: object) -> tuple[int, str]:
        quarters = {n: float(n) for n in range(1, 97)}
        hours = dict.fromkeys(range(1, 25), 100.0)
        return 200, document(
            [
                period("2025-09-29T22:00Z", "2025-09-30T22:00Z", 60, hours),
                period("2025-09-29T22:00Z", "2025-09-30T22:00Z", 15, quarters),
                period("2025-09-30T22:00Z", "2025-10-01T22:00Z", 15, quarters),
                period("2025-09-30T22:00Z", "2025-10-01T22:00Z", 60, hours),
            ]
        )

    served.answer = answer
    grid = TimeGrid.of("2025-09-30T00:00+02:00", 900, 192)
    got = _source(tmp_path).read(["price_da"], grid)["price_da"] * 1000
    assert got[:96] == pytest.approx(100.0)  # the coupled auction was hourly until then
    assert got[96:] == pytest.approx(np.arange(1, 97))
    hourly = _source(tmp_path).read(["price_da"], TimeGrid(grid.start_ns, 4 * grid.step_ns, 48))
    assert hourly["price_da"][24] * 1000 == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("status", "text", "kind", "message"),
    [
        (401, "<html>Unauthorized</html>", ConfigurationError, "the token is refused"),
        (429, "slow down", UnreachableError, "too many requests"),
        (503, "maintenance", UnreachableError, "status 503"),
        (200, nothing(), DataError, "no prices from 2019-01-14 to 2019-01-14"),
        (400, nothing(), DataError, "no prices from 2019-01-14 to 2019-01-14"),
        (200, document([]), DataError, "2019-01-14: the answer has no prices"),
        (200, "<html>oops", DataError, "the answer is no XML"),
        (
            200,
            document(
                [period("2019-01-13T23:00Z", "2019-01-14T23:00Z", 60, {1: 1.0})], currency="PLN"
            ),
            DataError,
            "currency_Unit.name is PLN, wanted EUR",
        ),
    ],
)
def test_answers_that_are_none(
    served: Platform,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
    text: str,
    kind: type[RamiError],
    message: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    served.answer = lambda q: (status, text)
    with pytest.raises(kind, match=message) as caught:
        _source(tmp_path).read(["price_da"], DAY)
    assert len(str(caught.value).splitlines()) == 1
    assert TOKEN not in str(caught.value) + repr(caught.value.__cause__) + caplog.text
    assert not (tmp_path / "entsoe").exists()


def test_nobody_answers(
    served: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with platform() as gone:
        url = gone.url
    monkeypatch.setattr(sys.modules["entsoe.entsoe"], "URL", url)
    with pytest.raises(UnreachableError, match="ENTSO-E DE_LU: no answer") as caught:
        _source(tmp_path).read(["price_da"], DAY)
    assert TOKEN not in str(caught.value) + caplog.text


def test_wrong_zone_wrong_series_damaged_cache(served: Platform, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no bidding zone 'DE_LX'; hint: did you mean"):
        _source(tmp_path, zone="DE_LX").read(["price_da"], DAY)
    with pytest.raises(DataError, match="no series 'price'"):
        _source(tmp_path).read(["price"], DAY)
    kept = tmp_path / "entsoe" / "DE_LU" / "2019-01-14.json"
    kept.parent.mkdir(parents=True)
    for text in ("", "{}", '{"zone": "DE_LU", "minutes": 60, "EUR_per_MWh": [1.0]}', "[1"):
        kept.write_text(text)
        with pytest.raises(DataError, match=r"2019-01-14.json: is no day of prices; hint: delete"):
            _source(tmp_path).read(["price_da"], DAY)
    assert not served.queries


@pytest.mark.parametrize("wrong", [{"zone": "de"}, {"published": "25:00"}, {"token": "x"}])
def test_settings(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        EntsoeConfiguration.model_validate({"zone": "DE_LU", **wrong})
    assert datetime.min.time() < EntsoeConfiguration(zone="FR").published_at


_WHOLE = {n: float(n) for n in range(1, 25)}


@pytest.mark.parametrize(
    ("several", "words"),
    [
        ([(60, _WHOLE), (60, dict.fromkeys(_WHOLE, 99.0))], "two prices for 2019-01-13T23:00:00Z"),
        ([(60, {**_WHOLE, 3: "1,5"})], "a price is '1,5', no number"),
        ([(60, {**_WHOLE, 3: "NaN"})], "no number"),
        ([(60, {"x": 1.0})], "cannot be read"),
        ([(7, _WHOLE)], "cannot be read"),
        ([(60, {2: 5.0})], "has 23 prices of the day"),
    ],
)
def test_answers_that_contradict_themselves(
    several: list[Any], words: str, peer: Callable[[str], Any]
) -> None:
    peer("entsoe")
    from adapters.sources.entsoe.answer import days_in

    text = document([period("2019-01-13T23:00Z", "2019-01-14T23:00Z", *one) for one in several])
    with pytest.raises(DataError, match=words):
        days_in(text, [date(2019, 1, 14)], "DE_LU", "now")
