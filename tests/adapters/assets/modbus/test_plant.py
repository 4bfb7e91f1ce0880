"""The Modbus backend: few requests, verified writes, nothing that does not fit."""

from __future__ import annotations

import pytest

from rami.asset.live import Taken
from rami.core.quality import is_good
from tests.adapters.assets.live.case import wait_until
from tests.adapters.assets.modbus.conftest import Opened, taken, wrote
from tests.adapters.assets.modbus_process import ModbusPlant


def test_few_requests(plant: ModbusPlant, opened: Opened) -> None:
    plant.tell("requests")
    backend = opened(period="10 min", stale_age="20 min", bridge=0)
    wait_until(lambda: is_good(backend.observe().quality).all(), "values")
    reads = {tuple(r[1:]) for r in plant.tell("requests") if r[0] == "read"}
    assert reads == {
        (1, "holding", 0, 3),
        (1, "input", 0, 1),
        (1, "input", 4, 1),
        (2, "coil", 8, 1),
        (2, "input", 0, 1),
    }
    assert backend.observe().values.tolist() == pytest.approx([60.0, 70.0, 45.0])


def test_gaps_are_bridged(plant: ModbusPlant, opened: Opened) -> None:
    opened(period="10 min", stale_age="20 min", bridge=3)
    assert ["read", 1, "input", 0, 5] in plant.tell("requests")


def test_a_gap_that_is_not_there_is_gone_round(plant: ModbusPlant, opened: Opened) -> None:
    plant.tell("fault", 1, "input", 2, 2, 0)
    backend = opened(bridge=3)
    wait_until(lambda: is_good(backend.observe().quality).all(), "values")
    assert not backend.link().trouble


def test_side_by_side_in_one_write(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("requests")
    assert taken(wrote(backend, a_u=0.3, a_P_set=500.0)) == [Taken.DONE] * 2
    assert [r for r in plant.tell("requests") if r[0] == "write"] == [["write", 1, "holding", 0, 2]]
    assert plant.get(1, "holding", 0, 3) == [300, 500, 0x8001]


def test_single_writes(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(writes="single")
    plant.tell("requests")
    assert taken(wrote(backend, a_u=0.3, a_P_set=500.0, b_u=1.0)) == [Taken.DONE] * 3
    writes = [r for r in plant.tell("requests") if r[0] == "write"]
    assert [r[-1] for r in writes] == [1, 1, 1]
    assert plant.get(2, "coil", 8) == [1]


def test_bits_leave_the_others_alone(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("requests")
    assert taken(wrote(backend, a_on=1.0, a_ready=1.0)) == [Taken.DONE] * 2
    assert plant.get(1, "holding", 2) == [0x8019]
    assert len([r for r in plant.tell("requests") if r[0] == "write"]) == 1
    assert taken(wrote(backend, a_on=0.0)) == [Taken.DONE]
    assert plant.get(1, "holding", 2) == [0x8011]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"a_P_set": 65536.0}, "does not fit uint16"),
        ({"a_P_set": -1.0}, "does not fit uint16"),
        ({"a_u": 33.0}, "does not fit int16"),
        ({"b_u": 0.5}, "neither 0 nor 1"),
        ({"a_P_set": 1e308}, "does not fit uint16"),
    ],
)
def test_what_does_not_fit_is_not_sent(
    plant: ModbusPlant, opened: Opened, wanted: dict[str, float], why: str
) -> None:
    backend = opened()
    plant.tell("requests")
    (answer,) = wrote(backend, **wanted)
    assert answer.taken is Taken.REFUSED
    assert why in answer.why
    assert not [r for r in plant.tell("requests") if r[0] == "write"]


def test_what_the_device_does_not_hold_is_told(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("deaf", 1, 1)
    done, ignored = wrote(backend, a_u=0.3, a_P_set=500.0)
    assert (done.taken, ignored.taken) == (Taken.DONE, Taken.REFUSED)
    assert ignored.why.endswith("wrote 500, the device holds 100")
    assert taken(wrote(opened(verify=False), a_P_set=500.0)) == [Taken.DONE]


def test_nothing_is_written_where_writes_are_none(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(writes="none")
    assert taken(wrote(backend, a_u=0.3)) == [Taken.REFUSED]
    assert plant.get(1, "holding", 0) == [250]
