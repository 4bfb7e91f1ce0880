from __future__ import annotations

from pathlib import Path
from threading import Event as Flag
from threading import Thread

import numpy as np
import pytest

from rami.communication.live_site import LiveSite, Reply, Request, Verb
from rami.core.event import EventKind, Severity
from services.control import Published
from services.control.alarms import BY, COMMENT
from services.opcua.events.alarms import Alarms
from tests.services.control.small_site import SmallLoop, plan_view, published, site_view

MODE = Request(Verb.MODE, "ann", {"twin": "hts", "mode": "advise", "why": "trial"})


def _alarm(site: Published, active: bool, severity: Severity = Severity.ALARM) -> None:
    site.happened(EventKind.LINK, "hts", severity, "link lost", condition="link", active=active)


def test_it_is_a_live_site() -> None:
    site: LiveSite = published()
    assert site.view().state == "starting" and site.view().twins == {}
    assert site.plan() is None and site.events() == () and site.conditions() == {}


def test_readers_wait_for_a_step() -> None:
    site = published()
    assert not site.wait(0, 0.0)
    reached = Flag()
    reader = Thread(target=lambda: site.wait(1, 20.0) and reached.set())
    reader.start()
    for step in (1, 2):
        site.publish(site_view(step))
    reader.join()
    assert reached.is_set() and site.view().step == 2


def test_a_proposal_that_is_followed_waits_no_longer() -> None:
    site = published()
    site.propose(plan_view(5))
    assert site.proposal() is not None and site.proposal().proposed
    site.publish_plan(plan_view(4))
    assert site.proposal() is not None
    site.publish_plan(plan_view(5))
    assert site.proposal() is None and site.plan().made_ns == 5


def test_a_plan_told_again_is_no_news() -> None:
    site, rung = published(), []
    site.listen(lambda: rung.append(1))
    for _ in range(3):
        site.publish_plan(plan_view(1))
        site.propose(plan_view(2))
    assert len(rung) == 2
    site.publish_plan(None)
    site.propose(None)
    assert len(rung) == 4 and site.plan() is None and site.proposal() is None


def test_events_are_numbered_and_bounded(tmp_path: Path) -> None:
    site = Published("demo", {}, lambda: 7, keep=10)
    for i in range(25):
        site.happened(EventKind.START, "", Severity.NOTE, "x", i=np.int64(i), odd=np.bool_(i % 2))
    assert [e.number for e in site.events()] == list(range(16, 26))
    assert [e.number for e in site.events(after=20, at_most=3)] == [21, 22, 23]
    assert site.events(after=25) == () and site.events(at_most=0) == ()
    assert site.events()[-1].details == {"i": 24, "odd": False}


def test_a_condition_stays_until_it_ended_and_was_seen() -> None:
    site, key = published(), ("hts", "link")
    seen = Request(Verb.ACKNOWLEDGE, "ann", {"source": "hts", "condition": "link"})

    def acknowledge() -> Reply:
        told: list[Reply] = []
        site.submit(seen, told.append)
        assert site.requests() == ()
        return told[0]

    assert "holds or waits" in acknowledge().why[0]
    _alarm(site, True)
    assert site.conditions()[key][1] is False
    _alarm(site, False)
    assert site.conditions()[key][0].active is False
    assert acknowledge().done and key not in site.conditions()

    _alarm(site, True)
    assert acknowledge().done and site.conditions()[key][1] is True
    assert "already" in acknowledge().why[0]
    _alarm(site, True)
    assert site.conditions()[key][1] is True, "the same again was seen"
    _alarm(site, True, Severity.DANGER)
    assert site.conditions()[key][1] is False, "worse is new"
    acknowledge()
    _alarm(site, False)
    assert site.conditions() == {}
    assert site.events()[-2].details["who"] == "ann"


def test_the_loop_answers_between_steps() -> None:
    site = published()
    with SmallLoop(site) as loop:
        assert site.ask(MODE, 20.0).done
        refused = site.ask(Request(Verb.MODE, "ann", {"twin": "hts", "mode": "control"}), 20.0)
        assert refused.why[0] == "guard is not armed" and len(refused.why) == 2
    assert loop.asked[0] == MODE
    assert site.view().state == "ended"
    assert site.ask(MODE) == Reply(False, ("the run has ended",))


def test_a_request_in_vain_is_withdrawn_or_told_as_begun() -> None:
    site = published()
    assert "nothing was done" in site.ask(MODE, 0.01).why[0]
    assert site.requests() == ()
    told: list[Reply] = []
    waiting = site.submit(MODE, told.append)
    taken = site.requests()
    assert "may still be done" in site.give_up(waiting, 1.0).why[0]
    taken[0].answer(Reply(True))
    taken[0].answer(Reply(False, ("twice",)))
    assert told == [Reply(True)]
    assert site.give_up(waiting, 1.0).done


