"""The JSON form in which values come in and balances go out (docs/how-to/connect-an-ems.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from adapters.sources.ems.fetched import Fetched
from rami.core.errors import Problem
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Family, Qualities, Reason, is_bad, is_good, quality
from rami.core.timegrid import NS, instant, iso
from rami.core.units import convert
from rami.information.external.delivery import OPEN, Delivery

_WORDS = {
    "good": quality(Family.GOOD),
    "uncertain": quality(Family.UNCERTAIN),
    "bad": quality(Family.BAD, Reason.MISSING),
}


class Unreadable(ValueError):
    """A text that is not in the form as a whole, e.g. half written."""


def read(text: str, where: str, quantities: Mapping[str, str]) -> Fetched:
    """The series asked for (name: quantity), each in its canonical unit.

    A series that does not hold by itself is a problem of its own. Raises Unreadable.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also digits without end
        raise Unreadable(f"is not whole JSON: {error}") from None
    found = Fetched()
    for entry in _entries(document):
        name = entry.get("series")
        if not isinstance(name, str):
            raise Unreadable("holds a delivery without 'series'")
        if name not in quantities:
            continue
        try:
            found.add(name, _delivery(entry, quantities[name]))
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            what = f"key {error} is missing" if isinstance(error, KeyError) else str(error)
            found.refuse(name, Problem(where, f"{name}: {what}"))
    return found


def _entries(document: object) -> Iterator[dict[str, Any]]:
    listed = document.get("deliveries", [document]) if isinstance(document, dict) else document
    if not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
        raise Unreadable("wanted a delivery, a list of them, or {'deliveries': [...]}")
    yield from listed


def _delivery(entry: dict[str, Any], quantity: str) -> Delivery:
    unit = str(entry["unit"])
    raw = entry["values"]
    if not isinstance(raw, list):
        raise ValueError("wanted a list of 'values'")
    numbers = (float("nan") if v is None else _number(v) for v in raw)
    convert(0.0, unit, quantity)  # a wrong unit is told of no values too
    values = np.array([convert(v, unit, quantity) for v in numbers], float)
    times, ends = _times(entry, len(values))
    issued = entry.get("issued")
    if issued is None:  # a measurement is known at its time
        issues = times.copy()
    elif isinstance(issued, list):
        issues = np.array([instant(str(i)) for i in issued], np.int64)
    else:
        issues = np.full(len(values), instant(str(issued)), np.int64)
    status = _status(entry.get("status", "good"), len(values))
    if not len(values) == len(times) == len(issues) == len(status):
        raise ValueError(
            f"{len(values)} values, {len(times)} times, {len(issues)} issues and {len(status)} "
            "status do not go together"
        )
    return Delivery(times, ends, issues, values, status)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number; null stands for none")
    return float(value)


def _times(entry: dict[str, Any], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Begin and end of each value. Without `step_s` the last one holds until another is issued."""
    step = entry.get("step_s")
    number = isinstance(step, int | float) and not isinstance(step, bool)
    if step is not None and not (number and 0 < step < 1e9):
        raise ValueError(f"'step_s' is {step!r}, wanted seconds")
    length = None if step is None else round(float(step) * NS)
    if "times" not in entry:
        if length is None:
            raise ValueError("wanted 'times', or 'start' and 'step_s'")
        start = instant(str(entry["start"]))
        if start + length * (count + 1) > OPEN:
            raise ValueError(f"{count} steps of {step} s end beyond the year 2262")
        times = start + length * np.arange(count, dtype=np.int64)
    else:
        listed = entry["times"]
        if not isinstance(listed, list):
            raise ValueError("wanted a list of 'times'")
        times = np.array([instant(str(t)) for t in listed], np.int64)
        if (np.diff(times) <= 0).any():
            raise ValueError("'times' must ascend")
    return times, ends_of(times, length)


def ends_of(times: np.ndarray, length: int | None) -> np.ndarray:
    """End of each value of one issue: after `length`, else where the next begins, else OPEN."""
    if length is not None:
        return np.asarray(times + length)
    return np.concatenate([times[1:], np.full(min(len(times), 1), OPEN, np.int64)])


def _status(said: object, count: int) -> Qualities:
    listed = said if isinstance(said, list) else [said] * count
    return np.array([status_of(s) for s in listed], np.uint32)


def status_of(said: object) -> int:
    """A word or an OPC UA StatusCode as quality; ValueError."""
    if isinstance(said, str) and said in _WORDS:
        return _WORDS[said]
    if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 2**32:
        bad = said >= int(Family.BAD)
        return _WORDS["bad"] if bad else said & int(Family.UNCERTAIN)
    raise ValueError(f"status {said!r}; wanted good, uncertain, bad or an OPC UA StatusCode")


def write(frame: Frame, key: str) -> str:
    """A frame in the form: what goes back to the other side; equal frames give equal texts.

    `issued` is the end of the frame where its columns carry none.
    """
    issues = frame.issues()
    deliveries = []
    for j, (name, unit) in enumerate(zip(frame.names, frame.units, strict=True)):
        known = issues[:, j][issues[:, j] != NO_ISSUE]
        grade, values = frame.quality[:, j], frame.values[:, j]
        bad, good = is_bad(grade) | ~np.isfinite(values), is_good(grade)
        deliveries.append(
            {
                "series": name,
                "unit": unit,
                "issued": iso(int(known.max()) if len(known) else frame.grid.end_ns),
                "start": iso(frame.grid.start_ns),
                "step_s": frame.grid.step_s,
                "values": [None if b else float(v) for v, b in zip(values, bad, strict=True)],
                "status": [
                    "bad" if b else "good" if g else "uncertain"
                    for b, g in zip(bad, good, strict=True)
                ],
            }
        )
    return json.dumps({"id": key, "deliveries": deliveries}, sort_keys=True)
