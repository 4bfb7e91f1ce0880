"""DataValues as servers send them, in canonical units with quality and source time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite, isnan
from typing import Any

from adapters.assets.opcua.mapping import MappedNode
from adapters.assets.opcua.number_types import NumberType
from adapters.assets.opcua.status import MISSING, RANGE, is_bad, quality_of

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NAN = float("nan")
#: end of what 64 bits of nanoseconds can tell, in the year 2262
_FAR = 2**63


@dataclass(frozen=True)
class Standing:
    """A point's node as the server has it: canonical = factor x its number + shift."""

    place: int
    node: MappedNode
    id: Any
    kind: NumberType | None
    factor: float
    shift: float
    writable: bool

    def raw(self, value: float) -> float:
        """A canonical value as the node's number."""
        return (value - self.shift) / self.factor


#: values, qualities, source times (UTC ns)
Decoded = tuple[list[float], list[int], list[int]]


def decoded(standings: Sequence[Standing], answers: Iterable[Any], now: int) -> Decoded:
    """One answer for each node; of a bad one, or one without a finite number, NaN."""
    values, qualities, times = [], [], []
    for standing, answer in zip(standings, answers, strict=True):
        raw = number(answer)
        found = quality_of(answer.StatusCode.value) if answer.StatusCode is not None else 0
        if raw is None:
            value = _NAN
            found = found if is_bad(found) else MISSING
        else:
            value = raw * standing.factor + standing.shift
            if not isfinite(value) and not is_bad(found):
                found = MISSING if isnan(value) else RANGE
        values.append(value)
        qualities.append(found)
        times.append(source_time(answer, now))
    return values, qualities, times


def number(answer: Any) -> float | None:
    """The number of a DataValue; None where it holds none (an array, a text, nothing)."""
    raw = answer.Value.Value if answer.Value is not None else None
    return float(raw) if isinstance(raw, int | float) else None


def source_time(answer: Any, now: int) -> int:
    """When a value was measured: by its source, else by the server, else now (UTC ns)."""
    for moment in (answer.SourceTimestamp, answer.ServerTimestamp):
        if moment is not None:
            told = nanoseconds(moment)
            if 0 < told < _FAR:  # servers without a clock send 1601 or 9999
                return told
    return now


def nanoseconds(moment: datetime) -> int:
    """UTC ns of an instant as asyncua gives it, with or without its zone."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND * 1000
