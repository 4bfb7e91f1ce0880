"""A partner's folder: what he drops is told or refused with its reason, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rami.communication.service import Inbox, Message, Payload, Place, Topic
from rami.communication.service.function import FunctionService
from rami.communication.service.payload import (
    FlexibilityRequest,
    Forecast,
    Measurement,
    NegotiationCall,
    Settlement,
)
from rami.core.timegrid import NS, instant, iso
from services.partner_files.service import partner_files
from services.platform.kinds.csv_edge import CsvEdgeConfiguration

START = "2026-01-05T00:00:00Z"
NOW = instant(START)
HOUSE = "s03.house"
GRID = {"start": START, "step_s": 3600.0, "count": 4}


def service(folder: Path, **more: object) -> FunctionService:
    columns = {HOUSE: {"column": "load", "unit": "MW"}}
    told = {"owner": "homes", "folder": "homes", "columns": columns, **more}
    settings = CsvEdgeConfiguration.model_validate(told)
    return partner_files(settings, "homes", Place("town", folder / "site.yaml"))


def table(head: str, units: str, rows: list[str], start_ns: int = NOW) -> str:
    lines = [f"{iso(start_ns + k * 3600 * NS)},{row}" for k, row in enumerate(rows)]
    return "\n".join([f"time,{head}", f",{units}", *lines]) + "\n"


def drop(folder: Path, name: str, text: str) -> None:
    (folder / "homes" / "in").mkdir(parents=True, exist_ok=True)
    (folder / "homes" / "in" / name).write_text(text, encoding="utf-8")


def inbox(*payloads: Payload, now_ns: int = NOW, number: int = 1) -> Inbox:
    made = {}
    for payload in payloads:
        topic = Topic("town", "district", "negotiation", payload.kind, "homes")
        made[str(topic)] = Message(topic, payload, number, now_ns, now_ns + 3600 * NS, "day")
    return Inbox(now_ns, made)


def by_kind(messages: object) -> dict[str, Message]:
    return {m.payload.kind: m for m in messages}  # type: ignore[attr-defined]


FORECAST = table("load", "MW", ["0.1", "0.2", "0.3", "0.2"])
LIMITS = table("load_least,load_most", "MW,MW", ["0.05,0.3"] * 4)


def test_what_is_dropped_is_told_in_our_units(tmp_path: Path) -> None:
    drop(tmp_path, "forecast_1.csv", FORECAST)
    past = table("load", "MW", ["0.11", "", "0.13", "0.1"], NOW - 4 * 3600 * NS)
    drop(tmp_path, "measurement_1.csv", past)
    drop(tmp_path, ".forecast_2.csv", "half")
    drop(tmp_path, "forecast_3.csv.part", "half")
    made = service(tmp_path)
    said = by_kind(made.run(inbox()))
    told, lived = said["forecast"].payload, said["measurement"].payload
    assert isinstance(told, Forecast) and isinstance(lived, Measurement)
    assert told.series[HOUSE] == pytest.approx([100, 200, 300, 200])
    assert lived.series[HOUSE] == [pytest.approx(110), None, pytest.approx(130), pytest.approx(100)]
    folder = tmp_path / "homes"
    assert sorted(p.name for p in (folder / "done").iterdir()) == [
        "forecast_1.csv", "measurement_1.csv",
    ]  # fmt: skip
    assert len(list((folder / "in").iterdir())) == 2, "what is on its way stays"
    assert not made.run(inbox()), "nothing is told twice"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("load.csv", FORECAST, "a name begins with forecast, measurement, flexibility"),
        ("forecast.csv", FORECAST.replace("MW", "kW"), "column load is in kW, wanted MW"),
        ("forecast.csv", FORECAST.replace("load", "lod"), "column lod is not declared"),
        ("forecast.csv", FORECAST.replace("0.3", "much"), "much"),
        ("forecast.csv", FORECAST.replace("0.3", ""), "has empty cells"),
        ("forecast.csv", FORECAST.replace("T02", "T07"), "even distances"),
        ("forecast.csv", "", "holds no data"),
        ("forecast.csv", "\x00\xff\x00", ""),
        ("forecast.csv", FORECAST.replace("2026", "2020"), "it is over since 2020"),
        ("measurement.csv", FORECAST, "it measures the future"),
        (
            "forecast.csv",
            table("issued,load", ",MW", [f"{iso(NOW + 7200 * NS)},0.1"] * 4),
            "issued in the future",
        ),
    ],
)
def test_what_is_wrong_goes_aside_with_its_reason(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    made = service(tmp_path)
    drop(tmp_path, name, text)
    said = made.run(inbox())
    bad = tmp_path / "homes" / "bad"
    assert (bad / name).read_text(encoding="utf-8") == text
    reason = (bad / f"{name}.reason.txt").read_text(encoding="utf-8")
    assert reason.count("\n") == 1
    assert why in reason
    assert {m.payload.condition for m in said} == {"file refused", "no forecast"}  # type: ignore[attr-defined]
    drop(tmp_path, name, text)
    made.run(inbox())
    assert len(list(bad.iterdir())) == 4, "two of the same name are both kept"


def test_older_issues_do_not_take_the_place_of_newer_ones(tmp_path: Path) -> None:
    def issued(hour: int) -> str:
        rows = [f"{iso(NOW - (9 - hour) * 3600 * NS)},0.{hour}"] * 4
        return table("issued,load", ",MW", rows)

    drop(tmp_path, "forecast_a.csv", issued(3))
    drop(tmp_path, "forecast_b.csv", issued(2))
    said = by_kind(service(tmp_path).run(inbox()))
    assert said["forecast"].payload.series[HOUSE][0] == pytest.approx(300)  # type: ignore[attr-defined]
    assert "older than what was told" in said["alarm"].payload.text  # type: ignore[attr-defined]
    again = service(tmp_path, older_than="2 h")
    late = by_kind(again.run(inbox(now_ns=NOW)))
    assert late["alarm"].payload.condition == "no forecast"  # type: ignore[attr-defined]


def test_a_partner_negotiates_and_finds_his_schedule(tmp_path: Path) -> None:
    drop(tmp_path, "forecast_1.csv", FORECAST)
    drop(tmp_path, "flexibility_1.csv", LIMITS)
    service(tmp_path).run(inbox())
    made = service(tmp_path)  # started anew: it knows what was done
    call = {"grid": GRID, "deadline": START}
    asked = [NegotiationCall.model_validate({**call, "phase": p}) for p in ("forecast", "offer")]
    told = by_kind(made.run(inbox(asked[0], number=2)))
    assert told["forecast"].correlation == told["negotiation_ready"].correlation == "day"
    assert told["negotiation_ready"].payload.done  # type: ignore[attr-defined]
    live = NegotiationCall.model_validate({**call, "phase": "live"})
    lived = by_kind(made.run(inbox(live, number=9)))["negotiation_ready"].payload
    assert not lived.done  # type: ignore[attr-defined]
    assert "no measurement" in lived.because  # type: ignore[attr-defined]
    offered = by_kind(made.run(inbox(asked[1], number=3)))["flexibility_offer"]
    assert offered.payload.size[HOUSE] == pytest.approx(125)  # type: ignore[attr-defined]
    price = [0.1, 0.1, 0.4, 0.4]
    request = {**call, "unit": "kW", "change": {HOUSE: [0.0] * 4}, "price": price}
    answer = by_kind(made.run(inbox(FlexibilityRequest.model_validate(request), number=4)))
    reply = answer["flexibility_answer"].payload
    assert reply.possible, reply.because  # type: ignore[attr-defined]
    change = np.array(reply.series[HOUSE])  # type: ignore[attr-defined]
    assert change.sum() == pytest.approx(0, abs=1e-6)
    assert change[2:].sum() < -200
    firm = FlexibilityRequest.model_validate(
        {**request, "change": {HOUSE: change.tolist()}, "price": [], "firm": True}
    )
    held = by_kind(made.run(inbox(firm, number=10)))["flexibility_answer"].payload
    assert held.series[HOUSE] == change.tolist(), "exactly what was answered"  # type: ignore[attr-defined]
    deal = {"paid": {HOUSE: 1.0}, "deadline": START}
    proposed = Settlement.model_validate({**deal, "state": "proposed"})
    accepted = by_kind(made.run(inbox(proposed, number=5)))["settlement_answer"].payload
    assert accepted.accepted  # type: ignore[attr-defined]
    made.run(inbox(Settlement.model_validate({**deal, "state": "made"}), number=6))
    (file,) = (tmp_path / "homes" / "out").iterdir()
    lines = file.read_text().splitlines()
    assert lines[:2] == ["time,load", ",MW"]
    found = [float(line.split(",")[1]) for line in lines[2:]]
    assert found == pytest.approx((np.array([100, 200, 300, 200]) + change) / 1000)


def test_one_without_files_says_why_not(tmp_path: Path) -> None:
    request = {
        "grid": GRID, "deadline": START, "unit": "kW", "change": {HOUSE: [0.0] * 4},
        "price": [0.1] * 4,
    }  # fmt: skip
    said = by_kind(service(tmp_path).run(inbox(FlexibilityRequest.model_validate(request))))
    assert "no forecast" in said["flexibility_answer"].payload.because  # type: ignore[attr-defined]
