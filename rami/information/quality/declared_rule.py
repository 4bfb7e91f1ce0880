"""What one pattern of the section `quality` declares, laid over a signal's rule."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from rami.core.units import parse
from rami.information.quality.rule import Rule, RuleFault
from rami.information.quality.settings import QualityRule
from rami.information.quality.subject import Subject

#: quantities whose differences are another quantity
_DIFFERENCE = {"temperature": "temperature_difference"}
_REGISTERS = ("energy", "volume", "volume_temperature", "mass", "money", "emission")


class DeclaredRule:
    """Lays what one pattern declares over a signal's rule."""

    def __init__(self, signal: Subject, pattern: str, faults: dict[RuleFault, None]) -> None:
        self._signal, self._pattern, self._faults = signal, pattern, faults

    def over(self, rule: Rule, declared: QualityRule) -> Rule:
        """The rule with the declared parts in place of its own."""
        change: dict[str, Any] = {}
        parts: list[str] = []
        for part in ("range", "rate", "spike", "stuck", "register_", "fill", "resample"):
            given = getattr(declared, part)
            if given is not None:
                word = part.rstrip("_")
                change |= getattr(self, f"_{word}")(given, rule)
                parts.append("reset" if word == "register" else word)
        for key, name in (
            ("period", "period_s"),
            ("stale", "stale_s"),
            ("zone", "zone"),
            ("engine", "engine"),
        ):
            given = getattr(declared, key)
            if given is not None:
                change[name] = given
                parts.append(key)
        if declared.skip:
            change["skip"] = frozenset(declared.skip)
            parts.append("skip")
        origins = {**rule.origins, **dict.fromkeys(parts, f"declared for {self._pattern!r}")}
        laid = replace(rule, **change, origins=origins)
        self._check(laid, declared)
        return laid

    def _range(self, given: Any, rule: Rule) -> dict[str, Any]:
        keys = [k for k in type(given).model_fields if getattr(given, k) is not None]
        return {k: self._number(getattr(given, k), ("range", k), getattr(rule, k)) for k in keys}

    def _rate(self, given: Any, rule: Rule) -> dict[str, Any]:
        most = self._number(given.most, ("rate", "most"), inf, difference=True)
        return {"rate": most / given.within}

    def _spike(self, given: Any, rule: Rule) -> dict[str, Any]:
        least = rule.spike_least
        if given.least is not None:
            least = self._number(given.least, ("spike", "least"), least, difference=True)
        return {
            "spike": given.threshold,
            "spike_least": least,
            "spike_width": given.width,
            "day_pattern": given.day_pattern,
        }

    def _stuck(self, given: Any, rule: Rule) -> dict[str, Any]:
        tolerance = 0.0
        if given.tolerance is not None:
            tolerance = self._number(
                given.tolerance, ("stuck", "tolerance"), tolerance, difference=True
            )
        resting = tuple(self._number(r, ("stuck", "resting"), 0.0) for r in given.resting)
        return {
            "stuck_s": given.longest,
            "stuck_tolerance": tolerance,
            "stuck_habit": given.habit,
            "resting": resting or rule.resting,
        }

    def _register(self, given: Any, rule: Rule) -> dict[str, Any]:
        change = {}
        for key, name in (("rolls_over", "modulus"), ("tolerance", "fall"), ("most", "growth_max")):
            written = getattr(given, key)
            if written is not None:
                change[name] = self._number(written, ("register", key), getattr(rule, name))
        return change

    def _fill(self, given: Any, rule: Rule) -> dict[str, Any]:
        return {"fill": given.method, "longest_s": given.longest}

    def _resample(self, given: Any, rule: Rule) -> dict[str, Any]:
        change = {"coverage": given.coverage}
        for key, name in (("step", "step_s"), ("how", "how"), ("weight", "weight")):
            if getattr(given, key) is not None:
                change[name] = getattr(given, key)
        if given.weight is not None and given.how is None:
            change["how"] = "weighted"
        return change

    def _number(
        self, text: str, keys: tuple[str, ...], otherwise: float, difference: bool = False
    ) -> float:
        quantity = self._signal.quantity
        quantity = _DIFFERENCE.get(quantity, quantity) if difference else quantity
        try:
            return parse(text, quantity)
        except ValueError as error:
            self._add(keys, f"{self._signal.name}: {error}".split(";")[0])
            return otherwise

    def _check(self, rule: Rule, declared: QualityRule) -> None:
        """What this pattern makes contradict; only what it says itself is its fault."""
        name, unit = self._signal.name, self._signal.unit
        if declared.range is not None and rule.low >= rule.high:
            key = "low" if declared.range.low is not None else "high"
            what = f"{name}: nothing lies between {rule.low:g} and {rule.high:g} {unit}"
            self._add(("range", key), what, f"one of them is {rule.origins['range']}")
        if declared.stale is not None and rule.period_s and rule.stale_s < rule.period_s:
            what = f"{name} is stale after {rule.stale_s:g} s, expected every {rule.period_s:g} s"
            self._add(("stale",), what, "wanted more than the period")
        if declared.cumulative and self._signal.quantity not in _REGISTERS:
            what = f"{name} ({self._signal.quantity.replace('_', ' ')}) cannot be a register"
            self._add(("cumulative",), what)
        if declared.register_ is not None and not self._signal.cumulative:
            self._add(("register",), f"{name} is no register", "declare cumulative: true")
        if declared.resample is not None and (rule.how == "growth") != rule.cumulative:
            if rule.how == "growth":
                self._add(("resample", "how"), f"{name} is no register: it has no growth")
            elif rule.how in ("mean", "linear", "sum", "weighted"):
                what = f"{name} is a register: its {rule.how} means nothing"
                self._add(("resample", "how"), what, "wanted growth or last")
        if declared.resample is not None and rule.how == "weighted" and not rule.weight:
            self._add(("resample", "how"), f"{name}: weighted by what?", "give weight: a flow")
        if declared.fill is not None and rule.fill == "model" and "." not in name:
            self._add(("fill", "method"), f"no twin gives a model value of {name}")

    def _add(self, keys: tuple[str, ...], what: str, hint: str = "") -> None:
        self._faults[RuleFault(self._pattern, keys, what, hint)] = None
