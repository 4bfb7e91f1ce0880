"""Trials of a live run in real time: what is killed, cut or frozen, and what becomes of it.

`python -m tests.services.runtime.trials plants|controllers|children|kills COUNT FOLDER` prints
a table.
Times are seconds of the wall clock, which is the run's.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import yaml

from rami.communication.live_site import Verb
from services import assemble
from services.control import RemoteSite
from tests.services.runtime.processes import Emulator, Serving, eventually, serving, with_plants
from twins.site import load_site

REFERENCE = Path(__file__).parents[3] / "examples" / "reference" / "site.yaml"
ALARM_S, RECOVER_S, HEARTBEAT_S = 4.0, 2.0, 5.0
STEP_S = 1.0
#: a plan may come this much after its time on a machine that does other things
TURN_S = 3.0
LIVE = {"alarm_after": f"{ALARM_S:g} s", "recover_after": f"{RECOVER_S:g} s", "hold": "3 s"}
_OFTEN = {
    "hts": {"sampling": "250 ms", "stale_age": "2 s", "source_age": "2500 ms"},
    "iess": {"period": "250 ms", "stale_age": "2 s"},
}
#: what is not to be used without a twin: all of a station, of a factory what is at its networks
_LOST = {"hts": ("hts.",), "iess": ("hts.hex_hnht.", "hts.hex_hnlt.")}
FAULTS = ("killed", "link", "freeze")


@dataclass
class Trial:
    """One loss: seconds to the alarm, to a plan without the twin, and back to the former mode."""

    what: str
    twin: str
    alarm_s: float
    replanned_s: float
    back_s: float


@dataclass
class Rig:
    """A run in real time with its plants in control."""

    run: Serving
    site: RemoteSite
    emulators: dict[str, Emulator]
    trials: list[Trial] = field(default_factory=list)

    def mode(self, twin: str) -> str:
        """As shown now."""
        return str(self.site.view().twins[twin].mode.value)

    def controlled(self, twins: tuple[str, ...] = ()) -> bool:
        """Whether the plants, or some of them, are driven."""
        shown = self.site.view().twins
        return all(t in shown and self.mode(t) == "control" for t in twins or self.emulators)

    def alarm(self, twin: str) -> bool:
        """Whether its plant counts as lost."""
        return self.holds(twin, "plant lost")

    def holds(self, source: str, condition: str) -> bool:
        """Whether a condition holds."""
        found = self.site.conditions().get((source, condition))
        return found is not None and found[0].active

    def planned_without(self, twin: str) -> bool:
        """Whether the plan that is followed does not count on it: nothing crosses its borders."""
        plan = self.site.plan()
        if plan is None or not any(n.startswith(f"{twin}: not available") for n in plan.notes):
            return False
        gone = _LOST[twin]
        powers = [k for k, c in enumerate(plan.columns) if c.startswith(gone) and ".P" in c]
        assert powers and np.abs(np.array(plan.values)[:, powers]).max() < 1e-6, (twin, plan.notes)
        return True

    def lose(self, what: str, twin: str) -> Trial:
        """Take a plant away and give it back."""
        one, begun = self.emulators[twin], time.monotonic()

        def since() -> float:
            return time.monotonic() - begun

        if what == "killed":
            one.running.process.kill()
        else:
            lasts = "" if what == "freeze" else ",for=10000"
            one.ask(fault=f"{what}{lasts}")
        eventually(lambda: self.alarm(twin), f"an alarm after {what} of {twin}")
        alarm_s = since()
        others = [t for t in self.emulators if t != twin]
        assert all(self.mode(t) == "control" for t in others), "the others go on"
        eventually(lambda: self.mode(twin) == "simulate", "the model stands in")
        eventually(lambda: self.planned_without(twin), f"a plan without {twin}")
        replanned_s = since()
        if what == "killed":
            one.running.end()
            one.begin()
        else:
            one.ask(clear="all")
        begun = time.monotonic()
        eventually(lambda: self.controlled((twin,)), f"{twin} in control after {what}")
        assert not self.alarm(twin)
        trial = Trial(what, twin, alarm_s, replanned_s, since())
        eventually(lambda: not self.planned_without(twin), f"a plan with {twin}")
        self.trials.append(trial)
        return trial


@contextmanager
def rig(folder: Path, twins: tuple[str, ...] = ("hts", "iess"), **changed: Any) -> Iterator[Rig]:
    """A run in control of its plants."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {"hts": "opcua", "iess": "modbus"}
    words = ("--heartbeat", f"{HEARTBEAT_S:g} s")
    emulators = {twin: Emulator(REFERENCE, twin, kinds[twin], words) for twin in twins}
    try:
        site = real_time_site(folder, emulators, **changed)
        named = [word for one in emulators.values() for word in one.rehearse]
        with (
            serving(site, folder / "run", "--real", "--as", "tester", *named) as run,
            run.remote() as remote,
        ):
            found = Rig(run, remote, emulators)
            eventually(found.controlled, "plants in control")
            eventually(remote.plan, "a plan")
            yield found
    finally:
        for one in emulators.values():
            one.running.end()


