"""One step over all inputs: who wins, what is wanted, what may be written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.live import Mask, Observation, Vector
from rami.core.quality import is_bad
from rami.integration.columns import Columns
from rami.integration.leases import Leases, Places
from rami.integration.role import FIRST_AUTOMATIC


@dataclass(frozen=True)
class Decision:
    """Columns of shape (inputs,): whether and in which rank an input is `held`, whether its holder
    has `asked` for `wanted`, where it stands (`base`), the goal within its range, and `new` where
    `write`. `blind`: cannot move, since its position is unknown; `beyond`: asked for more than
    the range, and stands at its end; `blocked`: what it depends on is not known.
    """

    held: Mask
    rank: Places
    asked: Mask
    wanted: Vector
    base: Vector
    goal: Vector
    new: Vector
    write: Mask
    blind: Mask
    beyond: Mask
    blocked: Mask | None


def blocked_by(columns: Columns, seen: Observation | None, now: int) -> Mask | None:
    """Inputs whose measured point is bad, too old or not known; None for none."""
    depends = columns.depends >= 0
    if not depends.any():
        return None
    if seen is None:
        return depends
    places = columns.depends
    old = now - seen.times_ns[places] > columns.within_ns
    return np.asarray(depends & (old | is_bad(seen.quality[places])))


def decide(
    columns: Columns, leases: Leases, base: Vector, owned: Mask, stopped: bool,
    blocked: Mask | None, now: int, seconds: float,
) -> Decision:  # fmt: skip
    """The step from `base`, `seconds` after the last one.

    Stopped, every guarded input goes to its safe value; so do `owned` ones that nobody holds,
    unless declared to stay.
    """
    held, rank, wanted = leases.winners(now, blocked, FIRST_AUTOMATIC)
    if columns.free and not stopped and held.all() and not np.isnan(wanted + base).any():
        return _freely(columns, held, rank, wanted, base, blocked)
    if stopped:
        asked = np.zeros_like(held)
        active = to_safe = columns.guarded
    else:
        asked = held & ~np.isnan(wanted)
        to_safe = owned & ~held & ~columns.holds
        active = asked | to_safe
    goal = np.where(asked, wanted, np.where(to_safe, columns.safe, base))
    ranged, near = columns.bounded(goal, base, seconds)
    unknown = np.isnan(near)
    blind = active & unknown
    # a deadband keeps small requests away, but neither a ramp nor the way to safety
    apart = np.abs(ranged - base) <= columns.deadband
    write = active & ~unknown & (near != base) & (to_safe | ~apart)
    beyond = asked & ~write & ~unknown & (ranged != wanted)
    return Decision(held, rank, asked, wanted, base, ranged, near, write, blind, beyond, blocked)


def _freely(
    columns: Columns, held: Mask, rank: Places, wanted: Vector, base: Vector, blocked: Mask | None
) -> Decision:
    """The same where all is held, asked for and known, and nothing but ranges limits it."""
    ranged = np.minimum(np.maximum(wanted, columns.low), columns.high)
    write = ranged != base
    beyond = ~write & (ranged != wanted)
    none = np.zeros_like(held)
    return Decision(held, rank, held, wanted, base, ranged, ranged, write, none, beyond, blocked)
