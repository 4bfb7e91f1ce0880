"""The planner's process killed or held up: the loop goes on, plans come again."""

from __future__ import annotations

import os
import signal
import time

from rami.communication.live_site import Verb
from tests.services.runtime.processes import eventually
from tests.services.runtime.trials.declared import GIVEN_UP_S, STEP_S, TURN_S
from tests.services.runtime.trials.outcome import Seconds
from tests.services.runtime.trials.plants import since
from tests.services.runtime.trials.rig import Rig

#: a plan is asked for again a minute after one failed; a process takes its time to start
_AGAIN_S, _START_S = 60.0, 60.0
LIMITS = {
    "planner": {"plan": _START_S},
    "planner held up": {"alarm": GIVEN_UP_S + 2 * STEP_S + TURN_S, "plan": _AGAIN_S + _START_S},
}


def _planner(rig: Rig) -> int:
    (pid,) = rig.run.children()
    return pid


def _signalled(rig: Rig, number: signal.Signals) -> float:
    """The process gets a signal some time after it was asked for a plan, and is asked again; when
    it got it."""
    pid = _planner(rig)
    assert rig.run.ask(Verb.REPLAN).done
    time.sleep(rig.draw.uniform(0.0, 4.0 * STEP_S))
    os.kill(pid, number)
    begun = time.monotonic()
    assert rig.run.ask(Verb.REPLAN).done
    return begun


def _goes_on(rig: Rig) -> None:
    step, begun = rig.site.view().step, time.monotonic()
    eventually(lambda: rig.site.view().step >= step + 5, "the loop goes on")
    assert since(begun) < 5 * STEP_S + TURN_S and rig.controlled()


def _newer(rig: Rig, made_ns: int) -> bool:
    plan = rig.site.plan()
    return plan is not None and plan.made_ns > made_ns


def killed(rig: Rig, _: str) -> Seconds:
    """Seconds until a plan comes from another process."""
    begun = _signalled(rig, signal.SIGKILL)
    before = rig.site.plan()
    assert before is not None
    _goes_on(rig)
    eventually(lambda: _newer(rig, before.made_ns), "a plan")
    assert not rig.holds("", "no schedule")
    return {"plan": since(begun)}


def held_up(rig: Rig, _: str) -> Seconds:
    """Seconds until that is an alarm, and from there to a plan."""
    begun = _signalled(rig, signal.SIGSTOP)
    _goes_on(rig)
    eventually(lambda: rig.holds("", "no schedule"), "an alarm")
    alarm_s, begun = since(begun), time.monotonic()
    eventually(lambda: not rig.holds("", "no schedule"), "a plan")
    return {"alarm": alarm_s, "plan": since(begun)}
