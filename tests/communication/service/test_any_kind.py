"""Every kind of message with one value changed for one out of all measure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from rami.communication.service.message import Message
from rami.communication.service.payload import PAYLOADS, FlexibilityOffer, Settlement
from rami.core.errors import DataError

GRID = {"start": "2026-01-15T06:00:00Z", "step_s": 3600.0, "count": 2}
SOON = "2026-01-14T15:00:37Z"
TWO = {"a.b": [1.0, 2.0]}
KW = {"grid": GRID, "unit": "kW"}
PAYLOAD: dict[str, dict[str, Any]] = {
    "forecast": KW | {"quantity": "power", "series": TWO, "quantiles": {"0.1": TWO}},
    "measurement": KW | {"quantity": "power", "series": {"a.b": [1.0, None]}},
    "schedule": KW | {"quantity": "power", "series": TWO, "rung": "milp"},
    "price": {"grid": GRID, "unit": "EUR/kWh", "series": TWO},
    "limits": KW | {"series": TWO},
    "negotiation_call": {"grid": GRID, "phase": "join", "step": 1, "deadline": SOON},
    "negotiation_ready": {"phase": "join", "done": True, "because": ""},
    "flexibility_offer": KW | {
        "role": "network", "size": {"a.b": 1.0}, "series": TWO, "cost_eur": {"a.b": 1.0},
        "price": [0.1, 0.1], "room": {"a": [1.0, 2.0]}, "beyond": {"a": ["c"]},
    },
    "flexibility_request": KW | {
        "change": TWO, "price": [0.1, 0.2], "prices": TWO, "penalty": {"a.b": 0.1},
        "round_number": 3, "firm": False, "deadline": SOON,
    },
    "flexibility_answer": KW | {
        "series": TWO, "cost_eur": {"a.b": 1.0}, "possible": True, "round_number": 3,
    },
    "settlement": {"state": "proposed", "paid": {"a.b": 1.25}, "deadline": SOON},
    "settlement_answer": {"accepted": True, "because": ""},
    "set_point_request": {"values": {"a.b.c": [1.0, "kW"]}},
    "set_point_answer": {"refused": {"a.b.c": ""}},
    "key_figures": {"start": SOON, "end": SOON, "figures": {"a": [1.0, "kW"]}},
    "alarm": {"source": "a", "condition": "x", "active": True, "severity": 3, "text": "x"},
    "quality_report": {"start": SOON, "end": SOON, "shares": {"a.b": {"good": 1.0}}},
}  # fmt: skip
WILD: tuple[Any, ...] = (
    None, 1e308, -1e308, float("nan"), float("inf"), 10**400, -1, True, "", "\x00", "\ud800",
    [], {}, [[[[]]]], {"a": {"a": {}}}, {"a.b": 1e308}, {"a.b": [1e308, -1e308]}, {"../x": 1.0},
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
    GRID | {"step_s": 1e300}, GRID | {"step_s": 1e-320}, GRID | {"count": 10**30},
    GRID | {"start": "2199-12-31T00:00Z", "step_s": 86400.0},
)  # fmt: skip


def _message(kind: str) -> dict[str, Any]:
    return {
        "v": 1, "topic": f"s/o/sv/{kind}/all", "schema": f"{kind}/{PAYLOADS[kind].version}",
        "sequence": 1, "sent": SOON, "valid_until": "2026-01-15T15:00:37Z", "correlation": "",
        "reason": "", "payload": PAYLOAD[kind],
    }  # fmt: skip


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    for key, one in enumerate(value) if isinstance(value, list) else inner:
        yield (*at, key)
        yield from _places(one, (*at, key))


@pytest.mark.parametrize("kind", PAYLOADS)
def test_it_reads_as_what_it_says_or_is_a_data_error(kind: str) -> None:
    good = _message(kind)
    Message.decode(json.dumps(good).encode())
    for place in _places(good):
        for wild in WILD:
            plain = inner = deepcopy(good)
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = wild
            try:
                heard = Message.decode(json.dumps(plain).encode())
            except DataError:
                continue
            assert Message.decode(heard.encode()) == heard, (place, wild)


def test_a_settlement_without_measure_is_none() -> None:
    with pytest.raises(ValueError, match=r"at most 1e\+09 EUR"):
        Settlement.model_validate(PAYLOAD["settlement"] | {"paid": {"a.b": 1e308}})


def test_a_border_hears_of_everybody_who_is_named() -> None:
    offer = FlexibilityOffer.model_validate(PAYLOAD["flexibility_offer"])
    assert offer.paths() == {"a.b", "a", "c"}
