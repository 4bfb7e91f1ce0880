"""Services fail in every way while a run goes on: plan and control too, each fault attributed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.communication.service.said import SITE
from tests.services.conftest import ReadySite
from tests.services.runtime.drawn_services import KILLED, OUTSIDE, WITHIN, play
from tests.services.runtime.with_services import RUNS, services, serving

#: what takes its place in the run is `faulty`
LOAD = {"kind": "remote", "owner": "dhs", "period": "60 s", "provides": [{"kind": "forecast"}]}


@pytest.mark.parametrize(
    "count", [10, pytest.param(1000, marks=pytest.mark.soak)], ids=lambda n: f"{n}"
)
def test_plan_and_control_go_on_and_each_fault_is_named(
    count: int, reference: ReadySite, tmp_path: Path
) -> None:
    changed: dict[str, Any] = {
        "site": SITE,
        "services": {**RUNS, "load": LOAD},
        "forecasts": {"from": "load", "method": "last_week"},
    }
    with serving(reference, tmp_path, changed, hours=count / 60 + 1) as rig:
        tally = play(rig, count, 4711, tmp_path)
        assert sum(tally.done.values()) == count
        if count >= 1000:
            assert set(tally.done) == {*WITHIN, *OUTSIDE, KILLED}
        assert tally.stood == []
        assert tally.unnamed == []
        assert services(rig).view()["load"].owner == "dhs"
        assert not rig.opened.run.stopped
