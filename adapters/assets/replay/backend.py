"""A recording told as a plant tells: at any speed, or moved on by who runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from adapters.assets.replay.column_map import read_map
from adapters.assets.replay.track import MISSING, STALE, Track
from adapters.assets.replay.tracks import read_tracks, span_ns
from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.points import PointIndex
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS, iso

if TYPE_CHECKING:
    from adapters.assets.replay.configuration import ReplayConfiguration
    from rami.integration.recording import Recordings

_HELD = quality(Family.UNCERTAIN, Reason.FILLED)
_REASONS = 0x0000_FFFF
_KEPT = "replay: kept, and changes nothing that was recorded"


class ReplayBackend:
    """Observable, Commandable, Linked, Paced.

    The recording begins when it is opened; source times are as old as the rows were. Commands
    are taken, kept and told by `read_back`; what was recorded of the inputs is told until then.
    At the end it begins anew (`loop`: registers count on), holds its last values (uncertain,
    filled) or is lost.
    """

    def __init__(
        self,
        declared: ReplayConfiguration,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int],
        recordings: Recordings,
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self._declared, self._folder, self._twin = declared, folder, twin
        self._clock, self._recordings = clock, recordings
        points = {p.name: p for p in (*inputs.points, *outputs.points)}
        self._points = [*points.values()]
        if declared.columns is not None:
            read_map(declared, folder, self._points).whole()
        self._lock = RLock()
        self._tracks: dict[str, Track] = {}
        self._first = self._end = 0
        self._opened = self._moved = 0
        self._link = Link(LinkState.CLOSED, clock())
        self._commanded: dict[int, tuple[float, int]] = {}
        self._seen: Observation | None = None

    @property
    def recorded_ns(self) -> int:
        """The instant of the recording that is told now, UTC ns."""
        with self._lock:
            return self._first + self._position()[0]

    def open(self) -> None:
        """Read the recording and begin; ConfigurationError, DataError."""
        tracks = read_tracks(
            self._declared, self._folder, self._twin, self._points, self._recordings
        )
        with self._lock:
            self._tracks = tracks
            self._first, self._end = span_ns(tracks)
            self._opened, self._moved = self._clock(), 0
            self._commanded.clear()
            self._seen = None
            self._link = Link(LinkState.OPEN, self._opened)

    def close(self) -> None:
        """Stop; the last values stay."""
        with self._lock:
            if self._link.state is not LinkState.CLOSED:
                self._seen = self.observe()
                self._link = Link(LinkState.CLOSED, self._clock(), losses=self._link.losses)

    def link(self) -> Link:
        """LOST after the end, where `at_end` is `end`."""
        with self._lock:
            if self._link.state is LinkState.OPEN and self._ended():
                what = f"the recording has ended ({iso(self._end)})"
                self._link = Link(LinkState.LOST, self._clock(), what, self._link.losses + 1)
            return self._link

    def advance(self, seconds: float) -> None:
        """Move the recording on."""
        with self._lock:
            self._moved += round(seconds * NS)

    def observe(self) -> Observation:
        """The rows of now."""
        with self._lock:
            if not self._tracks or self._link.state is LinkState.CLOSED:
                return self._seen or _nothing(len(self.outputs))
            return self._told(self.outputs, {})

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Keep the chosen inputs; DONE, and why says that it changes nothing."""
        with self._lock:
            link, now = self.link(), self._clock()
            answers = []
            for place in map(int, np.flatnonzero(chosen)):
                value = float(values[place])
                if link.state is not LinkState.OPEN:
                    why = link.trouble or "the recording is not open"
                    answers.append(Answer(place, Taken.LOST, why))
                elif not np.isfinite(value):
                    why = f"{self.inputs.names[place]}: wanted a finite number, got {value}"
                    answers.append(Answer(place, Taken.REFUSED, why))
                else:
                    self._commanded[place] = (value, now)
                    answers.append(Answer(place, Taken.DONE, _KEPT))
            return tuple(answers)

    def read_back(self) -> Observation:
        """What was commanded, else what was recorded, else the points' starts."""
        with self._lock:
            if not self._tracks:
                return _nothing(len(self.inputs))
            return self._told(self.inputs, self._commanded)

    def _position(self) -> tuple[int, int]:
        """Nanoseconds since the first row, and how often the recording has begun anew."""
        position = self._moved
        if self._declared.speed is not None:
            position += round((self._clock() - self._opened) * self._declared.speed)
        length = self._end - self._first
        if position < length:
            return position, 0
        if self._declared.at_end == "loop":
            return position % length, position // length
        return length - 1, 0

    def _ended(self) -> bool:
        position = self._position()[0]
        return self._declared.at_end == "end" and position >= self._end - self._first - 1

    def _told(self, index: PointIndex, instead: dict[int, tuple[float, int]]) -> Observation:
        now, count = self._clock(), len(index)
        position, rounds = self._position()
        over = position >= self._end - self._first - 1
        recorded = self._first + position
        seen = _nothing(count)
        speed = self._declared.speed or 1.0
        commands = index is self.inputs
        for place, point in enumerate(index.points):
            if place in instead:
                value, told = instead[place]
                seen.values[place], seen.quality[place], seen.times_ns[place] = value, 0, told
                continue
            track = self._tracks.get(point.name)
            if track is None:
                if commands:
                    seen.values[place], seen.quality[place] = point.start, 0
                    seen.times_ns[place] = self._opened
                continue
            value, grade, row = track.at(recorded)
            if point.cumulative and rounds:
                value += rounds * track.growth
            if over:
                grade = (grade & _REASONS) | (_HELD if self._declared.at_end == "hold" else STALE)
            seen.values[place], seen.quality[place] = value, grade
            if not np.isnan(value):
                seen.times_ns[place] = now - round((recorded - row) / speed)
        return seen


def _nothing(count: int) -> Observation:
    return Observation(
        np.full(count, np.nan), np.full(count, MISSING, np.uint32), np.zeros(count, np.int64)
    )
