"""Registers count on over every change of their source, and when a plant's begin anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.registers import Registers
from tests.services.runtime.toys import OUTPUTS

E = OUTPUTS["x.E"]
#: what happens in a step: counts of model and plant, what the plant does, which is asked
_STEP = st.tuples(
    st.floats(-2.0, 2.0), st.floats(0.1, 2.0),
    st.sampled_from(["counts", "counts", "counts", "silent", "restarts"]), st.booleans(),
)  # fmt: skip


def _outputs(count: float) -> np.ndarray:
    return np.array([20.0, 5.0, count])


@given(st.lists(_STEP, max_size=40), st.integers(0, 40))
def test_told_is_the_sum_of_the_parts(
    steps: list[tuple[float, float, str, bool]], saved_at: int
) -> None:
    model, plant, shown = 3.0, 500.0, 500.0
    registers = Registers(OUTPUTS, _outputs(model))
    registers.seen(_outputs(plant))
    told, wanted = _outputs(model), model
    for number, (by_model, by_plant, what, of_plant) in enumerate(steps):
        if number == saved_at:
            state, registers = registers.save(), Registers(OUTPUTS, _outputs(0.0))
            registers.restore(state)
        model += by_model
        plant = 0.0 if what == "restarts" else plant + by_plant
        before, shown = shown, np.nan if what == "silent" else plant
        begun_anew = abs(shown) < 0.1 * abs(before)
        known = bool(np.isfinite(shown) and np.isfinite(before)) and not begun_anew
        wanted += shown - before if of_plant and known else by_model
        told[:] = _outputs(-1.0)
        if of_plant:
            registers.count(told, _outputs(model), _outputs(shown))
            registers.count(told, _outputs(model), _outputs(shown))
        else:
            registers.count(told, _outputs(model))
            registers.seen(_outputs(shown))
        assert told[E] == pytest.approx(wanted, abs=1e-9)
        assert told[0] == 20.0, "what is no register is left alone"


def test_a_model_alone_is_told_bit_for_bit() -> None:
    registers = Registers(OUTPUTS, _outputs(0.0))
    told = _outputs(0.0)
    for count in np.cumsum(np.full(100, 0.1)):
        registers.count(told, _outputs(count))
        assert told[E] == count
