"""`rami services` and `rami parties`, as people call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli import services as work
from services.cli.application import app

SECTION: dict[str, Any] = {
    "measured": {
        "kind": "site_data",
        "owner": "dhs",
        "loads": ["P_th_dem_DHS"],
        "apart": "thread",
    },
    "heat_load": {"kind": "load_forecast", "owner": "partner", "method": "persistence"},
    "plan": {
        "kind": "remote",
        "owner": "dhs",
        "consumes": [{"kind": "forecast", "subject": "load", "fallback": "wait"}],
    },
}
ZONES = [
    {"owner": "dhs", "to": ["partner"], "kinds": ["measurement"], "signals": ["P_*", "temp_air"]},
    {"owner": "partner", "to": ["dhs"], "kinds": ["forecast"], "signals": ["P_*"]},
]


@pytest.fixture
def site(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> Path:
    return _written(tmp_path, reference_site_declaration, SECTION, ZONES)


def _written(folder: Path, plain: dict[str, Any], services: Any, zones: Any) -> Path:
    file = folder / "site.yaml"
    declared = plain | {"services": services, "zones": zones}
    file.write_text(json.dumps(declared, default=str), encoding="utf-8")
    return file


def _called(*words: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, list(words))
    return ran.exit_code, ran.stdout, ran.stderr


def test_list_says_who_waits_for_whom(site: Path) -> None:
    code, out, _ = _called("services", "list", str(site), "--json")
    assert code == 0
    rows = {row["service"]: row for row in json.loads(out)}
    assert rows["heat_load"]["waits_for"] == ["measured"]
    assert rows["plan"]["waits_for"] == ["heat_load"]
    assert [rows[n]["step"] for n in ("measured", "heat_load", "plan")] == [1, 2, 3]


def test_check_names_what_no_zone_lets_through(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    file = _written(tmp_path, reference_site_declaration, SECTION, ZONES[:1])
    code, _, told = _called("services", "check", str(file))
    assert code == 2
    assert "needs forecast/load: no zone lets it out of" in told
    assert "site.yaml:1:" in told


def test_check_names_a_circle(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> None:
    def one(before: str) -> dict[str, Any]:
        needs = [{"kind": "forecast", "service": before}]
        offers = [{"kind": "forecast"}]
        return {"kind": "remote", "owner": "dhs", "consumes": needs, "provides": offers}

    services = {"first": one("second"), "second": one("first")}
    file = _written(tmp_path, reference_site_declaration, services, [])
    code, _, told = _called("services", "check", str(file))
    assert code == 2
    assert "first -> second -> first wait for each other" in told


def test_check_names_a_schema_that_is_not_spoken(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    offers = [{"kind": "forecast", "subject": "load", "version": "2.0"}]
    strange = {"kind": "remote", "owner": "partner", "provides": offers}
    file = _written(tmp_path, reference_site_declaration, SECTION | {"heat_load": strange}, ZONES)
    code, _, told = _called("services", "check", str(file))
    assert code == 2
    assert "says forecast/2.0, spoken here is 1.0" in told
    assert "needs forecast/load: nobody has it" in told


def test_run_runs_them_and_keeps_owners_apart(site: Path, tmp_path: Path) -> None:
    code, out, _ = _called(
        "services", "run", str(site), "--at", "2019-01-28T00:00Z", "--cycles", "2",
        "--folder", str(tmp_path / "data"), "--json",
    )  # fmt: skip
    assert code == 0
    rows = {row["service"]: row for row in json.loads(out)}
    assert (rows["heat_load"]["runs"], rows["heat_load"]["trouble"]) == (2, "")
    assert rows["heat_load"]["reason"] == "persistence"
    assert sorted(f.name for f in (tmp_path / "data").iterdir()) == ["dhs", "partner"]


def test_unknown_owners_and_instants_are_said(site: Path) -> None:
    assert _called("services", "run", str(site), "--owner", "nobody")[0] == 2
    code, _, told = _called("services", "run", str(site), "--at", "yesterday")
    assert code == 2
    assert "--at" in told


def test_enrolled_parties_get_a_brokers_files(site: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "parties")
    assert _called("services", "broker-config", str(site), "--parties", folder)[0] == 2
    for name in ("dhs", "partner"):
        assert _called("parties", "enrol", name, "--site", "reference", "--folder", folder)[0] == 0
    code, _, told = _called("services", "broker-config", str(site), "--parties", folder)
    assert code == 0
    assert "mosquitto -c" in told
    acl = (tmp_path / "parties" / "broker" / "acl").read_text()
    assert "topic write rami/reference/partner/heat_load/forecast/load" in acl
    assert _called("parties", "rotate", "dhs", "--grace", "1 h", "--folder", folder)[0] == 0
    assert _called("parties", "revoke", "partner", "--folder", folder)[0] == 0
    assert "user partner" not in (tmp_path / "parties" / "broker" / "acl").read_text()
    rows = json.loads(_called("parties", "list", "--folder", folder, "--json")[1])
    assert [(r["party"], bool(r["revoked"]), len(r["keys"])) for r in rows] == [
        ("dhs", False, 2),
        ("partner", True, 0),
    ]


def test_new_refuses_what_is_there_and_names_that_are_none(tmp_path: Path) -> None:
    out = str(tmp_path / "made")
    assert _called("services", "new", "my_load", "--out", out)[0] == 0
    assert _called("services", "new", "my_load", "--out", out)[0] == 2
    assert _called("services", "new", "My-Load", "--out", str(tmp_path / "other"))[0] == 2


def test_schema_prints_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    work.schema()
    printed = json.loads(capsys.readouterr().out)
    assert "forecast/1.0" in printed and "flexibility_answer/1.0" in printed
