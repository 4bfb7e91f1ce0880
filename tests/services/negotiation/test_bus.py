"""The same talks in process, on the local bus, over a broker: the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.negotiation.results import StepResult
from services.negotiation.week import LivedDistrict
from tests.adapters.buses.broker import program
from tests.services.negotiation.over_bus import (
    Brokered,
    Local,
    paid,
    plant,
    site_file,
    small,
)


@pytest.fixture(scope="module")
def alone() -> dict[int, StepResult]:
    """Steps 1 and 2 in one process, nobody's bound worked out."""
    found = {}
    for step in (1, 2):
        lived = LivedDistrict(small(), lambda: 0.0)
        lived.table.bounded = False
        found[step] = lived.live(step)
    return found


@pytest.mark.parametrize("step", [1, 2])
def test_the_local_bus_gives_the_same_bytes(
    step: int, alone: dict[int, StepResult], tmp_path: Path
) -> None:
    def change(more: dict) -> None:
        more["services"]["negotiation"]["steps"] = step

    bus = Local(site_file(tmp_path, change))
    bus.live()
    day = alone[step].days[-1]
    assert plant(bus.said("measurement", "plant")[0]) == day.plant.tolist()
    (sent,) = bus.said("forecast", "plant")
    assert sent.series["plant"] == day.forecast.tolist()
    (told,) = bus.said("key_figures", "deal")
    if step == 2:
        assert day.talk is not None and day.talk.deal.made
        assert paid(told) == day.talk.deal.paid
        assert told.figures["rounds"][0] == day.talk.rounds
    assert not [e for e in bus.events if "absent" not in e and "well again" not in e]


def test_a_broker_between_owners_gives_the_same_bytes(
    alone: dict[int, StepResult], tmp_path: Path
) -> None:
    program()
    day = alone[2].days[-1]
    with Brokered(tmp_path) as bus:
        bus.live()
        told = bus.last("key_figures", "deal")
        assert plant(bus.last("measurement", "plant")) == day.plant.tolist()
    assert day.talk is not None
    assert paid(told) == day.talk.deal.paid
    # what nobody else may hear has never left the house
    assert not any("/schedule/all" in topic for topic, _ in bus.heard.texts)
