"""`rami serve` in a process of its own, with plants on emulators in processes of theirs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rami.communication.live_site import Reply, Request, Verb
from services.assemble.emulated import points
from services.control import RemoteSite
from services.control.asking import ask
from services.control.journal import EVENTS_FILE
from services.emulate.map_written import node_map, register_map
from tests.services.emulate.conftest import Running, started
from twins.site import load_site

PATIENCE_S = 240.0
#: fidelity that plants off by a tenth stay within
WIDE = {
    "window": "1 min",
    "points": {"*.T*": "300 K", "*.P*": "500 % or 20 MW", "*.m*": "500 % or 100 kg/s"},
}
_EVER = {"hts": {"hp.COP": "9000 %"}, "iess": {}}


def eventually(true: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """What `true` gives once it is something."""
    end = time.monotonic() + patience_s
    while not (found := true()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)
    return found


@dataclass
class Emulator:
    """An emulated plant that can be killed and comes back on the same ports."""

    site: Path
    twin: str
    kind: str
    words: tuple[str, ...]
    running: Running = field(init=False)
    _ports: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start it, again on its ports."""
        front = self.port if self._ports else "0"
        words = ["--twin", self.twin, f"--{self.kind}", front, *self.words, *self._ports]
        self.running = started(self.site, *words)
        if not self._ports:
            self._ports = ("--control", str(self.running.told["control"]))

    @property
    def port(self) -> str:
        """Of its front."""
        told: str = self.running.told[self.kind]
        return told.removeprefix("opc.tcp://").partition("/")[0].rpartition(":")[2]

    @property
    def rehearse(self) -> tuple[str, str]:
        """Words of `rami serve` for it."""
        return "--rehearse", f"{self.twin}={self.running.told['control']}"

    def ask(self, **said: object) -> dict[str, Any]:
        """One command over its control channel."""
        return self.running.control.ask(said)

    def control(self) -> str:
        """Who drives it: local, remote or safe."""
        return str(self.ask(status=True)["control"])

    def kill(self) -> None:
        """At once."""
        self.running.process.kill()
        self.running.end()

    def declared(self, folder: Path) -> dict[str, Any]:
        """`backends.plant` that reaches it; writes its map."""
        inputs, outputs = points(load_site(self.site).topology.twins[self.twin])
        file = folder / f"{self.twin}.csv"
        again = {"first": "100 ms", "longest": "300 ms"}
        if self.kind == "opcua":
            text = node_map(self.twin, inputs, outputs)
            plant: dict[str, Any] = {
                "kind": "opcua", "endpoint": self.running.told["opcua"], "nodes": file.name,
                "updates": "polling", "clock_skew": "1 h", "timeout": "3 s", "keep_alive": "1 s",
            }  # fmt: skip
        else:
            text = register_map(inputs, outputs)
            plant = {
                "kind": "modbus", "host": "127.0.0.1", "port": int(self.port),
                "registers": file.name,
            }  # fmt: skip
        file.write_text(text)
        heartbeat = yaml.safe_load(text.splitlines()[-1].partition(": ")[2])
        heartbeat["heartbeat"]["period"] = "100 ms"
        return {**plant, "retries": again, **heartbeat}


def with_plants(
    declaration: Mapping[str, Any],
    folder: Path,
    emulators: Sequence[Emulator],
    mode: str = "control",
    live: Mapping[str, str] | None = None,
    fidelity: Mapping[str, Any] | None = None,
    plant: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """A site file whose twins have the emulated plants; `plant` changes how they are reached."""
    for one in emulators:
        twin = declaration["twins"][one.twin]
        changed = (plant or {}).get(one.twin, {})
        twin["backends"] = {"model": {"kind": "fmu"}, "plant": {**one.declared(folder), **changed}}
        twin["mode"] = mode
        wide = {**WIDE, "points": {**WIDE["points"], **_EVER[one.twin]}}  # type: ignore[dict-item]
        twin["fidelity"] = {**wide, **(fidelity or {})}
        if live:
            twin["live"] = dict(live)
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(dict(declaration), sort_keys=False), encoding="utf-8")
    return file


@dataclass
class Serving:
    """A run in a process."""

    process: subprocess.Popen[bytes]
    folder: Path

    def remote(self) -> RemoteSite:
        """The other end of its socket."""
        return RemoteSite(self.folder)

    def ask(self, verb: Verb, **arguments: Any) -> Reply:
        """As an operator named tester."""
        return ask(self.folder, Request(verb, "tester", arguments), 60.0)

    def events(self, kind: str = "", source: str = "") -> list[dict[str, Any]]:
        """Of the journal; a line that is being written is left out."""
        file = self.folder / EVENTS_FILE
        text = file.read_text() if file.exists() else ""
        found = [json.loads(line) for line in text.splitlines(keepends=True) if line[-1] == "\n"]
        return [e for e in found if kind in ("", e["kind"]) and source in ("", e["source"])]

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        """Its exit code."""
        return self.process.wait(patience_s)

    def kill(self) -> None:
        """At once, and wait."""
        self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """What it wrote to stderr."""
        return (self.folder.parent / f"{self.folder.name}.err").read_text()

    def children(self) -> list[int]:
        """Processes that it started and that live; not the one that only counts."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                counts = b"resource_tracker" in (folder / "cmdline").read_bytes()
                if int(fields[1]) == self.process.pid and fields[0] != "Z" and not counts:
                    found.append(int(folder.name))
        return sorted(found)

    def memory_mb(self) -> float:
        """Resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def handles(self) -> int:
        """Open descriptors."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())


@contextmanager
def serving(site: Path, folder: Path, *words: str, ready: bool = True) -> Iterator[Serving]:
    """`rami serve`, ready to be asked; ended when the context ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.err").open("ab") as err:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "services.cli",
                "serve",
                str(site),
                "--out",
                str(folder),
                *words,
            ],
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
    run = Serving(process, folder)

    def answers() -> bool:
        assert process.poll() is None, run.said()
        try:
            run.remote().close()
        except Exception as error:  # noqa: BLE001 - not there yet
            return bool(str(error)) and False
        return True

    try:
        if ready:
            eventually(answers, "the run answers")
        yield run
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()
