"""A backend put behind its guard: what is left for everybody else can only be looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rami.asset.live import Commandable, Link, Linked, LinkState, Observable, Observation
from rami.core.audit import Audit
from rami.core.errors import ConfigurationError, Problem
from rami.core.points import PointIndex
from rami.integration.guard import Guard
from rami.integration.limits import limits_of
from rami.integration.settings import GuardSettings


class Plant(Observable, Commandable, Protocol):
    """What a guard is put before."""


class Watched:
    """The backend's points and link, without a way to command it; implements `Observable`."""

    def __init__(self, backend: Plant) -> None:
        self.__backend = backend
        self.inputs: PointIndex = backend.inputs
        self.outputs: PointIndex = backend.outputs

    def observe(self) -> Observation:
        """The outputs as they are known now."""
        return self.__backend.observe()

    def read_back(self) -> Observation:
        """The inputs as the plant holds them."""
        return self.__backend.read_back()

    def link(self) -> Link:
        """How the link is; always open for a backend without one."""
        backend = self.__backend
        return backend.link() if isinstance(backend, Linked) else Link(LinkState.OPEN, 0)


def sealed(
    twin: str,
    backend: Plant,
    audit: Audit,
    clock: Callable[[], int],
    settings: GuardSettings | None = None,
    **more: Any,
) -> tuple[Guard, Watched]:
    """The guard before a backend, and what everybody else gets of it; keep no other reference.

    `more` as for `Guard`. Raises ConfigurationError with everything that is wrong in `settings`;
    entries for inputs that the backend does not have (unmapped ones) are left out.
    """
    limits = limits_of(backend.inputs, backend.outputs.points, settings)
    wrong = [w for w in limits.wrong if w.key]
    if wrong:
        raise ConfigurationError(
            Problem(f"twins.{twin}.guard.inputs.{w.entry}.{w.key}", w.what, w.hint) for w in wrong
        )
    guard = Guard(
        twin, backend, limits.all, audit, clock, settings=settings, outputs=backend.outputs, **more
    )
    return guard, Watched(backend)
