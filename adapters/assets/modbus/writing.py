"""Set-points as registers: which are written together, and whether the device took them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.assets.modbus.register import Register
from adapters.assets.modbus.wire import Refused, Wire
from rami.asset.live import Answer, Taken

#: most registers that one request may write (Modbus Application Protocol V1.1b3, 6.12)
_MOST = 123


@dataclass(frozen=True)
class Wanted:
    """One input to be written: its place, its register, and what that shall hold."""

    place: int
    register: Register
    content: tuple[int, ...]

    @property
    def bits(self) -> int:
        """Which bits of the register are meant."""
        kind = self.register.type
        return 0xFFFF if kind.bit is None else kind.encoded(1.0)[0]

    def holds(self, registers: Sequence[int]) -> bool:
        """Whether registers hold what was wanted."""
        return all((a ^ b) & self.bits == 0 for a, b in zip(registers, self.content, strict=True))


def groups(wanted: Sequence[Wanted]) -> list[list[Wanted]]:
    """What stands side by side goes in one request, and nothing else with it."""
    found: list[list[Wanted]] = []
    ordered = sorted(
        wanted, key=lambda w: (w.register.device, w.register.table, w.register.address)
    )
    for one in ordered:
        at = one.register
        if found:
            first, last = found[-1][0].register, found[-1][-1].register
            beside = (last.device, last.table, last.end) == (at.device, at.table, at.address)
            bits = {first.type.bit is not None, at.type.bit is not None}
            if bits == {True} and _place(last) == _place(at):
                found[-1].append(one)
                continue
            if beside and bits == {False} and at.end - first.address <= _MOST:
                found[-1].append(one)
                continue
        found.append([one])
    return found


def _place(register: Register) -> tuple[int, str, int]:
    return register.device, register.table, register.address


class Writing:
    """Writes one group after the other; `left` gives the seconds that remain.

    `seen` is told what every register read back holds.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        single: bool,
        verify: bool,
        left: Callable[[], float],
        seen: Callable[[Register, Sequence[int]], None],
    ) -> None:
        self._wire, self._single, self._verify = wire, single, verify
        self._left, self._seen = left, seen

    def write(self, group: Sequence[Wanted]) -> list[Answer]:
        """An answer for each; raises Lost and Silent."""
        try:
            self._send(group)
        except Refused as error:
            if len(group) > 1:
                return [answer for one in group for answer in self.write([one])]
            return [Answer(group[0].place, Taken.REFUSED, _said(group[0], str(error)))]
        if not self._verify:
            return [Answer(one.place, Taken.DONE) for one in group]
        return self._read_back(group)

    def _send(self, group: Sequence[Wanted]) -> None:
        at = group[0].register
        if at.type.bit is None:
            content = [word for one in group for word in one.content]
        else:  # the register's other bits stay
            (word,) = self._wire.read(at.device, at.table, at.address, 1, self._left())
            for one in group:
                word = word & ~one.bits | one.content[0]
            content = [word]
        self._wire.write(
            at.device, at.table, at.address, content, self._left(), single=self._single
        )

    def _read_back(self, group: Sequence[Wanted]) -> list[Answer]:
        at = group[0].register
        count = group[-1].register.end - at.address
        try:
            found = self._wire.read(at.device, at.table, at.address, count, self._left())
        except Refused as error:
            why = f"written, but cannot be read back: {error}"
            return [Answer(one.place, Taken.REFUSED, _said(one, why)) for one in group]
        answers = []
        for one in group:
            first = one.register.address - at.address
            holds = found[first : first + one.register.type.count]
            self._seen(one.register, holds)
            if one.holds(holds):
                answers.append(Answer(one.place, Taken.DONE))
            else:
                kind = one.register.type
                why = (
                    f"wrote {kind.decoded(one.content):g}, the device holds {kind.decoded(holds):g}"
                )
                answers.append(Answer(one.place, Taken.REFUSED, _said(one, why)))
        return answers


def _said(wanted: Wanted, why: str) -> str:
    return f"{wanted.register.point.name} ({wanted.register.place}): {why}"
