"""`rami emulate`: a soft PLC with the plant of a twin behind it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core import units
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean
from services.cli.output import note, print_json, say
from services.cli.site import opened, placed, warn

if TYPE_CHECKING:
    from services.emulate.fault import Fault
    from services.emulate.settings import Settings
    from twins.site import Site

_SCAN_MOST_S = 60.0
_SPEED_MOST = 3600.0


@dataclass(frozen=True)
class Options:
    """As on the command line."""

    twin: str
    opcua: int | None
    modbus: int | None
    control: int | None
    seed: int
    deviation: str
    scan: str
    heartbeat: str
    speed: float | None
    lockstep: bool
    faults: tuple[str, ...]
    map_file: Path | None
    truth_file: Path | None
    files_only: bool
    until_eof: bool


def emulate(file: Path, options: Options, json: bool) -> None:
    """Run until stopped, or only write the files asked for. Raises RamiError."""
    site = opened(file)
    settings, faults = _checked(site, options)
    warn(site)
    if options.map_file is not None:
        _write_map(site, options, options.map_file)
    if options.files_only:
        if options.truth_file is not None:
            _write_truth(site, options, settings)
        return
    from services.emulate.process import Emulation, run_emulation

    speed = None if options.lockstep else options.speed or 1.0
    emulation = Emulation(
        options.twin,
        settings,
        options.opcua,
        options.modbus,
        options.control,
        speed,
        wall_time=speed == 1.0,
        faults=faults,
        truth_file=options.truth_file,
        until_eof=options.until_eof,
    )

    def ready(told: dict[str, Any]) -> None:
        if json:
            print_json(told)
        else:
            for word, where in told.items():
                say(f"{word}: {where}")
        sys.stdout.flush()

    with placed(site):
        run_emulation(site, emulation, time.time_ns, ready)


def _checked(site: Site, options: Options) -> tuple[Settings, tuple[Fault, ...]]:
    """Settings and faults; ConfigurationError with every option that is wrong."""
    from services.emulate.fault import parse_fault
    from services.emulate.settings import Settings

    problems: list[Problem] = []

    def read(option: str, text: str, quantity: str, low: float, high: float) -> float:
        try:
            value = units.parse(text, quantity)
        except ValueError as error:
            problems.append(Problem(option, str(error)))
            return low
        if not low <= value <= high:
            unit = units.unit_of(quantity)
            what = f"wanted {low:g} to {high:g} {unit}, got {text}"
            problems.append(Problem(option, what))
        return value

    if options.twin not in site.topology.twins:
        hint = did_you_mean(options.twin, site.topology.twins)
        problems.append(Problem("--twin", f"no twin {options.twin!r}", hint))
    deviation = read("--deviation", options.deviation, "share", 0.0, 0.3)
    scan = read("--scan", options.scan, "time", 0.1, _SCAN_MOST_S)
    heartbeat: float | None = None
    if options.heartbeat != "off":
        heartbeat = read("--heartbeat", options.heartbeat, "time", 0.1, 86400.0)
        if heartbeat < scan:
            what = f"{options.heartbeat} is shorter than the scan"
            problems.append(Problem("--heartbeat", what))
    problems += _pace_problems(options)
    faults = []
    for text in options.faults:
        try:
            faults.append(parse_fault(text))
        except ConfigurationError as error:
            problems += [Problem("--fault", str(p)) for p in error.problems]
    if problems:
        raise ConfigurationError(problems)
    return Settings(options.seed, deviation, scan, heartbeat), tuple(faults)


def _pace_problems(options: Options) -> list[Problem]:
    problems = []
    speed = options.speed
    if speed is not None and not (isfinite(speed) and 0 < speed <= _SPEED_MOST):
        what = f"wanted more than 0 and at most {_SPEED_MOST:g}, got {speed:g}"
        problems.append(Problem("--speed", what))
    if options.lockstep and speed is not None:
        problems.append(Problem("--lockstep", "time is told, so --speed has no meaning"))
    if options.lockstep and options.control is None:
        problems.append(Problem("--lockstep", "nobody could tell the time", "add --control PORT"))
    files = options.map_file is not None or options.truth_file is not None
    if options.files_only and not files:
        problems.append(Problem("--files-only", "no file is asked for", "add --write-map FILE"))
    ports = (options.opcua, options.modbus, options.control)
    if not options.files_only and all(port is None for port in ports):
        problems.append(Problem("--opcua, --modbus", "neither is given; nothing would be served"))
    if options.opcua is not None and options.modbus is not None and options.map_file is not None:
        what = "one file holds one map; write it with --opcua or --modbus alone"
        problems.append(Problem("--write-map", what))
    return problems


def _write_map(site: Site, options: Options, path: Path) -> None:
    from services.assemble.emulated import points
    from services.emulate.map_written import (
        node_heartbeat,
        node_map,
        register_heartbeat,
        register_map,
        write_map,
    )

    topology = site.topology.twins[options.twin]
    inputs, outputs = points(topology)
    if options.modbus is not None:
        text, heartbeat = register_map(inputs, outputs), register_heartbeat()
    else:
        text = node_map(topology.name, inputs, outputs)
        heartbeat = node_heartbeat(topology.name)
    write_map(path, text)
    note(f"map: {path}")
    note(f"twins.{topology.name}.backends.plant may have: {heartbeat}")


def _write_truth(site: Site, options: Options, settings: Settings) -> None:
    from services.emulate.plc import Plc
    from services.emulate.process import write_truth

    assert options.truth_file is not None
    with placed(site):
        write_truth(Plc(site.topology.twins[options.twin], settings), options.truth_file)
