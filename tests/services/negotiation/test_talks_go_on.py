"""Parties that are silent, refuse, lie in shape or against their own account: named, in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rami.communication.service.payload import (
    FlexibilityAnswer,
    FlexibilityOffer,
    Forecast,
    Settlement,
    SettlementAnswer,
)
from services.negotiation.conducting import Conducting
from services.negotiation.settling import Settling
from tests.services.negotiation.talks import Act, Answering, Stage


def _refused(payload: SettlementAnswer) -> SettlementAnswer:
    return SettlementAnswer(accepted=False, because="it is worse off by 1 EUR")


def _short(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    first = dict(list(payload.series.items())[1:])
    return payload.model_copy(update={"series": first})


def _absurd(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    return payload.model_copy(update={"series": {n: [1e300] * len(c)
                                                 for n, c in payload.series.items()}})  # fmt: skip


def _moved(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    return payload.model_copy(update={"series": {n: [v + 1 for v in c]
                                                 for n, c in payload.series.items()}})  # fmt: skip


def _offering(**more: Any) -> Act:
    """Offers with other figures for each of its names."""

    def other(payload: FlexibilityOffer) -> FlexibilityOffer:
        change = {k: dict.fromkeys(payload.series, v) if k in ("size", "cost_eur") else v
                  for k, v in more.items()}  # fmt: skip
        return payload.model_copy(update=change)

    return Answering(FlexibilityOffer, other)


def _dear(payload: FlexibilityAnswer) -> FlexibilityAnswer:
    return payload.model_copy(update={"cost_eur": dict.fromkeys(payload.cost_eur, -1e308)})


def _shorter(payload: Forecast) -> Forecast:
    grid = payload.grid.model_copy(update={"count": payload.grid.count - 1})
    series = {n: c[:-1] for n, c in payload.series.items()}
    return payload.model_copy(update={"grid": grid, "series": series})


NOBODY: dict[str, Act] = {}
GONE: Act = lambda said: []  # noqa: E731


def test_the_talks_by_messages_end_in_a_deal() -> None:
    told = Stage(NOBODY).day
    assert told.made is not None and told.made.deal.made and not told.faults
    assert sum(round(100 * v) for v in told.made.deal.paid.values()) == 0


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (GONE, "says nothing"),
        (Answering(FlexibilityAnswer, _short), "leaves out"),
        (Answering(FlexibilityAnswer, _absurd), "more than 1e+09 kW"),
        (Answering(SettlementAnswer, _refused), "refuses its settlement"),
        (Answering(SettlementAnswer, lambda _: None), "says nothing"),
    ],
)
def test_who_fails_is_named_and_left_out_and_the_others_make_their_deal(
    act: Act, words: str
) -> None:
    stage = Stage({"buildings_cooperative": act})
    told = stage.day
    assert words in told.faults["buildings_cooperative"], told.faults
    assert told.faults["buildings_cooperative"].startswith("cooperative's")
    assert told.made is not None and told.made.deal.made, told.because
    # whoever is left out lives as without a deal and is neither paid nor pays
    assert not np.any(stage.lived.buildings[0].change)
    own = set(stage.lived.buildings[0].names)
    assert not own & told.made.deal.paid.keys()
    for name, euro in told.made.deal.paid.items():
        assert told.made.with_[name] - euro <= told.made.without[name] + 1e-6


@pytest.mark.parametrize(
    ("name", "act"), [("network", GONE), ("production", Answering(FlexibilityAnswer, _moved))]
)
def test_without_network_or_producer_there_is_no_deal_and_a_reason(name: str, act: Act) -> None:
    stage = Stage({name: act})
    told = stage.day
    assert told.made is None or not told.made.deal.made
    assert f"'s {name} " in told.because
    for one in stage.lived.buildings:
        assert not np.any(one.change)


def test_figures_without_measure_and_foreign_roles_are_named_one_by_one() -> None:
    acts = {
        "buildings_cooperative": Answering(FlexibilityAnswer, _dear),
        "buildings_homeowners": _offering(size=1e308),
        "hts": _offering(role="production"),
        "buildings_city": _offering(size=0.0),
    }
    faults = Stage(acts).day.faults
    assert "costs of more than 1e+09 EUR" in faults.pop("buildings_cooperative")
    assert "figures above 1e+09" in faults.pop("buildings_homeowners")
    assert "offers as production, which it is not" in faults.pop("hts")
    assert not faults


def test_a_network_s_forecast_of_another_length_ends_the_day_without_talks() -> None:
    told = Stage({"network": Answering(Forecast, _shorter)}).day
    assert told.made is None and "no load of this day" in told.faults["network"]


def test_what_is_made_is_what_was_accepted() -> None:
    """The one that asks pays a cent less than it proposed: the deal does not hold."""
    original = Settling._settlement

    def less(self: Settling, state: str, *rest: Any) -> Settlement:
        found = original(self, state, *rest)
        paid = {n: round(v - 0.01, 2) for n, v in found.paid.items()}
        return found.model_copy(update={"paid": paid}) if state == "made" else found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settling, "_settlement", less)
        stage = Stage(NOBODY)
    assert stage.day.made is not None and stage.day.made.deal.made
    assert not any(np.any(one.change) for one in stage.lived.buildings)


def test_a_settlement_that_does_not_meet_the_own_account_is_refused() -> None:
    """The one that asks cheats: a party that checks does not sign."""

    class Cheating(Settling):
        def _shared_out(self, *arguments: Any) -> Any:
            from dataclasses import replace

            deal = super()._shared_out(*arguments)
            paid = {n: v - 5.0 if n == "hts" else v for n, v in deal.paid.items()}
            return replace(deal, paid=paid)

    original = Conducting.__init__

    def init(self: Any, dealing: Any, *rest: Any) -> None:
        original(self, dealing, *rest)
        self.settling = Cheating(dealing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Conducting, "__init__", init)
        told = Stage(NOBODY).day
    assert "hts would be worse off by" in told.faults["hts"]
