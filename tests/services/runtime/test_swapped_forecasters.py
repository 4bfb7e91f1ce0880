"""Whose forecast a run plans on is one line; in process and over MQTT it runs the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.assemble.services import border
from tests.adapters.buses.broker import HOST, Broker, running
from tests.conftest import REPOSITORY
from tests.services.runtime.with_services import LOAD, MEASURED, RUNS, written
from twins.site import load_site

RESULTS = ("figures.json", "timeseries.csv.gz")
TEMPLATE = REPOSITORY / "examples" / "service-template"
#: three forecasters; what a site file says of each is one line
METHODS: dict[str, dict[str, Any]] = {
    "outside": {"kind": "usual_load", "days": 3, "intervals": 48},
    "ridge": {"kind": "load_forecast", "method": "ridge"},
    "naive": {"kind": "load_forecast", "method": "seasonal_naive"},
}
TELLS = [
    {"kind": "measurement", "subject": "load"}, {"kind": "measurement", "subject": "weather"},
    {"kind": "forecast", "subject": "weather"},
]  # fmt: skip
ZONES = [
    {"owner": "dhs", "to": ["forecaster"], "kinds": ["measurement", "forecast"],
     "signals": [LOAD, "temp_air"], "subjects": ["load", "weather"]},
    {"owner": "forecaster", "to": ["dhs"], "kinds": ["forecast"], "signals": [LOAD]},
]  # fmt: skip
REMOTE = {
    "kind": "remote",
    "consumes": [{"kind": "measurement"}, {"kind": "forecast"}],
    "provides": [{"kind": "forecast", "subject": "load"}],
    "deadline": "60 s",
}


def _changed(forecaster: dict[str, Any], **more: Any) -> dict[str, Any]:
    services = {**RUNS, "measured": MEASURED, "heat_load": {**forecaster, "owner": "forecaster"}}
    clock, forecasts = {"duration": "2 h"}, {"from": "heat_load", "method": "last_week"}
    return {"services": services, "zones": ZONES, "clock": clock, "forecasts": forecasts, **more}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process in which the package of the template is installed."""
    folder = tmp_path_factory.mktemp("installed")
    facts = folder / "usual_load-0.1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: usual-load\nVersion: 0.1.0\n")
    (facts / "entry_points.txt").write_text(
        "[rami.services]\nusual_load = usual_load.configuration:UsualLoadConfiguration\n"
    )
    return {**os.environ, "PYTHONPATH": f"{folder}:{TEMPLATE}:{REPOSITORY}"}


def _run(site: Path, out: Path, environment: dict[str, str]) -> dict[str, Any]:
    words = [sys.executable, "-m", "services.cli", "run", str(site), "--out", str(out)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    figures: dict[str, Any] = json.loads((out / "figures.json").read_text())
    assert not [n for n in figures if n.startswith("service_heat_load")], ran.stderr
    assert not [n for n in figures if n.startswith("service_measured")], ran.stderr
    return figures


@contextmanager
def _partner(site: Path, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """The forecaster's own installation, in a process of its own."""
    words = ["services", "run", str(site), "--owner", "forecaster", "--follow", "--folder"]
    command = [sys.executable, "-m", "services.cli", *words, str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.soak
@pytest.mark.parametrize("name", METHODS)
def test_in_process_and_over_mqtt_the_same_bytes(
    name: str, outside: dict[str, str], tmp_path: Path
) -> None:
    here = written(tmp_path / "one", _changed(METHODS[name]))
    _run(here, tmp_path / "one" / "out", outside)
    theirs: dict[str, Any] = {**MEASURED, "kind": "remote", "provides": TELLS}
    del theirs["loads"], theirs["apart"]
    both = tmp_path / "two"
    made = border(load_site(written(both, _changed(REMOTE))))
    with running(both / "parties", made) as broker:
        bus = _bus(broker)
        site = written(both, _changed(REMOTE, bus=bus))
        hears = {"kind": "remote", "owner": "dhs", "consumes": [{"kind": "forecast"}]}
        services = {"measured": theirs, "plant": hears,
                    "heat_load": {**METHODS[name], "owner": "forecaster"}}  # fmt: skip
        own = _changed(METHODS[name], services=services, bus=bus, forecasts={"from": ""})
        with _partner(written(both, own, "partner.yaml"), both / "theirs", outside):
            _run(site, both / "out", outside)
    for file in RESULTS:
        assert (both / "out" / file).read_bytes() == (tmp_path / "one/out" / file).read_bytes()


def _bus(broker: Broker) -> dict[str, Any]:
    return {"kind": "mqtt", "host": HOST, "port": broker.port, "parties": "parties"}
