from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rami.core.errors import DataError
from rami.core.snapshot import Snapshot, array_bytes, array_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)  # fmt: skip


@given(
    plain=st.dictionaries(st.text(max_size=5), PLAIN, max_size=3),
    parts=st.dictionaries(st.text(max_size=5), st.binary(max_size=30), max_size=4),
)
def test_what_goes_in_comes_out(plain: dict[str, object], parts: dict[str, bytes]) -> None:
    state = Snapshot("some", 3, plain, parts).to_bytes()
    found = Snapshot.from_bytes(state, "some", 3)
    assert found.plain == plain
    assert found.parts == parts
    assert list(found.parts) == list(parts)
    assert found.to_bytes() == state


@given(
    parts=st.dictionaries(st.text(max_size=5), st.binary(min_size=1, max_size=30), min_size=1),
    place=st.floats(0.0, 0.999),
    bit=st.integers(0, 7),
)
def test_damage_anywhere_is_seen(parts: dict[str, bytes], place: float, bit: int) -> None:
    state = bytearray(Snapshot("some", 1, {"a": 1.5}, parts).to_bytes())
    state[int(place * len(state))] ^= 1 << bit
    with pytest.raises(DataError):
        Snapshot.from_bytes(bytes(state), "some", 1)
    with pytest.raises(DataError):
        Snapshot.from_bytes(bytes(state[: int(place * len(state))]), "some", 1)


def test_another_kind_or_version_is_refused() -> None:
    state = Snapshot("some", 1, {}, {}).to_bytes()
    for kind, version in (("other", 1), ("some", 2)):
        with pytest.raises(DataError, match=r"got some, version 1"):
            Snapshot.from_bytes(state, kind, version)


@pytest.mark.parametrize("dtype", [np.float64, np.uint32, np.int64, np.bool_])
def test_arrays_keep_type_shape_and_bits(dtype: type) -> None:
    table: NDArray[Any] = np.arange(12).reshape(3, 4).astype(dtype)[:, ::2]
    back = array_of(array_bytes(table))
    assert back.dtype == table.dtype
    assert np.array_equal(back, table)
    odd = np.array([np.nan, -0.0, np.inf, 5e-324])
    assert array_of(array_bytes(odd)).tobytes() == odd.tobytes()
