"""Plants killed, cut off, frozen, restarted; plants that take commands late or refuse them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rami.communication.live_site import Verb
from rami.core.points import Direction
from tests.services.runtime.processes import eventually
from tests.services.runtime.trials.declared import ALARM_S, HOLD_S, SOURCE_AGE_S, STEP_S, TURN_S
from tests.services.runtime.trials.outcome import Seconds
from tests.services.runtime.trials.rig import Rig

#: how long writes are held up by a plant that is slow, s
DELAY_S = 3.0
#: until a plant that takes commands again is believed, s
_OVER_S = 60.0


def since(begun: float) -> float:
    """Seconds from then to now."""
    return time.monotonic() - begun


def lose(what: str) -> Callable[[Rig, str], Seconds]:
    """A plant taken away (`killed`, or a fault) and given back: seconds to the alarm, to a plan
    without the twin, then back in its former mode, and to a plan with it."""

    def trial(rig: Rig, twin: str) -> Seconds:
        one, begun = rig.emulators[twin], time.monotonic()
        if what == "killed":
            one.running.process.kill()
        else:
            one.ask(fault=what if what == "freeze" else f"{what},for=10000")
        eventually(lambda: rig.alarm(twin), f"an alarm after {what} of {twin}")
        alarm_s = since(begun)
        others = [t for t in rig.emulators if t != twin]
        assert all(map(rig.controlled, others)), "the others go on"
        eventually(lambda: rig.mode(twin) == "simulate", "the model stands in")
        eventually(lambda: rig.planned_without(twin), f"a plan without {twin}")
        replanned_s = since(begun)
        if what == "killed":
            one.running.end()
            one.begin()
        else:
            one.ask(clear="all")
        begun = time.monotonic()
        eventually(lambda: rig.controlled(twin), f"{twin} in control after {what}")
        back_s = since(begun)
        assert not rig.alarm(twin) and rig.controlled()
        eventually(lambda: not rig.planned_without(twin), f"a plan with {twin}")
        eventually(lambda: one.control() == "remote", "the plant obeys")
        return {
            "alarm": alarm_s, "replanned": replanned_s, "back": back_s, "planned": since(begun),
        }  # fmt: skip

    return trial


def refuse(rig: Rig, twin: str) -> Seconds:
    """No write is taken: seconds to the alarm; then, none being refused, until that is over. The
    twin stays in control, and its plant obeys."""
    one, begun = rig.emulators[twin], time.monotonic()
    one.ask(fault="refuse")
    with _manual(rig, twin):
        eventually(lambda: rig.holds(twin, "not taken"), f"{twin} refuses")
        alarm_s = since(begun)
        one.ask(clear="all")
        begun = time.monotonic()
        eventually(lambda: not rig.holds(twin, "not taken"), f"{twin} takes commands again")
    assert rig.controlled() and not rig.alarm(twin)
    return {"alarm": alarm_s, "over": since(begun)}


def delay(rig: Rig, twin: str) -> Seconds:
    """Writes take effect late: seconds until a set-point stands. Nothing is lost by it."""
    one = rig.emulators[twin]
    one.ask(fault=f"delay,by={DELAY_S:g}")
    begun = time.monotonic()
    with _manual(rig, twin) as stands:
        eventually(stands, f"the set-point at {twin}")
        taken_s = since(begun)
        eventually(lambda: since(begun) > 10 * STEP_S, "a while")
    one.ask(clear="all")
    assert rig.controlled() and not rig.alarm(twin) and not rig.holds(twin, "not taken")
    return {"taken": taken_s}


class _manual:  # noqa: N801 - a context, used as a word
    """A set-point by hand as long as the context lasts; gives what tells whether it stands."""

    def __init__(self, rig: Rig, twin: str) -> None:
        self._rig, points = rig, rig.site.points(twin)
        place = next(
            k for k, p in enumerate(points.points)
            if p.direction is Direction.ACTUATED and (p.low, p.high) == (0.0, 1.0)
        )  # fmt: skip
        self._twin, self._place = twin, place
        self._point = f"{twin}.{points.names[place]}"
        self._value = 0.3

    def __enter__(self) -> Callable[[], Any]:
        if abs(self._now() - self._value) < 0.2:
            self._value = 0.7
        done = self._rig.run.ask(Verb.SET_POINT, point=self._point, value=self._value)
        assert done.done, done.why
        return lambda: abs(self._now() - self._value) < 1e-3

    def __exit__(self, *_: object) -> None:
        self._rig.run.ask(Verb.GIVE_BACK, point=self._point)

    def _now(self) -> float:
        return float(self._rig.site.view().twins[self._twin].seen.values[self._place])


#: most seconds that were declared, and a turn of the machine
_NOTICED = {"alarm": ALARM_S + TURN_S}
LIMITS = {
    "killed": _NOTICED,
    "link": _NOTICED,
    "restart": _NOTICED,
    "freeze": {"alarm": SOURCE_AGE_S + HOLD_S + ALARM_S + TURN_S},
    "refuse": {"alarm": 2 * STEP_S + TURN_S, "over": _OVER_S + 10 * STEP_S + TURN_S},
    "delay": {"taken": DELAY_S + 10 * STEP_S + TURN_S},
}
