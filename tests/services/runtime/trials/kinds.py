"""The kinds of trials that a run with its plants is put through, and their limits."""

from __future__ import annotations

from collections.abc import Callable

from tests.services.runtime.trials import controllers, planners, plants
from tests.services.runtime.trials.outcome import Seconds
from tests.services.runtime.trials.rig import Rig

#: the one that has a run of its own each time
CONTROLLER = "controller"
IN_A_RIG: dict[str, Callable[[Rig, str], Seconds]] = {
    "killed": plants.lose("killed"),
    "link": plants.lose("link"),
    "freeze": plants.lose("freeze"),
    "restart": plants.lose("restart"),
    "refuse": plants.refuse,
    "delay": plants.delay,
    "held up": controllers.held_up,
    "planner": planners.killed,
    "planner held up": planners.held_up,
}
KINDS = (CONTROLLER, *IN_A_RIG)
LIMITS: dict[str, Seconds] = {**plants.LIMITS, **controllers.LIMITS, **planners.LIMITS}
#: whose plant; Modbus knows no times: a value that stands still is a value, and what is written
#: is read back at once: a register that changes late has not taken it
TWINS = dict.fromkeys(("freeze", "delay", "planner", "planner held up"), ("hts",))


def twin(kind: str, number: int) -> str:
    """Whose plant the trial of that number is about: they take turns."""
    some = TWINS.get(kind, ("hts", "iess"))
    return some[number % len(some)]
