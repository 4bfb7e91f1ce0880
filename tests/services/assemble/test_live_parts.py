"""Parts of live runs: restarts of a model's own process are events of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rami.core.event import EventKind, Severity
from services.assemble.live_parts import tell_restarts


class Own:
    """A model in a process of its own."""

    on_trouble: Callable[[str, Mapping[str, Any]], None]


def test_restarts_of_a_models_process_are_events() -> None:
    told: list[tuple[Any, ...]] = []

    def happened(*what: object, **details: object) -> None:
        told.append((*what, details))

    own = Own()
    own.on_trouble = lambda *_: None
    tell_restarts("dhs", own, happened)
    details = {"twin": "dhs", "kind": "ended", "why": "", "restarts": 1, "states_lost": 1}
    own.on_trouble("dhs: a step: the FMU ended; started anew", details)
    text = "dhs: a step: the FMU ended; started anew"
    counts = {"restarts": 1, "states_lost": 1}
    assert told == [(EventKind.MODEL, "dhs", Severity.WARNING, text, counts)]
    tell_restarts("hts", object(), happened)
