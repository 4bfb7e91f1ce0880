"""Limits: what the point says, what the section says, and everything that does not fit."""

from __future__ import annotations

from math import inf

import pytest

from rami.core.points import Direction, Point, PointIndex
from rami.integration.limits import limits_of
from rami.integration.role import Role
from rami.integration.settings import GuardSettings

INPUTS = PointIndex(
    [
        Point("hp.u", "share", Direction.ACTUATED, low=0.0, high=1.0, start=0.25),
        Point("flow.T_set", "temperature", Direction.ACTUATED, low=20.0, high=110.0, start=0.0),
        Point("border.T", "temperature", Direction.DISTURBANCE),
        Point("mix.m", "mass_flow", Direction.ACTUATED),
    ]
)
MEASURED = (Point("hp.T", "temperature"),)
MIX = {"mix.m": {"low": "0 kg/s", "high": "9 kg/s"}}


def of(**entries: object) -> object:
    settings = GuardSettings.model_validate({"inputs": {**MIX, **entries}})
    return limits_of(INPUTS, MEASURED, settings)


def test_the_point_gives_the_defaults() -> None:
    hp, flow, border, mix = limits_of(INPUTS, MEASURED, GuardSettings(inputs=MIX)).all  # type: ignore[arg-type]
    assert (hp.low, hp.high, hp.safe, hp.rate, hp.deadband) == (0.0, 1.0, 0.25, inf, 0.0)
    assert hp.roles == (Role.SAFETY, Role.MANUAL, Role.TECHNICAL)
    assert flow.safe == 20.0
    assert border.roles == ()
    assert (mix.low, mix.high) == (0.0, 9.0)


def test_later_entries_change_what_they_name_in_the_unit_of_the_point() -> None:
    found = of(
        **{
            "*.u": {"rate": "6 %/min", "high": "90 %", "lease": "5 s"},
            "hp.u": {"high": 0.8, "on_loss": "hold"},
            "flow.T_set": {"rate": "120 K/h", "high": "363.15 K", "deadband": "0.5 K"},
            "border.T": {"low": "0 degC", "high": "50 degC", "roles": ["technical"]},
        }
    )
    assert not found.wrong  # type: ignore[attr-defined]
    hp, flow, border, _ = found.all  # type: ignore[attr-defined]
    assert (hp.high, hp.lease, hp.on_loss) == (0.8, 5.0, "hold")
    assert hp.rate == pytest.approx(0.001)
    assert flow.rate == pytest.approx(1 / 30)
    assert (flow.high, flow.deadband) == (pytest.approx(90.0), 0.5)
    assert border.roles == (Role.TECHNICAL,)


@pytest.mark.parametrize(
    ("entry", "settings", "said"),
    [
        ("hp.v", {}, "'hp.v' is no input; did you mean 'hp.u'?"),
        ("hp.T", {}, "'hp.T' is no input but a measured point"),
        ("border.*", {"low": "0 degC"}, "'border.*' is no input"),
        ("hp.u", {"high": "2"}, "high 2 lies outside what hp.u can be, 0 to 1 1"),
        ("hp.u", {"low": "60 %", "high": "50 %"}, "low 0.6 lies above high 0.5 1"),
        ("hp.u", {"safe": "120 %"}, "safe 1.2 lies outside 0 to 1 1"),
        ("hp.u", {"high": "3 kW"}, "unit 'kW' does not measure share"),
        ("flow.T_set", {"high": "90"}, "needs a unit"),
        ("flow.T_set", {"rate": "5 K"}, "is not a change per s, min or h"),
        ("flow.T_set", {"rate": "-5 K/min"}, "lets nothing move"),
        ("mix.m", {"rate": "1 kg/s"}, "unit 'kg' does not measure mass flow"),
        ("hp.u", {"deadband": "-1 %"}, "is negative"),
        ("hp.u", {"depends_on": "hp.U"}, "no measured point 'hp.U'; did you mean 'hp.T'?"),
        ("hp.u", {"measured_within": "5 s"}, "belongs to a depends_on"),
        ("mix.m", {}, "mix.m has no bounds of its own; declare low and high"),
        ("border.T", {"roles": ["manual"]}, "border.T has no bounds of its own"),
    ],
)
def test_what_does_not_fit_is_told(entry: str, settings: dict[str, object], said: str) -> None:
    wrong = of(**{entry: settings}).wrong  # type: ignore[attr-defined]
    texts = [f"{w.what}; {w.hint}" for w in wrong]
    assert any(said in text for text in texts), texts


def test_a_word_that_is_no_amount_is_told_once_with_its_input() -> None:
    (wrong,) = of(**{"hp.u": {"high": "much"}}).wrong  # type: ignore[attr-defined]
    assert (wrong.entry, wrong.key) == ("hp.u", "high")
    assert wrong.what.startswith("hp.u: 'much'")
