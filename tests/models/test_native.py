"""The native plant's own duties; its numbers are compared with the FMU's in test_fmu."""

from __future__ import annotations

import numpy as np
import pytest

from rami.asset.capability import Readable, Snapshotable, Steppable, Writable
from rami.core.errors import ModelError
from tests.models.wired import Bench, border, plant, pump


def tank(water: str = "1 t") -> Bench:
    volume = {"kind": "junction", "water": water, "start": "50 degC"}
    parts = {"net": border(90, 60), "a": volume, "p": pump(10)}
    return plant(parts, ["net.take > a.at by p", "a.at > net.give"])


@pytest.mark.parametrize("capability", [Readable, Writable, Steppable, Snapshotable])
def test_it_can_do_what_an_fmu_can(capability: type) -> None:
    assert isinstance(tank().plant, capability)


def test_save_and_restore() -> None:
    bench = tank().run(60, p__u=0.3)
    saved = bench.plant.save()
    future = bench.run(300)["a.T"]
    bench.plant.restore(saved)
    assert bench.plant.time == 60
    assert bench.run(300)["a.T"] == future
    with pytest.raises(ModelError, match="belongs to another model"):
        tank("2 t").plant.restore(saved)


def test_what_is_not_finite_is_refused() -> None:
    bench = tank()
    with pytest.raises(ModelError, match=r"bench: p\.u is set to nan; wanted a finite number"):
        bench.run(60, p__u=np.nan)


def test_start_values() -> None:
    bench = tank()
    bench.plant.reset({"a.T": 77.0, "net.T_take": 95.0})
    assert bench["a.T"] == 77
    assert bench["net.P"] == 0
    with pytest.raises(KeyError, match=r"no point 'a\.TT'"):
        bench.plant.reset({"a.TT": 1.0})


def test_a_step_beyond_all_numbers_is_an_error() -> None:
    bench = tank().run(60, p__u=1)
    with pytest.raises(ModelError, match=r"not finite|sub-steps"), np.errstate(all="ignore"):
        bench.run(36000, 3600, net__T_take=1e308)
