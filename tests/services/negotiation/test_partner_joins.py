"""A partner who has nothing but files takes part in a district's talks, unlike all the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rami.communication.service.payload import KeyFigures
from rami.core.timegrid import NS, instant, iso
from services.platform.clock import SetClock
from tests.services.negotiation.over_bus import Local, paid, site_file, small

WORKS = "north_1.works"
_STEP_NS = 1800 * NS


def _joins(more: dict[str, Any]) -> None:
    more["services"]["partner"] = {
        "kind": "csv_edge", "owner": "partner", "folder": "partner", "apart": "thread",
        "columns": {WORKS: {"column": "heat", "unit": "kW"}}, "older_than": "5 d",
    }  # fmt: skip
    answers = ["negotiation_ready", "flexibility_offer", "flexibility_answer", "settlement_answer"]
    asked = ["negotiation_call", "flexibility_request", "settlement"]
    only = {"signals": [WORKS]}
    more["zones"] += [
        {"owner": "partner", "to": ["utility"], "kinds": answers, **only},
        {"owner": "utility", "to": ["partner"], "kinds": asked, "subjects": ["partner"], **only},
        {"owner": "partner", "to": ["grid"], "kinds": ["forecast", "measurement"], **only},
    ]


def _drop(folder: Path, begin_ns: int) -> None:
    """Four days of 20 kW, more in the morning, of which a part can wait."""
    (folder / "in").mkdir(parents=True)
    heads = {"forecast": "heat", "measurement": "heat", "flexibility": "heat_least,heat_most"}
    for kind, head in heads.items():
        rows = [f"time,{head}", "," + ",".join("kW" for _ in head.split(","))]
        for k in range(4 * 48 if kind != "measurement" else 48):
            at = begin_ns + (k if kind != "measurement" else k - 48) * _STEP_NS
            load = 40.0 if 10 <= k % 48 < 20 else 20.0
            rows.append(f"{iso(at)}," + (f"{load}" if head == "heat" else "10,45"))
        (folder / "in" / f"{kind}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.soak
def test_a_partner_with_files_is_paid_for_what_he_shifts(tmp_path: Path) -> None:
    begin = instant(small().start)
    file = site_file(tmp_path, _joins)
    _drop(tmp_path / "partner", begin)
    local = Local(file, SetClock(begin))
    local.live()
    figures = local.said("key_figures")[0]
    assert isinstance(figures, KeyFigures)
    assert figures.figures["deal"][0] == 1, local.events
    assert WORKS in paid(figures)
    (schedule,) = (tmp_path / "partner" / "out").iterdir()
    heat = [float(line.split(",")[1]) for line in schedule.read_text().splitlines()[2:]]
    assert len(heat) == 48
    assert abs(sum(heat) / 2 - (10 * 40 + 38 * 20) / 2) < 0.01, "all of it comes back"
    assert max(abs(a - (40.0 if 10 <= k < 20 else 20.0)) for k, a in enumerate(heat)) > 1
