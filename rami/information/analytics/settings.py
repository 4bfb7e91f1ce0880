"""Section `kpi` of a site file; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared


class KpiDeclaration(Declared):
    """A key figure as a formula over points and series."""

    formula: str = Field(description="expression over site paths")
    unit: str = Field(description="unit of the figure; the formula must give it")
    description: str = Field("", description="for people")
