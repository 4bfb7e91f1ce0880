"""Gain, delay and lag of a process from its step response."""

from __future__ import annotations

from math import e

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import ControlError
from rami.functional.technical.process import Process

Series = NDArray[np.float64]

#: the end of a response whose mean counts as its final value
TAIL = 0.2
#: a final value under this many standard deviations of the tail is no response
SIGNIFICANT = 2.0


def identify(times: Series, response: Series, step: float) -> Process:
    """First-order-plus-delay process behind a step response.

    `response` is the change of the controlled value at `times` (s after the step, rising),
    `step` the change of the actuator. By areas (Astrom and Hagglund): the area over the
    response is Tu + Tg, the area under it up to there is Tg / e. Areas average noise away,
    and what goes the wrong way at first counts as delay. Where a response overshoots so
    much that the areas give no lag, the tangent at its steepest point does.

    Raises ControlError when nothing follows the step.
    """
    if len(times) != len(response) or len(times) < 5:
        raise ControlError(
            f"a step response needs 5 or more samples with their times, got {len(times)} times "
            f"and {len(response)} values"
        )
    tail = response[-max(int(TAIL * len(response)), 2) :]
    final = float(tail.mean())
    if abs(final) <= max(SIGNIFICANT * float(tail.std()), 1e-12) or step == 0.0:
        raise ControlError(
            f"no response to the step of {step:g}: the end lies at {final:.3g} "
            f"+- {float(tail.std()):.3g}; make the step larger or longer"
        )
    share = response / final
    process = _by_areas(times, share) or _by_tangent(times, share)
    return Process(final / step, *process)


def _by_areas(times: Series, share: Series) -> tuple[float, float] | None:
    total = _area(1.0 - share, times) + float(times[0])
    if total <= 0.0:
        return None
    until = np.searchsorted(times, total)
    ends = np.append(times[:until], total)
    under = np.append(share[:until], np.interp(total, times, share))
    lag = e * _area(under, ends)
    return (max(total - lag, 0.0), min(lag, total)) if lag > 0.0 else None


def _by_tangent(times: Series, share: Series) -> tuple[float, float]:
    width = max(len(share) // 50, 1)
    smooth = np.convolve(share, np.ones(width) / width, "same") if width > 1 else share
    slope = np.gradient(smooth, times)
    steepest = int(np.argmax(slope))
    lag = 1.0 / float(slope[steepest])
    return max(float(times[steepest] - smooth[steepest] * lag), 0.0), lag


def _area(values: Series, times: Series) -> float:
    return float(np.sum((values[1:] + values[:-1]) * np.diff(times)) / 2.0)
