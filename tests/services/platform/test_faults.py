"""Whatever a service does: the others go on, it is named, and it gets its next chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rami.communication.service.contract import Fallback, Inbox
from tests.communication.service.said import HOUR, NOW, SITE, provider
from tests.services.platform import faulty
from tests.services.platform.stage import Stage, forecaster, planner, process


@pytest.mark.parametrize(
    ("act", "what"), faulty.FAULTS.items(), ids=lambda x: str(getattr(x, "__name__", ""))
)
def test_each_fault_is_named_and_the_plan_goes_on(
    act: Callable[[Inbox], object], what: str
) -> None:
    deadline = 0.5 if act is faulty.hangs else 20.0
    stage = Stage(forecaster(act, deadline_s=deadline), planner())
    with stage.platform as platform:
        platform.cycle(NOW)
        assert platform.troubles() == {"load": what}
        assert platform.journal.counts["buildings", "load", what] == 1
        assert stage.plan() == (0.0, f"nothing (buildings/load: {what})")
    (event,) = stage.events
    assert (event.owner, event.service, event.what, event.since_ns) == (
        "buildings",
        "load",
        what,
        NOW,
    )


def test_a_service_gets_well_and_everybody_is_told(tmp_path: Path) -> None:
    file = tmp_path / "act"
    stage = Stage(process(faulty.Changing(provider(), file)), planner(), folder=tmp_path)
    with stage.platform as platform:
        plans = []
        for hour, act in enumerate(["good", "killed", "good", "prints"]):
            file.write_text(act)
            platform.cycle(NOW + hour * HOUR)
            plans.append(stage.plan())
    second = 1000.0 * 0 + NOW // 10**9 % 1000
    assert [value for value, _ in plans[:2]] == [second, second]
    assert plans[0][1] == ""
    # the last one while it is valid, and the planner is told so
    assert plans[1][1].startswith("the last one (buildings/load: crashed; its last one of 2026")
    assert plans[2][1] == plans[3][1] == ""
    assert [e.what for e in stage.events] == ["crashed", "well"]
    assert stage.events[1].since_ns == NOW + HOUR


@pytest.mark.parametrize(
    ("fallback", "why"),
    [
        (Fallback.OWN, "its own calculation (buildings/load: crashed)"),
        (Fallback.NOTHING, "nothing (buildings/load: crashed)"),
    ],
)
def test_the_declared_fallback_takes_its_place(
    tmp_path: Path, fallback: Fallback, why: str
) -> None:
    file = tmp_path / "act"
    load = process(faulty.Changing(provider(), file))
    stage = Stage(load, planner(fallback=fallback))
    with stage.platform as platform:
        for hour, act in enumerate(["good", "exits"]):
            file.write_text(act)
            platform.cycle(NOW + hour * HOUR)
        assert stage.plan() == (0.0, why)


def test_one_that_waits_does_not_run() -> None:
    stage = Stage(forecaster(faulty.raises), planner(fallback=Fallback.WAIT))
    with stage.platform as platform:
        platform.cycle(NOW)
        assert platform.troubles() == {"load": "crashed", "plan": "waiting"}
        assert stage.exchange.kept() == []


def test_the_last_one_is_not_used_when_it_is_over_or_too_old(tmp_path: Path) -> None:
    file = tmp_path / "act"
    stage = Stage(process(faulty.Changing(provider(), file)), planner(older_than_s=1800.0))
    with stage.platform as platform:
        for hour, act in enumerate(["good", "raises"]):
            file.write_text(act)
            platform.cycle(NOW + hour * HOUR)
        assert stage.plan() == (0.0, "nothing (buildings/load: crashed)")


def test_what_a_service_says_of_its_fault_is_its_owners_alone(tmp_path: Path) -> None:
    stage = Stage(forecaster(faulty.raises), planner(), folder=tmp_path)
    with stage.platform as platform:
        platform.cycle(NOW)
    assert faulty.CANARY in (tmp_path / "buildings" / "services.jsonl").read_text()
    assert faulty.CANARY not in str(stage.events)
    assert faulty.CANARY not in stage.plan()[1]
    for file in (tmp_path / "network").iterdir():
        assert faulty.CANARY not in file.read_text()


def test_a_trusted_one_in_a_thread_is_late_alone() -> None:
    stage = Stage(forecaster(faulty.raises, in_process=False), planner())
    with stage.platform as platform:
        platform.cycle(NOW)
        assert platform.troubles() == {"load": "crashed"}


def test_periods_are_kept_and_what_was_missed_is_not_made_up_for() -> None:
    load = forecaster(faulty.good, in_process=False)
    load.declaration = replace(load.declaration, period_s=7200.0)
    stage = Stage(load)
    with stage.platform as platform:
        runs = [platform.cycle(NOW + hour * HOUR) for hour in (0, 1, 2, 7, 8)]
    assert runs == [1, 0, 1, 1, 1]
    assert SITE == "town"


def test_numbers_rise_over_restarts(tmp_path: Path) -> None:
    sequences = []
    for hour in range(2):
        stage = Stage(forecaster(faulty.good, in_process=False), folder=tmp_path)
        with stage.platform as platform:
            platform.cycle(NOW + hour * HOUR)
            sequences += [m.sequence for m in stage.exchange.kept()]
    assert sequences == [1, 2]
