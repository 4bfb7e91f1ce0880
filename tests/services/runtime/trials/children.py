"""Every process that a run has beside its own killed and held up."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import yaml

from rami.communication.live_site import Verb
from services import assemble
from tests.services.runtime.processes import eventually, serving
from tests.services.runtime.trials.declared import REFERENCE
from twins.site import load_site


def children(count: int, folder: Path, say: Callable[[str], object]) -> int:
    """Every process that a run has beside its own killed and held up, `count` times; how many
    there were. The run has a planner, a historian and an FMU from elsewhere in processes."""
    folder.mkdir(parents=True, exist_ok=True)
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    built = assemble.build_fmus(load_site(REFERENCE))
    shutil.copy(built["dhs"], folder / "elsewhere.fmu")
    declaration["twins"]["dhs"]["backends"] = {"model": {"kind": "fmu", "path": "elsewhere.fmu"}}
    declaration["historian"] = {"kind": "duckdb", "folder": "history"}
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declaration, sort_keys=False), encoding="utf-8")
    hit = 0
    with serving(file, folder / "run", "--speed", "60") as run, run.remote() as site:

        def goes_on() -> None:
            step = site.view().step
            eventually(lambda: site.view().step >= step + 5, "the loop goes on", 120.0)
            assert run.process.poll() is None, run.said()

        eventually(site.plan, "a plan")
        for _ in range(count):
            for kind in (signal.SIGKILL, signal.SIGSTOP):
                for pid in run.children():
                    said = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                    os.kill(pid, kind)
                    hit += 1
                    run.ask(Verb.REPLAN)
                    goes_on()
                    if kind is signal.SIGSTOP and Path(f"/proc/{pid}").exists():
                        os.kill(pid, signal.SIGCONT)
                    goes_on()
                    say(f"{kind.name} {pid} {said[1:4]}: the loop goes on")
            made = site.plan()
            assert made is not None
            run.ask(Verb.REPLAN)
            eventually(lambda: site.plan() and site.plan().made_ns > made.made_ns, "plans")  # type: ignore[union-attr]  # noqa: B023
        assert run.ask(Verb.STOP, why="test").done and run.wait() == 0, run.said()
    say(f"{hit} processes killed or held up; {[e['text'][:90] for e in run.events()][-8:]}")
    return hit
