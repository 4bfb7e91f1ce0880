"""What an emulator is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass

#: heat of surroundings, degC
AMBIENT = 15.0


@dataclass(frozen=True)
class Settings:
    """`seed` of all that is drawn; `deviation` bounds how far parameters are off (0.1: 10 %);
    `scan_s` is the PLC's cycle; `heartbeat_s` the silence after which it goes to its safe
    state, None: it obeys whoever writes, for ever."""

    seed: int = 0
    deviation: float = 0.1
    scan_s: float = 1.0
    heartbeat_s: float | None = 30.0