def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    site = Published("demo", {}, lambda: 0, waiting=2)
    told: list[Reply] = []
    for _ in range(3):
        site.submit(Request(Verb.REPLAN, "ann"), told.append)
    assert told == [Reply(False, ("2 requests wait already; try again later",))]
    assert len(site.requests()) == 2
    site.submit(Request(Verb.REPLAN, "ann"), told.append)
    assert len(told) == 2, "those taken and not answered count"
    site.end("over")
    assert told[-1] == Reply(False, ("over",)) and len(told) == 4


def test_a_waiting_loop_is_woken_by_a_request() -> None:
    site = published()
    assert not site.wait_for_request(0.0)
    site.submit(MODE, lambda _: None)
    assert site.wait_for_request(20.0)


@pytest.mark.parametrize(
    ("verb", "given", "why"),
    [
        (Verb.MODE, {"twin": "hst", "mode": "shadow"}, "twin: no twin 'hst'; did you mean 'hts'?"),
        (Verb.MODE, {"twin": "hts", "mode": 3}, "mode: no mode 3"),
        (Verb.MODE, {"twin": "hts"}, "mode: missing"),
        (Verb.MODE, {"twin": "hts", "mode": "shadow", "wy": ""}, "did you mean 'why'?"),
        (
            Verb.SWAP,
            {"twin": "hts", "backend": " "},
            "backend: no backend ' '; wanted model or plant",
        ),
        (Verb.SWAP, {"twin": "hts", "backend": "modle"}, "backend: no backend 'modle'"),
        (Verb.SWAP, {"twin": None, "backend": "plant"}, "twin: missing"),
        (Verb.SET_POINT, {"point": "hts.hp.P_el", "value": None}, "value: missing"),
        (Verb.SET_POINT, {"point": "hts.hp.P", "value": 1}, "did you mean"),
        (Verb.SET_POINT, {"point": "hp.P_set", "value": 1}, "begins with no twin"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": float("nan")}, "finite"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": 10**400}, "finite"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": True}, "wanted a number"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": "1"}, "wanted a number"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": 1, "unit": "K"}, "does not measure"),
        (Verb.SET_POINT, {"point": "hts.hp.P_set", "value": 1, "lease_s": -1}, "lease_s"),
        (Verb.STOP, {"why": "a\nb"}, "printable"),
    ],
)
def test_wrong_requests_do_not_reach_the_loop(verb: Verb, given: dict, why: str) -> None:
    site = published()
    reply = site.ask(Request(verb, "ann", given), 0.0)
    assert not reply.done and any(why in told for told in reply.why), reply
    assert site.requests() == ()


def test_nameless_operators_are_refused() -> None:
    for who in ("", " ", "a\x1b[2J", "x" * 65):
        assert "operator's name" in published().ask(Request(Verb.REPLAN, who), 0.0).why[0]


def test_values_reach_the_loop_in_canonical_units() -> None:
    site = published()
    given = {"point": "hts.hp.P_set", "value": 0.3, "unit": "MW", "lease_s": 60}
    site.submit(Request(Verb.SET_POINT, "ann", given), lambda _: None)
    (waiting,) = site.requests()
    assert waiting.request.arguments == {"point": "hts.hp.P_set", "value": 300.0, "lease_s": 60.0}


def test_a_restored_site_goes_on_after_the_checkpoint(tmp_path: Path) -> None:
    site = published(tmp_path)
    _alarm(site, True)
    saved = site.save()
    assert site.save() == saved
    _alarm(site, False)
    site.happened(EventKind.STOP, "", Severity.NOTE, "after the checkpoint")
    again = published(tmp_path)
    again.restore(saved)
    assert [e.number for e in again.events()] == [1]
    assert again.conditions() == {("hts", "link"): (site.events()[0], False)}
    assert again.happened(EventKind.START, "", Severity.NOTE, "resumed").number == 2


def test_who_acknowledged_is_known_after_a_resume(tmp_path: Path) -> None:
    site = published(tmp_path)
    _alarm(site, True)
    given = {"source": "hts", "condition": "link", "comment": "cable found"}
    waiting = site.submit(Request(Verb.ACKNOWLEDGE, "anna", given), lambda _: None)
    site.requests()
    assert waiting.reply(0.0) == Reply(True)
    _alarm(site, True)
    again = published(tmp_path)
    again.restore(site.save())
    ((event, seen),) = again.conditions().values()
    assert seen and (event.details[BY], event.details[COMMENT]) == ("anna", "cable found")
    alarms = Alarms()
    (told,) = alarms.agree(again.conditions(), 0)
    assert (told.acknowledged, told.who, told.comment) == (True, "anna", "cable found")
    assert BY not in told.raised.details


def test_events_of_a_run_without_checkpoint_are_numbered_on(tmp_path: Path) -> None:
    published(tmp_path).happened(EventKind.START, "", Severity.NOTE, "first")
    again = published(tmp_path)
    assert again.happened(EventKind.START, "", Severity.NOTE, "second").number == 2
    assert [e.text for e in again.events()] == ["first", "second"]
