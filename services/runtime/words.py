"""Words of a running site that are worth a history: modes, backends, links, rungs, as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rami.communication.information_model.enumerations import (
    BACKEND_KIND,
    LINK_STATE,
    MODE,
    RUNG,
    Enumeration,
)
from services.runtime.twin_modes import TwinModes

Telling = Callable[[], str]


class Words:
    """Each a signal `<twin>/Control/Mode` and the like, named as its OPC UA variable; its values
    are those of the enumeration. `rung` tells that of the plan that is followed, empty before."""

    def __init__(self, modes: Mapping[str, TwinModes], rung: Telling) -> None:
        self._all: dict[str, tuple[Enumeration, Telling]] = {}
        for twin, one in modes.items():
            self._all |= _of(twin, one)
        self._all["/Strategy/Schedule/Rung"] = (RUNG, rung)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Names of the signals, and what their numbers mean."""
        return [
            (name, ", ".join(f"{n}: {word}" for n, word in enumerate(kind.words)))
            for name, (kind, _) in self._all.items()
        ]

    def now(self) -> dict[str, float]:
        """Numbers of the words that hold; one that is none yet is left out."""
        told = {name: (kind, telling()) for name, (kind, telling) in self._all.items()}
        return {
            name: float(kind.number(word))
            for name, (kind, word) in told.items()
            if word in kind.words
        }


def _of(twin: str, modes: TwinModes) -> dict[str, tuple[Enumeration, Telling]]:
    switch = modes.switch
    found: dict[str, tuple[Enumeration, Telling]] = {
        f"{twin}/Control/Mode": (MODE, lambda: switch.mode.value),
        f"{twin}/Backend/ActiveBackend": (BACKEND_KIND, lambda: switch.backend),
    }
    plant = switch.plant
    if plant is not None:
        found[f"{twin}/Backend/LinkState"] = (LINK_STATE, lambda: plant.link().state.value)
    return found
