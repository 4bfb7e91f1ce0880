"""Section `meters` of a site file; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration


class MeterDataset(Declared):
    """Customers' meters that enter together: why, on what ground, and how long they are kept."""

    purpose: str = Field(min_length=3, description="what the data are used for")
    legal_basis: str = Field(min_length=3, description="e.g. contract, GDPR Art. 6(1)(b)")
    retention: Duration = Field(le=3.2e9, description="of single customers' rows")
