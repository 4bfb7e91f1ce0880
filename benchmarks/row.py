"""One measured figure beside its peer and its goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import process_time
from typing import Any


@dataclass(frozen=True)
class Row:
    """A figure; `ratio` is value / peer_value, or peer_value / value in a row of times faster.

    The ratio is the median over the pairs measured in turns, so it need not equal the quotient
    of the two medians. `goal` bounds the ratio (or the value, where the goal is one of time)
    from above, in a row of times faster from below; None where the figure is only shown.
    """

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    goal: float | None = None
    met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as written to results.json, figures to four digits."""
        return {
            key: float(f"{entry:.4g}") if isinstance(entry, float) else entry
            for key, entry in asdict(self).items()
        }


@dataclass(frozen=True)
class Measured:
    """Two things timed in turns, in the same unit."""

    ours: tuple[float, ...]
    peers: tuple[float, ...]

    def at_most(self, name: str, unit: str, peer: str, goal: float | None) -> Row:
        """A row whose ratio ours / peer has an upper goal."""
        ratio = median(a / b for a, b in zip(self.ours, self.peers, strict=True))
        return self._row(name, unit, peer, ratio, goal, None if goal is None else ratio <= goal)

    def times_faster(self, name: str, unit: str, peer: str, goal: float) -> Row:
        """A row whose ratio peer / ours has a lower goal."""
        ratio = median(b / a for a, b in zip(self.ours, self.peers, strict=True))
        return self._row(name, unit, peer, ratio, goal, ratio >= goal)

    def _row(
        self, name: str, unit: str, peer: str, ratio: float, goal: float | None, met: bool | None
    ) -> Row:
        return Row(name, median(self.ours), unit, peer, median(self.peers), ratio, goal, met)


def below(name: str, value: float, unit: str, goal: float) -> Row:
    """A row without peer whose value has an upper goal."""
    return Row(name, value, unit, goal=goal, met=value <= goal)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call (threads included, other processes not)."""
    start = process_time()
    work()
    return process_time() - start


def in_turns(
    ours: Callable[[], float], peers: Callable[[], float], repeats: int, scale: float = 1.0
) -> Measured:
    """Call both in turns, who goes first alternating; each returns its own time in seconds.

    One round of each is thrown away first. Times are multiplied by `scale`.
    """
    ours(), peers()
    a, b = [], []
    for turn in range(repeats):
        if turn % 2:
            b.append(peers() * scale)
            a.append(ours() * scale)
        else:
            a.append(ours() * scale)
            b.append(peers() * scale)
    return Measured(tuple(a), tuple(b))
