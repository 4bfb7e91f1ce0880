"""Which signals and which span a command is about."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rami.core import units
from rami.core.admission import EARLIEST, LATEST
from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.timegrid import NS, TimeGrid, instant, iso
from rami.core.wording import did_you_mean

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.core.signal import Signal

#: values on a grid that a command holds at once (12 bytes each)
MOST_VALUES = 100_000_000
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
        found = instant(text)
    except ValueError as error:
        what = str(error) if "zone" in str(error) else f"{text!r} is no instant"
        problems.append(Problem(option, what, _EXAMPLE))
        return None
    if not EARLIEST <= found <= LATEST:
        span = f"from {iso(EARLIEST)[:4]} to {iso(LATEST)[:4]}"
        problems.append(Problem(option, f"wanted an instant {span}, got {text}", _EXAMPLE))
    return found


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
    if not found and not problems:
        problems.append(Problem("--signals", f"{patterns!r} names no signal", "e.g. 'hts.*.T_*'"))
    if problems:
        raise DataError(problems)
    return tuple(found[name] for name in sorted(found))


def grid_of(step: str, span: tuple[int, int], signals: int = 1) -> TimeGrid:
    """Whole steps over a span, beginning at its start. ConfigurationError where the values of
    so many signals would not fit into memory."""
    try:
        seconds = units.parse(step, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("--step", str(error))]) from None
    step_ns = round(seconds * NS)
    if not 0 < step_ns <= LATEST - EARLIEST:
        bound = "more than 0 s" if step_ns <= 0 else "450 years at most"
        raise ConfigurationError([Problem("--step", f"wanted {bound}, got {step}")])
    count = -(-(span[1] - span[0]) // step_ns)
    if count * signals > MOST_VALUES:
        what = f"{count:,} intervals of {signals:,} signals are too many at once"
        hint = f"at most {MOST_VALUES:,} values: bound --from and --to, or name --signals"
        raise ConfigurationError([Problem("--step", what, hint)])
    return TimeGrid(span[0], step_ns, count)


def floored(ns: int, step: str) -> int:
    """The last whole step (counted from midnight UTC) not after an instant."""
    grid = grid_of(step, (0, 1))
    return ns - ns % grid.step_ns
