"""Two companies on one installation: each its own site, folders and keys; one service for both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asyncua import ua

from rami.communication.service.payload import Forecast, SetPointRequest
from services.assemble.information_model import information_model
from services.cli.live.told import told
from services.platform.parties.registry import Parties
from tests.services.conftest import ReadySite
from tests.services.opcua.running import Server
from tests.services.opcua.served import client
from tests.services.runtime.rig import Rig
from tests.services.runtime.with_services import (
    LOAD,
    MEASURED,
    attached,
    grid,
    said,
    services,
    serving,
)
from twins.site import load_site

COMPANIES = {"alpha": "north", "beta": "south"}
NUMBERS = {"alpha": 4711.25, "beta": 4812.75}


def _changed(owner: str, declaration: dict[str, Any]) -> dict[str, Any]:
    """All twins are one owner's; a provider's forecaster runs here, a partner's elsewhere."""
    business = declaration["business"]
    business["owners"] = {owner: ["iess", "hts", "dhs"]}
    business["tariffs"] = {owner: {**business["tariffs"]["iess"], "consumer_heat": "75 EUR/MWh"}}
    business.pop("heat_between_owners")
    twins = declaration["twins"]
    roles = ["safety", "manual", "external"]
    twins["hts"]["guard"] = {"inputs": {"ih.u": {"roles": roles}}}
    hosted = {"kind": "load_forecast", "owner": "provider", "method": "persistence",
              "apart": "thread"}  # fmt: skip
    own = {"kind": "remote", "owner": owner, "period": "1 d", "deadline": "10 ms",
           "provides": [{"kind": "forecast", "subject": "own"}]}  # fmt: skip
    partner = {"kind": "remote", "owner": "partner", "period": "1 d", "deadline": "10 ms",
               "provides": [{"kind": "set_point_request"}]}  # fmt: skip
    run = {"kind": "run", "owner": owner}
    return {
        "site": COMPANIES[owner],
        "business": business,
        "twins": twins,
        "services": {f"run_{owner}": run, "measured": {**MEASURED, "owner": owner},
                     "heat_load": hosted, f"own_{owner}": own, "partner": partner},
        "zones": [
            {"owner": owner, "to": ["provider"], "kinds": ["measurement"], "signals": [LOAD],
             "subjects": ["load"]},
            {"owner": "provider", "to": [owner], "kinds": ["forecast"], "signals": [LOAD]},
            {"owner": "partner", "to": [owner], "kinds": ["set_point_request"],
             "signals": ["hts.*"]},
        ],
        "bus": {"kind": "local", "parties": "../parties"},
        "forecasts": {"from": "heat_load", "method": "last_week"},
    }  # fmt: skip


@contextmanager
def _installation(
    reference: ReadySite, folder: Path, declaration: dict[str, Any]
) -> Iterator[tuple[Parties, dict[str, Rig]]]:
    parties = Parties(folder / "parties")
    for name in (*COMPANIES, "provider", "partner"):
        parties.enrol(name)
    with ExitStack() as stack:
        rigs = {}
        for owner, site in COMPANIES.items():
            changed = _changed(owner, json.loads(json.dumps(declaration)))
            rigs[owner] = stack.enter_context(serving(reference, folder / site, changed))
        yield parties, rigs


