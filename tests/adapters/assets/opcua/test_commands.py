"""Set-points: each in its node's type, one write at a time, an answer for each."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import LinkState, Taken
from tests.adapters.assets.opcua.conftest import INPUTS, MAP, PlantServer, command, until

Open = Callable[..., OpcuaBackend]


def test_each_in_its_own_type_and_unit(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url)
    answers = command(backend, hp_u=0.5, pump_u=0.25, chp_engines_on=2.0)
    assert {a.taken for a in answers.values()} == {Taken.DONE}
    assert plant.do("get", name="hp.u") == [0.5, "Double"]
    assert plant.do("get", name="pump.u") == [25.0, "Float"]
    assert plant.do("get", name="chp.engines_on") == [2, "Int16"]
    until(lambda: backend.read_back().values.tolist() == pytest.approx([0.5, 0.25, 2.0]))


def test_what_cannot_be_is_refused_and_the_rest_is_done(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url)
    answers = command(backend, hp_u=np.nan, pump_u=0.25, chp_engines_on=1e6)
    assert [a.taken for a in answers.values()] == [Taken.REFUSED, Taken.DONE, Taken.REFUSED]
    assert "not finite" in answers["hp.u"].why
    assert "does not fit Int16" in answers["chp.engines_on"].why
    assert plant.do("get", name="chp.engines_on") == [1, "Int16"]
    assert backend.command(np.full(3, np.inf), np.zeros(3, np.bool_)) == ()


def test_the_servers_refusal_is_told(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url)
    plant.do("behave", fault={"write": "BadUserAccessDenied"})
    answers = command(backend, hp_u=0.5)
    assert (answers["hp.u"].taken, answers["hp.u"].why) == (
        Taken.REFUSED,
        "hp.u: BadUserAccessDenied",
    )
    assert backend.link().state is LinkState.OPEN
    plant.do("delete", name="hp.u")
    plant.do("behave")
    answers = command(backend, hp_u=0.5, pump_u=0.1)
    assert answers["hp.u"].why.startswith("hp.u: Bad")
    assert answers["pump.u"].taken is Taken.DONE


def test_without_an_answer_in_time_a_write_is_lost_and_so_is_the_link(
    plant: PlantServer, opened: Open
) -> None:
    backend = opened(plant.url, timeout="400 ms")
    with plant.hanging():
        answers = command(backend, hp_u=0.5)
        assert answers["hp.u"].taken is Taken.LOST
        assert "may have been taken" in answers["hp.u"].why
        until(lambda: backend.link().state is LinkState.LOST)
        assert command(backend, hp_u=0.6)["hp.u"].taken is Taken.LOST
    until(lambda: backend.link().state is LinkState.OPEN)
    assert command(backend, hp_u=0.7)["hp.u"].taken is Taken.DONE
    assert plant.do("get", name="hp.u")[0] == 0.7


def test_writes_never_overlap(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, timeout="10 s", updates="polling")
    plant.do("behave", delay=0.02)
    taken: list[str] = []

    def work(at: float) -> None:
        for _ in range(3):
            taken.extend(a.taken for a in command(backend, hp_u=at, pump_u=at).values())

    threads = [threading.Thread(target=work, args=(at,)) for at in (0.1, 0.2, 0.3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == ["done"] * 18
    counts = plant.do("counts")
    assert (counts["at_once"], counts["write"]) == (1, 9)


def test_only_what_changes_is_written_where_that_is_asked(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, only_changed=True)
    assert command(backend, hp_u=0.2, pump_u=0.5)["hp.u"].taken is Taken.DONE
    assert plant.do("counts")["write"] == 0
    command(backend, hp_u=0.9)
    command(backend, hp_u=0.2)  # back at once: not mistaken for what was held before
    assert plant.do("counts")["write"] == 2
    assert plant.do("get", name="hp.u")[0] == 0.2


def test_a_write_that_does_not_stick_is_seen_on_reading_back(
    plant: PlantServer, opened: Open
) -> None:
    backend = opened(plant.url, verify="300 ms")
    assert command(backend, hp_u=0.4, pump_u=0.3)["pump.u"].taken is Taken.DONE
    plant.do("behave", ignored=["hp.u"])
    answers = command(backend, hp_u=0.9, pump_u=0.8)
    assert answers["pump.u"].taken is Taken.DONE
    assert answers["hp.u"].taken is Taken.REFUSED
    assert answers["hp.u"].why == "hp.u: the server took 0.9, but the node holds 0.4"


def test_where_nothing_is_to_be_written_nothing_is(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, writes=False)
    assert command(backend, hp_u=0.5)["hp.u"].why == "hp.u: its node is not to be written"
    assert plant.do("counts")["write"] == 0


def test_an_input_without_a_node_is_refused(plant: PlantServer, opened: Open) -> None:
    rows = "\n".join(line for line in MAP.splitlines() if not line.startswith("hp.u"))
    backend = opened(plant.url, rows, optional=["hp.u"])
    assert command(backend, hp_u=0.5)["hp.u"].why == "hp.u: it has no node at the server"
    assert np.isnan(backend.read_back().values[INPUTS["hp.u"]])


def test_a_closed_backend_writes_nothing(plant: PlantServer, made: Open) -> None:
    backend = made(plant.url)
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.LOST
    backend.open()
    backend.close()
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.LOST
    assert plant.do("counts")["write"] == 0
