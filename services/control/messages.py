"""What goes over the control socket, as plain JSON types: points, plans, requests, replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rami.communication.live_site import PlanView, Reply, Request, Verb
from rami.core.points import Direction, Point, PointIndex
from rami.core.timegrid import TimeGrid
from rami.integration.role import Role

#: raised when one end could not make sense of the other
PROTOCOL = 1


def line(message: Mapping[str, Any]) -> bytes:
    """One line; numbers that are not finite as Python's JSON has them."""
    return json.dumps(message, separators=(",", ":"), default=_plain).encode() + b"\n"


def points_plain(index: PointIndex) -> list[list[Any]]:
    """Name, quantity, direction, description, low, high, start, cumulative of each point."""
    return [
        [
            p.name,
            p.quantity,
            p.direction.value,
            p.description,
            p.low,
            p.high,
            p.start,
            p.cumulative,
        ]
        for p in index.points
    ]


def points_of(told: list[list[Any]]) -> PointIndex:
    """The points again. Raises ValueError, TypeError."""
    return PointIndex(Point(t[0], t[1], Direction(t[2]), *t[3:]) for t in told)


def plan_plain(plan: PlanView | None) -> dict[str, Any] | None:
    """A plan; None stays None."""
    if plan is None:
        return None
    return {
        "grid": [plan.grid.start_ns, plan.grid.step_ns, plan.grid.count],
        "columns": list(plan.columns),
        "units": list(plan.units),
        "values": [[float(v) for v in row] for row in plan.values],
        "rung": plan.rung,
        "gap": float(plan.gap),
        "objective": float(plan.objective),
        "made_ns": plan.made_ns,
        "notes": list(plan.notes),
        "proposed": plan.proposed,
        "bound": plan.bound,
    }


def plan_of(told: Mapping[str, Any] | None) -> PlanView | None:
    """The plan again. Raises ValueError, KeyError, TypeError."""
    if told is None:
        return None
    return PlanView(
        TimeGrid(*told["grid"]),
        tuple(told["columns"]),
        tuple(told["units"]),
        tuple(tuple(row) for row in told["values"]),
        told["rung"],
        told["gap"],
        told["objective"],
        told["made_ns"],
        tuple(told["notes"]),
        told["proposed"],
        told["bound"],
    )


def request_plain(request: Request, timeout_s: float) -> dict[str, Any]:
    """A request as `request_of` reads it."""
    return {
        "do": "ask",
        "verb": request.verb.value,
        "as": request.who,
        "role": request.role.value,
        "arguments": dict(request.arguments),
        "timeout_s": timeout_s,
    }


def request_of(told: Mapping[str, Any], login: str) -> Request:
    """What a client asks for, in the name of `login` where it gives none.

    Raises ValueError. The role SAFETY belongs to nobody outside.
    """
    try:
        verb = Verb(str(told.get("verb")))
    except ValueError:
        raise ValueError(f"verb: wanted one of {', '.join(Verb)}") from None
    roles = [role.value for role in Role if role is not Role.SAFETY]
    role, given = told.get("role", Role.MANUAL.value), told.get("arguments", {})
    if role not in roles:
        raise ValueError(f"role: wanted one of {', '.join(roles)}")
    if not isinstance(given, dict):
        raise ValueError("arguments: wanted an object")
    who = told.get("as", login)
    if not isinstance(who, str):
        raise ValueError("as: wanted the name of an operator")
    return Request(verb, who, given, Role(role))


def reply_plain(reply: Reply) -> dict[str, Any]:
    """A reply."""
    return {"done": reply.done, "why": list(reply.why), "told": dict(reply.told)}


def reply_of(told: Mapping[str, Any]) -> Reply:
    """The reply again. Raises KeyError, TypeError."""
    return Reply(bool(told["done"]), tuple(map(str, told["why"])), dict(told["told"]))


def _plain(value: object) -> object:
    """Numbers of numpy as numbers, other things by their text."""
    plain = getattr(value, "tolist", None)
    return plain() if callable(plain) else str(value)
