"""A small district that lives one day."""

from __future__ import annotations

import pytest

from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from services.negotiation.loading import demo, load_district


@pytest.fixture(scope="session")
def district() -> District:
    """The demo district with a dozen groups and one day."""
    return scaled(load_district(demo()), 12).model_copy(update={"days": 1})
