"""Requests with wrong arguments: none reaches the loop, each is in the audit."""

from __future__ import annotations

import json
from pathlib import Path

from rami.communication.live_site import Request, Verb
from rami.integration.audit import AuditFile, entries, verify
from services.control import Published
from services.runtime.refused import RefusedRequests
from tests.services.control.small_site import POINTS, START_NS

WRONG = [
    Request(Verb.SET_POINT, "ann", {"point": "hts.hp.P_set", "value": float("nan")}),
    Request(Verb.SET_POINT, "ann", {"point": "hts.hp.P_set", "value": 10**400}),
    Request(Verb.SET_POINT, "ann", {"point": "hts.hp.P_set", "value": "300"}),
    Request(Verb.SET_POINT, "ann", {"point": "hts.hp.P_et", "value": 300.0}),
    Request(Verb.MODE, "ann", {"twin": ["hts"], "mode": "control"}),
    Request(Verb.MODE, "", {"twin": "hts", "mode": "control"}),
    Request(Verb.RELEASE, "e\nve\ud800", {"twin": "hts" * 1000, "why": "x" * 9999}),
    Request(Verb.STOP, 7, {"y": None}),  # type: ignore[arg-type]
]


def test_each_has_its_row(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, lambda: START_NS) as audit:
        refused = RefusedRequests("demo", audit, lambda: START_NS)
        site = Published("demo", {"hts": POINTS}, lambda: START_NS, refused=refused.take)
        for request in WRONG:
            assert not site.ask(request, 1.0).done
        refused.record()
        assert not site.requests()
    rows = [e for e in entries(file) if e is not None and e.outcome == "refused"]
    assert [(r.who, r.what, r.wanted) for r in rows] == [
        ("ann", "set_point hts.hp.P_set", None),
        ("ann", "set_point hts.hp.P_set", None),
        ("ann", "set_point hts.hp.P_set", None),
        ("ann", "set_point hts.hp.P_et", 300.0),
        ("ann", "mode", None),
        ("", "mode hts", None),
        ("e?ve?", f"release {'hts' * 1000}"[:200], None),
        ("7", "stop", None),
    ]
    assert all(r.why for r in rows) and "no point 'hts.hp.P_et'" in rows[3].why
    assert not verify(file).findings


def test_a_flood_becomes_few_rows_and_none_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, lambda: START_NS) as audit:
        refused = RefusedRequests("demo", audit, lambda: START_NS)
        for k in range(5000):
            refused.take(WRONG[k % 3], (f"wrong {k % 3}",))
            if k % 1000 == 999:
                refused.record()
        refused.record(all_=True)
    rows = [e for e in entries(file) if e is not None and e.outcome == "refused"]
    assert len(rows) < 12 and sum(r.times for r in rows) == 5000
    assert len(file.read_text().splitlines()) == len(rows) + 1


def test_what_cannot_be_recorded_waits(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, lambda: START_NS) as audit:
        refused = RefusedRequests("demo", audit, lambda: START_NS)
        refused.take(WRONG[0], ("wrong",))
        kept = file.read_bytes()
        file.write_bytes(kept + b"x")
        refused.record()
        file.write_bytes(kept)
        assert b"wrong" not in kept
        refused.record()
    assert [json.loads(line)["outcome"] for line in file.read_text().splitlines()] == [
        "opened", "refused", "withheld",
    ]  # fmt: skip
