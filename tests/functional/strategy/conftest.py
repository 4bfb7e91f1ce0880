"""Plans of the reference site, on made-up data and on the reference seasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.sources.csv.ready import season_file
from rami.core.timegrid import TimeGrid
from tests.functional.strategy.planning import LOADS, STARTS, Planning, made_up, planning


@pytest.fixture(scope="session")
def reference(reference_site_file: Path) -> dict[str, Any]:
    """The reference site's declaration; read only."""
    declaration: dict[str, Any] = yaml.safe_load(reference_site_file.read_text(encoding="utf-8"))
    return declaration


@pytest.fixture(scope="session")
def marginal(reference: dict[str, Any]) -> Planning:
    """The reference site on made-up data, converters in the plan."""
    return planning(reference, made_up())


@pytest.fixture(scope="session")
def average(reference: dict[str, Any]) -> Planning:
    """The reference site on made-up data, heat priced by eq. 3."""
    return planning(reference, made_up(), cost_basis="average")


@pytest.fixture(scope="session")
def season(reference: dict[str, Any], shared_data: Path) -> Callable[..., Planning]:
    """`season("winter", cost_basis="average")`: the reference site on a reference season."""

    def made(name: str, **settings: Any) -> Planning:
        grid = TimeGrid.of(STARTS[name], 900, 1344)
        data = season_file(shared_data, name).read(["price_da", "temp_air", *LOADS], grid)
        return planning(reference, data, **settings)

    return made
