"""Requests to the guard: what is refused, and how that is recorded."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from rami.core.timegrid import NS
from rami.integration.mode import Mode
from rami.integration.refusal import Reason, Refusal
from rami.integration.role import Role
from tests.integration.bench import bench, taken


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (lambda b, k: b.guard.want(k, np.array([nan, inf, 0.5])), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want(k, [0.1, 0.2, 0.3]), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.array(["a", "b", "c"])), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.array([True, True, True])), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(2)), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), [True] * 3), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, "now"), Reason.TYPE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, b.clock() - 31 * NS), Reason.STALE),
        (lambda b, k: b.guard.want(k, np.zeros(3), None, b.clock() + 1), Reason.STALE),
        (lambda b, k: b.guard.want("lease", np.zeros(3)), Reason.LEASE),
        (lambda b, k: b.guard.want(replace(k, role=Role.SAFETY), np.zeros(3)), Reason.LEASE),
        (lambda b, k: b.guard.want_named(k, "pump_7.u", 0.5), Reason.UNKNOWN),
        (lambda b, k: b.guard.want_named(k, 7, 0.5), Reason.UNKNOWN),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", "0.5"), Reason.TYPE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", True), Reason.TYPE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", 10**400), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", -inf), Reason.NOT_FINITE),
        (lambda b, k: b.guard.want_named(k, "pump_0.u", 0.5, "kW"), Reason.UNIT),
        (lambda b, k: b.guard.take("operator", "x"), Reason.FORBIDDEN),
        (lambda b, k: b.guard.take(Role.EXTERNAL, "x"), Reason.FORBIDDEN),
        (lambda b, k: b.guard.take(Role.MANUAL, " "), Reason.TYPE),
        (lambda b, k: b.guard.take(Role.MANUAL, "x", ["pump_7.u"]), Reason.UNKNOWN),
        (lambda b, k: b.guard.take(Role.TECHNICAL, "y", ["pump_0.u"]), Reason.HELD),
    ],
)
def test_what_is_refused_has_its_row(request_, reason: Reason) -> None:  # type: ignore[no-untyped-def]
    b = bench()
    lease = taken(b)
    got = request_(b, lease)
    if isinstance(got, np.ndarray):
        assert got.sum() in (0, 1)
    else:
        assert isinstance(got, Refusal)
        assert got.reason is reason
    b.cycle()
    rows = b.audit.of("refused")
    assert rows
    assert all(row.why.startswith(reason.value) for row in rows)
    assert sum(row.times for row in rows) == b.guard.refused


def test_a_named_value_comes_in_its_unit() -> None:
    b = bench(1)
    assert b.guard.want_named(taken(b), "pump_0.u", 40, "%") is None
    b.cycle()
    assert b.plant.holds[0] == pytest.approx(0.4)


def test_equal_refusals_become_one_row_with_their_number_within_the_bound() -> None:
    b = bench(1)
    lease = taken(b)
    for _ in range(200):
        b.guard.want(lease, b.vector(nan))
        b.guard.beat(lease)
        b.cycle()
    rows = b.audit.of("refused")
    assert [row.times for row in rows] == [1, 60, 60, 60]
    b.guard.close()
    assert b.audit.count("refused") == 200 == b.guard.refused
    last = b.audit.of("refused")[-1]
    assert last.until_ns is not None
    assert last.until_ns - last.at_ns == 18 * NS


@pytest.mark.parametrize("mode", [Mode.SIMULATE, Mode.SHADOW])
def test_modes_that_do_not_ask_refuse(mode: Mode) -> None:
    b = bench(1, mode=mode)
    assert not b.guard.want(taken(b), b.vector(0.5)).any()
    b.cycle()
    assert b.plant.commands == []
    assert b.audit.of("refused")[0].why == f"mode: nothing is written in {mode.value}"


def test_advice_is_recorded_and_not_written() -> None:
    b = bench(1, mode=Mode.ADVISE)
    b.guard.want(taken(b), b.vector(0.5))
    b.cycle()
    assert b.plant.commands == []
    assert b.audit.of("advised")[0].new == 0.5


def test_whether_a_value_is_limited_to_its_range() -> None:
    guard = bench().guard
    point = guard.inputs.points[0]
    told = [guard.clamps(point.name, value) for value in (-1e9, 0.5, 1e9, nan, "much")]
    assert told == [True, False, True, False, False]
