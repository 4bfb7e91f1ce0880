"""Which signals and which span a command is about."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rami.core import units
from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.timegrid import NS, TimeGrid, instant
from rami.core.wording import did_you_mean

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.core.signal import Signal

#: how names of customers' meters begin
METERS = "meters."
_EXAMPLE = "e.g. 2019-01-14T00:00+01:00"


def span_of(first: str | None, after: str | None) -> tuple[int | None, int | None]:
    """Nanoseconds of `--from` and `--to`; ConfigurationError with all that is wrong."""
    problems: list[Problem] = []
    found = [_instant(o, t, problems) for o, t in (("--from", first), ("--to", after))]
    if not problems and None not in found and found[0] >= found[1]:  # type: ignore[operator]
        problems.append(Problem("--to", f"wanted an instant after {first}, got {after}"))
    if problems:
        raise ConfigurationError(problems)
    return found[0], found[1]


def _instant(option: str, text: str | None, problems: list[Problem]) -> int | None:
    if text is None:
        return None
    try:
        return instant(text)
    except ValueError as error:
        what = str(error) if "zone" in str(error) else f"{text!r} is no instant"
        problems.append(Problem(option, what, _EXAMPLE))
        return None


def signals_of(store: Store, patterns: str) -> tuple[Signal, ...]:
    """Signals by names or shell patterns, with commas between; DataError where one fits none.

    Rows of single customers are not among them: `rami meters` says who may have those.
    """
    known = store.signals()
    if not known:
        raise DataError(f"{store.stats().place}: no signal is kept yet")
    found: dict[str, Signal] = {}
    problems = []
    for pattern in filter(None, (p.strip() for p in patterns.split(","))):
        fitting = {s.name: s for s in known if s.name == pattern or fnmatchcase(s.name, pattern)}
        free = {n: s for n, s in fitting.items() if not n.startswith(METERS)}
        if fitting and not free:
            hint = "use rami meters aggregate or share"
            problems.append(Problem("--signals", f"{pattern!r} are customers' meters", hint))
        elif not free:
            close = did_you_mean(pattern, [s.name for s in known])
            hint = close if close.startswith("did you mean") else f"{len(known)} signals are kept"
            problems.append(Problem("--signals", f"no signal fits {pattern!r}", hint))
        found.update(free)
    if problems:
        raise DataError(problems)
    return tuple(found[name] for name in sorted(found))


def grid_of(step: str, span: tuple[int, int]) -> TimeGrid:
    """Whole steps over a span, beginning at its start."""
    try:
        seconds = units.parse(step, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("--step", str(error))]) from None
    step_ns = round(seconds * NS)
    if step_ns <= 0:
        raise ConfigurationError([Problem("--step", f"wanted more than 0 s, got {step}")])
    return TimeGrid(span[0], step_ns, -(-(span[1] - span[0]) // step_ns))


def floored(ns: int, step: str) -> int:
    """The last whole step (counted from midnight UTC) not after an instant."""
    grid = grid_of(step, (0, 1))
    return ns - ns % grid.step_ns
