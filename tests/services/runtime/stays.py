"""When a twin is on its model, and why then."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: the first swap, in minutes since the start
_BEGIN = 90
#: a cut lasts so long, min, and what it does to the flow temperatures by itself
CUT, _SHUT_DOWN = 2, 3
#: a link is cut so long before the swap, min: the gate wants a window of data after it
AWAY = 18
#: so long it is waited for a saturated actuator, min
PATIENCE = 10


@dataclass(frozen=True)
class Stay:
    """From minute `at` on the model for `minutes`; `why` that moment."""

    at: int
    minutes: int
    why: str


def stays(count: int, seed: int, begin: int = _BEGIN) -> list[Stay]:
    """Moments at random, and chosen ones: a quarter of an hour begins (set-points move), a plan
    is made, an actuator is at its limit, by hand, the link was just back."""
    draw = random.Random(seed)
    moments = ("random", "ramp", "re-plan", "saturated", "manual", "random", "ramp", "back")
    found: list[Stay] = []
    at = begin
    for number in range(count):
        why = moments[number % len(moments)]
        if why == "ramp":
            at += -at % 15
        if why == "back":
            # not cut before the twin is on its plant again
            last = found[-1]
            at = max(at + AWAY - 16, last.at + last.minutes + AWAY + 1)
        minutes = draw.choice((1, 1, 2, 3, 5, 8, 15))
        found.append(Stay(at, minutes, why))
        at += minutes + draw.randint(16, 19)
        if why == "saturated":
            at += PATIENCE
    return found


def minutes_of(planned: list[Stay]) -> int:
    """Length of a run in which all of them can be made."""
    last = planned[-1]
    return last.at + last.minutes + 20


def shut_down(planned: list[Stay], minute: int) -> bool:
    """Whether a lost plant goes to its safe values, with steps of some K in a control step, one
    step sooner or later."""
    cuts = (stay.at - AWAY for stay in planned if stay.why == "back")
    return any(cut <= minute < cut + _SHUT_DOWN for cut in cuts)