def test_nobody_holds_anothers_and_a_revoked_right_ends_at_once(
    reference: ReadySite, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    with _installation(reference, tmp_path, reference_site_declaration) as (parties, rigs):
        for owner, rig in rigs.items():
            canary = {f"secret.{owner}.canary": [NUMBERS[owner]] * 2}
            secret = Forecast(grid=grid(rig, 2), unit="kW", quantity="power", series=canary)
            said(rig, owner, f"own_{owner}", secret, "own")
            request = SetPointRequest(values={"hts.ih.u": (0.25, "")})
            said(rig, "partner", "partner", request, valid_s=3000.0)
            rig.run(2)
            # what the platform hosts is used, what runs elsewhere drives behind the guard
            plan = rig.opened.season.job(0).forecast
            assert "provider/heat_load" in plan.sources[LOAD]
            assert _driven(rig) == pytest.approx(0.25)
        for owner, rig in rigs.items():
            (other,) = [o for o in COMPANIES if o != owner]
            held = _everything(tmp_path, rig, owner)
            assert any(f"secret.{owner}.canary" in t for t in held), "the canary is looked for"
            for word in (other, COMPANIES[other], str(NUMBERS[other])):
                assert not [t for t in held if word in t], (owner, word)

        parties.revoke("partner")
        for rig in rigs.values():
            rig.run(1)
            assert services(rig).view()["partner"].state == "revoked"
            ended = [e for e in rig.events("guard") if e.condition == "external" and not e.active]
            assert [e.text for e in ended] == ["set-point of partner/partner ended: revoked"]
            assert _driven(rig) == 0.0
            request = SetPointRequest(values={"hts.ih.u": (0.5, "")})
            said(rig, "partner", "partner", request, sequence=2, valid_s=3000.0)
            rig.run(1)
            assert _driven(rig) == 0.0


@pytest.mark.soak
def test_a_server_of_one_shows_nothing_of_the_other(
    reference: ReadySite, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    with _installation(reference, tmp_path, reference_site_declaration) as (_, rigs):
        for owner, rig in rigs.items():
            canary = {f"secret.{owner}.canary": [NUMBERS[owner]] * 2}
            secret = Forecast(grid=grid(rig, 2), unit="kW", quantity="power", series=canary)
            said(rig, owner, f"own_{owner}", secret, "own")
            rig.run(2)
            rig.opened.run._publish()
        published = rigs["beta"].opened.published
        points = {twin: published.points(twin) for twin in published.twins}
        declared = load_site(tmp_path / "south" / "site.yaml")
        loop: Any = SimpleNamespace(site=published, declared=declared, points=points)
        server = Server(loop, tmp_path / "server", insecure=True, insecure_role="engineer")
        try:
            shown = asyncio.run(_shown(server.url, list(server.serving.server.nodes.values())))
        finally:
            server.close()
        assert "south" in shown
        assert not [w for w in ("alpha", "north", str(NUMBERS["alpha"])) if w in shown]


async def _shown(url: str, made: list[Any]) -> str:
    """All that a client can read of these nodes."""
    wanted = (ua.AttributeIds.DisplayName, ua.AttributeIds.Description, ua.AttributeIds.Value)
    async with client(url) as connected:
        nodes = [connected.get_node(one.nodeid) for one in made]
        texts = [str(node.nodeid) for node in nodes]
        for attribute in wanted:
            for first in range(0, len(nodes), 500):
                part = nodes[first : first + 500]
                texts += map(str, await connected.read_attributes(part, attribute))
    return "\n".join(texts)


def _driven(rig: Rig) -> float:
    switch = rig.opened.modes["hts"].switch
    return float(switch.positions()[switch.edge.inputs["ih.u"]])


def _everything(folder: Path, rig: Rig, owner: str) -> list[str]:
    """What an owner has or sees: files, messages, events, what an OPC UA server shows."""
    site, published = COMPANIES[owner], rig.opened.published
    attached(rig).platform._flush()
    folders = (folder / site, folder / "parties" / "data" / owner)
    files = [f for one in folders for f in one.rglob("*") if f.is_file()]
    texts = [f.read_bytes().decode("latin-1") for f in files]
    texts += [m.encode().decode() for m in attached(rig).platform.newest(owner)]
    rig.opened.run._publish()
    texts += [str(published.events()), json.dumps(told(published))]
    points = {twin: published.points(twin) for twin in published.twins}
    figures = {name: unit for name, (_, unit) in published.view().figures.items()}
    declared = load_site(folder / site / "site.yaml")
    model = information_model(declared, points, figures)
    return [*texts, str(list(model.nodes.nodes.values()))]
