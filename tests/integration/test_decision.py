"""The guard's short way where nothing but ranges limits decides as the long one."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rami.integration.columns import Columns
from rami.integration.decision import decide
from rami.integration.leases import Leases
from rami.integration.limits import Limit
from rami.integration.role import Role

COUNT = 3
_VALUES = st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.5, 0.8, 0.9, 1.0, -3.0, 1e300, 5e-324])
_ROW = st.lists(_VALUES, min_size=COUNT, max_size=COUNT)


@given(_ROW, _ROW, st.lists(st.none() | _VALUES, min_size=COUNT, max_size=COUNT), st.booleans())
def test_the_short_way_is_the_long_one(
    wanted: list[float], base: list[float], manual: list[float | None], stopped: bool
) -> None:
    limits = tuple(Limit(f"{i}", 0.1, 0.8, safe=0.2) for i in range(COUNT))
    columns = Columns.of(limits, None)
    assert columns.free
    leases = Leases(columns.lease_ns)
    for role, values in ((Role.TECHNICAL, wanted), (Role.MANUAL, manual)):
        places = np.array([i for i, v in enumerate(values) if v is not None], np.intp)
        leases.give(role, "x", places, 0)
        leases.wanted[role.rank, places] = [v for v in values if v is not None]
    owned = np.ones(COUNT, np.bool_)
    args = (leases, np.array(base), owned, stopped, None, 1, 10.0)
    short, long = decide(columns, *args), decide(replace(columns, free=False), *args)
    for one in fields(short):
        mine, other = getattr(short, one.name), getattr(long, one.name)
        if mine is None or other is None:
            assert mine is other
        else:
            np.testing.assert_array_equal(mine, other, err_msg=one.name)


def test_rates_and_deadbands_take_the_long_way() -> None:
    limit = Limit("a", 0.0, 1.0)
    assert not Columns.of([replace(limit, rate=0.1)], None).free
    assert not Columns.of([replace(limit, deadband=0.1)], None).free
