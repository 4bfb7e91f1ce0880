"""Enumerations, events and methods say what the core and the other layers say."""

from __future__ import annotations

import pytest

from rami.asset.live import LinkState
from rami.communication.information_model import TYPES, Range
from rami.communication.information_model.enumerations import (
    BACKEND_KIND,
    ENUMERATIONS,
    LINK_STATE,
    MODE,
    RUNG,
)
from rami.communication.information_model.event_types import (
    EVENT_TYPES,
    condition_type,
    fields_of,
)
from rami.communication.information_model.groups import Group, group_of
from rami.communication.information_model.methods import METHODS
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.type_set import type_set
from rami.communication.information_model.units import unit_information, usual_range
from rami.communication.live_site import Verb
from rami.core.event import Event, EventKind, Severity
from rami.core.points import Direction, Point
from rami.core.units import CANONICAL
from rami.functional.strategy.settings import RUNGS
from rami.integration.mode import Mode


def test_enumerations_are_the_words_of_the_layers() -> None:
    assert RUNG.words == RUNGS
    assert MODE.words == tuple(Mode)
    assert LINK_STATE.words == tuple(LinkState)
    assert BACKEND_KIND.words == ("model", "plant")
    for at, enumeration in ENUMERATIONS.items():
        assert at in type_set().nodes
        for number, word in enumerate(enumeration.words):
            assert enumeration.number(word) == number
            assert enumeration.word(number) == word
    with pytest.raises(ValueError, match=r"Mode has no value 4; wanted 0 to 3"):
        MODE.word(4)


def test_every_kind_of_event_has_a_type() -> None:
    assert set(EVENT_TYPES) == set(EventKind)
    ours = [t for t in EVENT_TYPES.values() if t.namespace == TYPES]
    assert len(set(ours)) == len(EventKind) - 1
    for kind, at in EVENT_TYPES.items():
        for field in fields_of(kind):
            assert type_set().child(at, field.name) is not None
    limit = Event(1, 0, EventKind.LIMIT, "hts.hs", Severity.ALARM, "too hot", "hot", True)
    lost = Event(2, 0, EventKind.LINK, "hts", Severity.ALARM, "lost", "plant lost", True)
    assert (condition_type(limit).identifier, condition_type(lost).identifier) == (2955, 10637)


def test_every_verb_but_acknowledge_is_a_method() -> None:
    assert {m.verb for m in METHODS} == set(Verb) - {Verb.ACKNOWLEDGE}
    for method in METHODS:
        keys = {i.key for i in method.inputs} | ({"twin"} if method.owner == "twin" else set())
        for key in keys - {"twin"}:
            assert key in Verb.__doc__  # type: ignore[operator]


@pytest.mark.parametrize(
    ("point", "group"),
    [
        (Point("a.P", "power"), Group.MEASUREMENTS),
        (Point("a.T", "temperature", Direction.DISTURBANCE), Group.MEASUREMENTS),
        (Point("a.u", "share", Direction.ACTUATED), Group.SETPOINTS),
        (Point("a.E", "energy", cumulative=True), Group.BALANCING),
        (Point("balance.stored", "energy"), Group.BALANCING),
    ],
)
def test_groups(point: Point, group: Group) -> None:
    assert group_of(point) is group


def test_every_unit_is_told() -> None:
    for quantity, unit in CANONICAL.items():
        told = unit_information(unit)
        assert told.shown
        span = usual_range(Point("p", quantity, low=-7.0))
        assert span.low == -7.0 < span.high
    assert unit_information("kW").number == int.from_bytes(b"KWT", "big")
    assert unit_information("EUR").number == -1
    assert usual_range(Point("p", "share", low=3e6)) == Range(3e6, 3e6)
    assert usual_range(Point("p", "power", low=0.0, high=5.0)) == Range(0.0, 5.0)


def test_ids_follow_from_paths() -> None:
    ids = SiteIds("works")
    assert ids.namespace == "urn:rami-twins:site:works"
    assert ids.site.identifier == "/"
    assert ids.strategy.identifier == "/Strategy"
    assert ids.part("/", "Control", "State").identifier == "/Control/State"
    assert ids.part("hts", "Control", "Mode").identifier == "hts/Control/Mode"
    assert ids.point("hts", "hp.u").identifier == "hts.hp.u"
    assert ids.residual("hts", "hp.P").identifier == "hts/Backend/Residuals/hp.P"
    assert ids.advice("hts", "hp.u").identifier == "hts/Control/Advice/hp.u"
    assert ids.figure("kpi.x").identifier == "/Balancing/kpi.x"
    assert ids.condition("", "late").identifier == "/!late"
    assert str(ids.condition("hts", "a")) == "nsu=urn:rami-twins:site:works;s=hts!a"
