"""What is asked of a running site, and who may: modes, swaps, manual set-points, stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rami.communication.live_site import Reply, Request, Verb
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from rami.integration.mode import Mode
from rami.integration.role import Role
from services.runtime.beside import Happened
from services.runtime.held_inputs import HeldInputs
from services.runtime.twin_modes import TwinModes
from services.runtime.twin_switch import MODEL

#: how long a manual set-point holds unless it is said
_MANUAL_S = 900.0
#: what cannot wait for the end of a step
URGENT = frozenset({Verb.EMERGENCY, Verb.STOP})


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
        self._manual = HeldInputs(Role.MANUAL, modes, clock, self._ended)

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
        self._manual.keep()

    def _ended(self, point: str, holder: str, why: str) -> None:
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
        point, value = given["point"], given["value"]
        seconds = float(given.get("lease_s") or _MANUAL_S)
        until_ns = self._clock() + round(seconds * NS)
        refused = self._manual.set(point, request.who, value, given.get("unit"), until_ns)
        if refused:
            return Reply(False, (refused,))
        self._happened(
            EventKind.GUARD, point, Severity.NOTE,
            f"manual set-point {value} by {request.who} for {seconds:g} s",
            condition="manual", active=True, who=request.who,
        )  # fmt: skip
        told = {"until_ns": until_ns, "clamped": self._manual.clamped(point)}
        return Reply(True, told=told)

    def _give_back(self, point: str) -> Reply:
        if point not in self._manual:
            return Reply(False, (f"{point} has no manual set-point",))
        self._manual.end(point, "given back")
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
