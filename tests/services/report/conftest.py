from __future__ import annotations

from typing import Any

import pytest

from rami.asset.topology import SiteTopology
from services.study.outcome import StudyOutcome
from tests.services.report.outcomes import study
from tests.services.report.sites import SMALL, wired


@pytest.fixture(scope="session")
def small() -> SiteTopology:
    return wired("riverside", SMALL)


@pytest.fixture(scope="session")
def small_study(small: SiteTopology) -> StudyOutcome:
    return study(small)


@pytest.fixture
def reference(reference_site_declaration: dict[str, Any]) -> SiteTopology:
    return wired("reference", reference_site_declaration["twins"])
