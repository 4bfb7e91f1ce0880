"""What the parties of a negotiation say and hear, by what they are; loads no arrays."""

from __future__ import annotations

from collections.abc import Sequence

from rami.communication.service.contract import Fallback, Need, Offer

#: kinds of messages by which a party is asked, with its name as subject
ASKED = ("negotiation_call", "flexibility_request", "settlement")
#: kinds by which it answers
ANSWERED = ("negotiation_ready", "flexibility_offer", "flexibility_answer", "settlement_answer")
#: subjects of forecasts and measurements
DEMAND, SURPLUS, PLANT = "demand", "surplus", "plant"


def needs(name: str, *more: tuple[str, str]) -> Sequence[Need]:
    """Of a party called `name`; `more` are kinds with their subjects."""
    asked = [Need(kind, name, fallback=Fallback.NOTHING) for kind in ASKED]
    return [*asked, *(Need(kind, subject) for kind, subject in more)]


def offers(*more: tuple[str, str]) -> Sequence[Offer]:
    """Of a party; `more` are kinds with their subjects."""
    return [*(Offer(kind) for kind in ANSWERED), *(Offer(kind, subject) for kind, subject in more)]


#: seconds between two looks at the clock of the one that asks
BEAT_S = 0.5
#: what asks and hears the answers
ASKS = (Offer("key_figures", "deal"), *(Offer(kind, "*") for kind in ASKED))
HEARS = (*(Need(kind, fallback=Fallback.NOTHING) for kind in ANSWERED), Need("forecast", PLANT))
#: role: (what it hears besides being asked, what it says besides answering)
TERMS: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "consumers": ((), (("forecast", DEMAND), ("measurement", DEMAND))),
    "surplus": ((), (("forecast", SURPLUS), ("measurement", SURPLUS))),
    "network": (
        (("forecast", DEMAND), ("measurement", DEMAND)),
        (("forecast", PLANT), ("schedule", PLANT), ("schedule", "sections"),
         ("measurement", PLANT)),
    ),
    "production": (
        (("forecast", PLANT), ("forecast", SURPLUS), ("measurement", PLANT)),
        (("schedule", "all"), ("measurement", "supply")),
    ),
}  # fmt: skip
