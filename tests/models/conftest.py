"""The reference site's topology, models and FMUs, made once per run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from models import Model, assemble, build_all
from rami.asset.topology import SiteTopology
from twins.site import load_site

TWINS = ("hts", "iess", "dhs")


@pytest.fixture(scope="session")
def reference(reference_site_file: Path) -> SiteTopology:
    return load_site(reference_site_file).topology


@pytest.fixture(scope="session")
def reference_models(reference: SiteTopology) -> dict[str, Model]:
    return {name: assemble(topology) for name, topology in reference.twins.items()}


@pytest.fixture(scope="session")
def reference_fmus(
    reference: SiteTopology,
    fmu_cache: Path,
    once: Callable[[str], AbstractContextManager[None]],
) -> dict[str, Path]:
    with once("reference_fmus"):
        return build_all(reference.twins.values(), fmu_cache)
