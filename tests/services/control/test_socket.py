from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rami.communication.live_site import LiveSite, Request, SiteView, Verb
from rami.core.errors import RunError, UnreachableError
from rami.core.event import EventKind, Severity
from rami.core.points import PointIndex
from services.control import SOCKET_FILE, ControlServer, Published, RemoteSite, ask
from services.control.address import connected
from services.control.frames import frame, view_of
from tests.services.control.small_site import (
    POINTS,
    SmallLoop,
    eventually,
    plan_view,
    published,
    site_view,
)

REPLAN = Request(Verb.REPLAN, "ann")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Published]:
    site = published(tmp_path)
    site.publish(site_view(1))
    with ControlServer(site, tmp_path):
        yield site


def _same(one: SiteView, other: SiteView) -> None:
    assert one.twins.keys() == other.twins.keys()
    for name, twin in one.twins.items():
        seen = other.twins[name].seen
        for field in ("values", "quality", "times_ns"):
            mine, theirs = getattr(twin.seen, field), getattr(seen, field)
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)
        assert repr(twin.residuals) == repr(other.twins[name].residuals)
        assert twin.advice == other.twins[name].advice
        assert (twin.mode, twin.backends) == (other.twins[name].mode, other.twins[name].backends)
    assert (one.step, one.time_ns, one.pace, one.state) == (
        other.step,
        other.time_ns,
        other.pace,
        other.state,
    )
    assert one.figures == other.figures


def test_a_view_survives_its_frame() -> None:
    view, points = site_view(3), {"hts": POINTS, "iess": POINTS}
    view.twins["hts"].advice["no.point"] = 5.0  # type: ignore[index]
    header, _, payload = frame(view, points).partition(b"\n")
    assert json.loads(header)["bytes"] == len(payload)
    _same(view, view_of(json.loads(header), payload, points))


def test_another_end_sees_the_same_site(served: Published, tmp_path: Path) -> None:
    served.happened(EventKind.LINK, "hts", Severity.ALARM, "lost", condition="link", active=True)
    served.publish_plan(plan_view(1))
    served.propose(plan_view(2))
    with RemoteSite(tmp_path) as remote:
        site: LiveSite = remote
        assert (site.name, site.twins) == ("demo", ("hts", "iess"))
        assert site.points("hts").points == POINTS.points
        _same(served.view(), site.view())
        assert site.plan() == served.plan() and site.proposal() == served.proposal()
        assert site.events() == served.events()
        assert dict(site.conditions()) == dict(served.conditions())
        assert remote.pid == os.getpid()
        served.publish(site_view(2))
        assert site.wait(1, 20.0) and not site.wait(2, 0.0)
        _same(served.view(), site.view())
        for i in range(250):
            served.happened(EventKind.GUARD, "hts", Severity.NOTE, "clamped", i=i)
        served.propose(None)
        eventually(lambda: site.events(at_most=10**6) == served.events(), "all events")
        eventually(lambda: site.proposal() is None, "no proposal")


def test_requests_reach_the_loop_from_many_threads(served: Published, tmp_path: Path) -> None:
    with SmallLoop(served) as loop, RemoteSite(tmp_path) as remote:
        from concurrent.futures import ThreadPoolExecutor

        given = {"point": "hts.hp.P_set", "value": 0.25, "unit": "MW"}
        requests = [Request(Verb.SET_POINT, f"ann {i}", given) for i in range(12)]
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(remote.ask, requests))
        assert all(reply.done and reply.told["step"] >= 0 for reply in replies)
        assert {r.who for r in loop.asked} == {r.who for r in requests}
        assert all(r.arguments["value"] == 250.0 for r in loop.asked)
        refused = remote.ask(Request(Verb.MODE, "ann", {"twin": "hts", "mode": "control"}))
        assert refused.why == ("guard is not armed", "hp.P_el is 12.5 kW off its model")
        assert "no twin 'x'" in remote.ask(Request(Verb.RELEASE, "ann", {"twin": "x"})).why[0]


def test_a_busy_loop_lets_nobody_wait_for_ever(served: Published, tmp_path: Path) -> None:
    reply = ask(tmp_path, REPLAN, 0.01)
    assert not reply.done and "nothing was done" in reply.why[0]
    assert served.requests() == ()


