"""Which rule applies to each signal: defaults first, then what is declared, top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from math import inf, isfinite

from rami.core.wording import did_you_mean
from rami.information.quality.declared_rule import DeclaredRule
from rami.information.quality.defaults import default_of
from rami.information.quality.rule import Rule, RuleFault
from rami.information.quality.settings import QualitySettings
from rami.information.quality.subject import Subject


def matches(pattern: str, name: str) -> bool:
    """Whether a name or shell pattern means a signal; capitals count."""
    return fnmatchcase(name, pattern)


def effective_rules(
    signals: Iterable[Subject], settings: QualitySettings | None
) -> tuple[list[Rule], list[RuleFault]]:
    """The rule of each signal, and all that contradicts. Without settings: the defaults."""
    declared = settings or QualitySettings()
    faults: dict[RuleFault, None] = {}
    listed = list(signals)
    rules = [_resolved(one, declared, faults) for one in listed]
    names = [one.name for one in listed]
    for rule in rules:
        if rule.weight and rule.weight not in names:
            pattern = rule.origins["resample"].partition("'")[2].rstrip("'")
            what = f"no signal {rule.weight!r} to weight {rule.signal.name} with"
            hint = did_you_mean(rule.weight, names)
            faults[RuleFault(pattern, ("resample", "weight"), what, hint)] = None
    return rules, list(faults)


def _resolved(signal: Subject, settings: QualitySettings, faults: dict[RuleFault, None]) -> Rule:
    fitting = {p: r for p, r in settings.rules.items() if matches(p, signal.name)}
    for rule in fitting.values():
        if rule.cumulative is not None:
            signal = replace(signal, cumulative=rule.cumulative)
    found = _default(signal) if settings.defaults else _bare(signal)
    for pattern, declared in fitting.items():
        found = DeclaredRule(signal, pattern, faults).over(found, declared)
    return found


def _bare(signal: Subject) -> Rule:
    said, default = default_of(signal)
    origins = {"resample": f"default of {said}"}
    return Rule(signal, cumulative=signal.cumulative, how=default.how, origins=origins)


def _default(signal: Subject) -> Rule:
    kind, default = default_of(signal)
    said = f"default of {kind}"
    low, high, bounds = default.low, default.high, said
    if signal.signed:
        low = -inf
    if isfinite(signal.low) or isfinite(signal.high):
        low, high, bounds = signal.low, signal.high, signal.bounds_from
    origins = {"fill": said, "resample": said}
    for part, there in (
        ("range", isfinite(low) or isfinite(high)),
        ("rate", isfinite(default.rate)),
        ("spike", default.spike is not None),
        ("stuck", isfinite(default.stuck)),
        ("reset", signal.cumulative and not signal.signed),
    ):
        if there:
            origins[part] = bounds if part == "range" else said
    return Rule(
        signal,
        low,
        high,
        rate=default.rate,
        spike=default.spike,
        spike_least=default.least,
        stuck_s=default.stuck,
        stuck_habit=default.habit,
        resting=default.resting,
        cumulative=signal.cumulative,
        fill=default.fill,
        longest_s=default.longest,
        how=default.how,
        origins=origins,
    )
