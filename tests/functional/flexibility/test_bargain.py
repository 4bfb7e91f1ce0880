"""What holds after a negotiation is what was proposed and accepted, and nothing else."""

from __future__ import annotations

import numpy as np

from rami.communication.service.payload import FlexibilityRequest, Settlement
from rami.core.frame import Values
from rami.functional.flexibility.bargain import Bargain, Reply

GRID = {"start": "2026-01-05T06:00Z", "step_s": 3600.0, "count": 2}
SOON = "2026-01-05T05:00Z"


class _Willing:
    own, size = np.ones(2), 10.0

    def answer(self, price: Values, penalty: float, target: Values, firm: bool) -> Reply:
        return Reply(self.own + target, target, 1.0)


def _asked(bargain: Bargain, firm: bool) -> None:
    change = {"house": [1.0, -1.0]}
    request = FlexibilityRequest.model_validate(
        {"grid": GRID, "unit": "kW", "change": change, "deadline": SOON, "firm": firm}
    )
    assert bargain.reply(request, {"house": _Willing()}).possible


def _settlement(state: str, paid: float) -> Settlement:
    return Settlement.model_validate({"state": state, "paid": {"house": paid}, "deadline": SOON})


def _agreed(*steps: str | float) -> bool:
    """Whether something is to be done after these: a request, a payment proposed, one made."""
    bargain = Bargain(("house",))
    _asked(bargain, firm=True)
    for step in steps[:-1]:
        if isinstance(step, str):
            _asked(bargain, firm=step == "firm")
        else:
            bargain.proposed(_settlement("proposed", step))
    assert isinstance(steps[-1], float)
    return bool(bargain.ended(_settlement("made", steps[-1])))


def test_only_what_was_accepted_is_done() -> None:
    assert _agreed(1.5, 1.5)
    assert not _agreed(1.5), "never proposed"
    assert not _agreed(0.5, 0.5), "refused"
    assert not _agreed(1.5, 1.49), "paid less than was accepted"
    assert not _agreed(1.5, "firm", 1.5), "asked anew after it was accepted"
    assert not _agreed(1.5, "round", 1.5)
    assert _agreed(0.5, "firm", 1.5, 1.5)
