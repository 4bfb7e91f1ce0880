"""Whether every register of a map is there, found by reading all of them once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.assets.modbus.readings import Reading, halved
from adapters.assets.modbus.wire import NOT_THERE, Lost, Refused, Silent, Wire
from rami.core.errors import ConfigurationError, Problem, UnreachableError


def resolved(
    wire: Wire,
    plan: Sequence[Reading],
    place: str,
    longest: int,
    told: Callable[[Reading, Sequence[int]], None],
) -> list[Reading]:
    """The readings that the devices grant; a refused one is halved until it is granted.

    ConfigurationError naming every register that is not there, UnreachableError naming every
    device that does not answer. Optional registers may be missing.
    """
    granted: list[Reading] = []
    missing: list[Problem] = []
    away: dict[int, str] = {}
    queue = list(plan)
    while queue:
        reading = queue.pop(0)
        if reading.device in away:
            continue
        try:
            at = (reading.device, reading.table, reading.address, reading.count)
            told(reading, wire.read(*at))
            granted.append(reading)
        except Refused as error:
            if error.code not in NOT_THERE:
                away[reading.device] = str(error)
                continue
            smaller = halved(reading, longest)
            queue[:0] = smaller
            register = reading.members[0]
            if not smaller and not register.optional:
                what = f"{register.point.name}: {register.place} cannot be read: {error}"
                hint = "compare address, table and device with the device's own list"
                missing.append(Problem(register.where, what, hint))
        except Silent as error:
            away[reading.device] = str(error)
            _again(wire, place)
        except Lost as error:
            raise UnreachableError(f"{place}: {error}") from error
    lines = [f"device {device}: {why}" for device, why in sorted(away.items())]
    if missing:
        raise ConfigurationError([*missing, *(Problem(place, line) for line in lines)])
    if lines:
        raise UnreachableError("\n".join(f"{place}: {line}" for line in lines))
    return granted


def _again(wire: Wire, place: str) -> None:
    try:
        wire.connect()
    except Lost as error:
        raise UnreachableError(f"{place}: {error}") from error
