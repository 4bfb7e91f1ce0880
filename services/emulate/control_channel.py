"""The control channel: JSON, a line each way, on this machine only; for those who test.

`{"advance": 10}`, `{"time": "2019-01-14T00:00Z"}` (sets the clock of a plant in lockstep, nothing
else), `{"status": true}`, `{"fault": "drift:hp.P_el,rate=5"}` (or as an object),
`{"clear": "NAME"}` (or `all`), `{"around": {"hp_border.T_take": 31.5}}` (null lets go),
`{"beat": true}` (the heartbeat, in lockstep), `{"truth": true}`, `{"stop": true}`; in one line
with `advance`, `around` acts before it and `beat` in each of its scans. The answer holds `ok`,
and `error` where that is false.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from rami.core.errors import ConfigurationError, Problem, RamiError
from rami.core.timegrid import instant, iso
from services.emulate.fault import parse_fault, read_fault
from services.emulate.front import HOST, port_errors
from services.emulate.input_image import Refused
from services.emulate.pacing import Pacing

_WORDS = ("advance", "time", "status", "fault", "clear", "around", "beat", "truth", "stop")
#: may stand beside `advance`
_BEFORE = ("around", "beat")


class ControlChannel:
    """Serves commands; `stop` is called when one asks for the end."""

    def __init__(self, pacing: Pacing, port: int, stop: Callable[[], None]) -> None:
        self._pacing, self._stop = pacing, stop
        self.port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen. Raises UnreachableError when the port is taken."""
        with port_errors("--control", self.port):
            self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End all connections."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.close()
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
                if answer.get("stopping"):
                    self._stop()
        except (ConnectionError, ValueError):
            # the peer went away, or sent a line beyond all measure
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = json.loads(line)
            if not isinstance(command, dict) or not _fits(command):
                raise ConfigurationError(f"wanted one of {', '.join(_WORDS)} as the only key")
            beats = len(command) > 1 and command.pop("beat", None) is not None
            if len(command) > 1 and "around" in command:
                # what passes time shows it
                self._surround(command.pop("around"))
            return {"ok": True, **await self._done(command, beats=beats)}
        except (json.JSONDecodeError, UnicodeDecodeError):
            return {"ok": False, "error": "is no line of JSON"}
        except ConfigurationError as error:
            return {"ok": False, "error": "; ".join(map(str, error.problems))}
        except RamiError as error:
            return {"ok": False, "error": str(error)}

    async def _done(self, command: Mapping[str, Any], *, beats: bool = False) -> dict[str, Any]:
        pacing, plc = self._pacing, self._pacing.plc
        ((word, what),) = command.items()
        match word:
            case "advance":
                if pacing.speed is not None:
                    raise ConfigurationError(
                        "advance: time passes by itself; start with --lockstep"
                    )
                if isinstance(what, bool) or not isinstance(what, int | float):
                    raise ConfigurationError(f"advance: wanted seconds, got {what!r}")
                await pacing.advance(float(what), beats=beats)
            case "time":
                try:
                    await pacing.set_time(instant(str(what)))
                except ValueError as error:
                    raise ConfigurationError(f"time: {error}") from None
            case "fault":
                if isinstance(what, str):
                    fault = parse_fault(what)
                elif isinstance(what, dict):
                    fault = read_fault(what)
                else:
                    raise ConfigurationError(f"fault: wanted a text or an object, got {what!r}")
                name = plc.faults.add(fault, plc.elapsed_s)
                plc.refresh_faults()
                await pacing.show()
                return {"name": name, **self._when()}
            case "clear":
                plc.faults.clear(str(what))
                plc.refresh_faults()
                await pacing.show()
            case "around":
                self._surround(what)
                await pacing.show()
            case "beat":
                plc.beat_on()
            case "truth":
                return {"values": plc.truth(), "energy": plc.plant.energy(), **self._when()}
            case "status":
                return self._status()
            case "stop":
                return {"stopping": True}
            case _:
                raise ConfigurationError(f"{word!r} is no command; wanted {', '.join(_WORDS)}")
        return self._when()

    def _surround(self, what: object) -> None:
        plc = self._pacing.plc
        if not isinstance(what, dict):
            raise ConfigurationError(f"around: wanted values by input, got {what!r}")
        problems = []
        for name, value in what.items():
            if name not in plc.inputs:
                problems.append(Problem("around", f"no input {name!r}"))
            elif isinstance(value, bool) or not isinstance(value, int | float | None):
                problems.append(Problem("around", f"{name}: wanted a number or null"))
            else:
                try:
                    plc.held.surround(plc.inputs[name], None if value is None else float(value))
                except Refused as refused:
                    problems.append(Problem("around", str(refused)))
        if problems:
            raise ConfigurationError(problems)

    def _when(self) -> dict[str, Any]:
        return {"elapsed": self._pacing.plc.elapsed_s, "time": iso(self._pacing.now_ns)}

    def _status(self) -> dict[str, Any]:
        plc = self._pacing.plc
        return {
            **self._when(),
            "time_ns": self._pacing.now_ns,
            "serves": self._pacing.addresses,
            "twin": plc.topology.name,
            "control": plc.control.name.lower(),
            "silent": plc.silent_s,
            "speed": self._pacing.speed,
            "late": self._pacing.late_s,
            "link": "down" if plc.link_down else "up",
            "faults": plc.faults.told(plc.elapsed_s),
        }


def _fits(command: Mapping[str, Any]) -> bool:
    """Whether it is one command, or a step of a plant in lockstep."""
    return len(command) == 1 or ("advance" in command and command.keys() <= {"advance", *_BEFORE})
