"""Column: the rows of one signal by time, as checks see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason, good, is_bad, quality, worst
from rami.core.signal import Times

Mask = NDArray[np.bool_]

#: what an absent value carries
MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))


@dataclass(frozen=True)
class Column:
    """Three vectors of one length: `times` (UTC ns, never falling), `values`, `status`.

    A row is known when its value is finite and its status is not bad; what is not finite is bad
    and MISSING. Vectors are never written to. Build one with `Column.of`.
    """

    times: Times
    values: Values
    status: Qualities

    @classmethod
    def of(cls, times: Times, values: Values, status: Qualities | None = None) -> Column:
        """Rows in any order (equal times keep theirs); ValueError when lengths differ."""
        grade = good(len(values)) if status is None else status
        if not len(times) == len(values) == len(grade):
            raise ValueError(
                f"times, values and status of a signal differ in length: "
                f"{len(times)}, {len(values)}, {len(grade)}"
            )
        if len(times) > 1 and bool(np.any(times[1:] < times[:-1])):
            order = np.argsort(times, kind="stable")
            times, values, grade = times[order], values[order], grade[order]
        absent = ~np.isfinite(values)
        if absent.any():
            grade = np.where(absent, worst(grade, np.full_like(grade, MISSING)), grade)
        return cls(times, values, grade)

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def known(self) -> Mask:
        """Where there is a value to count on: finite and not bad."""
        return np.asarray(np.isfinite(self.values) & ~is_bad(self.status))

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """Places of the known rows."""
        return np.flatnonzero(self.known)

    @cached_property
    def all_known(self) -> bool:
        """Whether no row is absent or bad."""
        return bool(self.known.all())

    @cached_property
    def period_ns(self) -> int:
        """The usual step: the median of the steps that are not zero; 0 below two instants."""
        steps = np.diff(self.times)
        if len(steps) and bool(np.all(steps == steps[0])):
            return int(steps[0])
        steps = steps[steps > 0]
        return int(np.partition(steps, len(steps) // 2)[len(steps) // 2]) if len(steps) else 0

    @cached_property
    def regular(self) -> bool:
        """Whether all steps are the period."""
        return self.period_ns > 0 and bool(np.all(np.diff(self.times) == self.period_ns))

    def graded(self, marks: Qualities) -> Column:
        """The same rows with marks added; status only gets worse."""
        column = Column(self.times, self.values, worst(self.status, marks))
        for of_times in ("period_ns", "regular"):  # found once, as long as the times are the same
            if of_times in self.__dict__:
                column.__dict__[of_times] = self.__dict__[of_times]
        return column
