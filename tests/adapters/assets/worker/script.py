"""A parent with an FMU in a process of its own: tells its number, then steps as it is told.

usage: python -m tests.adapters.assets.worker.script FMU steps|waits
"""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

from adapters.assets.fmu.worker.backend import WorkerFmu
from adapters.assets.fmu.worker.trouble import Limits
from tests.adapters.assets.worker.conftest import HELD, INPUTS, OUTPUTS


def main() -> None:
    """Until it is stopped."""
    path, what = sys.argv[1:]
    limits = Limits(step_s=60.0)
    fmu = WorkerFmu.load(Path(path), INPUTS, OUTPUTS, limits=limits)
    sys.stdout.write(f"{fmu.pid} {fmu._keeper.spec.folder}\n")
    sys.stdout.flush()
    if what == "waits":
        Event().wait()
    while True:
        fmu.step(HELD, 10.0)


if __name__ == "__main__":
    main()
