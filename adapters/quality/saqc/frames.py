"""Rows to and from SaQC: one place for pandas, flags and errors of the package."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rami.core.errors import ConfigurationError, Problem
from rami.core.quality import Family, Qualities, Reason, quality
from rami.information.quality.column import Column

#: what each of SaQC's functions looks for, in our words; others count as INCONSISTENT
REASONS = {
    "flagMissing": Reason.MISSING,
    "flagIsolated": Reason.MISSING,
    "flagRange": Reason.RANGE,
    "flagConstants": Reason.STUCK,
    "flagByVariance": Reason.STUCK,
    "flagPlateau": Reason.STUCK,
    "flagUniLOF": Reason.SPIKE,
    "flagLOF": Reason.SPIKE,
    "flagZScore": Reason.SPIKE,
    "flagOffset": Reason.SPIKE,
    "flagByStray": Reason.SPIKE,
    "flagByGrubbs": Reason.SPIKE,
    "flagJumps": Reason.RATE,
    "flagChangePoints": Reason.RATE,
    "flagRaise": Reason.RATE,
}


@contextmanager
def package(where: str = "engine: saqc") -> Iterator[Any]:
    """The package; what it lacks or refuses becomes one ConfigurationError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of SaQC about its own use of pandas
        try:
            import saqc
        except ImportError:
            hint = "pip install 'rami-twins[saqc]'"
            raise ConfigurationError([Problem(where, "SaQC is not installed", hint)]) from None
        refused = (saqc.exceptions.ParsingError, ValueError, TypeError, KeyError, NameError)
        try:
            yield saqc
        except refused as error:
            what = " ".join(str(error).split())[:300]
            raise ConfigurationError([Problem(where, f"SaQC refuses: {what}")]) from error


def distinct(column: Column) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Places of the last row of each instant: SaQC takes one value per instant."""
    times = column.times
    return np.flatnonzero(np.append(times[1:] != times[:-1], True)) if len(times) else times[:0]


def table(columns: dict[str, Column]) -> Any:
    """Values that are known as SaQC takes them, each signal on its own times (UTC)."""
    import pandas as pd
    from saqc import DictOfSeries

    found = {}
    for name, column in columns.items():
        keep = distinct(column)
        values = np.where(column.known, column.values, np.nan)[keep]
        found[name] = pd.Series(values, index=pd.to_datetime(column.times[keep]))
    return DictOfSeries(found)


def marks(checked: Any, name: str, column: Column) -> Qualities:
    """Flags as our status: BAD is bad, DOUBTFUL uncertain, with the reason of each test.

    A value that we know to be missing already keeps that reason alone.
    """
    history = checked._flags.history[name]
    out = np.zeros(len(column), np.uint32)
    keep = distinct(column)
    for test, described in zip(history.hist.columns, history.meta, strict=True):
        flags = history.hist[test].to_numpy(float)
        reason = REASONS.get(str(described.get("func")), Reason.INCONSISTENT)
        bad, odd = flags >= 255.0, (flags > 0.0) & (flags < 255.0)
        given = bad * np.uint32(quality(Family.BAD, reason))
        given |= odd * np.uint32(quality(Family.UNCERTAIN, reason))
        out[keep] |= given.astype(np.uint32)
    both = np.uint32(Family.BAD | Family.UNCERTAIN)
    out[(out & both) == both] &= ~np.uint32(Family.UNCERTAIN)
    out[~np.isfinite(column.values)] = 0
    return out
