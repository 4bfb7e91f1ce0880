"""Ten thousand writes of any kind through every path: none out of range reaches the plant, and
each has its row."""

from __future__ import annotations

import random
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.timegrid import NS
from rami.integration.audit import AuditFile, verify
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.role import ROLES, Role
from tests.integration.bench import bench

COUNT, WRITES = 12, 10_000
FLOATS = (nan, inf, -inf, 1e308, -1e308, 5e-324, 0.0, -0.0, 0.5, 1.0, 1.0000001, -1e-9, 2.0**63)
WRONG: tuple[Any, ...] = (
    "0.5", None, True, b"1", [0.5], {}, object(), 10**400, 1j, np.array(0.5), np.bool_(True),
    np.float64("nan"), np.float32(0.3), np.int64(1), 3,
)  # fmt: skip
ODD_VECTORS: tuple[Any, ...] = (
    "x", None, [0.5] * COUNT, np.zeros(COUNT - 1), np.zeros((COUNT, 1)), np.ones(COUNT, bool),
    np.array(["1"] * COUNT), np.full(COUNT, None, object), np.zeros(COUNT, complex),
    np.zeros(COUNT, np.int64), np.zeros(COUNT, np.float16), np.full(COUNT, 1e39, np.longdouble),
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_out_of_range_reaches_the_plant(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    b = bench(COUNT)
    limits = tuple(
        replace(one, low=0.1, high=0.8, safe=0.2, rate=draw.choice([inf, 0.01]), lease=20.0,
                roles=tuple(r for r in ROLES if (place + r.rank) % 4))
        for place, one in enumerate(b.limits)
    )  # fmt: skip
    b.plant.holds[:] = 0.5
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, b.clock, 200_000) as audit:
        guard = Guard("hts", b.plant, limits, b.audit, b.clock, mode=Mode.CONTROL)
        leases: list[Any] = [None, "lease", 7]
        accepted, refused = 0, 0
        for number in range(WRITES):
            if number % 40 == 0:
                role = draw.choice(ROLES)
                got = guard.take(role, f"h{number}", None)
                if isinstance(got, Lease):
                    forged = (replace(got, role=Role.SAFETY), replace(got, number=got.number + 1))
                    leases += [*forged, got]
                if draw.random() < 0.1:
                    guard.set_mode(draw.choice(list(Mode)), "fuzz", "")
                elif draw.random() < 0.7:
                    guard.set_mode(Mode.CONTROL, "fuzz", "")
                if draw.random() < 0.05:
                    guard.stop("fuzz", "drill")
                elif draw.random() < 0.8:
                    guard.release("fuzz", "over")
            before = guard.refused
            ok = _one(guard, draw, leases, b.clock())
            assert ok or guard.refused > before, "neither taken nor counted as refused"
            accepted += ok
            refused += guard.refused - before
            if number % 5 == 0:
                b.clock.pass_(draw.choice([0.5, 1.0, 3.0]))
                guard.step()
        guard.close()
        audit.record(tuple(b.audit.entries))
    sent = np.concatenate([values[chosen] for values, chosen in b.plant.commands])
    assert accepted > 500
    assert refused > 2000
    assert len(sent) > 500
    assert np.isfinite(sent).all()
    assert (sent >= 0.1).all()
    assert (sent <= 0.8).all()
    # as many rows as writes, and every refusal in a row or counted in one
    assert b.audit.count("written", "clamped") == len(sent)
    assert b.audit.count("refused") == guard.refused
    assert verify(file).findings == ()


def _one(guard: Guard, draw: random.Random, leases: list[Any], now: int) -> bool:
    """One write; whether all of it was accepted."""
    genuine = [one for one in leases[-1:2:-3][:5] if isinstance(one, Lease)]
    lease = draw.choice(genuine * 6 + leases[-9:] + leases[:3])
    at: Any = draw.choice([None] * 9 + [now, now - 5 * NS, now - 99 * NS, now + 9, "x", 1.5])
    if draw.random() < 0.5:
        name = draw.choice([*guard.inputs.names, "pump_99.u", "", None, 3, "../../x\n"])
        value = draw.choice(FLOATS + WRONG)
        unit = draw.choice([None, None, None, "%", "1", "kW", 5])
        return guard.want_named(lease, name, value, unit, at) is None
    if draw.random() < 0.2:
        values: Any = draw.choice(ODD_VECTORS)
    else:
        values = np.array([draw.choice(FLOATS) for _ in range(COUNT)])
    chosen: Any = draw.choice(
        [None, np.array([draw.random() < 0.3 for _ in range(COUNT)]), [True] * COUNT]
    )
    if at is None and draw.random() < 0.3 and guard.go_on(lease, values, chosen):
        return True
    taken = guard.want(lease, values, chosen, at)
    asked = taken.any() if not isinstance(chosen, np.ndarray) else (taken == chosen).all()
    return bool(asked)
