"""A run in control of its plants, in real time, all in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from services.control import RemoteSite
from tests.services.runtime.processes import Emulator, Serving, eventually, serving
from tests.services.runtime.trials.declared import HEARTBEAT_S, REFERENCE, real_time_site

#: what is not to be used without a twin: all of a station, of a factory what is at its networks
_LOST = {"hts": ("hts.",), "iess": ("hts.hex_hnht.", "hts.hex_hnlt.")}
_FRONTS = {"hts": "opcua", "iess": "modbus"}


@dataclass
class Rig:
    """The run, the other end of its socket, its plants."""

    run: Serving
    site: RemoteSite
    emulators: dict[str, Emulator]
    draw: Random = field(default_factory=lambda: Random(1))

    def mode(self, twin: str) -> str:
        """As shown now."""
        return str(self.site.view().twins[twin].mode.value)

    def controlled(self, *twins: str) -> bool:
        """Whether the plants, or some of them, are driven."""
        shown = self.site.view().twins
        return all(t in shown and self.mode(t) == "control" for t in twins or self.emulators)

    def holds(self, source: str, condition: str) -> bool:
        """Whether a condition holds."""
        found = self.site.conditions().get((source, condition))
        return found is not None and found[0].active

    def alarm(self, twin: str) -> bool:
        """Whether its plant counts as lost."""
        return self.holds(twin, "plant lost")

    def planned_without(self, twin: str) -> bool:
        """Whether the plan that is followed does not count on it: nothing crosses its borders."""
        plan = self.site.plan()
        if plan is None or not any(n.startswith(f"{twin}: not available") for n in plan.notes):
            return False
        gone = _LOST[twin]
        powers = [k for k, c in enumerate(plan.columns) if c.startswith(gone) and ".P" in c]
        assert powers and np.abs(np.array(plan.values)[:, powers]).max() < 1e-6, (twin, plan.notes)
        return True


@contextmanager
def rig(folder: Path, twins: tuple[str, ...] = ("hts", "iess"), **changed: Any) -> Iterator[Rig]:
    """Ready: plants in control, a plan followed. `changed` are sections of the site."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ("--heartbeat", f"{HEARTBEAT_S:g} s")
    emulators = {twin: Emulator(REFERENCE, twin, _FRONTS[twin], words) for twin in twins}
    try:
        site = real_time_site(folder, emulators, **changed)
        named = [word for one in emulators.values() for word in one.rehearse]
        with (
            serving(site, folder / "run", "--real", "--as", "tester", *named) as run,
            run.remote() as remote,
        ):
            found = Rig(run, remote, emulators)
            eventually(found.controlled, "plants in control")
            eventually(remote.plan, "a plan")
            yield found
    finally:
        for one in emulators.values():
            one.running.end()
