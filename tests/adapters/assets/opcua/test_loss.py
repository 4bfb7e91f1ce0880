"""What happens when the link breaks, in every way it can, and that nothing is left behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import LinkState, Taken
from rami.core.errors import UnreachableError
from rami.core.quality import Reason, is_bad, is_good, reasons
from tests.adapters.assets.opcua.conftest import (
    NODES,
    OUTPUTS,
    PlantServer,
    command,
    until,
    value,
)

Open = Callable[..., OpcuaBackend]


def _lost(backend: OpcuaBackend) -> bool:
    return backend.link().state is LinkState.LOST


def _back(backend: OpcuaBackend, losses: int) -> bool:
    link = backend.link()
    return link.state is LinkState.OPEN and link.losses >= losses


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_a_server_that_dies_and_comes_back(plant: PlantServer, opened: Open, updates: str) -> None:
    backend = opened(plant.url, updates=updates)
    before = backend.observe()
    plant.kill()
    until(lambda: _lost(backend))
    until(lambda: is_bad(backend.observe().quality).all())
    seen = backend.observe()
    assert (reasons(seen.quality) & Reason.STALE).all()
    assert seen.values.tolist() == before.values.tolist()  # the old values stay, with their age
    assert seen.times_ns.tolist() == before.times_ns.tolist()
    plant.start()
    until(lambda: _back(backend, 1))
    assert is_good(backend.observe().quality).all()
    plant.do("set", name="hp.P_el", value=250e3)
    until(lambda: value(backend, "hp.P_el") == 250.0)
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.DONE
    assert backend.link().losses == 1


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_a_server_that_hangs(plant: PlantServer, opened: Open, updates: str) -> None:
    backend = opened(plant.url, updates=updates, timeout="400 ms")
    with plant.hanging():
        until(lambda: _lost(backend))
        until(lambda: is_bad(backend.observe().quality).all())
    until(lambda: _back(backend, 1))
    until(lambda: is_good(backend.observe().quality).all())


def test_a_slow_server_is_no_lost_one(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, updates="polling", stale_age="10 s")
    plant.do("behave", delay=0.15)  # three times the sampling
    plant.do("set", name="hp.P_el", value=250e3)
    until(lambda: value(backend, "hp.P_el") == 250.0)
    until(lambda: backend.health().late > 3)
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.DONE
    assert backend.link().losses == 0


@pytest.mark.parametrize("code", ["BadInternalError", "BadSessionIdInvalid", "BadServerHalted"])
def test_a_server_that_answers_with_a_fault(plant: PlantServer, opened: Open, code: str) -> None:
    backend = opened(plant.url, updates="polling")
    plant.do("behave", fault={"read": code})
    until(lambda: _lost(backend))
    until(lambda: code in backend.link().trouble)
    plant.do("behave")
    until(lambda: _back(backend, 1))


_SELDOM = {"updates": "polling", "sampling": "60 s", "keep_alive": "60 s", "stale_age": "1 h"}


def test_a_server_that_dies_while_it_is_asked_between_readings(
    plant: PlantServer, opened: Open
) -> None:
    """As in lockstep: nobody but who advances the plant reads it."""
    backend = opened(plant.url, **_SELDOM)
    threading.Timer(0.3, plant.kill).start()
    with pytest.raises(UnreachableError):
        for _ in range(100_000):
            backend.refresh()
    until(lambda: _lost(backend))
    with pytest.raises(UnreachableError, match="the link is lost"):
        backend.refresh()
    plant.start()
    until(lambda: _back(backend, 1))
    backend.refresh()


def test_a_reading_that_is_refused_loses_the_link(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, **_SELDOM)
    plant.do("behave", fault={"read": "BadInternalError"})
    with pytest.raises(UnreachableError, match="BadInternalError"):
        backend.refresh()
    plant.do("behave")
    until(lambda: _back(backend, 1))
    backend.refresh()


@pytest.mark.parametrize("told", [True, False])
def test_a_subscription_that_the_server_ends(plant: PlantServer, opened: Open, told: bool) -> None:
    backend = opened(plant.url, timeout="400 ms")
    assert plant.do("end_subscriptions", told=told) == 1
    until(lambda: _back(backend, 1))
    plant.do("set", name="hp.P_el", value=250e3)
    until(lambda: value(backend, "hp.P_el") == 250.0)


def test_a_node_that_is_gone_after_a_restart_and_there_again(
    plant: PlantServer, opened: Open
) -> None:
    backend = opened(plant.url)
    plant.kill()
    until(lambda: _lost(backend))
    plant.start(nodes=[n for n in NODES if n["name"] not in ("hp.P_el", "hp.u")])
    until(lambda: _back(backend, 1))
    assert backend.health().missing == ("hp.u", "hp.P_el")
    assert backend.link().trouble == "2 nodes are missing"
    seen = backend.observe()
    assert is_bad(seen.quality).tolist() == [True, False, False]
    assert reasons(seen.quality)[OUTPUTS["hp.P_el"]] == Reason.MISSING
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.REFUSED
    plant.do("add", node=next(n for n in NODES if n["name"] == "hp.P_el"))
    until(lambda: backend.health().missing == ("hp.u",))
    until(lambda: is_good(backend.observe().quality).all())


def test_a_node_that_changed_its_type_is_not_used(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url)
    plant.kill()
    until(lambda: _lost(backend))
    others = [n for n in NODES if n["name"] != "hp.u"]
    plant.start(nodes=[*others, {"name": "hp.u", "value": "text", "type": "String"}])
    until(lambda: _back(backend, 1))
    assert backend.health().missing == ("hp.u",)
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.REFUSED


def _open_things() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_fifty_losses_leave_nothing_behind(plant: PlantServer, opened: Open, updates: str) -> None:
    before = _open_things()
    backend = opened(plant.url, updates=updates)
    plant.do("drop")
    until(lambda: _back(backend, 1))
    open_ = _open_things()
    for losses in range(2, 51):
        assert plant.do("drop") >= 1
        until(lambda losses=losses: _back(backend, losses))
    until(lambda: _open_things() == open_)
    assert backend.link().losses == 50
    until(lambda: plant.do("counts")["clients"] == 1)
    backend.close()
    assert _open_things() == before
    until(lambda: plant.do("counts")["clients"] == 0)


def test_nobody_there(made: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        backend = made(f"opc.tcp://127.0.0.1:{port}")
        with pytest.raises(UnreachableError, match=r"hts: opc.tcp://.*: nothing listens there"):
            backend.open()
    assert backend.link().state is LinkState.CLOSED


@contextmanager
def _listening(answer: bytes) -> Iterator[int]:
    """Somebody who takes every connection, says one thing, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    one, _ = listener.accept()
                except OSError:
                    return
                taken.append(one)
                if answer:
                    one.sendall(answer)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in taken:
                one.close()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"ACKF\x10\x00\x00\x00" + b"\xff" * 8]
)
def test_somebody_else_there(made: Open, answer: bytes) -> None:
    before = _open_things()
    with _listening(answer) as port:
        backend = made(f"opc.tcp://127.0.0.1:{port}", timeout="200 ms")
        with pytest.raises(UnreachableError) as caught:
            backend.open()
        assert "\n" not in str(caught.value)
    until(lambda: _open_things() == before)


