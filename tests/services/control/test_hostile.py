"""Clients that are broken, slow or mean: the loop goes on, others are answered, nothing grows."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from rami.communication.live_site import Request, Verb
from services.control import SOCKET_FILE, ControlServer, RemoteSite, ask
from services.control.address import connected
from services.control.limits import Limits
from services.control.stream import Stream, opened
from tests.services.control.small_site import SmallLoop, eventually, published, site_view

REPLAN = Request(Verb.REPLAN, "ann")
LIMITS = Limits(connections=16, watchers=2, line_bytes=4096, round_s=0.001, round_bytes=8192)


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[SmallLoop]:
    site = published()
    with SmallLoop(site) as running, ControlServer(site, tmp_path, LIMITS):
        yield running
        # whatever happened, somebody who behaves is answered, and the loop steps
        steps = running.steps
        assert ask(tmp_path, REPLAN).done
        eventually(lambda: running.steps > steps, "a step")


def _open(folder: Path) -> socket.socket:
    return connected(folder / SOCKET_FILE, 10.0)


def _answers(channel: socket.socket) -> list[dict]:
    """All that comes until the other end hangs up."""
    answers = []
    with suppress(ConnectionError), channel.makefile("rb") as lines:
        for line in lines:
            answers.append(json.loads(line))
    return answers


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"x" * 4096 + b"\n", "a line of more than 4096 bytes"),
        (b"x" * 100_000, "a line of more than 4096 bytes"),
        (b"\xff\xfe\n", "no line of JSON"),
        (b"[" * 4000 + b"\n", "no line of JSON"),
        (b"[]\n", "no line of JSON"),
        (b"\x00" * 9 + b"\n", "no line of JSON"),
        (b"GET / HTTP/1.1\r\n\r\n", "no line of JSON"),
    ],
)
def test_what_is_no_request_ends_the_connection(
    loop: SmallLoop, tmp_path: Path, said: bytes, why: str
) -> None:
    with _open(tmp_path) as channel:
        with suppress(ConnectionError):
            channel.sendall(said)
        assert [why in a["why"][0] for a in _answers(channel)] == [True]


def test_requests_that_make_no_sense_are_refused_one_by_one(
    loop: SmallLoop, tmp_path: Path
) -> None:
    said = [
        {},
        {"do": None},
        {"do": "rm"},
        {"do": "ask"},
        {"do": "ask", "verb": ["mode"]},
        {"do": "ask", "verb": "mode", "arguments": []},
        {"do": "ask", "verb": "mode", "arguments": {str(i): i for i in range(99)}},
        {"do": "ask", "verb": "mode", "arguments": {"twin": "x" * 3000, "mode": {}}},
        {"do": "ask", "verb": "replan", "as": 3},
        {"do": "ask", "verb": "replan", "as": "a\ud800b"},
        {"do": "ask", "verb": "replan", "role": "safety"},
        {"do": "ask", "verb": "replan", "role": []},
        {"do": "ask", "verb": "replan", "timeout_s": "1"},
        {"do": "ask", "verb": "replan", "timeout_s": float("nan")},
        {"do": "ask", "verb": "replan", "timeout_s": 10**400},
        {"do": "ask", "verb": "replan", "timeout_s": 1e9},
        {"do": "watch", "after": 1.5},
        {"do": "watch", "after": True},
    ]
    with _open(tmp_path) as channel, channel.makefile("rb") as lines:
        for number, request in enumerate(said):
            channel.sendall(json.dumps({"id": number, **request}).encode() + b"\n")
            answer = json.loads(lines.readline())
            assert answer["id"] == number and answer.get("done", False) is False, request
            assert answer["why"], request
    assert not loop.asked


def test_mutated_requests(loop: SmallLoop, tmp_path: Path) -> None:
    draw = random.Random(5)
    good = json.dumps(
        {
            "id": 7,
            "do": "ask",
            "verb": "set_point",
            "as": "ann",
            "arguments": {"point": "hts.hp.P_set", "value": 300.0, "unit": "kW", "lease_s": 60},
            "timeout_s": 5,
        }
    ).encode()
    for _ in range(300):
        mutated = bytearray(good)
        for _ in range(draw.randint(1, 6)):
            place = draw.randrange(len(mutated))
            match draw.randrange(3):
                case 0:
                    mutated[place] = draw.randrange(256)
                case 1:
                    del mutated[place : place + draw.randint(1, 9)]
                case _:
                    mutated[place:place] = draw.choice([b"9e99", b"null", b"{", b'"', b"\n", b"-"])
        with _open(tmp_path) as channel, suppress(ConnectionError):
            channel.sendall(bytes(mutated) + b"\n")
            channel.shutdown(socket.SHUT_WR)
            for answer in _answers(channel):
                assert answer.keys() >= {"ok", "id"}
    for request in loop.asked:
        assert request.verb is not Verb.SET_POINT or abs(request.arguments["value"]) < 1e300


def test_silent_ones_give_way_to_those_who_ask(loop: SmallLoop, tmp_path: Path) -> None:
    before = _descriptors()
    with ExitStack() as stack:
        for i in range(200):
            channel = stack.enter_context(_open(tmp_path))
            if i % 2:
                channel.sendall(b'{"do":')
        assert ask(tmp_path, REPLAN).done
        eventually(lambda: _descriptors() - before <= 200 + LIMITS.connections, "bounded")
    eventually(lambda: _descriptors() <= before, "let go")


def test_half_open_clients_are_answered_and_let_go(loop: SmallLoop, tmp_path: Path) -> None:
    with _open(tmp_path) as channel:
        channel.sendall(b'{"id":1,"do":"hello"}\n{"id":2,"do":"ask","verb":"replan"}\n')
        channel.shutdown(socket.SHUT_WR)
        assert [(a["id"], a["ok"]) for a in _answers(channel)] == [(1, True), (2, True)]


def test_who_floods_and_never_reads_holds_nobody_up(loop: SmallLoop, tmp_path: Path) -> None:
    with _open(tmp_path) as channel:
        channel.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                channel.send(b'{"do":"hello"}\n' * 500)
        with RemoteSite(tmp_path) as site:
            step = site.view().step
            assert site.wait(step, 20.0) and site.ask(REPLAN).done


def test_slow_readers_get_the_newest_and_no_backlog(tmp_path: Path) -> None:
    site = published()
    site.publish(site_view(1))
    with ControlServer(site, tmp_path, replace(LIMITS, frame_s=0.0)), RemoteSite(tmp_path) as quick:
        slow = opened(tmp_path / SOCKET_FILE, None, 10.0)
        first, _ = _frame(slow)
        for step in range(2, 301):
            site.publish(site_view(step))
            # who keeps up sees every step
            assert quick.wait(step - 1, 20.0) and quick.view().step == step
        frames = [first]
        while frames[-1] < 300:
            frames.append(_frame(slow)[0])
        assert len(frames) <= 4, frames
        slow.close()


def _frame(stream: Stream) -> tuple[int, bytes]:
    while True:
        message, payload = stream.read()
        if "frame" in message:
            return message["frame"], payload


def test_only_so_many_watch(loop: SmallLoop, tmp_path: Path) -> None:
    with RemoteSite(tmp_path), RemoteSite(tmp_path), _open(tmp_path) as third:
        third.sendall(b'{"do":"watch"}\n')
        assert "2 watch already" in json.loads(third.makefile("rb").readline())["why"][0]


def test_the_forgotten_and_the_stalled_are_let_go(tmp_path: Path) -> None:
    limits = replace(LIMITS, idle_s=0.0, stalled_s=0.0)
    with ControlServer(published(), tmp_path, limits):
        with _open(tmp_path) as silent:
            assert _answers(silent) == []
        with _open(tmp_path) as channel:
            channel.sendall(b'{"do":"hello"}\n' * 100)
            # some answers, maybe, then the end
            assert all(a["ok"] for a in _answers(channel))


def test_a_thousand_connections_leave_nothing_behind(loop: SmallLoop, tmp_path: Path) -> None:
    def talk(i: int) -> None:
        with _open(tmp_path) as channel, suppress(ConnectionError):
            match i % 4:
                case 0:
                    channel.sendall(b'{"do":"hello"}\n')
                    channel.makefile("rb").readline()
                case 1:
                    channel.sendall(b"garbage")
                case 2:
                    channel.sendall(b'{"do":"watch"}\n')
                    channel.recv(100)
                case _:
                    channel.sendall(b'{"do":"ask","verb":"replan"}\n')

    def many(count: int) -> tuple[int, int]:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(talk, range(count)))
        ask(tmp_path, REPLAN)
        eventually(lambda: _descriptors() <= before, "descriptors let go")
        return _descriptors(), _resident_kb()

    before = _descriptors()
    many(300)
    _, settled = many(100)
    descriptors, resident = many(1000)
    assert descriptors <= before
    assert resident - settled < 4096, f"{settled} kB before, {resident} kB after"


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
