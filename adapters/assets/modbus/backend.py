"""A plant behind Modbus TCP: read in cycles by a thread of its own, written one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import nan
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from adapters.assets.modbus.readings import Reading, readings
from adapters.assets.modbus.register_map import Register, read_map
from adapters.assets.modbus.resolve import resolved
from adapters.assets.modbus.told import Told
from adapters.assets.modbus.wire import Lost, Refused, Silent, Trouble, Wire
from adapters.assets.modbus.writing import Wanted, Writing, groups
from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.errors import UnreachableError
from rami.core.points import PointIndex
from rami.core.timegrid import NS

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration


class ModbusBackend:
    """Observable, Commandable, Linked. Times are those of the request that told a value.

    A device that stays silent is asked again with growing waits, while others behind the same
    gateway are read on; the link is lost when nobody answers.
    """

    def __init__(
        self,
        declared: ModbusConfiguration,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int],
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self._declared, self._twin, self._clock = declared, twin, clock
        points = {p.name: p for p in (*inputs.points, *outputs.points)}
        self._registers = read_map(declared, folder, [*points.values()])
        self._of_input = {r.point.name: r for r in self._registers if r.point.name in inputs}
        self._wire = Wire(declared.host, declared.port, declared.timeout)
        self._lock = Lock()  # of the wire: one request at a time
        self._urgent, self._calm = 0, Event()  # commands that wait; none do
        self._counting = Lock()
        self._calm.set()
        self._stop = Event()
        self._thread: Thread | None = None
        self._link = Link(LinkState.CLOSED, clock())
        self._readings: list[Reading] = []
        self._quiet: dict[int, tuple[int, float]] = {}
        self._forget()

    def _forget(self) -> None:
        stale_ns = round(self._declared.stale_age * NS)
        self._in = Told(len(self.inputs), stale_ns)
        self._out = Told(len(self.outputs), stale_ns)

    def open(self) -> None:
        """Connect and read every register once; UnreachableError, ConfigurationError."""
        self.close()
        declared = self._declared
        place = f"{self._twin}: Modbus {declared.host}:{declared.port}"
        try:
            self._wire.connect()
        except Trouble as error:
            raise UnreachableError(f"{place} cannot be reached: {error}") from error
        self._forget()
        self._quiet.clear()
        plan = readings(self._registers, declared.longest, declared.bridge)
        try:
            self._readings = resolved(self._wire, plan, place, declared.longest, self._take_now)
        except BaseException:
            self._wire.close()
            raise
        self._stop = Event()
        self._link = Link(LinkState.OPEN, self._clock())
        self._thread = Thread(target=self._run, args=(self._stop,), name=f"modbus {self._twin}")
        self._thread.daemon = True
        self._thread.start()

    def close(self) -> None:
        """Hang up; ends the thread."""
        self._stop.set()
        self._calm.set()
        if self._thread is not None:
            self._wire.interrupt()
            self._thread.join()
            self._thread = None
        with self._lock:
            self._wire.close()
        if self._link.state is not LinkState.CLOSED:
            self._link = Link(LinkState.CLOSED, self._clock(), losses=self._link.losses)

    def link(self) -> Link:
        """How the link is; `trouble` tells of single devices too."""
        return self._link

    def observe(self) -> Observation:
        """What the last readings told."""
        return self._out.observation(self._clock())

    def read_back(self) -> Observation:
        """The inputs' registers as last read."""
        return self._in.observation(self._clock())

    def refresh(self) -> None:
        """As in Refreshable."""
        if self._link.state is not LinkState.OPEN:
            raise UnreachableError(f"{self._twin}: {self._link.trouble or 'the link is not open'}")
        try:
            with self._lock:
                for reading in self._readings:
                    self._read(reading)
        except Trouble as error:
            raise UnreachableError(f"{self._twin}: {error}") from error

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Write, and read back where `verify` is set; answers in order of the inputs."""
        answers: dict[int, Answer] = {}
        wanted = []
        for place in map(int, np.flatnonzero(chosen)):
            checked = self._checked(place, float(values[place]))
            if isinstance(checked, Answer):
                answers[place] = checked
            else:
                wanted.append(checked)
        if wanted:
            answers |= {a.place: a for a in self._written(wanted)}
        return tuple(answers[place] for place in sorted(answers))

    def _checked(self, place: int, value: float) -> Wanted | Answer:
        name = self.inputs.names[place]
        if not np.isfinite(value):
            return _refused(place, f"{name}: wanted a finite number, got {value}")
        register = self._of_input.get(name)
        if register is None:
            return _refused(place, f"{name}: has no register in the map")
        if self._declared.writes == "none" or not register.writable:
            return _refused(place, f"{name} ({register.place}): is not to be written")
        to = register.to_canonical
        try:
            return Wanted(place, register, register.type.encoded((value - to.offset) / to.factor))
        except ValueError as error:
            return _refused(place, f"{name} ({register.place}): {error}")

    def _written(self, wanted: Sequence[Wanted]) -> list[Answer]:
        if self._link.state is not LinkState.OPEN:
            why = self._link.trouble or "the link is not open"
            return [Answer(w.place, Taken.LOST, why) for w in wanted]
        deadline = monotonic() + self._declared.timeout
        self._hurry(+1)
        try:
            if not self._lock.acquire(timeout=self._declared.timeout):
                return [Answer(w.place, Taken.LOST, "the link is busy") for w in wanted]
            try:
                return self._write_all(wanted, deadline)
            finally:
                self._lock.release()
        finally:
            self._hurry(-1)

    def _hurry(self, change: int) -> None:
        """Readings let commands go first."""
        with self._counting:
            self._urgent += change
            if self._urgent:
                self._calm.clear()
            else:
                self._calm.set()

    def _write_all(self, wanted: Sequence[Wanted], deadline: float) -> list[Answer]:
        def left() -> float:
            rest = deadline - monotonic()
            if rest <= 0:
                raise Silent("not done in time")
            return rest

        def seen(register: Register, content: Sequence[int]) -> None:
            self._take([(register, content)], self._clock())

        writing = Writing(
            self._wire,
            single=self._declared.writes == "single",
            verify=self._declared.verify,
            left=left,
            seen=seen,
        )
        answers: list[Answer] = []
        why = ""
        for group in groups(wanted):
            if not why:
                try:
                    answers += writing.write(group)
                    continue
                except Lost as error:
                    why = str(error)
                    self._lost(why)
                except Silent as error:
                    why = f"{error}; it may have been taken"
                    self._reconnect()
            answers += [Answer(w.place, Taken.LOST, why) for w in group]
        return answers

    def _run(self, stop: Event) -> None:
        wait = self._declared.retries.first
        while not stop.is_set():
            begun = monotonic()
            try:
                with self._lock:
                    if not self._wire.connected:
                        self._quiet.clear()
                        self._wire.connect()
                self._cycle(stop)
            except Trouble as error:
                if stop.is_set():
                    return
                self._lost(str(error))
                stop.wait(wait)
                wait = min(2 * wait, self._declared.retries.longest)
                continue
            wait = self._declared.retries.first
            stop.wait(max(self._declared.period - (monotonic() - begun), 0.0))

    def _cycle(self, stop: Event) -> None:
        """Read everything once; Lost when nobody answers."""
        answered, trouble = not self._readings, ""
        for reading in self._readings:
            misses, until = self._quiet.get(reading.device, (0, 0.0))
            if monotonic() < until:
                continue
            self._calm.wait(self._declared.timeout)
            if stop.is_set():
                return
            try:
                with self._lock:
                    self._read(reading)
                self._quiet.pop(reading.device, None)
                answered = True
            except Refused as error:
                answered, trouble = True, f"device {reading.device}: {error}"
                self._fail(reading)
            except Silent as error:
                trouble = f"device {reading.device}: {error}"
                wait = min(2.0**misses * self._declared.retries.first, 1e9)
                wait = min(wait, self._declared.retries.longest)
                self._quiet[reading.device] = (misses + 1, monotonic() + wait)
                with self._lock:
                    self._wire.connect()
        if not answered:
            with self._lock:
                self._wire.close()
            raise Lost(trouble or "no device answers")
        self._found(trouble)

    def _read(self, reading: Reading) -> None:
        at_ns = self._clock()
        answer = self._wire.read(reading.device, reading.table, reading.address, reading.count)
        self._take(((r, reading.part(r, answer)) for r in reading.members), at_ns)

    def _take_now(self, reading: Reading, answer: Sequence[int]) -> None:
        self._take(((r, reading.part(r, answer)) for r in reading.members), self._clock())

    def _take(self, contents: Iterable[tuple[Register, Sequence[int]]], at_ns: int) -> None:
        found: dict[str, float] = {}
        for register, content in contents:
            number, to = register.type.decoded(content), register.to_canonical
            without = number == register.invalid
            found[register.point.name] = nan if without else number * to.factor + to.offset
        for index, told in ((self.inputs, self._in), (self.outputs, self._out)):
            mine = {index[name]: value for name, value in found.items() if name in index}
            if mine:
                told.take([*mine], [*mine.values()], at_ns)

    def _fail(self, reading: Reading) -> None:
        for index, told in ((self.inputs, self._in), (self.outputs, self._out)):
            told.fail([index[m.point.name] for m in reading.members if m.point.name in index])

    def _found(self, trouble: str) -> None:
        """Somebody answers."""
        link = self._link
        if link.state is LinkState.LOST:
            self._link = Link(LinkState.OPEN, self._clock(), trouble, link.losses)
        elif trouble != link.trouble:
            self._link = Link(link.state, link.since_ns, trouble, link.losses)

    def _lost(self, trouble: str) -> None:
        link = self._link
        if link.state is LinkState.OPEN:
            self._link = Link(LinkState.LOST, self._clock(), trouble, link.losses + 1)

    def _reconnect(self) -> None:
        try:
            self._wire.connect()
        except Trouble as error:
            self._lost(str(error))


def _refused(place: int, why: str) -> Answer:
    return Answer(place, Taken.REFUSED, why)
