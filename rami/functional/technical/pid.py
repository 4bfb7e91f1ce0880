"""PID control as in eq. 24, u = Kp·e + Ki·∫e dt + Kd·de/dt, for many loops at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: the derivative's filter is this many times faster than the derivative time
FILTER = 20.0
(
    _INTEGRAL,
    _DERIVATIVE,
    _ERROR,
    _MEASURED,
    _CORRECTION,
    _MANUAL,
    _HELD,
    _OUTPUT,
    _ROWS,
) = range(9)


@dataclass(frozen=True)
class Gains:
    """Per loop: proportional gain `kp`, integral time `ti` and derivative time `td` in s.

    `ti` of infinity leaves the integral out. Shapes (n,).
    """

    kp: Vector
    ti: Vector
    td: Vector

    @classmethod
    def of(cls, *loops: tuple[float, float, float]) -> Gains:
        """From (kp, ti, td) per loop."""
        table = np.array(loops, float).reshape(-1, 3)
        return cls(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())


class PidBank:
    """PID loops (eq. 24) as vectors: output = feedforward + scale x PID, within limits.

    The PID part is a correction in the unit of the controlled value times `kp`; `scale` turns
    it into the actuator's unit, so that one tuning holds over the whole load range. Derivative
    on the measurement, filtered; output limits with anti-windup by back-calculation; loops can
    be off (output 0, integrator held at 0, so that a start begins at the feedforward), by hand
    (integrator follows, so that return is bumpless) and retuned without a bump.

    `correction` bounds the PID part, shape (n,).
    """

    def __init__(
        self, gains: Gains, period_s: float, high: Vector, correction: Vector | None = None
    ) -> None:
        n = len(gains.kp)
        self.period_s = period_s
        self.high = np.array(high, float)
        self.state = np.zeros((_ROWS, n))
        self.integral, self.correction = self.state[_INTEGRAL], self.state[_CORRECTION]
        self.state[_MEASURED] = np.nan
        self._bound = np.full(n, np.inf) if correction is None else np.array(correction, float)
        self._low, self._one = np.zeros(n), np.ones(n)
        self._error, self._wanted, self._raw = np.empty(n), np.empty(n), np.empty(n)
        self.output: Vector = self.state[_OUTPUT]
        self._change = np.empty(n)
        self._negative_bound = -self._bound
        self._set(gains)
        self._seen = self._by_hand = False

    def _set(self, gains: Gains) -> None:
        kp, ti, td = gains.kp, gains.ti, gains.td
        h = self.period_s
        self.gains = gains
        self._kp = np.array(kp, float)
        self._ki = kp * h / ti
        # back-calculation as fast as the integrator itself, never faster than the sampling
        self._tracking = np.where(np.isfinite(ti), np.minimum(h / np.maximum(ti, h), 1.0), 0.0)
        lag = td / FILTER
        self._decay = lag / (lag + h)
        self._kd = kp * td / (lag + h)
        self._derives = bool(np.any(td > 0.0))

    def step(
        self,
        measured: Vector,
        set_point: Vector,
        feedforward: Vector,
        on: Vector,
        scale: Vector | None = None,
        low: Vector | None = None,
        pace: Vector | None = None,
    ) -> Vector:
        """One period of all loops; every argument has shape (n,), the result is a buffer.

        `on` is 1 or 0; `scale` (not zero) and `low` as in the class; `pace` multiplies the
        integral action, for loops whose lag changes with the flow.
        """
        state = self.state
        integral, correction, error = state[_INTEGRAL], state[_CORRECTION], self._error
        low = self._low if low is None else low
        scale = self._one if scale is None else scale
        np.subtract(set_point, measured, out=error)
        wanted = np.multiply(self._kp, error, out=self._wanted)
        wanted += integral
        if self._derives:
            wanted += self._derivative(measured, on)
        np.maximum(wanted, self._negative_bound, out=correction)
        np.minimum(correction, self._bound, out=correction)
        raw = np.multiply(correction, scale, out=self._raw)
        raw += feedforward
        output: Vector = np.maximum(raw, low, out=self.output)
        np.minimum(output, self.high, out=output)
        if self._by_hand:
            self._follow_hand(error, feedforward, scale)
        # back-calculation: what the limits took away, in the unit of the PID part
        np.subtract(output, raw, out=raw)
        raw /= scale
        raw += correction
        raw -= wanted
        raw *= self._tracking
        change = np.multiply(self._ki, error, out=self._change)
        if pace is not None:
            change *= pace
        change += raw
        integral += change
        integral *= on
        correction *= on
        output *= on
        state[_ERROR] = error
        return output

    def _derivative(self, measured: Vector, on: Vector) -> Vector:
        before: Vector = self.state[_MEASURED]
        slope: Vector = self.state[_DERIVATIVE]
        if not self._seen:
            before[:] = measured
            self._seen = True
        slope *= self._decay
        slope -= self._kd * (measured - before)
        slope *= on
        before[:] = measured
        return slope

    def _follow_hand(self, error: Vector, feedforward: Vector, scale: Vector) -> None:
        """Manual loops: output as held; the integrator is where automatic would continue."""
        by_hand = self.state[_MANUAL] > 0.0
        held = self.state[_HELD]
        self.output[by_hand] = held[by_hand]
        rest = (held - feedforward) / scale - self._kp * error - self.state[_DERIVATIVE]
        self.state[_INTEGRAL][by_hand] = rest[by_hand]
        self._raw[by_hand] = held[by_hand]
        self.state[_CORRECTION][by_hand] = self._wanted[by_hand]
        # nothing to integrate while a hand holds the output
        error[by_hand] = 0.0

    def manual(self, loop: int, value: float) -> None:
        """Hold a loop's output at `value` from the next step on."""
        self.state[_MANUAL, loop], self.state[_HELD, loop] = 1.0, value
        self._by_hand = True

    def automatic(self, loop: int) -> None:
        """Give a loop back to its controller, from the output it has."""
        self.state[_MANUAL, loop] = 0.0
        self._by_hand = bool(self.state[_MANUAL].any())

    def track(self, loops: Mask, position: Vector, feedforward: Vector, scale: Vector) -> None:
        """Loops of the mask `loops` stand at `position`, set by somebody else.

        Call after `step`: their integrators are put where this step would have given that
        output, as far as the correction may go.
        """
        state = self.state
        needed = (position - feedforward) / scale
        np.clip(needed, self._negative_bound, self._bound, out=needed)
        rest = needed - self._kp * state[_ERROR] - state[_DERIVATIVE]
        np.copyto(state[_INTEGRAL], rest, where=loops)
        np.copyto(state[_CORRECTION], needed, where=loops)
        np.copyto(self.output, position, where=loops)

    def landed(self, missing: Vector, scale: Vector) -> None:
        """What became of the last step's outputs, less what was asked for, shape (n,).

        Back-calculation as at the bank's own limits, as far as the correction may go.
        """
        possible = self.correction + missing / scale
        np.clip(possible, self._negative_bound, self._bound, out=possible)
        self.integral += self._tracking * (possible - self.correction)

    def retune(self, gains: Gains) -> None:
        """New gains; the integrator takes over what the proportional part loses or gains."""
        self.state[_INTEGRAL] += (self._kp - gains.kp) * self.state[_ERROR]
        self._set(gains)

    def save(self) -> bytes:
        """The whole state."""
        return self.state.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self.state[:] = np.frombuffer(state).reshape(self.state.shape)
        self._seen = not bool(np.isnan(self.state[_MEASURED]).any())
        self._by_hand = bool(self.state[_MANUAL].any())
