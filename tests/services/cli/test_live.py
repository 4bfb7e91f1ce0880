"""Commands to a running site, from processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rami.core.event import EventKind, Severity
from services.cli import app
from services.cli.live.table import span
from services.control import SOCKET_FILE, ControlServer
from tests.services.cli.conftest import Rami
from tests.services.control.small_site import SmallLoop, eventually, plan_view, published


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallLoop]:
    """A site that runs in `runs/demo` of the current folder."""
    folder = tmp_path / "runs" / "demo"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAMI_OPERATOR", raising=False)
    site = published(folder)
    with ControlServer(site, folder), SmallLoop(site) as running:
        eventually(lambda: running.steps > 0, "a step")
        yield running


def _called(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def test_every_command_arrives(loop: SmallLoop) -> None:
    commands = {
        "mode hts advise --as ann --why trial": {"twin": "hts", "mode": "advise", "why": "trial"},
        "swap hts plant": {"twin": "hts", "backend": "plant", "why": ""},
        "set hts.hp.P_set 0.3MW --lease 10min": {
            "point": "hts.hp.P_set",
            "value": 300.0,
            "lease_s": 600.0,
        },
        "set hts.hp.T_in -5 --unit degC": {"point": "hts.hp.T_in", "value": -5.0},
        "give-back hts.hp.P_set": {"point": "hts.hp.P_set"},
        "replan": {},
        "checkpoint": {},
        "apply": {},
        "reject --why no": {"why": "no"},
        "emergency hts demo --why steam": {"twin": "hts", "why": "steam"},
        "release hts runs/demo": {"twin": "hts", "why": ""},
        "stop --why over": {"why": "over"},
    }
    for command, arguments in commands.items():
        code, out, err = _called(*command.split())
        assert code == 0 and out.startswith("done"), f"{command}: {err}"
        assert loop.asked[-1].arguments == arguments, command
    import pwd

    assert loop.asked[0].who == "ann"
    assert loop.asked[1].who == pwd.getpwuid(os.geteuid()).pw_name
    eventually(lambda: loop.site.view().state == "ended", "stopped")


def test_refusals_name_every_reason(loop: SmallLoop) -> None:
    code, out, err = _called("mode", "hts", "control")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "rami: mode refused:",
        "  guard is not armed",
        "  hp.P_el is 12.5 kW off its model",
    ]
    code, out, _ = _called("mode", "hts", "control", "--json")
    assert code == 1 and json.loads(out)["why"][0] == "guard is not armed"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("mode hst shadow", "no twin 'hst'; did you mean 'hts'?"),
        ("mode hts shadw", "'shadw' is not one of"),
        ("set hts.hp.P_set much", "'much' is no number"),
        ("set hts.hp.P_set 3kW --unit MW", "--unit says MW"),
        ("set hts.hp.P_set 3K", "does not measure power"),
        ("set hts.hp.P_set 3 --lease 3", "--lease"),
        ("replan --timeout soon", "--timeout"),
        ("mode hts shadow --wy x", "No such option"),
        ("set hts.hp.P_set 3 --wy", "no such option: --wy"),
    ],
)
def test_wrong_arguments_are_told(loop: SmallLoop, command: str, why: str) -> None:
    code, out, err = _called(*command.split())
    assert (code, out) == (2, "") and why in err, err
    assert not loop.asked


def test_alarms_are_shown_and_acknowledged(loop: SmallLoop) -> None:
    loop.site.happened(
        EventKind.LINK, "hts", Severity.ALARM, "no\x1b[2J answer", condition="link", active=True
    )
    loop.site.publish_plan(plan_view(0))
    code, out, _ = _called("status")
    assert code == 0 and "not acknowledged" in out and "no?[2J answer" in out
    assert "hp.P_el -12.5 kW" in out and "plan: milp" in out and "scaled x 60" in out
    assert _called("ack", "hts", "link", "--as", "ann", "--comment", "seen")[0] == 0
    _, out, _ = _called("status", "demo", "--json")
    told = json.loads(out)
    assert told["conditions"][0]["acknowledged"] and told["pid"] == os.getpid()
    assert told["twins"]["hts"]["age_s"] == 1.0 and told["twins"]["iess"]["mode"] == "simulate"
    code, _, err = _called("ack", "site", "link")
    assert code == 1 and "no condition 'link' of 'the site'" in err
    code, out, _ = _called("events", "--since", "1")
    assert code == 0 and "ann has seen link" in out and "answer" not in out


def test_all_alarms_are_acknowledged_at_once(loop: SmallLoop) -> None:
    for source, condition in (("", "late"), ("hts", "link"), ("iess", "plant lost")):
        loop.site.happened(
            EventKind.LINK, source, Severity.ALARM, "x", condition=condition, active=True
        )
    assert _called("ack", "hts", "link")[0] == 0
    code, out, _ = _called("ack", "--all", "--as", "ann", "--comment", "rounds")
    assert code == 0 and out.splitlines() == [
        "acknowledged: site: late", "acknowledged: iess: plant lost",
    ]  # fmt: skip
    assert all(seen for _, seen in loop.site.conditions().values())
    code, out, _ = _called("ack", "--all", "demo", "--json")
    assert code == 0 and json.loads(out) == {"done": True, "acknowledged": [], "why": []}
    for words in (["ack"], ["ack", "hts"], ["ack", "hts", "link", "demo", "--all"]):
        code, _, err = _called(*words)
        assert code == 2 and "wanted SOURCE and CONDITION, or --all" in err


def test_nobody_runs_there(rami: Rami, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = rami("status")
    assert done.returncode == 3 and "nobody runs below" in done.stderr
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "dead").mkdir(parents=True)
    for words in ("status dead", "mode hts shadow dead", "events other", "events", "events dead"):
        code, out, err = _called(*words.split())
        assert (code, out, len(err.splitlines())) == (3, "", 1), err


def test_other_processes_watch_until_the_end(loop: SmallLoop, tmp_path: Path, rami: Rami) -> None:
    def begun(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "services.cli", *words],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )

    loop.site.happened(EventKind.START, "", Severity.NOTE, "begun", share=float("nan"))
    with (
        begun("events", "--follow", "--json") as events,
        begun("status", "--watch") as lines,
        begun("status", "--watch", "--json") as objects,
    ):
        assert events.stdout and lines.stdout and objects.stdout
        first = json.loads(events.stdout.readline())
        assert first["text"] == "begun" and first["details"]["share"] is None
        assert "hts shadow plant open" in lines.stdout.readline()
        assert json.loads(objects.stdout.readline())["state"] == "running"
        assert rami("mode", "hts", "advise", "--as", "ann").returncode == 0
        assert json.loads(events.stdout.readline())["details"]["who"] == "ann"
        loop.__exit__()
        (tmp_path / "runs" / "demo" / SOCKET_FILE).unlink()
        assert "ended" in lines.stdout.read().splitlines()[-1]
        assert json.loads(objects.stdout.read().splitlines()[-1])["state"] == "ended"
    assert (events.returncode, lines.returncode, objects.returncode) == (0, 0, 0)


def test_spans_for_people() -> None:
    assert [span(s) for s in (None, 0.04, 90.0, 600.0, 7200.0, 1e6)] == [
        "-",
        "0.04 s",
        "90 s",
        "10 min",
        "2 h",
        "11.6 d",
    ]
