from __future__ import annotations

import pytest

from rami.core.errors import ControlError
from rami.functional.technical import Process
from rami.functional.technical.rules import (
    Aim,
    Form,
    chien_hrones_reswick,
    lambda_tuning,
    settings,
)
from tests.functional.technical.benches import FirstOrder, overshoot

# bounds of the tuning table's own check: overshoot on first order plus delay, Tg/Tu = 3, 5, 10
BOUNDS = [
    (Aim.SET_POINT, "PI", {3: 0.005, 5: 0.005, 10: 0.005}),
    (Aim.SET_POINT, "PID", {3: 0.065, 5: 0.050, 10: 0.033}),
    (Aim.SET_POINT_20, "PI", {3: 0.120, 5: 0.120, 10: 0.120}),
    (Aim.SET_POINT_20, "PID", {3: 0.098, 5: 0.098, 10: 0.098}),
]


@pytest.mark.parametrize(("aim", "form", "bounds"), BOUNDS)
@pytest.mark.parametrize("ratio", [3, 5, 10])
@pytest.mark.parametrize("gain", [0.4, 3.0])
def test_overshoot_stays_within_the_table(
    aim: Aim, form: Form, bounds: dict[int, float], ratio: int, gain: float
) -> None:
    delay, step = 10.0, 0.05
    found = chien_hrones_reswick(Process(gain, delay, ratio * delay), aim, form)
    plant = FirstOrder(gain, delay, ratio * delay, step)
    assert overshoot((found.kp, found.ti, found.td), plant, step, 1000.0) <= bounds[ratio]


def test_twenty_percent_rules_do_overshoot() -> None:
    found = chien_hrones_reswick(Process(1.0, 10.0, 50.0), Aim.SET_POINT_20)
    assert overshoot((found.kp, found.ti, 0.0), FirstOrder(1.0, 10.0, 50.0, 0.05), 0.05, 800) > 0.08


def test_the_table() -> None:
    process = Process(2.0, 5.0, 40.0)  # R = 4
    found = chien_hrones_reswick(process, Aim.DISTURBANCE, "PID")
    assert (found.kp, found.ti, found.td) == pytest.approx((3.8, 12.0, 2.1))
    found = chien_hrones_reswick(process, Aim.SET_POINT, "PI")
    assert (found.kp, found.ti, found.td) == pytest.approx((1.4, 48.0, 0.0))
    assert chien_hrones_reswick(process, Aim.DISTURBANCE, "P").ti == float("inf")


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0, 2.0, 3.0])
def test_the_fallback_stays_calm_where_the_delay_dominates(ratio: float) -> None:
    found = lambda_tuning(Process(1.0, 10.0, ratio * 10.0))
    plant = FirstOrder(1.0, 10.0, ratio * 10.0, 0.05)
    assert overshoot((found.kp, found.ti, found.td), plant, 0.05, 600.0) < 0.01


def test_the_sampling_step_counts_into_the_delay() -> None:
    process = Process(1.0, 5.0, 40.0)
    assert settings(process, 1.0).rule.startswith("CHR")
    assert settings(process, 10.0).rule == "lambda"
    assert settings(process, 1.0) == chien_hrones_reswick(Process(1.0, 6.0, 40.0))


@pytest.mark.parametrize("wrong", [Process(0.0, 1.0, 10.0), Process(1.0, -1.0, 10.0)])
def test_what_cannot_be_tuned_is_refused(wrong: Process) -> None:
    with pytest.raises(ControlError, match="needs a gain"):
        settings(wrong, 1.0)


def test_chr_needs_a_delay() -> None:
    with pytest.raises(ControlError, match="sampling step"):
        chien_hrones_reswick(Process(1.0, 0.0, 10.0))
