"""Registers that were read, as values of a twin's inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import nan

from adapters.assets.modbus.readings import Reading
from adapters.assets.modbus.register import Register
from adapters.assets.modbus.told import Told
from rami.core.points import PointIndex


class Image:
    """What was last told of every point; times are those of `clock`, UTC ns."""

    def __init__(
        self, inputs: PointIndex, outputs: PointIndex, stale_ns: int, clock: Callable[[], int]
    ) -> None:
        self.inputs, self.outputs = Told(len(inputs), stale_ns), Told(len(outputs), stale_ns)
        self._both = ((inputs, self.inputs), (outputs, self.outputs))
        self._clock = clock

    def take_reading(self, reading: Reading, answer: Sequence[int], at_ns: int) -> None:
        """All members of a reading; `at_ns` is when it was asked for."""
        self._take(((r, reading.part(r, answer)) for r in reading.members), at_ns)

    def take_register(self, register: Register, content: Sequence[int]) -> None:
        """One register, read just now."""
        self._take([(register, content)], self._clock())

    def _take(self, contents: Iterable[tuple[Register, Sequence[int]]], at_ns: int) -> None:
        found: dict[str, float] = {}
        for register, content in contents:
            number, to = register.type.decoded(content), register.to_canonical
            without = number == register.invalid
            found[register.point.name] = nan if without else number * to.factor + to.offset
        for index, told in self._both:
            mine = {index[name]: value for name, value in found.items() if name in index}
            if mine:
                told.take([*mine], [*mine.values()], at_ns)

    def fail(self, reading: Reading) -> None:
        """The device refuses a reading."""
        for index, told in self._both:
            told.fail([index[m.point.name] for m in reading.members if m.point.name in index])
