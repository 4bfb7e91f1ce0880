"""The audit of people: nothing is lost but floods, and floods are counted."""

from __future__ import annotations

import asyncio
import threading

from rami.core.audit import AuditEntry
from services.opcua.security.trail import Trail
from tests.services.opcua.served import KeptAudit


def test_a_flood_of_refusals_is_counted() -> None:
    audit = KeptAudit()
    trail = Trail(audit, lambda: 1)
    for k in range(5000):
        trail.tell("opcua 10.0.0.9", "opcua.channel", f"not trusted: {k}", "refused")
    assert trail.dropped >= 4700
    assert asyncio.run(trail.kept("opcua anna", "opcua.session", "", "login"))
    trail._refusals._left.clear()
    trail.tell("opcua 10.0.0.9", "opcua.channel", "not trusted", "refused")
    trail.close()
    assert sum(row.times for row in audit.rows) + trail.dropped == 5002
    assert f"and {trail.dropped} refusals before" in audit.rows[-1].why


class Slow(KeptAudit):
    """Writes nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        assert self.may.wait(20.0)
        super().record(entries)


def test_equal_acts_are_one_row() -> None:
    audit = Slow()
    trail = Trail(audit, lambda: 1)
    for _ in range(50):
        trail.tell("a", "x", "same", "refused")
    audit.may.set()
    trail.close()
    assert sum(row.times for row in audit.rows) == 50
    # those that came while the first ones were written
    assert len(audit.rows) <= 2


def test_what_cannot_be_written_does_not_count() -> None:
    audit = KeptAudit()
    audit.broken = True
    trail = Trail(audit, lambda: 1)
    assert not asyncio.run(trail.kept("a", "x", "", "login"))
    trail.close()
