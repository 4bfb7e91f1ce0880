"""What a backend of a running plant can do beyond `capability`: observed and commanded point by
point, with quality and age, over a link that may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rami.core.points import PointIndex
from rami.core.quality import Qualities

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Observation:
    """The points of a backend as they were last told, each of shape (len(outputs),).

    `values` in canonical units, NaN where nothing was ever told; `quality` as
    `rami.core.quality`; `times_ns` at the source (UTC), 0 where nothing was ever told.
    """

    values: Vector
    quality: Qualities
    times_ns: NDArray[np.int64]


class Taken(StrEnum):
    """What became of one command at the backend."""

    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class Answer:
    """One commanded input: its place in `inputs`, what became of it, and why if not done."""

    place: int
    taken: Taken
    why: str = ""


class LinkState(StrEnum):
    """Whether a backend can be reached."""

    CLOSED = "closed"
    OPEN = "open"
    LOST = "lost"


@dataclass(frozen=True)
class Link:
    """State of the link, since when (UTC ns), the last trouble in words, how often it was lost."""

    state: LinkState
    since_ns: int
    trouble: str = ""
    losses: int = 0


@runtime_checkable
class Observable(Protocol):
    """Tells its points; `outputs` names them in order. Never waits for the plant."""

    outputs: PointIndex

    def observe(self) -> Observation:
        """What is known now. After a loss the old values stay, with their age; the family is
        Bad with STALE from the declared age on."""


@runtime_checkable
class Commandable(Protocol):
    """Takes set-points for some of its inputs, and reads them back.

    Only the guard may call `command`.
    """

    inputs: PointIndex

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Write the chosen inputs in canonical units; an answer for each of them, in order.

        Waits at most the backend's declared timeout. Nothing that is not finite is sent.
        """

    def read_back(self) -> Observation:
        """The inputs as the plant holds them, shape (len(inputs),)."""


@runtime_checkable
class Linked(Protocol):
    """Reached over a link that is opened, may be lost, and is opened anew."""

    def open(self) -> None:
        """Connect and resolve every point; UnreachableError or ConfigurationError naming each
        point that is missing or of a wrong type, all at once."""

    def close(self) -> None:
        """Let go; ends its threads."""

    def link(self) -> Link:
        """How the link is."""


@runtime_checkable
class Beating(Protocol):
    """Keeps up the heartbeat that a plant expects of its controller, where one is declared."""

    def beat(self) -> None:
        """The control loop lives; called once per cycle while it is in command. Never waits.

        Only the guard may call it. When it is not called any more the heartbeat ends, and the
        plant goes to its own safe state.
        """


@runtime_checkable
class Paced(Protocol):
    """A plant whose time can be moved on from here (a replay, an emulator in lockstep)."""

    def advance(self, seconds: float) -> None:
        """Let the plant run for so long; returns when it has."""


@runtime_checkable
class Refreshable(Protocol):
    """Can be read anew at once, where somebody else says when time passes."""

    def refresh(self) -> None:
        """Read all points now; returns when `observe` and `read_back` tell what was read. Waits
        at most the declared timeout; UnreachableError where the link is not open or no answer
        comes."""
