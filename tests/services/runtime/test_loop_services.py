"""A run with its services: what it tells, what it takes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rami.communication.live_site import Verb
from rami.communication.service.payload import (
    Forecast,
    Limits,
    PriceSignal,
    ScheduleMessage,
    SetPointAnswer,
    SetPointRequest,
)
from rami.core.event import EventKind
from services.cli.live.table import status_lines
from services.cli.live.told import told
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import Rig
from tests.services.runtime.with_services import (
    LOAD,
    MEASURED,
    RUNS,
    attached,
    grid,
    said,
    services,
    serving,
)

#: the immersion heater may be driven by services, all else may not
GUARD = {"inputs": {"ih.u": {"roles": ["safety", "manual", "external"], "high": "80 %"}}}
REMOTE: dict[str, Any] = {
    "forecaster": {
        "kind": "remote", "owner": "dhs", "period": "6 h", "deadline": "10 ms",
        "provides": [{"kind": "forecast", "subject": "load"}],
    },
    "market": {
        "kind": "remote", "owner": "dhs", "period": "6 h", "deadline": "10 ms",
        "provides": [{"kind": "price"}, {"kind": "limits"}],
    },
    "optimiser": {
        "kind": "remote", "owner": "stranger", "period": "6 h", "deadline": "10 ms",
        "provides": [{"kind": "schedule"}, {"kind": "set_point_request"}],
    },
}  # fmt: skip
ZONES = [
    {"owner": "stranger", "to": ["iess"], "kinds": ["schedule", "set_point_request"],
     "signals": ["*"]},
]  # fmt: skip


def _changed(**more: Any) -> dict[str, Any]:
    forecasts = {"from": "forecaster", "method": "seasonal_naive"}
    return {"services": {**RUNS, **REMOTE}, "zones": ZONES, "forecasts": forecasts, **more}


def _texts(rig: Rig, kind: str) -> list[str]:
    return [e.text for e in rig.events(kind)]


def test_a_run_tells_its_owners_and_nobody_else(reference: ReadySite, tmp_path: Path) -> None:
    with serving(reference, tmp_path, _changed()) as rig:
        rig.run(46)
        platform = attached(rig).platform
        kinds: dict[str, set[str]] = {}
        for owner, twins in (("dhs", {"dhs"}), ("iess", {"hts", "iess"})):
            kept = platform._buses[owner][0]._exchange.kept()  # type: ignore[attr-defined]
            sent = [m for m in kept if m.topic.owner == owner]
            kinds[owner] = {m.topic.kind for m in sent}
            named = [p.split(".") for m in sent for p in m.payload.paths()]
            assert {p[1] for p in named if p[0] == "account"} == {owner}
            behind = ("energy", "cost", "emission")
            assert {p[p[0] in behind] for p in named if p[0] != "account"} == twins
        assert kinds["iess"] == {"measurement", "schedule", "key_figures", "quality_report"}
        assert all(m.topic.owner == "dhs" for m in platform.newest("dhs"))


def test_forecasts_prices_and_limits_go_into_the_plan_and_nonsense_does_not(
    reference: ReadySite, tmp_path: Path
) -> None:
    network = next(iter(reference.site.topology.twins["dhs"].networks))
    with serving(reference, tmp_path, _changed()) as rig:
        hours = grid(rig)
        told = {"grid": hours, "unit": "MW"}
        loads = Forecast(**told, quantity="power", series={LOAD: [3.0] * 24, "P_none": [1.0] * 24})
        said(rig, "dhs", "forecaster", loads, "load")
        price = {f"heat_draw.dhs.{network}": [0.3] * 24}
        said(rig, "dhs", "market", PriceSignal(grid=hours, unit="EUR/kWh", series=price))
        most = {f"max_give.dhs.{network}": [0.123] * 24}
        said(rig, "dhs", "market", Limits(**told, series=most))
        rig.run(1)
        job = rig.opened.season.job(0)
        assert set(job.forecast[LOAD]) == {3000.0}
        assert set(job.forecast[f"max_give.dhs.{network}"]) == {123.0}
        assert set(job.prices.heat["iess", "dhs"].draw) == {0.3}
        assert "dhs/forecaster" in job.forecast.sources[LOAD]
        other = next(n for n in job.forecast.names if n.startswith("P_") and n != LOAD)
        assert "dhs/forecaster" not in job.forecast.sources[other]

        wrong = Forecast(**told, quantity="power", series={LOAD: [-1.0] * 24})
        said(rig, "dhs", "forecaster", wrong, "load", sequence=2)
        rig.run(1)
        assert (rig.opened.season.job(0).forecast[LOAD] > 0).all()
        assert any("not used" in t and LOAD in t for t in _texts(rig, "service"))
        assert services(rig).counts()["service_forecaster_wrong"] == 1
        assert services(rig).view()["forecaster"].last_ns == rig.clock() - 60 * 10**9


def test_what_is_silent_is_replaced_and_that_is_seen(reference: ReadySite, tmp_path: Path) -> None:
    with serving(reference, tmp_path, _changed()) as rig:
        rig.run(2)
        assert "dhs/forecaster" not in rig.opened.season.job(0).forecast.sources[LOAD]
        what = "forecast of dhs/forecaster: absent; its own calculation in its place"
        assert what in _texts(rig, EventKind.FALLBACK)
        rig.opened.run._publish()
        plain = told(rig.opened.published)
        one = plain["services"]["forecaster"]
        assert (one["state"], one["fallback"]) == ("absent", "forecast: its own calculation")
        assert any("forecaster" in line and "absent" in line for line in status_lines(plain))
        assert ("", "without forecaster") in rig.opened.published.conditions()


def test_set_points_go_through_the_guard_in_the_name_of_the_service(
    reference: ReadySite, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    twins = reference_site_declaration["twins"]
    twins["hts"]["guard"] = GUARD
    with serving(reference, tmp_path, _changed(twins=twins)) as rig:
        rig.run(1)
        values = {"hts.ih.u": (0.35, ""), "hts.hp.u": (0.5, ""), "dhs.none.u": (1.0, "")}
        said(rig, "stranger", "optimiser", SetPointRequest(values=values), valid_s=600.0)
        rig.run(2)
        switch = rig.opened.modes["hts"].switch
        assert switch.positions()[switch.edge.inputs["ih.u"]] == pytest.approx(0.35)
        platform = attached(rig).platform
        rig.run(1)
        kept = platform._buses["iess"][0]._exchange.kept()  # type: ignore[attr-defined]
        (answer,) = [m.payload for m in kept if isinstance(m.payload, SetPointAnswer)]
        assert answer.refused["hts.ih.u"] == ""
        assert "may not write hp.u" in answer.refused["hts.hp.u"]
        assert "none of this owner's twins" in answer.refused["dhs.none.u"]
        too_much = SetPointRequest(values={"hts.ih.u": (0.95, "")})
        said(rig, "stranger", "optimiser", too_much, sequence=2, valid_s=600.0)
        rig.run(1)
        assert any("refused" in t and "optimiser" in t for t in _texts(rig, "guard"))
        audit = (tmp_path / "run" / "audit.jsonl").read_text()
        assert "external:stranger/optimiser" in audit
        rig.run(12)
        assert any("ended" in t and "stranger/optimiser" in t for t in _texts(rig, "guard"))


def test_a_revoked_partner_is_heard_no_more_and_his_lease_ends(
    reference: ReadySite, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    twins = reference_site_declaration["twins"]
    twins["hts"]["guard"] = GUARD
    with serving(reference, tmp_path, _changed(twins=twins)) as rig:
        rig.run(1)
        request = SetPointRequest(values={"hts.ih.u": (0.35, "")})
        said(rig, "stranger", "optimiser", request, valid_s=3000.0)
        rig.run(2)
        assert any(e.active and e.condition == "external" for e in rig.events("guard"))
        attached(rig)._revoked = lambda: frozenset({"stranger"})
        rig.run(1)
        ended = [e for e in rig.events("guard") if e.condition == "external" and not e.active]
        assert [e.text for e in ended] == ["set-point of stranger/optimiser ended: revoked"]
        assert services(rig).view()["optimiser"].state == "revoked"
        said(rig, "stranger", "optimiser", request, sequence=3, valid_s=3000.0)
        assert "stranger" not in str(attached(rig).platform.newest("iess"))


def test_a_schedule_from_outside_waits_for_an_operator(
    reference: ReadySite, tmp_path: Path
) -> None:
    with serving(reference, tmp_path, _changed()) as rig:
        rig.run(1)
        plan = rig.opened.run.planning.shown
        assert plan is not None
        column = next(c for c in plan.columns if c.startswith("hts.hex") and c.endswith(".P"))
        at = plan.columns.index(column)
        wanted = plan.values[0][at] * 0.5
        told = {"grid": grid(rig, 2), "unit": "kW", "quantity": "power"}
        foreign = ScheduleMessage(**told, series={"dhs.chp.P_th": [1.0, 1.0]})
        said(rig, "stranger", "optimiser", foreign)
        rig.run(1)
        assert any("none of this owner's" in t for t in _texts(rig, "service"))
        unknown = ScheduleMessage(**told, series={"hts.hex_nowhere.P": [1.0, 1.0]})
        said(rig, "stranger", "optimiser", unknown, sequence=2)
        rig.run(1)
        assert any("has no 'hts.hex_nowhere.P'" in t for t in _texts(rig, "service"))
        offer = ScheduleMessage(**told, series={column: [wanted, wanted]})
        said(rig, "stranger", "optimiser", offer, sequence=3)
        rig.run(1)
        proposal = rig.opened.published.proposal()
        assert proposal is not None and proposal.values[1][at] == pytest.approx(wanted)
        assert rig.opened.run.planning.shown is plan
        assert rig.ask(Verb.APPLY).done
        followed = rig.opened.season.schedule
        assert followed is not None and followed.values[1, at] == pytest.approx(wanted)
        assert any("offered by stranger/optimiser" in t for t in _texts(rig, "schedule"))


def test_saved_and_gone_on_with_services_the_same_plan(
    reference: ReadySite, tmp_path: Path
) -> None:
    own = {"measured": MEASURED, "forecaster": {"kind": "load_forecast", "owner": "dhs",
           "method": "persistence", "apart": "thread"}}  # fmt: skip
    changed = _changed(services={**RUNS, **own}, zones=[])
    found = []
    with serving(reference, tmp_path, changed) as rig:
        rig.run(25)
        rig.opened.run.checkpoint()
        rig.run(20)
        found.append((rig.opened.season.save(), services(rig).save()))
    with serving(reference, tmp_path, changed, resume=True) as rig:
        assert "service_forecaster_crashed" not in services(rig).counts()
        rig.run(20)
        found.append((rig.opened.season.save(), services(rig).save()))
    assert found[0][0] == found[1][0]
    assert _without_numbers(found[0][1]) == _without_numbers(found[1][1])


def _without_numbers(state: bytes) -> str:
    """Sequences go on over a restart, shares of quality begin anew."""
    plain = json.loads(state)
    heard = {o: [m for m in map(json.loads, t) if "quality" not in m["schema"]]
             for o, t in plain["heard"].items()}  # fmt: skip
    for messages in heard.values():
        for message in messages:
            del message["sequence"]
    return json.dumps([heard, plain["members"], plain["counts"]], sort_keys=True)
