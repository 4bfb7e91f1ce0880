"""Set-points in canonical units as registers, written before the next reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from adapters.assets.modbus.image import Image
from adapters.assets.modbus.line import Line
from adapters.assets.modbus.register import Register
from adapters.assets.modbus.wire import Lost, Silent, Wire
from adapters.assets.modbus.writing import Wanted, Writing, groups
from rami.asset.live import Answer, LinkState, Mask, Taken, Vector

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration


class Commands:
    """Writes to the registers of some inputs."""

    def __init__(
        self,
        declared: ModbusConfiguration,
        names: Sequence[str],
        registers: Mapping[str, Register],
        line: Line,
        image: Image,
    ) -> None:
        self._declared, self._names, self._registers = declared, names, registers
        self._line, self._image = line, image

    def write(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """As `Commandable.command`."""
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
        name = self._names[place]
        if not np.isfinite(value):
            return _refused(place, f"{name}: wanted a finite number, got {value}")
        register = self._registers.get(name)
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
        link = self._line.link
        if link.state is not LinkState.OPEN:
            return _lost(wanted, link.trouble or "the link is not open")
        deadline = monotonic() + self._declared.timeout
        with self._line.hurried(self._declared.timeout) as wire:
            if wire is None:
                return _lost(wanted, "the link is busy")
            return self._write_all(wire, wanted, deadline)

    def _write_all(self, wire: Wire, wanted: Sequence[Wanted], deadline: float) -> list[Answer]:
        def left() -> float:
            rest = deadline - monotonic()
            if rest <= 0:
                raise Silent("not done in time")
            return rest

        writing = Writing(
            wire,
            single=self._declared.writes == "single",
            verify=self._declared.verify,
            left=left,
            seen=self._image.take_register,
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
                    self._line.lost(why)
                except Silent as error:
                    why = f"{error}; it may have been taken"
                    self._line.reconnect()
            answers += _lost(group, why)
        return answers


def _refused(place: int, why: str) -> Answer:
    return Answer(place, Taken.REFUSED, why)


def _lost(wanted: Sequence[Wanted], why: str) -> list[Answer]:
    return [Answer(w.place, Taken.LOST, why) for w in wanted]
