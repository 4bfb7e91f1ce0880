"""A decision in the words of the audit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rami.core.audit import AuditEntry
from rami.integration.columns import Columns
from rami.integration.decision import Decision
from rami.integration.leases import Leases
from rami.integration.ledger import GUARD, Ledger
from rami.integration.limits import Limit
from rami.integration.refusal import Reason, Refusal
from rami.integration.role import FIRST_AUTOMATIC, ROLES


@dataclass(frozen=True)
class Words:
    """What the words are made from: limits of one twin, its leases, where entries go, and whether
    what `automatic` roles write is recorded."""

    limits: tuple[Limit, ...]
    columns: Columns
    leases: Leases
    ledger: Ledger
    automatic: bool = True

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Site paths of the inputs."""
        return tuple(self.ledger.what(one.name) for one in self.limits)

    @cached_property
    def rates(self) -> tuple[str, ...]:
        """What is said of a change that is too fast."""
        return tuple(f"faster than {one.rate:g} per s" for one in self.limits)

    def acts(self, decision: Decision, now: int, stop: str) -> list[AuditEntry]:
        """An entry for each input that is about to be written, as far as that is recorded."""
        write = decision.write
        if not self.automatic:
            write = write & ~(decision.asked & (decision.rank >= FIRST_AUTOMATIC))
        places = np.flatnonzero(write)
        if not len(places):
            return []
        columns = zip(
            places.tolist(),
            decision.asked[places].tolist(),
            decision.rank[places].tolist(),
            *(c[places].tolist() for c in (decision.base, decision.wanted, decision.new)),
            strict=True,
        )
        return [self._act(decision, now, stop, *one) for one in columns]

    def advise(self, decision: Decision, now: int) -> None:
        """Set-points that would be written."""
        for one in self.acts(decision, now, ""):
            key = (one.who, one.what)
            self.ledger.repeat(
                key, now, one.who, one.what, one.wanted, one.why, "advised", one.new, one.old
            )

    def refusals(self, decision: Decision, now: int) -> None:
        """Inputs that are held at the end of their range, blind, or blocked."""
        for place in np.flatnonzero(decision.beyond).tolist():
            who, name = self.leases.who(int(decision.rank[place]), place), self.limits[place].name
            why, base = self._range(decision, place), float(decision.base[place])
            wanted = float(decision.wanted[place])
            key = (who, name)
            self.ledger.repeat(
                key, now, who, self.ledger.what(name), wanted, why, "limited", base, base
            )
        for place in np.flatnonzero(decision.blind).tolist():
            held = decision.asked[place]
            who = self.leases.who(int(decision.rank[place]), place) if held else GUARD
            detail = "not read back, and its rate is limited"
            self.ledger.refuse(
                now, who, self.limits[place].name, float(decision.goal[place]),
                Refusal(Reason.POSITION, detail),
            )  # fmt: skip

    def blocked(self, decision: Decision, now: int) -> None:
        """Requests of automatic roles that do not count, since what they depend on is unknown."""
        if decision.blocked is None:
            return
        until, wanted = self.leases.until, self.leases.wanted
        for place in np.flatnonzero(decision.blocked).tolist():
            limit = self.limits[place]
            why = Refusal(Reason.MEASUREMENT, f"{limit.depends_on} is bad or too old")
            for rank in range(FIRST_AUTOMATIC, len(ROLES)):
                if until[rank, place] > now and not np.isnan(wanted[rank, place]):
                    who = self.leases.who(rank, place)
                    self.ledger.refuse(now, who, limit.name, float(wanted[rank, place]), why)

    def _act(
        self, decision: Decision, now: int, stop: str,
        place: int, asked: bool, rank: int, base: float, wanted: float, new: float,
    ) -> AuditEntry:  # fmt: skip
        limit, what = self.limits[place], self.paths[place]
        old = None if base != base else base
        if not asked:
            why = f"emergency stop: {stop}" if stop else "nobody holds it: to the safe value"
            return AuditEntry(now, GUARD, what, old, limit.safe, new, why, "written")
        who = self.leases.who(rank, place)
        if new == wanted:
            return AuditEntry(now, who, what, old, wanted, new, "", "written")
        why = "" if limit.low <= wanted <= limit.high else self._range(decision, place)
        if new != decision.goal[place]:
            why = f"{why}; " if why else ""
            why += self.rates[place]
        return AuditEntry(now, who, what, old, wanted, new, why, "clamped")

    def _range(self, decision: Decision, place: int) -> str:
        limit, wanted = self.limits[place], float(decision.wanted[place])
        if wanted > limit.high:
            return f"above {limit.high:g}"
        return f"below {limit.low:g}" if wanted < limit.low else ""
