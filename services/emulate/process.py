"""The emulator's process: one plant, its servers, its clock, until it is told to end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.timegrid import instant
from services.assemble.emulated import points
from services.emulate.boundary import Boundary
from services.emulate.control_channel import ControlChannel
from services.emulate.fault import Fault
from services.emulate.front import Front
from services.emulate.pacing import Pacing
from services.emulate.plc import Plc
from services.emulate.settings import Settings

if TYPE_CHECKING:
    from twins.site.site import Site


@dataclass(frozen=True)
class Emulation:
    """What is to run: ports (None: not served; 0: any that is free), pace, faults from the start.

    `speed` is None in lockstep. `wall_time`: time stamps are those of the wall clock at the
    start, else of the site's clock.
    """

    twin: str
    settings: Settings
    opcua: int | None = None
    modbus: int | None = None
    control: int | None = None
    speed: float | None = 1.0
    wall_time: bool = True
    faults: Sequence[Fault] = field(default_factory=tuple)
    truth_file: Path | None = None
    until_eof: bool = False


def run_emulation(
    site: Site,
    emulation: Emulation,
    wall_ns: Callable[[], int],
    ready: Callable[[dict[str, Any]], None],
) -> None:
    """Run until stopped; `ready` is told the addresses once all are open. `wall_ns` is the clock
    on the wall, UTC.

    Raises RamiError, and KeyboardInterrupt after Ctrl-C when all is closed.
    """
    twin, settings = emulation.twin, emulation.settings
    topology = site.topology.twins[twin]
    plc = Plc(topology, settings, boundary(site, twin, settings))
    for fault in emulation.faults:
        plc.faults.add(fault, 0.0)
    plc.refresh_faults()
    if emulation.truth_file is not None:
        write_truth(plc, emulation.truth_file)
    start_ns = instant(site.clock.start)
    asyncio.run(_serve(plc, emulation, wall_ns if emulation.wall_time else lambda: start_ns, ready))


def boundary(site: Site, twin: str, settings: Settings) -> Boundary:
    """What surrounds a twin's plant, from the site's data; raises as its source does."""
    inputs, _ = points(site.topology.twins[twin])
    return Boundary(site, twin, inputs, settings.seed)


def write_truth(plc: Plc, path: Path) -> None:
    """What was drawn from the seed, as JSON; RunError when it cannot be written."""
    content = {
        "twin": plc.topology.name,
        "seed": plc.settings.seed,
        "parameters": {
            name: {"declared": declared, "actual": actual}
            for name, (declared, actual) in plc.plant.parameters.items()
        },
        "actuators": plc.actuators.plain(),
        "sensors": plc.sensors.plain(),
    }
    try:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def _fronts(plc: Plc, emulation: Emulation, start_ns: int) -> list[Front]:
    found: list[Front] = []
    if emulation.opcua is not None:
        from services.emulate.opcua_front import OpcuaFront

        found.append(OpcuaFront(plc, emulation.opcua, start_ns))
    if emulation.modbus is not None:
        from services.emulate.modbus_front import ModbusFront

        found.append(ModbusFront(plc, emulation.modbus))
    return found


async def _serve(
    plc: Plc,
    emulation: Emulation,
    now: Callable[[], int],
    ready: Callable[[dict[str, Any]], None],
) -> None:
    loop = asyncio.get_running_loop()
    end: asyncio.Future[str] = loop.create_future()

    def stop(why: str) -> None:
        if not end.done():
            end.set_result(why)

    loop.add_signal_handler(signal.SIGINT, stop, "interrupted")
    loop.add_signal_handler(signal.SIGTERM, stop, "terminated")
    fronts = _fronts(plc, emulation, now())
    pacing = Pacing(plc, fronts, now(), emulation.speed)
    opened: list[Front | ControlChannel] = []
    tasks: list[asyncio.Task[None]] = []
    told: dict[str, Any] = {"twin": plc.topology.name}
    try:
        for front in fronts:
            opened.append(front)
            await front.open()
        if emulation.control is not None:
            channel = ControlChannel(pacing, emulation.control, lambda: stop("stopped"))
            opened.append(channel)
            await channel.open()
            told["control"] = channel.port
        if emulation.opcua is not None:
            told["opcua"] = fronts[0].address
        if emulation.modbus is not None:
            told["modbus"] = fronts[-1].address
        # what is slow to open does not make the plant's clock slow
        pacing.begin(now())
        await pacing.show()
        if emulation.until_eof:
            _watch_stdin(loop, lambda: stop("stdin closed"))
        tasks.append(asyncio.create_task(pacing.run()))
        tasks[0].add_done_callback(lambda task: stop("ended"))
        ready(told)
        why = await end
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        for one in reversed(opened):
            await one.close()
    if why == "interrupted":
        raise KeyboardInterrupt


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    try:
        loop.add_reader(sys.stdin.fileno(), _at_eof, stop)
    except OSError:
        what = "stdin is a file; wanted a pipe or a terminal"
        raise ConfigurationError([Problem("--until-eof", what)]) from None


def _at_eof(stop: Callable[[], None]) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        stop()
