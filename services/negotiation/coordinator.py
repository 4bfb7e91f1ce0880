"""Rounds of request and answer until all agree, time is up, or the rounds are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.communication.service.message import Message
from rami.communication.service.payload import FlexibilityAnswer, FlexibilityRequest
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, moment
from rami.functional.district.exchange import Exchange
from services.negotiation.asking import Asking, Bounds
from services.negotiation.mail import ABSURD, grid_of

#: parts of the residual that the classes of parties take over in a round
_WEIGHTS = {"consumers": 0.35, "network": 0.1, "surplus": 0.1, "production": 0.45}
#: first penalty: this price change (EUR/kWh) for a change by the whole load
_FIRST = 0.1
_TIGHT_STEP = 0.3


@dataclass(frozen=True)
class Party:
    """One who is asked: his service, the names he answers for, what moves each as much as the
    others of its class (kW)."""

    service: str
    owner: str
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
    the sections' prices, why there is no agreement, if so, and who failed it in the end."""

    rounds: int
    error: float
    price: Values
    answers: Mapping[str, Values]
    settled: bool
    because: str
    history: list[tuple[float, float]] = field(default_factory=list)
    section_price: Values = field(default_factory=lambda: np.zeros((0, 0)))
    silent: Mapping[str, str] = field(default_factory=dict)


class Coordinator:
    """Asks for the best answer near a target at a price (exchange ADMM), by messages alone.

    It knows the forecast `load` of the plant, the answers and the sections' room; no cost
    function, temperature or comfort band. A party that does not answer, answers late, wrongly or
    says it cannot, stays at its last answer, and is named.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def rounds(
        self,
        grid: TimeGrid,
        load: Values,
        parties: Sequence[Party],
        first: Mapping[str, Values],
        price: Values,
        limits: Limits | None = None,
        mark: str = "",
    ) -> Asking[Outcome]:
        """Rounds from the answers `first` (changes of consumers, minus what suppliers send)."""
        settings = self.bounds.settings
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
            rounds, turn = k + 1, f"{mark}/{k}"
            asked = {
                p.service: self._request(
                    grid, p, k, exchange, answers, weights, residual, section, limits
                )
                for p in parties
            }
            found = yield from self.bounds.ask(asked, "flexibility_answer", turn)
            for party in parties:
                _take(party, asked[party.service], found[party.service], answers, silent)
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
            if done or self.bounds.over():
                break
        because = "" if done else _why(exchange, silent, rounds, load)
        return Outcome(
            rounds, exchange.error(), exchange.price, answers, done, because, history, section,
            silent,
        )  # fmt: skip

    def _request(
        self, grid: TimeGrid, party: Party, k: int, exchange: Exchange,
        answers: Mapping[str, Values], weights: Mapping[str, float], residual: Values,
        section: Values, limits: Limits | None,
    ) -> FlexibilityRequest:  # fmt: skip
        prices: dict[str, list[float]] = {}
        if party.role == "consumers" and limits is not None and section.any():
            prices = _by_zone(exchange.price, party.names, section, limits)
        return FlexibilityRequest(
            grid=grid_of(grid), unit="kW",
            change={n: (answers[n] - weights[n] * residual).tolist() for n in party.names},
            price=exchange.price.tolist(),
            penalty={n: exchange.rho / weights[n] for n in party.names},
            round_number=k, deadline=moment(self.bounds.deadline_ns()), prices=prices,
        )  # fmt: skip

    def _sections(
        self, section: Values, limits: Limits, answers: Mapping[str, Values], rho: float
    ) -> tuple[Values, float]:
        moved = np.array([answers[n] for n in limits.names])
        over = limits.beyond.astype(float) @ moved - limits.room
        price = np.maximum(section + _TIGHT_STEP * rho * over, 0.0)
        worst = float((np.maximum(over, 0).max(axis=1) / _scale(limits)).max(initial=0.0))
        return price, worst


def answer_to(
    request: FlexibilityRequest, said: Sequence[Message] | str
) -> tuple[dict[str, Values], dict[str, float], str]:
    """Columns and costs of whom was asked, or what is wrong with an answer."""
    if isinstance(said, str):
        return {}, {}, said
    payload = said[-1].payload
    if not isinstance(payload, FlexibilityAnswer):
        return {}, {}, f"answers with {payload.kind}"
    if not payload.possible:
        return {}, {}, f"cannot, because {payload.because}"
    asked = request.grid
    if (payload.grid, payload.unit, payload.round_number) != (asked, "kW", request.round_number):
        return {}, {}, "answers for another grid, unit or round"
    missing = sorted(set(request.change) - set(payload.series))
    if missing:
        return {}, {}, f"leaves out {', '.join(missing[:3])}"
    columns = {n: np.array(payload.series[n]) for n in request.change}
    absurd = sorted(n for n, c in columns.items() if np.abs(c).max() > ABSURD)
    if absurd:
        return {}, {}, f"answers {', '.join(absurd[:3])} with more than {ABSURD:g} kW"
    if any(abs(euro) > ABSURD for euro in payload.cost_eur.values()):
        return {}, {}, f"tells costs of more than {ABSURD:g} EUR"
    return columns, dict(payload.cost_eur), ""


def _take(
    party: Party, request: FlexibilityRequest, said: Sequence[Message] | str,
    answers: dict[str, Values], silent: dict[str, str],
) -> None:  # fmt: skip
    columns, _, fault = answer_to(request, said)
    if fault:
        silent[party.service] = f"{party.owner}'s {party.service} {fault}"
        return
    silent.pop(party.service, None)
    answers.update(columns)


def _why(exchange: Exchange, silent: Mapping[str, str], rounds: int, load: Values) -> str:
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
    present = {p.role: None for p in parties}
    total = sum(_WEIGHTS[r] for r in present)
    of_role = {r: sum(p.size.sum() for p in parties if p.role == r) for r in present}
    return {
        n: float(_WEIGHTS[p.role] / total * s / of_role[p.role])
        for p in parties
        for n, s in zip(p.names, p.size, strict=True)
    }


def _by_zone(
    price: Values, names: Sequence[str], section: Values, limits: Limits
) -> dict[str, list[float]]:
    """Who lies behind priced sections pays for them too: others than these have the one price."""
    place = {n: i for i, n in enumerate(limits.names)}
    more = {n: limits.beyond[:, place[n]].astype(float) @ section for n in names}
    return {n: (price + m).tolist() for n, m in more.items() if m.any()}
