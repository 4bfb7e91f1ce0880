"""Who is to blame when relations fail: fault signatures with leave-one-out.

A faulty signal makes the relations fail that it stands in, and only those. Relations that fail
and share members are explained together: a suspect stands in all of them (without it none of
them would fail), and in as few as possible of those that hold. Gertler, Fault Detection and
Diagnosis in Engineering Systems (1998), structured residuals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
#: places of the relations that fail, suspects, and the other members
Explanation = tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]


class Signatures:
    """Which signal stands in which relation."""

    def __init__(self, members: Sequence[Sequence[str]]) -> None:
        self.names = tuple(dict.fromkeys(name for one in members for name in one))
        place = {name: i for i, name in enumerate(self.names)}
        self._in = np.zeros((len(self.names), len(members)), bool)
        for j, one in enumerate(members):
            self._in[[place[name] for name in one], j] = True

    def explain(self, violated: Mask, checked: Mask) -> list[Explanation]:
        """Failing relations in groups, each with its suspects; masks of shape (relations,)."""
        left = violated.copy()
        found: list[Explanation] = []
        while left.any():
            failing = self._connected(left)
            suspects = self._suspects(failing, checked & ~violated)
            if not suspects.any() and failing.sum() > 1:
                failing = self._most(failing)
                suspects = self._suspects(failing, checked & ~violated)
            members = self._in[:, failing].any(axis=1)
            found.append(
                (
                    tuple(int(i) for i in np.flatnonzero(failing)),
                    self._named(suspects),
                    self._named(members & ~suspects),
                )
            )
            left &= ~failing
        return found

    def _connected(self, violated: Mask) -> Mask:
        """The failing relations that hang together with the first of them."""
        group = np.zeros_like(violated)
        group[np.flatnonzero(violated)[0]] = True
        while True:
            members = self._in[:, group].any(axis=1)
            wider = violated & self._in[members].any(axis=0)
            if (wider == group).all():
                return np.asarray(group, bool)
            group = np.asarray(wider, bool)

    def _suspects(self, failing: Mask, holding: Mask) -> Mask:
        """Members of all failing relations that stand in the fewest that hold; none where all
        members of a single relation are alike."""
        in_all = self._in[:, failing].all(axis=1)
        if not in_all.any():
            return np.asarray(in_all, bool)
        against = self._in[:, holding].sum(axis=1)
        suspects = in_all & (against == against[in_all].min())
        alike = suspects.sum() == self._in[:, failing].any(axis=1).sum()
        return np.asarray(suspects & ~alike, bool)

    def _most(self, failing: Mask) -> Mask:
        """The part of the failing relations that one signal explains, as many as there are."""
        covers = (self._in & failing).sum(axis=1)
        return np.asarray(self._in[int(np.argmax(covers))] & failing, bool)

    def _named(self, chosen: Mask) -> tuple[str, ...]:
        return tuple(self.names[i] for i in np.flatnonzero(chosen))
