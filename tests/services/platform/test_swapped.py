"""Three forecasters, one changed line each; in process and over MQTT the same results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.buses.mqtt import MqttBus
from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast
from rami.core.errors import ConfigurationError
from rami.core.timegrid import instant
from services.assemble.services import border, platform
from services.platform.clock import SetClock
from services.platform.runner import Platform
from tests.adapters.buses.broker import HOST, Broker, running, until
from tests.conftest import REPOSITORY
from twins.site import Site, load_site

NOW = instant("2019-01-28T00:00+00:00")  # a Monday: yesterday is no such day
METHODS = ("ridge", "seasonal_naive", "persistence")
LOAD = "P_th_dem_DHS"
SECTIONS: dict[str, Any] = {
    "services": {
        "measured": {"kind": "site_data", "owner": "dhs", "loads": [LOAD], "apart": "thread"},
        "heat_load": {"kind": "load_forecast", "owner": "forecaster", "method": "ridge"},
        "plan": {
            "kind": "remote",
            "owner": "dhs",
            "consumes": [{"kind": "forecast", "subject": "load"}],
        },
    },
    "zones": [
        {
            "owner": "dhs",
            "to": ["forecaster"],
            "kinds": ["measurement", "forecast"],
            "signals": [LOAD, "temp_air"],
        },
        {"owner": "forecaster", "to": ["dhs"], "kinds": ["forecast"], "signals": [LOAD]},
    ],
}


def _site(folder: Path, method: str, port: int = 0) -> Site:
    """The reference site; what is changed is one line."""
    plain = yaml.safe_load((REPOSITORY / "examples/reference/site.yaml").read_text())
    plain |= json.loads(json.dumps(SECTIONS))
    plain["services"]["heat_load"]["method"] = method
    if port:
        plain["bus"] = {"kind": "mqtt", "host": HOST, "port": port, "parties": "parties"}
    folder.mkdir(exist_ok=True)
    file = folder / "site.yaml"
    file.write_text(json.dumps(plain, default=str))
    return load_site(file)


def _load(made: Platform) -> Message | None:
    told = [m for m in made.newest("dhs") if m.topic.service == "heat_load"]
    return told[0] if told else None


def _in_process(folder: Path, method: str) -> Message:
    with platform(_site(folder, method), SetClock(NOW)) as made:
        made.cycle(NOW)
        assert made.troubles() == {}
        found = _load(made)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("both")
    with running(folder / "parties", border(_site(folder, "ridge"))) as made:
        yield made


@pytest.fixture(scope="module")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    folder = tmp_path_factory.mktemp("one")
    return {method: _in_process(folder, method) for method in METHODS}


def test_each_is_another_forecast_and_says_who_made_it(in_process: dict[str, Message]) -> None:
    series = []
    for method, message in in_process.items():
        assert isinstance(message.payload, Forecast)
        assert message.reason.startswith(method)
        series.append(message.payload.series[LOAD])
        assert len(series[-1]) == 24
        assert all(value > 0 for value in series[-1])
    assert len({tuple(one) for one in series}) == len(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_over_mqtt_it_is_the_same(
    broker: Broker, in_process: dict[str, Message], method: str
) -> None:
    home = broker.parties.folder.parent
    site, before = _site(home, method, broker.port), METHODS.index(method)
    clock = SetClock(NOW)
    # numbers go on over restarts, so what the broker kept of the last one is not mistaken for new
    with (
        platform(site, clock, home / "data", only=frozenset({"dhs"})) as utility,
        platform(site, clock, home / "data", only=frozenset({"forecaster"})) as partner,
    ):
        utility.cycle()
        until(lambda: _told(partner, 3 * before), "what was measured")
        partner.cycle()
        until(lambda: (found := _load(utility)) and found.sequence > before, "the forecast")
        found = _load(utility)
        assert found is not None
        assert utility.troubles() | partner.troubles() == {}
    assert found.payload == in_process[method].payload
    assert found.reason == in_process[method].reason


def test_services_run_while_the_broker_is_away_and_their_messages_follow(
    tmp_path: Path, in_process: dict[str, Message]
) -> None:
    with running(tmp_path / "parties", border(_site(tmp_path, "ridge"))) as broker:
        site = _site(tmp_path, "persistence", broker.port)
        broker.stop()
        told: list[str] = []
        only = frozenset({"dhs"})
        utility = platform(site, SetClock(NOW), told=lambda e: told.append(e.text), only=only)
        bus = utility._buses["dhs"][1]
        assert isinstance(bus, MqttBus)
        bus._wait_s, bus._backoff_s = 0.1, (1, 1)
        with utility:
            assert told == ["bus of dhs: absent"]
            assert utility.cycle() == 1
            assert utility.troubles() == {}
            broker.start()
            with platform(site, SetClock(NOW), only=frozenset({"forecaster"})) as partner:
                until(lambda: _told(partner, 0), "what was said meanwhile")
                partner.cycle()
                until(lambda: _load(utility), "the forecast")
            found = _load(utility)
            assert found is not None
            assert found.payload == in_process["persistence"].payload


def _told(partner: Platform, before: int) -> bool:
    return sum(m.sequence > before for m in partner.newest("forecaster")) == 3


def test_an_unknown_method_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ridge"):
        _site(tmp_path, "rigde")
