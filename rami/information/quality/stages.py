"""From a rule to the chain of checks, filling and resampling that carries it out."""

from __future__ import annotations

from math import isfinite

from rami.core.timegrid import NS
from rami.information.quality.chain import Chain
from rami.information.quality.check import Check
from rami.information.quality.clock import Clock
from rami.information.quality.fill import Filling
from rami.information.quality.flatline import Flatline
from rami.information.quality.gaps import Gap, Stale
from rami.information.quality.limits import Range, Rate
from rami.information.quality.register import Register
from rami.information.quality.resample import Combining, Resampling
from rami.information.quality.rule import Rule
from rami.information.quality.spike import Spike
from rami.information.quality.stamps import Duplicate

#: how rarely a signal does by habit what is taken for stuck
_CHANCE = 0.01


def chain_of(rule: Rule) -> Chain:
    """The stages of a signal; those that the rule skips are left out."""
    return Chain(
        checks_of(rule),
        None if "gap" in rule.skip else Gap(round((rule.period_s or 0.0) * NS)),
        filling_of(rule),
        resampling_of(rule),
    )


def checks_of(rule: Rule) -> tuple[Check, ...]:
    """In the order in which they must run: a later one counts on what earlier ones left."""
    bounded = any(map(isfinite, (rule.low, rule.high, rule.likely_low, rule.likely_high)))
    known: dict[str, tuple[bool, Check]] = {
        "clock": (rule.zone is not None, Clock(rule.zone or "UTC")),
        "duplicate": (True, Duplicate()),
        "range": (bounded, Range(rule.low, rule.high, rule.likely_low, rule.likely_high)),
        "reset": (
            rule.cumulative and not rule.signal.signed,
            Register(rule.modulus, rule.fall, rule.growth_max / 3600.0),
        ),
        "spike": (
            rule.spike is not None and not rule.cumulative,
            Spike(rule.spike or 1.0, rule.spike_least, rule.spike_width, rule.day_pattern),
        ),
        "stuck": (
            isfinite(rule.stuck_s),
            Flatline(
                round(rule.stuck_s * NS) if isfinite(rule.stuck_s) else 0,
                rule.stuck_tolerance,
                resting=tuple((value, value) for value in rule.resting),
                chance=_CHANCE if rule.stuck_habit else 0.0,
            ),
        ),
        "rate": (isfinite(rule.rate), Rate(rule.rate, rule.rate)),
        "stale": (
            isfinite(rule.stale_s),
            Stale(round(rule.stale_s * NS) if isfinite(rule.stale_s) else 0),
        ),
    }
    return tuple(check for name, (on, check) in known.items() if on and name not in rule.skip)


def filling_of(rule: Rule) -> Filling:
    """How its gaps are filled."""
    return Filling(rule.fill, round(rule.longest_s * NS), cumulative=rule.cumulative)


def resampling_of(rule: Rule) -> Resampling:
    """How its rows become intervals."""
    return Resampling(Combining(rule.how), rule.coverage)