def real_time_site(folder: Path, emulators: dict[str, Emulator], **changed: Any) -> Path:
    """The reference site with short steps, for the clock on the wall."""
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    declaration["clock"] |= {"step": "2 s", "control_step": f"{STEP_S:g} s"}
    declaration |= changed
    fidelity = {
        "window": "3 s",
        "points": {"*.T*": "300 K", "*.P*": "500 % or 20 MW", "*.m*": "500 % or 100 kg/s"},
    }
    for one in emulators.values():
        cop = {"hp.COP": "9000 %"} if one.twin == "hts" else {}
        points = {**fidelity["points"], **cop}  # type: ignore[dict-item]
        declaration["twins"][one.twin]["fidelity"] = {**fidelity, "points": points}
    return with_plants(declaration, folder, [*emulators.values()], live=LIVE, plant=_OFTEN)


def plants(count: int, folder: Path, say: Callable[[str], object]) -> list[Trial]:
    """Plants killed, cut and frozen in turns; memory and descriptors are looked at."""
    with rig(folder) as found:
        before = found.run.memory_mb(), found.run.handles()
        for k in range(count):
            what, twin = FAULTS[k % 3], ("hts", "iess")[k // 3 % 2]
            if (what, twin) == ("freeze", "iess"):
                what = "link"  # Modbus knows no times: a value that stands still is a value
            trial = found.lose(what, twin)
            say(f"{k} {trial} {found.run.memory_mb():.0f} MB {found.run.handles()}")
            if k == 2:
                before = found.run.memory_mb(), found.run.handles()
        after = found.run.memory_mb(), found.run.handles()
        say(f"memory {before[0]:.0f} to {after[0]:.0f} MB, descriptors {before[1]} to {after[1]}")
        for what in FAULTS:
            some = [t for t in found.trials if t.what == what]
            for name in ("alarm_s", "replanned_s", "back_s") if some else ():
                values = [getattr(t, name) for t in some]
                say(f"{what:8} {len(some):3} {name:12} {np.median(values):6.1f} {max(values):6.1f}")
        assert after[0] < before[0] + 40.0 and after[1] <= before[1] + 3, (before, after)
        return found.trials


def controllers(count: int, folder: Path, say: Callable[[str], object]) -> list[float]:
    """`rami serve` killed; seconds until the plant has left it for its safe state."""
    folder.mkdir(parents=True, exist_ok=True)
    one = Emulator(REFERENCE, "hts", "opcua", ("--heartbeat", f"{HEARTBEAT_S:g} s"))
    took: list[float] = []
    try:
        site = real_time_site(folder, {"hts": one})
        for k in range(count):
            again = ["--resume"] if k else []
            options = ["--real", "--as", "tester", *one.rehearse, *again]
            with serving(site, folder / "run", *options) as run:
                eventually(lambda: one.control() == "remote", "the plant obeys")
                eventually(lambda: list((folder / "run").glob("*.bin")), "a checkpoint")
                run.kill()
                begun = time.monotonic()
                eventually(lambda: one.control() == "safe", "the plant is safe")
                took.append(time.monotonic() - begun)
                say(f"{k} controller killed: safe after {took[-1]:.1f} s")
    finally:
        one.running.end()
    say(f"{count} controllers killed: safe after {min(took):.1f} to {max(took):.1f} s")
    return took


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


def kills(count: int, folder: Path, say: Callable[[str], object]) -> int:
    """A run in simulated time killed at random moments and resumed, against the same whole."""
    folder.mkdir(parents=True, exist_ok=True)
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    declaration["clock"]["duration"] = "14 d"
    file, out = folder / "site.yaml", folder / "run"
    file.write_text(yaml.safe_dump(declaration, sort_keys=False), encoding="utf-8")
    draw, killed, words = Random(count), 0, ["--simulated"]
    while killed < count:
        with serving(file, out, *words) as run:
            time.sleep(draw.uniform(0.0, 15.0))
            if run.process.poll() is not None:
                break
            run.kill()
            killed += 1
            kept = bool([*out.glob("checkpoint-*.bin")])
            say(f"{killed} killed {'and resumed' if kept else 'before it was kept'}")
            words = ["--simulated", "--resume"] if kept else ["--simulated"]
            if not kept:
                shutil.rmtree(out)
    else:
        with serving(file, out, *words, ready=False) as run:
            assert run.wait(3600.0) == 0, run.said()
    with serving(file, folder / "whole", "--simulated", ready=False) as whole:
        assert whole.wait(3600.0) == 0, whole.said()
    for name in ("figures.json", "timeseries.csv.gz", "events.jsonl"):
        assert (out / name).read_bytes() == (folder / "whole" / name).read_bytes(), name
    say(f"{killed} kills: figures, series and events are the same bytes")
    return killed


if __name__ == "__main__":
    kinds: dict[str, Callable[..., object]] = {
        "plants": plants,
        "controllers": controllers,
        "children": children,
        "kills": kills,
    }
    kinds[sys.argv[1]](
        int(sys.argv[2]),
        Path(sys.argv[3]),
        lambda line: (sys.stdout.write(f"{line}\n"), sys.stdout.flush()),
    )
