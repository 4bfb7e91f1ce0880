"""A loop goes on while services run, hang or cannot write."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from rami.communication.service.contract import Inbox
from rami.communication.service.function import Said
from services.platform.beside import Beside
from tests.communication.service.said import HOUR, NOW
from tests.services.platform import faulty
from tests.services.platform.stage import Stage, forecaster, planner

GO, BEGUN = Event(), Event()


def waits(inbox: Inbox) -> Said:
    BEGUN.set()
    assert GO.wait(20)
    return faulty.good(inbox)


def test_the_loop_does_not_wait_and_only_the_newest_instant_is_run() -> None:
    GO.clear(), BEGUN.clear()
    stage = Stage(forecaster(waits, in_process=False), planner())
    beside = Beside(stage.platform)
    beside.open()
    try:
        beside.now(NOW)
        assert BEGUN.wait(20)
        for hour in range(1, 4):  # the service still runs
            beside.now(NOW + hour * HOUR)
        assert stage.exchange.kept() == []
        assert not beside.settle(0.0)
        GO.set()
        assert beside.settle(20)
        assert {m.sent_ns for m in stage.exchange.kept()} == {NOW + 3 * HOUR}
        assert stage.platform.members["load"].runs == 2
    finally:
        GO.set()
        beside.close()
    assert beside.error is None


def test_a_disk_that_does_not_take_anything_ends_no_service(tmp_path: Path) -> None:
    stage = Stage(forecaster(faulty.raises, in_process=False), planner(), folder=tmp_path)
    (tmp_path / "buildings" / "services.jsonl").mkdir()
    with stage.platform as platform:
        platform.cycle(NOW)
        platform.cycle(NOW + HOUR)
        assert stage.plan() == (0.0, "nothing (buildings/load: crashed)")
        assert platform.journal.counts["platform", "disk", "refused"] == 1
        (tmp_path / "buildings" / "services.jsonl").rmdir()
