"""A live run that fails says why in its journal, and to whoever looks at it."""

from __future__ import annotations

import json
from pathlib import Path

from rami.core.errors import ModelError
from services.control.journal import EVENTS_FILE
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import live


def test_a_failed_run_is_shown_and_recorded(tmp_path: Path, reference: ReadySite) -> None:
    with live(reference, tmp_path / "run", hours=1.0) as rig:
        rig.run(1)
        rig.opened.run.failed(ModelError("hts: no step"))
        rig.opened.published.end("the run has ended")
        assert rig.opened.published.view().state == "failed"
    last = json.loads((tmp_path / "run" / EVENTS_FILE).read_text().splitlines()[-1])
    assert (last["kind"], last["text"]) == ("stop", "the run failed: hts: no step")
