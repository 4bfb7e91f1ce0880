"""The end of the talks by messages alone: firm answers, check, payments, acceptance.

Who fails after the rounds (silent, wrong, refusing the settlement) is left out: he stays as he is
without a deal, and the others' deal is checked and settled anew without him.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rami.business.deal import Deal, settle
from rami.communication.service.payload import (
    FlexibilityRequest,
    Settlement,
    SettlementAnswer,
)
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, moment
from services.negotiation.asking import Asked, Asking
from services.negotiation.coordinator import Outcome, answer_to
from services.negotiation.dealing import Brought, Dealing, named
from services.negotiation.mail import CONSUMERS, PLANT, by_section, grid_of


@dataclass
class Concluded:
    """A deal or none: accounts in EUR without and with it, who is left out, and what everybody
    does then, by name (kW; of the network's own names too)."""

    deal: Deal
    because: str
    without: dict[str, float] = field(default_factory=dict)
    with_: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    series: dict[str, Values] = field(default_factory=dict)


class Settling:
    """Ends the talks of a `dealing`, with the same parties and bounds."""

    def __init__(self, dealing: Dealing) -> None:
        self.members, self.bounds = dealing.members, dealing.bounds
        self.network, self.production = dealing.network, dealing.production

    def settle(
        self, grid: TimeGrid, brought: Brought, outcome: Outcome, mark: str
    ) -> Asking[Concluded]:
        """Firm answers, check, accounts, payments, everybody's acceptance; then it is made."""
        made = Concluded(_none(""), "", brought.without, {}, brought.left_out)
        firm = {
            s: {n: outcome.answers[n] for n in brought.offers[s].series}
            for s in brought.of_role("consumers", "surplus")
        }
        why = ""
        yield from self._take(grid, firm, brought, made, f"{mark}/firm")
        for turn in range(len(self.members) + 1):
            yield from self._plant(grid, brought, outcome, made, f"{mark}/deal{turn}")
            why = self._lacking(made)
            if why:
                break
            made.deal = self._shared_out(grid, brought, made)
            if not made.deal.made:
                break
            before = len(made.left_out)
            yield from self._propose(brought, made, f"{mark}/deal{turn}")
            why = self._lacking(made)
            if why or len(made.left_out) == before:
                break
            why = "; ".join(made.left_out.values())
        if why:
            made.deal = _none(why)
        made.because = made.deal.why
        yield self._end(brought, made, f"{mark}/end")
        return made

    def _take(
        self, grid: TimeGrid, changes: Mapping[str, Mapping[str, Values]], brought: Brought,
        made: Concluded, mark: str,
    ) -> Asking[None]:  # fmt: skip
        """Ask for exactly these changes; answers and accounts go to `made`."""
        asked = {
            s: FlexibilityRequest(
                grid=grid_of(grid), unit="kW", change={n: c.tolist() for n, c in change.items()},
                deadline=moment(self.bounds.deadline_ns()), firm=True,
            )
            for s, change in changes.items()
        }  # fmt: skip
        found = yield from self.bounds.ask(asked, "flexibility_answer", mark)
        for service, request in asked.items():
            columns, cost, fault = answer_to(request, found[service])
            own = brought.offers[service].series
            if not fault and cost.keys() != own.keys():
                fault = "tells the cost of others than it offered"
            if not fault and any(columns[n].tolist() != request.change[n] for n in own):
                fault = "answers something else than it was firmly asked"
            if fault:
                made.left_out[service] = self._named(service, fault)
                continue
            made.with_ |= cost
            made.series |= {n: columns[n] for n in own}
            if service == self.network:
                told = found[service][-1].payload.series  # type: ignore[union-attr]
                made.series[PLANT] = np.array(told.get(PLANT, np.zeros(grid.count)))

    def _plant(
        self, grid: TimeGrid, brought: Brought, outcome: Outcome, made: Concluded, mark: str
    ) -> Asking[None]:
        """The network checks what consumers agreed, then the producer plans what is left."""
        moved = {n: c.tolist() for n, c in _stands(brought, made, "consumers").items()}
        sections = sorted({n.partition(".")[0] for n in moved})
        by = dict(zip(sections, by_section(moved, sections, grid.count), strict=True))
        own = {n: outcome.answers[n] for n in brought.offers[self.network].series}
        yield from self._take(grid, {self.network: own | by}, brought, made, f"{mark}/network")
        if self.network in made.left_out:
            return
        surplus = _stands(brought, made, "surplus")
        zero = np.zeros(grid.count)
        load = made.series[PLANT]
        sent = sum((-x for x in surplus.values()), zero)
        plant = dict.fromkeys(brought.offers[self.production].series, -(load - sent))
        change = plant | surplus | {PLANT: load, CONSUMERS: sum(by.values(), zero)}
        yield from self._take(grid, {self.production: change}, brought, made, f"{mark}/plan")

    def _shared_out(self, grid: TimeGrid, brought: Brought, made: Concluded) -> Deal:
        hours = grid.step_s / 3600
        names = {
            n: o for s, o in brought.offers.items() if s not in made.left_out for n in o.series
        }
        effort = {
            n: float(np.abs(made.series[n] - np.array(o.series[n])).sum()) * hours
            for n, o in names.items()
        }
        without = {n: o.cost_eur[n] for n, o in names.items()}
        missing = sorted(without.keys() - made.with_.keys())
        if missing:
            return _none(f"nobody told the cost of {', '.join(missing[:3])}")
        with_ = {n: made.with_[n] for n in names}
        asker = min(brought.offers[self.production].series)
        return settle(without, with_, effort, asker, self.bounds.settings.asker_share)

    def _propose(self, brought: Brought, made: Concluded, mark: str) -> Asking[None]:
        here = [s for s in brought.offers if s not in made.left_out]
        asked = {s: self._settlement("proposed", brought, made, s) for s in here}
        found = yield from self.bounds.ask(asked, "settlement_answer", mark)
        for service in here:
            said = found[service]
            payload = said if isinstance(said, str) else said[-1].payload
            if not isinstance(payload, SettlementAnswer):
                made.left_out[service] = self._named(service, str(payload))
            elif not payload.accepted:
                why = f"refuses its settlement, because {payload.because}"
                made.left_out[service] = self._named(service, why)

    def _end(self, brought: Brought, made: Concluded, mark: str) -> Sequence[Asked]:
        asked = []
        for service in self.members:
            out = service in made.left_out or service not in brought.offers
            state = "made" if made.deal.made and not out else "dropped"
            asked.append(Asked(service, self._settlement(state, brought, made, service), "", mark))
        return asked

    def _settlement(
        self, state: str, brought: Brought, made: Concluded, service: str
    ) -> Settlement:
        names = () if state == "dropped" else brought.offers[service].series
        because = made.left_out.get(service, made.because) if state == "dropped" else ""
        return Settlement.model_validate({
            "state": state, "paid": {n: made.deal.paid[n] for n in names},
            "because": because[:500], "deadline": moment(self.bounds.deadline_ns()),
        })  # fmt: skip

    def _lacking(self, made: Concluded) -> str:
        """Why there can be no deal: the network or the producer fails."""
        both = dict.fromkeys((self.network, self.production))
        return "; ".join(made.left_out[s] for s in both if s in made.left_out)

    def _named(self, service: str, fault: str) -> str:
        return named(self.members[service], fault)


def _stands(brought: Brought, made: Concluded, role: str) -> dict[str, Values]:
    """What all of a role do: as they firmly answered, or as without a deal."""
    return {
        n: np.array(c) if s in made.left_out else made.series[n]
        for s, o in brought.offers.items() if o.role == role
        for n, c in o.series.items()
    }  # fmt: skip


def _none(why: str) -> Deal:
    return Deal(False, {}, {}, 0.0, why)
