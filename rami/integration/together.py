"""One control cycle of several twins with one durable batch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from rami.asset.live import Observation
from rami.core.audit import Audit
from rami.core.errors import RunError
from rami.integration.guard import Guard
from rami.integration.guard_step import Stepped


def step_together(
    audit: Audit, guards: Sequence[Guard], seen: Sequence[Observation | None]
) -> list[Stepped]:
    """Decide for all, record once, write all; `seen[i]` are the points of `guards[i]`.

    `audit` is the one that the guards share. Where it cannot be written, no twin is.
    """
    with ExitStack() as turns:
        for guard in guards:
            turns.enter_context(guard.turn)
        prepared = [g.prepare(s) for g, s in zip(guards, seen, strict=True)]
        trouble = ""
        try:
            audit.record(tuple(entry for one in prepared for entry in one.batch.entries))
        except RunError as error:
            trouble = str(error)
        return [g.finish(p, trouble) for g, p in zip(guards, prepared, strict=True)]
