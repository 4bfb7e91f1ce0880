"""What is asked of a running site, and who may: modes, swaps, manual set-points, stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rami.communication.live_site import Reply, Request, Verb
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.runtime.beside import Happened
from services.runtime.twin_modes import TwinModes
from services.runtime.twin_switch import MODEL

#: how long a manual set-point holds unless it is said
_MANUAL_S = 900.0
#: what cannot wait for the end of a step
URGENT = frozenset({Verb.EMERGENCY})


@dataclass
class _Manual:
    guard: Guard
    lease: Lease
    until_ns: int
    value: Any = None
    unit: Any = None


class Desk:
    """Answers requests between two steps; `elsewhere` does those that are about the run."""

    def __init__(
        self,
        modes: Mapping[str, TwinModes],
        clock: Callable[[], int],
        happened: Happened,
        elsewhere: Callable[[Request], Reply],
    ) -> None:
        self._modes, self._clock, self._happened = modes, clock, happened
        self._elsewhere = elsewhere
        self._manual: dict[str, _Manual] = {}

    def answer(self, request: Request) -> Reply:
        """Do it, or say every reason why not."""
        given = request.arguments
        match request.verb:
            case Verb.MODE:
                return self._mode(request, Mode(given["mode"]), at_once=False)
            case Verb.SWAP:
                mode = Mode.SIMULATE if given["backend"] == MODEL else Mode.CONTROL
                return self._mode(request, mode, at_once=True)
            case Verb.SET_POINT:
                return self._set(request)
            case Verb.GIVE_BACK:
                return self._give_back(given["point"])
            case Verb.EMERGENCY:
                return self._emergency(request)
            case Verb.RELEASE:
                return self._release(request)
            case _:
                return self._elsewhere(request)

    def keep(self) -> None:
        """Signs of life for manual set-points until their time is over; to be given in every
        control step."""
        now = self._clock()
        for point, manual in list(self._manual.items()):
            if now >= manual.until_ns:
                self._end(point, "its time is over")
            elif self._modes[point.partition(".")[0]].switch.guard is not manual.guard:
                self._end(point, "the backend has changed")
            elif not manual.guard.beat(manual.lease) and not self._again(point, manual):
                self._end(point, "its lease has run out")

    def _again(self, point: str, manual: _Manual) -> bool:
        """Take a lease that ran out between two steps that are far apart."""
        name = point.partition(".")[2]
        taken = manual.guard.take(Role.MANUAL, manual.lease.holder, [name])
        if not isinstance(taken, Lease):
            return False
        manual.lease = taken
        return manual.guard.want_named(taken, name, manual.value, manual.unit) is None

    def _end(self, point: str, why: str) -> None:
        manual = self._manual.pop(point)
        manual.guard.give_back(manual.lease)
        self._happened(
            EventKind.GUARD, point, Severity.NOTE, f"manual set-point ended: {why}",
            condition="manual", active=False,
        )  # fmt: skip

    def _mode(self, request: Request, mode: Mode, *, at_once: bool) -> Reply:
        twin, why = request.arguments["twin"], str(request.arguments.get("why", ""))
        modes = self._modes[twin]
        reasons = modes.change(mode, request.who, why, at_once=at_once)
        switch = modes.switch
        told = {"mode": switch.mode.value, "backend": switch.backend}
        return Reply(not reasons, tuple(reasons), told)

    def _set(self, request: Request) -> Reply:
        given = request.arguments
        point = given["point"]
        twin, _, name = point.partition(".")
        guard = self._modes[twin].switch.guard
        manual = self._manual.get(point)
        if manual is not None and manual.guard is not guard:
            self._end(point, "the backend has changed")
            manual = None
        if manual is None:
            taken = guard.take(Role.MANUAL, request.who, [name])
            if not isinstance(taken, Lease):
                return Reply(False, (str(taken),))
            manual = _Manual(guard, taken, 0)
        elif manual.lease.holder != request.who:
            return Reply(False, (f"{point} is held by {manual.lease.who}",))
        refusal = guard.want_named(manual.lease, name, given["value"], given.get("unit"))
        if refusal is not None:
            if point not in self._manual:
                guard.give_back(manual.lease)
            return Reply(False, (str(refusal),))
        manual.value, manual.unit = given["value"], given.get("unit")
        seconds = float(given.get("lease_s") or _MANUAL_S)
        manual.until_ns = self._clock() + round(seconds * NS)
        self._manual[point] = manual
        self._happened(
            EventKind.GUARD, point, Severity.NOTE,
            f"manual set-point {given['value']} by {request.who} for {seconds:g} s",
            condition="manual", active=True, who=request.who,
        )  # fmt: skip
        return Reply(True, told={"until_ns": manual.until_ns})

    def _give_back(self, point: str) -> Reply:
        if point not in self._manual:
            return Reply(False, (f"{point} has no manual set-point",))
        self._end(point, "given back")
        return Reply(True)

    def _emergency(self, request: Request) -> Reply:
        twin, why = request.arguments["twin"], str(request.arguments.get("why", ""))
        switch = self._modes[twin].switch
        for guard in switch.guards():
            guard.stop(request.who, why)
        switch.act_now()
        self._happened(
            EventKind.GUARD, twin, Severity.DANGER, f"emergency stop by {request.who}: {why}",
            condition="emergency stop", active=True, who=request.who,
        )  # fmt: skip
        return Reply(True)

    def _release(self, request: Request) -> Reply:
        twin, why = request.arguments["twin"], str(request.arguments.get("why", ""))
        guards = self._modes[twin].switch.guards()
        found: list[Any] = [guard.release(request.who, why) for guard in guards]
        refused = tuple(str(one) for one in found if one is not None)
        if refused:
            return Reply(False, refused)
        self._happened(
            EventKind.GUARD, twin, Severity.NOTE, f"released by {request.who}: {why}",
            condition="emergency stop", active=False, who=request.who,
        )  # fmt: skip
        return Reply(True)
