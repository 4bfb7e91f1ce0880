"""A running site served: what clients read, write and call reaches it and comes from it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import ua

from rami.asset.live import Observation
from rami.communication.information_model import SiteModel
from rami.communication.live_site import Pace, PlanView, Reply, Request, SiteView, TwinView, Verb
from rami.communication.opcua_settings import OpcuaSettings
from rami.core.points import PointIndex
from rami.core.quality import Family, Reason, good, quality
from rami.core.timegrid import TimeGrid, moment
from rami.integration.mode import Mode
from services.assemble.information_model import information_model
from services.control import Published
from services.opcua.serving import Serving, serve
from tests.services.opcua.attacks import Heard, until
from tests.services.opcua.served import KeptAudit, client
from twins.site import load_site

START = 1_547_424_000_000_000_000
SECOND = 1_000_000_000
SPACE = "urn:rami-twins:site:reference"


class Running:
    """A site whose loop is the test."""

    def __init__(self, site: Any) -> None:
        self.points = {name: PointIndex(t.points.points) for name, t in site.topology.twins.items()}
        self.site = Published(site.name, self.points, lambda: START)
        self.asked: list[Request] = []
        self.step = 0
        self.values = {name: np.arange(float(len(p))) for name, p in self.points.items()}
        self.quality = {name: good(len(p), Reason.SIMULATED) for name, p in self.points.items()}
        self.figures = {"kpi.cop": (3.5, "1")}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def publish(self, state: str = "running") -> None:
        self.step += 1
        at = START + self.step * SECOND
        twins = {
            name: TwinView(
                Mode.SIMULATE,
                Mode.SIMULATE,
                "model",
                ("model",),
                "closed",
                "",
                Observation(
                    self.values[name].copy(),
                    self.quality[name].copy(),
                    np.full(len(index), at, np.int64),
                ),
            )
            for name, index in self.points.items()
        }
        pace = Pace("scaled", 60.0, self.step, 0, 0, 0.001, 0.002)
        self.site.publish(SiteView(self.step, at, twins, pace, dict(self.figures), state))

    def _answer(self) -> None:
        while not self._ended.is_set():
            self.site.wait_for_request(0.05)
            for waiting in self.site.requests():
                self.asked.append(waiting.request)
                refused = waiting.request.verb is Verb.MODE
                waiting.answer(Reply(not refused, ("guard is not armed",) if refused else ()))

    def end(self) -> None:
        self._ended.set()
        self._thread.join(5.0)


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path
) -> Iterator[tuple[Running, str, KeptAudit]]:
    site = load_site(reference_site_file)
    loop = Running(site)
    loop.publish()

    def remodel(figures: Mapping[str, str]) -> SiteModel:
        return information_model(site, loop.points, figures)

    told = {"port": 0, "insecure": True, "insecure_role": "engineer"}
    audit, address, until_ = KeptAudit(), [], threading.Event()
    ready = threading.Event()

    def open_(url: str) -> None:
        address.append(url)
        ready.set()

    serving = Serving(
        loop.site,
        remodel,
        OpcuaSettings.model_validate(told),
        tmp_path_factory.mktemp("serving"),
        audit,
    )
    thread = threading.Thread(target=serve, args=(serving, open_, until_), daemon=True)
    thread.start()
    assert ready.wait(60)
    yield loop, address[0], audit
    until_.set()
    thread.join(30)
    loop.end()


def _with(url: str, work: Any) -> Any:
    async def connected() -> Any:
        async with client(url) as made:
            index = (await made.get_namespace_array()).index(SPACE)

            def at(name: str) -> Any:
                return made.get_node(ua.NodeId(name, index))

            return await work(made, at)

    return asyncio.run(connected())


def test_values_with_unit_time_and_mark(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    name = loop.points["hts"].names[0]
    place = loop.points["hts"][name]

    async def work(made: Any, at: Any) -> None:
        point = at(f"hts.{name}")
        value = await point.read_data_value()
        assert value.Value.Value == loop.values["hts"][place]
        # simulated values are good, and told to be calculated
        assert value.StatusCode.value == 0x401
        assert value.SourceTimestamp == moment(START + loop.step * SECOND)
        unit = await (await point.get_child("0:EngineeringUnits")).read_value()
        assert unit.DisplayName.Text
        assert await at("hts/Control/Mode").read_value() == 0
        assert await at("/Control/State").read_value() == "running"
        assert await at("/Balancing/kpi.cop").read_value() == 3.5

    _with(url, work)


def test_what_changes_is_told(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    names = loop.points["hts"].names[:3]

    async def work(made: Any, at: Any) -> list[Any]:
        heard = Heard()
        subscription = await made.create_subscription(50, heard)
        await subscription.subscribe_data_change([at(f"hts.{n}") for n in names])
        assert await until(lambda: len(heard.values) == 3)
        loop.values["hts"][1] = -77.0
        loop.quality["hts"][2] = quality(Family.BAD, Reason.MISSING)
        loop.publish()
        assert await until(lambda: len(heard.values) == 5)
        bad = await at(f"hts.{names[2]}").read_data_value(raise_on_bad_status=False)
        assert (bad.Value.Value, bad.StatusCode.name) == (None, "BadNoData")
        await subscription.delete()
        return heard.values[3:]

    assert set(_with(url, work)) == {-77.0, None}


def test_a_schedule_and_a_new_figure(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    grid = TimeGrid(START, 900 * SECOND, 2)
    plan = PlanView(
        grid, ("hts.hp.P", "x"), ("kW", "1"), ((1.0, 2.0), (3.0, 4.0)), "milp", 1e-4, -3.5, START
    )

    async def work(made: Any, at: Any) -> None:
        assert await at("/Strategy/Schedule/Present").read_value() is False
        loop.figures["kpi.later"] = (9.0, "kWh")
        loop.site.publish_plan(plan)
        loop.publish()
        heard = Heard()
        subscription = await made.create_subscription(50, heard)
        await subscription.subscribe_data_change(at("/Strategy/Schedule/Present"))
        assert await until(lambda: True in heard.values)
        values = await at("/Strategy/Schedule/Values").read_data_value()
        assert values.Value.Value == [[1.0, 2.0], [3.0, 4.0]]
        times = await at("/Strategy/Schedule/Times").read_value()
        assert times == [moment(int(ns)) for ns in grid.times()]
        assert await at("/Balancing/kpi.later").read_value() == 9.0
        await subscription.delete()

    _with(url, work)


def test_clients_act_through_the_loop(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, audit = running
    points = loop.points["hts"]
    actuated = next(p.name for p in points.points if p.direction.value == "actuated")
    loop.asked.clear()
    audit.rows.clear()

    async def work(made: Any, at: Any) -> None:
        await at(f"hts.{actuated}").write_value(0.25)
        twin = at("hts")
        done, reasons = await twin.call_method(
            at("hts/ChangeMode"), ua.Variant(3, ua.VariantType.Int32), ua.Variant("trial")
        )
        assert (done, reasons) == (False, ["guard is not armed"])
        done, _ = await at("/Strategy").call_method(at("/Strategy/Replan"))
        assert done
        with pytest.raises(ua.UaStatusCodeError, match="BadOutOfRange"):
            await twin.call_method(
                at("hts/ChangeMode"), ua.Variant(9, ua.VariantType.Int32), ua.Variant("trial")
            )
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await at("/").call_method(at("/Stop"), ua.Variant("enough"))

    _with(url, work)
    asked = [(r.verb, r.who, dict(r.arguments)) for r in loop.asked]
    assert asked == [
        (Verb.SET_POINT, "anybody", {"point": f"hts.{actuated}", "value": 0.25}),
        (Verb.MODE, "anybody", {"twin": "hts", "mode": "control", "why": "trial"}),
        (Verb.REPLAN, "anybody", {}),
    ]
    outcomes = [r.outcome for r in audit.rows if r.what == f"hts.{actuated}"]
    assert outcomes == ["asked", "written"]


def test_a_loop_that_is_lost_shows(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    name = loop.points["iess"].names[0]

    async def work(made: Any, at: Any) -> None:
        heard = Heard()
        subscription = await made.create_subscription(50, heard)
        await subscription.subscribe_data_change(at("/Control/State"))
        view = loop.site.view()
        loop.site.publish(replace(view, state="lost", step=view.step + 1))
        loop.step += 1
        assert await until(lambda: "lost" in heard.values)
        value = await at(f"iess.{name}").read_data_value(raise_on_bad_status=False)
        assert value.StatusCode.name == "UncertainNoCommunicationLastUsableValue"
        assert value.Value.Value == loop.values["iess"][0]
        loop.publish()
        assert await until(lambda: heard.values[-1] == "running")
        await subscription.delete()

    _with(url, work)
