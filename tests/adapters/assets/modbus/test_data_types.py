"""Numbers in registers: what goes in comes out, what does not fit is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.assets.modbus.data_types import TYPES, DataType

_ORDERS = st.sampled_from(["big", "little"])
_INTEGERS = [t for t in TYPES if "int" in t]


@given(st.sampled_from(_INTEGERS), _ORDERS, _ORDERS, st.data())
def test_integers_come_back(name: str, words: str, order: str, data: st.DataObject) -> None:
    kind = DataType(name, words, order)
    low, high = kind.limits
    value = data.draw(st.integers(max(low, -(2**53)), min(high, 2**53)))
    registers = kind.encoded(float(value))
    assert len(registers) == kind.count
    assert all(0 <= r <= 0xFFFF for r in registers)
    assert kind.decoded(registers) == value


@given(_ORDERS, _ORDERS, st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_come_back(words: str, order: str, value: float) -> None:
    for name in ("float32", "float64"):
        kind = DataType(name, words, order)
        assert kind.decoded(kind.encoded(value)) == value


@pytest.mark.parametrize(
    ("words", "order", "registers"),
    [
        ("big", "big", (0x1234, 0x5678)),
        ("little", "big", (0x5678, 0x1234)),
        ("big", "little", (0x3412, 0x7856)),
        ("little", "little", (0x7856, 0x3412)),
    ],
)
def test_orders_of_words_and_bytes(words: str, order: str, registers: tuple[int, int]) -> None:
    kind = DataType("uint32", words, order)
    assert kind.encoded(0x12345678) == registers
    assert kind.decoded(registers) == 0x12345678


@pytest.mark.parametrize("name", _INTEGERS)
def test_an_integer_too_large_is_refused(name: str) -> None:
    kind = DataType(name)
    low, high = kind.limits
    assert kind.decoded(kind.encoded(float(low))) == low
    for value in (low - (1.0 + abs(low)), high + (1.0 + high)):
        with pytest.raises(ValueError, match=f"does not fit {name}"):
            kind.encoded(value)


def test_a_float_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit float32"):
        DataType("float32").encoded(1e39)
    largest = struct.unpack(">f", b"\x7f\x7f\xff\xff")[0]
    assert DataType("float32").decoded(DataType("float32").encoded(largest)) == largest


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", TYPES)
def test_what_is_not_finite_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        DataType(name).encoded(value)


def test_bits() -> None:
    for n in range(16):
        kind = DataType(f"bit{n}")
        assert kind.encoded(1.0) == (1 << n,)
        assert kind.encoded(0.0) == (0,)
        assert kind.decoded((1 << n,)) == 1.0
        assert kind.decoded((0xFFFF ^ 1 << n,)) == 0.0
    swapped = DataType("bit0", bytes="little")
    assert swapped.encoded(1.0) == (0x0100,)
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        DataType("bit3").encoded(0.5)
