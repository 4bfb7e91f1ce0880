"""The reference station: topology, FMU and tuning, made once per run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.asset.topology import SiteTopology
from rami.functional.technical import StationController, Tuning, tune_station
from tests.functional.technical.benches import Station, open_fmu, wired

Once = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def site(reference_site_file: Path) -> SiteTopology:
    return wired(yaml.safe_load(reference_site_file.read_text(encoding="utf-8"))["twins"])


@pytest.fixture(scope="session")
def open_twin(fmu_cache: Path, once: Once) -> Callable[[SiteTopology, str], Any]:
    """A fresh FMU of a twin."""

    def opened(topology: SiteTopology, twin: str) -> Any:
        with once(f"control-{twin}"):
            return open_fmu(topology.twins[twin], fmu_cache)

    return opened


@pytest.fixture(scope="session")
def tuning(site: SiteTopology, open_twin: Callable[[SiteTopology, str], Any]) -> Tuning:
    return tune_station(site.twins["hts"], open_twin(site, "hts"))


@pytest.fixture
def station(
    site: SiteTopology, tuning: Tuning, open_twin: Callable[[SiteTopology, str], Any]
) -> Station:
    """The reference station at rest, its networks' temperatures held."""
    controller = StationController(site.twins["hts"], tuning)
    return Station(open_twin(site, "hts"), controller)
