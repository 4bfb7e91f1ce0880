"""Every test of the suite runs on every kind of live backend."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.adapters.assets.live.case import OUTPUTS, Case, LiveBackend, tells, wait_until
from tests.adapters.assets.live.kinds import CASES


@pytest.fixture(scope="session", params=sorted(CASES))
def plant(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    """One plant of each kind for all tests."""
    module, _, name = CASES[request.param].partition(":")
    case: Case = getattr(import_module(module), name)(tmp_path_factory.mktemp(request.param))
    yield case
    case.close()


@pytest.fixture
def case(plant: Case) -> Case:
    """The plant, as it was at first."""
    plant.reset()
    return plant


@pytest.fixture
def backend(case: Case) -> Iterator[LiveBackend]:
    """An open backend that has been told every value."""
    opened = case.backend()
    opened.open()
    try:
        wait_until(lambda: tells(opened, case.told(), case.tolerance), f"values of {OUTPUTS.names}")
        yield opened
    finally:
        opened.close()
