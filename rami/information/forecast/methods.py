"""The methods by name: ours, and those of others by entry point."""

from __future__ import annotations

from collections.abc import Callable

from rami.core.errors import ConfigurationError, Problem
from rami.core.plugins import found
from rami.core.wording import did_you_mean
from rami.information.forecast.combination import Combination
from rami.information.forecast.direct import ridge
from rami.information.forecast.forecaster import Forecaster
from rami.information.forecast.naive import LastWeek, Persistence, SeasonalNaive, TypicalProfile
from rami.information.forecast.settings import OWN_METHODS

#: entry point group
GROUP = "rami.forecasters"
_OWN: dict[str, Callable[[], Forecaster]] = {
    "ridge": ridge,
    "seasonal_naive": SeasonalNaive,
    "last_week": LastWeek,
    "persistence": Persistence,
    "typical_profile": TypicalProfile,
}
assert set(_OWN) == set(OWN_METHODS)


def forecaster(name: str) -> Forecaster:
    """The method of a name; `a+b` combines methods by inverse error, `mean(a+b)` alike.

    Raises ConfigurationError for an unknown name or one whose package does not load.
    """
    if name.startswith("mean(") and name.endswith(")"):
        return Combination([_single(n) for n in _parts(name[5:-1])], "mean")
    parts = _parts(name)
    return _single(parts[0]) if len(parts) == 1 else Combination([_single(n) for n in parts])


def _parts(name: str) -> list[str]:
    return [part.strip() for part in name.split("+")]


def _single(name: str) -> Forecaster:
    if name in _OWN:
        return _OWN[name]()
    others = found(GROUP)
    if name not in others:
        hint = did_you_mean(name, [*_OWN, *others])
        raise ConfigurationError([Problem("forecasts", f"no method {name!r}", hint)])
    try:
        made: Forecaster = others[name]()()
    except (ImportError, AttributeError) as error:
        what = f"method {name!r} is installed, but does not load: {error}"
        raise ConfigurationError([Problem("forecasts", what)]) from error
    return made
