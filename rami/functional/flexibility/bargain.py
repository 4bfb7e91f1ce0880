"""What those behind an edge answer in a negotiation, from what each of them can do.

Changes are in kW against the own forecast, costs in EUR of the change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from rami.communication.service.payload import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    Grid,
    NegotiationReady,
    Settlement,
    SettlementAnswer,
)
from rami.core.frame import Values
from rami.functional.flexibility.envelope import Envelope
from rami.functional.flexibility.store_plan import Piece

#: EUR/kWh per kW that hold an answer to what is asked firmly, and how far it may be off,
#: as a share of what it can move
FIRM, OFF = 10.0, 0.12
#: EUR by which a settlement may miss a cost: what is beyond a hundredth of a cent is meant
ROUND_OFF = 1e-4
#: answers that are kept, since a firm request may ask for any of them
_GIVEN = 200
Phase = Literal["join", "forecast", "plan", "live"]


@dataclass(frozen=True)
class Reply:
    """`power` kW by step, `change` of it, `cost` EUR of the change; `pieces` of the steps where
    modes are instructed; why it cannot, if it cannot."""

    power: Values
    change: Values
    cost: float
    pieces: tuple[tuple[Piece, ...], ...] = ()
    because: str = ""


class Side(Protocol):
    """`own` is the power (kW) without a deal, `size` by how much it can move (kW)."""

    own: Values
    size: float

    def answer(self, price: Values, penalty: float, target: Values, firm: bool) -> Reply:
        """The best change at a price (EUR/kWh) near a target (kW); firmly: that target."""


class EnvelopeSide:
    """Of a power that may be moved within limits, at `tariff` EUR/kWh of changed heat."""

    def __init__(self, found: Envelope, tariff: float) -> None:
        self._envelope, self._tariff = found, tariff
        self.own = found.power
        self.size = max(float((found.most - found.least).max()) / 2, 1e-6)

    def answer(self, price: Values, penalty: float, target: Values, firm: bool) -> Reply:
        """As in Side."""
        weight = FIRM if firm else penalty
        change = self._envelope.answer(np.zeros_like(price) if firm else price, weight, target)
        hours = self._envelope.step_s / 3600
        cost = self._tariff * hours * float(change.sum())
        because = missed(change - target, self.size) if firm else ""
        return Reply(self.own + change, change, cost, because=because)


@dataclass(frozen=True)
class Agreed:
    """What somebody answered last: it is what a settlement is about."""

    side: Side
    reply: Reply
    grid: Grid


@dataclass
class Bargain:
    """Of all `names` behind one edge; `sides` hold what each can do, or why nothing."""

    names: Iterable[str]
    absent: str = "it is not connected"
    last: dict[str, Agreed] = field(default_factory=dict)
    _given: dict[str, deque[Agreed]] = field(default_factory=dict)
    _accepted: Mapping[str, float] | None = None

    def ready(self, phase: Phase, because: str = "") -> NegotiationReady:
        """That what a phase asks for was said; else why not."""
        return NegotiationReady(phase=phase, done=not because, because=because[:500])

    def offer(self, grid: Grid, sides: Mapping[str, Side | str]) -> FlexibilityOffer:
        """By how much each can be moved over a day."""
        able = {n: s for n, s in sides.items() if not isinstance(s, str)}
        return FlexibilityOffer(
            grid=grid, unit="kW", role="consumers",
            size={n: s.size for n, s in able.items()},
            series={n: [0.0] * grid.count for n in able},
            cost_eur=dict.fromkeys(able, 0.0),
        )  # fmt: skip

    def reply(
        self, request: FlexibilityRequest, sides: Mapping[str, Side | str]
    ) -> FlexibilityAnswer:
        """The best change (kW) of each that is asked; why not, where one cannot."""
        grid = request.grid
        flat = [0.0] * grid.count
        asked = [n for n in self.names if n in request.change]
        series, cost, why = {}, {}, []
        # what was accepted was for what was answered before
        self._accepted = None
        if request.firm:
            self.last = {}
        for name in asked:
            found = sides.get(name, self.absent)
            if isinstance(found, str):
                why.append(f"{name}: {found}")
                series[name], cost[name] = flat, 0.0
                continue
            price = np.array(request.prices.get(name, request.price) or flat)
            target = np.array(request.change[name])
            made = self._again(name, grid, target) if request.firm else None
            if made is None:
                made = found.answer(price, request.penalty.get(name, 0.0), target, request.firm)
            series[name], cost[name] = made.change.tolist(), made.cost
            if made.because:
                why.append(f"{name}: {made.because}")
            else:
                self.last[name] = Agreed(found, made, grid)
                given = self._given.setdefault(name, deque(maxlen=_GIVEN))
                given.append(self.last[name])
        if not asked:
            why.append("none of those asked is here")
        return FlexibilityAnswer(
            grid=grid, unit="kW", series=series, cost_eur=cost, possible=not why,
            because="; ".join(why)[:500], round_number=request.round_number,
        )  # fmt: skip

    def proposed(self, settlement: Settlement) -> SettlementAnswer:
        """Whether it pays everybody at least what his last answer costs."""
        mine = {n: a for n, a in self.last.items() if n in settlement.paid}
        self._accepted = None
        if not mine:
            return SettlementAnswer(accepted=False, because="it pays nobody who answered")
        worse = [
            f"{n}: paid {settlement.paid[n]:.2f} EUR for {a.reply.cost:.2f} EUR"
            for n, a in mine.items()
            if settlement.paid[n] < a.reply.cost - ROUND_OFF
        ]
        self._accepted = None if worse else settlement.paid
        return SettlementAnswer(accepted=not worse, because="; ".join(worse)[:500])

    def ended(self, settlement: Settlement) -> dict[str, Agreed]:
        """What is to be done now that a settlement is made; nothing where it was dropped, or pays
        other than what was accepted."""
        mine = {n: a for n, a in self.last.items() if n in settlement.paid}
        holds = settlement.state == "made" and settlement.paid == self._accepted
        self.last, self._given, self._accepted = {}, {}, None
        return mine if holds else {}

    def _again(self, name: str, grid: Grid, target: Values) -> Reply | None:
        """The answer in which just this was offered before."""
        for agreed in reversed(self._given.get(name, ())):
            if agreed.grid == grid and np.allclose(agreed.reply.change, target, atol=1e-6):
                return agreed.reply
        return None


def missed(off: Values, size: float) -> str:
    """Why a firm request is not met, where it is missed by more than is small; else empty."""
    worst = float(np.abs(off).max())
    return f"it can be met to {worst:.3g} kW only" if worst > OFF * size else ""
