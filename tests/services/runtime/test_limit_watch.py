"""Points that leave their range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rami.core.event import EventKind
from rami.core.points import Direction, Point, PointIndex
from services.control import Published
from services.runtime.limit_watch import LimitWatch

POINTS = PointIndex(
    [
        Point("hex.P", "power", direction=Direction.MEASURED, low=-100.0, high=100.0),
        Point("T", "temperature", direction=Direction.MEASURED),
    ]
)


@pytest.fixture
def site() -> Published:
    return Published("demo", {"hts": POINTS}, lambda: 0)


def _told(site: Published) -> list[tuple[Any, ...]]:
    return [(e.source, e.condition, e.active, e.details["value"]) for e in site.events()]


def test_raised_once_and_ended_inside(site: Published) -> None:
    watch = LimitWatch("hts", POINTS, site.happened, site.conditions)
    for value in (0.0, 101.0, 150.0, np.nan, 99.0, 101.0, 97.9, -100.5, 0.0):
        watch.look(np.array([value, 1e6]))
    assert _told(site) == [
        ("hts.hex.P", "high", True, 101.0),
        ("hts.hex.P", "high", False, 97.9),
        ("hts.hex.P", "low", True, -100.5),
        ("hts.hex.P", "low", False, 0.0),
    ]
    first = site.events()[0]
    assert first.kind is EventKind.LIMIT
    assert first.text == "hex.P: 101 kW, above its limit of 100"
    assert (first.details["low"], first.details["high"]) == (-100.0, 100.0)


def test_a_resumed_run_knows_what_holds(site: Published) -> None:
    LimitWatch("hts", POINTS, site.happened, site.conditions).look(np.array([200.0, 0.0]))
    again = LimitWatch("hts", POINTS, site.happened, site.conditions)
    again.look(np.array([200.0, 0.0]))
    assert len(site.events()) == 1
    again.look(np.array([0.0, 0.0]))
    assert _told(site)[1:] == [("hts.hex.P", "high", False, 0.0)]
