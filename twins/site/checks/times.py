"""Steps and spans that divide one another."""

from __future__ import annotations

from twins.site.checks.case import Case
from twins.site.node import Path

#: steps beyond which control gets coarse (s): temperatures pass on, and set-points are
#: followed, only once in a step
_COARSE = {"step": 300.0, "control_step": 60.0}


def check_times(case: Case) -> None:
    """Each span must hold a whole number of the steps inside it; coarse steps only warn."""
    clock, strategy, study = case.parts.clock, case.parts.strategy, case.parts.study
    if clock:
        for key, most in _COARSE.items():
            if getattr(clock, key) > most:
                what = f"{_span(getattr(clock, key))} is coarse: control follows badly"
                case.faults.warn(("clock", key), what, wanted=f"at most {_span(most)}")
        _whole(case, ("clock", "step"), clock.step, "control_step", clock.control_step)
        _whole(case, ("clock", "duration"), clock.duration, "clock step", clock.step)
        _whole(case, ("clock", "strategy_period"), clock.strategy_period, "clock step", clock.step)
    if strategy:
        step = strategy.step
        _whole(case, ("strategy", "horizon"), strategy.horizon, "strategy step", step)
        if study:
            _whole(case, ("study", "duration"), study.duration, "strategy step", step)
    if clock and strategy:
        _whole(case, ("strategy", "step"), strategy.step, "clock step", clock.step)
        _whole(case, ("clock", "duration"), clock.duration, "strategy step", strategy.step)
        period = clock.strategy_period
        _whole(case, ("clock", "strategy_period"), period, "strategy step", strategy.step)
        if period > strategy.horizon:
            case.faults.add(
                ("clock", "strategy_period"),
                f"plans every {_span(period)} look only {_span(strategy.horizon)} ahead",
                wanted=f"at most the strategy horizon, {_span(strategy.horizon)}",
            )


def _whole(case: Case, path: Path, span: float, name: str, step: float) -> None:
    ratio = span / step
    if ratio > 1e12 or abs(ratio - round(ratio)) > 1e-9 * max(ratio, 1.0) or round(ratio) < 1:
        case.faults.add(
            path,
            f"{_span(span)} is not a multiple of the {name} of {_span(step)}",
            wanted=f"a multiple of {_span(step)}",
        )


def _span(seconds: float) -> str:
    """In the largest unit that gives a whole number: `15 min`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
