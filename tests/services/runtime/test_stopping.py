"""When a run that is to stop is left in the midst of a step."""

from __future__ import annotations

import pytest

from services.runtime.stopping import BrokenOff, Stopping


def test_a_long_step_is_left_a_short_one_is_not() -> None:
    short, long = Stopping(0.5), Stopping(60.0)
    for one in (short, long):
        one.look()
        one.stop("Ctrl-C")
        one.stop("again")
        assert one.why == "Ctrl-C", "the first reason counts"
    short.look()
    with pytest.raises(BrokenOff):
        long.look()
