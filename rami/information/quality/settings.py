"""Section `quality` of a site file; loads no arrays.

A bound is written with the unit of the signals it is for, so that one rule may hold temperatures
and another powers; whether the unit fits the signals is checked with the whole site.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Duration, Share
from rami.core.units import CANONICAL, allowed, parse, quantities_of
from rami.core.wording import did_you_mean
from rami.core.written import InputFile, Name, Switch

Check = Literal["range", "rate", "spike", "stuck", "gap", "stale", "duplicate", "clock", "reset"]
Engine = Literal["own", "saqc"]
FillMethod = Literal["none", "hold", "linear", "similar_days", "model"]
How = Literal["mean", "linear", "instant", "sum", "growth", "weighted", "last", "min", "max"]


def _measured(value: Any) -> str:
    """`5 K` and the like: a number and a unit of anything that has one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"wanted a number with its unit, e.g. '5 K', got {value}")
    text = str(value).strip()
    unit = text.split()[-1] if " " in text else text.lstrip("+-.0123456789")
    known = quantities_of(unit) or (["share"] if not unit else [])
    if not known:
        units = {u: quantity for quantity in CANONICAL for u in allowed(quantity)}
        raise ValueError(f"{text!r} has no unit that is known; {did_you_mean(unit, units)}")
    parse(text, known[0])
    return text


#: text with the unit of whatever a signal measures
Measured = Annotated[
    str,
    BeforeValidator(_measured),
    WithJsonSchema({"type": ["string", "number"], "description": "number with its unit"}),
]


class RangeCheck(Declared):
    """Values outside `low` and `high` are bad (RANGE), outside the likely ones uncertain."""

    low: Measured | None = Field(None, description="smallest value that is possible")
    high: Measured | None = Field(None, description="largest value that is possible")
    likely_low: Measured | None = Field(None, description="smallest value that is usual")
    likely_high: Measured | None = Field(None, description="largest value that is usual")

    @model_validator(mode="after")
    def _something(self) -> RangeCheck:
        if self == RangeCheck.model_construct():
            raise ValueError("a range needs low, high, or both")
        return self


class RateCheck(Declared):
    """A change from one value to the next that is faster is uncertain (RATE)."""

    most: Measured = Field(description="largest change; of temperatures in K")
    within: Duration = Field(3600.0, le=3.2e7, description="time in which it may happen")


class SpikeCheck(Declared):
    """A few values that leave their neighbours on both sides and come back are bad (SPIKE)."""

    threshold: float = Field(
        6.0, gt=0, le=1000, description="in multiples of the signal's usual prominence"
    )
    least: Measured | None = Field(None, description="smallest prominence that counts")
    width: int = Field(3, ge=1, le=100, description="values in a row, at most")
    day_pattern: Switch = Field(True, description="compare with the same time of other days")


class StuckCheck(Declared):
    """A value that stays the same for longer is bad (STUCK)."""

    longest: Duration = Field(le=3.2e7, description="time that a value may stay the same")
    tolerance: Measured | None = Field(None, description="what still counts as the same")
    habit: Switch = Field(True, description="also shorter, where the signal never does that")
    resting: tuple[Measured, ...] = Field(
        (), description="values that may stay as long as they like, e.g. of what is off"
    )


class RegisterCheck(Declared):
    """A register only grows: resets are uncertain (RESET), readings that fall and come back bad
    (INCONSISTENT)."""

    rolls_over: Measured | None = Field(None, description="reading after which it starts again")
    tolerance: Measured | None = Field(None, description="fall without meaning, its resolution")
    most: Measured | None = Field(None, description="growth in an hour that cannot be")


class Fill(Declared):
    """What stands where a value is missing or bad; longer gaps stay open."""

    method: FillMethod = Field(
        "linear",
        description="last value, a line, same hour of similar days, or the twin's model value",
    )
    longest: Duration = Field(7200.0, le=3.2e7, description="longest gap that is filled")


class Resample(Declared):
    """The raster that a cleaned signal gets, and how its values become those of an interval."""

    step: Duration | None = Field(None, le=3.2e7, description="step; none: as asked for")
    how: How | None = Field(None, description="none: by quantity; registers by their growth")
    weight: str | None = Field(None, description="flow that weights a temperature's mean")
    coverage: Share = Field(0.75, description="of an interval that must be known")


class QualityRule(Declared):
    """Checks, filling and raster of the signals that a pattern names; what is left out keeps
    what earlier rules and the defaults say."""

    range: RangeCheck | None = Field(None, description="possible values")
    rate: RateCheck | None = Field(None, description="possible change")
    spike: SpikeCheck | None = Field(None, description="single values far off")
    stuck: StuckCheck | None = Field(None, description="values that do not move")
    period: Duration | None = Field(
        None, le=3.2e7, description="expected time between values; none: as found"
    )
    stale: Duration | None = Field(None, le=3.2e7, description="age at which a value is stale")
    cumulative: Switch | None = Field(None, description="whether it counts up; none: as its point")
    register_: RegisterCheck | None = Field(
        None, alias="register", description="of signals that count up"
    )
    zone: str | None = Field(
        None, description="zone whose clock changes are looked for in times that should be UTC"
    )
    skip: tuple[Check, ...] = Field((), description="checks that are left out")
    fill: Fill | None = Field(None, description="what stands in gaps")
    resample: Resample | None = Field(None, description="raster")
    engine: Engine | None = Field(None, description="what runs the checks")


class HeatMeterRegisters(Declared):
    """Registers of heat meters that must fit together (EN 1434): energy, volume, and volume
    times temperature on both sides. A `*` stands for one meter after the other."""

    energy: str = Field(description="signal of the energy register")
    volume: str | None = Field(None, description="signal of the volume register")
    inlet: str = Field(description="signal of volume times flow temperature")
    outlet: str = Field(description="signal of volume times return temperature")


class CrossChecks(Declared):
    """Signals that must fit together; found from the topology, or named."""

    exchangers: Switch = Field(True, description="P = m c dT on both sides of every exchanger")
    networks: Switch = Field(True, description="heat in = heat out + stored of every network")
    accuracy_class: Literal[1, 2, 3] = Field(2, description="of heat meters, EN 1434-1")
    in_service: float = Field(2.0, ge=1, le=5, description="times the errors of a new meter")
    balance: Share = Field(0.05, description="of a network's turnover that may be missing")
    window: Duration = Field(3600.0, le=3.2e6, description="over which powers are compared")
    register_window: Duration = Field(
        86400.0, le=3.2e6, description="over which registers are compared"
    )
    meters: dict[Name, HeatMeterRegisters] = Field(
        default_factory=dict, description="heat meters by their registers"
    )


class QualitySettings(Declared):
    """How signals are checked, filled and resampled. Rules are read from top to bottom; a later
    one changes what it names."""

    defaults: Switch = Field(True, description="rules that follow from quantity and range")
    rules: dict[str, QualityRule] = Field(
        default_factory=dict, description="by name or shell pattern of the signals"
    )
    cross_checks: CrossChecks = Field(
        default_factory=CrossChecks, description="signals that must fit together"
    )
    saqc: InputFile | None = Field(None, description="SaQC configuration that runs besides")
