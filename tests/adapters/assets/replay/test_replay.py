"""The replay backend: speed, ends, gaps, quality, lines, units, files and histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.replay.backend import ReplayBackend
from adapters.assets.replay.configuration import ReplayConfiguration
from rami.asset.live import LinkState, Taken
from rami.core.errors import ConfigurationError
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant

T0 = instant("2023-05-02T08:00Z")
NOW = instant("2026-01-05T10:00Z")
MINUTE = 60 * NS
INPUTS = PointIndex([Point("hx.u", "share", Direction.ACTUATED, start=0.3)])
OUTPUTS = PointIndex(
    [Point("hx.T", "temperature"), Point("hx.P", "power"), Point("hx.E", "energy", cumulative=True)]
)
BAD = quality(Family.BAD, Reason.RANGE)
DOUBTFUL = quality(Family.UNCERTAIN, Reason.FILLED)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Kept:
    """Rows as a historian or a file would give them: {series: (quantity, [(minute, value, q)])}."""

    def __init__(
        self, series: Mapping[str, tuple[str, Sequence[tuple[float, float, int]]]]
    ) -> None:
        self._series = series
        self.asked: list[Any] = []

    def of_file(self, path: Path, form: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        self.asked.append((path.name, form))
        return self._rows(self._series)

    def of_history(
        self, run: str, names: Sequence[str], start_ns: int, end_ns: int
    ) -> tuple[tuple[Signal, ...], Rows]:
        self.asked.append((run, tuple(names)))
        return self._rows({n: s for n, s in self._series.items() if n in names})

    @staticmethod
    def _rows(series: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        names = tuple(series)
        rows = [(p, *r) for p, n in enumerate(names) for r in series[n][1]]
        return tuple(Signal(n, series[n][0]) for n in names), Rows(
            names,
            np.array([r[0] for r in rows], np.int32),
            np.array([T0 + round(r[1] * MINUTE) for r in rows], np.int64),
            np.array([r[2] for r in rows], np.float64),
            np.array([r[3] for r in rows], np.uint32),
        )


PLAIN = {
    "hx.T": ("temperature", [(0, 50.0, 0), (1, 51.0, 0), (2, 52.0, 0), (3, 53.0, 0)]),
    "hx.P": ("power", [(0, 10.0, 0), (1, 20.0, 0), (2, 30.0, DOUBTFUL), (3, 40.0, BAD)]),
    "hx.E": ("energy", [(0, 100.0, 0), (1, 101.0, 0), (2, 102.0, 0), (3, 103.0, 0)]),
}
Opened = Callable[..., ReplayBackend]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock, tmp_path: Path) -> Opened:
    def open_one(
        series: Mapping[str, Any] = PLAIN, columns: str = "", **settings: Any
    ) -> ReplayBackend:
        if columns:
            (tmp_path / "columns.csv").write_text(columns, encoding="utf-8")
            settings["columns"] = "columns.csv"
        declared = ReplayConfiguration.model_validate({"run": "winter.marginal", **settings})
        backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock, Kept(series))
        backend.open()
        return backend

    return open_one


def test_moved_on_alone(opened: Opened, clock: Clock) -> None:
    backend = opened(optional=["hx.u"])
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    clock.now += 3600 * NS
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    backend.advance(119.0)
    assert backend.observe().values.tolist() == [51.0, 20.0, 101.0]
    assert backend.observe().times_ns.tolist() == [clock.now - 59 * NS] * 3
    assert backend.recorded_ns == T0 + 119 * NS


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0])
def test_with_the_clock_at_any_speed(opened: Opened, clock: Clock, speed: float) -> None:
    backend = opened(optional=["*"], speed=speed)
    clock.now += round(90 / speed * NS)
    seen = backend.observe()
    assert seen.values.tolist() == [51.0, 20.0, 101.0]
    assert (clock.now - seen.times_ns).tolist() == [round(30 / speed * NS)] * 3
    backend.advance(60.0)
    assert backend.observe().values[0] == 52.0


def test_quality_as_recorded(opened: Opened) -> None:
    backend = opened(optional=["*"])
    backend.advance(120.0)
    assert backend.observe().quality.tolist() == [0, DOUBTFUL, 0]
    backend.advance(59.0)
    backend.advance(1.0)
    seen = backend.observe()
    assert seen.quality.tolist() == [0, BAD, 0]
    assert seen.values.tolist() == [53.0, 30.0, 103.0], "the last usable value stays"
    assert seen.times_ns[1] == seen.times_ns[0] - MINUTE


def test_gaps_as_recorded(opened: Opened) -> None:
    minutes = [*range(5), *range(20, 25)]
    series = {
        "hx.T": ("temperature", [(m, 50.0 + m, 0) for m in minutes]),
        "hx.P": ("power", [(m, float("nan") if m == 2 else m, 0) for m in range(25)]),
        "hx.E": ("energy", [(m, m, 0) for m in range(3, 25)]),
    }
    backend = opened(series, optional=["*"])
    before = backend.observe()
    assert np.isnan(before.values[2])
    assert before.quality[2] & Reason.MISSING
    assert before.times_ns[2] == 0
    backend.advance(150.0)
    assert backend.observe().quality[1] == quality(Family.BAD, Reason.MISSING)
    assert backend.observe().values[1] == 1.0
    backend.advance(4 * 60.0)
    assert is_good(backend.observe().quality).all()
    backend.advance(2 * 60.0)
    held = backend.observe()
    assert held.values[0] == 54.0
    assert held.quality[0] == quality(Family.BAD, Reason.STALE)
    patient = opened(series, optional=["*"], gap="30 min")
    patient.advance(10 * 60.0)
    assert is_good(patient.observe().quality).all()


def test_lines_between_rows(opened: Opened) -> None:
    backend = opened(optional=["*"], between="line")
    backend.advance(30.0)
    assert backend.observe().values.tolist() == [50.5, 15.0, 100.5]
    backend.advance(120.0)
    assert backend.observe().values.tolist() == [52.5, 30.0, 102.5], "no line to a bad row"


def test_at_the_end_it_is_lost(opened: Opened) -> None:
    backend = opened(optional=["*"])
    backend.advance(239.0)
    assert backend.link().state is LinkState.OPEN
    backend.advance(10.0)
    assert backend.link().state is LinkState.LOST
    assert "ended" in backend.link().trouble
    assert backend.link().losses == 1
    seen = backend.observe()
    assert seen.values[0] == 53.0
    assert is_bad(seen.quality).all()
    (answer,) = backend.command(np.array([0.5]), np.array([True]))
    assert answer.taken is Taken.LOST
    backend.open()
    assert backend.observe().values[0] == 50.0


def test_at_the_end_it_holds(opened: Opened) -> None:
    backend = opened(optional=["*"], at_end="hold")
    backend.advance(1e6)
    assert backend.link().state is LinkState.OPEN
    seen = backend.observe()
    assert seen.values.tolist() == [53.0, 30.0, 103.0]
    assert (seen.quality == DOUBTFUL)[[0, 2]].all()


def test_at_the_end_it_begins_anew_and_registers_count_on(opened: Opened) -> None:
    backend = opened(optional=["*"], at_end="loop")
    for _ in range(2):
        backend.advance(4 * 60.0)
    assert backend.observe().values.tolist() == [50.0, 10.0, 106.0]
    assert is_good(backend.observe().quality).all()


def test_commands_are_kept_and_change_nothing(opened: Opened, clock: Clock) -> None:
    backend = opened({**PLAIN, "hx.u": ("share", [(0, 0.7, 0), (1, 0.8, 0)])})
    backend.advance(60.0)
    assert backend.read_back().values.tolist() == [0.8]
    clock.now += NS
    (answer,) = backend.command(np.array([0.5]), np.array([True]))
    assert (answer.taken, "changes nothing" in answer.why) == (Taken.DONE, True)
    back = backend.read_back()
    assert (back.values.tolist(), back.times_ns.tolist()) == ([0.5], [clock.now])
    assert backend.observe().values.tolist() == [51.0, 20.0, 101.0]


def test_a_part_of_it(opened: Opened) -> None:
    backend = opened(optional=["*"], start="2023-05-02T08:01Z", end="2023-05-02T08:02Z")
    assert backend.observe().values[0] == 51.0
    with pytest.raises(ConfigurationError, match="no rows between 2024"):
        opened(optional=["*"], start="2024-05-02T08:01Z")


def test_names_with_the_twins_own_before_them(opened: Opened) -> None:
    backend = opened({f"hts.{n}": s for n, s in PLAIN.items()}, optional=["hx.u"])
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]


def test_what_is_missing_or_measures_something_else(opened: Opened) -> None:
    series = {"hx.T": ("power", [(0, 1.0, 0)]), "hx.P": PLAIN["hx.P"]}
    with pytest.raises(ConfigurationError) as caught:
        opened(series)
    assert "hx.T measures power, wanted temperature" in str(caught.value)
    assert "2 points are not in the recording: hx.u, hx.E" in str(caught.value)


def test_a_map_of_columns(opened: Opened) -> None:
    series = {
        "hx.T": ("unknown", [(0, 323.15, 0)]),
        "hx.P": ("unknown", [(0, 5.0, 0)]),
        "hx.E": ("unknown", [(0, 2.0, 0)]),
    }
    columns = (
        "point,column,unit,scale,offset\nhx.T,T1 [K],,,\nhx.P,Q,W,1000,-500\nhx.E,W (MWh),,,\n"
    )
    backend = opened(series, columns, file="recorded.csv", run=None, optional=["hx.u"])
    np.testing.assert_allclose(backend.observe().values, [50.0, 4.5, 2000.0])


def test_all_problems_of_a_map_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.csv").touch()
    (tmp_path / "columns.yaml").write_text(
        "hx.T: {column: T, unit: kW}\nhx.P: {unit: W}\nhx.Q: Q\nhx.E: {column: E, scale: big}\n",
        encoding="utf-8",
    )
    declared = ReplayConfiguration.model_validate({"file": "r.csv", "columns": "columns.yaml"})
    points = [*INPUTS.points, *OUTPUTS.points]
    problems, _ = declared.check_points(tmp_path, points)
    told = "\n".join(map(str, problems))
    for words in (
        "columns.yaml:1: hx.T: unit 'kW' does not measure temperature",
        "columns.yaml:2: hx.P: has no column",
        "columns.yaml:3: the twin has no point 'hx.Q'",
        "columns.yaml:4: hx.E: scale is 'big'",
        "1 points are not in a column map: hx.u",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "either `file` or `run`"),
        ({"file": "a.csv", "run": ""}, "either `file` or `run`"),
        ({"run": "", "form": {"zone": "UTC"}}, "`form` is of a file"),
        ({"run": "", "speed": 0}, "greater than 0"),
        ({"run": "", "start": "2023-05-03T00:00Z", "end": "2023-05-02T00:00Z"}, "not after"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ReplayConfiguration.model_validate(settings)


def test_a_title_whose_unit_is_not_known_is_told(opened: Opened) -> None:
    """Not taken for the point's own unit."""
    columns = "point,column,unit\nhx.T,T [R],\nhx.P,Q [-],W\n"
    with pytest.raises(ConfigurationError) as caught:
        opened({}, columns, file="recorded.csv", run=None, optional=["*"])
    assert str(caught.value).startswith("columns.csv:2: hx.T: the unit in 'T [R]' is not known")


def test_fahrenheit(opened: Opened) -> None:
    series = {"hx.T": ("unknown", [(0, 212.0, 0), (1, 32.0, 0)])}
    columns = "point,column\nhx.T,T [°F]\n"
    backend = opened(series, columns, file="recorded.csv", run=None, optional=["*"])
    assert backend.observe().values[0] == pytest.approx(100.0)


def test_a_recording_that_begins_at_zero(clock: Clock, tmp_path: Path) -> None:
    """Seconds since its begin: the row at 0 is told too."""

    class FromZero(Kept):
        def _rows(self, series: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:  # type: ignore[override]
            signals, rows = Kept._rows(series)
            return signals, replace(rows, times=rows.times - T0)

    declared = ReplayConfiguration.model_validate({"run": "", "optional": ["hx.u"]})
    backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock, FromZero(PLAIN))
    backend.open()
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    assert backend.observe().times_ns.tolist() == [clock.now] * 3
