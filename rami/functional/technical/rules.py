"""Tuning rules: Chien-Hrones-Reswick where it holds, lambda tuning elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rami.core.errors import ControlError
from rami.functional.technical.process import Process

Form = Literal["P", "PI", "PID"]
#: CHR holds above this ratio of lag to delay
RATIO_MIN = 3.0


class Aim(StrEnum):
    """What a loop is tuned for, and the overshoot it may have."""

    DISTURBANCE = "disturbance, no overshoot"
    DISTURBANCE_20 = "disturbance, 20 % overshoot"
    SET_POINT = "set point, no overshoot"
    SET_POINT_20 = "set point, 20 % overshoot"


@dataclass(frozen=True)
class Settings:
    """Kp (actuator unit per controlled unit), Ti and Td in s, and the rule they came from."""

    kp: float
    ti: float
    td: float
    rule: str


# (factor on R = Tg / (Ks Tu), Ti, Td) with Ti and Td from (Tu, Tg)
_Row = tuple[float, Callable[[float, float], float], Callable[[float, float], float]]


def _none(_delay: float, _lag: float) -> float:
    return 0.0


def _never(_delay: float, _lag: float) -> float:
    return float("inf")


_TABLE: dict[tuple[Aim, Form], _Row] = {
    (Aim.DISTURBANCE, "P"): (0.3, _never, _none),
    (Aim.DISTURBANCE, "PI"): (0.6, lambda u, g: 4.0 * u, _none),
    (Aim.DISTURBANCE, "PID"): (0.95, lambda u, g: 2.4 * u, lambda u, g: 0.42 * u),
    (Aim.DISTURBANCE_20, "P"): (0.7, _never, _none),
    (Aim.DISTURBANCE_20, "PI"): (0.7, lambda u, g: 2.3 * u, _none),
    (Aim.DISTURBANCE_20, "PID"): (1.2, lambda u, g: 2.0 * u, lambda u, g: 0.42 * u),
    (Aim.SET_POINT, "P"): (0.3, _never, _none),
    (Aim.SET_POINT, "PI"): (0.35, lambda u, g: 1.2 * g, _none),
    (Aim.SET_POINT, "PID"): (0.6, lambda u, g: g, lambda u, g: 0.5 * u),
    (Aim.SET_POINT_20, "P"): (0.7, _never, _none),
    (Aim.SET_POINT_20, "PI"): (0.6, lambda u, g: g, _none),
    (Aim.SET_POINT_20, "PID"): (0.95, lambda u, g: 1.35 * g, lambda u, g: 0.47 * u),
}


def chien_hrones_reswick(process: Process, aim: Aim = Aim.SET_POINT, form: Form = "PI") -> Settings:
    """Settings by Chien, Hrones and Reswick (1952) for eq. 24.

    Raises ControlError without delay or gain, for which the rule has no answer.
    """
    _check(process)
    if process.delay <= 0.0:
        raise ControlError("CHR needs a delay above 0 s; count the sampling step into it")
    factor, ti, td = _TABLE[aim, form]
    kp = factor * process.lag / (process.gain * process.delay)
    return Settings(
        kp, ti(process.delay, process.lag), td(process.delay, process.lag), f"CHR {form}, {aim}"
    )


def lambda_tuning(process: Process) -> Settings:
    """PI by lambda tuning: the closed loop is as slow as the larger of lag and 3 delays.

    Kp = Tg / (Ks (lambda + Tu)), Ti = Tg: cancels the lag, and stays calm where the delay
    dominates and CHR would not. Raises ControlError without gain.
    """
    _check(process)
    closed = max(process.lag, 3.0 * process.delay)
    lag = max(process.lag, 0.2 * process.delay, 1e-3)
    return Settings(lag / (process.gain * (closed + process.delay)), lag, 0.0, "lambda")


def settings(
    process: Process, period_s: float, aim: Aim = Aim.SET_POINT, form: Form = "PI"
) -> Settings:
    """CHR where Tg/Tu > 3 with the sampling step counted into Tu, lambda tuning elsewhere."""
    _check(process)
    seen = process.sampled(period_s)
    if seen.ratio > RATIO_MIN:
        return chien_hrones_reswick(seen, aim, form)
    return lambda_tuning(seen)


def _check(process: Process) -> None:
    if not (abs(process.gain) > 0.0 and process.lag >= 0.0 and process.delay >= 0.0):
        raise ControlError(
            f"a process to tune for needs a gain, and a delay and a lag from 0 s on, got {process}"
        )