def test_closing_while_it_tries_again_is_quick(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url, retries={"first": "600 s", "longest": "3600 s"})
    plant.kill()
    until(lambda: _lost(backend))
    threads = threading.active_count()
    backend.close()
    assert threading.active_count() == threads - 1
    assert backend.link().state is LinkState.CLOSED


def test_it_can_be_opened_anew(plant: PlantServer, opened: Open) -> None:
    backend = opened(plant.url)
    backend.close()
    until(lambda: is_bad(backend.observe().quality).all())
    backend.open()
    assert is_good(backend.observe().quality).all()
    backend.open()  # open already: nothing happens
    assert backend.link().losses == 0


def test_waits_double_up_to_the_longest_and_are_drawn_alike(made: Open) -> None:
    from adapters.assets.opcua.keeper import Keeper

    def waits(seed: int) -> list[float]:
        retries = {"first": "1 s", "longest": "30 s", "seed": seed}
        backend = made("opc.tcp://127.0.0.1:1", retries=retries)
        keeper: Keeper = backend._made()
        return [keeper.pause(failed) for failed in range(12)]

    first = waits(1)
    assert first == waits(1)
    assert first != waits(2)
    for failed, wait in enumerate(first):
        most = min(30.0, 2.0**failed)
        assert most / 2 <= wait <= most
