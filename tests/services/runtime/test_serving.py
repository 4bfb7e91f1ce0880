"""`rami serve` in processes of its own: stopped, killed, resumed, refused; a plant that is lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.communication.live_site import Verb
from rami.core.errors import ConfigurationError, RunError
from services.control import RemoteSite
from services.run import run_site
from services.serve import ServeOptions, serve_site
from tests.services.runtime.processes import eventually, serving
from tests.services.runtime.trials.declared import HEARTBEAT_S, STEP_S, TURN_S
from tests.services.runtime.trials.plants import LIMITS, lose
from tests.services.runtime.trials.rig import Rig, rig
from twins.site import load_site

RESULTS = ("figures.json", "timeseries.csv.gz")


def _rami(*words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "services.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_killed_and_resumed_a_run_gives_the_same_bytes(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    file, out = _short(tmp_path, reference_site_declaration), tmp_path / "run"
    with serving(file, out, "--simulated") as run:
        done = run.ask(Verb.CHECKPOINT)
        assert done.done and Path(done.told["file"]).exists()
        run.kill()
    assert not (out / "figures.json").exists()
    with serving(file, out, "--simulated", "--resume", ready=False) as run:
        assert run.wait() == 0, run.said()
        begun = [e for e in run.events() if e["kind"] == "start"]
        assert len(begun) == 1, "a run in simulated time shows no trace of it"
    run_site(load_site(file), tmp_path / "whole", lambda *_: None)
    for name in RESULTS:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_a_folder_with_a_run_is_resumed_only_when_that_is_said(
    tmp_path: Path, reference_site_file: Path
) -> None:
    options = ServeOptions(clock="simulated")
    site = load_site(reference_site_file)
    with pytest.raises(ConfigurationError, match="no checkpoint to resume from"):
        serve_site(site, tmp_path, replace(options, resume=True), lambda *_: None)
    (tmp_path / "checkpoint-000001.bin").touch()
    with pytest.raises(ConfigurationError, match="--resume, or another --out"):
        serve_site(site, tmp_path, options, lambda *_: None)
    with pytest.raises(ConfigurationError, match="no twin 'htx'"):
        serve_site(site, tmp_path, replace(options, rehearsals={"htx": 1}), lambda *_: None)
    with pytest.raises(RunError, match="no checkpoint can be used"):
        serve_site(site, tmp_path, replace(options, resume=True), lambda *_: None)


@pytest.mark.soak
def test_a_run_is_stopped_in_order_or_at_once_and_is_alone_in_its_folder(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    file, out = _short(tmp_path, reference_site_declaration), tmp_path / "run"
    with serving(file, out, "--speed", "60") as run:
        assert run.ask(Verb.CHECKPOINT).done
        code, _, why = _rami("serve", str(file), "--speed", "60", "--out", str(out))
        assert code == 2 and "a run goes on there already" in why, why
        code, _, why = _rami("serve", str(file), "--speed", "60", "--resume", "--out", str(out))
        assert code == 2 and "a run goes on there already" in why, why
        os.kill(run.process.pid, signal.SIGINT)
        assert run.wait() == 0 and "stopped by Ctrl-C" in run.said()
    code, _, why = _rami("serve", str(file), "--simulated", "--resume", "--out", str(out))
    assert code == 2 and "scaled time" in why, why
    with serving(file, out, "--speed", "60", "--resume") as run:
        assert run.ask(Verb.CHECKPOINT).done
        run.process.send_signal(signal.SIGTERM)
        assert run.wait() == 0 and "stopped by SIGTERM" in run.said()
    with serving(file, out, "--speed", "60", "--resume", "--approve") as run, run.remote() as site:
        assert run.ask(Verb.CHECKPOINT).done and not run.ask(Verb.APPLY).done
        run.ask(Verb.REPLAN)
        proposal = eventually(site.proposal, "a proposal")
        assert run.ask(Verb.APPLY).done
        eventually(lambda: site.plan() and site.plan().objective == proposal.objective, "followed")  # type: ignore[union-attr]
        run.ask(Verb.REPLAN)
        eventually(site.proposal, "another one")
        assert run.ask(Verb.REJECT, why="test").done
        eventually(lambda: site.proposal() is None, "dropped")
        assert run.ask(Verb.STOP, why="test").done and run.wait() == 0
    with serving(file, tmp_path / "real", "--real") as run:
        assert run.ask(Verb.REPLAN).done
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGTERM)
        assert run.wait() == 130


def _short(folder: Path, declaration: dict[str, Any]) -> Path:
    declaration["clock"]["duration"] = "1 d"
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    return file


@pytest.mark.soak
def test_a_plant_is_lost_and_comes_back_and_a_dead_controller_leaves_it_safe(
    tmp_path: Path,
) -> None:
    with rig(tmp_path, ("hts",)) as found:
        plant, run, site = found.emulators["hts"], found.run, found.site
        eventually(lambda: plant.control() == "remote", "driven")
        code, told, _ = _rami("status", str(run.folder), "--json")
        assert code == 0 and json.loads(told)["twins"]["hts"]["mode"] == "control"

        alarm_s = lose("link")(found, "hts")["alarm"]
        assert alarm_s < LIMITS["link"]["alarm"]

        _operator(found.run, site)
        _full_disk(found)

        before = len(_written(run.folder))
        os.kill(run.process.pid, signal.SIGSTOP)
        eventually(lambda: plant.control() == "safe", "the plant's own heartbeat")
        os.kill(run.process.pid, signal.SIGCONT)
        eventually(lambda: plant.control() == "remote", "driven again")
        steps = sorted(set(_written(run.folder)[before:]))
        apart = [b - a for a, b in pairwise(steps)]
        assert min(apart, default=1e9) > 0.3e9 * STEP_S, "no burst of writes"

        run.kill()
        begun = time.monotonic()
        eventually(lambda: plant.control() == "safe", "left alone")
        assert time.monotonic() - begun < HEARTBEAT_S + STEP_S + TURN_S


def _full_disk(found: Rig) -> None:
    """No file of the run may grow: nothing is written into the plant, the run goes on."""
    run, plant, audit = found.run, found.emulators["hts"], found.run.folder / "audit.jsonl"
    limits = resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (1000, limits[1]))
    eventually(lambda: found.holds("hts", "audit"), "alarm of the audit")
    size = audit.stat().st_size
    eventually(lambda: found.holds("", "no checkpoint"), "alarm of the checkpoint")
    eventually(lambda: plant.control() == "safe", "no heartbeat without an audit")
    step = found.site.view().step
    assert found.site.wait(step + 2, 60.0), "the run goes on"
    assert audit.stat().st_size == size and found.mode("hts") == "control"
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, limits)
    eventually(lambda: plant.control() == "remote", "driven again")
    for source, condition in (("hts", "audit"), ("", "no checkpoint")):
        eventually(lambda: not found.holds(source, condition), condition)  # noqa: B023
    code, told, _ = _rami("audit", "verify", str(audit))
    assert code == 0, told


def _operator(run: Any, site: RemoteSite) -> None:
    """What people ask for, of a real run."""
    refused = run.ask(Verb.MODE, twin="dhs", mode="shadow", why="test")
    assert not refused.done and "no plant is declared" in refused.why[0]
    assert run.ask(Verb.MODE, twin="hts", mode="advise", why="test").done
    assert run.ask(Verb.MODE, twin="hts", mode="control", why="test").done
    assert run.ask(Verb.EMERGENCY, twin="hts", why="test").done
    eventually(lambda: site.view().twins["hts"].stopped, "the stop is shown")
    refused = run.ask(Verb.SET_POINT, point="hts.hex_hnht_pump.u", value=0.5)
    assert not refused.done
    assert run.ask(Verb.RELEASE, twin="hts", why="test").done
    eventually(lambda: not site.view().twins["hts"].stopped, "released")


def _written(folder: Path) -> list[int]:
    """Instants of what was written into the plant."""
    lines = (folder / "audit.jsonl").read_text().splitlines(keepends=True)
    rows = [json.loads(line) for line in lines if line.endswith("\n")]
    return [r["at_ns"] for r in rows if r.get("outcome") in ("written", "clamped")]
