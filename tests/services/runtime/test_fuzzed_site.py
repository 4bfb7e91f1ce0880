"""Ten thousand requests of any kind at a running twin, in every mode: none out of range reaches
the plant, nothing is raised, and each refusal of the guard is in the audit."""

from __future__ import annotations

import random
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from rami.communication.live_site import Reply, Request, Verb
from rami.integration.mode import Mode
from services.control.published import Published
from services.control.requests import Waiting
from services.runtime.desk import Desk
from tests.services.runtime.toys import Toy, toy

REQUESTS = 10_000
VALUES: tuple[Any, ...] = (
    nan, inf, -inf, 1e308, -1e308, 5e-324, 0.0, -0.0, 0.2, 0.5, 0.79, 0.8000001, 1.0, -1e-9,
    2.0**63, 10**400, "0.5", None, True, b"1", [0.5], {}, object(), 1j, np.float64(0.3),
    np.array(0.5), 1,
)  # fmt: skip
POINTS: tuple[Any, ...] = (
    "toy.a.u", "toy.a.u", "toy.b.u", "toy.x.T", "toy.around.T", "toy.nothing", "a.u", "", 7, None,
    "tay.a.u", "toy.", [],
)  # fmt: skip
MODES: tuple[Any, ...] = (*(m.value for m in Mode), "auto", 3, None)
NAMES: tuple[Any, ...] = ("ann", "bob", "", "  ", "x" * 200, "\n", 5, None)
GUARD = {
    "operators": ["ann"],
    "inputs": {
        "*.u": {"low": "10 %", "high": "80 %", "safe": "20 %"},
        "b.u": {"rate": "1 %/s"},
        "a.u": {"roles": ["safety", "manual", "technical"], "depends_on": "x.T"},
    },
}


class Site:
    """The twin with its desk, asked as from outside."""

    def __init__(self, t: Toy) -> None:
        self.t = t
        points = {"toy": t.modes.shown.points}
        self.published = Published("site", points, t.clock)
        self.desk = Desk(
            {"toy": t.modes}, t.clock, self.published.happened, lambda request: Reply(True)
        )

    def ask(self, request: Request) -> Reply:
        answers: list[Reply] = []
        self.published.submit(request, answers.append)
        for waiting in self.published.requests():
            assert isinstance(waiting, Waiting)
            waiting.answer(self.desk.answer(waiting.request))
        assert len(answers) == 1
        return answers[0]


def _request(draw: random.Random) -> Request:
    verb = draw.choice([Verb.SET_POINT] * 12 + [Verb.GIVE_BACK, Verb.EMERGENCY, Verb.RELEASE,
                        Verb.RELEASE, Verb.MODE, Verb.SWAP])  # fmt: skip
    pool: dict[str, tuple[Any, ...]] = {
        "point": POINTS, "value": VALUES, "unit": (None, None, "%", "kW", 3), "why": ("", "x", 3),
        "lease_s": (None, None, 30.0, -1.0, nan, inf, "1"), "twin": ("toy", "toy", "tay", 4),
        "mode": MODES, "backend": (MODES[0], "model", "plant", "x"), "junk": (1,),
    }  # fmt: skip
    wanted = {
        Verb.SET_POINT: ("point", "value", "unit", "lease_s"), Verb.GIVE_BACK: ("point",),
        Verb.MODE: ("twin", "mode", "why"), Verb.SWAP: ("twin", "backend", "why"),
    }.get(verb, ("twin", "why"))  # fmt: skip
    given = {name: draw.choice(pool[name]) for name in wanted}
    if draw.random() < 0.02:
        given.pop(draw.choice(list(given)))
    if draw.random() < 0.02:
        given["junk"] = 1
    who: Any = "ann" if draw.random() < 0.8 else draw.choice(NAMES)
    return Request(verb, who, {n: v for n, v in given.items() if v is not None})


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_nothing_out_of_range_reaches_the_plant(seed: int) -> None:
    draw = random.Random(seed)
    t = toy(guard=GUARD)
    site = Site(t)
    assert t.plant is not None
    done = dict.fromkeys(Verb, 0)
    refused, modes = 0, set()
    for number in range(REQUESTS):
        if number % 50 == 0:
            t.agree()
            t.plant.open()
            t.plant.bad.clear()
            t.step()
            for verb in (Verb.RELEASE, Verb.SWAP):
                site.ask(Request(verb, "ann", {"twin": "toy", "backend": "plant"}
                                 if verb is Verb.SWAP else {"twin": "toy"}))  # fmt: skip
        request = _request(draw)
        guard, before = t.switch.guard, t.switch.guard.refused
        reply = site.ask(request)
        assert reply.done or reply.why
        done[request.verb] += reply.done
        refused += not reply.done
        if request.verb is Verb.SET_POINT and reply.done:
            assert guard.refused == before
            value = float(request.arguments["value"])
            assert np.isfinite(value)
        modes.add(t.switch.mode)
        if draw.random() < 0.004:
            t.plant.cut()
        if draw.random() < 0.01:
            t.plant.bad ^= {"x.T"}
        if number % 5 == 0:
            commands = len(t.plant.commands)
            t.step(draw.choice([0.5, nan, 9.0, -1.0]), 0.4, 15.0)
            site.desk.keep()
            if t.switch.mode is not Mode.CONTROL:
                late = len(t.plant.commands) > commands
                assert not late or t.modes.lost, "commanded outside of control"
    assert done[Verb.SET_POINT] > 100
    assert refused > 2000
    assert modes == set(Mode)
    sent = t.plant.sent
    assert len(sent) > 300
    assert np.isfinite(sent).all()
    assert sent.min() >= 0.1
    assert sent.max() <= 0.8
    for guard in t.switch.guards():
        guard.close()
    assert t.audit.count("refused") == sum(guard.refused for guard in t.switch.guards())
    assert len(t.audit.of("written", "clamped")) >= len(sent), "each write has its row"
