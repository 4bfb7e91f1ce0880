"""Set-points by hand in a run in simulated time."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.communication.live_site import Verb
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import live

SEEN = {"hts.hp.u": 0.31, "iess.boiler_hnht.u": 0.42}


@pytest.mark.parametrize("point", SEEN)
def test_lasts_as_long_as_was_said(point: str, reference: ReadySite, tmp_path: Path) -> None:
    twin, value = point.partition(".")[0], SEEN[point]
    with live(reference, tmp_path / "run") as rig:
        rig.run(2)
        switch = rig.opened.modes[twin].switch
        place = switch.edge.inputs[point.partition(".")[2]]
        reply = rig.ask(Verb.SET_POINT, point=point, value=value, lease_s=600.0)
        assert reply.done, reply.why
        for _ in range(9):
            rig.run(1)
            assert switch.positions()[place] == value
        rig.run(3)
        assert any("its time is over" in e.text for e in rig.events("guard"))


def test_a_point_that_is_no_input_is_told_with_its_components_inputs(
    reference: ReadySite, tmp_path: Path
) -> None:
    with live(reference, tmp_path / "run") as rig:
        rig.run(1)
        reply = rig.ask(Verb.SET_POINT, point="hts.hp.P_el", value=300.0)
        assert reply.why == ("hts.hp.P_el is told, not commanded; did you mean 'hts.hp.u'?",)
