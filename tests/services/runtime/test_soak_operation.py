"""What people do to a live run and what its links do, in real processes."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.communication.live_site import Verb
from tests.services.runtime.processes import Emulator, eventually, serving, with_plants
from tests.services.runtime.trials.declared import REFERENCE, STEP_S
from tests.services.runtime.trials.rig import Rig, rig

pytestmark = pytest.mark.soak
#: declared for an end, and a turn of the machine, s
_END_S = 2.0 + 3.0
_AGAIN = {"stale_age": "1 h", "retries": {"first": "100 ms", "longest": "300 ms"}}
_LOCKSTEP = {
    "hts": {"sampling": "60 s", "keep_alive": "60 s", "clock_skew": "1 d", **_AGAIN},
    "iess": {"period": "60 s", **_AGAIN},
}  # fmt: skip


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, Verb.STOP])
@pytest.mark.parametrize("when", ["planning", "waiting"])
def test_an_end_is_prompt_and_can_be_gone_on_from(tmp_path: Path, how: Any, when: str) -> None:
    for words in ([], ["--resume"]):
        with serving(REFERENCE, tmp_path / "run", "--real", *words) as run, run.remote() as site:
            if when == "waiting":
                eventually(lambda: site.view().step > 0, "a step")
            begun = time.monotonic()
            if how is Verb.STOP:
                assert run.ask(Verb.STOP, why="test").done
            else:
                run.process.send_signal(how)
            assert run.wait() == 0 and time.monotonic() - begun < _END_S
    said = run.said()
    assert said.count("go on with `rami serve ... --resume`") == 2
    assert not [word for word in ("Traceback", "leak", "Task was destroyed") if word in said]
    kinds = [e["text"].split(" at ")[0] for e in run.events("start")]
    assert kinds == ["begins", "resumed"]


def test_plants_are_asked_much_and_stopped_while_a_plan_is_made(tmp_path: Path) -> None:
    with rig(tmp_path) as found:
        _two_hundred_modes(found)
        _flapping_link(found)
        run = found.run
        assert run.ask(Verb.REPLAN).done
        time.sleep(3 * STEP_S)
        begun = time.monotonic()
        assert run.ask(Verb.STOP, why="test").done and run.wait() == 0
        assert time.monotonic() - begun < 2 * STEP_S + _END_S
        assert run.children() == []
    said = run.said()
    assert not [word for word in ("Traceback", "leak", "Task was destroyed") if word in said]


def _two_hundred_modes(found: Rig) -> None:
    run, before = found.run, (found.run.memory_mb(), found.run.handles())
    modes = ("shadow", "advise", "control", "simulate", "control")
    done = 0
    for k in range(200):
        reply = run.ask(Verb.MODE, twin="hts", mode=modes[k % len(modes)], why=f"number {k}")
        done += reply.done
        assert reply.done or reply.why
    assert done > 100 and found.controlled("iess")
    assert run.ask(Verb.SWAP, twin="hts", backend="plant", why="back").done
    eventually(found.controlled, "in control")
    sys.stdout.write(f"200 mode requests, {done} done; {before} to {run.memory_mb()}\n")
    assert run.memory_mb() < before[0] + 40.0 and run.handles() <= before[1] + 3


def _flapping_link(found: Rig) -> None:
    """Down and up every two seconds: the plant is never lost for the declared four."""
    one, before = found.emulators["hts"], len(found.run.events())
    for _ in range(15):
        one.ask(fault="link,for=10000")
        time.sleep(2.0)
        one.ask(clear="all")
        time.sleep(2.0)
    eventually(found.controlled, "in control")
    told = found.run.events()[before:]
    alarms = [e for e in told if e["active"] and e["severity"] >= 500]
    sys.stdout.write(f"15 flaps: {len(told)} events, {len(alarms)} alarms\n")
    assert len(alarms) <= 3, alarms
    assert [e["condition"] for e in told].count("unsteady") == 1


def test_a_changed_site_file_is_refused_at_once(tmp_path: Path) -> None:
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    with serving(file, tmp_path / "run", "--simulated") as run:
        assert run.ask(Verb.CHECKPOINT).done
        assert run.ask(Verb.STOP, why="test").done and run.wait() == 0
    declaration["strategy"]["horizon"] = "36 h"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    with serving(file, tmp_path / "run", "--simulated", "--resume", ready=False) as run:
        assert run.wait() == 2
    last = run.said().splitlines()[-1]
    assert "strategy.horizon: was 86400.0, now 129600.0" in last
    assert run.said().count("model of") == 2 * len(declaration["twins"]), "nothing built for it"


@pytest.mark.parametrize(("twin", "front"), [("hts", "opcua"), ("iess", "modbus")])
def test_an_emulator_that_dies_in_mid_lockstep_comes_back_in_time(
    tmp_path: Path, twin: str, front: str
) -> None:
    one = Emulator(REFERENCE, twin, front, ("--lockstep", "--scan", "10 s"))
    try:
        declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
        live = {"recover_after": "5 min"}
        site = with_plants(declaration, tmp_path, [one], live=live, plant=_LOCKSTEP)
        words = ("--simulated", "--as", "tester", *one.rehearse)
        with serving(site, tmp_path / "run", *words) as run, run.remote() as shown:

            def in_control() -> bool:
                twins = shown.view().twins
                return twin in twins and twins[twin].mode.value == "control"

            eventually(in_control, "in control")
            for _ in range(3):
                one.kill()
                eventually(lambda: not in_control(), "lost")
                one.begin()
                eventually(in_control, "in control again")
                apart = abs(one.ask(status=True)["time_ns"] - shown.view().time_ns)
                sys.stdout.write(f"apart by {apart / 1e9:.0f} s\n")
                assert run.process.poll() is None, run.said()
            set_ = [e for e in run.events("link", twin) if "its clock was set" in e["text"]]
            assert len(set_) == 3, [e["text"] for e in run.events("link", twin)]
            assert run.ask(Verb.STOP, why="test").done and run.wait() == 0
    finally:
        one.running.end()
