"""The backend: a twin's points at an OPC UA server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from adapters.assets.opcua.configuration import OpcuaConfiguration
from adapters.assets.opcua.held import Held
from adapters.assets.opcua.plant_map import plant_map
from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.errors import ConfigurationError, Problem, UnreachableError
from rami.core.points import Direction, PointIndex

if TYPE_CHECKING:
    from adapters.assets.opcua.heartbeat import Heartbeat
    from adapters.assets.opcua.keeper import Keeper


@dataclass(frozen=True)
class OpcuaHealth:
    """Figures of a link: the latest connection's, and what is worth a look.

    `skew_s` is the server's clock less ours; `refusal` why some nodes are polled that were to be
    subscribed to; `late` counts polls that took longer than the sampling; `missing` are points
    whose node is not there now.
    """

    link: Link
    skew_s: float | None = None
    subscribed: int = 0
    polled: int = 0
    refusal: str = ""
    reads: int = 0
    notifications: int = 0
    late: int = 0
    missing: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()


class OpcuaBackend:
    """Observable, Commandable, Linked, Beating (`rami.asset.live`).

    Raises ConfigurationError for a node map that does not fit the points.
    """

    def __init__(
        self,
        configuration: OpcuaConfiguration,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self._configuration, self._folder, self._twin = configuration, folder, twin
        self._clock = clock
        points = (*outputs.points, *inputs.points)
        nodes = plant_map(configuration, folder, points).whole()
        places = {point.name: place for place, point in enumerate(points)}
        self._nodes = [(places[node.point.name], node) for node in nodes]
        age = configuration.source_age
        measured = [point.direction is Direction.MEASURED for point in points]
        self._held = Held(
            len(points),
            int(configuration.stale_age * 1e9),
            None if age is None else int(age * 1e9),
            np.array(measured, np.bool_),
        )
        self._keeper: Keeper | None = None
        self._heartbeat: Heartbeat | None = None
        self._one_command = Lock()

    def open(self) -> None:
        """As in Linked."""
        if self._keeper is None:
            self._keeper = self._made()
        self._keeper.open()

    def _made(self) -> Keeper:
        try:
            from adapters.assets.opcua.client import Access
            from adapters.assets.opcua.heartbeat import Heartbeat
            from adapters.assets.opcua.keeper import Keeper
            from adapters.assets.opcua.session import Setup
        except ImportError as error:
            raise ConfigurationError(f"{self._twin}: {error}; pip install asyncua") from error
        access = Access.of(self._configuration, self._folder)
        if self._configuration.heartbeat is not None:
            self._heartbeat = Heartbeat(self._configuration.heartbeat, self._clock)
        setup = Setup(
            self._configuration,
            access,
            self._nodes,
            self._held,
            self._clock,
            len(self.outputs),
            self._heartbeat,
        )
        return Keeper(setup, self._twin)

    def close(self) -> None:
        """As in Linked."""
        if self._keeper is not None:
            self._keeper.close()

    def link(self) -> Link:
        """As in Linked."""
        return self._keeper.link if self._keeper is not None else Link(LinkState.CLOSED, 0)

    def observe(self) -> Observation:
        """As in Observable."""
        return self._held.observation(slice(0, len(self.outputs)), self._clock())

    def read_back(self) -> Observation:
        """As in Commandable; as last told, no older than the link's updates."""
        return self._held.observation(slice(len(self.outputs), None), self._clock())

    def refresh(self) -> None:
        """As in Refreshable."""
        from adapters.assets.opcua.trouble import Lost

        try:
            if self._keeper is None:
                raise Lost("the link is closed")
            self._keeper.ask(lambda session: session.read_all(), self._configuration.timeout)
        except Lost as lost:
            raise UnreachableError(f"{self._twin}: {lost}") from None

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """As in Commandable; one command at a time."""
        answers, wanted = [], []
        for place in map(int, np.flatnonzero(chosen)):
            if np.isfinite(values[place]):
                wanted.append((place, float(values[place])))
            else:
                why = f"{values[place]} is not finite"
                answers.append(Answer(place, Taken.REFUSED, why))
        if wanted:
            answers += self._sent(wanted)
        answers.sort(key=lambda answer: answer.place)
        return tuple(
            replace(a, why=f"{self.inputs.names[a.place]}: {a.why}") if a.why else a
            for a in answers
        )

    def _sent(self, wanted: list[tuple[int, float]]) -> list[Answer]:
        from adapters.assets.opcua.trouble import Lost

        end = time.monotonic() + self._configuration.timeout
        if not self._one_command.acquire(timeout=self._configuration.timeout):
            return _all(wanted, "another write is not answered yet")
        try:
            if self._keeper is None:
                return _all(wanted, "the link is closed")
            left = max(0.0, end - time.monotonic())
            return self._keeper.ask(lambda session: session.write(wanted, left), left)
        except Lost as lost:
            return _all(wanted, str(lost))
        finally:
            self._one_command.release()

    def beat(self) -> None:
        """As in Beating; does nothing where no heartbeat is declared."""
        if self._heartbeat is not None:
            self._heartbeat.heart.beat()

    def health(self) -> OpcuaHealth:
        """Figures of the link."""
        session = self._keeper.session if self._keeper is not None else None
        if session is None:
            return OpcuaHealth(self.link())
        return OpcuaHealth(
            self.link(),
            None if session.skew_ns is None else session.skew_ns / 1e9,
            len(session.subscription.standings),
            len(session.polled),
            session.subscription.refusal,
            session.reads,
            session.subscription.notifications,
            session.late,
            tuple(dict.fromkeys(f.node.point.name for f in session.resolution.failed)),
            tuple(session.resolution.notes),
        )


def _all(wanted: list[tuple[int, float]], why: str) -> list[Answer]:
    return [Answer(place, Taken.LOST, why) for place, _ in wanted]
