"""The emulator as a process: start, end, wrong arguments, real and scaled time."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError, UnreachableError
from services.cli import main
from services.emulate.control_client import ControlClient, command
from tests.services.emulate.conftest import PATIENCE_S, Start


def _rami(*words: str) -> subprocess.CompletedProcess[str]:
    """A command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["rami", *words])
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--twin", "hst", "--opcua", "0"], "--twin: no twin 'hst'; hint: did you mean 'hts'?"),
        (["--twin", "hts"], "--opcua, --modbus: neither is given; nothing would be served"),
        (["--twin", "hts", "--opcua", "0", "--lockstep"], "--lockstep: nobody could tell the time"),
        (["--twin", "hts", "--opcua", "0", "--speed", "nan"], "--speed: wanted more than 0"),
        (["--twin", "hts", "--opcua", "0", "--scan", "1"], "--scan: 1 needs a unit"),
        (["--twin", "hts", "--opcua", "0", "--heartbeat", "0.5 s"], "shorter than the scan"),
        (["--twin", "hts", "--opcua", "0", "--deviation", "90 %"], "--deviation: wanted 0 to 0.3"),
        (
            ["--twin", "hts", "--opcua", "0", "--fault", "wear:hp,size=2"],
            "--fault: fault wear: size",
        ),
        (
            ["--twin", "hts", "--opcua", "0", "--fault", "wear:hp,size=0.2"],
            "wear has no target 'hp'",
        ),
        (["--twin", "hts", "--opcua", "0", "--write-map", "/proc/no/m.csv"], "cannot write"),
    ],
)
def test_wrong_arguments_in_one_line(
    reference_site_file: Path, words: list[str], says: str
) -> None:
    ran = _rami("emulate", str(reference_site_file), *words)
    assert ran.returncode in (1, 2)
    assert says in ran.stderr
    assert len(ran.stderr.splitlines()) == 1, ran.stderr


@pytest.mark.parametrize(
    "option",
    ["--opcua", *(pytest.param(o, marks=pytest.mark.soak) for o in ("--modbus", "--control"))],
)
def test_port_in_use(reference_site_file: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = _rami("emulate", str(reference_site_file), "--twin", "dhs", option, port)
    assert ran.returncode == 3
    assert ran.stderr.strip() == (
        f"rami: {option}: port {port} is in use; choose another one, or 0 for any that is free"
    )


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 0, marks=pytest.mark.soak)],
)
def test_signals_end_it_cleanly(start: Start, number: signal.Signals, code: int) -> None:
    running = start("--twin", "dhs", "--opcua", "0", "--modbus", "0", "--speed", "60")
    running.process.send_signal(number)
    assert running.process.wait(PATIENCE_S) == code
    assert running.process.stderr is not None
    assert "Traceback" not in running.process.stderr.read().decode()


def test_it_ends_with_its_parent(reference_site_file: Path) -> None:
    """A parent that is killed leaves no emulator behind."""
    words = ["emulate", str(reference_site_file), "--twin", "dhs", "--modbus", "0", "--lockstep"]
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-m', 'services.cli', *{words!r}, '--control', '0',"
        " '--until-eof', '--json'], stdin=subprocess.PIPE)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        while parent.stdout.readline().rstrip() != b"}":
            assert parent.poll() is None
        parent.kill()
        _until(lambda: not _lives(child), "the emulator ends")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # a child of a dead parent that nobody collects is as good as gone
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_scaled_time_passes_by_itself(start: Start) -> None:
    running = start("--twin", "dhs", "--modbus", "0", "--speed", "600")
    _until(lambda: running.control.ask({"status": True})["elapsed"] >= 120.0, "two minutes")
    with pytest.raises(ConfigurationError, match="time passes by itself"):
        running.control.ask({"advance": 1})


def test_the_channel_refuses_in_words(start: Start) -> None:
    running = start("--twin", "dhs", "--modbus", "0", "--lockstep")
    for said, words in (
        ({"advance": 0.5}, "multiple of the scan"),
        ({"advance": "long"}, "wanted seconds"),
        ({"fault": 3}, "wanted a text or an object"),
        ({"fault": {"kind": "spike"}}, "target: Field required"),
        ({"clear": "nothing"}, "no fault 'nothing'"),
        ({"around": {"boiler.u": 0.5}}, "boiler.u is an actuator"),
        ({"around": {"town.P_demand": "much"}}, "town.P_demand: wanted a number"),
        ({"around": {"town.P": 1.0}}, "no input 'town.P'"),
        ({"go": 1}, "'go' is no command"),
        ({"advance": 1, "stop": True}, "as the only key"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            running.control.ask(said)
    with socket.create_connection(("127.0.0.1", running.told["control"]), PATIENCE_S) as raw:
        raw.sendall(b"not json\n")
        assert json.loads(raw.makefile("rb").readline()) == {
            "ok": False,
            "error": "is no line of JSON",
        }
    assert running.control.ask({"advance": 2})["elapsed"] == 2.0


def test_energy_closes_behind_the_servers(start: Start) -> None:
    running = start("--twin", "iess", "--modbus", "0", "--lockstep", "--scan", "5 s")
    before = running.control.ask({"truth": True})["energy"]
    running.control.ask({"advance": 4 * 3600})
    after = running.control.ask({"truth": True})
    assert after["values"]["buildings.E"] > 1000.0
    assert after["energy"] == pytest.approx(before, abs=1e-6)


def test_commands_from_another_terminal(start: Start) -> None:
    running = start(
        "--twin", "dhs", "--opcua", "0", "--lockstep", "--fault", "wear:chp_pump,size=0.1"
    )
    port = str(running.told["control"])
    assert _rami("emulator", "advance", port, "1 min").stdout == "2019-01-13T23:01:00Z\n"
    assert _rami("emulator", "fault", port, "link,for=60").stdout == "link\n"
    told = json.loads(_rami("emulator", "status", port, "--json").stdout)
    assert told["link"] == "down"
    assert [f["name"] for f in told["faults"]] == ["wear:chp_pump", "link"]
    assert "wear:chp_pump" in _rami("emulator", "status", port).stdout
    assert _rami("emulator", "clear", port, "link").returncode == 0
    refused = _rami("emulator", "clear", port, "link")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert _rami("emulator", "stop", port).returncode == 0
    assert running.process.wait(PATIENCE_S) == 0
    gone = _rami("emulator", "status", port)
    assert gone.returncode == 3
    assert gone.stderr.startswith(f"rami: no emulator at control port {port}")


def test_truth_and_map_without_serving(reference_site_file: Path, tmp_path: Path) -> None:
    words = ["--twin", "dhs", "--seed", "5", "--write-truth", str(tmp_path / "truth.json")]
    words.append("--files-only")
    assert _rami("emulate", str(reference_site_file), *words).returncode == 0
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["seed"] == 5
    found = truth["parameters"]["boiler.efficiency"]
    assert found["declared"] == 0.9 and found["actual"] != 0.9
    assert truth["sensors"] and truth["actuators"]


def test_nobody_at_the_control_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"no emulator at control port {port}"):
        command(port, {"status": True})


def test_client_hangs_up(start: Start) -> None:
    running = start("--twin", "dhs", "--modbus", "0", "--lockstep")
    with ControlClient(running.told["control"], PATIENCE_S) as second:
        assert second.ask({"advance": 1})["elapsed"] == 1.0
    assert running.control.ask({"advance": 1})["elapsed"] == 2.0
