"""Emulators in processes of their own, and soft PLCs in this one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.emulate.boundary import Boundary
from services.emulate.control_client import ControlClient
from services.emulate.plc import Plc
from services.emulate.settings import Settings
from twins.site import load_site
from twins.site.site import Site

PATIENCE_S = 60.0
_READY = ("--control", "0", "--json", "--until-eof")


@dataclass
class Running:
    """An emulator that runs: its process, what it told at its start, its control channel."""

    process: subprocess.Popen[bytes]
    told: dict[str, Any]
    control: ControlClient

    def end(self) -> int:
        """Stop it; its exit code."""
        self.control.close()
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe is not None
                pipe.close()


def started(site: Path, *words: str) -> Running:
    """An emulator with a control channel, ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "emulate", str(site), *_READY, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.rstrip() == b"}":
            break
    else:
        assert process.stderr is not None
        raise AssertionError(process.stderr.read().decode())
    told = json.loads(b"".join(lines))
    return Running(process, told, ControlClient(told["control"], PATIENCE_S))


Start = Callable[..., Running]


@pytest.fixture
def start(reference_site_file: Path) -> Iterator[Start]:
    """`start("--twin", "dhs", ...)`; all are ended after the test."""
    running: list[Running] = []

    def begin(*words: str) -> Running:
        running.append(started(reference_site_file, *words))
        return running[-1]

    yield begin
    for one in running:
        one.end()


@pytest.fixture(scope="session")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


Make = Callable[..., Plc]


@pytest.fixture(scope="session")
def make(site: Site) -> Make:
    """`make("dhs", seed=1)`: a soft PLC in this process, with its surroundings."""

    def made(twin: str = "dhs", alone: bool = False, **settings: Any) -> Plc:
        chosen = Settings(**settings)
        plc = Plc(site.topology.twins[twin], chosen)
        if alone:
            return plc
        boundary = Boundary(site, twin, plc.inputs, chosen.seed)
        return Plc(site.topology.twins[twin], chosen, boundary)

    return made
