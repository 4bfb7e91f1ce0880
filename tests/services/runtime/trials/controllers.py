"""The controller killed or held up: the plant's own heartbeat brings it to its safe state."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.services.runtime.processes import Emulator, eventually, serving
from tests.services.runtime.trials.declared import (
    HEARTBEAT_S,
    REFERENCE,
    TURN_S,
    real_time_site,
)
from tests.services.runtime.trials.outcome import Outcome, Seconds
from tests.services.runtime.trials.plants import since
from tests.services.runtime.trials.rig import Rig

LIMITS = {"controller": {"safe": HEARTBEAT_S + TURN_S}, "held up": {"safe": HEARTBEAT_S + TURN_S}}


def held_up(rig: Rig, twin: str) -> Seconds:
    """The run's process stopped: seconds until the plant is safe, then until it is driven again."""
    one, process = rig.emulators[twin], rig.run.process
    eventually(lambda: one.control() == "remote", "the plant obeys")
    process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    try:
        eventually(lambda: one.control() == "safe", "the plant is safe")
        safe_s = since(begun)
    finally:
        process.send_signal(signal.SIGCONT)
    begun = time.monotonic()
    eventually(lambda: one.control() == "remote", "the plant obeys again")
    back_s = since(begun)
    eventually(rig.controlled, "all in control")
    return {"safe": safe_s, "back": back_s}


def killed(count: int, folder: Path, wanted: Callable[[], bool]) -> Iterator[Outcome]:
    """`rami serve` killed and resumed, at most `count` times and while `wanted`: seconds until the
    plant is safe, and from the next start until it is driven again."""
    folder.mkdir(parents=True, exist_ok=True)
    one = Emulator(REFERENCE, "hts", "opcua", ("--heartbeat", f"{HEARTBEAT_S:g} s"))
    try:
        site = real_time_site(folder, {"hts": one})
        for k in range(count):
            if not wanted():
                return
            begun = time.monotonic()
            options = ["--real", "--as", "tester", *one.rehearse, *(["--resume"] if k else [])]
            with serving(site, folder / "run", *options) as run:
                eventually(lambda: one.control() == "remote", "the plant obeys")
                back_s = since(begun)
                eventually(lambda: list((folder / "run").glob("*.bin")), "a checkpoint")
                run.kill()
                begun = time.monotonic()
                eventually(lambda: one.control() == "safe", "the plant is safe")
                yield Outcome("controller", "hts", {"safe": since(begun), "driven": back_s})
    finally:
        one.running.end()
