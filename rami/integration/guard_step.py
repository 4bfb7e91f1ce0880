"""One control cycle of the guard: decide, record, write."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np

from rami.asset.live import Answer, Commandable, Linked, LinkState, Mask, Observation, Taken, Vector
from rami.core.audit import AuditEntry
from rami.core.errors import RamiError
from rami.core.timegrid import NS
from rami.integration.audit.reading import RELEASED, STOPPED
from rami.integration.columns import Columns
from rami.integration.decision import Decision, blocked_by, decide
from rami.integration.entries import Words
from rami.integration.leases import Leases, Places
from rami.integration.ledger import GUARD, Batch, Ledger
from rami.integration.limits import Limit
from rami.integration.mode import Mode
from rami.integration.positions import Positions
from rami.integration.refusal import Reason, Refusal


@dataclass(frozen=True)
class Prepared:
    """A decision whose batch is still to be recorded, and whether it then `writes` anything."""

    now: int
    batch: Batch
    decision: Decision | None = None
    writes: bool = False


@dataclass(frozen=True)
class Stepped:
    """What a cycle did, of shape (inputs,): where each input stands (NaN: not known), what was
    `written`, the rank of its holder (-1: nobody); what the backend did not take, and why nothing
    was recorded and so nothing written (`trouble`)."""

    values: Vector
    written: Mask
    holders: Places
    failed: tuple[Answer, ...] = ()
    trouble: str = ""


class Step:
    """The guard's state between two cycles; holds the backend."""

    def __init__(
        self, backend: Commandable, limits: tuple[Limit, ...], columns: Columns, leases: Leases,
        ledger: Ledger, settling_ns: int, period_ns: int, mode: Mode, stopped: str,
        automatic: bool,
    ) -> None:  # fmt: skip
        self.__backend = backend
        self.__linked = backend if isinstance(backend, Linked) else None
        self.turn = RLock()
        self.mode, self.stopped = mode, stopped
        self._columns, self._leases, self._ledger = columns, leases, ledger
        self._words = Words(limits, columns, leases, ledger, automatic)
        self._positions = Positions(columns.tolerance, settling_ns)
        self._period_ns = period_ns
        self._last: int | None = None
        self._losses = 0
        #: inputs that were set in the present mode and are looked after since
        self._owned = np.zeros(len(limits), np.bool_)
        self._held = np.zeros(len(limits), np.bool_)
        self._nobody = np.full(len(limits), -1, np.intp)

    def prepare(self, now: int, seen: Observation | None) -> Prepared:
        """Decide from what the plant shows now."""
        seconds = 0.0
        if self._last is not None:
            seconds = min(now - self._last, self._period_ns) / NS
        self._last = now
        if not self.mode.asks:
            return Prepared(now, self._ledger.batch(now, []))
        if not self._look(now):
            self._unreachable(now)
            return Prepared(now, self._ledger.batch(now, []))
        blocked = blocked_by(self._columns, seen, now)
        decision = decide(
            self._columns, self._leases, self._positions.known(), self._owned,
            bool(self.stopped), blocked, now, seconds,
        )  # fmt: skip
        self._tell(decision, now)
        if not self.mode.writes:
            self._words.advise(decision, now)
            return Prepared(now, self._ledger.batch(now, []), decision)
        acts = self._words.acts(decision, now, self.stopped)
        writes = bool(decision.write.any())
        return Prepared(now, self._ledger.batch(now, acts), decision, writes)

    def finish(self, prepared: Prepared, trouble: str) -> Stepped:
        """Write what was recorded; void it where there is `trouble`."""
        ledger, decision = self._ledger, prepared.decision
        if trouble:
            ledger.void(prepared.batch, prepared.now, trouble)
        else:
            ledger.kept(prepared.batch)
        failed: tuple[Answer, ...] = ()
        written = np.zeros(len(self._owned), np.bool_)
        if decision is not None and prepared.writes and not trouble:
            failed = self._write(decision, prepared.now)
            written |= decision.write
            for answer in failed:
                written[answer.place] = False
        holders = self._nobody
        if decision is not None:
            holders = np.where(decision.held, decision.rank, -1)
        return Stepped(self._positions.known().copy(), written, holders, failed, trouble)

    def stop(self, who: str, why: str, now: int) -> None:
        """Set the latch, then record it as far as that is possible."""
        self.stopped = self.stopped or f"by {who}: {why}"[:200]
        self._leases.forget_wanted()
        ledger = self._ledger
        ledger.repeat(("stop", who), now, who, ledger.twin, None, why, STOPPED)
        ledger.record(ledger.batch(now, []), now)

    def release(self, operator: str, why: str, now: int) -> Refusal | None:
        """Record it, then end the stop."""
        if not self.stopped:
            return None
        ledger = self._ledger
        entry = AuditEntry(now, operator, ledger.twin, None, None, None, why[:200], RELEASED)
        if not ledger.record(ledger.batch(now, [entry]), now):
            return Refusal(
                Reason.STOP, f"stays, since the audit cannot be written: {ledger.trouble}"
            )
        self.stopped = ""
        self._leases.forget_wanted()
        return None

    def set_mode(self, mode: Mode, who: str, why: str, now: int) -> None:
        """Enter a mode with nothing asked for and nothing known."""
        ledger = self._ledger
        text = f"{self.mode.value} to {mode.value}: {why}"
        ledger.repeat(("mode", who, text), now, who, ledger.twin, None, text, "mode")
        self.mode = mode
        self._leases.forget_wanted()
        self._positions.forget()
        self._owned.fill(False)

    def state(self) -> dict[str, Any]:
        """All of it in plain terms."""
        return {
            "mode": self.mode.value,
            "stopped": self.stopped,
            "last": self._last,
            "owned": self._owned.tolist(),
            "held": self._held.tolist(),
            "positions": self._positions.state(),
            "waiting": self._ledger.repeats.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back; a stop that holds now stays."""
        self.mode = Mode(state["mode"])
        self.stopped = self.stopped or state["stopped"]
        self._last = state["last"]
        self._owned[:] = state["owned"]
        self._held[:] = state["held"]
        self._positions.restore(state["positions"])
        self._ledger.repeats.restore(state["waiting"])

    def _look(self, now: int) -> bool:
        """Take the read-back in; whether the plant can be reached."""
        backend, positions = self.__backend, self._positions
        link = self.__linked.link() if self.__linked is not None else None
        if link is not None and (link.state is not LinkState.OPEN or link.losses != self._losses):
            # out of reach the plant may go its own way; what it shows then counts at once
            positions.unsure.fill(True)
            self._losses = link.losses
            if link.state is not LinkState.OPEN:
                return False
        if not self.mode.writes:
            positions.unsure.fill(True)
        shown = backend.read_back()
        found = positions.look(shown, now)
        if found is not None:
            names, (moved, before) = backend.inputs.names, found
            for place in np.flatnonzero(moved).tolist():
                what = self._ledger.what(names[place])
                self._ledger.repeat(
                    ("moved", what), now, "plant", what, None, "not by this guard", "moved",
                    float(positions.values[place]), float(before[place]),
                )  # fmt: skip
        return True

    def _unreachable(self, now: int) -> None:
        """Say for how many inputs somebody waits."""
        held, _, wanted = self._leases.winners(now, None, 0)
        count = int(np.count_nonzero(held & ~np.isnan(wanted)))
        if count:
            why = Refusal(Reason.LINK, f"{count} inputs are not written")
            self._ledger.refuse(now, GUARD, "", None, why)

    def _tell(self, decision: Decision, now: int) -> None:
        """Put into the audit what is not a write."""
        lost = self._held & ~decision.held & self._owned
        if lost.any() and not self.stopped:
            names = self.__backend.inputs.names
            for place in np.flatnonzero(lost).tolist():
                stays = self._columns.holds[place]
                why = "nobody holds it any more: " + ("it stays" if stays else "to the safe value")
                what = self._ledger.what(names[place])
                self._ledger.repeat(("lost", what), now, GUARD, what, None, why, "lost")
        self._held = decision.held
        if decision.beyond.any() or decision.blind.any():
            self._words.refusals(decision, now)
        if decision.blocked is not None and decision.blocked.any() and not self.stopped:
            self._words.blocked(decision, now)

    def _write(self, decision: Decision, now: int) -> tuple[Answer, ...]:
        """Hand the values to the backend; what it did not take."""
        write, positions = decision.write, self._positions
        values = np.where(write, decision.new, self._columns.safe)
        self._owned |= write
        positions.unsure |= write
        wrong = ""
        try:
            answers = self.__backend.command(values, write.copy())
        except (RamiError, OSError) as error:
            answers, wrong = (), str(error)
        if len(answers) == np.count_nonzero(write) and all(
            answer.taken is Taken.DONE and write[answer.place] for answer in answers
        ):
            positions.values[write] = values[write]
            positions.unsure[write] = False
            return ()
        told = {answer.place: answer for answer in answers}
        failed = []
        for place in np.flatnonzero(write).tolist():
            answer = told.get(place) or Answer(place, Taken.LOST, wrong or "no answer")
            if answer.taken is Taken.DONE:
                positions.values[place] = values[place]
            else:
                failed.append(answer)
            positions.unsure[place] = answer.taken is Taken.LOST
        if failed:
            self._tell_failed(failed, values, now)
        return tuple(failed)

    def _tell_failed(self, failed: list[Answer], values: Vector, now: int) -> None:
        ledger, names = self._ledger, self.__backend.inputs.names
        for answer in failed:
            what = ledger.what(names[answer.place])
            why = f"{answer.taken.value}: {answer.why}"
            ledger.repeat(
                ("failed", what, answer.taken), now, "plant", what, None, why, "failed",
                float(values[answer.place]),
            )  # fmt: skip
        ledger.record(ledger.batch(now, []), now)
