"""Twins on the way to their declared modes, as far as the gates let them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rami.core.event import EventKind, Severity
from rami.integration.mode import Mode
from services.runtime.beside import Happened
from services.runtime.twin_modes import TwinModes

#: figures in a reason change from step to step; the reason does not
_DIGITS = re.compile(r"[-\d.e+]+")


class Climb:
    """Brings twins to `aims` in the name of `who`; a reason against it is told once."""

    def __init__(
        self, modes: Mapping[str, TwinModes], aims: Mapping[str, Mode], who: str, happened: Happened
    ) -> None:
        self._modes, self._who, self._happened = modes, who, happened
        self._aims = dict(aims)
        self._waits_for: dict[str, tuple[str, ...]] = {}

    def step(self) -> None:
        """One mode further for each twin that may."""
        for twin, aim in list(self._aims.items()):
            modes = self._modes[twin]
            wanted = modes.next_up(aim)
            if wanted is None:
                if not modes.lost:
                    del self._aims[twin]
                continue
            reasons = modes.change(wanted, self._who, "as declared")
            waits = tuple(_DIGITS.sub("", reason) for reason in reasons)
            if reasons and self._waits_for.get(twin) != waits:
                self._waits_for[twin] = waits
                self._happened(
                    EventKind.MODE, twin, Severity.NOTE,
                    f"{wanted.value} waits: {'; '.join(reasons)}",
                )  # fmt: skip

    def give_up(self, twin: str) -> None:
        """Somebody else decides about the twin from now on."""
        self._aims.pop(twin, None)
