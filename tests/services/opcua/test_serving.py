"""A running site served: what clients read, write and call reaches it and comes from it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from rami.communication.live_site import PlanView, Reply, Verb
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid, moment
from tests.services.opcua.attacks import Heard, until
from tests.services.opcua.running import SECOND, SPACE, START, Running, Server
from tests.services.opcua.served import KeptAudit, client
from twins.site import load_site


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path
) -> Iterator[tuple[Running, str, KeptAudit]]:
    site = load_site(reference_site_file)
    loop = Running(site)
    loop.publish()
    folder = tmp_path_factory.mktemp("serving")
    server = Server(loop, folder, insecure=True, insecure_role="engineer")
    yield loop, server.url, server.audit
    server.close()
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


def test_clients_act_through_the_loop(
    running: tuple[Running, str, KeptAudit], monkeypatch: pytest.MonkeyPatch
) -> None:
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
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await at("/").call_method(at("/Stop"), ua.Variant("enough"))

        monkeypatch.setattr(loop, "reply", lambda _: Reply(True, told={"clamped": True}))
        much = ua.WriteValue(
            at(f"hts.{actuated}").nodeid, ua.AttributeIds.Value, "", ua.DataValue(ua.Variant(9.0))
        )
        (code,) = await made.uaclient.write(ua.WriteParameters([much]))
        assert code.name == "GoodClamped"

    _with(url, work)
    asked = [(r.verb, r.who, dict(r.arguments)) for r in loop.asked[:3]]
    assert asked == [
        (Verb.SET_POINT, "anybody", {"point": f"hts.{actuated}", "value": 0.25}),
        (Verb.MODE, "anybody", {"twin": "hts", "mode": "control", "why": "trial"}),
        (Verb.REPLAN, "anybody", {}),
    ]

    def outcomes() -> list[str]:
        return [r.outcome for r in audit.rows if r.what == f"hts.{actuated}"]

    assert asyncio.run(until(lambda: outcomes() == ["asked", "written"] * 2))


def test_what_is_wrong_with_each_argument_is_told(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    point = next(p.name for p in loop.points["hts"].points if p.direction.value == "actuated")
    loop.asked.clear()
    nan = float("nan")

    async def work(made: Any, at: Any) -> None:
        async def codes(method: str, *values: Any) -> list[str]:
            request = ua.CallMethodRequest(at("hts").nodeid, at(f"hts/{method}").nodeid)
            request.InputArguments = [
                v if isinstance(v, ua.Variant) else ua.Variant(v) for v in values
            ]
            (result,) = await made.uaclient.call([request])
            assert not result.OutputArguments
            return [result.StatusCode.name, *(c.name for c in result.InputArgumentResults)]

        invalid, bad, good = "BadInvalidArgument", "BadOutOfRange", "Good"
        mode = ua.Variant(9, ua.VariantType.Int32)
        assert await codes("ChangeMode", mode, "trial") == [invalid, bad, good]
        assert await codes("ChangeMode", 9.0, 3) == [invalid, "BadTypeMismatch", "BadTypeMismatch"]
        assert await codes("ChangeMode", mode, "a\x00b") == [invalid, bad, invalid]
        assert await codes("ChangeMode", mode, "x" * 2000) == [invalid, bad, invalid]
        assert await codes("ChangeMode", mode) == ["BadArgumentsMissing"]
        assert await codes("ChangeMode", *[mode] * 500) == ["BadTooManyArguments"]
        whole = f"hts.{point}"
        assert await codes("SetManual", whole, nan, -1.0) == [invalid, good, bad, bad]
        assert await codes("SetManual", "iess.x.u", 0.1, nan) == [invalid, "BadNotFound", good, bad]
        measured = f"hts.{loop.points['hts'].names[0]}"
        assert await codes("GiveBack", measured) == [invalid, "BadNotFound"]

    _with(url, work)
    assert not loop.asked


def test_a_refused_write_says_why(running: tuple[Running, str, KeptAudit]) -> None:
    loop, url, _ = running
    point = next(p.name for p in loop.points["hts"].points if p.direction.value == "actuated")
    loop.refusals = ["held by another: bert", "emergency stop: drill", "no link", "hm"]

    async def work(made: Any, at: Any) -> None:
        for wanted in (
            "BadResourceUnavailable", "BadInvalidState", "BadNoCommunication",
            "BadRequestNotAllowed", "Good",
        ):  # fmt: skip
            value = ua.DataValue(ua.Variant(0.5))
            (code,) = await made.uaclient.write_attributes(
                [at(f"hts.{point}").nodeid], [value], ua.AttributeIds.Value
            )
            assert code.name == wanted

    _with(url, work)


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
