"""Monitored items and blocks: what is sampled, what is queued, what is told."""

from __future__ import annotations

from struct import unpack_from
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from asyncua.server.address_space import AttributeValue, NodeData
from asyncua.ua.ua_binary import struct_from_binary

from services.opcua.live.block import Block
from services.opcua.live.items import DISABLED, REPORTING, SAMPLING, Item, encoded_handle
from services.opcua.live.samples import Number, Told, filetime, moment


class Gathered:
    """What a subscription is to its items."""

    def __init__(self) -> None:
        self.ready: dict[Any, None] = {}
        self.holding: dict[Any, None] = {}


class Place:
    """A cell with a value."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def current(self) -> Number:
        return sample(self.value)


def sample(value: float, status: int = 0, source: int = 1) -> Number:
    return Number(value, status, source, 2)


def item(**wanted: Any) -> Item:
    made = Item(1, Gathered(), Place())  # type: ignore[arg-type]
    made.handle = encoded_handle(7)
    for name, value in wanted.items():
        setattr(made, name, value)
    return made


def values(made: Item) -> list[float]:
    return [s.value for s in made.queue]


def test_only_what_has_changed() -> None:
    made = item(size=10)
    for value in (1.0, 1.0, 2.0, float("nan"), float("nan"), 2.0):
        made.offer(sample(value), 0.0)
    assert str(values(made)) == "[1.0, 2.0, nan, 2.0]"
    made.offer(sample(2.0, status=0x4000_0000), 0.0)
    assert len(made.queue) == 5
    made.offer(sample(2.0, status=0x4000_0000, source=99), 0.0)
    assert len(made.queue) == 5


def test_triggers() -> None:
    status, timed = item(size=10, trigger=0), item(size=10, trigger=2)
    for made in (status, timed):
        made.offer(sample(1.0, source=1), 0.0)
        made.offer(sample(2.0, source=1), 0.0)
        made.offer(sample(2.0, source=2), 0.0)
    assert values(status) == [1.0]
    assert values(timed) == [1.0, 2.0, 2.0]


def test_deadband_is_measured_from_what_was_told_last() -> None:
    made = item(size=10, deadband=1.0)
    for value in (0.0, 0.6, 1.0, 1.1, 1.9, 2.2, float("nan")):
        made.offer(sample(value), 0.0)
    assert str(values(made)) == "[0.0, 1.1, 2.2, nan]"


@pytest.mark.parametrize(
    ("oldest", "kept", "marked"), [(True, [3.0, 4.0, 5.0], 0), (False, [1.0, 2.0, 5.0], 2)]
)
def test_a_full_queue_says_so(oldest: bool, kept: list[float], marked: int) -> None:
    made = item(size=3, discard_oldest=oldest)
    for value in range(1, 6):
        made.offer(sample(float(value)), 0.0)
    assert values(made) == kept
    assert [bool(s.status & 0x480 == 0x480) for s in made.queue].index(True) == marked
    only = item(size=1)
    for value in range(1, 6):
        only.offer(sample(float(value)), 0.0)
    assert (values(only), only.queue[0].status) == ([5.0], 0)


def test_sampling_interval() -> None:
    made = item(size=100, interval=1.0)
    for k in range(40):
        made.offer(sample(float(k)), k * 0.1)
    assert values(made) == [0.0, 9.0, 19.0, 29.0]
    assert made.held is not None
    assert not made.due(3.95)
    assert made.due(4.0)
    assert values(made)[-1] == 39.0
    assert not made.subscription.holding


def test_a_beat_a_little_off_loses_nothing() -> None:
    made = item(size=100, interval=0.1)
    for k in range(50):
        now = 10.0 + k * 0.1 + (0.004 if k % 2 else -0.004)
        made.due(now)
        made.offer(sample(float(k)), now)
    made.due(99.0)
    assert values(made) == [float(k) for k in range(50)]


def test_modes() -> None:
    made = item(size=3)
    ready = made.subscription.ready
    made.set_mode(SAMPLING, 0.0)
    made.offer(sample(1.0), 0.0)
    assert (values(made), list(ready)) == ([1.0], [])
    made.set_mode(REPORTING, 0.0)
    assert list(ready) == [made]
    made.set_mode(DISABLED, 0.0)
    made.offer(sample(2.0), 0.0)
    assert (values(made), list(ready)) == ([], [])
    made.set_mode(REPORTING, 0.0)
    assert values(made) == [0.0]


@pytest.mark.parametrize("stamps", range(4))
@pytest.mark.parametrize("status", [0, 0x401, 0x4090_0000, 0x809B_0000])
def test_encoding_is_that_of_asyncua(stamps: int, status: int) -> None:
    ns = 1_700_000_000_123_456_700
    made = Number(1.5, status, filetime(ns), filetime(ns + 1_000_000))
    decoded = struct_from_binary(ua.DataValue, ua.utils.Buffer(made.encoded(stamps)))
    whole = made.data_value()
    assert (decoded.StatusCode.value if decoded.StatusCode else 0) == status
    assert decoded.Value.Value == (None if status >= 0x8000_0000 else 1.5)
    assert decoded.SourceTimestamp == (whole.SourceTimestamp if stamps in (0, 2) else None)
    assert decoded.ServerTimestamp == (whole.ServerTimestamp if stamps in (1, 2) else None)
    told = struct_from_binary(ua.DataValue, ua.utils.Buffer(Told(whole).encoded(stamps)))
    assert told.Value.Value == decoded.Value.Value
    assert made.encoded(stamps) is made.encoded(stamps)


def test_times() -> None:
    assert filetime(0) == 0
    assert moment(0) is None
    whole = moment(filetime(1_546_300_800_000_000_000))
    assert whole is not None
    assert whole.isoformat() == "2019-01-01T00:00:00+00:00"


def _block(count: int) -> tuple[Block, list[NodeData]]:
    nodes = []
    for k in range(count):
        data = NodeData(ua.NodeId(k, 1))
        data.attributes[ua.AttributeIds.Value] = AttributeValue(ua.DataValue())
        nodes.append(data)
    return Block(nodes, [10.0] * count), nodes


def test_block_tells_who_listens() -> None:
    block, nodes = _block(4)
    made = item(size=10)
    made.cell = block.cells[2]
    made.cell.attach(made)
    zeros, times = np.zeros(4, np.uint32), np.full(4, 10**18)

    def update(*numbers: float) -> int:
        return block.update(np.array(numbers), zeros, times, 10**18)

    assert update(0.0, 1.0, 2.0, 3.0) == 1
    assert update(5.0, 1.0, 2.0, 9.0) == 0
    assert update(5.0, 1.0, 2.5, 9.0) == 1
    assert values(made) == [2.0, 2.5]
    read = nodes[3].attributes[ua.AttributeIds.Value].value_callback
    assert read is not None
    assert read(nodes[3].nodeid, ua.AttributeIds.Value).Value.Value == 9.0
    made.leave()
    assert update(5.0, 1.0, 3.0, 9.0) == 0
    assert block.span(0) == 10.0


def test_one_encoding_for_all() -> None:
    block, _ = _block(1)
    both = [item(size=5), item(size=5)]
    for made in both:
        made.cell = block.cells[0]
        made.cell.attach(made)
    block.update(np.array([1.0]), np.zeros(1, np.uint32), np.full(1, 10**18), 10**18)
    parts: list[list[bytes]] = [[], []]
    for made, into in zip(both, parts, strict=True):
        assert made.pop(10, into) == 1
    assert parts[0][1] is parts[1][1]
    assert unpack_from("<I", parts[0][0]) == (7,)
