"""A view as one frame: a line of JSON, then the arrays of each twin as they lie in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Observation
from rami.communication.live_site import Pace, ServiceView, SiteView, TwinView
from rami.core.points import PointIndex
from rami.integration.mode import Mode
from services.control.messages import line

Points = Mapping[str, PointIndex]


def frame(view: SiteView, points: Points) -> bytes:
    """Header with `bytes`, the length of what follows it: for each twin values, times, quality,
    and its residuals and advice as places in its points with their values."""
    parts: list[bytes] = []
    twins = {name: _twin(twin, points.get(name), parts) for name, twin in view.twins.items()}
    payload = b"".join(parts)
    header = {
        "frame": view.step,
        "time_ns": view.time_ns,
        "state": view.state,
        "pace": astuple(view.pace),
        "figures": {name: list(figure) for name, figure in view.figures.items()},
        "services": {name: astuple(service) for name, service in view.services.items()},
        "twins": twins,
        "bytes": len(payload),
    }
    return line(header) + payload


def view_of(header: Mapping[str, Any], payload: bytes, points: Points) -> SiteView:
    """The view of a frame. Raises ValueError, KeyError, TypeError for what is none."""
    place = _Place(payload)
    return SiteView(
        int(header["frame"]),
        int(header["time_ns"]),
        {n: _twin_of(t, place, points.get(n)) for n, t in header["twins"].items()},
        Pace(*header["pace"]),
        {name: (value, unit) for name, (value, unit) in header["figures"].items()},
        str(header["state"]),
        {name: ServiceView(*told) for name, told in header.get("services", {}).items()},
    )


def _twin(twin: TwinView, points: PointIndex | None, parts: list[bytes]) -> dict[str, Any]:
    seen = twin.seen
    for array, kind in (
        (seen.values, np.float64),
        (seen.times_ns, np.int64),
        (seen.quality, np.uint32),
    ):
        parts.append(np.ascontiguousarray(array, kind).tobytes())
    return {
        "mode": twin.mode.value,
        "wanted_mode": twin.wanted_mode.value,
        "backend": twin.backend,
        "backends": list(twin.backends),
        "link": twin.link,
        "link_trouble": twin.link_trouble,
        "stopped": twin.stopped,
        "diagnosis": list(twin.diagnosis),
        "points": len(seen.values),
        "residuals": _sparse(twin.residuals, points, parts),
        "advice": _sparse(twin.advice, points, parts),
    }


def _sparse(
    values: Mapping[str, float], points: PointIndex | None, parts: list[bytes]
) -> list[Any]:
    """How many stand in the payload, and those that are no points by name."""
    rest = dict(values)  # as it is now, whoever holds it
    known = [name for name in rest if points is not None and name in points]
    if points is not None and known:
        parts.append(np.array([rest.pop(name) for name in known], np.float64).tobytes())
        parts.append(points.places(known).astype(np.int32).tobytes())
    return [len(known), {name: float(value) for name, value in rest.items()}]


def _twin_of(told: Mapping[str, Any], place: _Place, points: PointIndex | None) -> TwinView:
    n = int(told["points"])
    values, times = place.take(n, np.float64), place.take(n, np.int64)
    seen = Observation(values, place.take(n, np.uint32), times)
    return TwinView(
        Mode(told["mode"]),
        Mode(told["wanted_mode"]),
        told["backend"],
        tuple(told["backends"]),
        told["link"],
        told["link_trouble"],
        seen,
        _sparse_of(told["residuals"], place, points),
        _sparse_of(told["advice"], place, points),
        told["stopped"],
        tuple(told["diagnosis"]),
    )


def _sparse_of(told: list[Any], place: _Place, points: PointIndex | None) -> dict[str, float]:
    count, rest = int(told[0]), {str(n): float(v) for n, v in told[1].items()}
    if not count:
        return rest
    values, places = place.take(count, np.float64), place.take(count, np.int32)
    names = points.names if points is not None else ()
    return dict(zip((names[i] for i in places.tolist()), values.tolist(), strict=True)) | rest


class _Place:
    """Takes arrays from a payload, one after the other."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self._at = payload, 0

    def take(self, count: int, kind: type) -> NDArray[Any]:
        found: NDArray[Any] = np.frombuffer(self._payload, kind, count, self._at).copy()
        self._at += found.nbytes
        return found
