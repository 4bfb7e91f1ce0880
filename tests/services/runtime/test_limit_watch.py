"""Points beyond their limits: levels, deadband, delay; and what a resumed run knows of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rami.communication.live_site import Request, Verb
from rami.core.event import EventKind, Severity
from rami.core.points import Direction, Point, PointIndex
from rami.core.timegrid import NS
from rami.integration.alarm_limits import alarm_limits
from rami.integration.alarm_settings import AlarmSettings
from services.control import Published
from services.runtime.limit_watch import LimitWatch
from twins.site import load_site

POINTS = PointIndex(
    [
        Point("hex.P", "power", direction=Direction.MEASURED, low=-100.0, high=100.0),
        Point("T", "temperature", direction=Direction.MEASURED),
    ]
)


class Watched:
    """A watch whose clock is turned by hand."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self.now_ns = 1000 * NS
        self.site = Published("demo", {"hts": POINTS}, lambda: self.now_ns)
        told = AlarmSettings.model_validate(settings or {})
        self.limits = alarm_limits(POINTS.points, {}, told).all
        self.watch = self.again()

    def again(self) -> LimitWatch:
        site = self.site
        return LimitWatch(
            "hts", POINTS, self.limits, site.happened, site.conditions, lambda: self.now_ns
        )

    def look(self, *values: float, every_s: float = 10.0, place: int = 0) -> None:
        for value in values:
            self.now_ns += round(every_s * NS)
            row = np.zeros(2)
            row[place] = value
            self.watch.look(row)

    @property
    def told(self) -> list[tuple[Any, ...]]:
        events = [e for e in self.site.events() if e.kind is EventKind.LIMIT]
        return [(e.source, e.condition, e.active, e.details["value"]) for e in events]


def test_raised_once_and_ended_inside() -> None:
    seen = Watched()
    seen.look(0.0, 101.0, 150.0, np.nan, 99.0, 101.0, 97.9, -100.5, 0.0)
    assert seen.told == [
        ("hts.hex.P", "high", True, 101.0),
        ("hts.hex.P", "high", False, 97.9),
        ("hts.hex.P", "low", True, -100.5),
        ("hts.hex.P", "low", False, 0.0),
    ]
    first = seen.site.events()[0]
    assert first.text == "hex.P: 101 kW, above its limit of 100"
    assert (first.details["low"], first.details["high"]) == (-100.0, 100.0)


def test_levels_deadband_and_delay() -> None:
    limits = {"high": "80 degC", "high_high": "90 degC", "deadband": "3 K", "delay": "30 s"}
    seen = Watched({"points": {"T": limits}})
    # not long enough above it, and then by the clock
    seen.look(85.0, 85.0, 79.0, 85.0, 85.0, 85.0, place=1)
    assert not seen.told
    seen.look(85.0, 95.0, 95.0, 95.0, 95.0, place=1)
    assert [t[1:3] for t in seen.told] == [("high", True), ("high_high", True)]
    severities = [e.severity for e in seen.site.events()]
    assert severities == [Severity.ALARM, Severity.DANGER]
    seen.look(88.0, 86.9, 79.0, np.nan, 76.9, place=1)
    assert [t[1:] for t in seen.told[2:]] == [("high_high", False, 86.9), ("high", False, 76.9)]


def test_noise_at_a_limit_is_one_alarm() -> None:
    seen = Watched()
    rng = np.random.default_rng(4)
    seen.look(*(100.0 + rng.uniform(-1.9, 1.9, 500)))
    assert len(seen.told) == 1


def test_a_resumed_run_knows_what_holds_and_who_has_seen_it() -> None:
    seen = Watched()
    seen.look(200.0)
    asked = {"source": "hts.hex.P", "condition": "high", "comment": "seen"}
    seen.site.submit(Request(Verb.ACKNOWLEDGE, "ann", asked), lambda reply: None)
    seen.site.requests()
    state = seen.site.save()
    seen.site = Published("demo", {"hts": POINTS}, lambda: seen.now_ns)
    seen.site.restore(state)
    seen.watch = seen.again()
    seen.look(200.0)
    assert not seen.told
    assert seen.site.conditions()["hts.hex.P", "high"][1], "acknowledged still"
    seen.look(0.0)
    assert seen.told == [("hts.hex.P", "high", False, 0.0)]
    assert not seen.site.conditions()


def test_engineering_data_give_limits(reference_site_file: Any) -> None:
    site = load_site(reference_site_file)
    topology = site.topology.twins["hts"]
    found = alarm_limits(topology.points.points, topology.components).all
    by_name = {limit.point.name: limit for limit in found}
    assert by_name["hex_hnht.P"].levels == {"low_low": -6000.0, "high": 4400.0, "high_high": 6000.0}
    assert by_name["hs.T_1"].levels == {"high": 110.0}
    assert "hs.T_2" not in by_name


@pytest.mark.parametrize(
    ("points", "what"),
    [
        ({"Tx": {"high": "3 degC"}}, "names no measured point"),
        ({"T": {"high": "3 kW"}}, "kW"),
        ({"T": {"high": "3 degC", "low": "4 degC"}}, "do not rise"),
    ],
)
def test_faults_of_the_section(points: dict[str, Any], what: str) -> None:
    settings = AlarmSettings.model_validate({"points": points})
    (wrong,) = alarm_limits(POINTS.points, {}, settings).wrong
    assert what in wrong.what
