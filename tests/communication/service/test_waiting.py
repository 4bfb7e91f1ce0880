"""Who waits for whom."""

from __future__ import annotations

import pytest

from rami.communication.service.border import Border
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.waiting import missing, never_runs, order, waiting
from rami.core.errors import ConfigurationError
from tests.communication.service.said import SITE, consumer, crossing, provider


def _chain(*names: str, closed: bool = False, on_message: str = "") -> list[ServiceDeclaration]:
    """Each needs the one before it; the first the last where it is closed."""
    made = []
    for i, name in enumerate(names):
        needs = (Need("forecast", service=names[i - 1]),) if i or closed else ()
        period = 0.0 if name == on_message else 3600.0
        made.append(ServiceDeclaration(name, "one", needs, (Offer("forecast"),), period))
    return made


def _order(services: list[ServiceDeclaration]) -> list[list[str]]:
    return order(waiting(services, Border(SITE, services)))


def test_they_run_after_those_they_wait_for() -> None:
    assert _order(_chain("c", "a", "b")) == [["c"], ["a"], ["b"]]


def test_those_that_wait_for_none_run_side_by_side() -> None:
    assert _order([provider("a"), provider("b")]) == [["a", "b"]]


def test_a_circle_is_refused_with_names() -> None:
    with pytest.raises(ConfigurationError, match="a -> b -> c -> a wait for each other"):
        _order(_chain("a", "b", "c", closed=True))


def test_a_service_that_answers_waits_for_nobody() -> None:
    assert _order(_chain("a", "b", closed=True, on_message="b")) == [["b"], ["a"]]


def test_what_no_zone_lets_through_is_missing() -> None:
    services = [provider(), consumer(fallback=Fallback.WAIT)]
    shut, opened = Border(SITE, services), Border(SITE, services, [crossing()])
    assert never_runs(waiting(services, shut), services[1]) == list(services[1].consumes)
    assert missing(waiting(services, opened), services[1]) == []
