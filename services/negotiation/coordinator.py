"""Rounds of request and answer until all agree, time is up, or the rounds are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import Bargain
from rami.communication.service.contract import Inbox, Service
from rami.communication.service.payload import FlexibilityAnswer, FlexibilityRequest
from rami.core.errors import RamiError
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, moment
from rami.functional.district.exchange import Exchange
from services.negotiation.mail import Sender, grid_of

#: parts of the residual that the classes of parties take over in a round
_WEIGHTS = {"consumers": 0.35, "network": 0.1, "surplus": 0.1, "production": 0.45}
#: first penalty: this price change (EUR/kWh) for a change by the whole load
_FIRST = 0.1
_TIGHT_STEP = 0.3


@dataclass(frozen=True)
class Party:
    """One who is asked: his service, the names he answers for, what moves each as much as the
    others of its class (kW)."""

    service: Service
    role: str
    names: tuple[str, ...]
    size: Values


@dataclass(frozen=True)
class Limits:
    """kW by which the sum of groups beyond a section may rise; `beyond` (sections, names of
    consumers) says who that is."""

    names: tuple[str, ...]
    room: Values
    beyond: NDArray[np.bool_]


@dataclass
class Outcome:
    """How a negotiation ended: rounds, residual over load, price by round, what each answered,
    the sections' prices, and why there is no agreement, if so."""

    rounds: int
    error: float
    price: Values
    answers: Mapping[str, Values]
    settled: bool
    because: str
    history: list[tuple[float, float]] = field(default_factory=list)
    section_price: Values = field(default_factory=lambda: np.zeros((0, 0)))


