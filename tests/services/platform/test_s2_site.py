"""A site file with an S2 edge: what zones let through of it, and a service that is killed."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import yaml

from rami.communication.service import Message, ScheduleMessage, Topic
from rami.core.timegrid import NS
from services.assemble.services import platform
from services.platform.clock import SetClock
from services.platform.hosts.process import ProcessHost
from services.platform.runner import Platform
from tests.adapters.edges.s2.rig import GRID, HOUSE, NOW, Manager, settings
from twins.site.loading import load_site

DESK = {
    "kind": "remote",
    "owner": "district",
    "provides": [{"kind": "schedule"}],
    "consumes": [{"kind": "forecast"}],
}
SCREEN = {
    "kind": "remote",
    "owner": "homes",
    "consumes": [{"kind": "forecast"}, {"kind": "schedule"}],
}


class _At:
    """Where a service that runs elsewhere listens, for `Manager`."""

    def __init__(self, port: int) -> None:
        self.listener = self
        self.port = port


def _site(folder: Path, declared: dict[str, Any], zones: list[dict[str, Any]], port: int) -> Path:
    edge = settings().model_dump(include={"resources"}, exclude_defaults=True)
    edge |= {"kind": "s2", "owner": "homes", "port": port, "period": "1 h"}
    declared["services"] = {"house_edge": edge, "desk": DESK, "screen": SCREEN}
    declared["zones"] = zones
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declared), encoding="utf-8")
    return file


def _kinds(told: Platform, owner: str) -> list[str]:
    return [m.payload.kind for m in told.newest(owner)]


def test_an_edge_of_another_owner_passes_zones_and_is_started_anew(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    zones = [{"owner": "district", "to": ["homes"], "kinds": ["schedule"], "signals": [HOUSE]}]
    site = load_site(_site(tmp_path, reference_site_declaration, zones, port))
    clock = SetClock(NOW)
    with platform(site, clock, only=frozenset({"homes"})) as made:
        made.cycle(NOW)  # it listens from its first run on
        host = made.members["house_edge"].host
        assert isinstance(host, ProcessHost)
        with Manager(_At(port)) as manager:  # type: ignore[arg-type]
            manager.until("described")
            made.cycle(NOW + 3600 * NS)
            assert "forecast" in _kinds(made, "homes")
            told = next(m for m in made.newest("homes") if m.payload.kind == "forecast")
            assert made.border.hears("district", told) == "zone", "nothing lets it out"
            schedule = ScheduleMessage.model_validate(
                {"grid": GRID, "unit": "kW", "quantity": "power", "series": {HOUSE: [9.0] * 24}}
            )
            topic = Topic(site.name, "district", "desk", "schedule", "all")
            now = NOW + 3600 * NS
            message = Message(topic, schedule, 1, now, now + 3600 * NS)
            assert not made.border.hears("homes", message)
            made.mailrooms["homes"].put(message)
            made.cycle(now)
            taken = [m for m in made.newest("homes") if m.topic.service == "house_edge"]
            assert "schedule" in [m.payload.kind for m in taken], made.troubles()
            orders = [o["content"] for o in manager.until("instruction") if "content" in o]
            assert orders[0]["operation_mode_factor"] == 0.35, "first the way back"
            before = host.pid
            assert before is not None
            host.close()
            manager.until("ended")
        made.cycle(NOW + 7200 * NS)
        assert host.pid not in (None, before)
        with Manager(_At(port)) as manager:  # type: ignore[arg-type]
            manager.until("described")
    assert "house_edge" not in made.troubles()
