"""Over HTTP, with a server that answers well, badly, late, not at all, and well again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from adapters.sources.ems.configuration import EmsHttpConfiguration
from rami.core.errors import ConfigurationError, DataError, UnreachableError
from rami.core.quality import is_bad
from rami.core.timegrid import instant
from rami.information.external import ExternalSettings, Laid, origin
from rami.information.source import Receiving
from tests.adapters.sources.ems.conftest import (
    GRID,
    SERIES,
    HttpServer,
    balances,
    delivery,
    started,
    stopped,
)
from tests.information.external.sources import Made

COST = "cost.iess.hnht"


def _open(server: HttpServer, folder: Path, **more: Any) -> Any:
    said = {"url": f"{server.url}/values", "pause": "1 ms", "timeout": "5 s", **more}
    return EmsHttpConfiguration.model_validate(said).open(folder, SERIES)


def test_it_asks_for_what_it_needs_and_reads_the_answer(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMS_TOKEN", "secret")
    http_server.answer(delivery())
    source = _open(http_server, tmp_path, token_env="EMS_TOKEN")
    frame = source.read([COST], GRID)
    assert frame[COST][:8].tolist() == [0.03] * 4 + [0.031] * 4
    assert frame.issues()[0, 0] == instant("2019-01-13T12:00Z")
    assert frame.sources[COST] == f"http {http_server.url}/values"
    assert "secret" not in repr(frame.sources)
    assert http_server.seen()["asked"] == [
        {
            "series": COST,
            "start": "2019-01-14T00:00:00Z",
            "end": "2019-01-14T04:00:00Z",
            "authorization": "Bearer secret",
        }
    ]


@pytest.mark.parametrize("manner", [{"status": 500}, {"status": 503}, {"drop": True}])
def test_what_passes_is_tried_again(
    http_server: HttpServer, tmp_path: Path, manner: dict[str, Any]
) -> None:
    http_server.answer(delivery())
    source = _open(http_server, tmp_path)
    http_server.behave(times=2, **manner)
    assert source.read([COST], GRID)[COST][0] == 0.03
    assert len(http_server.seen()["asked"]) == 3


@pytest.mark.parametrize(
    ("manner", "more", "words"),
    [
        ({"status": 500}, {}, "answered 500"),
        ({"drop": True}, {"retries": 0}, "does not answer"),
        ({"slow": True}, {"retries": 0, "timeout": "50 ms"}, "did not answer in time"),
    ],
)
def test_what_does_not_pass_is_unreachable_and_comes_back(
    http_server: HttpServer,
    tmp_path: Path,
    manner: dict[str, Any],
    more: dict[str, Any],
    words: str,
) -> None:
    http_server.answer(delivery())
    http_server.behave(**manner)
    with pytest.raises(UnreachableError, match=words):
        _open(http_server, tmp_path, **more).read([COST], GRID)
    http_server.behave()
    assert _open(http_server, tmp_path).read([COST], GRID)[COST][0] == 0.03


def test_an_answer_without_end_is_ended(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sources.ems.http._TIMEOUTS_MAX", 0.01)
    http_server.behave(drip=True)
    with pytest.raises(UnreachableError, match="takes over"):
        _open(http_server, tmp_path).read([COST], GRID)


@pytest.mark.parametrize("status", [301, 401, 404])
def test_a_refusal_is_not_asked_twice(http_server: HttpServer, tmp_path: Path, status: int) -> None:
    http_server.behave(status=status)
    with pytest.raises(UnreachableError, match=f"answered {status}"):
        _open(http_server, tmp_path).read([COST], GRID)
    assert len(http_server.seen()["asked"]) == 1


@pytest.mark.parametrize("body", ["<html>", '[{"series": "cost.iess', "", "[3]"])
def test_an_answer_in_another_form(http_server: HttpServer, tmp_path: Path, body: str) -> None:
    http_server.behave(body=body)
    with pytest.raises(UnreachableError, match="the answer"):
        _open(http_server, tmp_path).read([COST], GRID)


def test_a_wrong_unit_and_what_is_no_number(http_server: HttpServer, tmp_path: Path) -> None:
    source = _open(http_server, tmp_path)
    http_server.answer(delivery(unit="MWh"))
    with pytest.raises(DataError, match="unit 'MWh' does not measure energy price"):
        source.read([COST], GRID)
    http_server.behave(
        body='[{"series":"cost.iess.hnht","unit":"EUR/MWh","start":'
        '"2019-01-14T00:00Z","step_s":3600,"values":[NaN,Infinity,null,33]}]'
    )
    frame = source.read([COST], GRID)
    assert np.isnan(frame[COST]).tolist() == [True] * 12 + [False] * 4
    assert is_bad(frame.quality[:12]).all()


def test_laid_over_own_data_it_falls_back_and_says_so(
    http_server: HttpServer, tmp_path: Path
) -> None:
    """Old, then gone, then back: the values and the provenance follow."""
    own = Made(GRID, {COST: 0.05}, unit="EUR/kWh", said="own.csv")
    settings = ExternalSettings.model_validate({"gives": [COST], "validity": "13 h"})
    source = _open(http_server, tmp_path, retries=0)
    laid = Laid(own, "ems", source, settings)
    http_server.answer(delivery())
    frame = laid.read([COST], GRID)
    assert frame[COST].tolist() == [0.03] * 4 + [0.031] + [0.05] * 11
    assert origin(frame, COST).oldest_s == 13 * 3600
    assert (
        "own data (own.csv) 69 %: older than 13 h from 2019-01-14T01:15:00Z to"
        in (frame.sources[COST])
    )
    stopped(http_server.process)
    frame = laid.read([COST], GRID)
    assert (frame[COST] == 0.05).all() and "does not answer" in frame.sources[COST]
    other = started("http_server")
    try:
        assert other.stdout is not None
        back = HttpServer(other, f"http://127.0.0.1:{other.stdout.readline().strip()}")
        back.answer(delivery(issued="2019-01-14T00:00:00Z"))
        again = Laid(own, "ems", _open(back, tmp_path), settings).read([COST], GRID)
        assert origin(again, COST).external == 1.0
    finally:
        stopped(other)


def test_balances_wait_and_arrive_once_in_order(http_server: HttpServer, tmp_path: Path) -> None:
    source = _open(
        http_server, tmp_path, receive_url=f"{http_server.url}/balances", outbox="to", retries=0
    )
    assert isinstance(source, Receiving)
    http_server.behave(status=500)
    for value, waiting in ((1.0, 1), (2.0, 2), (2.0, 2)):
        with pytest.raises(UnreachableError, match=f"answered 500; {waiting} messages wait"):
            source.publish(balances(value))
    http_server.behave()
    source.publish(balances(3.0))
    source.publish(balances(3.0))  # again: the key is known there
    received = http_server.seen()["received"]
    costs = sorted(r["body"]["deliveries"][1]["values"][1] for r in received)
    assert costs == [1.0, 2.0, 3.0]
    assert all(r["key"] == r["body"]["id"] for r in received)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_token_that_is_not_there(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMS_TOKEN", raising=False)
    with pytest.raises(ConfigurationError, match="no EMS_TOKEN"):
        _open(http_server, tmp_path, token_env="EMS_TOKEN")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"url": "http://ems.example/x", "token_env": "T"}, "use https"),
        ({"url": "https://user:word@ems.example/x"}, "pattern"),
        ({"url": "ftp://ems.example"}, "pattern"),
        ({"url": "https://ems.example", "receive_url": "https://ems.example"}, "go together"),
    ],
)
def test_declarations_that_cannot_be_meant(said: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EmsHttpConfiguration.model_validate(said)


def test_certificates_that_do_not_load(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    said = {"url": "https://127.0.0.1:1/values", "ca": "ca.pem"}
    source = EmsHttpConfiguration.model_validate(said).open(tmp_path, SERIES)
    with pytest.raises(DataError, match="certificates do not load"):
        source.read([COST], GRID)
