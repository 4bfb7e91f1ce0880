"""The site that trials run: the reference site with short steps, and the times it declares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.services.runtime.processes import Emulator, with_plants

REFERENCE = Path(__file__).parents[4] / "examples" / "reference" / "site.yaml"
ALARM_S, RECOVER_S, HEARTBEAT_S = 4.0, 2.0, 5.0
#: until a value that stands still is none any more: its source's age, then how long it is held
SOURCE_AGE_S, HOLD_S = 2.5, 3.0
#: control steps; networks are looked at every second one
STEP_S = 1.0
#: what may be late on a machine that does other things
TURN_S = 3.0
#: of one search for a plan; a planner that hangs is given up after three, and half a minute
SEARCH_S = 5.0
GIVEN_UP_S = 30.0 + 3 * SEARCH_S
_LIVE = {
    "alarm_after": f"{ALARM_S:g} s",
    "recover_after": f"{RECOVER_S:g} s",
    "hold": f"{HOLD_S:g} s",
}
_OFTEN = {
    "hts": {"sampling": "250 ms", "stale_age": "2 s", "source_age": f"{SOURCE_AGE_S * 1e3:g} ms"},
    "iess": {"period": "250 ms", "stale_age": "2 s"},
}


def real_time_site(folder: Path, emulators: Mapping[str, Emulator], **changed: Any) -> Path:
    """With short steps, for the clock on the wall."""
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    declaration["clock"] |= {"step": f"{2 * STEP_S:g} s", "control_step": f"{STEP_S:g} s"}
    declaration["strategy"]["deadline"] = f"{SEARCH_S:g} s"
    declaration |= changed
    return with_plants(
        declaration, folder, [*emulators.values()], live=_LIVE, fidelity={"window": "3 s"},
        plant=_OFTEN,
    )  # fmt: skip
