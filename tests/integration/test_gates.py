"""Gates: every reason alone and together, upwards step by step, at once, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.live import Link, LinkState
from rami.core.timegrid import NS
from rami.integration.gates import MODES, Evidence, Verdict, refusals
from rami.integration.mode import Mode

NOW = 1_547_424_000 * NS
S, H, A, C = MODES
FINE = Evidence(
    NOW, "ann", True, Link(LinkState.OPEN, 0), verdict=Verdict(NOW - 900 * NS),
    verdict_age_ns=3600 * NS, operators=("ann", "bob"),
)  # fmt: skip
REACHED, AGREED, ARMED, BACK = "reached", "agreed", "armed", "back"
#: what is wrong, at which gate, and the reason in full
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "none declared": (
        {"plant_declared": False}, REACHED, "no plant is declared (`backends.plant`)",
    ),
    "lost": (
        {"link": Link(LinkState.LOST, 0, "timed out")}, REACHED, "the link is lost: timed out",
    ),
    "unfit": ({"unfit": ["x.T", "x.P"]}, REACHED, "no fresh good data of x.T, x.P"),
    "never compared": (
        {"verdict": Verdict()}, AGREED,
        "model and plant were not compared yet; let the twin shadow for a window",
    ),
    "compared long ago": (
        {"verdict": Verdict(NOW - 2 * 3600 * NS)}, AGREED,
        "model and plant were last compared 2.0 h ago, wanted within 1.0 h; let the twin shadow "
        "for a window",
    ),
    "apart": (
        {"verdict": Verdict(NOW - NS, ("x.T is 3 K off",))}, AGREED,
        "model and plant differ: x.T is 3 K off; let the twin shadow until they agree",
    ),
    "unarmed": ({"guard": "disk full"}, ARMED, "the guard is not armed: disk full"),
    "blind": ({"blind": ["a.u"]}, ARMED, "the plant does not tell the position of a.u"),
    "model failed": ({"model_failed": "NaN"}, BACK, "the model does not run: NaN"),
    "against model": (
        {"against_model": ["x.T: 3 K off"]}, BACK, "the model cannot take over: x.T: 3 K off",
    ),
    "nobody": ({"who": "  "}, "all", "no operator is named"),
    "a stranger": (
        {"who": "eve"}, "all", "eve is none of the declared operators (ann, bob)",
    ),
}  # fmt: skip
#: gates that a change passes
PASSED = {
    (S, H): (REACHED,), (H, A): (AGREED,), (A, C): (ARMED, REACHED), (S, A): (REACHED, AGREED),
    (S, C): (REACHED, AGREED, ARMED), (H, C): (AGREED, ARMED, REACHED),
    (C, A): (), (C, H): (), (A, H): (), (C, S): (BACK,), (A, S): (BACK,), (H, S): (BACK,),
}  # fmt: skip


@pytest.mark.parametrize(("now", "wanted"), PASSED, ids=str)
def test_nothing_wrong(now: Mode, wanted: Mode) -> None:
    assert refusals(now, wanted, FINE, at_once=True) == []


@pytest.mark.parametrize("mode", MODES)
def test_to_stay_needs_nothing(mode: Mode) -> None:
    nothing = replace(FINE, who="", plant_declared=False, model_failed="x", guard="y")
    assert refusals(mode, mode, nothing) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("now", "wanted"), PASSED, ids=str)
def test_one_thing_wrong(now: Mode, wanted: Mode, fault: str) -> None:
    changes, gate, reason = FAULTS[fault]
    found = refusals(now, wanted, replace(FINE, **changes), at_once=True)
    assert found == ([reason] if gate in (*PASSED[now, wanted], "all") else [])


@pytest.mark.parametrize(("now", "wanted", "following"), [(S, A, H), (S, C, H), (H, C, A)])
def test_no_mode_is_left_out(now: Mode, wanted: Mode, following: Mode) -> None:
    reason = f"from {now.value} the next mode is {following.value}"
    assert refusals(now, wanted, FINE) == [reason]
    assert reason in refusals(now, wanted, replace(FINE, who="", guard="x"))


#: of those that one place tells only one can be wrong at a time
_ONE_OF = [("none declared", "lost", "unfit"), ("never compared", "compared long ago", "apart"),
           ("unarmed",), ("blind",), ("model failed",), ("against model",),
           ("nobody", "a stranger")]  # fmt: skip


@given(
    st.sampled_from(sorted(PASSED)),
    st.tuples(*(st.sampled_from(("", *group)) for group in _ONE_OF)),
)
def test_all_reasons_at_once(change: tuple[Mode, Mode], faults: tuple[str, ...]) -> None:
    evidence, wanted = FINE, set()
    for fault in filter(None, faults):
        changes, gate, reason = FAULTS[fault]
        evidence = replace(evidence, **changes)
        if gate in (*PASSED[change], "all"):
            wanted.add(reason)
    found = refusals(*change, evidence, at_once=True)
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_long_lists_are_cut() -> None:
    many = replace(FINE, unfit=[f"p{i}" for i in range(9)])
    assert refusals(S, H, many) == ["no fresh good data of p0, p1, p2, p3, p4 and 4 more"]


def test_without_operators_a_name_is_enough() -> None:
    assert refusals(S, H, replace(FINE, operators=(), who="eve")) == []


def test_a_closed_link_without_trouble() -> None:
    closed = replace(FINE, link=Link(LinkState.CLOSED, 0))
    assert refusals(S, H, closed) == ["the link is closed"]
