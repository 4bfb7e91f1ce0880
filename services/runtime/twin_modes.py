"""Modes of a twin while it runs: gates, loss of the plant, its return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rami.asset.live import Link, LinkState
from rami.core.errors import ModelError, RunError, UnreachableError
from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS
from rami.integration.gates import MODES, Evidence, Verdict, refusals
from rami.integration.live_settings import LiveSettings
from rami.integration.mode import Mode
from services.runtime.beside import Happened
from services.runtime.plant_watch import Found, PlantWatch
from services.runtime.shown import Shown
from services.runtime.twin_switch import TwinSwitch
from services.runtime.unsteady import Unsteady


class TwinModes:
    """Changes a switch's mode: asked for through the gates, by itself when a plant is lost.

    A plant that cannot be used for `alarm_after` is lost: the model goes on from where it is, at
    safe values, and the former mode returns by itself once data were good for `recover_after`.
    """

    def __init__(
        self,
        switch: TwinSwitch,
        clock: Callable[[], int],
        happened: Happened,
        settings: LiveSettings | None = None,
        operators: tuple[str, ...] = (),
    ) -> None:
        self.switch, self._clock, self._happened = switch, clock, happened
        self.shown = Shown(switch)
        self._settings, self._operators = settings or LiveSettings(), operators
        self._watch = PlantWatch(self._settings)
        self._unsteady = Unsteady(switch.twin, clock, happened)
        #: the mode that was asked for; differs while a lost plant is waited for
        self.wanted = switch.mode
        self._lost_ns, self._waits_for = 0, ""

    @property
    def lost(self) -> bool:
        """Whether the plant is waited for."""
        return self._lost_ns > 0

    def connect(self) -> None:
        """Open the plant's link; one that cannot be reached is tried again by its backend.

        ConfigurationError where it does not fit.
        """
        if self.switch.plant is None:
            return
        try:
            self.switch.plant.open()
        except UnreachableError as error:
            what = f"the plant is not reached: {error}"
            self._happened(EventKind.LINK, self.switch.twin, Severity.WARNING, what)

    def watch(self) -> None:
        """Look at the plant after a step."""
        plant, switch = self.switch.plant, self.switch
        if plant is None:
            return
        self._unsteady.look(plant.link())
        found = self._watch.look(plant, self._clock(), used=switch.mode is not Mode.SIMULATE)
        if found is Found.LOST:
            self._lose(f"the plant is lost: {self._watch.why}")
        elif found is Found.BACK and self.lost:
            self._return()

    def next_up(self, aim: Mode) -> Mode | None:
        """The next mode on the way up to one; None there, or while the plant is waited for."""
        here = MODES.index(self.switch.mode)
        return None if self.lost or here >= MODES.index(aim) else MODES[here + 1]

    def change(self, mode: Mode, who: str, why: str, *, at_once: bool = False) -> list[str]:
        """Enter a mode; every reason against it where a gate refuses, and nothing changes.

        A lost plant may be given up for `simulate`; then it is not waited for any more.
        """
        switch, former = self.switch, self.switch.mode
        if self.lost and mode is Mode.SIMULATE:
            if switch.model_failed:
                return [f"the model does not run: {switch.model_failed}"]
            self._lost_ns, self.wanted = 0, mode
            switch.rest(False)
            self._happened(
                EventKind.MODE, switch.twin, Severity.NOTE,
                f"{who} gave the lost plant up: {why}", condition="plant lost", active=False,
            )  # fmt: skip
            return []
        found = refusals(former, mode, self.evidence(who), at_once=at_once)
        if self.lost:
            found.append("the plant is lost; its former mode returns by itself")
        if found or mode is former:
            return found
        try:
            switch.turn(mode, who, why)
        except ModelError as error:
            return [f"the model cannot take over: {error}"]
        except RunError as error:
            return [f"the guard is not armed: {error}"]
        self.wanted = mode
        kind = EventKind.SWAP if Mode.SIMULATE in (former, mode) else EventKind.MODE
        self._happened(
            kind, switch.twin, Severity.NOTE, f"{former.value} to {mode.value} by {who}: {why}",
            former=former.value, mode=mode.value, who=who,
        )  # fmt: skip
        return []

    def evidence(self, who: str) -> Evidence:
        """What the gates look at now."""
        plant, beside = self.switch.plant, self.switch.beside
        closed = Link(LinkState.CLOSED, 0)
        return Evidence(
            now_ns=self._clock(),
            who=who,
            plant_declared=plant is not None,
            link=closed if plant is None else plant.link(),
            unfit=() if plant is None else plant.unfit(),
            behind_s=0.0 if plant is None else plant.behind_s(),
            blind=() if plant is None else plant.blind(),
            verdict=Verdict() if beside is None else beside.verdict,
            verdict_age_ns=round(self._settings.verdict_age * NS),
            guard=self._guard_trouble(),
            operators=self._operators,
            model_failed=self.switch.model_failed,
            against_model=() if beside is None else beside.against_model(),
        )

    def _guard_trouble(self) -> str:
        if self.switch.plant is None:
            return ""
        guard = self.switch.plant.guard
        if guard.trouble:  # while nothing is written nobody else tries again
            guard.close()
        if guard.trouble:
            return f"the audit cannot be written: {guard.trouble}"
        return f"stopped {guard.stopped}" if guard.stopped else ""

    def _lose(self, why: str) -> None:
        switch, former = self.switch, self.switch.mode
        self._lost_ns = self._clock()
        switch.turn(Mode.SIMULATE, "guard", why, settle=False)
        switch.rest(True)
        self.wanted = former
        self._happened(
            EventKind.LINK, switch.twin, Severity.ALARM,
            f"{why}; the model goes on at safe values, {former.value} returns by itself",
            condition="plant lost", active=True, mode=former.value,
        )  # fmt: skip

    def _return(self) -> None:
        switch, mode = self.switch, self.wanted
        reason = self._guard_trouble() if mode is Mode.CONTROL else ""
        if not reason:
            try:
                switch.turn(mode, "guard", "the plant is back")
            except RunError as error:
                reason = str(error)
        if reason:
            self._watch.again()
            if reason != self._waits_for:
                what = f"the plant is back, but {reason}"
                self._happened(EventKind.GUARD, switch.twin, Severity.WARNING, what)
            self._waits_for = reason
            return
        away_s = (self._clock() - self._lost_ns) / NS
        self._lost_ns, self._waits_for = 0, ""
        switch.rest(False)
        self._happened(
            EventKind.LINK, switch.twin, Severity.NOTE,
            f"the plant is back after {away_s:.0f} s; {mode.value} again",
            condition="plant lost", active=False, mode=mode.value, away_s=away_s,
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """What is waited for, for a checkpoint."""
        return {"wanted": self.wanted.value, "lost_ns": self._lost_ns}

    def restore(self, plain: dict[str, Any]) -> None:
        """Go on after the switch was restored: a plant in use is waited for as if it was lost."""
        self.wanted, self._lost_ns = Mode(plain["wanted"]), int(plain["lost_ns"])
        if self.switch.mode is not Mode.SIMULATE:
            self._lose("resumed; the plant is waited for")
