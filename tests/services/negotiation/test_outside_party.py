"""A party written from the reference of messages alone, among ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rami.communication.service import Place
from tests.services.negotiation.talks import Stage

NAME = "east_1.pool"


@pytest.fixture
def example(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = repository / "examples" / "flexible-load"
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.mark.soak
def test_the_example_s_own_test_passes(example: Path) -> None:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(example)}
    ran = subprocess.run(command, cwd=example, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def _lived(example: Path, threshold: str) -> Stage:
    from flexible_load.configuration import FlexibleLoadConfiguration

    made = FlexibleLoadConfiguration.model_validate(
        {"kind": "flexible_load", "owner": "baths", "name": NAME, "file": "load.csv",
         "threshold": threshold, "tariff": "70 EUR/MWh"}
    )  # fmt: skip
    return Stage({}, [made.service("pool", Place("demo", example / "site.yaml"))])


def test_it_takes_part_in_a_deal(example: Path) -> None:
    told = _lived(example, "5 EUR/MWh").day
    assert told.made is not None and told.made.deal.made and not told.faults
    shed = -told.made.series[NAME].sum() / 2
    assert shed > 50, "cheaper than making heat: it leaves off what it can"
    cost = told.made.with_[NAME]
    assert told.made.deal.paid[NAME] >= cost - 1e-6
    assert cost == pytest.approx((0.005 - 0.07) * shed)


def test_dear_to_leave_off_it_draws_as_usual(example: Path) -> None:
    told = _lived(example, "500 EUR/MWh").day
    assert told.made is not None and told.made.deal.made
    assert not told.made.series[NAME].any()
