"""The plant's heartbeat register, written by a thread of its own while the loop lives."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from adapters.assets.modbus.line import Line
from adapters.assets.modbus.register import Register
from adapters.assets.modbus.register_map import heartbeat_register
from adapters.assets.modbus.wire import Lost, Refused, Silent, Trouble
from rami.core.errors import ConfigurationError, Problem, UnreachableError
from rami.integration.heartbeat import Heart

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration


class Heartbeat:
    """Writes each period, before the next reading; `trouble` says why the last one failed."""

    def __init__(
        self,
        declared: ModbusConfiguration,
        register: Register,
        line: Line,
        clock: Callable[[], int],
    ) -> None:
        assert declared.heartbeat is not None
        self._register, self._line = register, line
        self._single, self._timeout = declared.writes == "single", declared.timeout
        self._period = declared.heartbeat.period
        self._highest = 1.0 if register.table == "coil" else float(register.type.limits[1])
        self._wake, self._ends = Event(), False
        self._thread: Thread | None = None
        self.heart = Heart(declared.heartbeat, clock, self._wake.set)
        self.trouble = ""

    @classmethod
    def of(
        cls, declared: ModbusConfiguration, line: Line, clock: Callable[[], int]
    ) -> Heartbeat | None:
        """As declared."""
        register = heartbeat_register(declared)
        return None if register is None else cls(declared, register, line, clock)

    def look(self, place: str) -> None:
        """Whether it is there; ConfigurationError, UnreachableError."""
        at = self._register
        try:
            with self._line.turn() as wire:
                wire.read(at.device, at.table, at.address, at.type.count)
        except Refused as error:
            what = f"{at.place} cannot be read: {error}"
            raise ConfigurationError([Problem(at.where, what)]) from None
        except Trouble as error:
            raise UnreachableError(f"{place}: heartbeat, {at.place}: {error}") from error

    def start(self, name: str) -> None:
        """Begin; nothing is written before the loop beats."""
        self._ends = False
        self._wake.clear()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it writes now is cut off."""
        self._ends = True
        self._wake.set()
        if self._thread is not None:
            self._line.wire.interrupt()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            self._wake.wait(self._period)
            self._wake.clear()
            if self._ends:
                return
            if self.heart.alive:
                self._write()

    def _write(self) -> None:
        at = self._register
        with self._line.hurried(self._timeout) as wire:
            if wire is None or not wire.connected:
                return  # whoever has the wire, or makes it anew, tells of its trouble
            content = at.type.encoded(float(self.heart.number(self._highest)))
            try:
                wire.write(at.device, at.table, at.address, content, single=self._single)
                self.trouble = ""
            except Refused as error:
                self.trouble = f"heartbeat, {at.place}: {error}"
            except Silent as error:
                self.trouble = f"heartbeat, {at.place}: {error}"
                self._line.reconnect()
            except Lost as error:
                self._line.lost(str(error))
