"""Reads everything in cycles, in a thread of its own; connects anew after a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from adapters.assets.modbus.image import Image
from adapters.assets.modbus.line import Line
from adapters.assets.modbus.readings import Reading
from adapters.assets.modbus.wire import Lost, Refused, Silent, Trouble

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration


class Poller:
    """A device that stays silent is asked again with growing waits, the others are read on.

    `trouble` tells of what else is wrong on the line.
    """

    def __init__(
        self,
        declared: ModbusConfiguration,
        line: Line,
        image: Image,
        readings: Sequence[Reading],
        clock: Callable[[], int],
        trouble: Callable[[], str],
    ) -> None:
        self._declared, self._line, self._image = declared, line, image
        self._readings, self._clock, self._trouble = readings, clock, trouble
        self._quiet: dict[int, tuple[int, float]] = {}
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, name: str) -> None:
        """Begin to read."""
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def read_all(self) -> None:
        """Read everything now, in the caller's thread. Raises Trouble."""
        for reading in self._readings:
            self._read(reading)

    def ask_to_stop(self) -> None:
        """No further reading; does not wait."""
        self._stop.set()

    def stop(self) -> None:
        """End the thread, whatever it waits for."""
        self._stop.set()
        self._line.stop_waiting()
        if self._thread is not None:
            self._line.wire.interrupt()
            self._thread.join()

    def _run(self) -> None:
        retries, stop = self._declared.retries, self._stop
        wait = retries.first
        while not stop.is_set():
            begun = monotonic()
            try:
                with self._line.turn() as wire:
                    if not wire.connected:
                        self._quiet.clear()
                        wire.connect()
                self._cycle()
            except Trouble as error:
                if stop.is_set():
                    return
                self._line.lost(str(error))
                stop.wait(wait)
                wait = min(2 * wait, retries.longest)
                continue
            wait = retries.first
            stop.wait(max(self._declared.period - (monotonic() - begun), 0.0))

    def _cycle(self) -> None:
        """Read everything once; Lost when nobody answers."""
        answered, trouble = not self._readings, ""
        for reading in self._readings:
            misses, until = self._quiet.get(reading.device, (0, 0.0))
            if monotonic() < until:
                continue
            self._line.let_pass(self._declared.timeout)
            if self._stop.is_set():
                return
            try:
                self._read(reading)
                self._quiet.pop(reading.device, None)
                answered = True
            except Refused as error:
                answered, trouble = True, f"device {reading.device}: {error}"
                self._image.fail(reading)
            except Silent as error:
                trouble = f"device {reading.device}: {error}"
                wait = min(2.0**misses * self._declared.retries.first, 1e9)
                wait = min(wait, self._declared.retries.longest)
                self._quiet[reading.device] = (misses + 1, monotonic() + wait)
                with self._line.turn() as wire:
                    wire.connect()
        if not answered:
            with self._line.turn() as wire:
                wire.close()
            raise Lost(trouble or "no device answers")
        self._line.found(trouble or self._trouble())

    def _read(self, reading: Reading) -> None:
        with self._line.turn() as wire:
            at_ns = self._clock()
            answer = wire.read(reading.device, reading.table, reading.address, reading.count)
            self._image.take_reading(reading, answer, at_ns)