def test_who_hangs_up_asks_no_longer(served: Published, tmp_path: Path) -> None:
    channel = connected(tmp_path / SOCKET_FILE, 5.0)
    channel.sendall(b'{"do":"ask","verb":"replan","timeout_s":600}\n')
    eventually(lambda: bool(served.wait_for_request(0.0)), "request")
    channel.close()
    eventually(lambda: not served.wait_for_request(0.0), "withdrawn")


def test_a_name_is_recorded_and_the_login_is_the_default(served: Published, tmp_path: Path) -> None:
    with connected(tmp_path / SOCKET_FILE, 5.0) as channel:
        channel.sendall(b'{"do":"ask","verb":"replan"}\n')
        eventually(lambda: bool(served.wait_for_request(0.0)), "request")
        (waiting,) = served.requests()
        import pwd

        assert waiting.request.who == pwd.getpwuid(os.geteuid()).pw_name


def test_a_loss_is_seen_and_a_resumed_run_found_again(tmp_path: Path) -> None:
    site = published(tmp_path)
    site.publish(site_view(5))
    site.happened(EventKind.START, "", Severity.NOTE, "first", condition="x", active=True)
    server = ControlServer(site, tmp_path).start()
    with RemoteSite(tmp_path) as remote:
        # as if killed: nothing is said, the socket stays
        server.path.rename(tmp_path / "aside")
        for client in list(server._clients.values()):
            client.channel.shutdown(socket.SHUT_RDWR)
        eventually(lambda: remote.view().state == "lost", "lost")
        assert remote.view().step == 5 and remote.trouble
        assert "nobody runs" in remote.ask(REPLAN).why[0]
        server.close()
        (tmp_path / "events.jsonl").unlink()
        again = published(tmp_path)
        again.publish(site_view(3))
        with ControlServer(again, tmp_path):
            eventually(lambda: remote.view().state == "running", "found again")
            assert remote.view().step == 3 and not remote.trouble
            eventually(lambda: remote.events() == () and not remote.conditions(), "told anew")
            again.end()
        eventually(lambda: remote.view().state == "ended", "ended")


def test_another_site_in_its_place_stays_lost(tmp_path: Path) -> None:
    site = published(tmp_path)
    with ControlServer(site, tmp_path):
        remote = RemoteSite(tmp_path)
    other = published(points=PointIndex(POINTS.points[:2]))
    with ControlServer(other, tmp_path), remote:
        eventually(lambda: "another site" in remote.trouble, "another site")
        assert remote.view().state == "ended"


def test_only_one_serves_a_folder(served: Published, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"runs already, as process {os.getpid()}"):
        ControlServer(published(), tmp_path)
    assert (tmp_path / SOCKET_FILE).stat().st_mode & 0o777 == 0o600
    assert ask(tmp_path, REPLAN, 0.0).why


def test_the_socket_of_a_dead_process_is_replaced(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / SOCKET_FILE))
    dead.close()
    with pytest.raises(UnreachableError, match="nobody runs"):
        RemoteSite(tmp_path)
    site = published()
    with ControlServer(site, tmp_path), RemoteSite(tmp_path) as remote:
        assert remote.name == "demo"
    assert not (tmp_path / SOCKET_FILE).exists()


def test_paths_of_any_length(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with ControlServer(published(), folder), RemoteSite(folder) as remote:
        assert remote.view().state == "starting"


def test_a_folder_that_is_not_safe_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(RunError, match="everybody may write there"):
        ControlServer(published(), folder)
    folder.chmod(0o755)
    (folder / SOCKET_FILE).write_text("")
    with pytest.raises(RunError, match="is no socket"):
        ControlServer(published(), folder)
    with pytest.raises(RunError, match="cannot be opened"):
        ControlServer(published(), tmp_path / "missing")


def test_strangers_are_refused(
    served: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.control.server.peer", lambda _: (1, 4242))
    reply = ask(tmp_path, REPLAN, 1.0)
    assert "uid 4242 is neither the owner of this run nor root" in reply.why[0]