class Coordinator:
    """Asks for the best answer near a target at a price (exchange ADMM), by messages alone.

    It knows the forecast `load` of the plant, the answers and the sections' room; no cost
    function, temperature or comfort band. A party that does not answer, answers late or says it
    cannot, stays at its last answer.
    """

    def __init__(
        self, site: str, owner: str, settings: Bargain, clock: Callable[[], float] = monotonic
    ) -> None:
        self.sender = Sender(site, owner, "negotiation")
        self.settings, self.clock = settings, clock

    def negotiate(
        self,
        grid: TimeGrid,
        load: Values,
        parties: Sequence[Party],
        first: Mapping[str, Values],
        price: Values,
        limits: Limits | None = None,
    ) -> Outcome:
        """Rounds from the answers `first` (changes of consumers, minus what suppliers send)."""
        settings, begun = self.settings, self.clock()
        size = float(np.sqrt((load**2).mean()))
        exchange = Exchange(load, price.copy(), _FIRST / max(size, 1e-9))
        answers = {n: np.array(first[n], float) for p in parties for n in p.names}
        weights = _weights(parties)
        section = np.zeros((0, grid.count)) if limits is None else np.zeros(limits.room.shape)
        residual = np.zeros(grid.count)
        history: list[tuple[float, float]] = []
        silent: dict[str, str] = {}
        done, rounds = False, 0
        for k in range(settings.rounds):
            rounds = k + 1
            for party in parties:
                own = exchange.price if party.role != "consumers" else None
                requests = self._requests(
                    grid, party, k, exchange, answers, weights, residual, own, section, limits
                )
                for request in requests:
                    self._ask(party, request, grid, k, answers, silent)
            exchange.weigh(np.sum(list(answers.values()), axis=0), k)
            residual = exchange.residual
            over = 0.0
            if limits is not None:
                section, over = self._sections(section, limits, answers, exchange.rho)
            history.append((exchange.error(), exchange.unsettled()))
            done = (
                exchange.error() <= settings.settled
                and exchange.unsettled() <= 2 * settings.settled
                and over <= 0.01
                and k > 1
            )
            if done or self.clock() - begun > settings.deadline:
                break
        because = "" if done else self._why(exchange, silent, rounds, load)
        return Outcome(
            rounds, exchange.error(), exchange.price, answers, done, because, history, section
        )

    def _requests(
        self, grid: TimeGrid, party: Party, k: int, exchange: Exchange,
        answers: Mapping[str, Values], weights: Mapping[str, float], residual: Values,
        flat: Values | None, section: Values, limits: Limits | None,
    ) -> list[FlexibilityRequest]:  # fmt: skip
        change = {n: (answers[n] - weights[n] * residual).tolist() for n in party.names}
        penalty = {n: exchange.rho / weights[n] for n in party.names}
        prices = [(flat if flat is not None else exchange.price, party.names)]
        if flat is None and limits is not None and section.any():
            prices = _by_zone(exchange.price, party.names, section, limits)
        deadline = moment(grid.start_ns + round(self.settings.deadline * NS))
        return [
            FlexibilityRequest(
                grid=grid_of(grid), unit="kW", change={n: change[n] for n in names},
                price=price.tolist(), penalty={n: penalty[n] for n in names},
                round_number=k, deadline=deadline,
            )
            for price, names in prices
        ]  # fmt: skip

    def _ask(
        self, party: Party, request: FlexibilityRequest, grid: TimeGrid, k: int,
        answers: dict[str, Values], silent: dict[str, str],
    ) -> None:  # fmt: skip
        to = party.service.declaration
        mark = f"{grid.start_ns}/{k}"
        message = self.sender.message(request, grid, to.owner, mark)
        try:
            said = party.service.run(Inbox(grid.start_ns, {str(message.topic): message}))
        except (RamiError, ValueError, ArithmeticError) as error:
            silent[to.owner] = f"{to.owner}'s {to.name} failed: {error}"
            return
        for answer in said:
            payload = answer.payload
            if not isinstance(payload, FlexibilityAnswer) or answer.correlation != mark:
                continue
            if not payload.possible:
                silent[to.owner] = f"{to.owner} cannot, because {payload.because}"
                continue
            silent.pop(to.owner, None)
            for name in set(payload.series) & set(request.change):
                answers[name] = np.array(payload.series[name])

    def _sections(
        self, section: Values, limits: Limits, answers: Mapping[str, Values], rho: float
    ) -> tuple[Values, float]:
        moved = np.array([answers[n] for n in limits.names])
        over = limits.beyond.astype(float) @ moved - limits.room
        price = np.maximum(section + _TIGHT_STEP * rho * over, 0.0)
        worst = float((np.maximum(over, 0).max(axis=1) / _scale(limits)).max(initial=0.0))
        return price, worst

    def _why(self, exchange: Exchange, silent: Mapping[str, str], rounds: int, load: Values) -> str:
        if silent:
            return "; ".join(silent.values())
        worst = int(np.abs(exchange.residual).argmax())
        return (
            f"after {rounds} rounds the answers still miss the balance by "
            f"{exchange.error():.2%} of the load, most in interval {worst} "
            f"({exchange.residual[worst]:+.0f} kW of {load[worst]:.0f} kW)"
        )


def _scale(limits: Limits) -> Values:
    return np.asarray(np.maximum(np.abs(limits.room).mean(axis=1), 1.0))


def _weights(parties: Sequence[Party]) -> dict[str, float]:
    """Each name's part of the residual: its class's, shared out by size; together one."""
    present = {p.role for p in parties}
    total = sum(_WEIGHTS[r] for r in present)
    of_role = {r: sum(p.size.sum() for p in parties if p.role == r) for r in present}
    return {
        n: float(_WEIGHTS[p.role] / total * s / of_role[p.role])
        for p in parties
        for n, s in zip(p.names, p.size, strict=True)
    }


def _by_zone(
    price: Values, names: Sequence[str], section: Values, limits: Limits
) -> list[tuple[Values, tuple[str, ...]]]:
    """Names that lie behind the same priced sections get the same price."""
    place = {n: i for i, n in enumerate(limits.names)}
    priced = section.any(axis=1)
    zones: dict[tuple[bool, ...], list[str]] = {}
    for n in names:
        zones.setdefault(tuple((limits.beyond[:, place[n]] & priced).tolist()), []).append(n)
    return [(price + np.array(z, float) @ section, tuple(ns)) for z, ns in zones.items()]
