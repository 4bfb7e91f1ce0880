"""A plant behind Modbus TCP: read in cycles by a thread of its own, written one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.assets.modbus.commands import Commands
from adapters.assets.modbus.heartbeat import Heartbeat
from adapters.assets.modbus.image import Image
from adapters.assets.modbus.line import Line
from adapters.assets.modbus.poller import Poller
from adapters.assets.modbus.readings import readings
from adapters.assets.modbus.register_map import read_map
from adapters.assets.modbus.resolve import resolved
from adapters.assets.modbus.wire import Trouble, Wire
from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Vector
from rami.core.errors import UnreachableError
from rami.core.points import PointIndex
from rami.core.timegrid import NS

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration


class ModbusBackend:
    """Observable, Commandable, Linked, Beating, Refreshable.

    Times are those of the request that told a value.

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
        self._registers = read_map(declared, folder, [*points.values()]).whole()
        self._line = Line(Wire(declared.host, declared.port, declared.timeout), clock)
        self._poller: Poller | None = None
        self._heartbeat = Heartbeat.of(declared, self._line, clock)
        self._forget()

    def _forget(self) -> None:
        stale_ns = round(self._declared.stale_age * NS)
        self._image = Image(self.inputs, self.outputs, stale_ns, self._clock)
        mine = {r.point.name: r for r in self._registers if r.point.name in self.inputs}
        names = self.inputs.names
        self._commands = Commands(self._declared, names, mine, self._line, self._image)

    def open(self) -> None:
        """Connect and read every register once; UnreachableError, ConfigurationError."""
        self.close()
        declared, line = self._declared, self._line
        place = f"{self._twin}: Modbus {declared.host}:{declared.port}"
        try:
            line.wire.connect()
        except Trouble as error:
            raise UnreachableError(f"{place} cannot be reached: {error}") from error
        self._forget()
        plan = readings(self._registers, declared.longest, declared.bridge)
        image = self._image
        try:
            granted = resolved(
                line.wire,
                plan,
                place,
                declared.longest,
                lambda reading, answer: image.take_reading(reading, answer, self._clock()),
            )
            if self._heartbeat is not None:
                self._heartbeat.look(place)
        except BaseException:
            line.wire.close()
            raise
        line.opened()
        self._poller = Poller(declared, line, image, granted, self._clock, self._trouble)
        self._poller.start(f"modbus {self._twin}")
        if self._heartbeat is not None:
            self._heartbeat.start(f"heartbeat {self._twin}")

    def _trouble(self) -> str:
        return self._heartbeat.trouble if self._heartbeat is not None else ""

    def close(self) -> None:
        """Hang up; ends the threads."""
        if self._poller is not None:
            self._poller.ask_to_stop()
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if self._poller is not None:
            self._poller.stop()
            self._poller = None
        self._line.hang_up()

    def link(self) -> Link:
        """How the link is; `trouble` tells of single devices and of the heartbeat too."""
        return self._line.link

    def observe(self) -> Observation:
        """What the last readings told."""
        return self._image.outputs.observation(self._clock())

    def read_back(self) -> Observation:
        """The inputs' registers as last read."""
        return self._image.inputs.observation(self._clock())

    def refresh(self) -> None:
        """As in Refreshable."""
        link = self._line.link
        if self._poller is None or link.state is not LinkState.OPEN:
            raise UnreachableError(f"{self._twin}: {link.trouble or 'the link is not open'}")
        try:
            self._poller.read_all()
        except Trouble as error:
            raise UnreachableError(f"{self._twin}: {error}") from error

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Write, and read back where `verify` is set; answers in order of the inputs."""
        return self._commands.write(values, chosen)

    def beat(self) -> None:
        """As in Beating; does nothing where no heartbeat is declared."""
        if self._heartbeat is not None:
            self._heartbeat.heart.beat()
